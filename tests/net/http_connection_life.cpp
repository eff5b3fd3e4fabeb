// Connections that end before their time, that are told to go, and that are used again and again.
#include <socketio/net/http_connection.hpp>

#include "support/http_fixture.hpp"
#include "support/wine.hpp"

#include <doctest/doctest.h>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::detail::http_exchange;
using socketio::detail::http_rules;
using support::get_request;
using support::http_port;
using support::keeping_port;
using support::post_request;

TEST_CASE("a client may leave at any stage of a request that has not come as a whole")
{
    http_port port;
    std::string const request = post_request("/never", "body");
    for (std::size_t size = 0; size != request.size(); ++size) {
        auto caller = port.call();
        caller.send(std::string_view{request}.substr(0, size));
        REQUIRE(port.until([&] { return port.house->begun == size + 1; }));
        caller.leave();
        REQUIRE(port.until([&] { return port.house->connections.empty(); }));
    }
    CHECK(port.house->heard.empty());
    CHECK(port.done());
}

TEST_CASE("whoever keeps a request is told once that its client has left, and answers nobody")
{
    http_rules rules;
    rules.idle_timeout = 20ms; // until then it may still wait
    keeping_port port{std::move(rules)};
    int gone = 0;
    auto caller = port.call();
    caller.send(get_request("/kept"));
    REQUIRE(port.until_kept(1));
    port.kept[0]->on_gone(port.own_strand(), [&](bool for_good) { gone += for_good; });
    caller.leave();
    REQUIRE(port.until([&] { return gone == 1; }));
    CHECK(port.house->connections.empty());
    port.answer(0, "nobody");
    port.kept[0]->on_gone(port.own_strand(), [&](bool for_good) { gone += for_good; });
    CHECK(port.until([&] { return gone == 2; }));
    CHECK(port.done());
    CHECK(gone == 2);
}

TEST_CASE("who has its answer is not told that the client left later")
{
    keeping_port port;
    bool gone = false;
    auto caller = port.call();
    caller.send(get_request("/kept"));
    REQUIRE(port.until_kept(1));
    port.kept[0]->on_gone(port.own_strand(), [&](bool) { gone = true; });
    port.answer(0);
    CHECK(caller.reply().status == 200);
    caller.leave();
    CHECK(port.done());
    CHECK_FALSE(gone);
}

TEST_CASE("a client may leave in the middle of an answer")
{
    keeping_port port;
    auto caller = port.call();
    caller.send(get_request("/large"));
    REQUIRE(port.until_kept(1));
    port.answer(0, std::string(16 << 20, 'x'));
    REQUIRE(port.until([&] { return !caller.received().empty(); }));
    caller.leave();
    CHECK(port.done());
}

TEST_CASE("a client that does not take its answer is left when it has had its time")
{
    http_rules rules;
    rules.idle_timeout = 50ms;
    keeping_port port{std::move(rules)};
    asio::ip::tcp::socket deaf{port.context};
    deaf.connect({asio::ip::address_v4::loopback(), port.listening->port()});
    asio::write(deaf, asio::buffer(get_request("/large")));
    REQUIRE(port.until_kept(1));
    port.answer(0, std::string(16 << 20, 'x'));
    CHECK(port.until([&] { return port.house->connections.empty(); }));
    CHECK((port.done() || support::under_wine()));
}

TEST_CASE("a request has to come as a whole in time, and so has the first")
{
    http_rules rules;
    rules.request_timeout = 50ms;
    for (std::string_view const begun :
        {"G", "GET / HTTP/1.1\r\nHost: a\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo"}) {
        http_port port{rules};
        auto caller = port.call();
        CHECK(caller.get("/before").status == 200);
        caller.send(begun);
        CHECK(caller.reply().status == 408);
        CHECK(caller.until_ended());
        CHECK(port.house->heard == std::vector<std::string>{"GET /before"});
    }
    http_port port{rules};
    auto silent = port.call();
    CHECK(silent.until_ended());
    CHECK(silent.received().empty());
}

TEST_CASE("between two requests there is another limit")
{
    http_rules rules;
    rules.idle_timeout = 50ms;
    http_port port{rules};
    auto caller = port.call();
    CHECK(caller.get("/").status == 200);
    CHECK(caller.until_ended());
    CHECK(caller.received().empty());
}

TEST_CASE("while a request is served no limit runs")
{
    http_rules rules;
    rules.request_timeout = rules.idle_timeout = 20ms;
    keeping_port port{rules};
    auto caller = port.call();
    caller.send(get_request("/slow"));
    REQUIRE(port.until_kept(1));
    asio::steady_timer later{port.context, 60ms};
    later.async_wait([&](std::error_code) { port.answer(0, "at last"); });
    CHECK(caller.reply().body == "at last");
}

