// The socket: one namespace of a server, to emit events to and to listen to.
#pragma once

#include <socketio/client/draining.hpp>
#include <socketio/client/emit_operator.hpp>
#include <socketio/client/event_stream.hpp>
#include <socketio/client/links.hpp>
#include <socketio/client/manager.hpp>
#include <socketio/net/emits.hpp>
#include <socketio/net/listens.hpp>
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
// A handle; copies refer to the same socket. The destructor of the last one leaves the namespace, and closes the
// connection if it was the last socket there. It does not block, and listeners are never called after it.
// Acknowledgement handlers that take an error code receive error::stopped.
//
// All members may be called from any thread, also inside listeners. Listeners and handlers run on the
// manager's strand, one at a time. Do not let a listener own (capture by value) a handle of the socket
// it listens to: the socket would keep itself alive until off().
//
// Its verbs are those of emits (emit, emitWithAck, timeout, ...), of listens (on, once, off) and of listens_to_all
// (onAny, ...). While the socket is not connected, events are stored and sent later. timeout() counts from the emit on,
// and ends a stored event, too. An event over the server's maxPayload is not sent: its handler, or the error hook,
// receives the error.
//
// The parameters of a listener are read from the event's arguments: more arguments are ignored, missing ones are an
// error unless the parameter is std::optional. An event that does not fit goes to the error hook instead of the
// listener. A last parameter of type socketio::ack is the answer. std::string_view, views and spans are valid during
// the call.
// Events of the library: "connect" (), "connect_error" (connect_error const&), "disconnect"
// (std::string_view reason, disconnect_details const&), "reconnect" (int attempts; after "connect").
class socket : public emits<socket, emit_operator, detail::emit_flags>,
               public listens<socket>,
               public listens_to_all<socket> {
public:
    socket() = default; // no socket, until one is assigned
    explicit socket(std::shared_ptr<detail::socket_link> link) noexcept : link_{std::move(link)} {}
    explicit operator bool() const noexcept { return link_ != nullptr; }

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

    // All occurrences of an event from now on, one by one with event_stream::async_next; results are as above.
    // off(event) ends the stream.
    template <class... R>
    auto stream(std::string_view event, stream_options const& settings = {})
    {
        return detail::stream_of<R...>::open(link(), event, settings);
    }
    // Every event of the server, as its name and an array of its arguments.
    event_stream<std::string, array> stream_any(stream_options const& settings = {});

    // Joins the namespace, and opens the connection if necessary. Needed after disconnect(), after a disconnect
    // by the server, after a refusal, and with `autoConnect` off. `open` is the same.
    void connect() { link().connect(); }
    void open() { connect(); }
    // Leaves the namespace: "disconnect" with "io client disconnect" follows. The last socket to leave
    // closes the connection. `close` is the same.
    void disconnect() { link().disconnect(); }
    void close() { disconnect(); }

    // The events in the send buffer, in order, without those of the `retries` queue. Another thread's emit may
    // still be on its way there.
    std::vector<buffered_event> sendBuffer() const { return link().buffered_events(); }
    // Removes them; their acknowledgements end with std::errc::operation_canceled.
    void clear_send_buffer() { link().clear_send_buffer(); }
    // Bytes that the operating system has not accepted yet: the send buffer, the `retries` queue (until its
    // events are acknowledged), and the unsent output of the connection, for all of its namespaces. Off the
    // strand, the value is that of the last turn.
    std::size_t buffered_amount() const { return link().buffered_amount(); }
    // Completes with (std::error_code) when that is 0, so that a producer can adapt to the network. Errors:
    // std::errc::operation_canceled after a cancellation, error::stopped when the last handle is destroyed.
    // Handlers run as for emitWithAck.
    template <class Token = detail::no_token>
    auto async_drain(Token&& token = {})
    {
        static_assert(detail::is_token_v<Token>,
                      "async_drain takes a completion token: a handler, asio::use_awaitable, asio::use_future, ...");
        return asio::async_initiate<std::remove_reference_t<Token>, detail::completion_signature<>>(
            detail::drain_initiation{link_to_share()}, token);
    }

    // The id the server has given this socket for this connection; empty while not connected.
    std::string id() const { return link().id(); }
    bool connected() const { return link().connected(); }
    bool disconnected() const { return !connected(); }
    // The connection was lost, and the server has resumed the session: same id, same rooms, and the missed
    // events came before "connect". Needs connectionStateRecovery on the server.
    bool recovered() const { return link().recovered(); }
    // The value of the option `recovery` for a later socket that resumes this session, even in a new process.
    recovery_state recovery() const { return link().recovery(); }
    // True if it is connected, or will connect by itself. Otherwise call connect().
    bool active() const { return link().active(); }
    std::string const& nsp() const { return link().nsp(); }

    // The state of this socket as numbers, after the last turn on the strand (on the strand: now). See
    // manager::snapshot() for its connection.
    socket_snapshot snapshot() const { return link().snapshot(); }

    // Called for events that could not be delivered or sent (event_error const&); the connection continues. One
    // hook per socket; a new one replaces the old one. Without a hook, errors are only logged.
    void on_error(std::function<void(event_error const&)> hook) { link().set_error_hook(std::move(hook)); }

    // The manager of this socket's connection.
    manager io() const { return manager{link().manager()}; }
    asio::any_io_executor get_executor() const { return link().get_executor(); }

    friend bool operator==(socket const& a, socket const& b) noexcept { return a.link_ == b.link_; }

private:
    template <class, class, class>
    friend class emits;
    template <class>
    friend class listens;
    template <class>
    friend class listens_to_all;

    std::shared_ptr<detail::socket_link> const& destination() const { return link_to_share(); }
    static detail::emit_flags conditions() noexcept { return {}; }
    std::shared_ptr<detail::listener_table> events() const { return link().events(); }
    std::shared_ptr<detail::listener_table> outgoing() const { return link().outgoing(); }
    callback_executor const& callbacks() const { return link().callbacks(); }
    template <class Listener>
    listener_handle add_listener(std::string_view event, Listener&& listener, bool once) const
    {
        return detail::listen(events(), event, std::forward<Listener>(listener), once, callbacks());
    }

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

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/socket.ipp>
#endif
