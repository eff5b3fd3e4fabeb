// Long-polling: its handshake, its connection, and the move to WebSocket.
#pragma once

#include <socketio/client/manager_core.hpp>

#if !defined(SOCKETIO_NO_POLLING)

#include <socketio/client/transport_upgrade.hpp>
#include <socketio/net/polling_dial.hpp>
#include <socketio/wire/redirections.hpp>
#include <socketio/wire/url.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace socketio::detail {

// The reference has no limit of its own; its server's is upgradeTimeout, 10 s by default.
inline constexpr std::chrono::milliseconds longest_probe{10000};

SOCKETIO_DECL void manager_core::dial_polling(std::uint64_t attempt, std::string target)
{
    auto connections = shared_new<http_client_settings>();
    connections->to = url_;
    connections->target = target;
    connections->limits = {settings_.limits.header_bytes, settings_.limits.headers};
    connections->tls = runtime_->tls;
    connections->network = settings_.network;
    connections->cookies = cookies_;
    connections->headers = headers_for(transport_kind::polling);
    connections->follow_redirects = settings_.follow_redirects;
    connections->redirect_headers = settings_.redirect_headers;
    polling_target targets{std::move(target), settings_.timestampRequests ? settings_.timestampParam : std::string{},
                           sources_.random_seed()};
    // Called in a turn of the HTTP client, so that user code must wait for a turn of its own.
    auto done = [self = shared_from_this(), attempt](dial_result&& result, polling_opening&& opened) {
        self->lane_.run_ahead([&] {
            if (self->accept_dialed(attempt, result))
                self->poll(std::move(opened));
        });
    };
    runtime_->dialing = std::make_shared<polling_dial>(lane_.serial(), std::move(connections), std::move(targets),
        settings_.limits.payload_size, std::move(done));
    runtime_->dialing->start();
}

SOCKETIO_DECL void manager_core::poll(polling_opening&& opened)
{
    auto made = std::make_shared<client_polling_channel>(lane_.serial(), std::move(opened.polls),
        std::move(opened.connections), *this,
        client_polling_options{.target = std::move(opened.target),
                               .message_size = settings_.limits.message_size,
                               .payload_size = settings_.limits.payload_size,
                               .packets_per_request = settings_.limits.packets_per_request,
                               .request_timeout = settings_.requestTimeout,
                               .close_timeout = settings_.close_timeout});
    made->start(std::move(opened.payload));
    set_link(made);
    runtime_->polling = std::move(made);
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
    auto const polling = runtime_->polling;
    if (!polling || !transports_.may_upgrade(now(), polling->settings().upgrades))
        return;
    transports_.forget();
    auto const limit = std::min(polling->settings().ping_timeout, longest_probe);
    runtime_->upgrade = std::make_shared<transport_upgrade>(polling, deadline_after(now(), limit));
    auto const& place = polling->connections();
    dial_request request = websocket_request(place.to, upgrade_target(*polling));
    if (place.asked) // redirected
        drop_secrets(request.headers, !place.elsewhere, settings_.redirect_headers);
    request.cookies = cookies_; // a server behind a balancer must be found again
    request.follow_redirects = 0;
    runtime_->upgrade->dial(make_dial(std::move(request), connections_, &manager_core::on_upgrade_dialed));
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
