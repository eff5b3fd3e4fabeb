// What a client tells of itself: the option `log`, and without it the likely mistakes of the program on standard error.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/npm_client.hpp"
#include "support/peer.hpp"
#include "support/standard_error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace log_tests {

using support::client_test;
using support::standard_error;

// A server that sends these packets to a client of "/".
support::script sends(std::vector<std::string> const& packets)
{
    auto made = support::script().open().accept();
    for (std::string const& each : packets)
        made.text(each);
    return made;
}

constexpr auto news = R"(42["news","seven"])";
constexpr auto said_of_news = R"(socketio: socket: / "news", argument 1: expected integer)";

struct log_test : client_test {
    standard_error told;
    std::vector<std::string> lines; // of the log

    socketio::options logged(socketio::options from = {})
    {
        from.log = [this](socketio::log_level, std::string_view component, std::string_view text) {
            lines.push_back(std::string{component} + ": " + std::string{text});
        };
        return from;
    }
    std::ptrdiff_t logged_lines(std::string_view words) const
    {
        return std::count_if(lines.begin(), lines.end(),
            [&](std::string const& each) { return each.find(words) != std::string::npos; });
    }
    // Until the peer's "last" has come.
    bool until_last(socketio::socket& socket)
    {
        socket.on("last", [this] { heard.note("last"); });
        return until_heard("last");
    }
};

TEST_CASE_FIXTURE(log_test, "an event that its listener cannot take is told on standard error, once for each argument")
{
    support::raw_server server(
        sends({news, news, R"(42["other",1,2])", R"(42["other",1,2])", R"(42["last"])"}));
    auto socket = socketio::io(context, server.url());
    socket.on("news", [](int) {});
    socket.on("other", [](int, std::string const&) {});
    REQUIRE(until_last(socket));
    CHECK(told.count("") == 2);
    CHECK(told.count(said_of_news) == 1);
    CHECK(told.count(R"(/ "other", argument 2: expected string, got integer)") == 1);
    CHECK(told.text().find("got string (told once; the option log tells all)\n") != std::string::npos);
}

TEST_CASE_FIXTURE(log_test, "every client tells its own")
{
    for (int i = 0; i != 2; ++i) {
        support::raw_server server(sends({news, R"(42["last"])"}));
        auto socket = socketio::io(context, server.url(), {.forceNew = true});
        socket.on("news", [](int) {});
        REQUIRE(until_last(socket));
        heard.clear();
    }
    CHECK(told.count(said_of_news) == 2);
}

TEST_CASE_FIXTURE(log_test, "on_error, a log and no_log each leave standard error empty")
{
    support::raw_server server(sends({news, news, R"(42["last"])"}));
    socketio::options settings;
    SUBCASE("on_error") {}
    SUBCASE("log") { settings = logged(); }
    SUBCASE("no_log") { settings.log = socketio::no_log; }
    bool const hooked = !settings.log;
    auto socket = socketio::io(context, server.url(), settings);
    int errors = 0;
    if (hooked)
        socket.on_error([&](socketio::event_error const&) { ++errors; });
    socket.on("news", [](int) {});
    REQUIRE(until_last(socket));
    CHECK(told.text().empty());
    CHECK(errors == (hooked ? 2 : 0));
    if (!lines.empty())
        CHECK(logged_lines(R"(socket: / "news", argument 1: expected integer)") == 2);
}

TEST_CASE_FIXTURE(log_test, "what the peer writes stays one line of bounded length, without control characters")
{
    std::string const key = R"(\u001b[31m\r\nsocketio: \u009b \u202e)" + std::string(5000, 'k');
    support::raw_server server(sends({R"(42["news",{")" + key + R"(":"x"}])", R"(42["last"])"}));
    socketio::options settings;
    SUBCASE("on standard error") {}
    SUBCASE("in the log") { settings = logged(); }
    bool const by_log = static_cast<bool>(settings.log);
    auto socket = socketio::io(context, server.url(), settings);
    socket.on("news", [](std::map<std::string, int> const&) {});
    REQUIRE(until_last(socket));
    std::string line = told.text();
    CHECK((line.empty() == by_log));
    for (std::string const& each : lines)
        if (each.find("news") != std::string::npos)
            line = each + '\n';
    REQUIRE_FALSE(line.empty());
    CHECK(line.size() < 1100);
    CHECK(std::count_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }) == 1);
    CHECK(line.find("\xC2\x9B") == std::string::npos);
}

