// The server: `io` in Socket.IO's documentation.
#pragma once

#include <socketio/server/closing.hpp>
#include <socketio/server/server_core.hpp>
#include <socketio/server/server_namespace.hpp>
#include <socketio/server/server_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace socketio {

// `io.engine()`: Engine.IO, which carries Socket.IO. A handle; all members may be called from any thread.
//
// Its events, for `on`, `once` and `off` (see listens), on any strand, on several threads at once if several run the
// context:
// - "connection_error", (socketio::connection_failure const&): a client was refused;
// - "initial_headers", (socketio::string_pairs& headers, socketio::http_request const&): before the answer that begins
//   a session is written. A listener can add headers, {"Set-Cookie", "..."} for example; invalid ones are left out;
// - "headers", with the same parameters: before any answer to a client's request, the first one included.
// Listeners stay until the server is closed.
class server_engine : public listens<server_engine> {
public:
    explicit server_engine(std::shared_ptr<detail::server_core> of) noexcept : core_{std::move(of)} {}

    // The number of open sessions.
    std::size_t clientsCount() const { return core_->clients_count(); }

private:
    template <class>
    friend class listens;

    std::shared_ptr<detail::engine_emitter> events() const { return core_->engine_events(); }
    template <class Listener>
    listener_handle add_listener(std::string_view event, Listener listener, bool once) const
    {
        if constexpr (std::is_invocable_v<Listener&, connection_failure const&>) {
            if (event != "connection_error")
                detail::throw_misuse("only a listener of \"connection_error\" takes a socketio::connection_failure");
            return detail::listen_to(events(), event, once,
                [listener = std::move(listener)](detail::engine_call& call) mutable { listener(*call.failure); });
        } else {
            static_assert(std::is_invocable_v<Listener&, string_pairs&, http_request const&>,
                          "a listener of the engine takes a socketio::connection_failure, or socketio::string_pairs& "
                          "and a socketio::http_request");
            if (event != "initial_headers" && event != "headers")
                detail::throw_misuse(
                    "a listener of \"initial_headers\" or \"headers\" takes the headers and the request");
            return detail::listen_to(events(), event, once,
                [listener = std::move(listener)](
                    detail::engine_call& call) mutable { listener(*call.headers, *call.request); });
        }
    }

    std::shared_ptr<detail::server_core> core_;
};

// Properties of a stream that the server cannot determine itself, see server::accept().
struct stream_peer {
    std::string address{}; // of the client, for http_request::address
    bool secure = false;   // the route to the client is encrypted, for http_request::secure
};

