// From the open packet to the last call of the owner.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/server/engine_session.hpp>
#include <socketio/session/codec_factory.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL engine_session::engine_session(strand const& on, std::string sid, http_request request,
    std::shared_ptr<engine_session_keeper> keeper, std::shared_ptr<server_options const> options)
    : sid_{std::move(sid)},
      request_{std::move(request)},
      keeper_{std::move(keeper)},
      options_{std::move(options)},
      runtime_{std::make_unique<runtime>(on)}
{
    keeper_->add(this);
}

SOCKETIO_DECL engine_session::~engine_session()
{
    keeper_->remove(this);
}

SOCKETIO_DECL void engine_session::context_gone() noexcept
{
    gone_.store(true, std::memory_order_release);
    ended_ = true;
    auto const last = std::move(owner_);
    runtime_.reset();
    if (last)
        last->context_gone();
}

SOCKETIO_DECL engine engine_session::make_engine(upgraded_stream const& over, bool base64) const
{
    engine_settings settings{sid_, {}, options_->pingInterval, options_->pingTimeout, options_->maxHttpBufferSize};
    engine made{role::server, websocket_limits{.message_size = options_->maxHttpBufferSize}, 0, std::move(settings)};
    if (over.deflate)
        made.compress_with(make_codec(role::server, *over.deflate, options_->perMessageDeflate),
            options_->perMessageDeflate.threshold);
    if (base64)
        made.send_binary_as_text();
    return made;
}

SOCKETIO_DECL std::shared_ptr<websocket_channel> engine_session::connect(upgraded_stream&& over, engine&& session)
{
    session.output().append(over.answer.view());
    auto made = std::make_shared<websocket_channel>(runtime_->serial, std::move(over.connected), std::move(session),
        *this, connection_options{.close_timeout = options_->close_timeout, .slot = std::move(over.slot)});
    made->start(std::move(over.leftover));
    return made;
}

// The answer to the upgrade request and the open packet leave together.
SOCKETIO_DECL void engine_session::start(upgraded_stream&& over, bool base64)
{
    over_websocket_.store(true, std::memory_order_release);
    engine made = make_engine(over, base64);
    auto const channel = connect(std::move(over), std::move(made));
    runtime_->channel = channel;
    channel->session().open(time());
}

SOCKETIO_DECL void engine_session::begin()
{
    post(runtime_->serial, [self = shared_from_this()] { self->on_readable(); });
}

SOCKETIO_DECL void engine_session::on_readable()
{
    guarded([this] { pump(); });
}

SOCKETIO_DECL void engine_session::starve() noexcept
{
    if (alive() && !ended_)
        abort(disconnect_reason::transport_error, make_error_code(std::errc::not_enough_memory));
}

// If the owner throws, the rest follows in a turn of its own.
SOCKETIO_DECL void engine_session::pump()
{
    if (!alive() || pumping_)
        return;
    scope_fail going_on{[&] {
        if (alive())
            begin();
    }};
    {
        flag_guard const guard{pumping_};
        if (auto const owner = owner_; owner && !ended_)
            owner->on_readable();
        else
            receive();
    }
    going_on.done();
    settle();
}

SOCKETIO_DECL void engine_session::receive()
{
    auto const now = time();
    do {
        take_events(now);
    } while (pump_candidate(now));
}

SOCKETIO_DECL void engine_session::take_events(clock::time_point now)
{
    if (!alive() || ended_)
        return;
    auto const channel = runtime_->channel; // a message lies in its input
    auto const owner = owner_;
    engine_channel_owner* const to = owner ? owner.get() : static_cast<engine_channel_owner*>(this);
    engine_event event;
    do {
        event = channel->receive(now, *to);
        if (event.type == engine_event::kind::closed)
            end(event);
    } while (event.type != engine_event::kind::none);
}

SOCKETIO_DECL void engine_session::settle()
{
    if (!alive())
        return;
    if (runtime_->candidate) // first: the client must read its probe's answer before its poll's noop
        runtime_->candidate->settle();
    if (runtime_->channel)
        runtime_->channel->settle();
    else if (runtime_->polling)
        runtime_->polling->settle();
    check_lingering();
    arm();
}

