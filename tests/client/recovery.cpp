// Connection state recovery with npm's server: the session and what was missed come back.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

using support::client_test;

namespace {

struct recovery_test : client_test {
    support::npm_server server{R"({"connectionStateRecovery":{"maxDisconnectionDuration":120000}})"};

    void follow(socketio::socket& socket)
    {
        heard.follow(socket);
        socket.on("news", [this](int number) { heard.note("news " + std::to_string(number)); });
    }
    void send_news(int number)
    {
        support::ask(context, server, R"({"do":"emit","event":"news","args":[)" + std::to_string(number) + "]}");
    }
    // The connection is lost, without a goodbye, and stays so until connect().
    void lose(socketio::socket& socket)
    {
        support::ask(context, server, R"({"do":"lose"})");
        REQUIRE(until([&] { return !socket.connected(); }));
        support::await_entry(context, server, "disconnect", "reason", ++lost);
    }
    int lost = 0;
};

} // namespace

TEST_CASE_FIXTURE(recovery_test, "a lost connection is recovered: same id, and what was missed comes before \"connect\"")
{
    auto socket = socketio::io(context, server.url(), support::once_only());
    follow(socket);
    REQUIRE(until_heard("connect"));
    CHECK_FALSE(socket.recovered());
    CHECK_FALSE(socket.recovery().pid.empty());
    CHECK(socket.recovery().offset.empty());
    send_news(1);
    REQUIRE(until_heard("news 1"));
    CHECK_FALSE(socket.recovery().offset.empty());
    auto const id = socket.id();

    lose(socket);
    send_news(2);
    send_news(3);
    heard.clear();
    socket.connect();
    REQUIRE(until_heard("connect"));
    CHECK(heard.text() == "news 2 | news 3 | connect");
    CHECK(socket.recovered());
    CHECK(socket.id() == id);

    // Again: the offset has gone on with what was delivered late.
    lose(socket);
    send_news(4);
    heard.clear();
    socket.connect();
    REQUIRE(until_heard("connect"));
    CHECK(heard.text() == "news 4 | connect");
}

TEST_CASE_FIXTURE(recovery_test, "leaving the namespace ends the session: the next one is not recovered")
{
    auto socket = socketio::io(context, server.url());
    follow(socket);
    REQUIRE(until_heard("connect"));
    send_news(1);
    REQUIRE(until_heard("news 1"));
    auto const before = socket.recovery();
    socket.disconnect();
    CHECK(idle());
    heard.clear();
    socket.connect();
    REQUIRE(until_heard("connect"));
    CHECK_FALSE(socket.recovered());
    CHECK(socket.recovery().pid != before.pid);
    CHECK(socket.recovery().offset.empty());
}

TEST_CASE_FIXTURE(recovery_test, "a new socket resumes from the recovery state of an earlier one")
{
    auto socket = socketio::io(context, server.url(), support::once_only());
    follow(socket);
    REQUIRE(until_heard("connect"));
    send_news(1);
    REQUIRE(until_heard("news 1"));
    auto const id = socket.id();
    lose(socket);
    auto const state = socket.recovery();
    socket = {};
    CHECK(idle());
    send_news(2);
    heard.clear();

    socketio::options settings;
    settings.recovery = state;
    auto resumed = socketio::io(context, server.url(), settings);
    follow(resumed);
    REQUIRE(until_heard("connect"));
    CHECK(heard.text() == "news 2 | connect");
    CHECK(resumed.recovered());
    CHECK(resumed.id() == id);
}

TEST_CASE_FIXTURE(recovery_test, "a state that the server does not know begins a new session")
{
    socketio::options settings;
    settings.recovery = {.pid = "nobody", .offset = "nothing"};
    auto socket = socketio::io(context, server.url(), settings);
    REQUIRE(until_connected(socket));
    CHECK_FALSE(socket.recovered());
    CHECK(socket.recovery().pid != "nobody");
}

TEST_CASE_FIXTURE(client_test, "what was replayed on a connection that was lost before its CONNECT was answered comes once")
{
    std::string const session = R"({"sid":"S1","pid":"P1"})";
    auto const first = support::script().open().accept_json(session).text(R"(42["news",1,"o1"])").terminate();
    auto const second = support::script().open().expect("40").text(R"(42["news",2,"o2"])").text(R"(420["news",3])").end();
    auto const third = support::script().open().accept_json(session).text(R"(42["news",4,"o4"])");
    support::raw_server server(support::plans(first, second, third));
    auto socket = socketio::io(context, server.url(), support::quick());
    socket.on("connect", [&] { heard.note("connect"); });
    socket.on("news", [&](int number) { heard.note("news " + std::to_string(number)); });
    REQUIRE(until_heard("news 4"));
    CHECK(heard.text() == "connect | news 1 | news 2 | news 3 | connect | news 4");
    std::string const connects = server.log("message", "text");
    CHECK(connects.find(R"("offset\":\"o1\")") != std::string::npos);
    CHECK(connects.find(R"("offset\":\"o2\")") != std::string::npos);
}

TEST_CASE_FIXTURE(client_test, "pid and offset go with CONNECT, auth's own win, and an answer's string is no offset")
{
    auto const first = support::script()
                           .open()
                           .accept_json(R"({"sid":"S1","pid":"P1"})")
                           .text(R"(42["a",1,"o1"])")
                           .text(R"(421["b","not an offset"])")
                           .expect("431")
                           .terminate();
    auto const second = support::script().open().accept_json(R"({"sid":"S1","pid":"P1"})").expect("42").terminate();
    auto const third = support::script().open().accept("S3").expect("42").terminate();
    auto const fourth = support::script().open().accept("S4").text(R"(42["end"])");
    support::raw_server server(support::plans(first, second, third, fourth));
    auto settings = support::quick();
    settings.auth = socketio::object{{"token", "t"}, {"pid", "mine"}};
    auto socket = socketio::io(context, server.url(), settings);
    socket.on("b", [](std::string_view, socketio::ack const& reply) { reply(); });
    std::string recovered;
    socket.on("connect", [&] {
        recovered += socket.recovered() ? '+' : '-';
        if (recovered.size() > 1)
            socket.emit("go on");
    });
    socket.on("end", [&] { heard.note("end"); });
    REQUIRE(until_heard("end"));
    CHECK(recovered == "-+--");
    CHECK(server.log("message", "text").find(R"("40{\"pid\":\"mine\",\"offset\":\"o1\",\"token\":\"t\"}")") !=
          std::string::npos);
    CHECK(socket.recovery() == socketio::recovery_state{});
}
