// The server: `io` of Socket.IO's documentation.
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

// `io.engine()`: what is below Socket.IO. A handle; all members may be called from any thread.
//
// Its events, for `on`, `once` and `off` (see listens), on any strand, on several threads at once if several run the
// context:
// - "connection_error", (socketio::connection_failure const&): a client was not let in;
// - "initial_headers", (socketio::string_pairs& headers, socketio::http_request const&): the answer that begins a
// session
//   is about to be written. Headers can be added, {"Set-Cookie", "..."} say; those that are not valid are left out;
// - "headers", with the same parameters: any answer to a client's request, the first one included.
// Listeners stay until the server is closed.
class server_engine : public listens<server_engine> {
public:
    explicit server_engine(std::shared_ptr<detail::server_core> of) noexcept : core_{std::move(of)} {}

    // Sessions that are open.
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
                "a listener of the engine takes a socketio::connection_failure, or socketio::string_pairs& and a socketio::http_request");
            if (event != "initial_headers" && event != "headers")
                detail::throw_misuse("a listener of \"initial_headers\" or \"headers\" takes the headers and the request");
            return detail::listen_to(events(), event, once,
                [listener = std::move(listener)](
                    detail::engine_call& call) mutable { listener(*call.headers, *call.request); });
        }
    }

    std::shared_ptr<detail::server_core> core_;
};

// What a server cannot see of a stream that it is given, see server::accept().
struct stream_peer {
    std::string address{}; // of the client, for http_request::address
    bool secure = false;   // whether the way to the client is encrypted, for http_request::secure
};

