// One connection, from its first step to its last event.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/websocket/websocket_core.hpp>

#include <list>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL websocket_core::websocket_core(strand const& on, websocket_options settings)
    : settings_{std::move(settings)}, lane_{*this, on, 16 * 1024}
{
    check_deflate_options(settings_.perMessageDeflate);
    for (auto const& each : settings_.protocols) {
        if (!is_header_name(each))
            throw_misuse("protocols: \"" + each + "\" cannot be the name of a subprotocol");
    }
    for (auto const& [name, text] : settings_.extraHeaders) {
        if (!is_header_name(name) || !is_header_value(text))
            throw_misuse("extraHeaders: \"" + name + "\" is not a valid HTTP header");
    }
}

// The listeners die last, because they may hold handles to this.
SOCKETIO_DECL void websocket_core::on_context_gone() noexcept
{
    set_phase(phase::closed);
    auto const last = std::exchange(listeners_, {});
    runtime_.reset();
}

SOCKETIO_DECL std::size_t websocket_core::buffered_amount() const noexcept
{
    std::size_t const written =
        on_strand() && runtime_->link ? runtime_->link->unsent() : unsent_.load(std::memory_order_relaxed);
    return written + handed_over_.load(std::memory_order_relaxed);
}

SOCKETIO_DECL void websocket_core::agree(std::string subprotocol)
{
    std::lock_guard const lock{mutex_};
    subprotocol_ = std::move(subprotocol);
}

SOCKETIO_DECL std::string websocket_core::subprotocol() const
{
    std::lock_guard const lock{mutex_};
    return subprotocol_;
}

SOCKETIO_DECL bool websocket_core::send(opcode code, std::string_view payload)
{
    if (lane_.acts_now())
        return runtime_->link && runtime_->link->unsent() <= settings_.limits.buffered && write(code, payload);
    if (current_phase() != phase::open || buffered_amount() > settings_.limits.buffered)
        return false;
    handed_over_.fetch_add(payload.size(), std::memory_order_relaxed);
    scope_fail not_handed{[&] { handed_over_.fetch_sub(payload.size(), std::memory_order_relaxed); }};
    if (!lane_.hand_over(*this, payload, {}, static_cast<std::uint32_t>(code), std::nullopt))
        return false;
    not_handed.done();
    return true;
}

// send() has checked the limit.
SOCKETIO_DECL void websocket_core::take_packet(std::string_view payload, std::span<bytes_view const>,
    std::uint32_t code, std::optional<pending_ack>&&)
{
    static_cast<void>(write(static_cast<opcode>(code), payload));
    handed_over_.fetch_sub(payload.size(), std::memory_order_relaxed);
}

SOCKETIO_DECL bool websocket_core::write(opcode code, std::string_view payload)
{
    if (current_phase() != phase::open)
        return false;
    runtime_->link->session().endpoint().send(code, payload);
    return true;
}

SOCKETIO_DECL void websocket_core::close(std::uint16_t code, std::string_view reason)
{
    if (code != 0 && !is_close_code(code))
        throw_misuse("websocket: " + std::to_string(code) + " must not be sent in a close frame");
    perform([core = this, code, text = std::string{reason}] { core->close_here(code, text); });
}

SOCKETIO_DECL void websocket_core::close_here(std::uint16_t code, std::string_view reason)
{
    if (current_phase() == phase::idle || current_phase() == phase::opening) {
        end_with(error::stopped);
        return;
    }
    if (current_phase() != phase::open)
        return;
    set_deadline(settings_.close_timeout);
    runtime_->link->session().close(code, reason);
    set_phase(phase::closing);
    pause(false); // the peer's part of the closing handshake has to be read
}

// The last handle is gone: no listener is called any more.
SOCKETIO_DECL void websocket_core::stop() noexcept
{
    lane_.perform_surely([self = shared_from_this()] { self->end_silently(); });
}

SOCKETIO_DECL void websocket_core::end_silently()
{
    auto const last = std::exchange(listeners_, {});
    end({});
}

SOCKETIO_DECL void websocket_core::open(std::string const& address)
{
    if (current_phase() != phase::idle)
        return;
    scope_fail as_before{[this] { set_phase(phase::idle); }};
    dial_to(address);
    as_before.done();
}

SOCKETIO_DECL void websocket_core::dial_to(std::string const& address)
{
    set_phase(phase::opening);
    set_deadline(settings_.timeout);
    url to;
    if (auto const ec = parse_url(address, to)) {
        end_later({.error = ec, .message = ec.message()});
        return;
    }
    std::string target = to.path.empty() ? "/" : to.path;
    if (!to.query.empty())
        target += '?' + to.query;
    auto request = make_dial_request(to, std::move(target), settings_);
    bool const may_need_tls = to.secure || (settings_.follow_redirects != 0 && registered_tls.load());
    if (may_need_tls && !provide_tls(*request))
        return;
    for (auto const& [name, text] : settings_.extraHeaders)
        request->headers.push_back({name, text});
    // Called by a coroutine, so user code has to wait for a turn of its own.
    runtime_->dialing = std::make_shared<dial>(
        lane_.serial(), std::move(request), [self = shared_from_this()](dial_result&& result, stream&& connected) {
            self->lane_.run_ahead([&] {
                auto const failed = caught([&] { self->on_dialed(std::move(result), std::move(connected)); });
                if (failed)
                    self->end_later({.error = failed, .message = failed.message()});
            });
        });
    runtime_->dialing->start();
}