// Hosts Socket.IO in this process:
//
//     socketio::server io(context, 3000);
//     io.on("connection", [](socketio::server_socket socket) {
//         socket.on("myEvent", [](std::string text, socketio::ack reply) { reply("OK"); });
//     });
//
// It runs on the context, on as many threads as that has: each client on a strand of its own. All members may be called
// from any thread, except for moves and the destructor. Calls must not overlap with the destruction of the context.
// After it, do not call listen(); other calls have no effect. An exception of a listener leaves through the context's
// run(), and the next event follows.
//
// Its verbs are those of emits, room_operators and socket_group, for all sockets of the namespace "/": see
// broadcast_operator.
//
// Its events, for `on`, `once` and `off` (see listens), are those of the namespace "/", see server_namespace, and
// "new_namespace" (socketio::server_namespace): one was made, by of(), inside that call, or for a client, on its
// strand.
class [[nodiscard("keep the socketio::server: without it nobody serves")]] server
    : public namespace_verbs<server> {
public:
    // Listens on the port at once; with 0 the system chooses, see port(). Throws std::system_error when the port
    // or the address is not available, or for invalid options::tls. Throws std::invalid_argument for parameters
    // of perMessageDeflate out of their range.
    server(asio::any_io_executor executor, std::uint16_t port, server_options settings = {})
        : server{std::move(executor), std::move(settings)}
    {
        listen(port);
    }
    template <class Context>
        requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
    server(Context& context, std::uint16_t port, server_options settings = {})
        : server{asio::any_io_executor{context.get_executor()}, port, std::move(settings)}
    {
    }
    // Listens from listen() on: for a context that other threads already run, where a client could connect
    // before its listener is added. Does not throw, except when memory runs out.
    explicit server(asio::any_io_executor executor, server_options settings = {})
        : core_{detail::server_core::make(std::move(executor), std::move(settings))}
    {
    }
    template <class Context>
        requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
    explicit server(Context& context, server_options settings = {})
        : server{asio::any_io_executor{context.get_executor()}, std::move(settings)}
    {
    }
    server(server&&) noexcept = default;
    server& operator=(server&& other) noexcept
    {
        if (core_ && core_ != other.core_)
            core_->close(nullptr);
        core_ = std::move(other.core_);
        return *this;
    }
    // Closes the server as close() does, without waiting: "disconnect" is emitted when the context runs on.
    ~server()
    {
        if (core_)
            core_->close(nullptr);
    }

    // Throws as the constructor does, and std::invalid_argument on a second call or on a closed server.
    void listen(std::uint16_t port) { core_->listen(port); }
    // The port that it listens on; 0 before listen().
    std::uint16_t port() const { return core_->port(); }

    // Serves a connection that the program has accepted itself: with an acceptor of its own, in another HTTP
    // server, or in memory. The stream carries plain HTTP, whatever options::tls says. `received`: the bytes
    // already read from it, from the beginning of the first request on. The stream is called on a strand, and
    // may call its handlers on any thread.
    // Returns false, and closes the stream, if the server is closed or has server_options::connections
    // connections. Throws std::invalid_argument for a null stream, and like listen() for wrong options. May be
    // called before listen(), or without it.
    bool accept(std::shared_ptr<byte_stream> connected, std::string_view received = {}, stream_peer peer = {})
    {
        return core_->accept(std::move(connected), received, {std::move(peer.address), peer.secure, {}});
    }

    // A middleware of the namespace "/": see server_namespace.
    template <class Middleware>
    void use(Middleware middleware)
    {
        sockets().use(std::move(middleware));
    }

    // Serves the HTTP requests outside of Socket.IO's path on the same port: pages, for example, see
    // serve_files(). The handler is http_response(http_request const&), or void(http_request const&,
    // http_responder) for a late answer. It is called on any strand, and so on several threads at once if
    // several run the context. An exception is answered with 500. Null: all requests are answered with 404, the
    // default. Requests below the path without a transport come here, too. WebSocket upgrades outside of the
    // path are answered with 404.
    template <class Handler>
    void on_request(Handler handler)
    {
        core_->on_request(detail::make_request_handler(std::move(handler)));
    }
    void on_request(std::nullptr_t) { core_->on_request({}); }

    // The namespace of that name, with or without its slash, which is made if it does not exist. Ignores patterns.
    server_namespace of(std::string_view name) const { return server_namespace{core_->of(name)}; }
    server_namespace of(char const* name) const { return of(std::string_view{name}); }
    // Namespaces that are made when a client, or of(name), asks for one whose name matches (anywhere in it:
    // write "^" and "$" yourself). The result stands for all of them: they have the listeners and middleware set
    // on it before they were made, and its emits go to all. Patterns are tried in order. std::regex needs time
    // and stack that grow with the name: names over 256 bytes do not match.
    // (A template, so that only programs that use it include <regex>.)
    template <class Regex>
        requires requires(Regex const& pattern, char const* name) { regex_search(name, pattern); }
    server_namespace of(Regex pattern) const
    {
        return server_namespace{core_->of_pattern([pattern = std::move(pattern)](std::string_view name) {
            return name.size() <= 256 && regex_search(name.data(), name.data() + name.size(), pattern);
        })};
    }
    // The same with a function, bool(std::string_view name, value const& auth), or one with a third parameter,
    // std::function<void(bool)>, which it calls once, now or later, from any thread. An exception refuses the
    // name. It is called on the client's strand, and its arguments are valid during the call.
    template <class Matcher>
        requires(std::is_invocable_r_v<bool, Matcher&, std::string_view, value const&> ||
                 std::is_invocable_v<Matcher&, std::string_view, value const&, std::function<void(bool)>>)
    server_namespace of(Matcher matcher) const
    {
        return server_namespace{core_->of(
            detail::namespace_matcher{[matcher = std::move(matcher)](std::string_view name, value const& auth,
                                                                     std::function<void(bool)> answer) mutable {
                if constexpr (std::is_invocable_r_v<bool, Matcher&, std::string_view, value const&>)
                    answer(matcher(name, auth));
                else
                    matcher(name, auth, std::move(answer));
            }})};
    }
    server_namespace sockets() const { return server_namespace{core_->root()}; }

    server_engine engine() const { return server_engine{core_}; }
    // The current numbers; those of each client are from the end of its last turn. Visits every client: do not
    // call it often.
    server_snapshot snapshot() const { return core_->snapshot(); }

    // Called for events that do not fit their listener, for answers that do not fit a handler without an error
    // code (both of sockets without a hook of their own), and for events that are too large. On any strand. A
    // new hook replaces the old one; null removes it.
    void on_error(std::function<void(event_error const&)> hook) { core_->set_error_hook(std::move(hook)); }

    // Stops accepting. Every socket emits "disconnect" with "server shutting down", and clients may reconnect
    // when there is a server again. Listeners of the server and its namespaces are removed at once, those of
    // sockets after "disconnect". User code is not called inside this function, but when the context runs on. A
    // completion token, void(std::error_code), completes without an error when the last listener has returned;
    // never if the context is destroyed first. May be called again.
    void close() { core_->close(nullptr); }
    template <class Token>
    auto close(Token&& token)
    {
        return asio::async_initiate<std::remove_reference_t<Token>, detail::completion_signature<>>(
            detail::close_initiation{core_}, token);
    }

private:
    template <class>
    friend class namespace_verbs;
    template <class>
    friend class listens;

    std::shared_ptr<detail::namespace_core> const& own_namespace() const noexcept { return core_->root(); }
    template <class Listener>
    listener_handle add_listener(std::string_view event, Listener listener, bool once) const
    {
        if constexpr (std::is_invocable_v<Listener&, server_socket>) {
            return once ? sockets().once(event, std::move(listener)) : sockets().on(event, std::move(listener));
        } else {
            static_assert(std::is_invocable_v<Listener&, server_namespace>,
                "a listener of \"connection\" takes a socketio::server_socket");
            if (event != "new_namespace")
                detail::throw_misuse("a listener of \"connection\" takes a socketio::server_socket");
            return detail::listen_to(own_namespace()->events(), event, once,
                [listener = std::move(listener)](
                    detail::namespace_call& call) mutable { listener(server_namespace{call.made}); });
        }
    }

    std::shared_ptr<detail::server_core> core_;
};

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
// The bodies need the whole classes of each other, so they stand behind all of them.
#include <socketio/server/impl/adapter.ipp>
#include <socketio/server/impl/peer_core.ipp>
#include <socketio/server/impl/peer_deadlines.ipp>
#include <socketio/server/impl/peer_end.ipp>
#include <socketio/server/impl/peer_limits.ipp>
#include <socketio/server/impl/peer_message.ipp>
#include <socketio/server/impl/client_admission.ipp>
#include <socketio/server/impl/emitting.ipp>
#include <socketio/server/impl/namespace_core.ipp>
#include <socketio/server/impl/server_core.ipp>
#include <socketio/server/impl/server_namespaces.ipp>
#include <socketio/server/impl/socket_middleware.ipp>
#include <socketio/server/impl/server_socket_core.ipp>
#include <socketio/server/impl/socket_emit.ipp>
#endif
