// Clients that say that they send nothing more (RFC 9112, section 9.6: half-close), and wait for what they have asked for.
#include <socketio/net/http_connection.hpp>

#include "support/http_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::http_response;
using socketio::detail::http_exchange;
using socketio::detail::http_rules;
using support::get_request;
using support::http_port;
using support::keeping_port;
using support::post_request;

TEST_CASE("a client that sends nothing more has its answer, also when that comes late")
{
    keeping_port port;
    auto caller = port.call();
    caller.send(get_request("/late"));
    caller.say_no_more();
    REQUIRE(port.until_kept(1));
    REQUIRE(port.in_step());
    port.answer(0, "at last");
    auto const reply = caller.reply();
    CHECK(reply.body == "at last");
    CHECK(reply.header("Connection") == "close");
    CHECK(caller.until_ended());
    CHECK(port.done());
}

TEST_CASE("all requests that came before a client said its last are answered, in order")
{
    keeping_port port;
    auto caller = port.call();
    caller.send(get_request("/1") + post_request("/2", "two") + get_request("/3"));
    caller.say_no_more();
    for (std::size_t i = 0; i != 3; ++i) {
        REQUIRE(port.until_kept(i + 1));
        REQUIRE(port.in_step());
        CHECK(port.kept.back()->request().target == "/" + std::to_string(i + 1));
        port.answer(i, std::to_string(i));
        CHECK(caller.reply().body == std::to_string(i));
    }
    CHECK(caller.until_ended());
    CHECK(port.done());
}

TEST_CASE("large bodies pass a client's last word, both ways")
{
    http_rules rules;
    rules.body_size = 1'000'000;
    keeping_port port{std::move(rules)};
    auto caller = port.call();
    caller.send(post_request("/large", std::string(1'000'000, 'x')));
    caller.say_no_more();
    REQUIRE(port.until_kept(1));
    CHECK(port.kept[0]->request().body.size() == 1'000'000);
    REQUIRE(port.in_step());
    port.answer(0, std::string(16 << 20, 'y'));
    CHECK(caller.reply().body.size() == 16u << 20);
    CHECK(caller.until_ended());
    CHECK(port.done());
}

TEST_CASE("a client that says its last while it is answered has all of the answer")
{
    keeping_port port;
    auto caller = port.call();
    caller.send(get_request("/large"));
    REQUIRE(port.until_kept(1));
    port.answer(0, std::string(16 << 20, 'y'));
    REQUIRE(port.until([&] { return !caller.received().empty(); }));
    caller.say_no_more();
    CHECK(caller.reply().body.size() == 16u << 20);
    CHECK(caller.until_ended());
    CHECK(port.done());
}

TEST_CASE("a request that never ends is refused when its client says its last")
{
    for (std::string_view const whole : {post_request("/x", "body"), std::string{
             "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX: y\r\n\r\n"}}) {
        for (std::size_t size = 1; size != whole.size(); ++size) {
            CAPTURE(size);
            http_port port;
            auto caller = port.call();
            caller.send(get_request("/before") + std::string{whole.substr(0, size)});
            caller.say_no_more();
            CHECK(caller.reply().status == 200);
            CHECK(caller.reply().status == 400);
            REQUIRE(caller.until_ended());
            CHECK(caller.received().empty());
            REQUIRE(port.done());
        }
    }
    http_port port;
    auto silent = port.call();
    silent.say_no_more();
    CHECK(silent.until_ended());
    CHECK(silent.received().empty());
    CHECK(port.done());
}

TEST_CASE("a request that is none is refused, whether or not more could come")
{
    for (std::string_view const bytes : {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n;\r\n"}) {
        http_port port;
        auto caller = port.call();
        caller.send(bytes);
        caller.say_no_more();
        CHECK(caller.reply().status == 400);
        CHECK(caller.until_ended());
        CHECK(port.done());
    }
}

TEST_CASE("whoever keeps a request is told that its client has said its last, and once that it has left")
{
    http_rules rules;
    rules.idle_timeout = 50ms;
    keeping_port port{std::move(rules)};
    auto caller = port.call();
    caller.send(get_request("/kept"));
    caller.say_no_more();
    REQUIRE(port.until_kept(1));
    std::string told;
    port.kept[0]->on_gone(port.own_strand(), [&](bool for_good) { told += for_good ? "gone " : "half "; });
    CHECK(port.until([&] { return told == "half gone "; }));
    CHECK(caller.until_ended()); // it has waited as long as it may
    CHECK(caller.received().empty());
    CHECK(port.house->connections.empty());
    CHECK(port.done());
    CHECK(told == "half gone ");
}

TEST_CASE("a client whose requests are kept for ever, and who has left, is given up in time")
{
    http_rules rules;
    rules.idle_timeout = 50ms;
    keeping_port port{std::move(rules)};
    auto caller = port.call();
    caller.send(get_request("/1") + get_request("/2"));
    caller.leave();
    REQUIRE(port.until_kept(1));
    CHECK(port.until([&] { return port.house->connections.empty(); }));
    CHECK(port.done());
}
