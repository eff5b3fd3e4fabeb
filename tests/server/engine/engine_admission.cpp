// allowRequest: asked for each new session, answered at once or later, from any thread.
#include <socketio/server/server_options.hpp>

#include "support/engine_requests.hpp"
#include "support/http_caller.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::http_request;
using socketio::request_check;
using socketio::server_options;
using support::get_request;
using support::http_caller;
using support::polling_target;
using support::refusal_body;
using support::server_fixture;
using support::upgrade_headers;
using support::websocket_target;
using support::with_sid;

namespace {
namespace admission {

struct house : server_fixture {
    explicit house(request_check check, server_options options = {}) : server_fixture{with(std::move(options), std::move(check))}
    {
        io.engine().on("connection_error", [this](socketio::connection_failure const& why) {
            heard.note(std::to_string(why.code) + " " + (why.context.empty() ? "" : why.context[0].second));
        });
    }
    http_caller call() { return {context, io.port()}; }

private:
    static server_options with(server_options options, request_check check)
    {
        options.allowRequest = std::move(check);
        return options;
    }
};

// Keeps the questions.
struct slow_fixture : house {
    explicit slow_fixture(server_options options = {})
        : house{request_check{[this](http_request const&, request_check::answer tell) { asked.push_back(std::move(tell)); }},
              std::move(options)}
    {}
    bool until_asked(std::size_t count)
    {
        return until([&] { return asked.size() == count; });
    }
    std::vector<request_check::answer> asked;
};

// Two clients that wait to be let in, over either transport.
struct waiting_pair {
    explicit waiting_pair(slow_fixture& house) : polling{house.call()}, websocket{house.call()}
    {
        polling.send(get_request(polling_target));
        websocket.send(get_request(websocket_target, upgrade_headers));
        REQUIRE(house.until_asked(2));
    }
    http_caller polling, websocket;
};

} // namespace admission
} // namespace

TEST_CASE("who is not allowed is told so, over either transport")
{
    admission::house house{[](http_request const&) { return false; }};
    auto caller = house.call();
    auto const refused = caller.get(polling_target);
    CHECK(refused.status == 403);
    CHECK(refused.body == refusal_body(4, "Forbidden"));
    CHECK(refused.header("Content-Type") == "application/json");
    auto const upgrade = caller.get(websocket_target, upgrade_headers);
    CHECK(upgrade.status == 400);
    CHECK(upgrade.body == "Forbidden");
    CHECK(house.heard.text() == "4  | 4 ");
    CHECK(house.io.engine().clientsCount() == 0);
    CHECK(caller.get("/elsewhere").status == 404); // and may ask for something else
}

TEST_CASE("the check sees the request, and may give a reason")
{
    admission::house house{[](http_request const& request, request_check::answer const& tell) {
        bool const known = request.query().find("token=abc") != std::string_view::npos && request.address == "127.0.0.1" &&
                           request.method == "GET" && !request.secure;
        tell(known ? "" : "who are you? \"<script>", known);
    }};
    auto caller = house.call();
    CHECK(caller.get(polling_target).body == R"({"code":4,"message":"who are you? \"<script>"})");
    CHECK(caller.get(websocket_target, upgrade_headers).body == "who are you? \"<script>");
    auto const hello = caller.get(std::string{polling_target} + "&token=abc");
    CHECK(hello.status == 200);
    auto const guest = house.guest("", {.query = {{"token", "abc"}}});
    CHECK(guest.connected());
}

TEST_CASE("it is asked for new sessions alone, and for none that is refused anyway")
{
    int asked = 0;
    admission::house house{[&](http_request const&) { return ++asked != 0; }};
    auto caller = house.call();
    auto const own = with_sid(polling_target, support::sid_in(caller.get(polling_target).body));
    CHECK(asked == 1);
    CHECK(caller.post(own, "40").status == 200);
    CHECK(caller.get(own).status == 200);
    caller.get("/socket.io/?EIO=4&transport=tcp");
    caller.get(with_sid(polling_target, "x"));
    caller.post(polling_target, "40");
    caller.get(websocket_target);
    CHECK(asked == 1);
    caller.get("/socket.io/?EIO=3&transport=polling"); // as in the reference
    CHECK(asked == 2);
}

