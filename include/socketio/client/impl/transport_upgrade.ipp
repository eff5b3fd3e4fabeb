#pragma once

#include <socketio/client/transport_upgrade.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/core/scope.hpp>

namespace socketio::detail {

SOCKETIO_DECL void transport_upgrade::probe(std::shared_ptr<websocket_channel> candidate) noexcept
{
    dialing_.reset();
    candidate_ = std::move(candidate);
}

SOCKETIO_DECL void transport_upgrade::fail(std::error_code code, std::string message) noexcept
{
    failed_ = true;
    error_ = code;
    message_ = std::move(message);
    abandon();
}

// The session stays where it is.
SOCKETIO_DECL void transport_upgrade::abandon() noexcept
{
    if (auto const dialing = std::exchange(dialing_, nullptr))
        dialing->abandon();
    if (auto const candidate = std::exchange(candidate_, nullptr))
        candidate->abort();
    from_.resume();
}

SOCKETIO_DECL std::string transport_upgrade::stage() const
{
    std::string_view doing = "dialing";
    if (pausing_)
        doing = "waiting for the end of the requests under way";
    else if (candidate_)
        doing = "waiting for the answer to the probe";
    else if (dialing_)
        doing = dialing_->stage();
    return joined({make_error_code(error::timeout).message(), ": while ", doing});
}

SOCKETIO_DECL transport_upgrade::progress transport_upgrade::advance(clock::time_point now, engine_channel_owner& owner)
{
    if (!failed_ && now >= deadline_)
        fail(error::timeout, stage());
    if (auto const next = receive(now, owner); next != progress::none)
        return next;
    return pausing_ && from_.is_idle() ? progress::ready : progress::none;
}

SOCKETIO_DECL transport_upgrade::progress transport_upgrade::receive(clock::time_point now, engine_channel_owner& owner)
{
    while (auto const candidate = candidate_) {
        engine_event const event = candidate->receive(now, owner);
        if (event.type == engine_event::kind::none)
            break;
        if (event.type == engine_event::kind::closed) {
            fail(event.error, joined({"the WebSocket has ended before the session moved: ", event.error.message()}));
        } else if (event.type == engine_event::kind::probed) {
            pausing_ = true;
            from_.pause(); // in the turn of the answer, so that no poll begins that nothing would end
            return progress::upgrading;
        }
    }
    return failed_ ? progress::failed : progress::none;
}

SOCKETIO_DECL std::shared_ptr<websocket_channel> transport_upgrade::finish()
{
    auto moved = std::exchange(candidate_, nullptr);
    scope_fail lost{[&] { moved->abort(); }};
    moved->session().upgrade(from_.pulse(), from_.take_pong());
    from_.hand_over(*moved);
    lost.done();
    return moved;
}

SOCKETIO_DECL void transport_upgrade::settle()
{
    if (candidate_)
        candidate_->settle();
}

} // namespace socketio::detail
