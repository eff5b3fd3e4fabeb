// The socket: one namespace of a server, to emit events to and to listen to.
#pragma once

#include <socketio/client/links.hpp>
#include <socketio/client/listener_handle.hpp>
#include <socketio/client/manager.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/session/listener.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace socketio {
namespace detail {

template <class... Args>
constexpr bool ends_with_callable() noexcept
{
    if constexpr (sizeof...(Args) == 0)
        return false;
    else
        return callable<std::tuple_element_t<sizeof...(Args) - 1, std::tuple<Args...>>>;
}

} // namespace detail

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
        if constexpr (detail::ends_with_callable<Args...>())
            emit_with_handler(event, std::forward_as_tuple(std::forward<Args>(arguments)...),
                              std::make_index_sequence<sizeof...(Args) - 1>{});
        else
            emit_plain(event, arguments...);
    }

    // An event called "message".
    template <class... Args>
    void send(Args&&... arguments)
    {
        emit_event("message", std::forward<Args>(arguments)...);
    }

    // Calls `listener` whenever the event comes. Its parameters are read from the event's arguments: more
    // arguments are ignored, missing ones are an error unless the parameter is std::optional, and an event
    // that does not fit is not delivered but told to the error hook. A last parameter of type
    // socketio::ack is the answer. std::string_view, views and spans are valid during the call.
    // Events of the library: "connect" (), "connect_error" (connect_error const&), "disconnect"
    // (std::string_view reason, disconnect_details const&), "reconnect" (int attempts; after "connect").
    template <class Listener>
    listener_handle on(std::string_view event, Listener&& listener)
    {
        return add(event, std::forward<Listener>(listener), false);
    }
    // The same for the next occurrence only.
    template <class Listener>
    listener_handle once(std::string_view event, Listener&& listener)
    {
        return add(event, std::forward<Listener>(listener), true);
    }
    void off(std::string_view event) { link().events()->off(event); }
    void off(listener_handle const& handle) { handle.off(); }
    // All listeners of named events.
    void off() { link().events()->off_named(); }

    // Calls `listener`, (std::string_view event, socketio::args const&), for every event from the server,
    // before the event's own listeners.
    template <class Listener>
    listener_handle onAny(Listener&& listener)
    {
        auto const events = link().events();
        return {events, events->on_any(detail::make_any_listener(std::forward<Listener>(listener)))};
    }
    void offAny() { link().events()->off_any(); }
    void offAny(listener_handle const& handle) { handle.off(); }

    // Joins the namespace, opening the connection if need be; needed after disconnect(), after a
    // disconnect by the server, after a refusal, and with `autoConnect` off. `open` is the same.
    void connect() { link().connect(); }
    void open() { connect(); }
    // Leaves the namespace: "disconnect" with "io client disconnect" follows. The last socket to leave
    // closes the connection. `close` is the same.
    void disconnect() { link().disconnect(); }
    void close() { disconnect(); }

    // The id the server has given this socket for this connection; empty while not connected.
    std::string id() const { return link().core().id(); }
    bool connected() const { return link().core().connected(); }
    bool disconnected() const { return !connected(); }
    // It is connected or will be by itself; otherwise it takes a connect().
    bool active() const { return link().core().active(); }
    std::string const& nsp() const { return link().core().nsp(); }

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

    template <class Listener>
    listener_handle add(std::string_view event, Listener&& listener, bool once)
    {
        static_assert(detail::callable<Listener> || std::is_invocable_v<std::decay_t<Listener>&>,
                      "a listener must be something that can be called");
        auto const events = link().events();
        return {events, events->on(event, detail::make_listener(std::forward<Listener>(listener)), once)};
    }

    template <class... Args>
    void emit_plain(std::string_view event, Args const&... arguments)
    {
        static_assert((writable<Args> && ...),
                      "an argument has a type that cannot be sent: see socketio/core/convert.hpp");
        auto const& nsp = link().core().nsp();
        auto const encode = [&](detail::byte_buffer& to, std::vector<bytes_view>& attachments) {
            detail::encode_event(to, attachments, nsp, std::nullopt, event, arguments...);
        };
        link().emit_event(event, std::nullopt, encode);
    }

    template <class Tuple, std::size_t... I>
    void emit_with_handler(std::string_view event, Tuple&& arguments, std::index_sequence<I...>)
    {
        static_assert((writable<std::remove_cvref_t<std::tuple_element_t<I, Tuple>>> && ...),
                      "an argument has a type that cannot be sent: see socketio/core/convert.hpp");
        using handler = std::tuple_element_t<sizeof...(I), Tuple>;
        auto const& nsp = link().core().nsp();
        std::optional<detail::pending_ack> waiting{std::in_place};
        waiting->id = link().core().next_ack_id();
        waiting->wants_errors = detail::takes_error<std::decay_t<handler>>();
        waiting->event = event;
        waiting->handler = detail::make_ack_handler(std::forward<handler>(std::get<sizeof...(I)>(arguments)));
        auto const encode = [&, id = waiting->id](detail::byte_buffer& to, std::vector<bytes_view>& attachments) {
            detail::encode_event(to, attachments, nsp, id, event, std::get<I>(arguments)...);
        };
        link().emit_event(event, std::move(waiting), encode);
    }

    std::shared_ptr<detail::socket_link> link_;
};

inline class socket manager::socket(std::string_view nsp, socket_options settings)
{
    return socketio::socket{link_->socket(nsp, std::move(settings.auth))};
}

} // namespace socketio
