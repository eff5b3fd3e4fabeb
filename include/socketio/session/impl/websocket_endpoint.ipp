// The automatic answers of a WebSocket endpoint, and the output of its frames.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/core/utf8.hpp>
#include <socketio/session/websocket_endpoint.hpp>

#include <bit>
#include <cstring>
#include <utility>

namespace socketio::detail {

// While more than this waits for the peer, only the newest ping is answered (section 5.5.3): a peer that pings
// and does not read must not fill the memory.
inline constexpr std::size_t output_before_pongs_wait = 65536;
inline constexpr std::size_t max_close_reason = max_control_payload - 2;
inline constexpr std::uint16_t no_close_code = 1005;

SOCKETIO_DECL bool is_close_code(unsigned code) noexcept
{
    bool const assigned = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    return assigned || (code >= 3000 && code <= 4999);
}

SOCKETIO_DECL mask_generator::mask_generator(std::uint64_t seed) noexcept
{
    for (std::uint64_t& word : state_) { // splitmix64
        seed += 0x9E3779B97F4A7C15u;
        std::uint64_t z = seed;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        word = z ^ z >> 31;
    }
}

SOCKETIO_DECL std::uint32_t mask_generator::next() noexcept
{
    auto& s = state_;
    std::uint64_t const result = std::rotl(s[1] * 5, 7) * 9;
    std::uint64_t const t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = std::rotl(s[3], 45);
    return static_cast<std::uint32_t>(result >> 32);
}

SOCKETIO_DECL websocket_endpoint::websocket_endpoint(role own, websocket_limits limits,
                                                     std::uint64_t mask_seed) noexcept
    : reader_{own == role::server, limits.message_size, limits.fragments}, masks_{mask_seed}, own_{own}
{
}

SOCKETIO_DECL void websocket_endpoint::compress_with(message_codec codec, std::size_t threshold) noexcept
{
    deflater_ = std::move(codec.deflater);
    threshold_ = threshold;
    reader_.inflate_with(std::move(codec.inflater));
}

SOCKETIO_DECL websocket_event websocket_endpoint::next(std::span<char>& input)
{
    if (done_reading()) {
        input = input.subspan(input.size());
        return {};
    }
    std::error_code ec;
    auto const message = reader_.next(input, ec);
    if (ec) {
        input = input.subspan(input.size());
        return fail(ec);
    }
    if (!message)
        return {};
    using kind = websocket_event::kind;
    switch (message->code) {
    case opcode::text: return {kind::text, message->payload};
    case opcode::binary: return {kind::binary, message->payload};
    case opcode::pong: return {kind::pong, message->payload};
    case opcode::ping: return on_ping(message->payload);
    case opcode::close:
        input = input.subspan(input.size());
        return on_close(message->payload);
    case opcode::continuation: break; // the reader returns whole messages only
    }
    return {};
}

SOCKETIO_NOINLINE SOCKETIO_DECL websocket_event websocket_endpoint::on_ping(std::span<char> payload)
{
    if (is_open()) {
        if (backlog_ || output_.size() > output_before_pongs_wait) {
            hold_pong(payload);
        } else {
            held_back_ = false; // the newer answer suffices
            write_frame(opcode::pong, {payload.data(), payload.size()});
        }
    }
    return {websocket_event::kind::ping, payload};
}

SOCKETIO_DECL void websocket_endpoint::hold_pong(std::span<char const> payload) noexcept
{
    held_back_ = true;
    pong_size_ = static_cast<std::uint8_t>(payload.size());
    if (!payload.empty())
        std::memcpy(pong_.data(), payload.data(), payload.size());
}

SOCKETIO_DECL void websocket_endpoint::release_pong()
{
    if (backlog_ || output_.size() > output_before_pongs_wait)
        return;
    write_frame(opcode::pong, {pong_.data(), pong_size_});
    held_back_ = false;
}

SOCKETIO_DECL std::size_t websocket_endpoint::write_urgent(char* to) noexcept
{
    return std::exchange(held_back_, false) ? write_small(to, opcode::pong, {pong_.data(), pong_size_}) : 0;
}

SOCKETIO_DECL std::size_t websocket_endpoint::write_small(char* to, opcode code, std::string_view payload) noexcept
{
    frame_header const header = header_for(code, payload.size());
    char* const at = write_header(to, header);
    copy_masked(at, payload.data(), payload.size(), header.mask);
    return header_size(header.length, header.masked) + payload.size();
}

SOCKETIO_DECL websocket_event websocket_endpoint::on_close(std::span<char> payload)
{
    websocket_event event{websocket_event::kind::close, {}, no_close_code};
    if (payload.size() == 1)
        return fail(error::close_invalid);
    if (payload.size() >= 2) {
        unsigned const code = static_cast<unsigned>(static_cast<unsigned char>(payload[0])) << 8
            | static_cast<unsigned char>(payload[1]);
        if (!is_close_code(code))
            return fail(error::close_invalid);
        event.code = static_cast<std::uint16_t>(code);
        event.payload = payload.subspan(2);
        if (!is_utf8({event.payload.data(), event.payload.size()}))
            return fail(error::utf8_invalid);
    }
    close_received_ = true;
    if (!close_sent_)
        write_close(payload.empty() ? std::uint16_t{0} : event.code, {});
    return event;
}

// Data that cannot be inflated does not match its message's type: 1007, as for invalid UTF-8 (section 7.4.1),
// and as npm's ws answers (ws/lib/permessage-deflate.js). RFC 7692 names no code.
inline std::uint16_t code_for(std::error_code ec) noexcept
{
    if (ec == error::utf8_invalid || ec == error::deflate_invalid)
        return 1007;
    if (ec == error::message_too_large)
        return 1009;
    return ec == std::errc::not_enough_memory ? 1011 : 1002;
}

SOCKETIO_NOINLINE SOCKETIO_DECL websocket_event websocket_endpoint::fail(std::error_code ec)
{
    failed_ = true;
    if (!close_sent_)
        write_close(code_for(ec), {});
    return {websocket_event::kind::failed, {}, 0, ec};
}

SOCKETIO_DECL frame_header websocket_endpoint::header_for(opcode code, std::size_t length) noexcept
{
    bool const masked = own_ == role::client;
    return {true, 0, code, masked, length, masked ? masks_.next() : 0};
}

SOCKETIO_DECL websocket_endpoint::mark websocket_endpoint::begin_message(opcode code)
{
    if (held_back_)
        release_pong();
    std::size_t const start = output_.size();
    output_.prepare(room() + 1); // and the engine's packet type
    output_.commit(room());
    return {start, code};
}

SOCKETIO_DECL void websocket_endpoint::end_message(mark const& of)
{
    if (!is_open()) {
        abandon(of);
        return;
    }
    std::size_t const length = message_size(of);
    scope_fail undo{[&] { take_back(of.start); }};
    if (auto const smaller = compressed({output_.data() + of.start + room(), length}, of.compress)) {
        output_.truncate(of.start);
        write_frame(of.code, *smaller, rsv1);
        undo.done();
        return;
    }
    frame_header const header = header_for(of.code, length);
    std::size_t const extra = header_size(length, header.masked) - room();
    if (extra != 0) {
        output_.prepare(extra);
        char* const payload = output_.data() + of.start + room();
        std::memmove(payload + extra, payload, length);
        output_.commit(extra);
    }
    undo.done();
    char* const payload = write_header(output_.data() + of.start, header);
    if (header.masked)
        apply_mask(payload, length, header.mask);
}

SOCKETIO_DECL std::optional<std::string_view> websocket_endpoint::compressed(std::string_view payload, bool wanted)
{
    if (deflater_ == nullptr || !wanted || payload.size() < threshold_)
        return std::nullopt;
    return deflater_->deflate(payload);
}

SOCKETIO_DECL void websocket_endpoint::abandon(mark const& of) noexcept
{
    output_.truncate(of.start);
}

// Compressed data among it stays in the deflater's window, but will be missing in the peer's.
SOCKETIO_DECL void websocket_endpoint::take_back(std::size_t size) noexcept
{
    output_.truncate(size);
    if (deflater_)
        deflater_->restart();
}

SOCKETIO_DECL void websocket_endpoint::send(opcode code, std::string_view payload, bool compress)
{
    if (code == opcode::close || code == opcode::continuation)
        throw_misuse("websocket: only whole messages, pings and pongs can be sent");
    if (is_control(code) && payload.size() > max_control_payload)
        throw_misuse("websocket: a ping or pong carries at most 125 bytes");
    if (!is_open())
        return;
    if (held_back_)
        release_pong();
    scope_fail undo{[this, size = output_.size()] { take_back(size); }};
    if (auto const smaller = compressed(payload, compress && !is_control(code)))
        write_frame(code, *smaller, rsv1);
    else
        write_frame(code, payload);
    undo.done();
}

SOCKETIO_DECL void websocket_endpoint::write_frame(opcode code, std::string_view payload, std::uint8_t reserved)
{
    frame_header header = header_for(code, payload.size());
    header.reserved = reserved;
    std::size_t const size = header_size(header.length, header.masked) + payload.size();
    char* const to = write_header(output_.prepare(size), header);
    if (header.masked)
        copy_masked(to, payload.data(), payload.size(), header.mask);
    else if (!payload.empty())
        std::memcpy(to, payload.data(), payload.size());
    output_.commit(size);
}

SOCKETIO_DECL void websocket_endpoint::close(std::uint16_t code, std::string_view reason)
{
    if (code != 0 && !is_close_code(code))
        throw_misuse("websocket: this close code must not be sent");
    if (close_sent_ || failed_)
        return;
    write_close(code, reason);
}

SOCKETIO_DECL void websocket_endpoint::write_close(std::uint16_t code, std::string_view reason)
{
    std::string payload;
    if (code != 0) {
        payload.push_back(static_cast<char>(static_cast<unsigned char>(code >> 8)));
        payload.push_back(static_cast<char>(static_cast<unsigned char>(code & 0xFFu)));
        std::string const text = to_well_formed(reason);
        std::size_t size = text.size() < max_close_reason ? text.size() : max_close_reason;
        while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0u) == 0x80)
            --size; // do not split a character
        payload.append(text, 0, size);
    }
    write_frame(opcode::close, payload);
    held_back_ = false;
    close_sent_ = true;
}

} // namespace socketio::detail
