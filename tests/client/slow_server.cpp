// A server that reads nothing for a while: what its clients emit meanwhile, and what goes before it all the same.
#include <socketio/client.hpp>
#include <socketio/websocket.hpp>

#include "support/client.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

using socketio::buffer_limits;
using socketio::when_full;

namespace {

// Speaks as much of the protocols as is needed, and can stop reading.
struct slow_server {
    support::diary heard;
    asio::io_context context;
    std::vector<std::string> packets; // without the events' long texts
    std::optional<socketio::websocket> visitor;
    socketio::websocket_server server{context, 0, {.address = "127.0.0.1", .perMessageDeflate = {.enabled = false}}};

    slow_server()
    {
        server.on_connection([this](socketio::websocket arrived, socketio::websocket_request const&) {
            visitor = arrived;
            visitor->send(R"(0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,)"
                          R"("maxPayload":100000000})");
            visitor->on_message([this](socketio::websocket_message const& message) { hear(message.text()); });
        });
    }
    void hear(std::string_view packet)
    {
        packets.emplace_back(packet.substr(0, packet.find(",\"x")));
        if (packet == "40")
            visitor->send(R"(40{"sid":"b"})");
        if (packet == "40/late,")
            visitor->send(R"(40/late,{"sid":"c"})");
        if (packet.starts_with("42") && packet[2] != '[') {
            auto const number = packet.substr(2, packet.find('[') - 2);
            visitor->send("43" + std::string{number} + "[]");
        }
    }
    socketio::socket client(socketio::options options = {})
    {
        std::string const url = "http://127.0.0.1:" + std::to_string(server.port());
        auto made = socketio::io(context, url, support::quick(std::move(options)));
        REQUIRE(until([&] { return made.connected(); }));
        return made;
    }
    template <class Predicate>
    bool until(Predicate predicate)
    {
        return support::run_until(context, std::move(predicate));
    }
    // Numbered events until some of them have to be kept, since the system takes no more; returns how many there were.
    int fill(socketio::socket& socket)
    {
        visitor->pause();
        int sent = 0;
        REQUIRE(until([&] {
            socket.emit("n", sent++, text);
            while (context.poll() != 0) {
            }
            return socket.snapshot().buffered_events != 0;
        }));
        return sent;
    }
    // The events that came, by their numbers.
    std::vector<int> numbers() const
    {
        std::vector<int> all;
        for (auto const& each : packets)
            if (auto const at = each.find("[\"n\","); at != std::string::npos)
                all.push_back(std::stoi(each.substr(at + 5)));
        return all;
    }

    std::string const text = std::string(100000, 'x');
};

std::vector<int> up_to(int last)
{
    std::vector<int> all;
    for (int i = 0; i != last; ++i)
        all.push_back(i);
    return all;
}

} // namespace

TEST_CASE_FIXTURE(slow_server, "send_buffer holds for a connected client, too: what the server does not read is kept, in order, and sent when it does")
{
    auto socket = client({.send_buffer = {.bytes = 50'000'000}});
    int sent = fill(socket);
    CHECK(socket.connected());
    for (int i = 0; i != 20; ++i)
        socket.emit("n", sent++, i % 2 == 0 ? text : "x");
    int answers = 0;
    socket.emit("n", sent++, text, [&] { ++answers; });
    std::thread{[&] { socket.emit("n", sent++, text); }}.join();
    REQUIRE(until([&] { return socket.snapshot().buffered_events >= 22; }));
    socket.volatile_().emit("volatile");
    CHECK(socket.sendBuffer().back().arguments[0] == socketio::value{sent - 1});
    visitor->resume();
    REQUIRE(until([&] { return int(numbers().size()) == sent && answers == 1; }));
    CHECK(numbers() == up_to(sent));
    CHECK(std::count(packets.begin(), packets.end(), "42[\"volatile\"]") == 0);
    CHECK(socket.snapshot().buffered_events == 0);
    CHECK(socket.snapshot().dropped_events == 0);
    socket.emit("n", sent, text); // straight on
    REQUIRE(until([&] { return int(numbers().size()) == sent + 1; }));
}

