// What a server that was not named is told in CONNECT, when a redirection has led to it.
#include "routes.hpp"

#include <socketio/server.hpp>

#include <string>
#include <vector>

using socketio::object;
using support::scripted_tcp_server;
using support::scripted_connection;

namespace {

// A server that notes what each CONNECT says, and a door that redirects to it.
struct redirected_test : support::refusal_test {
    socketio::server io{context, 0, {.address = "127.0.0.1"}};
    std::vector<std::string> told;
    scripted_tcp_server door{[this](scripted_connection& client) {
        client.read_head();
        client.write("HTTP/1.1 302 Found\r\nLocation: " + there() + "/socket.io/?EIO=4&transport=websocket\r\n\r\n");
    }};

    redirected_test()
    {
        io.on("connection", [this](socketio::server_socket arrived) {
            told.push_back(arrived.handshake().auth.to_json());
        });
    }
    ~redirected_test() { io.close(); }

    std::string there() const { return "http://127.0.0.1:" + std::to_string(io.port()); }
    socketio::socket guest(std::string const& url, socketio::options settings)
    {
        settings.forceNew = true;
        settings.follow_redirects = 1;
        return socketio::io(context, url, support::quick(std::move(settings)));
    }
    bool until_told(std::size_t count)
    {
        return until([&] { return told.size() >= count; });
    }
};

} // namespace

TEST_CASE_FIXTURE(redirected_test, "auth stays with the origin of the URL unless it may go along")
{
    auto const direct = guest(there(), {.auth = object{{"token", "abc"}}});
    REQUIRE(until_told(1));
    auto const held_back = guest(door.url(), {.auth = object{{"token", "abc"}}});
    REQUIRE(until_told(2));
    auto const let_go = guest(door.url(), {.auth = object{{"token", "abc"}}, .redirect_auth = true});
    REQUIRE(until_told(3));
    CHECK(told == std::vector<std::string>{R"({"token":"abc"})", "{}", R"({"token":"abc"})"});
}

TEST_CASE_FIXTURE(redirected_test, "a provider of auth is not asked for another origin, and is for its own")
{
    int asked = 0;
    auto const provider = [&] {
        ++asked;
        return object{{"token", asked}};
    };
    auto const held_back = guest(door.url(), {.auth = provider});
    REQUIRE(until_told(1));
    CHECK(asked == 0);
    auto const let_go = guest(door.url(), {.auth = provider, .redirect_auth = true});
    REQUIRE(until_told(2));
    CHECK(told == std::vector<std::string>{"{}", R"({"token":1})"});
}

TEST_CASE_FIXTURE(redirected_test, "the id that recovers a session is told to another origin only if auth is")
{
    socketio::recovery_state const earlier{.pid = "secret", .offset = "7"};
    auto const held_back = guest(door.url(), {.recovery = earlier});
    REQUIRE(until_told(1));
    auto const let_go = guest(door.url(), {.recovery = earlier, .redirect_auth = true});
    REQUIRE(until_told(2));
    CHECK(told == std::vector<std::string>{"{}", R"({"pid":"secret","offset":"7"})"});
}
