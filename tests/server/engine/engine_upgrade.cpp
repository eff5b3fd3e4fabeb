// Engine.IO sessions on their way from long-polling to WebSocket: nothing is lost, nothing comes twice, and all in order.
#include <socketio/server/engine_session.hpp>

#include <socketio/websocket.hpp>

#include "support/engine_fixture.hpp"
#include "support/engine_requests.hpp"
#include "support/http_caller.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::error;
using socketio::websocket;
using socketio::websocket_close;
using socketio::websocket_message;
using support::engine_fixture;
using support::get_request;
using support::http_caller;
using support::payload_of;
using support::polling_target;
using support::with_sid;

namespace {
namespace upgrade {

// A client that polls, and has a WebSocket to go on with.
struct climber {
    explicit climber(engine_fixture& visited) : house{visited}, polls{visited.context, visited.port()}
    {
        sid = support::sid_in(polls.get(polling_target).body);
        target = with_sid(polling_target, sid);
    }
    bool climb()
    {
        socket.emplace(house.context, house.ws_url(with_sid("EIO=4&transport=websocket", sid)));
        socket->on_message([this](websocket_message const& m) {
            heard.push_back(m.is_text() ? std::string{m.text()} : "binary " + std::to_string(m.size()));
        });
        socket->on_close([this](websocket_close const& how) { closed = how; });
        return support::run_until(house.context, [this] { return socket->is_open(); });
    }
    bool until(std::size_t count)
    {
        return support::run_until(house.context, [&] { return heard.size() >= count; });
    }
    bool until_closed()
    {
        return support::run_until(house.context, [&] { return closed.has_value(); });
    }
    bool probe() { return climb() && socket->send("2probe") && until(1) && heard[0] == "3probe"; }
    // The upgrade, and a message over it.
    bool upgrade()
    {
        return probe() && socket->send("5") && socket->send("4above") && house.until_heard("text above");
    }
    std::string poll() { return polls.get(target).body; }
    std::string say(std::string_view payload) { return http_caller{house.context, house.port()}.post(target, payload).body; }
    bool begin_poll()
    {
        polls.send(get_request(target));
        return house.until_quiet();
    }

    engine_fixture& house;
    http_caller polls;
    std::string sid, target;
    std::optional<websocket> socket;
    std::vector<std::string> heard;
    std::optional<websocket_close> closed;
};

struct house : engine_fixture {
    explicit house(socketio::server_options options = {}) : engine_fixture{std::move(options)} {}
    void say(std::string_view text)
    {
        session->send_text(text, true);
        session->flush();
    }
    bool done()
    {
        session.reset();
        return engine_fixture::done();
    }
};

} // namespace upgrade
} // namespace

TEST_CASE("a session that is upgraded is the same, and nothing of it is lost on the way")
{
    upgrade::house house;
    upgrade::climber guest{house};
    house.say("1");
    CHECK(guest.poll() == "41");
    house.say("2");
    REQUIRE(guest.probe());
    house.say("3");
    CHECK(guest.poll() == payload_of({"42", "43"})); // until the upgrade it polls on
    house.say("4");
    house.session->send_binary(socketio::detail::as_bytes("abc"), true);
    CHECK(house.session->transport() == "polling");
    CHECK(guest.say("4hello") == "ok");
    guest.socket->send("5");
    REQUIRE(guest.until(4));
    CHECK(house.session->transport() == "websocket");
    house.say("5");
    guest.socket->send("4above");
    REQUIRE(guest.until(6));
    CHECK(guest.heard == std::vector<std::string>{"3probe", "44", "binary 3", "4hello", "45", "4above"});
    CHECK(house.has_heard("text hello"));
    CHECK(house.server->clients_count() == 1);
    CHECK(house.done());
    CHECK(guest.until_closed());
}

TEST_CASE("a poll that waits is let go, so that the client may upgrade")
{
    upgrade::house house;
    upgrade::climber guest{house};
    REQUIRE(guest.begin_poll());
    REQUIRE(guest.probe());
    CHECK(guest.polls.reply().body == "6");
    CHECK(guest.poll() == "6"); // and so is each that follows
    REQUIRE(guest.begin_poll());
    guest.socket->send("5");
    guest.socket->send("4above");
    REQUIRE(house.until_heard("text above"));
    CHECK(guest.polls.reply().body == "6");
    CHECK(house.done());
}

TEST_CASE("a poll that comes after the upgrade is told so")
{
    upgrade::house house;
    upgrade::climber guest{house};
    REQUIRE(guest.upgrade());
    CHECK(guest.poll() == support::refusal_body(3, "Bad request"));
    CHECK(guest.say("4late") == support::refusal_body(3, "Bad request"));
    CHECK_FALSE(house.has_heard("text late"));
    CHECK(house.has_heard("refused 3 Bad request name=TRANSPORT_MISMATCH transport=polling previousTransport=websocket", 2));
    CHECK(house.done());
}