SOCKETIO_DECL clock::time_point engine_session::deadline() const
{
    if (lingering_)
        return runtime_->polling->deadline();
    return ended_ ? clock::never() : std::min(runtime_->channel->deadline(), upgrade_deadline_);
}

SOCKETIO_DECL void engine_session::arm()
{
    runtime_->timer.arm(deadline(), [self = shared_from_this()] { self->guarded([&] { self->on_due(); }); });
}

SOCKETIO_DECL void engine_session::on_due()
{
    if (!alive())
        return;
    auto const now = time();
    if (now >= upgrade_deadline_)
        drop_candidate();
    engine_event event;
    if (!ended_)
        event = runtime_->channel->tick(now);
    else if (lingering_)
        runtime_->polling->tick(now);
    if (event.type == engine_event::kind::closed)
        end(event);
    settle();
}

SOCKETIO_DECL void engine_session::abandon(engine_channel::message const& of) noexcept
{
    if (!ended_)
        runtime_->channel->abandon(of);
}

SOCKETIO_DECL void engine_session::end_message(engine_channel::message const& of,
    std::span<bytes_view const> attachments)
{
    if (!ended_)
        runtime_->channel->end(of, attachments);
}

SOCKETIO_DECL void engine_session::send_packet(std::string_view text, std::span<bytes_view const> attachments,
    bool compress, bool binary)
{
    if (!ended_)
        runtime_->channel->send_packet(text, attachments, compress, binary);
}

SOCKETIO_DECL void engine_session::send_binary(bytes_view message, bool compress)
{
    if (!ended_)
        runtime_->channel->send_binary(message, compress);
}

SOCKETIO_DECL void engine_session::flush()
{
    if (!ended_ && !pumping_)
        guarded([this] { settle(); });
}

SOCKETIO_DECL void engine_session::on_drained()
{
    // It may be the candidate that has drained.
    if (auto const owner = owner_; owner && alive() && !ended_ && unsent() == 0)
        owner->on_drained();
}

// The connection alone sends the rest of the output and makes the closing handshake. Over polling, the next poll
// fetches the rest.
SOCKETIO_DECL void engine_session::close(disconnect_reason reason, std::error_code ec)
{
    if (ended_)
        return;
    if (auto const channel = std::exchange(runtime_->channel, nullptr))
        channel->close();
    lingering_ = runtime_->polling && runtime_->polling->lingers();
    end_later(reason, ec);
}

SOCKETIO_DECL void engine_session::shut_down()
{
    if (!alive())
        return;
    close(disconnect_reason::forced_close, error::stopped);
    if (!lingering_)
        return;
    runtime_->polling->stop_lingering();
    check_lingering();
    arm(); // an unneeded timer would keep the context at work
}

SOCKETIO_DECL void engine_session::check_lingering()
{
    if (!lingering_ || runtime_->polling->lingers())
        return;
    lingering_ = false;
    keeper_->on_ended(sid_);
}

SOCKETIO_DECL void engine_session::abort(disconnect_reason reason, std::error_code ec)
{
    if (ended_)
        return;
    if (auto const channel = std::exchange(runtime_->channel, nullptr))
        channel->abort();
    end_later(reason, ec);
}

SOCKETIO_DECL void engine_session::end_later(disconnect_reason reason, std::error_code ec)
{
    ended_ = true;
    drop_candidate();
    static_cast<void>(caught([this] { arm(); }));
    post(runtime_->serial, [self = shared_from_this(), reason, ec] { self->call_on_closed(reason, ec); });
}

SOCKETIO_DECL void engine_session::end(engine_event const& with)
{
    if (ended_)
        return;
    ended_ = true;
    drop_candidate();
    if (auto const channel = std::exchange(runtime_->channel, nullptr))
        channel->close();
    static_cast<void>(caught([this] { arm(); }));
    call_on_closed(with.reason, with.error);
}

SOCKETIO_DECL void engine_session::call_on_closed(disconnect_reason reason, std::error_code ec)
{
    if (!lingering_)
        keeper_->on_ended(sid_);
    if (auto const last = std::move(owner_))
        last->on_closed(reason, ec);
}

} // namespace socketio::detail
