// One WebSocket connection without Engine.IO: an endpoint, the end of the stream below it, and a separate
// deadline for the closing handshake.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/error.hpp>
#include <socketio/session/websocket_endpoint.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace socketio::detail {

struct websocket_session_event {
    enum class kind : std::uint8_t { none, text, binary, ping, pong, closed };
    kind type = kind::none;
    std::span<char> payload{}; // for closed: the reason in the peer's close frame
    std::uint16_t code = 0;    // for closed, as in RFC 6455, 7.1.5: 1005 without a code, 1006 without a close frame
    std::error_code error{};   // for closed: empty if both sides have sent a close frame
};

class websocket_session {
public:
    using event_type = websocket_session_event;

    explicit websocket_session(websocket_endpoint&& below) noexcept : below_{std::move(below)} {}

    websocket_endpoint& endpoint() noexcept { return below_; }

    event_type next(std::span<char>& input, clock::time_point)
    {
        websocket_event const got = below_.next(input);
        using kind = websocket_event::kind;
        switch (got.type) {
        case kind::none: return {};
        case kind::text: return {event_type::kind::text, got.payload};
        case kind::binary: return {event_type::kind::binary, got.payload};
        case kind::ping: return {event_type::kind::ping, got.payload};
        case kind::pong: return {event_type::kind::pong, got.payload};
        case kind::close: return closed({event_type::kind::closed, got.payload, got.code});
        case kind::failed: return closed({event_type::kind::closed, {}, 1006, got.error});
        }
        return {};
    }

    // The stream below has ended: with an error, or without one in an orderly way.
    event_type end_of_stream(std::error_code ec)
    {
        return closed({event_type::kind::closed, {}, 1006, ec ? ec : make_error_code(error::closed)});
    }

    bool is_open() const noexcept { return below_.is_open() && !told_; }
    bool finished() const noexcept { return below_.finished(); }
    std::size_t wanted() const noexcept { return below_.wanted(); }
    byte_buffer& output() { return below_.output(); }
    void complete_output() noexcept {}
    static constexpr std::size_t urgent_room = websocket_endpoint::urgent_room;
    void set_backlog(bool large) noexcept { below_.set_backlog(large); }
    bool has_urgent() const noexcept { return below_.has_urgent(); }
    std::size_t write_urgent(char* to) noexcept { return below_.write_urgent(to); }
    // Closes as an endpoint that goes away (RFC 6455, 7.4.1).
    void close() { below_.close(1001); }
    void close(std::uint16_t code, std::string_view reason) { below_.close(code, reason); }

private:
    event_type closed(event_type what) noexcept { return std::exchange(told_, true) ? event_type{} : what; }

    websocket_endpoint below_;
    bool told_ = false;
};

} // namespace socketio::detail