TEST_CASE_FIXTURE(log_test, "sixteen warnings are enough for one client")
{
    std::vector<std::string> packets;
    for (int i = 0; i != 40; ++i)
        packets.push_back("42[\"event " + std::to_string(i) + "\"]");
    packets.emplace_back(R"(42["last"])");
    support::raw_server server(sends(packets));
    auto socket = socketio::io(context, server.url());
    for (int i = 0; i != 40; ++i)
        socket.on("event " + std::to_string(i), [](int) {});
    REQUIRE(until_last(socket));
    CHECK(told.count("") == 16);
}

TEST_CASE_FIXTURE(log_test, "an answer that does not fit its handler is told as well")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.emit("echo", "seven", [](int) {});
    REQUIRE(round_trip(socket));
    CHECK(told.count(R"(socketio: socket: / "echo", argument 1: expected integer)") == 1);
}

TEST_CASE_FIXTURE(log_test, "a listener of \"connected\" where nobody listens to \"connect\" is doubted, once")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    for (auto const name : {"connected", "disconnected", "conect_error", "Disconnect", "reconnect_attempt", "news"})
        socket.on(name, [] {});
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
    socket.disconnect();
    REQUIRE(until([&] { return !socket.connected(); }));
    socket.connect();
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
    CAPTURE(told.text());
    CHECK(told.count("") == 5);
    CHECK(told.count(R"(socket: / there is a listener of "connected", which is no event of the library, and none of "connect": was that meant?)") == 1);
    CHECK(told.count(R"("disconnected", which is no event of the library, and none of "disconnect")") == 1);
    CHECK(told.count(R"("conect_error", which is no event of the library, and none of "connect_error")") == 1);
    CHECK(told.count(R"("Disconnect", which)") == 1);
    CHECK(told.count(R"("reconnect_attempt", which is an event of the manager, socket.io())") == 1);
}

TEST_CASE_FIXTURE(log_test, "a listener of \"connected\" beside one of \"connect\" is the program's own affair")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.on("connected", [] {});
    socket.on("connect", [] {});
    socket.on("connexion", [] {});
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
    CHECK(told.text().empty());
}

TEST_CASE_FIXTURE(log_test, "a wrong name is doubted when the connection fails, too")
{
    support::silent_port const nobody(context);
    auto socket = socketio::io(context, nobody.url(), support::once_only(logged()));
    socket.on("connect_failed", [] {});
    REQUIRE(idle());
    CHECK(logged_lines(R"(socket: / there is a listener of "connect_failed", which is no event of the library, and none of "connect_error")") == 1);
    CHECK(told.text().empty());
}

TEST_CASE_FIXTURE(log_test, "a listener of an event that a manager does not have is told when it is added, once for each name")
{
    socketio::manager const manager{context, "http://127.0.0.1:1", {.autoConnect = false}};
    manager.on("reconect", [] {});
    manager.once("reconect", [] {});
    for (auto const name : {"Reconnect_atempts", "upgradeError", "opne", "connect", "reconnecting", "news"})
        manager.on(name, [] {});
    CAPTURE(told.text());
    CHECK(told.count("") == 7);
    CHECK(told.count(R"(socketio: manager: there is a listener of "reconect", which is no event of a manager: was "reconnect" meant? (told once)") == 1);
    CHECK(told.count(R"("Reconnect_atempts", which is no event of a manager: was "reconnect_attempt" meant?)") == 1);
    CHECK(told.count(R"("upgradeError", which is no event of a manager: was "upgrade_error" meant?)") == 1);
    CHECK(told.count(R"("opne", which is no event of a manager: was "open" meant?)") == 1);
    CHECK(told.count(R"("connect", which is an event of a socket: a manager has "open")") == 1);
    CHECK(told.count(R"("reconnecting", which is no event of a manager: was "reconnect_attempt" meant?)") == 1);
    CHECK(told.count(R"("news", which is no event of a manager: those of the server come to a socket)") == 1);
}

