// Long-polling: its handshake, its connection, and the move to WebSocket.
#pragma once

#include <socketio/client/manager_core.hpp>

#if !defined(SOCKETIO_NO_POLLING)

#include <socketio/client/transport_upgrade.hpp>
#include <socketio/core/caught.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/core/utf8.hpp>
#include <socketio/net/client_polling_channel.hpp>
#include <socketio/net/polling_refusal.hpp>
#include <socketio/wire/redirections.hpp>
#include <socketio/wire/url.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace socketio::detail {

// The reference has no limit of its own; its server's is upgradeTimeout, 10 s by default.
inline constexpr std::chrono::milliseconds longest_probe{10000};

// The handshake of long-polling is the first poll, on a connection that is kept for the polls that follow.
inline dial_result judge_handshake(http_client_answer& answer, http_client const& polls,
                                   client_polling_options& connections)
{
    dial_result result;
    result.timings = polls.timings();
    result.elsewhere = connections.elsewhere;
    result.requested = polls.requests() != 0;
    auto const failed = caught([&] {
        polling_target& targets = connections.targets;
        if (connections.target != targets.base())
            targets.move_to(connections.target);
        std::string_view const base = targets.base();
        result.error = check_polling_handshake(answer, base.substr(0, base.find('?')), result.message);
        if (!result.error)
            return;
        bool const unanswered = answer.error == error::closed || is_cut_off(answer.error);
        if (unanswered && result.requested && !answer.answered && !connections.to.secure)
            result.message += ". Does it speak https on this port?";
        result.message = to_displayable(result.message);
        result.http_status = answer.status;
        result.http_body = answer.body.substr(0, refusal_body_size);
        result.retry_after = answer.retry_after;
    });
    if (failed)
        result.error = failed;
    return result;
}

SOCKETIO_DECL void manager_core::dial_polling(std::uint64_t attempt, std::string target)
{
    auto connections = shared_new<client_polling_options>();
    set_connection(*connections, url_, target, settings_);
    complete(*connections, transport_kind::polling);
    connections->cookies = cookies_;
    connections->targets.begin(std::move(target),
        settings_.timestampRequests ? std::string_view{settings_.timestampParam} : std::string_view{},
        sources_.random_seed());
    connections->message_size = settings_.limits.message_size;
    connections->payload_size = settings_.limits.payload_size;
    connections->packets_per_request = settings_.limits.packets_per_request;
    connections->request_timeout = settings_.requestTimeout;
    connections->close_timeout = settings_.close_timeout;
    auto const polls = http_client::make(lane_.serial(), connections);
    http_client_request first{
        .target = connections->targets.next({}), .body_limit = settings_.limits.payload_size, .follow = true};
    // Called in a turn of the HTTP client, so that user code must wait for a turn of its own.
    auto done = [self = shared_from_this(), attempt, polls = polls.get(),
                 connections = connections.get()](http_client_answer&& answer) {
        self->lane_.run_ahead([&] {
            auto result = judge_handshake(answer, *polls, *connections);
            if (self->accept_dialed(attempt, result))
                self->poll(*polls, *connections, std::move(answer.body));
        });
    };
    runtime_->dialing = polls;
    polls->request(std::move(first), std::move(done));
}

SOCKETIO_DECL void manager_core::poll(http_client& polls, client_polling_options& connections, std::string&& handshake)
{
    auto made = std::make_shared<client_polling_channel>(
        std::static_pointer_cast<http_client>(polls.shared_from_this()), connections, *this);
    made->start(std::move(handshake));
    auto* const polling = made.get();
    set_link(std::move(made));
    runtime_->polling = polling;
}

// That of a redirected session is the new place's.
SOCKETIO_DECL std::string manager_core::upgrade_target(client_polling_channel const& from) const
{
    std::string const& sid = from.settings().sid;
    if (from.connections().asked)
        return from.target().websocket(sid);
    std::string target = request_target(transport_kind::websocket);
    append_query(target, "sid", sid);
    return target;
}

