// One Engine.IO session for a test to hold in its hand: bytes in, lines of events out. No socket, no clock.
#pragma once

#include <socketio/session/engine.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

using namespace socketio::detail;
using socketio::clock;
using socketio::error;
using kind = engine_event::kind;
using namespace std::chrono_literals;

inline constexpr auto start = clock::time_point{1000h};
using lines = std::vector<std::string>;

inline engine_settings usual()
{
    return {.sid = "S1", .upgrades = {}, .ping_interval = 25s, .ping_timeout = 20s, .max_payload = 1000000};
}

inline constexpr std::string_view usual_open = R"(0{"sid":"S1","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})";

inline std::string line(engine_event const& event)
{
    std::string const data{event.payload.data(), event.payload.size()};
    switch (event.type) {
    case kind::none: return "none";
    case kind::open: return "open";
    case kind::text: return "text " + data;
    case kind::binary: return "binary " + data;
    case kind::ping: return "ping";
    case kind::probed: return "probed";
    case kind::upgraded: return "upgraded";
    case kind::closed: break;
    }
    return "closed: " + std::string{to_string(event.reason)} + " (" + event.error.message() + ") " + std::to_string(event.code) +
           (data.empty() ? "" : " " + data);
}

inline std::string closed(disconnect_reason reason, error why, int code = 0)
{
    return "closed: " + std::string{to_string(reason)} + " (" + make_error_code(why).message() + ") " + std::to_string(code);
}

// An engine, and the bytes that it has received but not used.
struct side {
    explicit side(role own, engine_settings settings = {}, websocket_limits limits = {}) : session{own, limits, 42, std::move(settings)} {}

    std::string take_output()
    {
        session.complete_output();
        std::string result{session.output().view()};
        session.output().clear();
        return result;
    }
    // What the bytes bring, handed over so many at a time.
    lines receive(std::string_view bytes, std::size_t step = 1u << 30)
    {
        lines events;
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            auto const part = bytes.substr(at, step);
            kept.insert(kept.end(), part.begin(), part.end());
            std::span<char> input{kept};
            for (auto event = session.next(input, now); event.type != kind::none; event = session.next(input, now))
                events.push_back(line(event));
            kept.erase(kept.begin(), kept.end() - static_cast<std::ptrdiff_t>(input.size()));
        }
        return events;
    }
    std::string tick() { return line(session.tick(now)); }

    engine session;
    std::vector<char> kept;
    clock::time_point now = start;
};

inline std::string sample(std::size_t size)
{
    std::string result(size, ' ');
    for (std::size_t i = 0; i != size; ++i)
        result[i] = static_cast<char>('a' + i % 26);
    return result;
}

// Says what it likes to an engine in the client's role, below Engine.IO.
struct server_endpoint {
    std::string text(std::string_view message) { return frame(opcode::text, message); }
    std::string binary(std::string_view message) { return frame(opcode::binary, message); }
    std::string frame(opcode code, std::string_view message)
    {
        socket.send(code, message);
        return take();
    }
    std::string close(std::uint16_t code = 0, std::string_view reason = {})
    {
        socket.close(code, reason);
        return take();
    }
    std::string take()
    {
        std::string result{socket.output().view()};
        socket.output().clear();
        return result;
    }
    // What the client said meanwhile.
    lines hears(side& client) { return hears(client.take_output()); }
    lines hears(std::string bytes)
    {
        std::span<char> input{bytes};
        lines result;
        for (auto event = socket.next(input); event.type != websocket_event::kind::none; event = socket.next(input)) {
            if (event.type == websocket_event::kind::close)
                result.push_back("close " + std::to_string(event.code));
            else
                result.push_back((event.type == websocket_event::kind::binary ? "binary " : "") +
                                 std::string{event.payload.data(), event.payload.size()});
        }
        return result;
    }

    websocket_endpoint socket{role::server, {}, 0};
};

// A client whose session is open.
struct opened : side {
    opened() : side{role::client} { REQUIRE(receive(server_endpoint{}.text(usual_open)) == lines{"open"}); }
};

inline void says_nothing_more(side& who)
{
    CHECK(who.session.is_closed());
    CHECK_FALSE(who.session.is_open());
    CHECK(who.session.deadline() == clock::never());
    who.take_output();
    CHECK(who.receive(server_endpoint{}.text("4late")) == lines{});
    CHECK(who.receive("\x81\x05", 1) == lines{});
    who.now += 100h;
    CHECK(who.tick() == "none");
    CHECK_FALSE(who.session.expired(who.now));
    CHECK(line(who.session.end_of_stream(error::timeout)) == "none");
    who.session.send_text("late");
    who.session.send_binary(as_bytes("late"));
    who.session.close();
    CHECK(who.take_output().empty());
}

} // namespace support
