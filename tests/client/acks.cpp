// Acknowledgements both ways: whose answer, when, how often, and what happens when there is none.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/post.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using support::client_test;

namespace {

constexpr auto ask_me = R"({"do":"ask","event":"question","args":[20,22]})";

} // namespace

TEST_CASE_FIXTURE(client_test, "an ack brings all arguments of the answer, typed, optional, or none at all")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.emit("sum", 1, 2, 3, [&](int sum) { heard.note("sum " + std::to_string(sum)); });
    socket.emit("echo", 1, "two", nullptr, [&](int one, std::string const& two, std::nullptr_t, std::optional<int> none) {
        heard.note(std::to_string(one) + two + (none ? "" : " none"));
    });
    socket.emit("echo", [&] { heard.note("nothing"); });
    socket.emit("echo", 4, 5, [&](std::error_code ec, int four) {
        heard.note((ec ? "error" : "no error ") + std::to_string(four));
    });
    socket.emit("echo", 6, [&](auto const& all) { heard.note(all[0].to_json()); });
    socket.emit("big", 300000, [&](std::string const& text) { heard.note(std::to_string(text.size())); });
    REQUIRE(until_heard("300000"));
    CHECK(heard.text() == "sum 6 | 1two none | nothing | no error 4 | 6 | 300000");
}

TEST_CASE_FIXTURE(client_test, "answers may come in another order than the questions")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.emit("later", 50, [&](std::string const& text) { heard.note(text); });
    socket.emit("echo", "now", [&](std::string const& text) { heard.note(text); });
    REQUIRE(until_heard("late"));
    CHECK(heard.text() == "now | late");
}

TEST_CASE_FIXTURE(client_test, "the server's question is answered with any arguments, once")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.on("question", [&](int a, int b, socketio::ack const& reply) {
        CHECK(static_cast<bool>(reply));
        reply(a + b, "text", nullptr, socketio::array{true});
        reply("again");
    });
    socket.on("question", [](socketio::ack const& reply) { reply("another listener, too late"); });
    REQUIRE(until_connected(socket));
    CHECK(support::ask(context, server, ask_me) == R"([42,"text",null,[true]])");
    socket.emit("ack me", 1, 2);
    REQUIRE(round_trip(socket));
    CHECK(support::await_entry(context, server, "answer", "args") == R"([3,"text",null,[true]])");
    CHECK(server.count("answer") == 1);
}

TEST_CASE_FIXTURE(client_test, "an ack may be kept and called later, and from another thread")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    std::vector<socketio::ack> kept;
    socket.on("question", [&](socketio::ack reply) { kept.push_back(std::move(reply)); });
    REQUIRE(until_connected(socket));
    server.command(ask_me);
    REQUIRE(until([&] { return !kept.empty(); }));
    REQUIRE(round_trip(socket));
    std::thread([&] { kept.front()("from a thread"); }).join();
    kept.front()("too late");
    std::optional<std::string> answer;
    REQUIRE(until([&] { return (answer = server.reply()).has_value(); }));
    CHECK(*answer == R"(["from a thread"])");

    server.command(ask_me);
    REQUIRE(until([&] { return kept.size() == 2; }));
    asio::post(context, [&] { kept.back()(2, 3); });
    REQUIRE(until([&] { return (answer = server.reply()).has_value(); }));
    CHECK(*answer == "[2,3]");
}

TEST_CASE_FIXTURE(client_test, "an ack that is never called leaves the server waiting, is logged, and harms nobody")
{
    support::npm_server server;
    std::vector<std::string> log;
    socketio::options settings;
    settings.log = [&](socketio::log_level, std::string_view, std::string_view text) { log.emplace_back(text); };
    auto socket = socketio::io(context, server.url(), settings);
    int called = 0;
    socket.on("question", [&](socketio::ack) { ++called; });
    REQUIRE(until_connected(socket));
    CHECK_THROWS_WITH(support::ask(context, server, R"({"do":"ask","event":"question","timeout":50})"),
        R"(the peer says {"error":"operation has timed out"})");
    CHECK(called == 1);
    CHECK(round_trip(socket));
    bool logged = false;
    for (std::string const& line : log)
        logged = logged || line == "/ event 0 will never be answered: its ack was dropped";
    CHECK(logged);
}

TEST_CASE_FIXTURE(client_test, "an event that asks for no answer comes with an empty ack")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.on("echo event", [&](int number, socketio::ack const& reply) {
        reply("nobody wants this");
        heard.note(std::to_string(number) + (reply ? " with" : " without"));
    });
    socket.emit("echo event", 1);
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "1 without");
    CHECK(server.count("answer") == 0);
}