// Beside the polls. The session moves when the server has answered the probe.
SOCKETIO_DECL void manager_core::begin_upgrade()
{
    auto* const polling = runtime_->polling;
    if (!polling || !transports_.may_upgrade(now(), polling->settings().upgrades))
        return;
    transports_.forget();
    auto const limit = std::min(polling->settings().ping_timeout, longest_probe);
    runtime_->upgrade = shared_new<transport_upgrade>(*polling, deadline_after(now(), limit));
    auto const& place = polling->connections();
    auto request = websocket_request(place.to, upgrade_target(*polling));
    if (place.asked) // redirected
        drop_secrets(request->headers, !place.elsewhere, settings_.redirect_headers);
    request->cookies = cookies_; // a server behind a balancer must be found again
    request->follow_redirects = 0;
    auto const dialing = make_dial(std::move(request), connections_, &manager_core::on_upgrade_dialed);
    runtime_->upgrade->dial(dialing);
    dialing->start();
}

SOCKETIO_DECL void manager_core::on_upgrade_dialed(std::uint64_t number, dial_result&& result, stream&& connected)
{
    if (number != connections_ || !runtime_->upgrade)
        return;
    if (result.error)
        runtime_->upgrade->fail(result.error, std::move(result.message));
    else
        runtime_->upgrade->probe(
            make_websocket(std::move(result), std::move(connected), &runtime_->polling->settings()));
}

// Returns true if there may be more to do.
SOCKETIO_DECL bool manager_core::advance_upgrade()
{
    using progress = transport_upgrade::progress;
    auto& upgrade = *runtime_->upgrade;
    switch (upgrade.advance(now(), *this)) {
    case progress::none: return false;
    case progress::upgrading: tell_text("upgrading", to_string(transport_kind::websocket)); break;
    case progress::ready: move_to_websocket(); break;
    case progress::failed: {
        connect_error const why{upgrade.error(), upgrade.message()};
        log(log_level::info, "manager", "stays on polling: " + why.message());
        runtime_->upgrade.reset();
        ++earlier_websocket_.requests;
        dispatch_error("upgrade_error", why);
        break;
    }
    }
    lane_.run_steps();
    return runtime_->upgrade != nullptr;
}

SOCKETIO_DECL void manager_core::move_to_websocket()
{
    auto const upgrade = std::move(runtime_->upgrade);
    auto moved = upgrade->finish();
    writer_.open(*moved);
    set_link(std::move(moved));
    moved_ = true;
    transports_.upgraded();
    timings_.move = std::chrono::duration_cast<std::chrono::microseconds>(now() - upgraded_at_) - timings_.open;
    log(log_level::info, "manager", "moved to websocket");
    tell_text("upgrade", to_string(transport_kind::websocket));
}

SOCKETIO_DECL void manager_core::settle_upgrade()
{
    if (runtime_->upgrade)
        runtime_->upgrade->settle();
}

SOCKETIO_DECL void manager_core::drop_upgrade() noexcept
{
    if (auto const upgrade = std::exchange(runtime_->upgrade, nullptr))
        upgrade->abandon();
}

SOCKETIO_DECL clock::time_point manager_core::upgrade_deadline() const noexcept
{
    return runtime_->upgrade ? runtime_->upgrade->deadline() : clock::never();
}

} // namespace socketio::detail

#else // the transport "polling" is refused where the options are checked

namespace socketio::detail {

SOCKETIO_DECL void manager_core::dial_polling(std::uint64_t, std::string) {}
SOCKETIO_DECL void manager_core::begin_upgrade() {}
SOCKETIO_DECL bool manager_core::advance_upgrade() { return false; }
SOCKETIO_DECL void manager_core::settle_upgrade() {}
SOCKETIO_DECL void manager_core::drop_upgrade() noexcept {}
SOCKETIO_DECL clock::time_point manager_core::upgrade_deadline() const noexcept { return clock::never(); }

} // namespace socketio::detail

#endif
