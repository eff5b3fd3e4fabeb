// on_request(): pages and whatever else is served beside Socket.IO, on the same port.
#include <socketio/server/server.hpp>

#include "support/engine_requests.hpp"
#include "support/http_caller.hpp"
#include "support/threaded_server_fixture.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::http_request;
using socketio::http_responder;
using socketio::http_response;
using support::get_request;
using support::http_caller;
using support::post_request;

namespace {
namespace pages {

struct house : support::server_fixture {
    explicit house(socketio::server_options options = {}) : server_fixture{std::move(options)} {}

    http_caller call() { return {context, io.port()}; }
    // From now on requests are kept.
    void keep()
    {
        io.on_request([this](http_request const&, http_responder answer) { kept.push_back(std::move(answer)); });
    }
    bool until_kept(std::size_t count)
    {
        return until([&] { return kept.size() == count; });
    }

    std::vector<http_responder> kept;
};

http_response words(std::string text)
{
    return {200, {{"Content-Type", "text/plain"}}, std::move(text)};
}

} // namespace pages
} // namespace

using pages::words;

TEST_CASE_FIXTURE(pages::house, "what is not Socket.IO's is the handler's")
{
    io.on_request([](http_request const& request) {
        return words(request.method + " " + std::string{request.path()} + " " + std::string{request.query()} + " " +
                     request.body + " " + request.address + (request.secure ? " secure" : ""));
    });
    auto caller = call();
    CHECK(caller.get("/page?a=b").body == "GET /page a=b  127.0.0.1");
    CHECK(caller.post("/form", "x=1").body == "POST /form  x=1 127.0.0.1");
    CHECK(caller.get("/socket.io/client.js").body == "GET /socket.io/client.js   127.0.0.1");
    CHECK(caller.get("/socket.io").body == "GET /socket.io   127.0.0.1");
    CHECK(caller.get("/socket.io/").body == support::refusal_body(0, "Transport unknown"));
    CHECK(caller.get(support::polling_target).body.starts_with("0{"));
    CHECK(caller.get("/page", support::upgrade_headers).status == 404); // it cannot speak WebSocket
    CHECK(guest().connected());
}

TEST_CASE_FIXTURE(pages::house, "without a handler nothing is there, and it may come and go")
{
    auto caller = call();
    CHECK(caller.get("/").status == 404);
    io.on_request([](http_request const&) { return words("one"); });
    CHECK(caller.get("/").body == "one");
    io.on_request([](http_request const&) { return words("two"); });
    CHECK(caller.get("/").body == "two");
    io.on_request(nullptr);
    CHECK(caller.get("/").status == 404);
}

TEST_CASE_FIXTURE(pages::house, "HEAD gets what GET gets, without the body")
{
    io.on_request([](http_request const& request) { return words(request.method); });
    auto caller = call();
    caller.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const head = caller.reply(true);
    CHECK(head.header("Content-Length") == "4");
    CHECK(head.header("Content-Type") == "text/plain");
    CHECK(caller.get("/").body == "GET"); // nothing of a body was between
}

TEST_CASE_FIXTURE(pages::house, "a handler may answer later, in any order")
{
    keep();
    auto first = call(), second = call();
    first.send(get_request("/1"));
    REQUIRE(until_kept(1));
    second.send(get_request("/2"));
    REQUIRE(until_kept(2));
    kept[1](words("second"));
    CHECK(second.reply().body == "second");
    kept[0](words("first"));
    kept[0](words("too late"));
    CHECK(first.reply().body == "first");
    CHECK(guest().connected());
    first.send(get_request("/3"));
    REQUIRE(until_kept(3));
    kept[2](words("third"));
    CHECK(first.reply().body == "third");
}

TEST_CASE_FIXTURE(pages::house, "a handler may answer from another thread")
{
    std::vector<std::thread> threads;
    io.on_request([&](http_request const& request, http_responder answer) {
        threads.emplace_back([answer = std::move(answer), target = request.target] { answer(words(target)); });
    });
    auto caller = call();
    for (char const* const target : {"/1", "/2", "/3"})
        CHECK(caller.get(target).body == target);
    for (auto& each : threads)
        each.join();
}

TEST_CASE_FIXTURE(pages::house,
    "a handler that throws is an error of the server's, and the exception leaves through the context")
{
    io.on_request([](http_request const&) -> http_response { throw std::runtime_error("thrown"); });
    auto caller = call();
    caller.send(get_request("/"));
    CHECK(support::exceptions_until(context, [&] { return !caller.received().empty(); }) == 1);
    CHECK(caller.reply().status == 500);
    io.on_request([](http_request const&, http_responder const& answer) {
        answer(words("said"));
        throw std::runtime_error("thrown");
    });
    caller.send(get_request("/"));
    CHECK(support::exceptions_until(context, [&] { return !caller.received().empty(); }) == 1);
    CHECK(caller.reply().body == "said");
}