TEST_CASE("numbered messages arrive in order, whichever way they take")
{
    upgrade::house house;
    house.echoes = false;
    upgrade::climber guest{house};
    std::string polled;
    int number = 0;
    auto const say_some = [&] {
        for (int i = 0; i != 10; ++i)
            house.say(std::to_string(number++));
    };
    auto const poll = [&] { polled += (polled.empty() ? "" : "\x1e") + guest.poll(); };
    say_some();
    poll();
    say_some();
    REQUIRE(guest.probe());
    say_some();
    poll();
    say_some();
    guest.socket->send("5");
    say_some();
    REQUIRE(guest.until(21));
    say_some();
    REQUIRE(guest.until(31));
    std::string expected, above;
    for (int i = 0; i != 30; ++i)
        expected += (i == 0 ? "4" : "\x1e\x34") + std::to_string(i);
    CHECK(polled == expected);
    for (int i = 30; i != 60; ++i)
        CHECK(guest.heard[static_cast<std::size_t>(i) - 29] == "4" + std::to_string(i));
    CHECK(house.done());
}

TEST_CASE("an upgrade may take for ever")
{
    for (std::chrono::milliseconds const lasts : {std::chrono::milliseconds::max(), std::chrono::milliseconds{24h * 365 * 1000}}) {
        upgrade::house house{{.upgradeTimeout = lasts}};
        upgrade::climber guest{house};
        REQUIRE(guest.probe());
        guest.socket->send("5");
        guest.socket->send("4over WebSocket");
        CHECK(house.until_heard("text over WebSocket"));
        CHECK_FALSE(guest.closed);
        CHECK(house.done());
    }
}

TEST_CASE("the heartbeat goes on over WebSocket")
{
    upgrade::house house{{.pingInterval = 30ms}};
    upgrade::climber guest{house};
    REQUIRE(guest.climb());
    guest.socket->send("5"); // the probe may be left out
    for (std::size_t count = 1; count != 4; ++count) {
        REQUIRE(guest.until(count));
        CHECK(guest.heard.back() == "2");
        guest.socket->send("3");
    }
    CHECK(house.done());
}

TEST_CASE("an upgrade that is given up leaves the session where it is")
{
    upgrade::house house;
    upgrade::climber guest{house};
    REQUIRE(guest.probe());
    guest.socket->close();
    REQUIRE(guest.until_closed());
    house.say("still here");
    CHECK(guest.poll() == "4still here");
    REQUIRE(guest.begin_poll());
    CHECK(house.until_quiet());
    CHECK(guest.polls.received().empty()); // nothing stands in the way any more
    guest.heard.clear();
    CHECK(guest.upgrade());
    CHECK(guest.polls.reply().body == "6");
    CHECK(house.done());
}

TEST_CASE("an upgrade has its time, and no poll is ended for it any more")
{
    upgrade::house house{{.upgradeTimeout = 300ms}};
    upgrade::climber guest{house};
    REQUIRE(guest.probe());
    REQUIRE(guest.until_closed());
    CHECK(guest.closed->code == 1005);
    REQUIRE(guest.begin_poll());
    CHECK(guest.polls.received().empty());
    house.say("still here");
    CHECK(guest.polls.reply().body == "4still here");
    CHECK(house.done());
}

TEST_CASE("a session that is closed while it is being upgraded is closed both ways")
{
    upgrade::house house;
    upgrade::climber guest{house};
    REQUIRE(guest.probe());
    CHECK(guest.say("4close") == "ok");
    REQUIRE(guest.until_closed());
    CHECK(guest.poll() == "1");
    CHECK(house.until_heard("closed: forced close (" + make_error_code(error::stopped).message() + ")"));
    CHECK(house.done());
}

TEST_CASE("after the upgrade the WebSocket's end is the session's")
{
    upgrade::house house;
    upgrade::climber guest{house};
    REQUIRE(guest.upgrade());
    guest.socket->close(1001);
    CHECK(house.until_heard("closed: transport close (" + make_error_code(error::closed).message() + ")"));
    CHECK(house.server->clients_count() == 0);
    CHECK(house.done());
}

TEST_CASE("upgrades are offered where WebSocket is, and where they are allowed")
{
    auto const offered = [](socketio::server_options options) {
        engine_fixture house{std::move(options)};
        std::string const body = http_caller{house.context, house.port()}.get(polling_target).body;
        house.session.reset();
        return body.find(R"("upgrades":["websocket"])") != std::string::npos;
    };
    CHECK(offered({}));
    CHECK_FALSE(offered({.allowUpgrades = false}));
    CHECK_FALSE(offered({.transports = {"polling"}}));
}
