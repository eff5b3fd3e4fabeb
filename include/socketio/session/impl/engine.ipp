// Applies Engine.IO packets to the state of the session.
#pragma once

#include <socketio/session/base64_packet.hpp>
#include <socketio/session/engine.hpp>

namespace socketio::detail {

SOCKETIO_DECL engine::engine(role own, websocket_limits limits, std::uint64_t mask_seed, engine_settings settings)
    : own_{own}, transport_{own, limits, mask_seed}, settings_{std::move(settings)}
{
}

SOCKETIO_DECL void engine::open(clock::time_point now)
{
    send_whole([this] {
        auto const at = transport_.begin_message(opcode::text);
        transport_.output().push_back('0');
        write_engine_open(transport_.output(), settings_);
        transport_.end_message(at);
    });
    heartbeat_ = heartbeat{own_, settings_.ping_interval, settings_.ping_timeout, now};
    state_ = state::open;
}

inline constexpr std::string_view probe_data = "probe";

SOCKETIO_DECL void engine::probe(engine_settings settings)
{
    settings_ = std::move(settings);
    send_packet(engine_packet_type::ping, probe_data);
    state_ = state::probing;
}

SOCKETIO_DECL void engine::upgrade(heartbeat const& so_far, bool pong)
{
    send_packet(engine_packet_type::upgrade);
    if (pong)
        send_packet(engine_packet_type::pong);
    heartbeat_ = so_far;
    state_ = state::open;
}

SOCKETIO_DECL engine_event engine::next(std::span<char>& input, clock::time_point now)
{
    while (state_ != state::closed) {
        websocket_event const event = transport_.next(input);
        switch (event.type) {
        case websocket_event::kind::none: return {};
        case websocket_event::kind::ping: continue;
        case websocket_event::kind::pong: on_measured(event.payload, now); continue;
        case websocket_event::kind::close:
            return fail(disconnect_reason::transport_close, error::closed, event.code, event.payload);
        case websocket_event::kind::failed: return fail(disconnect_reason::transport_error, event.error);
        case websocket_event::kind::text:
            if (state_ == state::open && is_message(event.payload)) // nearly always
                return on_packet({engine_packet_type::message, event.payload.subspan(1)}, now);
            break;
        case websocket_event::kind::binary: break;
        }
        if (engine_event result = on_message(event, now); result.type != engine_event::kind::none)
            return result;
    }
    // Reads on until the close frame of the peer.
    while (!input.empty() && transport_.next(input).type != websocket_event::kind::none) {
    }
    return {};
}

SOCKETIO_DECL engine_event engine::on_message(websocket_event const& message, clock::time_point now)
{
    if (state_ == state::waiting)
        return on_first(message, now);
    if (state_ == state::probing)
        return on_probing(message, now);
    if (message.type == websocket_event::kind::binary)
        return on_binary(message.payload, now);
    std::error_code ec;
    if (std::span<char> data; is_base64_packet(message.payload)) {
        ec = read_base64_packet(message.payload, data);
        if (!ec)
            return on_binary(data, now);
    }
    engine_packet packet;
    if (!ec)
        ec = read_engine_packet(message.payload, packet);
    if (ec)
        return fail(own_ == role::client ? disconnect_reason::transport_error : disconnect_reason::parse_error, ec);
    return on_packet(packet, now);
}

SOCKETIO_DECL engine_event engine::on_binary(std::span<char> data, clock::time_point now)
{
    heartbeat_.received_other(now);
    return {.type = engine_event::kind::binary, .payload = data};
}

// A first packet of another type shows that this is not an Engine.IO server.
SOCKETIO_NOINLINE SOCKETIO_DECL engine_event engine::on_first(websocket_event const& message, clock::time_point now)
{
    engine_packet packet;
    if (message.type == websocket_event::kind::binary || read_engine_packet(message.payload, packet) ||
        packet.type != engine_packet_type::open)
        return fail(disconnect_reason::transport_error, error::not_socketio);
    return on_open(packet.data, now);
}

// Any packet except a probe and the upgrade leaves the session on its old transport.
SOCKETIO_NOINLINE SOCKETIO_DECL engine_event engine::on_probing(websocket_event const& message, clock::time_point now)
{
    engine_packet packet;
    if (message.type == websocket_event::kind::binary || read_engine_packet(message.payload, packet))
        return fail(disconnect_reason::transport_error, error::engine_packet_invalid);
    if (own_ == role::client)
        return on_probe_answer(packet);
    std::string_view const data{packet.data.data(), packet.data.size()};
    if (packet.type == engine_packet_type::ping && data == probe_data) {
        if (!is_crowded())
            send_packet(engine_packet_type::pong, data);
        return {.type = engine_event::kind::probed};
    }
    if (packet.type != engine_packet_type::upgrade)
        return fail(disconnect_reason::transport_error, error::engine_unexpected);
    heartbeat_ = heartbeat{own_, settings_.ping_interval, settings_.ping_timeout, now};
    state_ = state::open;
    return {.type = engine_event::kind::upgraded};
}

// The server must not send anything else here before the upgrade.
SOCKETIO_DECL engine_event engine::on_probe_answer(engine_packet packet)
{
    std::string_view const data{packet.data.data(), packet.data.size()};
    if (packet.type != engine_packet_type::pong || data != probe_data || std::exchange(probed_, true))
        return fail(disconnect_reason::transport_error, error::engine_unexpected);
    return {.type = engine_event::kind::probed};
}

SOCKETIO_DECL engine_event engine::on_open(std::span<char> data, clock::time_point now)
{
    if (auto const ec = read_engine_open(data, settings_))
        return fail(disconnect_reason::transport_error, ec);
    heartbeat_ = heartbeat{own_, settings_.ping_interval, settings_.ping_timeout, now};
    state_ = state::open;
    return {.type = engine_event::kind::open};
}

SOCKETIO_DECL engine_event engine::on_packet(engine_packet packet, clock::time_point now)
{
    bool const client = own_ == role::client;
    if (packet.type != engine_packet_type::pong)
        heartbeat_.received_other(now);
    switch (packet.type) {
    case engine_packet_type::message: return {.type = engine_event::kind::text, .payload = packet.data};
    case engine_packet_type::ping:
        if (!client)
            return fail(disconnect_reason::transport_error, error::engine_unexpected);
        send_or_owe(engine_packet_type::pong, pong_owed_);
        measure(now);
        heartbeat_.received(now);
        return {.type = engine_event::kind::ping};
    case engine_packet_type::pong:
        if (!client)
            heartbeat_.received(now);
        return {};
    case engine_packet_type::open:
        return client ? fail(disconnect_reason::transport_error, error::engine_open_invalid) : engine_event{};
    // Over WebSocket, both sides of the reference ignore these (engine.io/lib/socket.ts,
    // engine.io-client/lib/socket.ts).
    case engine_packet_type::close:
    case engine_packet_type::upgrade:
    case engine_packet_type::noop: return {};
    }
    return {};
}

SOCKETIO_DECL engine_event engine::tick(clock::time_point now)
{
    if (state_ != state::open)
        return {};
    if (heartbeat_.expired(now))
        return fail(disconnect_reason::ping_timeout, error::ping_timeout);
    if (heartbeat_.take_ping(now))
        send_or_owe(engine_packet_type::ping, ping_owed_);
    return {};
}

SOCKETIO_DECL engine_event engine::end_of_stream(std::error_code ec)
{
    if (state_ == state::closed)
        return {};
    return fail(disconnect_reason::transport_close, ec ? ec : make_error_code(error::closed));
}

SOCKETIO_NOINLINE SOCKETIO_DECL engine_event engine::fail(disconnect_reason reason, std::error_code ec,
                                                          std::uint16_t code, std::span<char> payload)
{
    transport_.close();
    state_ = state::closed;
    return {.type = engine_event::kind::closed, .payload = payload, .reason = reason, .error = ec, .code = code};
}

SOCKETIO_DECL void engine::send_packet(engine_packet_type type, std::string_view data)
{
    send_whole([&] {
        auto const at = transport_.begin_message(opcode::text);
        transport_.output().push_back(static_cast<char>('0' + static_cast<int>(type)));
        transport_.output().append(data);
        transport_.end_message(at);
    });
}

SOCKETIO_DECL void engine::send_or_owe(engine_packet_type type, bool& owed)
{
    owed = is_crowded();
    if (!owed)
        send_packet(type);
}

SOCKETIO_DECL void engine::measure(clock::time_point now)
{
    if (!measures_ || is_crowded())
        return;
    std::string const number = std::to_string(++probe_);
    transport_.send(opcode::ping, number);
    probe_sent_ = now;
}

// Only the pong of the last ping counts: an unsolicited pong has no meaning (RFC 6455, section 5.5.3).
SOCKETIO_DECL void engine::on_measured(std::span<char const> data, clock::time_point now)
{
    if (!probe_sent_ || std::string_view{data.data(), data.size()} != std::to_string(probe_))
        return;
    round_trip_ = now - *probe_sent_;
    probe_sent_.reset();
}

SOCKETIO_DECL void engine::complete_output()
{
    if ((!pong_owed_ && !ping_owed_) || is_crowded())
        return;
    if (std::exchange(pong_owed_, false) && state_ == state::open)
        send_packet(engine_packet_type::pong);
    if (std::exchange(ping_owed_, false) && state_ == state::open)
        send_packet(engine_packet_type::ping);
}

SOCKETIO_DECL std::size_t engine::write_urgent(char* to) noexcept
{
    std::size_t size = transport_.write_urgent(to);
    auto const write = [&](bool& owed, engine_packet_type type) {
        char const letter = static_cast<char>('0' + static_cast<int>(type));
        if (std::exchange(owed, false) && state_ == state::open)
            size += transport_.write_small(to + size, opcode::text, {&letter, 1});
    };
    write(pong_owed_, engine_packet_type::pong);
    write(ping_owed_, engine_packet_type::ping);
    return size;
}

SOCKETIO_DECL void engine::send_text(std::string_view message, bool compress)
{
    send_whole([&] {
        auto const at = begin_message(compress);
        transport_.output().append(message);
        transport_.end_message(at);
    });
}

SOCKETIO_DECL void engine::send_binary(bytes_view message, bool compress)
{
    if (!binary_as_text_)
        return transport_.send(opcode::binary, as_text(message), compress);
    auto at = transport_.begin_message(opcode::text);
    at.compress = compress;
    append_base64_packet(transport_.output(), message);
    transport_.end_message(at);
}

SOCKETIO_DECL void engine::close()
{
    state_ = state::closed;
    transport_.close();
}

} // namespace socketio::detail
