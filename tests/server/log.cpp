// What a server tells of itself: the option `log`, and without it the likely mistakes of the program on standard error.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include "support/http_caller.hpp"
#include "support/raw_client.hpp"
#include "support/server_fixture.hpp"
#include "support/standard_error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace server_log_tests {

using support::server_fixture;

struct quiet_server : server_fixture {
    support::standard_error told;

    explicit quiet_server(socketio::server_options options = {}) : server_fixture{std::move(options)} {}
};

struct lines {
    std::vector<std::string> all;
    auto handler()
    {
        return [this](socketio::log_level, std::string_view component, std::string_view text) {
            all.push_back(std::string{component} + ": " + std::string{text});
        };
    }
    std::ptrdiff_t count(std::string_view words) const
    {
        return std::count_if(all.begin(), all.end(),
            [&](std::string const& each) { return each.find(words) != std::string::npos; });
    }
};

struct logged_server : lines, quiet_server {
    logged_server() : quiet_server{{.log = lines::handler()}} {}
};

constexpr auto said_of_news = R"(socket: / "news", argument 1: expected integer)";

TEST_CASE_FIXTURE(quiet_server, "an event that its listener cannot take is told on standard error, once for all clients")
{
    io.on("connection", [](socketio::server_socket socket) { socket.on("news", [](int) {}); });
    for (auto client : {guest(), guest()}) {
        client.emit("news", "seven");
        client.emit("news", "eight");
        REQUIRE(in_step(client));
    }
    CHECK(told.text().starts_with(std::string{"socketio: "} + said_of_news));
    CHECK(told.count("") == 1);
}

TEST_CASE_FIXTURE(quiet_server, "the names that clients give to namespaces use up no warnings")
{
    io.of(std::regex{"^/of-.*"}).on("connection", [](socketio::server_socket socket) {
        socket.on("news", [](int) {});
        socket.on("other", [](int) {});
    });
    for (int i = 0; i != 20; ++i) {
        auto client = guest("/of-" + std::to_string(i));
        client.emit("news", "seven");
        if (i == 19)
            client.emit("other", "eight");
        REQUIRE(in_step(client));
    }
    CHECK(told.count("\"news\"") == 1);
    CHECK(told.count("\"other\"") == 1);
}

TEST_CASE_FIXTURE(quiet_server, "with on_error, of the server or of the socket, nothing is on standard error")
{
    bool of_server = false;
    SUBCASE("of the server") { of_server = true; }
    SUBCASE("of the socket") {}
    auto const hook = [&](socketio::event_error const& why) { heard.note(why.event); };
    if (of_server)
        io.on_error(hook);
    io.on("connection", [&](socketio::server_socket socket) {
        socket.on("news", [](int) {});
        if (!of_server)
            socket.on_error(hook);
    });
    auto client = guest();
    client.emit("news", "seven");
    REQUIRE(in_step(client));
    CHECK(heard.text() == "news");
    CHECK(told.text().empty());
}

TEST_CASE("no_log silences a server")
{
    quiet_server server{{.log = socketio::no_log}};
    server.io.on("connection", [](socketio::server_socket socket) { socket.on("news", [](int) {}); });
    auto client = server.guest();
    client.emit("news", "seven");
    REQUIRE(server.in_step(client));
    CHECK(server.told.text().empty());
}

TEST_CASE_FIXTURE(quiet_server, "a listener of \"disconnected\" where nobody listens to \"disconnect\" is doubted, once")
{
    io.on("connection", [](socketio::server_socket socket) {
        socket.on("disconnected", [] {});
        socket.on("connection", [] {});
        socket.on("news", [] {});
    });
    for (auto client : {guest(), guest()})
        REQUIRE(in_step(client));
    CAPTURE(told.text());
    CHECK(told.count(R"(socketio: socket: / there is a listener of "disconnected", which is no event of the library, and none of "disconnect": was that meant?)") == 1);
    CHECK(told.count(R"(socketio: socket: / there is a listener of "connection", which is an event of a server or of a namespace)") == 1);
    CHECK(told.count("") == 2);
}

TEST_CASE_FIXTURE(logged_server, "the log has every event that did not fit, and standard error none")
{
    io.on("connection", [&](socketio::server_socket socket) {
        socket.on("news", [](int) {});
        socket.on("other", [](int) {});
        socket.on_error([&](socketio::event_error const& why) { heard.note(why.event); });
    });
    auto client = guest();
    client.emit("news", "seven");
    client.emit("news", "eight");
    REQUIRE(in_step(client));
    CHECK(count(said_of_news) == 2);
    CHECK(heard.count("news") == 2);
    CHECK(told.text().empty());
}

TEST_CASE_FIXTURE(logged_server, "the log has refused clients, with the reason and the namespace")
{
    io.of("/admin").use([](socketio::server_socket, socketio::next go_on) { go_on({"not \x1b[31m today"}); });
    for (char const* const nsp : {"/admin", "/nowhere"}) {
        auto client = this->client(nsp);
        client.on("connect_error", [&, nsp](socketio::connect_error const&) { heard.note(nsp); });
        REQUIRE(until_heard(nsp));
    }
    CHECK(count("socket: /admin refused 127.0.0.1: not  [31m today") == 1);
    CHECK(count("socket: /nowhere refused 127.0.0.1: Invalid namespace") == 1);
    CHECK(told.count("/nowhere is no namespace of the server") == 1); // of the client, which has no log
    CHECK(told.count("") == 1);
}

TEST_CASE_FIXTURE(logged_server, "the log has refused requests, on one line each, whatever they say")
{
    support::http_caller caller{context, io.port()};
    caller.get("/socket.io/?EIO=4&transport=%1b%5b31m%0d%0aengine%3a");
    caller.get("/socket.io/?EIO=3&transport=polling");
    caller.get("/socket.io/?EIO=4&transport=polling&sid=" + std::string(4000, 'x'));
    CHECK(all.at(0) == "engine: refused 127.0.0.1: Transport unknown, transport \" [31m  engine:\"");
    CHECK(all.at(1) == "engine: refused 127.0.0.1: Unsupported protocol version, protocol \"3\"");
    CHECK(all.at(2) == "engine: refused 127.0.0.1: Session ID unknown, sid \"" + std::string(200, 'x') + "\"");
}

TEST_CASE_FIXTURE(logged_server, "the log has connections that an error has ended")
{
    support::raw_client client{context, io.port()};
    REQUIRE(client.enter());
    client.say("4nonsense");
    REQUIRE(client.until_closed());
    REQUIRE(until([&] { return !all.empty(); }));
    CHECK(all.at(0) == "engine: the session of 127.0.0.1 ended: forced close: unknown packet type");
    CHECK(all.size() == 1);
}

TEST_CASE_FIXTURE(logged_server, "a connection that ends on purpose is no line, and neither is a message")
{
    io.on("connection", [](socketio::server_socket socket) { socket.on("news", [](int) {}); });
    auto client = guest();
    client.emit("news", 7);
    REQUIRE(in_step(client));
    client.disconnect();
    REQUIRE(until([&] { return io.engine().clientsCount() == 0; }));
    auto second = guest();
    socket_of(second).disconnect(true);
    REQUIRE(until([&] { return io.engine().clientsCount() == 0; }));
    CHECK(all.empty());
}

} // namespace server_log_tests
