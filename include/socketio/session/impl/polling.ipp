// Splits payloads into packets, and joins packets with record separators.
#pragma once

#include <socketio/core/utf8.hpp>
#include <socketio/session/polling.hpp>

#include <algorithm>

namespace socketio::detail {

inline constexpr char record_separator = '\x1e';

SOCKETIO_DECL void polling::open(clock::time_point now)
{
    send_whole([this] {
        output_.push_back('0');
        write_engine_open(output_, settings_);
    });
    heartbeat_ = heartbeat{role::server, settings_.ping_interval, settings_.ping_timeout, now};
}

SOCKETIO_DECL void polling::feed(std::string body) noexcept
{
    input_ = std::move(body);
    rest_ = input_;
    fed_ = true;
}

SOCKETIO_DECL std::span<char> polling::take_packet(std::span<char>& payload) noexcept
{
    auto const end = std::find(payload.begin(), payload.end(), record_separator);
    auto const size = static_cast<std::size_t>(end - payload.begin());
    std::span<char> const packet = payload.first(size);
    payload = payload.subspan(std::min(size + 1, payload.size()));
    return packet;
}

SOCKETIO_DECL engine_event polling::next(clock::time_point now)
{
    if (fed_ && !closed_ && rest_.size() == input_.size() && !is_utf8(input_))
        return fail(disconnect_reason::parse_error, error::utf8_invalid);
    while (fed_ && !closed_) {
        // A separator at the end is followed by an empty packet, which does not count.
        bool const last = std::find(rest_.begin(), rest_.end(), record_separator) == rest_.end();
        std::span<char> const packet = take_packet(rest_);
        fed_ = !last;
        if (engine_event result = on_packet(packet, now); result.type != engine_event::kind::none)
            return result;
    }
    if (!closed_)
        forget_input();
    return {};
}

// Releases the input, since a session may be silent for a long time.
SOCKETIO_DECL void polling::forget_input() noexcept
{
    rest_ = {};
    std::string{}.swap(input_);
}

SOCKETIO_DECL engine_event polling::on_packet(std::span<char> encoded, clock::time_point now)
{
    if (is_base64_packet(encoded))
        return on_binary(encoded, now);
    engine_packet packet;
    if (auto const ec = read_engine_packet(encoded, packet))
        return fail(disconnect_reason::parse_error, ec);
    if (packet.type != engine_packet_type::pong)
        heartbeat_.received_other(now);
    switch (packet.type) {
    case engine_packet_type::message: return {.type = engine_event::kind::text, .payload = packet.data};
    case engine_packet_type::close: return fail(disconnect_reason::transport_close, error::closed);
    case engine_packet_type::ping: return fail(disconnect_reason::transport_error, error::engine_unexpected);
    case engine_packet_type::pong: heartbeat_.received(now); return {};
    case engine_packet_type::open:
    case engine_packet_type::upgrade:
    case engine_packet_type::noop: return {};
    }
    return {};
}

SOCKETIO_DECL engine_event polling::on_binary(std::span<char> encoded, clock::time_point now)
{
    std::span<char> data;
    if (auto const ec = read_base64_packet(encoded, data))
        return fail(disconnect_reason::parse_error, ec);
    heartbeat_.received_other(now);
    return {.type = engine_event::kind::binary, .payload = data};
}

SOCKETIO_DECL engine_event polling::tick(clock::time_point now)
{
    if (closed_)
        return {};
    if (heartbeat_.expired(now))
        return fail(disconnect_reason::ping_timeout, error::ping_timeout);
    if (heartbeat_.take_ping(now))
        send_packet(engine_packet_type::ping);
    return {};
}

SOCKETIO_DECL engine_event polling::fail(disconnect_reason reason, std::error_code ec)
{
    closed_ = true;
    fed_ = false;
    return {.type = engine_event::kind::closed, .reason = reason, .error = ec};
}

SOCKETIO_DECL void polling::end_packet()
{
    output_.push_back(record_separator);
}

SOCKETIO_DECL std::string polling::take_output()
{
    // A silent session whose buffer once was large keeps only this much.
    static constexpr std::size_t kept = 4 * 1024;
    std::string payload{output_.view().substr(0, unsent())};
    compress_ = false;
    output_.clear();
    output_.shrink(kept);
    return payload;
}

SOCKETIO_DECL void polling::send_packet(engine_packet_type type)
{
    send_whole([&] { output_.push_back(static_cast<char>('0' + static_cast<int>(type))); });
}

SOCKETIO_DECL void polling::send_text(std::string_view message, bool compress)
{
    send_whole([&] {
        output_.push_back('4');
        output_.append(message);
    });
    compress_ = compress_ || compress;
}

SOCKETIO_DECL void polling::send_binary(bytes_view message, bool compress)
{
    send_whole([&] { append_base64_packet(output_, message); });
    compress_ = compress_ || compress;
}

} // namespace socketio::detail