TEST_CASE_FIXTURE(log_test, "a listener of each event that a manager has is silent, and so is no_log of any other")
{
    socketio::manager const manager{context, "http://127.0.0.1:1", {.autoConnect = false}};
    for (auto const name : {"open", "error", "ping", "drain", "packet", "close", "reconnect_attempt", "reconnect",
             "reconnect_error", "reconnect_failed", "upgrading", "upgrade", "upgrade_error"})
        manager.on(name, [] {});
    socketio::manager const quiet{
        context, "http://127.0.0.1:1", {.autoConnect = false, .log = socketio::no_log}};
    quiet.on("reconect", [] {});
    context.run();
    CHECK(told.text().empty());
}

TEST_CASE_FIXTURE(log_test, "an event that a manager does not have goes to the log, once for each name, from any thread")
{
    support::silent_port const nobody(context);
    auto socket = socketio::io(context, nobody.url(), support::once_only(logged()));
    std::thread{[manager = socket.io()] {
        for (int i = 0; i != 3; ++i)
            manager.on("reconect", [] {});
    }}.join();
    socket.io().on("error", [manager = socket.io()](socketio::connect_error const&) { manager.on("closed", [] {}); });
    CHECK(lines.empty());
    REQUIRE(idle());
    CHECK(logged_lines(R"(manager: there is a listener of "reconect", which is no event of a manager)") == 1);
    CHECK(logged_lines(R"(manager: there is a listener of "closed", which is no event of a manager: was "close" meant?)") == 1);
    CHECK(told.text().empty());
}

TEST_CASE_FIXTURE(log_test, "a namespace that the server does not have is named, with what the URL's path is")
{
    support::npm_server server;
    std::string nsp = "/admni";
    std::string more;
    SUBCASE("a typing error") {}
    SUBCASE("the path of Socket.IO's requests")
    {
        nsp = "/socket.io/";
        more = ". The path of Socket.IO's requests is the option path, and no part of the URL";
    }
    auto socket = socketio::io(context, server.url() + nsp);
    heard.follow(socket);
    REQUIRE(until_heard("connect_error: Invalid namespace"));
    CHECK(told.text() == "socketio: socket: " + nsp + " is no namespace of the server: the path of the URL names the namespace" +
                             more + " (told once; the option log tells all)\n");
}

TEST_CASE_FIXTURE(log_test, "a socket that nobody keeps is told, and so is a context that never ran")
{
    constexpr auto words = "socketio: socket: /admin has never connected: its last socketio::socket was destroyed before "
                           "the context ran. Keep the socket, and call the context's run()";
    SUBCASE("dropped at once")
    {
        socketio::io(context, "http://127.0.0.1:1/admin").on("news", [] {});
        context.run();
    }
    SUBCASE("without run()")
    {
        asio::io_context never;
        auto socket = socketio::io(never, "http://127.0.0.1:1/admin");
        socket.on("news", [] {});
    }
    CHECK(told.count(words) == 1);
    CHECK(told.count("") == 1);
}

TEST_CASE_FIXTURE(log_test, "a socket without listeners, or one that has begun to connect, goes silently")
{
    static_cast<void>(socketio::io(context, "http://127.0.0.1:1"));
    auto late = socketio::io(context, "http://127.0.0.1:1", {.autoConnect = false});
    late.on("news", [] {});
    late = {};
    auto begun = socketio::io(context, "http://127.0.0.1:1", {.forceNew = true});
    begun.on("news", [] {});
    context.poll();
    begun = {};
    context.run();
    CHECK(told.text().empty());
}

TEST_CASE_FIXTURE(log_test, "a dropped socket goes to the log when the context runs")
{
    socketio::io(context, "http://127.0.0.1:1", logged()).on("news", [] {});
    context.run();
    CHECK(logged_lines("socket: / has never connected") == 1);
    CHECK(told.text().empty());
}

} // namespace log_tests
