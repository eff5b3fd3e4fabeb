// Engine.IO sessions over WebSocket alone.
#include <socketio/server/engine_session.hpp>

#include <socketio/websocket.hpp>

#include "support/engine_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using socketio::websocket;
using socketio::websocket_close;
using socketio::websocket_message;

namespace {

// A WebSocket that writes down what the server says.
struct visitor {
    explicit visitor(support::engine_fixture& visited, std::string const& query = "EIO=4&transport=websocket")
        : house{visited}, socket{visited.context, visited.ws_url(query)}
    {
        socket.on_message([this](websocket_message const& m) {
            if (m.is_text() && m.text().starts_with("0"))
                sid = m.text().substr(9, 20);
            heard.push_back(m.is_text() ? std::string{m.text()} : "binary " + std::to_string(m.size()));
        });
        socket.on_close([this](websocket_close const& how) { closed = how; });
    }
    bool until(std::size_t count)
    {
        return support::run_until(house.context, [&] { return heard.size() >= count; });
    }
    bool until_closed()
    {
        return support::run_until(house.context, [&] { return closed.has_value(); });
    }

    support::engine_fixture& house;
    websocket socket;
    std::vector<std::string> heard;
    std::optional<websocket_close> closed;
    std::string sid;
};

} // namespace

TEST_CASE("a session over WebSocket begins with the open packet, and its id is the channel's")
{
    support::engine_fixture house;
    visitor guest{house};
    REQUIRE(guest.until(1));
    CHECK(guest.heard[0] == R"(0{"sid":")" + guest.sid +
                                R"(","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
    CHECK(guest.sid.size() == 20);
    CHECK(house.session->sid() == guest.sid);
    CHECK(house.session->transport() == "websocket");
    CHECK(house.session->request().method == "GET");
    CHECK(house.session->request().target == "/socket.io/?EIO=4&transport=websocket");
    CHECK(house.server->clients_count() == 1);
    house.session.reset();
    CHECK(house.done());
    CHECK(guest.until_closed());
}

TEST_CASE("messages of both kinds pass both ways over WebSocket")
{
    support::engine_fixture house;
    visitor guest{house};
    REQUIRE(guest.until(1));
    guest.socket.send("4hello");
    guest.socket.send(socketio::bytes_view{socketio::bytes(3)});
    guest.socket.send("4" + std::string(70000, 'x'));
    REQUIRE(guest.until(4));
    CHECK(guest.heard[1] == "4hello");
    CHECK(guest.heard[2] == "binary 3");
    CHECK(guest.heard[3].size() == 70001);
    CHECK(house.until_heard("drained"));
    CHECK(house.done());
}

TEST_CASE("the server pings, and who does not answer is told to have timed out")
{
    support::engine_fixture house{{.pingInterval = 30ms, .pingTimeout = 20ms}};
    visitor guest{house};
    REQUIRE(guest.until(2));
    CHECK(guest.heard[1] == "2");
    guest.socket.send("3");
    REQUIRE(guest.until(3));
    CHECK(guest.heard[2] == "2");
    CHECK(house.until_heard("closed: ping timeout (" + make_error_code(socketio::error::ping_timeout).message() + ")"));
    CHECK(guest.until_closed());
    CHECK(guest.closed->code == 1005);
    CHECK(house.server->clients_count() == 0);
}

TEST_CASE("closing a session sends what was said before, and the owner is told once")
{
    support::engine_fixture house;
    visitor guest{house};
    REQUIRE(guest.until(1));
    guest.socket.send("4last");
    guest.socket.send("4close");
    guest.socket.send("4unheard");
    REQUIRE(guest.until_closed());
    CHECK(guest.heard.back() == "4last");
    CHECK(guest.closed->code == 1005);
    REQUIRE(house.until_heard("closed: forced close (" + make_error_code(socketio::error::stopped).message() + ")"));
    CHECK_FALSE(house.has_heard("text unheard"));
    CHECK(house.done());
}

TEST_CASE("aborting a session cuts the connection")
{
    support::engine_fixture house;
    visitor guest{house};
    REQUIRE(guest.until(1));
    guest.socket.send("4abort");
    REQUIRE(guest.until_closed());
    CHECK(guest.closed->code == 1006);
    CHECK(house.done());
}

TEST_CASE("a client that leaves is a transport close, and one that breaks the protocol is cut off")
{
    support::engine_fixture house;
    visitor leaving{house};
    REQUIRE(leaving.until(1));
    leaving.socket.close(1001);
    CHECK(house.until_heard("closed: transport close (" + make_error_code(socketio::error::closed).message() + ")"));

    visitor pinging{house};
    REQUIRE(pinging.until(1));
    pinging.socket.send("2");
    CHECK(house.until_heard("closed: transport error (" + make_error_code(socketio::error::engine_unexpected).message() + ")"));

    visitor babbling{house};
    REQUIRE(babbling.until(1));
    babbling.socket.send("9");
    CHECK(house.until_heard("closed: parse error (" + make_error_code(socketio::error::engine_packet_invalid).message() + ")"));

    visitor verbose{house};
    REQUIRE(verbose.until(1));
    verbose.socket.send("4" + std::string(1000001, 'x'));
    CHECK(house.until_heard("closed: transport error (" + make_error_code(socketio::error::message_too_large).message() + ")"));
    REQUIRE(verbose.until_closed());
    CHECK(verbose.closed->code == 1009);
    CHECK(house.done());
}

TEST_CASE("sessions and a server that outlive the context touch nothing")
{
    std::shared_ptr<socketio::detail::engine_session> session;
    std::shared_ptr<socketio::detail::engine_server> server;
    {
        support::engine_fixture house;
        visitor guest{house};
        REQUIRE(guest.until(1));
        session = house.session;
        server = house.server;
    }
    session->send_text("into the void", true);
    session->flush();
    session->close(socketio::detail::disconnect_reason::forced_close, {});
    CHECK_FALSE(session->is_writable());
    server->close({});
}
