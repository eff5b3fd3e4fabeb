// Passes the engine's events to the owner, and messages to the engine.
#pragma once

#include <socketio/net/websocket_channel.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL websocket_channel::websocket_channel(strand const& on, stream&& below, engine&& over,
    engine_channel_owner& owner, connection_options options)
    : connection{on, std::move(below), std::move(over), owner, std::move(options)}
{
    consist_of({&session().output(), &session().pulse(), &session().settings(), session().message_header()});
}

SOCKETIO_DECL engine_event websocket_channel::receive(clock::time_point now, engine_channel_owner& to)
{
    while (is_owned()) {
        engine_event event = next(now);
        if (event.type == engine_event::kind::text) {
            to.on_text(event.payload);
        } else if (event.type == engine_event::kind::binary) {
            to.on_binary(event.payload);
        } else {
            opened_ = opened_ || event.type == engine_event::kind::open;
            if (event.type == engine_event::kind::closed && is_http(event))
                event.error = error::wrong_protocol;
            return event;
        }
        if (is_owned())
            flush_early();
    }
    return {};
}

// A server may refuse the protocol version in HTTP behind its 101.
SOCKETIO_DECL bool websocket_channel::is_http(engine_event const& end) const noexcept
{
    return !opened_ && end.error == error::frame_invalid && session().own_role() == role::client &&
           started_with("HTTP/1.");
}

SOCKETIO_DECL channel_status websocket_channel::settle()
{
    if (is_owned()) { // otherwise the connection ends without the owner
        flush();
        resume();
    }
    return status();
}

SOCKETIO_DECL channel_status websocket_channel::status() const noexcept
{
    return {.bytes_received = bytes_received(),
        .bytes_sent = bytes_sent(),
        .requests = 1, // the upgrade
        .unsent = unsent(),
        .deadline = session().deadline(),
        .round_trip = session().round_trip(),
        .compressed = session().compresses()};
}

SOCKETIO_DECL void websocket_channel::end_message(message const& of, std::span<bytes_view const> attachments)
{
    engine& over = session();
    websocket_endpoint::mark const at{of.start, opcode::text, of.compress};
    scope_fail undo{[&] { over.take_back(at); }};
    over.end_message(at);
    for (bytes_view const each : attachments)
        over.send_binary(each, of.compress);
    undo.done();
    if (of.answer)
        count_answer(output().size() - of.start);
}

SOCKETIO_DECL void websocket_channel::end_binary(message const& of)
{
    engine& over = session();
    if (over.sends_binary_as_text())
        return engine_channel::end_binary(of);
    websocket_endpoint::mark const at{of.start, opcode::binary, of.compress};
    scope_fail undo{[&] { over.take_back(at); }};
    over.end_message(at);
    undo.done();
    if (of.answer)
        count_answer(output().size() - of.start);
}

// Not now: a listener may be looking at a message that lies in the input.
SOCKETIO_DECL void websocket_channel::abort() noexcept
{
    detach();
    post(serial(), [self = shared_from_this()] { self->abort(); });
}

} // namespace socketio::detail
