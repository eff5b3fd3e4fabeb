// Splits payloads into packets, and joins packets with record separators.
#pragma once

#include <socketio/core/utf8.hpp>
#include <socketio/session/polling.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace socketio::detail {

inline constexpr char record_separator = '\x1e';

SOCKETIO_DECL void polling::open(clock::time_point now)
{
    send_whole([this] {
        output_.push_back('0');
        write_engine_open(output_, settings_);
    });
    open_ = true;
    heartbeat_ = heartbeat{own_, settings_.ping_interval, settings_.ping_timeout, now};
}

SOCKETIO_DECL void polling::feed(std::string&& body) noexcept
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
    if (own_ == role::server && fed_ && !closed_ && rest_.size() == input_.size() && !is_utf8(input_))
        return fail_parse(error::utf8_invalid);
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
    if (own_ == role::client) {
        if (!is_utf8({encoded.data(), encoded.size()})) // here, so that the packets in front are delivered
            return fail_parse(error::utf8_invalid);
        if (!open_)
            return on_first(encoded, now);
    }
    if (is_base64_packet(encoded))
        return on_binary(encoded, now);
    engine_packet packet;
    if (auto const ec = read_engine_packet(encoded, packet))
        return fail_parse(ec);
    if (packet.type != engine_packet_type::pong)
        heartbeat_.received_other(now);
    switch (packet.type) {
    case engine_packet_type::message: return {.type = engine_event::kind::text, .payload = packet.data};
    case engine_packet_type::close: return fail(disconnect_reason::transport_close, error::closed);
    case engine_packet_type::ping: return on_ping(now);
    case engine_packet_type::pong:
        if (own_ == role::server)
            heartbeat_.received(now);
        return {};
    case engine_packet_type::open:
        return own_ == role::client ? fail(disconnect_reason::transport_error, error::engine_open_invalid)
                                    : engine_event{};
    case engine_packet_type::upgrade:
    case engine_packet_type::noop: return {};
    }
    return {};
}

// The first packet of a server. Another one shows that this is not an Engine.IO server.
SOCKETIO_DECL engine_event polling::on_first(std::span<char> encoded, clock::time_point now)
{
    engine_packet packet;
    if (read_engine_packet(encoded, packet) || packet.type != engine_packet_type::open)
        return fail(disconnect_reason::transport_error, error::not_socketio);
    if (auto const ec = read_engine_open(packet.data, settings_))
        return fail(disconnect_reason::transport_error, ec);
    open_ = true;
    heartbeat_ = heartbeat{own_, settings_.ping_interval, settings_.ping_timeout, now};
    return {.type = engine_event::kind::open};
}

// One pong answers all pings of a payload.
SOCKETIO_DECL engine_event polling::on_ping(clock::time_point now)
{
    if (own_ == role::server)
        return fail(disconnect_reason::transport_error, error::engine_unexpected);
    pong_owed_ = true;
    heartbeat_.received(now);
    return {.type = engine_event::kind::ping};
}

// A server need not pad its base64 (engine.io-client takes it so), but a client must.
SOCKETIO_DECL engine_event polling::on_binary(std::span<char> encoded, clock::time_point now)
{
    std::span<char> data;
    auto const padding = own_ == role::client ? base64_padding::optional : base64_padding::required;
    if (auto const ec = read_base64_packet(encoded, data, padding))
        return fail_parse(ec);
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

SOCKETIO_NOINLINE SOCKETIO_DECL engine_event polling::fail(disconnect_reason reason, std::error_code ec)
{
    closed_ = true;
    fed_ = false;
    return {.type = engine_event::kind::closed, .reason = reason, .error = ec};
}

// The reasons are the reference's.
SOCKETIO_DECL engine_event polling::fail_parse(std::error_code ec)
{
    return fail(own_ == role::client ? disconnect_reason::transport_error : disconnect_reason::parse_error, ec);
}

SOCKETIO_DECL void polling::end_packet()
{
    output_.push_back(record_separator);
}

SOCKETIO_DECL std::string polling::take_output()
{
    std::uint64_t room = std::numeric_limits<std::uint64_t>::max();
    if (own_ == role::client && settings_.max_payload != 0)
        room = settings_.max_payload;
    std::string payload;
    if (std::exchange(pong_owed_, false)) {
        payload = {static_cast<char>('0' + static_cast<int>(engine_packet_type::pong)), record_separator};
        room -= std::min<std::uint64_t>(room, payload.size());
    }
    std::size_t const end = end_of_packets(room, payload.empty());
    if (end != taken_)
        return payload += take_up_to(end);
    if (!payload.empty())
        payload.resize(payload.size() - 1); // the separator
    return payload;
}

// With their separators. 0 stands for all.
SOCKETIO_DECL std::string_view polling::first_packets(std::size_t count) const noexcept
{
    std::string_view const all = output_.view().substr(taken_);
    std::size_t end = all.size();
    for (std::size_t at = 0; count != 0 && at < all.size(); --count)
        end = at = all.find(record_separator, at) + 1;
    return all.substr(0, end);
}

// The end of those packets in front that are a payload of at most `room` bytes; with `one`, of the first one at least.
SOCKETIO_DECL std::size_t polling::end_of_packets(std::uint64_t room, bool one) const noexcept
{
    if (!one && most_packets_ == 1) // the pong in front is one of them
        return taken_;
    std::string_view const left = first_packets(most_packets_ == 0 || one ? most_packets_ : most_packets_ - 1);
    if (left.empty() || left.size() - 1 <= room)
        return taken_ + left.size();
    auto last = left.substr(0, static_cast<std::size_t>(room) + 1).rfind(record_separator);
    if (last == std::string_view::npos && one)
        last = left.find(record_separator);
    return last == std::string_view::npos ? taken_ : taken_ + last + 1;
}

// The bytes that were taken are removed when they are the larger part: a limit of the server's costs no quadratic time.
SOCKETIO_DECL std::string polling::take_up_to(std::size_t end)
{
    // A silent session whose buffer once was large keeps only this much.
    static constexpr std::size_t kept = 4 * 1024;
    std::string payload{output_.view().substr(taken_, end - taken_)};
    if (!payload.empty())
        payload.pop_back(); // the last separator
    compress_ = false;
    taken_ = end;
    if (taken_ > output_.size() / 2) {
        output_.consume(taken_);
        taken_ = 0;
    }
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
