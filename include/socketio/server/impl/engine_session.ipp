// From the open packet to the last call of the owner.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/server/engine_session.hpp>
#include <socketio/session/codec_factory.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL engine_session::engine_session(strand const& on, std::string sid, http_request request,
                                             std::shared_ptr<engine_session_keeper> keeper,
                                             std::shared_ptr<server_options const> options)
    : sid_{std::move(sid)}, request_{std::move(request)}, keeper_{std::move(keeper)}, options_{std::move(options)},
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
    auto const kept = std::move(kept_);
    runtime_.reset();
}

SOCKETIO_DECL engine engine_session::make_engine(engine_websocket const& over) const
{
    engine_settings settings{sid_, {}, options_->pingInterval, options_->pingTimeout, options_->maxHttpBufferSize};
    engine made{role::server, websocket_limits{.message_size = options_->maxHttpBufferSize}, 0, std::move(settings)};
    if (over.deflate)
        made.compress_with(make_codec(role::server, *over.deflate, options_->perMessageDeflate), options_->perMessageDeflate.threshold);
    return made;
}

// The answer to the upgrade request, if it is to be written, and the open packet leave together.
SOCKETIO_DECL void engine_session::start(engine_websocket&& over)
{
    engine made = make_engine(over);
    made.output().append(over.answer.view());
    made.open(clock::now());
    runtime_->link = std::make_shared<connection>(runtime_->serial, std::move(over.connected), std::move(made), *this,
        connection_options{.close_timeout = options_->close_timeout});
    runtime_->link->start(std::move(over.leftover));
}

SOCKETIO_DECL void engine_session::begin()
{
    post(runtime_->serial, [self = shared_from_this()] { self->pump(); });
}

// Takes all that has come, and asks before each event whether this is still to be heard. If the owner throws, what
// is left goes on in a turn of its own.
SOCKETIO_DECL void engine_session::pump()
{
    if (!alive() || pumping_)
        return;
    auto const link = runtime_->link;
    unless_done going_on{[&] {
        if (alive())
            begin();
    }};
    {
        raised const guard{pumping_};
        auto const now = clock::now();
        while (link && alive() && link == runtime_->link) {
            auto const event = link->next(now);
            if (event.type == engine_event::kind::none)
                break;
            on_event(event);
            if (alive() && link == runtime_->link)
                link->flush_early();
        }
    }
    going_on.done();
    settle();
}

SOCKETIO_DECL void engine_session::settle()
{
    if (!alive() || !runtime_->link)
        return;
    runtime_->link->flush();
    runtime_->link->resume();
    arm();
}

SOCKETIO_DECL void engine_session::on_event(engine_event const& event)
{
    using kind = engine_event::kind;
    switch (event.type) {
    case kind::text:
        if (auto const owner = owner_)
            owner->on_text(event.payload);
        return;
    case kind::binary:
        if (auto const owner = owner_)
            owner->on_binary(event.payload);
        return;
    case kind::closed: end(event.reason, event.error); return;
    case kind::none:
    case kind::open:
    case kind::ping: return;
    }
}

SOCKETIO_DECL void engine_session::arm()
{
    runtime_->timer.arm(runtime_->link->session().deadline(), [self = shared_from_this()] { self->on_due(); });
}

SOCKETIO_DECL void engine_session::on_due()
{
    if (!alive() || !runtime_->link)
        return;
    auto const event = runtime_->link->session().tick(clock::now());
    if (event.type == engine_event::kind::closed)
        end(event.reason, event.error);
    settle();
}

SOCKETIO_DECL void engine_session::send_text(std::string_view message, bool compress)
{
    if (ended_)
        return;
    runtime_->link->session().send_text(message, compress);
    check_backlog();
}

SOCKETIO_DECL void engine_session::send_binary(bytes_view message, bool compress)
{
    if (ended_)
        return;
    runtime_->link->session().send_binary(message, compress);
    check_backlog();
}

// A peer that does not read costs no more than this.
SOCKETIO_DECL void engine_session::check_backlog()
{
    if (unsent() > options_->send_limit)
        abort(close_reason::transport_error, error::buffer_full);
}

SOCKETIO_DECL void engine_session::flush()
{
    if (!ended_ && !pumping_)
        settle();
}

SOCKETIO_DECL bool engine_session::is_writable()
{
    return !ended_ && runtime_->link->is_writable();
}

SOCKETIO_DECL std::size_t engine_session::unsent()
{
    return ended_ ? 0 : runtime_->link->unsent();
}

SOCKETIO_DECL void engine_session::on_drained()
{
    if (auto const owner = owner_; owner && !ended_)
        owner->on_drained();
}

// What was written is still sent, and the closing handshake made, by the connection alone.
SOCKETIO_DECL void engine_session::close(close_reason reason, std::error_code why)
{
    if (ended_)
        return;
    std::exchange(runtime_->link, nullptr)->close();
    end_later(reason, why);
}

SOCKETIO_DECL void engine_session::abort(close_reason reason, std::error_code why)
{
    if (ended_)
        return;
    // Not now: a listener may be looking at a message that lies in the input.
    post(runtime_->serial, [self = shared_from_this(), link = std::exchange(runtime_->link, nullptr)] { link->abort(); });
    end_later(reason, why);
}

SOCKETIO_DECL void engine_session::end_later(close_reason reason, std::error_code why)
{
    ended_ = true;
    runtime_->timer.cancel();
    post(runtime_->serial, [self = shared_from_this(), reason, why] { self->tell_end(reason, why); });
}

SOCKETIO_DECL void engine_session::end(close_reason reason, std::error_code why)
{
    if (ended_)
        return;
    ended_ = true;
    runtime_->timer.cancel();
    if (auto const link = std::exchange(runtime_->link, nullptr))
        link->close();
    tell_end(reason, why);
}

SOCKETIO_DECL void engine_session::tell_end(close_reason reason, std::error_code why)
{
    keeper_->on_ended(sid_);
    auto const kept = std::move(kept_);
    if (auto const last = std::move(owner_))
        last->on_closed(reason, why);
}

} // namespace socketio::detail
