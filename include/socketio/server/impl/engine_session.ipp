// From the open packet to the last call of the owner.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/server/engine_session.hpp>
#include <socketio/session/codec_factory.hpp>

#include <algorithm>
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
    runtime_.reset();
    if (last)
        last->context_gone();
}

SOCKETIO_DECL engine engine_session::make_engine(engine_websocket const& over) const
{
    engine_settings settings{sid_, {}, options_->pingInterval, options_->pingTimeout, options_->maxHttpBufferSize};
    engine made{role::server, websocket_limits{.message_size = options_->maxHttpBufferSize}, 0, std::move(settings)};
    if (over.deflate)
        made.compress_with(make_codec(role::server, *over.deflate, options_->perMessageDeflate), options_->perMessageDeflate.threshold);
    if (over.base64)
        made.send_binary_as_text();
    return made;
}

SOCKETIO_DECL std::shared_ptr<connection> engine_session::connect(engine_websocket&& over, engine&& session)
{
    session.output().append(over.answer.view());
    auto made = std::make_shared<connection>(runtime_->serial, std::move(over.connected), std::move(session), *this,
        connection_options{.close_timeout = options_->close_timeout, .counted = std::move(over.counted)});
    made->start(std::move(over.leftover));
    return made;
}

// The answer to the upgrade request, if it is to be written, and the open packet leave together.
SOCKETIO_DECL void engine_session::start(engine_websocket&& over)
{
    over_websocket_.store(true, std::memory_order_release);
    engine made = make_engine(over);
    runtime_->link = connect(std::move(over), std::move(made));
    runtime_->link->session().open(time());
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

// Takes all that has come, and asks before each event whether this is still to be heard. If the owner throws, what
// is left goes on in a turn of its own.
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
        auto const now = time();
        do {
            auto const link = runtime_->link; // an event lies in its input
            for (auto event = next_event(now); event.type != engine_event::kind::none; event = next_event(now)) {
                on_event(event);
                if (alive() && link && link == runtime_->link)
                    link->flush_early();
            }
        } while (pump_candidate(now));
    }
    going_on.done();
    settle();
}

SOCKETIO_DECL engine_event engine_session::next_event(clock::time_point now)
{
    if (!alive() || ended_)
        return {};
    return runtime_->link ? runtime_->link->next(now) : polling_->next(now);
}

SOCKETIO_DECL void engine_session::settle()
{
    if (!alive())
        return;
    for (auto const& each : {runtime_->link, runtime_->candidate}) {
        if (each) {
            each->flush();
            each->resume();
        }
    }
    if (polling_)
        settle_polling();
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
    case kind::ping:
    case kind::probed:
    case kind::upgraded: return;
    }
}

SOCKETIO_DECL clock::time_point engine_session::deadline() const
{
    if (linger_deadline_ != clock::never())
        return linger_deadline_;
    if (ended_)
        return clock::never();
    auto const own = runtime_->link ? runtime_->link->session().deadline() : polling_->deadline();
    auto const poll = runtime_->poll ? std::min(noop_due_, left_poll_due_) : clock::never();
    return std::min({own, upgrade_deadline_, poll, next_poll_due_});
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
    if (now >= linger_deadline_)
        on_lingered();
    if (now >= upgrade_deadline_)
        drop_candidate();
    if (now >= next_poll_due_)
        end(disconnect_reason::transport_error, error::closed);
    engine_event event;
    if (!ended_)
        event = runtime_->link ? runtime_->link->session().tick(now) : polling_->tick(now);
    if (event.type == engine_event::kind::closed)
        end(event.reason, event.error);
    settle();
}

SOCKETIO_DECL void engine_session::send_text(std::string_view message, bool compress)
{
    if (ended_)
        return;
    if (runtime_->link)
        runtime_->link->session().send_text(message, compress);
    else
        polling_->send_text(message, compress);
}

SOCKETIO_DECL void engine_session::send_binary(bytes_view message, bool compress)
{
    if (ended_)
        return;
    if (runtime_->link)
        runtime_->link->session().send_binary(message, compress);
    else
        polling_->send_binary(message, compress);
}

SOCKETIO_DECL void engine_session::send_packet(std::string_view text, std::span<bytes_view const> attachments, bool compress)
{
    if (ended_)
        return;
    auto const write = [&](auto& to) {
        to.send_whole([&] {
            to.send_text(text, compress);
            for (bytes_view const each : attachments)
                to.send_binary(each, compress);
        });
    };
    if (runtime_->link)
        write(runtime_->link->session());
    else
        write(*polling_);
}

SOCKETIO_DECL void engine_session::flush()
{
    if (!ended_ && !pumping_)
        guarded([this] { settle(); });
}

SOCKETIO_DECL bool engine_session::is_writable()
{
    if (ended_)
        return false;
    return runtime_->link ? runtime_->link->is_writable() : runtime_->poll && !polling_->has_output();
}

SOCKETIO_DECL std::size_t engine_session::unsent()
{
    if (ended_)
        return 0;
    return runtime_->link ? runtime_->link->unsent() : polling_->unsent();
}

SOCKETIO_DECL void engine_session::on_drained()
{
    if (alive() && runtime_->link)
        tell_drained();
}

SOCKETIO_DECL void engine_session::tell_drained()
{
    if (auto const owner = owner_; owner && !ended_)
        owner->on_drained();
}

// What was written is still sent, and the closing handshake made, by the connection alone; over polling the next poll
// fetches it.
SOCKETIO_DECL void engine_session::close(disconnect_reason reason, std::error_code why)
{
    if (ended_)
        return;
    if (auto const link = std::exchange(runtime_->link, nullptr))
        link->close();
    else if (polling_)
        linger();
    end_later(reason, why);
}

SOCKETIO_DECL void engine_session::shut_down()
{
    if (!alive())
        return;
    close(disconnect_reason::forced_close, error::stopped);
    if (linger_deadline_ != clock::never())
        on_lingered();
}

SOCKETIO_DECL void engine_session::abort(disconnect_reason reason, std::error_code why)
{
    if (ended_)
        return;
    // Not now: a listener may be looking at a message that lies in the input.
    if (auto const link = std::exchange(runtime_->link, nullptr))
        post(runtime_->serial, [self = shared_from_this(), link] { link->abort(); });
    else
        static_cast<void>(caught([this] { end_poll(engine_packet_type::close); }));
    end_later(reason, why);
}

SOCKETIO_DECL void engine_session::end_later(disconnect_reason reason, std::error_code why)
{
    ended_ = true;
    drop_candidate();
    static_cast<void>(caught([this] { arm(); }));
    post(runtime_->serial, [self = shared_from_this(), reason, why] { self->tell_end(reason, why); });
}

SOCKETIO_DECL void engine_session::end(disconnect_reason reason, std::error_code why)
{
    if (ended_)
        return;
    ended_ = true;
    drop_candidate();
    if (auto const link = std::exchange(runtime_->link, nullptr))
        link->close();
    else
        end_poll(reason == disconnect_reason::transport_close ? engine_packet_type::noop : engine_packet_type::close);
    bad_data_ = reason == disconnect_reason::parse_error;
    static_cast<void>(caught([this] { arm(); }));
    tell_end(reason, why);
}

SOCKETIO_DECL void engine_session::tell_end(disconnect_reason reason, std::error_code why)
{
    if (linger_deadline_ == clock::never())
        keeper_->on_ended(sid_);
    if (auto const last = std::move(owner_))
        last->on_closed(reason, why);
}

} // namespace socketio::detail