TEST_CASE("a last answer is given up when the client neither takes it nor leaves")
{
    http_rules rules;
    rules.close_timeout = 50ms;
    http_port port{rules};
    auto caller = port.call();
    caller.send("nonsense\r\n\r\n");
    CHECK(caller.reply().status == 400);
    caller.send(std::string(100000, 'x')); // is swallowed
    CHECK(port.until([&] { return port.house->connections.empty(); }));
    CHECK(port.done());
}

TEST_CASE("a connection that is retired between two requests ends, and in one it ends with the answer")
{
    keeping_port port;
    auto const retire = [&] {
        for (auto const& each : port.house->connections)
            each->retire();
    };
    auto idle = port.call();
    REQUIRE(port.until([&] { return port.house->begun == 1; }));
    retire();
    CHECK(idle.until_ended());
    CHECK(idle.received().empty());

    auto served = port.call();
    served.send(get_request("/last"));
    REQUIRE(port.until_kept(1));
    retire();
    served.send(get_request("/unheard"));
    REQUIRE(port.in_step());
    port.answer(0, "words");
    auto const last = served.reply();
    CHECK(last.body == "words");
    CHECK(last.header("Connection") == "close");
    CHECK(served.until_ended());

    auto answered = port.call();
    answered.send(get_request("/large"));
    REQUIRE(port.until_kept(2));
    port.answer(1, std::string(16 << 20, 'x'));
    REQUIRE(port.until([&] { return !answered.received().empty(); }));
    retire();
    CHECK(answered.reply().body.size() == 16u << 20);
    CHECK(answered.until_ended());
    CHECK(port.house->heard == std::vector<std::string>{"GET /last", "GET /large"});
    CHECK(port.done());
}

TEST_CASE("an exchange that nobody answers is answered with an error, and the connection stays")
{
    keeping_port port;
    auto caller = port.call();
    caller.send(get_request("/forgotten"));
    REQUIRE(port.until_kept(1));
    port.kept.clear();
    CHECK(caller.reply().status == 500);
    caller.send(get_request("/next"));
    REQUIRE(port.until_kept(1));
    port.answer(0, "answered");
    port.answer(0, "twice");
    CHECK(caller.reply().body == "answered");
    caller.leave();
    CHECK(port.done());
}

TEST_CASE("what an owner throws leaves through the context, and the client is told")
{
    http_port port;
    port.house->does = [](std::shared_ptr<http_exchange> const&) { throw std::runtime_error("thrown"); };
    auto caller = port.call();
    caller.send(get_request("/") + get_request("/again"));
    for (int i = 0; i != 2; ++i)
        CHECK_THROWS_WITH(port.until([] { return false; }), "thrown");
    CHECK(caller.reply().status == 500);
    CHECK(caller.reply().status == 500);
}

TEST_CASE("one connection serves many requests")
{
    http_port port;
    auto caller = port.call();
    for (int i = 0; i != 1000; ++i)
        REQUIRE(caller.post("/" + std::to_string(i), std::string(static_cast<std::size_t>(i), 'x')).status == 200);
    CHECK(port.house->begun == 1);
    caller.leave();
    CHECK(port.done());
}

TEST_CASE("an exchange that outlives the context touches nothing")
{
    std::shared_ptr<http_exchange> kept;
    {
        keeping_port port;
        auto caller = port.call();
        caller.send(get_request("/kept"));
        REQUIRE(port.until_kept(1));
        kept = port.kept[0];
        for (auto const& each : port.house->connections)
            each->context_gone();
    }
    kept->answer({});
    CHECK(kept.use_count() == 1);
}

TEST_CASE("a client that takes its answer slowly gets all of it, as long as it goes on")
{
    http_rules rules;
    rules.idle_timeout = 600ms;
    keeping_port port{std::move(rules)};
    asio::ip::tcp::socket slow{port.context, asio::ip::tcp::v4()};
    slow.set_option(asio::socket_base::receive_buffer_size{65536});
    slow.connect({asio::ip::address_v4::loopback(), port.listening->port()});
    asio::write(slow, asio::buffer(get_request("/large")));
    REQUIRE(port.until_kept(1));
    std::size_t const size = 16 << 20;
    port.answer(0, std::string(size, 'x'));
    std::vector<char> room(size / 100);
    std::size_t taken = 0;
    for (std::error_code ec; taken < size && !ec;) {
        asio::steady_timer pause{port.context, 15ms};
        bool over = false;
        pause.async_wait([&](std::error_code) { over = true; });
        REQUIRE(port.until([&] { return over; }));
        std::size_t count = 0;
        asio::async_read(slow, asio::buffer(room, std::min(room.size(), size - taken)), [&](std::error_code how, std::size_t read) {
            ec = how;
            count = read;
        });
        REQUIRE(port.until([&] { return count != 0 || ec; }));
        taken += count;
    }
    CHECK(taken == size);
    slow.close();
    CHECK(port.done());
}
