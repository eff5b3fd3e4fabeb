// Clients of a server that send nothing more behind their request, and wait for its answer.
#include <socketio/server.hpp>

#include "support/engine_requests.hpp"
#include "support/http_caller.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::http_request;
using socketio::http_responder;
using socketio::http_response;
using support::get_request;
using support::http_caller;
using support::http_reply;
using support::polling_target;
using support::post_request;
using support::sid_in;
using support::upgrade_headers;
using support::websocket_target;
using support::with_sid;

namespace {
namespace half_closed {

struct house : support::server_fixture {
    explicit house(socketio::server_options options = {}) : server_fixture{std::move(options)}
    {
        io.on("connection", [this](socketio::server_socket socket) {
            socket.on("disconnect", [this](std::string_view reason) { heard.note("disconnect: " + std::string{reason}); });
        });
    }
    // On a connection of its own.
    http_caller ask(std::string_view request)
    {
        http_caller caller{context, io.port()};
        caller.send(request);
        caller.say_no_more();
        return caller;
    }
    http_reply answer_to(std::string_view request) { return ask(request).reply(); }
    // The target of a session that is in the main namespace.
    std::string begin_session()
    {
        std::string const target = with_sid(polling_target, sid_in(answer_to(get_request(polling_target)).body));
        CHECK(answer_to(post_request(target, "40")).body == "ok");
        CHECK(answer_to(get_request(target)).body.starts_with("40{\"sid\""));
        return target;
    }
    bool in_turn()
    {
        return until([this] { return context.poll() == 0; });
    }
};

} // namespace half_closed
} // namespace

TEST_CASE_FIXTURE(half_closed::house, "a handler's answer reaches a client that sends nothing more, also when it comes late")
{
    std::vector<http_responder> kept;
    io.on_request([&](http_request const&, http_responder answer) { kept.push_back(std::move(answer)); });
    auto caller = ask(get_request("/late"));
    REQUIRE(until([&] { return kept.size() == 1; }));
    REQUIRE(in_turn());
    kept[0]({200, {}, "at last"});
    CHECK(caller.reply().body == "at last");
    CHECK(caller.until_ended());
}

TEST_CASE_FIXTURE(half_closed::house, "a session goes on whose client sends nothing more behind each of its requests")
{
    std::string const target = begin_session();
    auto caller = ask(get_request(target));
    REQUIRE(in_turn());
    io.emit("news", 1);
    CHECK(caller.reply().body == R"(42["news",1])");
    io.emit("news", 2);
    CHECK(answer_to(get_request(target)).body == R"(42["news",2])");
    CHECK(heard.text().empty());
}

TEST_CASE("a poll whose client sends nothing more is answered before long, and the client may poll again")
{
    half_closed::house house{{.close_timeout = 100ms}};
    std::string const target = house.begin_session();
    for (int i = 0; i != 3; ++i)
        CHECK(house.answer_to(get_request(target)).body == "6");
    auto last = house.ask(get_request(target));
    REQUIRE(house.in_turn());
    house.io.emit("news");
    CHECK(last.reply().body == R"(42["news"])");
    CHECK(house.heard.text().empty());
    CHECK(house.until_heard("disconnect: transport error")); // it has not polled again
    CHECK(house.io.engine().clientsCount() == 0);
}

TEST_CASE("a client that leaves its poll behind is given up, whatever it was told last")
{
    half_closed::house house{{.close_timeout = 50ms}};
    std::string const target = house.begin_session();
    http_caller caller{house.context, house.io.port()};
    caller.send(get_request(target));
    REQUIRE(house.in_turn());
    caller.leave();
    REQUIRE(house.in_turn());
    SUBCASE("nothing") {}
    SUBCASE("an event") { house.io.emit("news"); }
    CHECK(house.until_heard("disconnect: transport error"));
    CHECK(house.run_dry());
}

TEST_CASE("who is not let in is told so behind its last word, also when that takes a while")
{
    std::vector<socketio::request_check::answer> asked;
    half_closed::house house{{.allowRequest = socketio::request_check{
        [&](http_request const&, socketio::request_check::answer tell) { asked.push_back(std::move(tell)); }}}};
    auto upgrade = house.ask(get_request(websocket_target, upgrade_headers));
    auto polling = house.ask(get_request(polling_target));
    REQUIRE(house.until([&] { return asked.size() == 2; }));
    REQUIRE(house.in_turn());
    for (auto const& tell : asked)
        tell("not you", false);
    CHECK(upgrade.reply().body == "not you");
    CHECK(polling.reply().status == 403);
    CHECK(upgrade.until_ended());
    CHECK(polling.until_ended());
}

TEST_CASE_FIXTURE(half_closed::house, "what is refused is told so behind its last word")
{
    CHECK(answer_to(get_request(websocket_target, "Connection: Upgrade\r\nUpgrade: websocket\r\n")).status == 400);
    CHECK(answer_to(get_request("/socket.io/?EIO=4&transport=tcp")).status == 400);
    CHECK(answer_to(get_request("/elsewhere")).status == 404);
    CHECK(answer_to("nonsense\r\n\r\n").status == 400);
    CHECK(answer_to("GET /socket.io/ HT").status == 400);
    std::string const target = begin_session();
    CHECK(answer_to(post_request(target, std::string(1'000'001, '4'))).status == 413);
}
