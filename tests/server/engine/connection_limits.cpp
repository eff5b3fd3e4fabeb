// What one TCP connection may cost the server, and how many there may be: every limit from below and from above.
#include <socketio/server/server_options.hpp>

#include "support/engine_requests.hpp"
#include "support/http_caller.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using socketio::server_options;
using support::get_request;
using support::http_caller;
using support::polling_target;
using support::sid_in;
using support::upgrade_headers;
using support::websocket_target;
using support::with_sid;

namespace {

// A frame of WebSocket as a client sends it, masked with zeros; of less than 126 bytes.
std::string frame_of(char opcode, std::string_view payload)
{
    std::string const head{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size()), 0, 0, 0, 0};
    return head + std::string{payload};
}

struct port_fixture : support::server_fixture {
    using server_fixture::server_fixture;

    http_caller call() { return {context, io.port()}; }
    bool until_received(http_caller& by, std::string_view text)
    {
        return until([&] { return by.received().find(text) != std::string::npos; });
    }
    // A caller with a session over WebSocket, in the namespace "/".
    http_caller websocket()
    {
        auto made = call();
        made.send(get_request(websocket_target, upgrade_headers) + frame_of(1, "40"));
        REQUIRE(until_received(made, R"(40{"sid":)"));
        return made;
    }
};

} // namespace

TEST_CASE("connections: one more than there may be is closed as it comes, and there is room again when one has gone")
{
    port_fixture house{server_options{.connections = 2}};
    auto first = house.call(), second = house.call();
    CHECK(first.get(polling_target).status == 200);
    CHECK(second.get("/nothing").status == 404);
    CHECK(house.io.snapshot().connections == 2);
    auto third = house.call();
    third.send(get_request(polling_target));
    REQUIRE(third.until_ended());
    CHECK(third.received().empty());
    CHECK(first.get("/nothing").status == 404);
    second.leave();
    REQUIRE(house.until([&] { return house.io.snapshot().connections == 1; }));
    CHECK(house.call().get(polling_target).status == 200);
}

TEST_CASE("connections: a client that finds the server full comes in when there is room")
{
    port_fixture house{server_options{.connections = 1}};
    auto inside = house.guest();
    auto outside = house.client();
    house.heard.follow(outside);
    REQUIRE(house.until([&] { return house.heard.count_of("connect_error") >= 2; }));
    CHECK(inside.connected());
    CHECK_FALSE(outside.connected());
    inside.disconnect();
    REQUIRE(house.until([&] { return outside.connected(); }));
    CHECK(house.io.snapshot().connections == 1);
}

TEST_CASE("close_timeout: a peer that does not take part in the closing handshake is left")
{
    port_fixture house{server_options{.close_timeout = 20ms}};
    auto mute = house.websocket();
    house.io.disconnectSockets(true);
    REQUIRE(mute.until_ended());
    CHECK(mute.received().ends_with(std::string_view{"\x88\0", 2}));
    CHECK(house.until([&] { return house.io.snapshot().connections == 0; }));
}

TEST_CASE("close_timeout: a peer has so long for its part")
{
    port_fixture house{server_options{.close_timeout = 1h}};
    auto slow = house.websocket();
    house.io.disconnectSockets(true);
    REQUIRE(house.until([&] { return slow.received().ends_with(std::string_view{"\x88\0", 2}); }));
    REQUIRE(house.until([&] { return house.io.snapshot().sessions == 0; })); // for Socket.IO it has gone
    CHECK_FALSE(slow.ended());
    CHECK(house.io.snapshot().connections == 1);
    slow.send(frame_of(8, ""));
    REQUIRE(slow.until_ended()); // in one direction
    CHECK(house.io.snapshot().connections == 1);
    slow.leave();
    CHECK(house.until([&] { return house.io.snapshot().connections == 0; }));
}

TEST_CASE("upgradeTimeout: an upgrade that is not finished by then is given up, and polling goes on")
{
    port_fixture house{server_options{.upgradeTimeout = 20ms, .close_timeout = 20ms}};
    auto caller = house.call();
    auto const sid = sid_in(caller.get(polling_target).body);
    auto const session = with_sid(polling_target, sid);
    CHECK(caller.post(session, "40").body == "ok");
    CHECK(caller.get(session).body.starts_with(R"(40{"sid":)"));
    for (bool const probes : {false, true}) { // and may be tried again
        CAPTURE(probes);
        auto candidate = house.call();
        auto const request = get_request(with_sid(websocket_target, sid), upgrade_headers);
        candidate.send(probes ? request + frame_of(1, "2probe") : request);
        REQUIRE(house.until_received(candidate, probes ? "3probe" : "101 Switching Protocols"));
        REQUIRE(candidate.until_ended());
    }
    house.io.emit("still", "here");
    CHECK(caller.get(session).body == R"(42["still","here"])");
}

