// Answers whose bodies are read piece by piece, as the client takes them.
#include <socketio/net/http_connection.hpp>

#include "support/http_fixture.hpp"
#include "support/wine.hpp"

#include <doctest/doctest.h>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace std::chrono_literals;
using socketio::http_response;
using socketio::detail::http_exchange;
using socketio::detail::http_rules;
using support::get_request;
using support::http_port;

namespace {

// A body of so many bytes; of a length that may be another than is said.
struct supply {
    std::size_t there = 0;
    std::size_t read = 0;
    std::size_t largest = 0; // piece that was asked for
    int calls = 0;
    std::shared_ptr<int> held = std::make_shared<int>();

    http_response answer(std::uint64_t said)
    {
        http_response result;
        result.body = "not this";
        result.source = {said, [this, kept = held](char* into, std::size_t room) {
            ++calls;
            largest = std::max(largest, room);
            std::size_t const count = std::min(room, there - read);
            for (std::size_t i = 0; i != count; ++i)
                into[i] = at(read + i);
            read += count;
            return count;
        }};
        return result;
    }
    static char at(std::size_t i) { return static_cast<char>(i * 31 + i / 777); }
    static std::string text(std::size_t size)
    {
        std::string all(size, ' ');
        for (std::size_t i = 0; i != size; ++i)
            all[i] = at(i);
        return all;
    }
    bool let_go() const { return held.use_count() == 1; }
};

struct pieces_test {
    explicit pieces_test(std::size_t there, std::uint64_t said, http_rules rules = {}) : port{std::move(rules)}
    {
        supplied.there = there;
        port.house->does = [this, said](std::shared_ptr<http_exchange> const& asked) {
            asked->answer(asked->request().target == "/pieces" ? supplied.answer(said) : http_response{200, {}, "text"});
        };
    }
    explicit pieces_test(std::size_t size) : pieces_test{size, size} {}

    supply supplied;
    http_port port;
};

} // namespace

TEST_CASE("a body that is read in pieces comes whole, and the next answer is found")
{
    for (std::size_t const size : {std::size_t{1}, std::size_t{65536}, std::size_t{65537}, std::size_t{1'000'000}}) {
        pieces_test test{size};
        auto caller = test.port.call();
        caller.send(get_request("/pieces") + get_request("/text"));
        auto const reply = caller.reply();
        CHECK(reply.header("Content-Length") == std::to_string(size));
        CHECK(reply.body == supply::text(size));
        CHECK(caller.reply().body == "text");
        CHECK(test.supplied.let_go());
        CHECK(test.supplied.largest <= 64 * 1024);
        caller.leave();
        CHECK(test.port.done());
    }
}

TEST_CASE("an answer that has no body reads none of it")
{
    pieces_test test{100};
    auto caller = test.port.call();
    caller.send("HEAD /pieces HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(caller.reply(true).header("Content-Length") == "100");
    test.port.house->does = [&](std::shared_ptr<http_exchange> const& asked) {
        auto answer = test.supplied.answer(100);
        answer.status = 304;
        asked->answer(std::move(answer));
    };
    CHECK(caller.get("/pieces").status == 304);
    test.port.house->does = [&](std::shared_ptr<http_exchange> const& asked) { asked->answer(test.supplied.answer(0)); };
    CHECK(caller.get("/pieces").header("Content-Length") == "0");
    CHECK(caller.get("/pieces").status == 200);
    CHECK(test.supplied.calls == 0);
    CHECK(test.supplied.let_go());
}

TEST_CASE("of a body no more is read than the client takes")
{
    constexpr std::size_t size = 100'000'000;
    pieces_test test{size};
    asio::ip::tcp::socket deaf{test.port.context};
    deaf.connect({asio::ip::address_v4::loopback(), test.port.listening->port()});
    asio::write(deaf, asio::buffer(get_request("/pieces")));
    REQUIRE(test.port.until([&] { return test.supplied.read != 0 && test.port.context.poll() == 0; }));
    CHECK(test.supplied.read < size);
    std::string received(size, ' ');
    bool ended = false;
    asio::async_read(deaf, asio::buffer(received), [&](std::error_code, std::size_t) { ended = true; });
    CHECK(test.port.until([&] { return ended; }));
    CHECK(test.supplied.read == size);
    deaf.close();
    CHECK(test.port.done());
}

TEST_CASE("a body that ends before its length ends the connection")
{
    for (std::size_t const there : {std::size_t{0}, std::size_t{10}, std::size_t{65536}, std::size_t{100'000}}) {
        pieces_test test{there, 200'000};
        auto caller = test.port.call();
        caller.send(get_request("/pieces") + get_request("/text"));
        CHECK(caller.until_ended());
        CHECK(caller.received().find("HTTP/1.1", 1) == std::string::npos);
        CHECK(caller.received().ends_with(supply::text(there)));
        CHECK(test.supplied.let_go());
        CHECK(test.port.done());
    }
}

TEST_CASE("what a source throws leaves through the context, and the connection ends")
{
    pieces_test test{0};
    test.port.house->does = [&](std::shared_ptr<http_exchange> const& asked) {
        http_response answer;
        answer.source = {100'000, [kept = test.supplied.held, first = true](char* into, std::size_t room) mutable {
            if (!std::exchange(first, false))
                throw std::runtime_error("thrown");
            std::fill_n(into, room, 'x');
            return room;
        }};
        asked->answer(std::move(answer));
    };
    auto caller = test.port.call();
    caller.send(get_request("/"));
    CHECK_THROWS_WITH_AS(caller.until_ended(), "thrown", std::runtime_error);
    CHECK(caller.until_ended());
    CHECK(test.supplied.let_go());
    CHECK(test.port.done());
}

TEST_CASE("a source is let go when its client leaves, or does not take it in time, or the context goes")
{
    SUBCASE("leaves")
    {
        pieces_test test{100'000'000};
        auto caller = test.port.call();
        caller.send(get_request("/pieces"));
        REQUIRE(test.port.until([&] { return !caller.received().empty(); }));
        caller.leave();
        CHECK(test.port.until([&] { return test.supplied.let_go(); }));
        CHECK(test.port.done());
    }
    SUBCASE("does not take it in time")
    {
        http_rules rules;
        rules.idle_timeout = 50ms;
        pieces_test test{100'000'000, 100'000'000, rules};
        asio::ip::tcp::socket deaf{test.port.context};
        deaf.connect({asio::ip::address_v4::loopback(), test.port.listening->port()});
        asio::write(deaf, asio::buffer(get_request("/pieces")));
        CHECK(test.port.until([&] { return test.supplied.read != 0 && test.supplied.let_go(); }));
        CHECK((test.port.done() || support::under_wine()));
    }
    SUBCASE("the context goes")
    {
        auto test = std::make_unique<pieces_test>(100'000'000);
        auto const held = test->supplied.held;
        {
            auto caller = test->port.call();
            caller.send(get_request("/pieces"));
            REQUIRE(test->port.until([&] { return !caller.received().empty(); }));
            caller.leave();
        }
        test.reset();
        CHECK(held.use_count() == 1);
    }
}
