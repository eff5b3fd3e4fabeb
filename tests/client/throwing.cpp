// Exceptions of listeners, handlers, hooks and providers: they leave through run(), and nothing is lost.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

using support::client_test;

namespace {

struct throwing_test : client_test {
    // Runs until the exception of a listener leaves the context; its words.
    std::string thrown()
    {
        try {
            until([] { return false; });
        } catch (std::runtime_error const& error) {
            return error.what();
        }
        return "nothing was thrown";
    }
};

} // namespace

TEST_CASE_FIXTURE(throwing_test, "what a listener throws leaves through run, and no event is lost")
{
    // Four events in one segment.
    support::raw_server server(support::script().open().accept().hex("8107" "34325b2261225d" "8107" "34325b2262225d"
                                                                     "8107" "34325b2263225d" "8107" "34325b2264225d"));
    auto socket = socketio::io(context, server.url());
    heard.follow_events(socket);
    socket.on("b", [] { throw std::runtime_error("b has thrown"); });
    socket.on("b", [&] { heard.note("not reached"); });
    socket.on("d", [] { throw std::runtime_error("d has thrown"); });
    CHECK(thrown() == "b has thrown");
    CHECK(heard.text() == "event a | event b");
    CHECK(thrown() == "d has thrown");
    CHECK(heard.text() == "event a | event b | event c | event d");
    CHECK(socket.connected());
    socket.emit("still here");
    CHECK(support::await_entry(context, server, "message", "text", 2) == R"("42[\"still here\"]")");
}

TEST_CASE_FIXTURE(throwing_test, "early events, the send buffer and acks survive listeners that throw")
{
    support::script steps;
    steps.open().expect("40").text(R"(42["a"])").text(R"(42["b"])").text(R"(40{"sid":"S1"})").expect("421");
    steps.text("430[]").text("431[]").text(R"(42["end"])");
    support::raw_server server(steps);
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    heard.follow_events(socket);
    socket.on("a", [] { throw std::runtime_error("a"); });
    socket.on("b", [] { throw std::runtime_error("b"); });
    socket.on("connect", [] { throw std::runtime_error("connect"); });
    socket.emit("first", [] { throw std::runtime_error("first ack"); });
    socket.emit("second", [&] { heard.note("second ack"); });
    for (char const* const expected : {"a", "b", "connect", "first ack"})
        CHECK(thrown() == expected);
    REQUIRE(until_heard("event end"));
    CHECK(heard.text() == "event a | event b | connect | second ack | event end");
    CHECK(server.log("message", "text") == R"(["40","420[\"first\"]","421[\"second\"]"])");
}

TEST_CASE_FIXTURE(throwing_test, "reconnection goes on when the listeners of a loss throw")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    socket.once("disconnect", [] { throw std::runtime_error("disconnect"); });
    socket.io().once("close", [] { throw std::runtime_error("close"); });
    socket.io().once("reconnect_attempt", [] { throw std::runtime_error("attempt"); });
    socket.emit("silence", [](std::error_code ec) { throw std::runtime_error(ec.message()); });
    socket.emit("drop");
    for (char const* const expected : {"disconnect", "socket has been disconnected", "close", "attempt"})
        CHECK(thrown() == expected);
    REQUIRE(until_heard("reconnect: 1"));
    CHECK(heard.text() == "connect | disconnect: transport close | connect | reconnect: 1");
}

TEST_CASE_FIXTURE(throwing_test, "connect_error listeners and error hooks may throw, too")
{
    support::npm_server server;
    server.ask(R"({"do":"stop listening"})");
    auto socket = socketio::io(context, server.url(), support::quick());
    socket.once("connect_error", [] { throw std::runtime_error("connect_error"); });
    CHECK(thrown() == "connect_error");
    server.ask(R"({"do":"listen"})");
    REQUIRE(until_connected(socket));
    socket.on_error([](socketio::event_error const& why) { throw std::runtime_error(why.event); });
    socket.on("echo event", [](int) {});
    socket.on("echo event", [&](std::string const& text) { heard.note(text); });
    socket.emit("echo event", "text");
    socket.emit("echo event", 1);
    CHECK(thrown() == "echo event");
    CHECK(thrown() == "echo event");
    CHECK(round_trip(socket));
    CHECK(heard.text() == "");
}

TEST_CASE_FIXTURE(throwing_test, "a provider that throws is a failed attempt; the next one asks again")
{
    support::npm_server server;
    int asked = 0;
    auto settings = support::quick();
    settings.query = [&]() -> socketio::string_pairs {
        if (++asked == 1)
            throw std::runtime_error("query");
        return {{"asked", std::to_string(asked)}};
    };
    settings.extraHeaders = [&]() -> socketio::string_pairs {
        if (++asked == 3)
            throw std::runtime_error("extraHeaders");
        return {};
    };
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow(socket);
    CHECK(thrown() == "query");
    CHECK(thrown() == "extraHeaders");
    REQUIRE(until_heard("reconnect: 2"));
    CHECK(heard.text() == "connect_error: query: the provider threw | connect_error: extraHeaders: the provider threw | "
                          "connect | reconnect: 2");
}

TEST_CASE_FIXTURE(throwing_test, "an auth provider that throws is a connect_error of that namespace alone")
{
    support::npm_server server;
    socketio::manager manager{context, server.url()};
    auto root = manager.socket("/");
    auto custom = manager.socket("/custom", {.auth = []() -> socketio::object { throw std::runtime_error("auth"); }});
    heard.follow(custom);
    CHECK(thrown() == "auth");
    REQUIRE(until_heard("connect_error: auth: the provider threw"));
    CHECK_FALSE(custom.active());
    REQUIRE(until_connected(root));
    CHECK(round_trip(root));
}