TEST_CASE("the answer may come later")
{
    admission::slow_fixture house;
    admission::waiting_pair pair{house};
    CHECK(house.io.engine().clientsCount() == 0);
    for (auto const& tell : house.asked)
        tell("", true);
    CHECK(pair.polling.reply().status == 200);
    CHECK(pair.websocket.reply().status == 101);
    CHECK(house.io.engine().clientsCount() == 2);
    for (auto const& tell : house.asked) { // the first call counts
        tell("too late", false);
        tell("", true);
    }
    CHECK(house.until([&] { return house.context.poll() == 0; }));
    CHECK(house.io.engine().clientsCount() == 2);
    CHECK(house.heard.text().empty());
}

TEST_CASE("the answer may come from another thread")
{
    admission::slow_fixture house;
    auto caller = house.call();
    for (bool const allowed : {false, true}) {
        caller.send(get_request(polling_target));
        REQUIRE(house.until([&] { return !house.asked.empty(); }));
        std::thread other{[&, tell = std::move(house.asked.back())] { tell("from afar", allowed); }};
        auto const reply = caller.reply();
        other.join();
        CHECK(reply.status == (allowed ? 200 : 403));
        house.asked.clear();
    }
}

TEST_CASE("a question that nobody answers is an error of the server's")
{
    admission::slow_fixture house;
    auto caller = house.call();
    caller.send(get_request(polling_target));
    REQUIRE(house.until_asked(1));
    house.asked.clear();
    CHECK(caller.reply().status == 500);
    auto upgrading = house.call();
    upgrading.send(get_request(websocket_target, upgrade_headers));
    REQUIRE(house.until_asked(1));
    house.asked.clear();
    CHECK(upgrading.reply().status == 500);
    CHECK(house.io.engine().clientsCount() == 0);
}

TEST_CASE("a check that throws leaves through the context, and the client is told")
{
    admission::house house{[](http_request const&) -> bool { throw std::runtime_error("thrown"); }};
    auto caller = house.call();
    caller.send(get_request(polling_target));
    CHECK(support::exceptions_until(house.context, [&] { return !caller.received().empty(); }) == 1);
    CHECK(caller.reply().status == 500);
}

TEST_CASE("a client that leaves before it is let in leaves nothing behind")
{
    admission::slow_fixture house;
    {
        admission::waiting_pair const pair{house};
    }
    REQUIRE(house.until([&] { return house.io.snapshot().connections == 1; })); // of one upgrade nothing is read meanwhile
    for (auto const& tell : house.asked)
        tell("", true);
    CHECK(house.until([&] { return house.io.snapshot().connections == 0 && house.io.engine().clientsCount() == 0; }));
    CHECK(house.run_dry());
}

TEST_CASE("an upgrade waits no longer to be let in than a request may take")
{
    admission::slow_fixture house{{.http = {.request_timeout = 50ms}}};
    auto caller = house.call();
    caller.send(get_request(websocket_target, upgrade_headers));
    REQUIRE(house.until_asked(1));
    CHECK(caller.until_ended());
    house.asked[0]("", true);
    CHECK(house.until([&] { return house.io.snapshot().connections == 0; }));
    CHECK(house.io.engine().clientsCount() == 0);
}

TEST_CASE("whoever is let in when the server is closed finds nobody")
{
    admission::slow_fixture house;
    admission::waiting_pair pair{house};
    bool closed = false;
    house.io.close([&](std::error_code) { closed = true; });
    CHECK(house.until([&] { return closed; })); // it does not wait for them
    for (auto const& tell : house.asked)
        tell("", true);
    CHECK(pair.polling.reply().status == 503);
    CHECK(pair.polling.until_ended());
    CHECK(pair.websocket.until_ended());
    CHECK(pair.websocket.received().empty());
    house.asked.clear();
    CHECK(house.run_dry());
}

TEST_CASE("answers that come when there is no server any more go nowhere")
{
    std::vector<request_check::answer> late;
    {
        admission::slow_fixture house;
        auto polling = house.call(), websocket = house.call();
        polling.send(get_request(polling_target));
        websocket.send(get_request(websocket_target, upgrade_headers));
        REQUIRE(house.until_asked(2));
        late = house.asked;
    }
    for (auto const& tell : late)
        tell("", true);
    late.clear();
    CHECK(late.empty());
}
