// The socket: one namespace of a server, to emit events to and to listen to.
#pragma once

#include <socketio/client/emit_operator.hpp>
#include <socketio/client/event_stream.hpp>
#include <socketio/client/links.hpp>
#include <socketio/net/listener_handle.hpp>
#include <socketio/client/manager.hpp>
#include <socketio/session/typed_listener.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {
// A handle; copies refer to the same socket. When the last one goes, the socket leaves its namespace
// and the connection, if it was the last there. That never blocks, and no listener is called any more;
// acknowledgement handlers that take an error code are told error::stopped.
//
// All members may be called from any thread, also inside listeners. Listeners and handlers run on the
// manager's strand, one at a time. Do not let a listener own (capture by value) a handle of the socket
// it listens to: the socket would keep itself alive until off().
class socket {
public:
    socket() = default; // no socket; only to be assigned to, or asked whether it is one
    explicit socket(std::shared_ptr<detail::socket_link> link) noexcept : link_{std::move(link)} {}
    explicit operator bool() const noexcept { return link_ != nullptr; }

    // Sends an event with any number of arguments: whatever <socketio/core/convert.hpp> knows, binary
    // data included. A callable at the end is the acknowledgement's handler; its parameters are what the
    // server answers. With a leading std::error_code it is also told why there is no answer
    // (error::disconnected, error::ack_timeout, error::payload_too_large, error::stopped,
    // error::type_mismatch); without, it is then let go.
    // While the socket is not connected, events are kept and sent when it is.
    // Throws std::invalid_argument for a reserved name ("connect", "disconnect", ...), too many binary
    // values, or data nested too deeply. An event over the server's maxPayload is not sent: the error
    // goes to the handler or the error hook.
    template <class... Args>
    void emit(std::string_view event, Args&&... arguments)
    {
        emit_event(event, std::forward<Args>(arguments)...);
    }

    // The same under a name that Qt's `emit` macro leaves alone.
    template <class... Args>
    void emit_event(std::string_view event, Args&&... arguments)
    {
        detail::emit_any(link(), {}, event, std::forward<Args>(arguments)...);
    }

    // An event called "message".
    template <class... Args>
    void send(Args&&... arguments)
    {
        emit_event("message", std::forward<Args>(arguments)...);
    }

    // Sends an event and completes with the server's answer: the first of its arguments as a `value`, or
    // those whose types are named (`emitWithAck<int, std::string>(...)`). The last argument is a completion
    // token of Asio's: a handler (std::error_code, R...), asio::use_awaitable, asio::use_future, ...
    // It completes exactly once, never inside this call, on the handler's associated executor, else on the
    // strand: with an answer, with one of the errors that emit's handlers are told, or with
    // std::errc::operation_canceled when it was cancelled (per-operation cancellation; the event
    // leaves the send buffer if it is still there). It is work of that executor's while it waits. If the
    // context goes first, the handler is let go without a call. Throws as emit does.
    template <class... R, class... Args>
    auto emitWithAck(std::string_view event, Args&&... arguments_and_token)
    {
        static_cast<void>(link());
        return detail::emit_with_ack<R...>(link_, {}, event,
                                           std::forward_as_tuple(std::forward<Args>(arguments_and_token)...));
    }

    // What the next emit is to be, as in `socket.timeout(5s).emit("event", 1, handler)`; may be chained.
    // How long the acknowledgement is waited for, from the emit on, also while not connected: then
    // error::ack_timeout ends it, and the event leaves the send buffer if it is still there.
    emit_operator timeout(std::chrono::milliseconds limit) const { return emit_operator{link_to_share()}.timeout(limit); }
    // The event is dropped unless it can be written at once: connected, and with nothing left to be written from
    // before, be it from the same listener.
    emit_operator volatile_() const { return emit_operator{link_to_share()}.volatile_(); }
    // The event is given up if it could not be written within `limit` from the emit on: then its handler, or
    // the error hook if it has none that takes errors, is told error::ack_timeout. What was written is not
    // called back. With the `retries` queue no try begins after it.
    emit_operator expires_after(std::chrono::milliseconds limit) const
    {
        return emit_operator{link_to_share()}.expires_after(limit);
    }
    // compress(false): the event is sent as it is, where it would be compressed otherwise (`perMessageDeflate`): one that
    // is compressed already, or holds a secret beside what somebody else may choose.
    emit_operator compress(bool wanted) const { return emit_operator{link_to_share()}.compress(wanted); }

