// Engine.IO sessions over long-polling alone.
#include <socketio/server/engine_session.hpp>

#include "support/engine_fixture.hpp"
#include "support/engine_requests.hpp"
#include "support/http_caller.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using socketio::error;
using support::engine_fixture;
using support::get_request;
using support::http_caller;
using support::payload_of;
using support::polling_target;
using support::post_request;
using support::refusal_body;
using support::with_sid;

namespace {
namespace polling {

// A client with a line for its polls and one for its bodies.
struct guest {
    explicit guest(engine_fixture& visited)
        : house{visited}, polls{visited.context, visited.port()}, bodies{visited.context, visited.port()}
    {
        hello = polls.get(polling_target);
        target = with_sid(polling_target, support::sid_in(hello.body));
    }
    std::string poll() { return polls.get(target).body; }
    std::string say(std::string_view payload) { return bodies.post(target, payload).body; }
    // The server has the poll, and keeps it.
    bool begin_poll()
    {
        polls.send(get_request(target));
        return house.until_quiet();
    }

    engine_fixture& house;
    http_caller polls, bodies;
    support::http_reply hello;
    std::string target;
};

std::string closed(std::string_view reason, error why)
{
    return "closed: " + std::string{reason} + " (" + make_error_code(why).message() + ")";
}

} // namespace polling
} // namespace

TEST_CASE("a session over polling begins with the open packet, and its id is the channel's")
{
    engine_fixture house;
    polling::guest guest{house};
    CHECK(guest.hello.status == 200);
    CHECK(guest.hello.header("Content-Type") == "text/plain; charset=UTF-8");
    CHECK(guest.hello.header("Cache-Control") == "no-store");
    CHECK(
        guest.hello.body == R"(0{"sid":")" + house.session->sid() +
                                R"(","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
    CHECK(house.session->transport() == "polling");
    CHECK(house.session->request().target == polling_target);
    CHECK(house.server->clients_count() == 1);
    house.session.reset();
    CHECK(house.done());
}

TEST_CASE("messages of both kinds pass both ways over polling")
{
    engine_fixture house;
    polling::guest guest{house};
    auto const taken = guest.bodies.post(guest.target, payload_of({"4hello", "bAQID", "4\xe2\x82\xac"}));
    CHECK(taken.body == "ok");
    CHECK(taken.header("Content-Type") == "text/html");
    CHECK(taken.header("Cache-Control") == "no-store");
    CHECK(house.has_heard("text hello"));
    CHECK(house.has_heard("binary 3"));
    CHECK(guest.poll() == payload_of({"4hello", "bAQID", "4\xe2\x82\xac"}));
    CHECK(house.until_heard("drained"));
    CHECK(guest.say("4") == "ok");
    CHECK(guest.poll() == "4");
    CHECK(guest.say("b") == "ok");
    CHECK(guest.poll() == "b");
    CHECK(house.done());
}

TEST_CASE("a poll waits until there is something to say")
{
    engine_fixture house;
    polling::guest guest{house};
    CHECK_FALSE(house.session->is_writable());
    REQUIRE(guest.begin_poll());
    CHECK(guest.polls.received().empty());
    CHECK(house.session->is_writable());
    house.session->send_text("at last", true);
    CHECK_FALSE(house.session->is_writable()); // it would have to wait for the next
    house.session->send_binary(socketio::detail::as_bytes("abc"), true);
    CHECK(house.session->unsent() == 14);
    house.session->flush();
    CHECK(house.session->unsent() == 0);
    CHECK(guest.polls.reply().body == payload_of({"4at last", "bYWJj"}));
    CHECK(house.until_heard("drained"));
    house.session.reset();
    CHECK(house.done());
}

TEST_CASE("what is said between two polls gathers, in order")
{
    engine_fixture house;
    polling::guest guest{house};
    std::string expected;
    for (int i = 0; i != 1000; ++i) {
        std::string const text = std::to_string(i);
        house.session->send_text(text, true);
        expected += (i == 0 ? "4" : "\x1e\x34") + text;
    }
    house.session->flush();
    CHECK(guest.poll() == expected);
    house.session.reset();
    CHECK(house.done());
}

TEST_CASE("each request may come on a connection of its own, in whatever HTTP it likes")
{
    engine_fixture house;
    polling::guest guest{house};
    auto const ask = [&](std::string const& request) { return http_caller{house.context, house.port()}.ask(request); };
    CHECK(ask(post_request(guest.target, "4typed", "Content-Type: text/plain;charset=UTF-8\r\n")).body == "ok");
    CHECK(ask("POST " + guest.target +
              " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n4in\r\n7\r\n chunks\r\n0\r\n\r\n")
              .body == "ok");
    CHECK(ask("POST " + guest.target + " HTTP/1.0\r\nContent-Length: 4\r\n\r\n4old").body == "ok");
    CHECK(ask("GET " + guest.target + " HTTP/1.0\r\n\r\n").body == payload_of({"4typed", "4in chunks", "4old"}));
    CHECK(ask(post_request(guest.target + "&t=b7f3a", "4more")).body == "ok");
    CHECK(ask(get_request(guest.target + "&t=b7f3b&b64=1")).body == "4more");
    CHECK(house.done());
}

TEST_CASE("a body of just the limit is heard, and one over it is not")
{
    engine_fixture house{{.maxHttpBufferSize = 1000}};
    house.echoes = false;
    polling::guest guest{house};
    CHECK(guest.say("4" + std::string(999, 'x')) == "ok");
    CHECK(house.has_heard("text 999"));
    CHECK(guest.bodies.post(guest.target, "4" + std::string(1000, 'x')).status == 413);
    // What the server says has no such limit.
    house.session->send_text(std::string(100000, 'y'), true);
    house.session->flush();
    CHECK(guest.poll().size() == 100001);
    house.session.reset();
    CHECK(house.done());
}

