// What one client may cost: every limit from below and from above.
#include <socketio/server/server_options.hpp>

#include "support/raw_client.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::server_options;
using socketio::server_socket;
using support::note_event;
using support::note_text;
using support::raw_client;

namespace {

// A guest whose socket the server has in hand.
struct guarded_fixture : support::server_fixture {
    std::optional<server_socket> socket;
    raw_client raw{context, io.port()};

    explicit guarded_fixture(server_options options = {}) : server_fixture{std::move(options)}
    {
        io.on("connection", [this](server_socket arrived) {
            if (socket)
                return;
            socket = arrived;
            arrived.on("disconnect", note_text(heard, "disconnect"));
            arrived.on("sized", [this](socketio::args const&) { heard.note("sized"); });
        });
    }
    void enter() { REQUIRE(raw.enter()); }
    // True when the server has heard what the guest said before.
    bool raw_in_step()
    {
        auto const before = raw.count("4399");
        socketio::scoped_listener const asked = socket->on("in step", [](socketio::ack done) { done(); });
        raw.say(R"(4299["in step"])");
        return raw.until_heard("4399", before + 1);
    }
};

// The text of an EVENT that is so long, with Engine.IO's letter.
std::string event_of_size(std::size_t size)
{
    std::string const head = R"(42["sized",")", tail = R"("])";
    return head + std::string(size - head.size() - tail.size(), 'x') + tail;
}

// A packet with two attachments.
std::string const picture_pair = R"(452-["sized",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";

} // namespace

TEST_CASE("maxHttpBufferSize: a message of that size is heard, one byte more closes the connection with 1009")
{
    guarded_fixture house{{.maxHttpBufferSize = 1000}};
    house.enter();
    CHECK(house.raw.heard().front().find(R"("maxPayload":1000)") != std::string::npos);
    house.raw.say(event_of_size(1000));
    REQUIRE(house.until_heard("sized"));
    REQUIRE(house.raw_in_step());
    house.raw.say(event_of_size(1001));
    REQUIRE(house.until_heard("disconnect: transport error"));
    CHECK(house.heard.text() == "sized | disconnect: transport error");
    REQUIRE(house.raw.until_closed());
    CHECK(house.raw.close_code() == 1009);
}

TEST_CASE("maxHttpBufferSize: each attachment may be of that size, and no larger")
{
    guarded_fixture house{{.maxHttpBufferSize = 1000}};
    house.enter();
    socketio::bytes const most(1000), more(1001);
    house.raw.say(picture_pair);
    house.raw.say(socketio::bytes_view{most});
    house.raw.say(socketio::bytes_view{most});
    REQUIRE(house.until_heard("sized"));
    REQUIRE(house.raw_in_step());
    house.raw.say(picture_pair);
    house.raw.say(socketio::bytes_view{most});
    house.raw.say(socketio::bytes_view{more});
    REQUIRE(house.until_heard("disconnect: transport error"));
    CHECK(house.heard.count("sized") == 1);
}

TEST_CASE("maxHttpBufferSize: an attachment that is named over and over counts as often")
{
    guarded_fixture house{{.maxHttpBufferSize = 1000}};
    house.enter();
    auto const named = [](int times) {
        std::string packet = R"(451-["sized")";
        for (int i = 0; i != times; ++i)
            packet += R"(,{"_placeholder":true,"num":0})";
        return packet + ']';
    };
    socketio::bytes const most(1000);
    house.raw.say(named(5));
    house.raw.say(socketio::bytes_view{most});
    REQUIRE(house.until_heard("sized"));
    house.raw.say(named(30));
    house.raw.say(socketio::bytes_view{most});
    REQUIRE(house.until_heard("disconnect: forced close"));
    CHECK(house.heard.count("sized") == 1);
}

TEST_CASE("send_limit: a slow reader below it loses nothing but what is volatile, and catches up")
{
    guarded_fixture house{{.send_limit = 16 << 20}};
    house.enter();
    house.raw.pause();
    int sent = 0;
    std::string const text(100000, 'x');
    // The system's buffers are full some time, and then everything waits here.
    REQUIRE(house.until([&] {
        house.socket->emit("text", sent++, text);
        return house.io.snapshot().unsent_bytes > 1000000;
    }));
    house.socket->volatile_().emit("volatile");
    REQUIRE(house.until([&] { return house.io.snapshot().dropped_events == 1; }));
    CHECK(house.socket->conn().snapshot().dropped_events == 1);
    CHECK(house.socket->connected());
    CHECK(house.io.snapshot().cut_off == 0);
    house.raw.resume();
    REQUIRE(house.raw.until_heard("42[\"text\"", sent));
    REQUIRE(house.until([&] { return house.io.snapshot().unsent_bytes == 0; }));
    std::vector<std::string> const& heard = house.raw.heard();
    for (std::size_t i = 0; i != std::size_t(sent); ++i)
        CHECK(heard[heard.size() - std::size_t(sent) + i].starts_with("42[\"text\"," + std::to_string(i) + ','));
    CHECK(house.raw.count("42[\"volatile\"") == 0);
    house.socket->volatile_().emit("volatile");
    CHECK(house.raw.until_heard("42[\"volatile\""));
}