    // Calls `listener` whenever the event comes. Its parameters are read from the event's arguments: more
    // arguments are ignored, missing ones are an error unless the parameter is std::optional, and an event
    // that does not fit is not delivered but told to the error hook. A last parameter of type
    // socketio::ack is the answer. std::string_view, views and spans are valid during the call.
    // Events of the library: "connect" (), "connect_error" (connect_error const&), "disconnect"
    // (std::string_view reason, disconnect_details const&), "reconnect" (int attempts; after "connect").
    template <class Listener>
    listener_handle on(std::string_view event, Listener&& listener)
    {
        return detail::listen(link().events(), event, std::forward<Listener>(listener), false, link().callbacks());
    }
    // The same for the next occurrence only.
    template <class Listener>
    listener_handle once(std::string_view event, Listener&& listener)
    {
        return detail::listen(link().events(), event, std::forward<Listener>(listener), true, link().callbacks());
    }
    void off(std::string_view event) { link().events()->off(event); }
    void off(listener_handle const& handle) { handle.off(); }
    // All listeners of named events.
    void off() { link().events()->off_named(); }

    // Calls `listener`, (std::string_view event, socketio::args const&) and, if it may answer, a socketio::ack behind them,
    // for every event from the server, before the event's own listeners.
    template <class Listener>
    listener_handle onAny(Listener&& listener)
    {
        return detail::listen_any(link().events(), std::forward<Listener>(listener), false, link().callbacks());
    }
    // The same, before all catch-all listeners so far.
    template <class Listener>
    listener_handle prependAny(Listener&& listener)
    {
        return detail::listen_any(link().events(), std::forward<Listener>(listener), true, link().callbacks());
    }
    void offAny() { link().events()->off_any(); }
    void offAny(listener_handle const& handle) { handle.off(); }

    // Calls `listener`, (std::string_view event, socketio::args const&), for every event of this socket as
    // it is written: one that waits in the send buffer is told when it leaves. Not for acknowledgements.
    template <class Listener>
    listener_handle onAnyOutgoing(Listener&& listener)
    {
        return detail::listen_any(link().outgoing(), std::forward<Listener>(listener), false, link().callbacks());
    }
    template <class Listener>
    listener_handle prependAnyOutgoing(Listener&& listener)
    {
        return detail::listen_any(link().outgoing(), std::forward<Listener>(listener), true, link().callbacks());
    }
    void offAnyOutgoing() { link().outgoing()->off_any(); }
    void offAnyOutgoing(listener_handle const& handle) { handle.off(); }

    // Handles of the listeners there are, in the order in which they are called.
    std::vector<listener_handle> listeners(std::string_view event) const
    {
        return detail::handles_of(link().events(), link().events()->ids(event));
    }
    std::vector<listener_handle> listenersAny() const { return detail::handles_of(link().events(), link().events()->any_ids()); }
    std::vector<listener_handle> listenersAnyOutgoing() const
    {
        return detail::handles_of(link().outgoing(), link().outgoing()->any_ids());
    }
    bool hasListeners(std::string_view event) const { return link().events()->has(event); }

    // Waits for the next occurrence of an event, the library's own included, and completes with its first
    // argument as a `value` (null if there is none), or with those whose types are named, as
    // (std::error_code, R...): `co_await socket.async_next<int, std::string>("news", asio::use_awaitable)`.
    // connect_error, disconnect_details and ack may be among the types. What was before the call does not
    // count: use a stream where nothing may be missed between two calls. A lost connection does not end
    // the wait. Errors: error::timeout if `limit` was given and has passed, error::type_mismatch if the event
    // does not fit, std::errc::operation_canceled after a cancellation or off(event), error::stopped when
    // the last handle is gone. Handlers run as those of emitWithAck do.
    template <class... R, class Token = detail::no_token>
    auto async_next(std::string_view event, Token&& token = {})
    {
        return detail::stream_of<R...>::next(link_to_share(), event, {}, std::forward<Token>(token));
    }
    template <class... R, class Token>
    auto async_next(std::string_view event, std::chrono::milliseconds limit, Token&& token)
    {
        return detail::stream_of<R...>::next(link_to_share(), event, limit, std::forward<Token>(token));
    }