TEST_CASE("over polling the server pings, again and again")
{
    engine_fixture house{{.pingInterval = 30ms}};
    polling::guest guest{house};
    for (int i = 0; i != 3; ++i) {
        CHECK(guest.poll() == "2");
        CHECK(guest.say("3") == "ok");
    }
    CHECK(house.done());
}

TEST_CASE("who does not answer a ping over polling is told to have timed out, and so is who never polls")
{
    engine_fixture house{{.pingInterval = 30ms, .pingTimeout = 500ms}};
    polling::guest deaf{house}, silent{house};
    CHECK(deaf.poll() == "2");
    CHECK(deaf.poll() == "1");
    CHECK(house.until_heard(polling::closed("ping timeout", error::ping_timeout), 2));
    CHECK(silent.poll() == refusal_body(1, "Session ID unknown"));
    CHECK(house.server->clients_count() == 0);
    CHECK(house.done());
}

TEST_CASE("closing a session tells the poll that waits")
{
    engine_fixture house;
    polling::guest guest{house};
    REQUIRE(guest.begin_poll());
    CHECK(guest.say(payload_of({"4close", "4unheard"})) == "ok");
    CHECK(guest.polls.reply().body == "1");
    CHECK(house.until_heard(polling::closed("forced close", error::stopped)));
    CHECK_FALSE(house.has_heard("text unheard"));
    CHECK(guest.poll() == refusal_body(1, "Session ID unknown"));
    CHECK(house.done());
}

TEST_CASE("closing a session leaves what was said before for the next poll, and the end for the one behind it")
{
    engine_fixture house;
    polling::guest guest{house};
    CHECK(guest.say(payload_of({"4last", "4close", "4unheard"})) == "ok");
    REQUIRE(house.until_heard(polling::closed("forced close", error::stopped)));
    CHECK(house.server->clients_count() == 1);
    CHECK(guest.say("4late") == "ok"); // into the void
    CHECK(guest.poll() == "4last");
    CHECK(guest.poll() == "1");
    CHECK(guest.poll() == refusal_body(1, "Session ID unknown"));
    CHECK(house.server->clients_count() == 0);
    CHECK_FALSE(house.has_heard("text unheard"));
    CHECK_FALSE(house.has_heard("text late"));
    CHECK(house.done());
}

TEST_CASE("what was said last may be kept for ever")
{
    for (std::chrono::milliseconds const lasts : {std::chrono::milliseconds::max(), std::chrono::milliseconds{24h * 365 * 1000}}) {
        engine_fixture house{{.close_timeout = lasts}};
        polling::guest guest{house};
        CHECK(guest.say(payload_of({"4last", "4close"})) == "ok");
        CHECK(house.until_heard(polling::closed("forced close", error::stopped)));
        house.context.poll();
        CHECK(guest.poll() == "4last");
        CHECK(guest.poll() == "1");
        CHECK(house.done());
    }
}

TEST_CASE("what was said last is kept no longer than its time")
{
    engine_fixture house{{.close_timeout = 30ms}};
    polling::guest guest{house};
    CHECK(guest.say(payload_of({"4last", "4close"})) == "ok");
    CHECK(support::run_until(house.context, [&] { return house.server->clients_count() == 0; }));
    CHECK(guest.poll() == refusal_body(1, "Session ID unknown"));
    CHECK(house.done());
}

TEST_CASE("aborting a session leaves nothing")
{
    engine_fixture house;
    polling::guest guest{house};
    CHECK(guest.say(payload_of({"4last", "4abort"})) == "ok");
    REQUIRE(house.until_heard(polling::closed("forced close", error::stopped)));
    CHECK(guest.poll() == refusal_body(1, "Session ID unknown"));
    CHECK(house.done());
}

TEST_CASE("a client that says goodbye over polling is a transport close, and its poll has nothing to wait for")
{
    engine_fixture house;
    polling::guest guest{house};
    REQUIRE(guest.begin_poll());
    CHECK(guest.say("1") == "ok");
    CHECK(guest.polls.reply().body == "6");
    CHECK(house.has_heard(polling::closed("transport close", error::closed)));
    CHECK(guest.poll() == refusal_body(1, "Session ID unknown"));
    CHECK(house.done());
}

TEST_CASE("a server that closes tells all polls, and leaves nothing to fetch")
{
    engine_fixture house;
    polling::guest waiting{house}, away{house};
    REQUIRE(waiting.begin_poll());
    CHECK(away.say("4unfetched") == "ok");
    house.session.reset();
    CHECK(house.done());
    CHECK(waiting.polls.reply().body == "1");
    CHECK(waiting.polls.until_ended());
    CHECK(house.has_heard(polling::closed("forced close", error::stopped), 2));
}

TEST_CASE("polling sessions and a server that outlive the context touch nothing")
{
    std::shared_ptr<socketio::detail::engine_session> session;
    std::shared_ptr<socketio::detail::engine_server> server;
    {
        engine_fixture house;
        polling::guest guest{house};
        REQUIRE(guest.begin_poll());
        session = house.session;
        server = house.server;
    }
    session->send_text("into the void", true);
    session->flush();
    session->abort(socketio::detail::disconnect_reason::forced_close, {});
    CHECK_FALSE(session->is_writable());
    CHECK(session->unsent() == 0);
    server->close({});
}

TEST_CASE("a server that closes leaves no timer of its sessions behind")
{
    engine_fixture house{{.close_timeout = 1h}};
    polling::guest caller{house};
    CHECK(caller.hello.status == 200);
    CHECK(house.done());
}
