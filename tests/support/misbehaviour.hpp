// The script of one connection of hostile_server.hpp: what a server does to a client, in bytes.
#pragma once

#include <socketio/wire/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace support {

// A WebSocket frame of a server: its first byte, the length in its shortest form, the payload.
inline std::string ws_frame(unsigned first, std::string_view payload)
{
    char bytes[socketio::detail::max_frame_header];
    socketio::detail::frame_header const header{.length = payload.size()};
    std::string made{bytes, socketio::detail::write_header(bytes, header)};
    made[0] = static_cast<char>(static_cast<unsigned char>(first));
    return made.append(payload);
}
inline std::string ws_text(std::string_view message)
{
    return ws_frame(0x81, message);
}

constexpr std::string_view ws_switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                                          "Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n";
constexpr std::string_view plain_open = R"({"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000})";

// What a connection is made to suffer, step by step. Without a last word of its own the server goes on reading,
// says nothing more, and closes when the client does.
class misbehaviour {
public:
    enum class kind : std::uint8_t {
        send,
        drip,
        flood,
        head,
        expect,
        expect_only,
        reset,
        close,
        half_close,
        deaf,
        until_next
    };
    struct step {
        kind does;
        std::string bytes{};
        std::size_t bound = 0;
    };

    // "{accept}" becomes the right Sec-WebSocket-Accept.
    misbehaviour& send(std::string_view bytes) { return add(kind::send, bytes); }
    // The same, one byte at a time.
    misbehaviour& drip(std::string_view bytes) { return add(kind::drip, bytes); }
    // These bytes over and over, until so many are sent or the client is gone.
    misbehaviour& flood(std::string_view bytes, std::size_t bound) { return add(kind::flood, bytes, bound); }
    // Waits for the request.
    misbehaviour& head() { return add(kind::head); }
    // Waits for a message, a ping or a pong that begins so, or is that and no more.
    misbehaviour& expect(std::string_view prefix) { return add(kind::expect, prefix); }
    misbehaviour& expect_only(std::string_view all) { return add(kind::expect_only, all); }
    misbehaviour& reset() { return add(kind::reset); }
    misbehaviour& close() { return add(kind::close); }
    misbehaviour& half_close() { return add(kind::half_close); }
    // Never reads again, and never closes.
    misbehaviour& deaf() { return add(kind::deaf); }
    // Waits for the client's next connection.
    misbehaviour& until_next() { return add(kind::until_next); }

    misbehaviour& text(std::string_view message) { return send(ws_text(message)); }
    misbehaviour& frame(unsigned first, std::string_view payload) { return send(ws_frame(first, payload)); }
    misbehaviour& upgrade(std::string_view more = {})
    {
        return head().send(std::string{ws_switching}.append(more).append("\r\n"));
    }
    misbehaviour& open(std::string_view settings = plain_open) { return upgrade().text(std::string{"0"}.append(settings)); }
    misbehaviour& welcome(std::string_view settings = plain_open)
    {
        return open(settings).expect("40").text(R"(40{"sid":"S1"})");
    }

    // All of it in one piece, so that no time passes in between.
    misbehaviour& welcome_at_once(std::string_view settings)
    {
        return upgrade().send(ws_text(std::string{"0"}.append(settings)) + ws_text(R"(40{"sid":"S1"})"));
    }

    std::vector<step> const& steps() const noexcept { return steps_; }

private:
    misbehaviour& add(kind does, std::string_view bytes = {}, std::size_t bound = 0)
    {
        steps_.push_back({does, std::string{bytes}, bound});
        return *this;
    }

    std::vector<step> steps_;
};

} // namespace support