    // All occurrences of an event from now on, to be taken one by one with event_stream::async_next; results
    // are as above. off(event) ends it too.
    template <class... R>
    auto stream(std::string_view event, stream_options const& settings = {})
    {
        return detail::stream_of<R...>::open(link(), event, settings);
    }
    // Every event of the server, as its name and an array of its arguments.
    event_stream<std::string, array> stream_any(stream_options const& settings = {})
    {
        return detail::stream_kind<detail::name_and_arguments, std::string, array>::open_any(link(), settings);
    }

    // Joins the namespace, opening the connection if need be; needed after disconnect(), after a
    // disconnect by the server, after a refusal, and with `autoConnect` off. `open` is the same.
    void connect() { link().connect(); }
    void open() { connect(); }
    // Leaves the namespace: "disconnect" with "io client disconnect" follows. The last socket to leave
    // closes the connection. `close` is the same.
    void disconnect() { link().disconnect(); }
    void close() { disconnect(); }

    // What waits for the connection: the events in the send buffer, in order, without those of the `retries`
    // queue. Another thread's emit may still be on its way there.
    std::vector<buffered_event> sendBuffer() const { return link().core().buffered_events(); }
    // Takes them out; their acknowledgements end with std::errc::operation_canceled.
    void clear_send_buffer() { link().core().clear_send_buffer(); }
    // Bytes that the operating system has not taken yet: the send buffer, the `retries` queue (until they are
    // acknowledged), and what the connection has still to write, for all of its namespaces. Seen from
    // outside the strand it is as old as the last turn there.
    std::size_t buffered_amount() const { return link().core().buffered_amount(); }
    // Completes with (std::error_code) when that is 0, so that a producer can go at the network's pace. Errors:
    // std::errc::operation_canceled after a cancellation, error::stopped when the last handle is gone.
    // Handlers run as those of emitWithAck do.
    template <class Token = detail::no_token>
    auto async_drain(Token&& token = {})
    {
        static_assert(detail::is_token_v<Token>,
                      "async_drain takes a completion token: a handler, asio::use_awaitable, asio::use_future, ...");
        return asio::async_initiate<std::remove_reference_t<Token>, void(std::error_code)>(
            detail::drain_initiation{link_to_share()}, token);
    }

    // The id the server has given this socket for this connection; empty while not connected.
    std::string id() const { return link().core().id(); }
    bool connected() const { return link().core().connected(); }
    bool disconnected() const { return !connected(); }
    // The connection was lost, and the server has taken the session up where it was: same id, same rooms,
    // the missed events delivered before "connect". Needs connectionStateRecovery on the server.
    bool recovered() const { return link().core().recovered(); }
    // What a later socket can be given as `recovery` option to resume this session, in a new process even.
    recovery_state recovery() const { return link().core().recovery(); }
    // It is connected or will be by itself; otherwise it takes a connect().
    bool active() const { return link().core().active(); }
    std::string const& nsp() const { return link().core().nsp(); }

    // This socket in numbers, as it was after the last turn on the strand (there: as it is), see
    // manager::snapshot() for its connection.
    socket_snapshot snapshot() const { return link().core().snapshot(); }

    // Is told of events that could not be delivered or sent (event_error const&); the connection goes on.
    // One per socket, replacing the one before. Without it they are only logged.
    void on_error(std::function<void(event_error const&)> hook) { link().core().set_error_hook(std::move(hook)); }

    // The manager of this socket's connection.
    manager io() const { return manager{link().manager()}; }
    asio::any_io_executor get_executor() const { return link().manager()->get_executor(); }

    friend bool operator==(socket const& a, socket const& b) noexcept { return a.link_ == b.link_; }

private:
    detail::socket_link& link() const
    {
        if (!link_)
            detail::throw_misuse("this socketio::socket was never given a connection");
        return *link_;
    }

    std::shared_ptr<detail::socket_link> const& link_to_share() const
    {
        static_cast<void>(link());
        return link_;
    }

    std::shared_ptr<detail::socket_link> link_;
};

inline class socket manager::socket(std::string_view nsp, socket_options settings)
{
    return socketio::socket{link_->socket(nsp, std::move(settings))};
}

} // namespace socketio
