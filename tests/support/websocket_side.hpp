// One WebSocket endpoint for a test to hold in its hand: bytes in, lines of events out. No socket, no clock.
#pragma once

#include <socketio/session/websocket_endpoint.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace support {

inline constexpr socketio::detail::websocket_limits small_limits{.message_size = 100000, .fragments = 10};

// An endpoint and the bytes that it has received but not used, kept as the contract says.
struct websocket_side {
    using event = socketio::detail::websocket_event;

    explicit websocket_side(socketio::detail::role own) : socket{own, small_limits, 42} {}

    std::string take_output()
    {
        std::string result{socket.output().view()};
        socket.output().clear();
        return result;
    }

    // The events of these bytes, given in steps, one line for each event.
    std::vector<std::string> receive(std::string_view bytes, std::size_t step = 1000000)
    {
        std::vector<std::string> events;
        for (; !bytes.empty(); bytes.remove_prefix(step < bytes.size() ? step : bytes.size())) {
            std::string moved = kept.append(bytes.substr(0, step));
            std::span<char> input{moved};
            for (auto each = socket.next(input); each.type != event::kind::none; each = socket.next(input))
                events.push_back(line(each));
            kept.assign(input.data(), input.size());
        }
        return events;
    }

    static std::string line(event const& each)
    {
        std::string const data{each.payload.data(), each.payload.size()};
        switch (each.type) {
        case event::kind::text: return "text " + data;
        case event::kind::binary: return "binary " + data;
        case event::kind::ping: return "ping " + data;
        case event::kind::pong: return "pong " + data;
        case event::kind::close: return "close " + std::to_string(each.code) + " " + data;
        case event::kind::failed: return "failed " + each.error.message();
        case event::kind::none: break;
        }
        return "none";
    }

    socketio::detail::websocket_endpoint socket;
    std::string kept;
};

inline std::vector<std::string> failed(socketio::error reason)
{
    return {"failed " + make_error_code(reason).message()};
}

// The error is reported once, the peer is told its close code, and nothing is read or written any more.
template <class Side>
void fails(std::string_view bytes, std::size_t step, socketio::error reason, std::string_view code)
{
    Side client{socketio::detail::role::client};
    CHECK(client.receive(bytes, step) == failed(reason));
    Side server{socketio::detail::role::server};
    CHECK(server.receive(client.take_output()) == std::vector<std::string>{"close " + std::string{code} + " "});
    CHECK(client.receive("anything").empty());
    CHECK(client.socket.finished());
    CHECK_FALSE(client.socket.is_open());
    CHECK(client.kept.empty());
    client.socket.send(socketio::detail::opcode::text, "late");
    client.socket.close();
    CHECK(client.take_output().empty());
}

inline std::string frame_bytes(socketio::detail::opcode code, std::string_view payload, bool fin = true,
                               std::uint8_t reserved = 0, bool masked = false)
{
    char bytes[socketio::detail::max_frame_header];
    socketio::detail::frame_header const header{.fin = fin, .reserved = reserved, .code = code, .masked = masked,
                                                .length = payload.size(), .mask = 0x01020304};
    std::string body{payload};
    if (masked)
        socketio::detail::apply_mask(body.data(), body.size(), header.mask);
    return std::string{bytes, write_header(bytes, header)} + body;
}

// Writes a message in place.
inline void build(socketio::detail::websocket_endpoint& socket, socketio::detail::opcode code, std::string_view payload,
                  bool compress = true)
{
    auto mark = socket.begin_message(code);
    mark.compress = compress;
    socket.output().append(payload);
    CHECK(socket.message_size(mark) == payload.size());
    socket.end_message(mark);
}

} // namespace support