// Hosts Socket.IO in this process:
//
//     socketio::server io(context, 3000);
//     io.on("connection", [](socketio::server_socket socket) {
//         socket.on("myEvent", [](std::string text, socketio::ack reply) { reply("OK"); });
//     });
//
// It runs on the context, on as many threads as that has: each client on a strand of its own. All members may be called
// from any thread, but for moves and the destructor. No call may be under way while the context is being destroyed, nor
// listen() be called after; of other calls nothing comes then. What a listener throws leaves through the context's
// run(), and the next event follows.
//
// Its verbs are those of emits, room_operators and socket_group, for all sockets of the namespace "/": see
// broadcast_operator.
//
// Its events, for `on`, `once` and `off` (see listens), are those of the namespace "/", see server_namespace, and
// "new_namespace" (socketio::server_namespace): one was made, by of(), inside that call, or for a client, on its
// strand.
class server : public listens<server>,
               public emits<server, broadcast_operator, broadcast_options>,
               public room_operators<server, broadcast_operator>,
               public socket_group<server, broadcast_operator> {
public:
    // Listens on the port at once; 0 lets the system choose, see port(). Throws std::system_error when the port or the
    // address cannot be had, or with what is wrong with options::tls; std::invalid_argument for parameters of
    // perMessageDeflate that are out of their range.
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
    // Listens from listen() on: for a context that is already run by other threads, where a client might come before its
    // listener. Throws nothing of its own.
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
    // Closes the server as close() does, and waits for nothing: "disconnect" is still told when the context runs on.
    ~server()
    {
        if (core_)
            core_->close(nullptr);
    }

    // Throws as the constructor does, and std::invalid_argument the second time, or once the server is closed.
    void listen(std::uint16_t port) { core_->listen(port); }
    // Where it listens; 0 before listen().
    std::uint16_t port() const { return core_->port(); }

    // Serves a connection that the program has accepted itself: with an acceptor of its own, in another HTTP server, or in
    // memory. The stream carries plain HTTP, whatever options::tls says; `received` is what has been read of it already, from
    // the beginning of the first request on. Its calls come on a strand, and it may call its handlers on any thread. False:
    // the stream is closed at once, since the server is, or since there are as many connections as server_options::connections
    // allows. Throws std::invalid_argument for a null stream, and as listen() does for wrong options. May be called before
    // listen(), and without.
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

    // Serves the HTTP requests outside Socket.IO's path on the same port: pages, say, see serve_files(). The handler is
    // http_response(http_request const&), or void(http_request const&, http_responder) to answer later; it is called on
    // any strand, so on several threads at once if several run the context. One that throws has answered 500. Null: all
    // get 404, as without it. Requests below the path that name no transport come here, too. No WebSockets: an upgrade
    // outside the path is answered 404.
    template <class Handler>
    void on_request(Handler handler)
    {
        core_->on_request(detail::make_request_handler(std::move(handler)));
    }
    void on_request(std::nullptr_t) { core_->on_request({}); }

    // The namespace of that name, with or without its slash, which is made if there is none. Patterns are not asked.
    server_namespace of(std::string_view name) const { return server_namespace{core_->of(name)}; }
    server_namespace of(char const* name) const { return of(std::string_view{name}); }
    // Namespaces that are made when a client, or of(name), asks for one whose name matches (anywhere in it: "^" and "$" are
    // yours to say). What is returned stands for all of them: their listeners and middleware are those that were set on it before
    // they were made, and what it emits goes to all. Patterns are asked in the order in which they were given. std::regex
    // needs time and stack that grow with the name: names over 256 bytes do not match.
    // (A template, so that <regex> is included only by the programs that use it.)
    template <class Regex>
        requires requires(Regex const& pattern, char const* name) { regex_search(name, pattern); }
    server_namespace of(Regex pattern) const
    {
        return server_namespace{core_->of_pattern([pattern = std::move(pattern)](std::string_view name) {
            return name.size() <= 256 && regex_search(name.data(), name.data() + name.size(), pattern);
        })};
    }
    // The same with a function, bool(std::string_view name, value const& auth), or one with a third parameter,
    // std::function<void(bool)>, that answers later, once, from any thread; one that throws has said no. It is called on
    // the client's strand, and what it is given is valid during the call.
    template <class Matcher>
        requires(std::is_invocable_r_v<bool, Matcher&, std::string_view, value const&> ||
                 std::is_invocable_v<Matcher&, std::string_view, value const&, std::function<void(bool)>>)
    server_namespace of(Matcher matcher) const
    {
        return server_namespace{core_->of(detail::namespace_matcher{
            [matcher = std::move(matcher)](std::string_view name, value const& auth, std::function<void(bool)> answer) mutable {
                if constexpr (std::is_invocable_r_v<bool, Matcher&, std::string_view, value const&>)
                    answer(matcher(name, auth));
                else
                    matcher(name, auth, std::move(answer));
            }})};
    }
    server_namespace sockets() const { return server_namespace{core_->root()}; }

    server_engine engine() const { return server_engine{core_}; }
    // The numbers of now; those of each client are of the end of its last turn. Looks at every client: for now and then.
    server_snapshot snapshot() const { return core_->snapshot(); }

    // Is told of events that do not fit their listener, and of answers that do not fit a handler without an error code, of
    // sockets without a hook of their own; and of events that are too large to be sent. On any strand. One at a time: the
    // newest; null takes it off.
    void on_error(std::function<void(event_error const&)> hook) { core_->set_error_hook(std::move(hook)); }

    // Nothing more is accepted; every socket is told "server shutting down", and clients may come back when there is a
    // server again. Listeners of the server and its namespaces are let go at once, those of sockets after "disconnect".
    // Nothing is called inside this: what is to be told is told when the context runs on. With a completion token,
    // void(std::error_code), always without an error: when the last listener has returned; never if the context goes first.
    // May be called again.
    void close() { core_->close(nullptr); }
    template <class Token>
    auto close(Token&& token)
    {
        return asio::async_initiate<std::remove_reference_t<Token>, void(std::error_code)>(detail::close_initiation{core_}, token);
    }

private:
    template <class, class, class>
    friend class emits;
    template <class, class>
    friend class room_operators;
    template <class, class>
    friend class socket_group;
    template <class>
    friend class listens;

    std::shared_ptr<detail::namespace_core> const& destination() const noexcept { return core_->root(); }
    static broadcast_options conditions() noexcept { return {}; }
    broadcast_operator to_broadcast() const { return {core_->root(), {}}; }
    std::shared_ptr<detail::namespace_emitter> events() const { return core_->root()->events(); }
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
            return detail::listen_to(events(), event, once,
                [listener = std::move(listener)](
                    detail::namespace_call& call) mutable { listener(server_namespace{call.made}); });
        }
    }

    std::shared_ptr<detail::server_core> core_;
};

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
// These know each other's classes, so that none of those can bring its own along.
#include <socketio/server/impl/adapter.ipp>
#include <socketio/server/impl/peer_core.ipp>
#include <socketio/server/impl/peer_deadlines.ipp>
#include <socketio/server/impl/peer_end.ipp>
#include <socketio/server/impl/peer_limits.ipp>
#include <socketio/server/impl/peer_message.ipp>
#include <socketio/server/impl/emitting.ipp>
#include <socketio/server/impl/namespace_core.ipp>
#include <socketio/server/impl/server_core.ipp>
#include <socketio/server/impl/server_namespaces.ipp>
#include <socketio/server/impl/socket_admission.ipp>
#include <socketio/server/impl/server_socket_core.ipp>
#include <socketio/server/impl/socket_emit.ipp>
#endif