TEST_CASE("upgradeTimeout: an upgrade that is finished in time stays")
{
    port_fixture house{server_options{.upgradeTimeout = 20ms, .close_timeout = 20ms}};
    auto caller = house.call();
    auto const sid = sid_in(caller.get(polling_target).body);
    auto candidate = house.call();
    candidate.send(get_request(with_sid(websocket_target, sid), upgrade_headers) + frame_of(1, "2probe") +
                   frame_of(1, "5") + frame_of(1, "40"));
    REQUIRE(house.until_received(candidate, R"(40{"sid":)"));
    // Another session's, begun later, is over before anything is said of this one.
    auto const other = sid_in(caller.get(polling_target).body);
    auto late = house.call();
    late.send(get_request(with_sid(websocket_target, other), upgrade_headers));
    REQUIRE(late.until_ended());
    house.io.emit("still", "here");
    CHECK(house.until_received(candidate, R"(42["still","here"])"));
}

TEST_CASE("http.header_bytes and http.headers: a head within them is answered, one beyond is refused")
{
    port_fixture house{server_options{.http = {.header_bytes = 500, .headers = 5}}};
    auto caller = house.call();
    std::size_t const rest = get_request(polling_target, "A: \r\n").size();
    CHECK(caller.get(polling_target, "A: " + std::string(500 - rest, 'a') + "\r\n").status == 200);
    CHECK(house.call().get(polling_target, "A: " + std::string(501 - rest, 'a') + "\r\n").status == 431);
    CHECK(caller.get(polling_target, "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n").status == 200);
    CHECK(house.call().get(polling_target, "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n").status == 431);
    CHECK(house.io.snapshot().sessions_opened == 2);
}

TEST_CASE("maxHttpBufferSize: a body of that size is read, one beyond is refused and ends the session")
{
    port_fixture house{server_options{.maxHttpBufferSize = 1000}};
    house.io.on("connection", [&](socketio::server_socket socket) {
        socket.on("text", [&](std::string const& text) { house.heard.note(std::to_string(text.size())); });
        socket.on("disconnect", support::note_text(house.heard, "disconnect"));
    });
    auto caller = house.call();
    auto const session = with_sid(polling_target, sid_in(caller.get(polling_target).body));
    CHECK(caller.post(session, "40").status == 200);
    CHECK(caller.post(session, R"(42["text",")" + std::string(987, 'x') + R"("])").status == 200);
    REQUIRE(house.until_heard("987"));
    CHECK(caller.post(session, R"(42["text",")" + std::string(988, 'x') + R"("])").status == 413);
    CHECK(caller.until_ended());
    CHECK(house.heard.text() == "987");
}

TEST_CASE("http.request_timeout: a request that does not arrive as a whole is refused")
{
    port_fixture house{server_options{.http = {.request_timeout = 200ms, .idle_timeout = 1h}}};
    auto silent = house.call(), half = house.call(), no_body = house.call(), whole = house.call();
    CHECK(whole.get("/nothing").status == 404);
    half.send("GET / HTTP/1.1\r\nHost: te");
    no_body.send("POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n123");
    CHECK(half.reply().status == 408);
    CHECK(no_body.reply().status == 408);
    for (auto* const each : {&silent, &half, &no_body})
        REQUIRE(each->until_ended());
    CHECK_FALSE(whole.ended()); // it waits for its next request, which is another limit's
    CHECK(whole.get("/nothing").status == 404);
}

TEST_CASE("http.idle_timeout: who asks nothing more is left, and a poll that waits is not idle")
{
    port_fixture house{server_options{.http = {.request_timeout = 1h, .idle_timeout = 100ms}}};
    auto idle = house.call(), polling = house.call(), waiting = house.call();
    CHECK(idle.get("/nothing").status == 404);
    auto const session = with_sid(polling_target, sid_in(polling.get(polling_target).body));
    waiting.send(get_request(session));
    REQUIRE(idle.until_ended());
    REQUIRE(polling.until_ended());
    CHECK_FALSE(waiting.ended());
    auto again = house.call();
    CHECK(again.post(session, "40").status == 200);
    CHECK(waiting.reply().body.starts_with(R"(40{"sid":)"));
}