SOCKETIO_DECL void websocket_core::on_dialed(dial_result&& result, stream&& connected)
{
    if (current_phase() != phase::opening)
        return;
    runtime_->dialing.reset();
    if (!result.error) {
        agree(std::move(result.subprotocol));
        std::list<lane::step> steps;
        steps.push_back([this] { call_open_listener(); });
        start(role::client,
            {.connected = std::move(connected), .leftover = std::move(result.leftover), .deflate = result.deflate});
        lane_.defer(std::move(steps));
        return;
    }
    websocket_close how{.error = result.error, .message = std::move(result.message), .http_status = result.http_status};
    how.http_body = std::move(result.http_body);
    end_later(std::move(how));
}

SOCKETIO_DECL bool websocket_core::provide_tls(dial_request& request)
{
    tls_maker const maker = registered_tls.load();
    std::error_code ec = error::tls_not_available;
    std::string message = ec.message();
    if (maker)
        request.tls = maker(settings_.tls, role::client, ec, message);
    if (!request.tls)
        end_later({.error = ec, .message = std::move(message)});
    return request.tls != nullptr;
}

// For ends that are noticed where user code must not be called.
SOCKETIO_DECL void websocket_core::end_later(websocket_close how)
{
    lane_.defer([this, how = std::move(how)] { end(how); });
}

SOCKETIO_DECL void websocket_core::hand_over(unique_function<void()> call_listener)
{
    lane_.run([&] {
        call_listener();
        take_events();
    });
}

SOCKETIO_DECL void websocket_core::call_open_listener()
{
    if (auto const listener = listeners_.open; listener && current_phase() != phase::closed)
        (*listener)();
}

SOCKETIO_DECL void websocket_core::start(role own, upgraded_stream&& over)
{
    websocket_limits const limits{settings_.limits.message_size, settings_.limits.fragments};
    auto session = websocket_session{
        websocket_endpoint{own, limits, own == role::client ? sources_of(lane_.serial()).random_seed() : 0}};
    if (over.deflate)
        session.endpoint().compress_with(
            make_codec(own, *over.deflate, settings_.perMessageDeflate), settings_.perMessageDeflate.threshold);
    session.output().append(over.answer.view());
    auto made = std::make_shared<link_type>(lane_.serial(), std::move(over.connected), std::move(session), *this,
        connection_options{settings_.limits.read_buffer, settings_.close_timeout, std::move(over.slot)});
    made->start(std::move(over.leftover));
    runtime_->link = std::move(made);
    set_phase(phase::open);
    set_deadline({});
}

SOCKETIO_DECL void websocket_core::on_readable()
{
    lane_.run([this] { take_events(); });
}

SOCKETIO_DECL void websocket_core::on_turn()
{
    take_events();
}

SOCKETIO_DECL void websocket_core::on_recover()
{
    end_with(std::make_error_code(std::errc::not_enough_memory));
}

// Takes all events that have come, and checks before each that this is still the connection.
SOCKETIO_DECL void websocket_core::take_events()
{
    auto const link = runtime_->link;
    while (link && link == runtime_->link && !paused_) {
        auto const event = link->next(clock::time_point{});
        if (event.type == websocket_session_event::kind::none)
            break;
        on_event(event);
        if (link == runtime_->link)
            link->flush_early();
    }
}

SOCKETIO_DECL void websocket_core::on_turn_end()
{
    if (!runtime_->link)
        return;
    runtime_->link->flush();
    if (!paused_)
        runtime_->link->resume();
    unsent_.store(runtime_->link->unsent(), std::memory_order_relaxed);
}

SOCKETIO_DECL void websocket_core::pause(bool paused)
{
    if (paused_ == paused)
        return;
    paused_ = paused;
    if (!paused)
        lane_.post_turn();
}

SOCKETIO_DECL void websocket_core::on_event(websocket_session_event const& event)
{
    using kind = websocket_session_event::kind;
    std::string_view const payload{event.payload.data(), event.payload.size()};
    switch (event.type) {
    case kind::none: return;
    case kind::text:
    case kind::binary:
        if (auto const listener = listeners_.message)
            (*listener)(websocket_message{payload, event.type == kind::text});
        return;
    case kind::ping:
        if (auto const listener = listeners_.ping)
            (*listener)(as_bytes(payload));
        return;
    case kind::pong:
        if (auto const listener = listeners_.pong)
            (*listener)(as_bytes(payload));
        return;
    case kind::closed: on_closed(event); return;
    }
}

SOCKETIO_DECL void websocket_core::on_closed(websocket_session_event const& event)
{
    websocket_close how{.code = event.code, .error = event.error};
    how.reason.assign(event.payload.data(), event.payload.size());
    if (event.error)
        how.message = event.error.message();
    end(how);
}

SOCKETIO_DECL void websocket_core::on_drained()
{
    unsent_.store(0, std::memory_order_relaxed);
    if (auto const listener = listeners_.drain)
        lane_.run([&] { (*listener)(); });
}

SOCKETIO_DECL void websocket_core::end_with(std::error_code ec)
{
    end({.error = ec, .message = ec.message()});
}

// The connection alone sends the rest of the output and makes the closing handshake.
SOCKETIO_DECL void websocket_core::end(websocket_close const& how)
{
    if (current_phase() == phase::closed)
        return;
    set_phase(phase::closed);
    deadline_ = clock::never();
    if (auto const dialing = std::exchange(runtime_->dialing, nullptr))
        dialing->abandon();
    if (auto const link = std::exchange(runtime_->link, nullptr))
        link->close();
    unsent_.store(0, std::memory_order_relaxed);
    auto const last = std::exchange(listeners_, {});
    if (last.close)
        (*last.close)(how);
}

SOCKETIO_DECL void websocket_core::on_due()
{
    if (lane_.now() < deadline_)
        return;
    if (current_phase() == phase::closing && runtime_->link)
        std::exchange(runtime_->link, nullptr)->abort();
    end_with(error::timeout);
}

} // namespace socketio::detail
