// A WebSocket connection (RFC 6455) without Socket.IO.
#pragma once

#include <socketio/net/executor.hpp>
#include <socketio/websocket/websocket_core.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {

namespace detail {
class websocket_acceptor;
} // namespace detail

// A handle to one connection, of a client or of a server:
//
//     socketio::websocket socket(context, "ws://localhost:9001/chat");
//     socket.on_open([&] { socket.send("hello"); });
//     socket.on_message([](socketio::websocket_message const& m) { std::cout << m.text() << '\n'; });
//     socket.on_close([](socketio::websocket_close const& how) { std::cout << how.code << '\n'; });
//
// Copies refer to the same connection. It lasts as long as one of them. A listener may hold one: listeners are
// removed when the connection has ended. The destructor of the last handle closes the connection with 1001. All
// members may be called from any thread; listeners run on the connection's strand.
class websocket {
public:
    // A client. It connects when the context of `executor` runs. Do not destroy the context before the last call
    // of a member that sends or closes; handles may outlive it. If the context already runs on another thread,
    // use `.autoConnect = false`, add the listeners, and call open(). Throws std::invalid_argument for invalid
    // headers.
    websocket(asio::any_io_executor const& executor, std::string_view url, websocket_options settings = {})
    {
        bool const now = settings.autoConnect;
        detail::strand const on{detail::known_executor{executor}};
        link_ =
            std::make_shared<link>(std::make_shared<detail::websocket_core>(on, std::move(settings)), std::string{url});
        if (now)
            open();
    }
    template <class Context>
        requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
    websocket(Context& context, std::string_view url, websocket_options settings = {})
        : websocket{asio::any_io_executor{context.get_executor()}, url, std::move(settings)}
    {
    }

    // Begins, once. The listeners of open or of close receive the result.
    void open()
    {
        link_->core->perform([core = link_->core.get(), url = link_->url] { core->open(url); });
    }
    bool is_open() const noexcept { return link_->core->current_phase() == detail::websocket_core::phase::open; }

    // The negotiated subprotocol, or empty.
    std::string subprotocol() const { return link_->core->subprotocol(); }

    // One listener each; a new one replaces the old one. An exception of a listener leaves through the executor,
    // and the next event follows.
    void on_open(detail::unique_function<void()> listener) { set(&listeners::open, std::move(listener)); }
    void on_message(detail::unique_function<void(websocket_message const&)> listener)
    {
        set(&listeners::message, std::move(listener));
    }
    // Called exactly once: when the connection has ended, or was not established.
    void on_close(detail::unique_function<void(websocket_close const&)> listener)
    {
        set(&listeners::close, std::move(listener));
    }
    // The library answers pings itself.
    void on_ping(detail::unique_function<void(bytes_view)> listener) { set(&listeners::ping, std::move(listener)); }
    void on_pong(detail::unique_function<void(bytes_view)> listener) { set(&listeners::pong, std::move(listener)); }
    // The operating system has accepted all sent data.
    void on_drain(detail::unique_function<void()> listener) { set(&listeners::drain, std::move(listener)); }

    // Sends a message. Returns false, without sending, if the connection is not open or more than
    // `limits.buffered` bytes wait already. Text must be UTF-8.
    bool send(std::string_view text) { return link_->core->send(detail::opcode::text, text); }
    bool send(bytes_view binary) { return link_->core->send(detail::opcode::binary, detail::as_text(binary)); }
    // At most 125 bytes; more throw std::invalid_argument.
    bool ping(std::string_view data = {})
    {
        if (data.size() > detail::max_control_payload)
            detail::throw_misuse("websocket: a ping carries at most 125 bytes");
        return link_->core->send(detail::opcode::ping, data);
    }
    // Bytes that wait to be sent.
    std::size_t buffered_amount() const noexcept { return link_->core->buffered_amount(); }

    // Stops reading until resume() or close(): the peer has to wait.
    void pause()
    {
        link_->core->perform([core = link_->core.get()] { core->pause(true); });
    }
    void resume()
    {
        link_->core->perform([core = link_->core.get()] { core->pause(false); });
    }

    // Begins the closing handshake (RFC 6455, section 7). Earlier messages are still sent. Code 0 sends no code.
    // Throws std::invalid_argument for a code that must not be sent (section 7.4).
    void close(std::uint16_t code = 1000, std::string_view reason = {}) { link_->core->close(code, reason); }

private:
    friend class detail::websocket_acceptor;
    using listeners = detail::websocket_core::listeners;

    // The state that the handles share. Its destructor ends the connection.
    struct link {
        link(std::shared_ptr<detail::websocket_core> state, std::string address)
            : core{std::move(state)}, url{std::move(address)}
        {
        }
        link(link const&) = delete;
        link& operator=(link const&) = delete;
        ~link() { core->stop(); }

        std::shared_ptr<detail::websocket_core> core;
        std::string url;
    };

    explicit websocket(std::shared_ptr<detail::websocket_core> core)
        : link_{std::make_shared<link>(std::move(core), std::string{})}
    {
    }

    template <class Listener>
    void set(std::shared_ptr<Listener> listeners::*which, Listener listener)
    {
        auto shared = listener ? std::make_shared<Listener>(std::move(listener)) : nullptr;
        link_->core->perform([core = link_->core.get(), which, shared = std::move(shared)]() mutable {
            if (core->current_phase() != detail::websocket_core::phase::closed)
                std::swap(core->current_listeners().*which, shared);
        });
    }

    std::shared_ptr<link> link_;
};

} // namespace socketio
