// The life of the connection: open, serve, lose, wait, open again. The machine makes the decisions. The order of
// events is the reference's (socket.io-client/lib/manager.ts), except where noted.
#pragma once

#include <socketio/client/manager_core.hpp>
#include <socketio/session/local_event.hpp>

namespace socketio::detail {

// Bytes of each of its buffers that the decoder keeps for the next packet.
inline constexpr std::size_t kept_by_decoder = 1024 * 1024;

SOCKETIO_DECL void manager_core::open()
{
    act(machine_.open(now(), rules_.read().timeout));
}

SOCKETIO_DECL void manager_core::act(connect_action const& next)
{
    switch (next.type) {
    case connect_action::kind::none: return;
    case connect_action::kind::begin:
        // A step, so that a socket that the same caller makes next receives an immediate failure.
        defer([this, attempt = next.attempt] { begin(attempt); });
        return;
    case connect_action::kind::time_out: on_time_out(); return;
    case connect_action::kind::announce:
        tell_number("reconnect_attempt", next.attempt);
        defer([this] { act(machine_.announced(now(), rules_.read().timeout)); });
        return;
    case connect_action::kind::wait: log_wait(next.until); return;
    case connect_action::kind::give_up: tell("reconnect_failed"); return;
    }
}

SOCKETIO_DECL void manager_core::on_time_out()
{
    if (machine_.phase() >= connect_phase::dialing)
        fail_transport(timed_out(), false);
    else
        fail_open(timed_out());
}

SOCKETIO_DECL void manager_core::log_wait(clock::time_point until)
{
    using std::chrono::milliseconds;
    auto const delay = std::chrono::duration_cast<milliseconds>(std::max(until - now(), clock::duration{0}));
    log(log_level::info, "manager", "next attempt in " + std::to_string(delay.count()) + " ms");
}

SOCKETIO_DECL void manager_core::on_engine(engine_event const& event)
{
    switch (event.type) {
    case engine_event::kind::none:
    case engine_event::kind::text: // messages are read separately
    case engine_event::kind::binary:
    case engine_event::kind::probed: // these are a server's
    case engine_event::kind::upgraded: return;
    case engine_event::kind::open: on_opened(); return;
    case engine_event::kind::ping:
        ++pings_;
        if (!events_.untouched())
            tell("ping");
        return;
    case engine_event::kind::closed: on_closed(event); return;
    }
}

SOCKETIO_DECL void manager_core::on_opened()
{
    auto const attempts = machine_.opened(now());
    transports_.opened();
    tried_.clear();
    transport_deadline_ = clock::never(); // there is a session: that transport it is
    writer_.open(*runtime_->link);
    received_before_ = packets_received_;
    answered_ = false;
    ++connections_;
    decoder_.shrink(kept_by_decoder); // of an incomplete packet
    timings_.open = std::chrono::duration_cast<std::chrono::microseconds>(now() - upgraded_at_);
    log(log_level::info, "manager", "open");
    for (auto const& [nsp, each] : sockets_)
        each->on_manager_open(attempts);
    begin_upgrade();
    tell("open");
    if (attempts != 0)
        tell_number("reconnect", attempts);
}

inline std::string words_before_open(engine_event const& event)
{
    if (event.error == error::not_socketio)
        return "the server speaks WebSocket but not Engine.IO. Is this a Socket.IO server, and is the path right?";
    std::string words = "before the Engine.IO handshake: " + event.error.message();
    if (event.code != 0)
        words += " (WebSocket close code " + std::to_string(event.code) + ')';
    return words;
}

SOCKETIO_DECL void manager_core::on_closed(engine_event const& event)
{
    if (machine_.is_opening()) {
        if (event.error == error::wrong_protocol)
            fail_transport(connect_error{error::wrong_protocol, make_error_code(error::wrong_protocol).message()});
        else
            fail_transport(connect_error{event.error, words_before_open(event)});
        return;
    }
    // In the reference the engine's "error" comes first; the sockets emit "disconnect".
    if (event.reason == disconnect_reason::transport_error) {
        connect_error why{event.error, event.error.message()};
        why.set_http(event.http_status, {});
        dispatch_error("error", why);
    }
    disconnect_details details{.code = event.error, .description = event.error.message(), .websocket_code = event.code,
                               .http_status = event.http_status};
    if (!event.payload.empty())
        details.description += ": " + std::string{event.payload.data(), event.payload.size()};
    constexpr std::uint16_t no_code = 1005;
    bool const says_nothing = event.code == 0 || event.code == no_code;
    if (event.reason == disconnect_reason::transport_close && says_nothing && is_unanswered())
        details.description += " without an answer: does it use " + other_parser();
    lose(event.reason, std::move(details));
}

SOCKETIO_DECL void manager_core::on_text(std::span<char> message)
{
    packet received;
    std::error_code ec;
    bool const whole = decoder_.text(message, received, ec);
    on_message(received, whole, message.size(), ec);
}

SOCKETIO_DECL void manager_core::on_binary(std::span<char> message)
{
    packet received;
    std::error_code ec;
    bool const whole = decoder_.binary(message, received, ec);
    on_message(received, whole, message.size(), ec);
}

SOCKETIO_DECL void manager_core::on_message(packet const& received, bool whole, std::size_t size, std::error_code ec)
{
    if (ec)
        lose(disconnect_reason::parse_error, {.code = ec, .description = parse_error_words(ec)});
    else if (whole)
        on_packet(received);
    decoder_.shrink_after(size, received, kept_by_decoder);
    lane_.run_steps();
}

SOCKETIO_DECL void manager_core::on_packet(packet const& received)
{
    ++packets_received_;
    socket_core* to = root_;
    if (!root_ || !is_root(received.nsp)) {
        auto const found = sockets_.find(received.nsp);
        to = found == sockets_.end() ? nullptr : found->second.get();
    }
    if (!on_answer(received, to) && to)
        to->on_packet(received); // a namespace that is forgotten here is destroyed later, in a step
    if (events_.untouched())
        return;
    event_call call{*this, "packet"};
    call.raw = &received;
    dispatch("packet", call);
}

// True if this answers a CONNECT that has become obsolete: its socket has left, and perhaps connected again,
// before the answer arrived.
SOCKETIO_DECL bool manager_core::on_answer(packet const& received, socket_core* to)
{
    bool const joined = received.type == packet_type::connect;
    if (!joined && received.type != packet_type::connect_error)
        return false;
    bool const due = gate_.answered(received.nsp);
    answered_ = answered_ || due;
    if (!due || (to && to->awaits_answer()))
        return false;
    if (joined) {
        byte_buffer text;
        if (auto const ec = encode_control(decoder_.parser(), text, packet_type::disconnect, received.nsp, nullptr)) {
            fail(ec);
            return true;
        }
        static_cast<void>(writer_.write(text.view(), {}));
        gate_.left(received.nsp, now());
    }
    if (to)
        to->join_if_held();
    return true;
}

// The transport has failed, and the next one gets its turn if there is one. `elsewhere_too`: another might succeed.
SOCKETIO_DECL void manager_core::fail_transport(connect_error const& why, bool elsewhere_too)
{
    tried_.push_back({std::string{to_string(transports_.current())}, why.code(), why.http_status(), why.message()});
    if (!elsewhere_too || !transports_.has_next()) {
        fail_open(why);
        return;
    }
    log(log_level::info, "manager", "not over " + tried_.back().transport + ": " + why.message());
    transports_.forget();
    drop_link();
    transports_.next();
    machine_.dial_again();
    dial_transport(machine_.attempt());
}

// With several transports the message names each.
inline std::string words_of(std::vector<transport_attempt> const& tried)
{
    std::string words;
    for (transport_attempt const& each : tried)
        words.append(words.empty() ? "" : "; ").append(each.transport).append(": ").append(each.message);
    return words;
}

// A URL without a scheme is one with https, as in the reference. That may not be what was meant.
SOCKETIO_DECL std::string manager_core::doubt_about_scheme() const
{
    if (!url_.assumed_scheme || connections_ != 0)
        return {};
    std::string const host = host_header(url_);
    return "the URL has no scheme, so it is taken for https://" + host + " (http://" + host + " is without TLS): ";
}

// The attempt to connect has failed. `again`: another attempt may succeed.
SOCKETIO_DECL void manager_core::fail_open(connect_error why, bool again)
{
    if (tried_.size() > 1)
        why.set_message(words_of(tried_));
    bool const dialled = !tried_.empty() || why.code() == error::tls_not_available || why.code() == error::timeout;
    if (auto const doubt = doubt_about_scheme(); dialled && !doubt.empty())
        why.set_message(doubt + why.message());
    why.set_attempts(std::exchange(tried_, {}));
    transports_.forget();
    machine_.failed();
    drop_link();
    log(log_level::info, "manager", "connect_error: " + why.message());
    note_error(why.code(), why.message());
    for (auto const& [nsp, each] : sockets_)
        each->on_manager_error(why);
    dispatch_error("error", why);
    if (!again) {
        machine_.abandon();
        for (auto const& [nsp, each] : sockets_)
            each->give_up();
        return;
    }
    std::chrono::milliseconds const asked = std::min<std::chrono::milliseconds>(
        why.retry_after().value_or(std::chrono::seconds{0}), settings_.retry_after_max);
    connect_action const next = machine_.next(now(), rules_.read(), asked);
    act(next);
    if (next.reconnect_error)
        dispatch_error("reconnect_error", why);
}

SOCKETIO_DECL void manager_core::drop_link()
{
    if (auto const dialing = std::exchange(runtime_->dialing, nullptr))
        dialing->abandon();
    writer_.close();
    transport_deadline_ = clock::never();
    drop_upgrade();
    set_link(nullptr);
    decoder_.reset();
    gate_.clear();
}

// Ends the connection there is. The channel still sends its output.
SOCKETIO_DECL void manager_core::set_link(std::shared_ptr<engine_channel> link)
{
    bool const polled = std::exchange(runtime_->polling, nullptr) != nullptr;
    if (auto const before = std::exchange(runtime_->link, std::move(link))) {
        add_to(polled ? earlier_polling_ : earlier_websocket_, before->status());
        before->close();
    }
    heard_before_ = packets_received_ + pings_;
    moved_ = false;
}

// True if nothing came over a WebSocket behind its handshake, not even its end: then something on the way may hold back
// its frames.
SOCKETIO_DECL bool manager_core::may_be_held_back(disconnect_reason reason,
                                                  disconnect_details const& details) const noexcept
{
    bool const ended = reason == disconnect_reason::ping_timeout ||
                       (moved_ && reason == disconnect_reason::transport_close && details.websocket_code == 0);
    return ended && !runtime_->polling && heard_before_ == packets_received_ + pings_;
}

SOCKETIO_DECL void manager_core::fail(std::error_code why)
{
    dispatch_error("error", connect_error{why, why.message()});
    lose(disconnect_reason::transport_error, {.code = why, .description = why.message()});
}

// CONNECT was sent on this connection, and none was answered: npm's servers, for one, close a connection when they meet
// another parser.
SOCKETIO_DECL bool manager_core::is_unanswered() const noexcept { return !answered_ && gate_.awaits_answer(); }

// Soon after it has opened, a connection without an answer is a failed attempt: the next one may end in the same way.
SOCKETIO_DECL void manager_core::lose(disconnect_reason reason, disconnect_details details)
{
    if (may_be_held_back(reason, details))
        transports_.distrust_websocket(now());
    else if (reason == disconnect_reason::transport_error)
        transports_.forget();
    bool const soon = now() - upgraded_at_ < std::chrono::minutes{1};
    machine_.lost(now(), rules_.read().wait, !(soon && is_unanswered()));
    drop_link();
    log(log_level::info, "manager",
        std::string{to_string(reason)} + (details.description.empty() ? "" : ": " + details.description));
    if (reason != disconnect_reason::forced_close)
        note_error(details.code, to_string(reason));
    for (auto const& [nsp, each] : sockets_)
        each->on_manager_close(reason, details);
    if (events_.has("close"))
        defer([this, reason, details] {
            local_args const arguments{to_string(reason)};
            event_call call{*this, "close", arguments.view()};
            call.details = &details;
            dispatch("close", call);
        });
    act(machine_.next(now(), rules_.read()));
}

SOCKETIO_DECL void manager_core::close()
{
    if (machine_.close())
        lose(disconnect_reason::forced_close, {});
}

SOCKETIO_DECL void manager_core::close_if_unused()
{
    for (auto const& [nsp, each] : sockets_)
        if (each->active())
            return;
    close();
}

SOCKETIO_DECL bool manager_core::stop_waiting() { return machine_.stop_waiting(); }

SOCKETIO_DECL void manager_core::reconnect_now()
{
    transports_.trust_websocket();
    act(machine_.reconnect_now());
}

} // namespace socketio::detail
