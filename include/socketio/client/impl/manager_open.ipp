// The life of the connection: open, serve, lose, wait, open again. The order of events is the
// reference's (SEMANTICS: manager and backoff), except where noted.
#pragma once

#include <socketio/client/manager_core.hpp>
#include <socketio/net/websocket_channel.hpp>
#include <socketio/session/local_event.hpp>

namespace socketio::detail {

// Bytes of each of its buffers that the decoder keeps for the next packet.
inline constexpr std::size_t kept_by_decoder = 1024 * 1024;

SOCKETIO_DECL void manager_core::open()
{
    if (state_ != ready_state::closed)
        return;
    state_ = ready_state::opening;
    skip_reconnect_ = false;
    reconnect_at_ = clock::never();
    // What was lost before does not count when somebody asks for a connection.
    if (!reconnecting_)
        backoff_.reset();
    pace_.made(now());
    open_deadline_ = limit_after(now(), rules_.read().timeout);
    // A step, so that a socket which is asked for in the same breath hears if this fails at once.
    defer([this, attempt = ++attempt_] {
        if (attempt == attempt_ && state_ == ready_state::opening)
            begin(attempt);
    });
}

SOCKETIO_DECL void manager_core::begin(std::uint64_t attempt)
{
    if (url_error_) {
        fail_open(connect_error{url_error_, url_error_.message()}, false);
        return;
    }
    log(log_level::info, "manager", "connecting to " + origin(url_));
    ask_query(attempt);
}

// The words of a timeout say what was not done in time.
SOCKETIO_DECL connect_error manager_core::timed_out() const
{
    std::string doing = "waiting for the Engine.IO handshake";
    if (runtime_->dialing)
        doing = runtime_->dialing->stage();
    else if (!runtime_->link)
        doing = "waiting for the provider of query or extraHeaders";
    return {error::timeout, make_error_code(error::timeout).message() + ": while " + doing};
}

SOCKETIO_DECL void manager_core::ask_query(std::uint64_t attempt)
{
    if (auto const* plain = settings_.query.if_value()) {
        ask_headers(attempt, *plain);
        return;
    }
    defer([this, attempt] {
        scope_fail asking{[this, attempt] { fail_provider(attempt, "query"); }};
        settings_.query.ask([weak = weak_from_this(), attempt](string_pairs query) {
            if (auto const self = weak.lock())
                self->perform([self, attempt, query = std::move(query)]() mutable {
                    self->ask_headers(attempt, std::move(query));
                });
        });
        asking.done();
    });
}

SOCKETIO_DECL void manager_core::ask_headers(std::uint64_t attempt, string_pairs query)
{
    if (auto const* plain = settings_.extraHeaders.if_value()) {
        start_dial(attempt, query, *plain);
        return;
    }
    defer([this, attempt, query = std::move(query)]() mutable {
        scope_fail asking{[this, attempt] { fail_provider(attempt, "extraHeaders"); }};
        settings_.extraHeaders.ask([weak = weak_from_this(), attempt, query = std::move(query)](string_pairs headers) {
            if (auto const self = weak.lock())
                self->perform([self, attempt, query, headers = std::move(headers)] {
                    self->start_dial(attempt, query, headers);
                });
        });
        asking.done();
    });
}

SOCKETIO_DECL std::string manager_core::request_target(string_pairs const& query) const
{
    std::string target = settings_.path.starts_with('/') ? settings_.path : '/' + settings_.path;
    while (target.size() > 1 && target.ends_with('/'))
        target.pop_back();
    if (settings_.addTrailingSlash && !target.ends_with('/'))
        target += '/';
    string_pairs const from_url = parse_query(url_.query);
    auto const is_ours = [](std::string_view name) { return name == "EIO" || name == "transport" || name == "sid"; };
    auto const in_url = [&](std::string_view name) {
        return std::any_of(from_url.begin(), from_url.end(), [&](auto const& each) { return each.first == name; });
    };
    std::string parameters;
    for (auto const& [name, text] : query)
        if (!is_ours(name) && !in_url(name))
            append_query(parameters, name, text);
    for (auto const& [name, text] : from_url)
        if (!is_ours(name))
            append_query(parameters, name, text);
    append_query(parameters, "EIO", "4");
    append_query(parameters, "transport", "websocket");
    return target + '?' + parameters;
}

// False: the attempt has failed, or was called off by the function that is asked for a passphrase.
SOCKETIO_DECL bool manager_core::provide_tls(std::uint64_t attempt)
{
    if (runtime_->tls)
        return true;
    tls_maker const maker = registered_tls.load();
    if (!maker) {
        fail_open(connect_error{error::tls_not_available, make_error_code(error::tls_not_available).message()}, false);
        return false;
    }
    std::error_code ec;
    std::string words;
    auto made = maker(settings_.tls, role::client, ec, words);
    if (attempt != attempt_ || state_ != ready_state::opening)
        return false;
    if (ec)
        fail_open(connect_error{ec, std::move(words)}, false);
    runtime_->tls = std::move(made);
    return !ec;
}

SOCKETIO_DECL void manager_core::start_dial(std::uint64_t attempt, string_pairs const& query, string_pairs const& headers)
{
    if (attempt != attempt_ || state_ != ready_state::opening || runtime_->dialing)
        return;
    dial_request request;
    request.to = url_;
    request.target = request_target(query);
    request.limits = {settings_.limits.header_bytes, settings_.limits.headers};
    if (offers_deflate(settings_.perMessageDeflate))
        request.deflate = settings_.perMessageDeflate;
    request.network = settings_.network;
    request.cookies = cookies_;
    request.follow_redirects = settings_.follow_redirects;
    request.redirect_headers = settings_.redirect_headers;
    for (std::string const& name : settings_.protocols)
        request.subprotocols += (request.subprotocols.empty() ? "" : ", ") + name;
    for (auto const& [name, text] : headers) {
        if (!is_header_name(name) || !is_header_value(text)) {
            fail_open(connect_error{make_error_code(std::errc::invalid_argument), "extraHeaders: \"" + name + "\" is not a valid HTTP header"});
            return;
        }
        request.headers.push_back({name, text});
    }
    if (!is_request_target(request.target)) {
        fail_open(connect_error{error::bad_url, "the path \"" + settings_.path + "\" cannot be used in a request"}, false);
        return;
    }
    // A redirection may lead to https, where the program has TLS.
    bool const may_need_tls = url_.secure || (settings_.follow_redirects != 0 && registered_tls.load());
    if (may_need_tls && !provide_tls(attempt))
        return;
    request.tls = runtime_->tls;
    // Called by a coroutine, so user code has to wait for a turn of its own.
    auto done = [self = shared_from_this(), attempt](dial_result&& result, stream&& connected) {
        self->lane_.run_ahead([&] { self->on_dialed(attempt, std::move(result), std::move(connected)); });
    };
    runtime_->dialing = std::make_shared<dial>(lane_.serial(), std::move(request), std::move(done));
    runtime_->dialing->start();
}

SOCKETIO_DECL void manager_core::on_dialed(std::uint64_t attempt, dial_result&& result, stream&& connected)
{
    if (attempt != attempt_ || state_ != ready_state::opening)
        return;
    runtime_->dialing.reset();
    using std::chrono::duration_cast;
    using us = std::chrono::microseconds;
    timings_ = {.resolve = duration_cast<us>(result.resolving),
                .connect = duration_cast<us>(result.connecting),
                .proxy = duration_cast<us>(result.proxying),
                .tls = duration_cast<us>(result.securing),
                .upgrade = duration_cast<us>(result.upgrading)};
    upgraded_at_ = now();
    if (result.error) {
        connect_error why{result.error, std::move(result.message)};
        why.set_http(result.http_status, std::move(result.http_body));
        why.set_retry_after(result.retry_after);
        bool const again = result.error != error::bad_proxy;
        fail_open(std::move(why), again);
        return;
    }
    elsewhere_ = result.elsewhere;
    runtime_->link = make_channel(std::move(result), std::move(connected));
}

// Another transport would be one more case here.
SOCKETIO_DECL std::shared_ptr<engine_channel> manager_core::make_channel(dial_result&& result, stream&& connected)
{
    engine session{role::client, {settings_.limits.message_size, settings_.limits.fragments}, sources_.random_seed()};
    if (result.deflate)
        session.compress_with(make_codec(role::client, *result.deflate, settings_.perMessageDeflate), settings_.perMessageDeflate.threshold);
    auto made = std::make_shared<websocket_channel>(lane_.serial(), std::move(connected), std::move(session), *this,
        connection_options{settings_.limits.read_buffer, settings_.close_timeout});
    if (settings_.measure_round_trip)
        made->session().measure_round_trip();
    made->start(std::move(result.leftover));
    return made;
}

SOCKETIO_DECL void manager_core::on_engine(engine_event const& event)
{
    switch (event.type) {
    case engine_event::kind::none:
    case engine_event::kind::text: // messages come by themselves
    case engine_event::kind::binary:
    case engine_event::kind::probed: // these are a server's
    case engine_event::kind::upgraded: return;
    case engine_event::kind::open: on_opened(); return;
    case engine_event::kind::ping:
        if (!events_.untouched())
            tell("ping");
        return;
    case engine_event::kind::closed: on_closed(event); return;
    }
}

SOCKETIO_DECL void manager_core::on_opened()
{
    state_ = ready_state::open;
    writer_.open(*runtime_->link);
    open_deadline_ = clock::never();
    ++connections_;
    decoder_.shrink(kept_by_decoder); // of a packet that was cut off
    timings_.open = std::chrono::duration_cast<std::chrono::microseconds>(now() - upgraded_at_);
    log(log_level::info, "manager", "open");
    auto const attempts = backoff_.attempts();
    bool const again = std::exchange(reconnecting_, false);
    backoff_.opened(now());
    for (auto const& [nsp, each] : sockets_)
        each->on_manager_open(again ? attempts : 0);
    tell("open");
    if (again)
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
    if (state_ == ready_state::opening) {
        if (event.error == error::wrong_protocol)
            fail_open(connect_error{error::wrong_protocol, make_error_code(error::wrong_protocol).message()});
        else
            fail_open(connect_error{event.error, words_before_open(event)});
        return;
    }
    // The engine's "error" comes first in the reference; the sockets are told by "disconnect".
    if (event.reason == disconnect_reason::transport_error)
        tell_error("error", connect_error{event.error, event.error.message()});
    disconnect_details details{.code = event.error, .description = event.error.message(), .websocket_code = event.code};
    if (!event.payload.empty())
        details.description += ": " + std::string{event.payload.data(), event.payload.size()};
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
        lose(disconnect_reason::parse_error, {.code = ec, .description = ec.message()});
    else if (whole)
        on_packet(received);
    if (size > kept_by_decoder || (whole && received.attachments != 0))
        decoder_.shrink(kept_by_decoder);
    lane_.run_steps();
}

SOCKETIO_DECL void manager_core::on_packet(packet const& received)
{
    ++packets_received_;
    socket_core* to = root_;
    if (!root_ || received.nsp != "/") {
        auto const found = sockets_.find(received.nsp);
        to = found == sockets_.end() ? nullptr : found->second.get();
    }
    if (!on_answer(received, to) && to)
        to->on_packet(received); // what is forgotten meanwhile dies in a step, after this
    if (events_.untouched())
        return;
    event_call call{*this, "packet"};
    call.raw = &received;
    dispatch("packet", call);
}

// True if this answers a CONNECT that nobody stands by any more: its socket has left, and perhaps been
// told to connect again, before the answer came.
SOCKETIO_DECL bool manager_core::on_answer(packet const& received, socket_core* to)
{
    bool const joined = received.type == packet_type::connect;
    if (!joined && received.type != packet_type::connect_error)
        return false;
    if (!gate_.answered(received.nsp) || (to && to->awaits_answer()))
        return false;
    if (joined) {
        byte_buffer text;
        encode_control(text, packet_type::disconnect, received.nsp, nullptr);
        static_cast<void>(writer_.write(text.view(), {}));
        gate_.left(received.nsp, now());
    }
    if (to)
        to->join_if_held();
    return true;
}

// The attempt to connect came to nothing. `again`: it is worth trying once more.
SOCKETIO_DECL void manager_core::fail_open(connect_error why, bool again)
{
    state_ = ready_state::closed;
    open_deadline_ = clock::never();
    ++attempt_;
    drop_link();
    log(log_level::info, "manager", "connect_error: " + why.message());
    note_error(why.code(), why.message());
    for (auto const& [nsp, each] : sockets_)
        each->on_manager_error(why);
    tell_error("error", why);
    if (!again) {
        skip_reconnect_ = true;
        reconnecting_ = false;
        for (auto const& [nsp, each] : sockets_)
            each->give_up();
        return;
    }
    std::chrono::milliseconds const asked = std::min<std::chrono::milliseconds>(
        why.retry_after().value_or(std::chrono::seconds{0}), settings_.retry_after_max);
    if (std::exchange(reconnecting_, false)) {
        reconnect(asked);
        tell_error("reconnect_error", why);
    } else {
        reconnect(asked);
    }
}

// The exception of a provider leaves through the executor; the attempt fails like any other.
SOCKETIO_DECL void manager_core::fail_provider(std::uint64_t attempt, std::string_view option)
{
    if (attempt == attempt_ && state_ == ready_state::opening)
        fail_open(connect_error{make_error_code(std::errc::operation_canceled), std::string{option} + ": the provider threw"});
}

SOCKETIO_DECL void manager_core::drop_link()
{
    if (auto const dialing = std::exchange(runtime_->dialing, nullptr))
        dialing->abandon();
    writer_.close();
    if (auto const link = std::exchange(runtime_->link, nullptr)) {
        auto const last = link->status();
        earlier_received_ += last.bytes_received;
        earlier_sent_ += last.bytes_sent;
        link->close();
    }
    decoder_.reset();
    gate_.clear();
}

SOCKETIO_DECL void manager_core::fail(std::error_code why)
{
    tell_error("error", connect_error{why, why.message()});
    lose(disconnect_reason::transport_error, {.code = why, .description = why.message()});
}

SOCKETIO_DECL void manager_core::lose(disconnect_reason reason, disconnect_details details)
{
    state_ = ready_state::closed;
    open_deadline_ = clock::never();
    ++attempt_;
    drop_link();
    backoff_.set_rule(rules_.read().wait);
    backoff_.lost(now());
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
    reconnect();
}

SOCKETIO_DECL void manager_core::close()
{
    skip_reconnect_ = true;
    bool const was_busy = state_ != ready_state::closed || reconnecting_;
    reconnecting_ = false;
    reconnect_at_ = clock::never();
    if (was_busy)
        lose(disconnect_reason::forced_close, {});
}

SOCKETIO_DECL void manager_core::close_if_unused()
{
    for (auto const& [nsp, each] : sockets_)
        if (each->active())
            return;
    close();
}

SOCKETIO_DECL void manager_core::reconnect(std::chrono::milliseconds asked)
{
    auto const rules = rules_.read();
    if (reconnecting_ || skip_reconnect_ || !rules.reconnection)
        return;
    if (rules.attempts != 0 && backoff_.attempts() >= rules.attempts) {
        backoff_.reset();
        tell("reconnect_failed");
        return;
    }
    backoff_.set_rule(rules.wait);
    reconnect_at_ = std::max(deadline_after(now(), backoff_.next(asked)), pace_.earliest());
    reconnecting_ = true;
    auto const delay = std::max(reconnect_at_ - now(), clock::duration{0});
    log(log_level::info, "manager",
        "next attempt in " + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(delay).count()) + " ms");
}

SOCKETIO_DECL void manager_core::stop_waiting()
{
    if (state_ != ready_state::closed)
        return;
    reconnecting_ = false;
    reconnect_at_ = clock::never();
}

SOCKETIO_DECL void manager_core::reconnect_now()
{
    if (reconnect_at_ == clock::never())
        return;
    reconnect_at_ = clock::never();
    backoff_.reset();
    static_cast<void>(backoff_.next()); // counts this attempt, which does not wait
    attempt();
}

// A listener of "reconnect_attempt" may still call it off.
SOCKETIO_DECL void manager_core::attempt()
{
    if (skip_reconnect_ || !reconnecting_)
        return;
    tell_number("reconnect_attempt", backoff_.attempts());
    defer([this] {
        if (!skip_reconnect_ && reconnecting_)
            open();
    });
}

} // namespace socketio::detail