TEST_CASE_FIXTURE(pages::house, "a handler that lets its request go has not answered")
{
    io.on_request([](http_request const&, http_responder const&) {});
    auto caller = call();
    CHECK(caller.get("/").status == 500);
    CHECK(caller.get("/").status == 500);
}

TEST_CASE_FIXTURE(pages::house, "a handler cannot break its answer apart")
{
    io.on_request([](http_request const&) {
        return http_response{200, {{"X-A", "a\r\nSet-Cookie: b"}, {"X\r\nB", "c"}, {"Content-Length", "0"}, {"X-C", "d"}},
            "body"};
    });
    auto caller = call();
    auto const reply = caller.get("/");
    CHECK(reply.body == "body");
    CHECK(reply.head.find("Set-Cookie") == std::string::npos);
    CHECK(reply.header("X-C") == "d");
    io.on_request([](http_request const&) { return http_response{99, {}, {}}; });
    CHECK(caller.get("/").status == 500);
}

TEST_CASE_FIXTURE(pages::house, "a handler is given bodies up to the limit")
{
    io.on_request([](http_request const& request) { return words(std::to_string(request.body.size())); });
    CHECK(call().post("/", std::string(1000000, 'x')).body == "1000000");
    CHECK(call().post("/", std::string(1000001, 'x')).status == 413);
}

TEST_CASE_FIXTURE(pages::house, "a large answer comes whole, and the connection goes on")
{
    std::string const large(8 << 20, 'x');
    io.on_request([&](http_request const&) { return words(large); });
    auto caller = call();
    CHECK(caller.get("/").body == large);
    CHECK(caller.get("/").body == large);
}

TEST_CASE("clients that leave are answered into the void, and wait no longer than idle_timeout")
{
    pages::house house{{.http = {.idle_timeout = 50ms}}};
    house.keep();
    for (int i = 0; i != 3; ++i)
        house.call().send(get_request("/"));
    REQUIRE(house.until_kept(3));
    REQUIRE(house.until([&] { return house.io.snapshot().connections == 0; }));
    for (auto const& answer : house.kept)
        answer(words("nobody"));
    house.kept.clear();
    CHECK(house.run_dry());
}

TEST_CASE_FIXTURE(pages::house, "a server that closes waits for no handler, and late answers still arrive")
{
    keep();
    auto answered = call(), forgotten = call(), left = call();
    for (auto* const each : {&answered, &forgotten, &left}) {
        each->send(get_request("/"));
        REQUIRE(until_kept(kept.size() + 1));
    }
    bool closed = false;
    io.close([&](std::error_code) { closed = true; });
    CHECK(until([&] { return closed; }));
    kept[0](words("late"));
    auto const late = answered.reply();
    CHECK(late.body == "late");
    CHECK(late.header("Connection") == "close");
    CHECK(answered.until_ended());
    kept.clear();
    CHECK(forgotten.reply().status == 500);
    CHECK(forgotten.until_ended());
    left.leave();
    answered.leave();
    forgotten.leave();
    CHECK(run_dry());
}

TEST_CASE("a handler's request may outlive the server and the context")
{
    std::vector<http_responder> late;
    {
        pages::house house;
        house.keep();
        auto caller = house.call();
        caller.send(get_request("/"));
        caller.send(get_request("/"));
        REQUIRE(house.until_kept(1));
        house.io = socketio::server{house.context};
        late = house.kept;
    }
    late[0](words("nobody"));
    late.clear();
    CHECK(late.empty());
}

TEST_CASE("a handler that holds the server goes when that is closed")
{
    pages::house house;
    auto const held = std::make_shared<int>(1);
    house.io.on_request([held](http_request const&) { return words("held"); });
    CHECK(house.call().get("/").body == "held");
    CHECK(held.use_count() == 2);
    CHECK(house.run_dry());
    CHECK(held.use_count() == 1);
}

TEST_CASE("pages are served by all threads of the context")
{
    support::threaded_server_fixture threaded_server_fixture;
    std::atomic<int> served{0}, wrong{0};
    threaded_server_fixture.io->on_request([&](http_request const& request) {
        ++served;
        return words(std::string{request.path()});
    });
    threaded_server_fixture.start(2, [](socketio::socket, int) {});
    support::in_threads(4, [&](int number) {
        asio::io_context own;
        std::string const target = "/" + std::to_string(number);
        for (int i = 0; i != 25; ++i) {
            http_caller caller{own, threaded_server_fixture.io->port()};
            for (int j = 0; j != 4; ++j)
                wrong += caller.get(target).body != target;
        }
    });
    CHECK(served == 400);
    CHECK(wrong == 0);
}