TEST_CASE_FIXTURE(slow_server, "send_buffer: what has no room while the server reads nothing is dropped, or fails, by its rule")
{
    buffer_limits limits{.events = 3};
    SUBCASE("the oldest") { limits = {.events = 3}; }
    SUBCASE("the oldest, by bytes") { limits = {.bytes = 350'000}; }
    SUBCASE("the newest") { limits = {.events = 3, .full = when_full::drop_newest}; }
    SUBCASE("it fails") { limits = {.events = 3, .full = when_full::fail}; }
    auto socket = client({.send_buffer = limits});
    socket.on_error([&](socketio::event_error const& why) { heard.note("hook: " + why.message()); });
    int const first = fill(socket) - 1; // the one that is kept
    std::size_t const unsent = socket.buffered_amount();
    int ended = 0;
    for (int i = 1; i != 1000; ++i)
        socket.emit("n", first + i, text, [&](std::error_code ec) { ended += ec == socketio::error::buffer_full; });
    REQUIRE(until([&] { return socket.snapshot().dropped_events == 997; }));
    CHECK(socket.snapshot().buffered_events == 3);
    REQUIRE(until([&] { return ended >= 996; }));
    CHECK(ended == (limits.full == when_full::drop_oldest ? 996 : 997)); // the oldest had no handler
    CHECK(socket.buffered_amount() < unsent + 350'000);
    CHECK(socket.connected());
    auto expected = up_to(first);
    for (int i = 0; i != 3; ++i)
        expected.push_back(first + (limits.full == when_full::drop_oldest ? 997 + i : i));
    visitor->resume();
    REQUIRE(until([&] { return numbers().size() >= expected.size(); }));
    CHECK(numbers() == expected);
    CHECK(heard.text().empty()); // all had handlers
}

TEST_CASE_FIXTURE(slow_server, "send_buffer: what was kept is sent before the client leaves")
{
    auto socket = client({.send_buffer = {.events = 100}});
    int sent = fill(socket);
    for (int i = 0; i != 10; ++i)
        socket.emit("n", sent++, text);
    socket.disconnect();
    visitor->resume();
    REQUIRE(until([&] { return std::count(packets.begin(), packets.end(), "41") == 1; }));
    CHECK(numbers() == up_to(sent));
    CHECK(packets.back() == "41");
}

TEST_CASE_FIXTURE(slow_server, "send_buffer: what is kept when the connection is lost goes over the next one")
{
    auto socket = client({.send_buffer = {.events = 100}});
    int sent = fill(socket);
    int const kept = sent - 1;
    for (int i = 0; i != 10; ++i)
        socket.emit("n", sent++, text);
    REQUIRE(until([&] { return socket.snapshot().buffered_events == std::size_t(sent - kept); }));
    packets.clear();
    visitor.reset();
    REQUIRE(until([&] { return numbers().size() == std::size_t(sent - kept); }));
    CHECK(numbers().front() == kept);
    CHECK(numbers().back() == sent - 1);
}

TEST_CASE_FIXTURE(slow_server, "by default a connected client keeps all that it emits, and its pongs do not wait behind that")
{
    int pings = 0;
    auto socket = client();
    socket.io().on("ping", [&] { ++pings; });
    visitor->pause();
    constexpr int all = 400; // 40 MB, of which the system takes a few
    for (int i = 0; i != all; ++i)
        socket.emit("n", i, text);
    REQUIRE(until([&] { return socket.io().snapshot().unsent_bytes > 20'000'000; }));
    visitor->send("2");
    visitor->ping("are you there");
    std::optional<std::size_t> answered;
    visitor->on_pong([&](socketio::bytes_view data) {
        if (data.size() == 13)
            answered = packets.size();
    });
    REQUIRE(until([&] { return pings == 1; }));
    visitor->resume();
    REQUIRE(until([&] { return numbers().size() == all; }));
    CHECK(numbers() == up_to(all));
    auto const pong = std::find(packets.begin(), packets.end(), "3");
    CHECK(pong - packets.begin() < all / 2);
    REQUIRE(answered);
    CHECK(*answered < all / 2);
}

TEST_CASE_FIXTURE(slow_server, "one message that is larger than all the system takes is sent as it is, and a pong follows it")
{
    auto socket = client();
    int pings = 0;
    socket.io().on("ping", [&] { ++pings; });
    visitor->pause();
    std::string const huge(12'000'000, 'y');
    std::size_t got = 0;
    visitor->on_message([&](socketio::websocket_message const& message) {
        got += message.size() > huge.size() && message.text().ends_with("yyy\"]");
        packets.emplace_back(message.text().substr(0, 5));
    });
    packets.clear();
    socket.emit("a", huge);
    socket.emit("b", huge);
    REQUIRE(until([&] { return socket.io().snapshot().unsent_bytes > 12'000'000; }));
    visitor->send("2");
    REQUIRE(until([&] { return pings == 1; }));
    visitor->resume();
    REQUIRE(until([&] { return got == 2; }));
    CHECK(packets == std::vector<std::string>{"42[\"a", "3", "42[\"b"});
}

TEST_CASE_FIXTURE(slow_server, "a namespace that always has something to send leaves the others of its connection their turn")
{
    auto busy = client({.send_buffer = {.bytes = 50'000'000}});
    auto late = busy.io().socket("/late", {.send_buffer = {.bytes = 50'000'000}});
    REQUIRE(until([&] { return late.connected(); }));
    int sent = fill(busy);
    late.emit("here I am");
    REQUIRE(until([&] { return late.snapshot().buffered_events == 1; }));
    visitor->resume();
    auto const came = [&] { return std::find(packets.begin(), packets.end(), R"(42/late,["here I am"])") != packets.end(); };
    int const most = sent + 400;
    REQUIRE(until([&] {
        while (!came() && sent < most && busy.snapshot().buffered_events < 20) {
            for (int i = 0; i != 10; ++i)
                busy.emit("n", sent++, text);
            context.poll_one();
        }
        return came() || sent >= most;
    }));
    CHECK(sent < most);
    CHECK(came());
}