TEST_CASE("send_limit: whoever does not read what is broadcast is cut off, and the others hear it all")
{
    guarded_fixture house{{.send_limit = 1 << 20}};
    house.enter();
    auto const other = house.guest();
    int heard = 0, sent = 0;
    socketio::socket{other}.on("text", [&] { ++heard; });
    house.raw.pause();
    std::string const text(200000, 'x');
    while (!house.heard.has("disconnect: transport error") && sent != 1000) {
        house.io.emit("text", text);
        ++sent;
        REQUIRE(house.in_step(other));
        CHECK(heard == sent);
    }
    CHECK(house.heard.text() == "disconnect: transport error");
    CHECK(house.io.snapshot().cut_off == 1);
    CHECK(house.io.snapshot().sockets == 1);
    CHECK(other.connected());
}

TEST_CASE("connectTimeout: who is in no namespace by then is closed without a code, who was in one may stay without")
{
    guarded_fixture house{{.connectTimeout = 1s}};
    std::vector<socketio::next> waiting;
    house.io.of("/slow").use([&](server_socket socket, socketio::next go_on) {
        socket.on("disconnect", note_event(house.heard, "never"));
        waiting.push_back(go_on);
    });
    auto const port = house.io.port();
    raw_client silent{house.context, port}, lost{house.context, port}, asking{house.context, port}, leaving{house.context, port};
    house.enter();
    REQUIRE(leaving.enter());
    leaving.say("41");
    REQUIRE(lost.until_heard("0"));
    lost.say("40/nowhere,");
    REQUIRE(lost.until_heard("44/nowhere,"));
    REQUIRE(asking.until_heard("0"));
    asking.say("40/slow,");
    for (raw_client* const each : {&silent, &lost, &asking}) {
        REQUIRE(each->until_closed());
        CHECK(each->close_code() == 1005);
    }
    CHECK(waiting.size() == 1);
    waiting.front()();
    REQUIRE(leaving.enter()); // it is still there, and may come back
    REQUIRE(house.raw_in_step());
    CHECK(house.io.of("/slow").adapter().sids().empty());
    CHECK(house.io.snapshot().sessions == 2);
    CHECK(house.heard.text().empty());
}

TEST_CASE("pingTimeout: who answers every ping stays, whatever else it says, and who does not is gone")
{
    guarded_fixture house{{.pingInterval = 20ms, .pingTimeout = 1s}};
    house.enter();
    for (int i = 1; i != 6; ++i) {
        REQUIRE(house.raw.until_heard("2", i));
        house.raw.say("3");
    }
    REQUIRE(house.raw_in_step());
    CHECK(house.heard.text().empty());
    REQUIRE(house.raw.until_heard("2", 6));
    REQUIRE(house.until_heard("disconnect: ping timeout"));
    REQUIRE(house.raw.until_closed());
    CHECK(house.raw.count("2") == 6); // no second one while an answer is due
}

TEST_CASE("namespaces: a client may be in so many at once, and one that it leaves makes room")
{
    guarded_fixture house{{.namespaces = 3}};
    house.io.of(std::regex{"^/[a-z]$"});
    house.enter();
    REQUIRE(house.raw.enter("/a"));
    REQUIRE(house.raw.enter("/b"));
    house.raw.say("41/b,");
    REQUIRE(house.raw.enter("/c"));
    house.raw.say("41/c,");
    house.raw.say("40/nowhere,"); // refused: it takes no room
    REQUIRE(house.raw_in_step());
    REQUIRE(house.raw.enter("/d"));
    house.raw.say("40/e,");
    REQUIRE(house.until_heard("disconnect: forced close"));
    REQUIRE(house.raw.until_closed());
    CHECK(house.raw.count("40/e") == 0);
}

TEST_CASE("namespaces: one that the server has put the client out of counts until the client comes back to it")
{
    guarded_fixture house{{.namespaces = 2}};
    house.io.of(std::regex{"^/[a-z]$"});
    house.enter();
    for (int i = 1; i != 4; ++i) {
        REQUIRE(house.raw.enter("/a"));
        REQUIRE(house.until([&] { return house.io.of("/a").sockets().size() == 1; }));
        house.io.of("/a").disconnectSockets();
        REQUIRE(house.raw.until_heard("41/a", i));
    }
    CHECK(house.heard.text().empty());
    house.raw.say("40/b,");
    REQUIRE(house.until_heard("disconnect: forced close"));
}
