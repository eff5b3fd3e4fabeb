// Requests that are sent ahead of the answers to earlier ones.
#include <socketio/net/http_connection.hpp>

#include "support/http_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using socketio::detail::http_rules;
using support::get_request;
using support::keeping_port;
using support::post_request;

namespace {

constexpr std::string_view headers_of_an_upgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

} // namespace

TEST_CASE("requests that come while others are being served are each heard once, as they are")
{
    keeping_port port;
    auto caller = port.call();
    caller.send(get_request("/1"));
    REQUIRE(port.until_kept(1));
    caller.send(get_request("/2"));
    REQUIRE(port.in_step());
    port.answer(0, "one");
    CHECK(caller.reply().body == "one");
    REQUIRE(port.until_kept(2));
    caller.send(post_request("/3", "three"));
    REQUIRE(port.in_step());
    port.answer(1, "two");
    CHECK(caller.reply().body == "two");
    REQUIRE(port.until_kept(3));
    CHECK(port.house->heard == std::vector<std::string>{"GET /1", "GET /2", "POST /3"});
    CHECK(port.kept[2]->request().body == "three");
    port.answer(2, "three");
    CHECK(caller.reply().body == "three");
    caller.leave();
    CHECK(port.done());
}

TEST_CASE("a large head leaves no memory in use that was given back")
{
    http_rules rules;
    rules.limits.bytes = 200000;
    keeping_port port{std::move(rules)};
    auto caller = port.call();
    for (std::size_t i = 0; i != 3; ++i) {
        caller.send(get_request("/" + std::to_string(i), "X-Large: " + std::string(150000, 'x') + "\r\n"));
        REQUIRE(port.until_kept(i + 1));
        REQUIRE(port.in_step());
        port.answer(i);
        CHECK(caller.reply().status == 200);
    }
    CHECK(port.house->heard == std::vector<std::string>{"GET /0", "GET /1", "GET /2"});
    caller.leave();
    CHECK(port.done());
}

TEST_CASE("an upgrade that is asked for ahead of an answer is not taken up, and the connection goes on")
{
    keeping_port port;
    auto caller = port.call();
    caller.send(get_request("/1"));
    REQUIRE(port.until_kept(1));
    caller.send(get_request("/ahead", headers_of_an_upgrade));
    REQUIRE(port.in_step());
    port.answer(0);
    CHECK(caller.reply().status == 200);
    REQUIRE(port.until_kept(2));
    CHECK(port.kept[1]->upgrade() == nullptr);
    port.answer(1);
    CHECK(caller.reply().status == 200);
    caller.send(get_request("/3"));
    REQUIRE(port.until_kept(3));
    CHECK(port.house->heard == std::vector<std::string>{"GET /1", "GET /ahead", "GET /3"});
    caller.leave();
    CHECK(port.done());
}

TEST_CASE("an upgrade behind an answer is taken, with what came after it")
{
    keeping_port port;
    auto caller = port.call();
    caller.send(get_request("/1"));
    REQUIRE(port.until_kept(1));
    port.answer(0);
    CHECK(caller.reply().status == 200);
    caller.send(get_request("/2", headers_of_an_upgrade) + "behind");
    REQUIRE(port.until_kept(2));
    REQUIRE(port.kept[1]->upgrade() != nullptr);
    CHECK_FALSE(port.kept[1]->upgrade()->error);
    std::string leftover;
    port.kept[1]->take_stream(port.own_strand(), "", [&](socketio::detail::upgraded_stream&& over) {
        leftover = over.leftover.view();
        over.connected.close();
    });
    CHECK(caller.until_ended());
    CHECK(leftover == "behind");
    CHECK(port.done());
}