TEST_CASE_FIXTURE(client_test, "an answer that comes when its connection is gone is not sent on the next one")
{
    auto const ask = support::script().open().accept().text(R"(421["question"])").expect("42").terminate();
    auto const next = support::script().open().accept("S2").text(R"(421["question"])").expect("42");
    support::raw_server server(support::plans(ask, next));
    auto socket = socketio::io(context, server.url(), support::quick());
    std::vector<socketio::ack> kept;
    socket.on("question", [&](socketio::ack const& reply) {
        kept.push_back(reply);
        if (kept.size() == 1)
            socket.emit("leave");
    });
    REQUIRE(until([&] { return kept.size() == 2; }));
    kept[0]("for the first");
    std::thread([&] { kept[0]("again"); }).join();
    kept[1]("for the second");
    socket.emit("end");
    CHECK(support::await_entry(context, server, "message", "text", 5) == R"("42[\"end\"]")");
    CHECK(server.log("message", "text") ==
          R"(["40","42[\"leave\"]","40","431[\"for the second\"]","42[\"end\"]"])");
}

TEST_CASE_FIXTURE(client_test, "a lost connection ends the acks of what was sent, after \"disconnect\"")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::once_only());
    auto alive = std::make_shared<int>(0);
    std::weak_ptr<int> const watched = alive;
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    socket.emit("silence", [&](std::error_code ec) { heard.note(ec.message()); });
    socket.emit("silence", [&, alive] { heard.note("never" + std::to_string(*alive)); });
    socket.emit("silence", [&](std::error_code ec, int number) {
        CHECK(ec == socketio::error::disconnected);
        CHECK(number == 0);
        heard.note("second");
    });
    alive.reset();
    CHECK_FALSE(watched.expired());
    socket.emit("drop");
    REQUIRE(until_heard("second"));
    CHECK(heard.text() == "connect | disconnect: transport close | socket has been disconnected | second");
    CHECK(watched.expired());
}

TEST_CASE_FIXTURE(client_test, "the acks of events that still wait to be sent survive a lost connection")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    socket.once("disconnect", [&] {
        socket.emit("echo", "buffered", [&](std::error_code ec, std::string const& text) {
            heard.note(ec ? ec.message() : text);
        });
        socket.emit("echo", "plain", [&](std::string const& text) { heard.note(text); });
    });
    socket.once("connect", [&] { socket.emit("drop"); });
    REQUIRE(until_heard("plain"));
    CHECK(heard.text() ==
          "connect | disconnect: transport close | connect | reconnect: 1 | buffered | plain");
}

TEST_CASE_FIXTURE(client_test, "leaving the namespace ends the acks of what was sent, too")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    socket.emit("silence", [&](std::error_code ec) { heard.note(ec.message()); });
    socket.disconnect();
    CHECK(idle());
    CHECK(heard.text() == "socket has been disconnected");
}

TEST_CASE_FIXTURE(client_test, "ack ids count on over a reconnection; unknown and repeated answers are ignored")
{
    support::script first;
    first.open().accept().expect("420").text("437[7]").text("430[0]").text("430[1]").expect("421").terminate();
    support::script second;
    second.open().accept().expect("422").text("431[\"late\"]").text("432[2]").text("42[\"end\"]");
    support::raw_server server(support::plans(first, second));
    auto socket = socketio::io(context, server.url(), support::quick());
    auto const note = [&](char const* name) {
        return [this, name](std::error_code ec, std::optional<int> number) {
            heard.note(std::string(name) + ' ' + (ec ? ec.message() : std::to_string(number.value_or(-1))));
        };
    };
    heard.follow_events(socket);
    socket.on("disconnect", [&] { socket.emit("c", note("c")); });
    socket.emit("a", note("a"));
    REQUIRE(until_heard("a 0"));
    socket.emit("b", note("b"));
    REQUIRE(until_heard("event end"));
    CHECK(heard.text() == "a 0 | b socket has been disconnected | c 2 | event end");
    CHECK(server.log("message", "text") == R"(["40","420[\"a\"]","421[\"b\"]","40","422[\"c\"]"])");
}

TEST_CASE_FIXTURE(client_test, "inside an ack's handler one may emit, ask again and disconnect")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    heard.follow(socket);
    socket.emit("echo", 1, [&](int one) {
        socket.emit("sum", one, 1, [&](int two) {
            heard.note(std::to_string(two));
            socket.emit("last words");
            socket.disconnect();
        });
    });
    CHECK(idle());
    CHECK(heard.text() == "connect | 2 | disconnect: io client disconnect");
    CHECK(server.log("event", "event") == R"(["echo","sum","last words"])");
}
