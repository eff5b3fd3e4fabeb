// A WebSocket (RFC 6455) by itself, without Socket.IO on it.
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

// A handle to one connection, of a client or of a server's:
//
//     socketio::websocket socket(context, "ws://localhost:9001/chat");
//     socket.on_open([&] { socket.send("hello"); });
//     socket.on_message([](socketio::websocket_message const& m) { std::cout << m.text() << '\n'; });
//     socket.on_close([](socketio::websocket_close const& how) { std::cout << how.code << '\n'; });
//
// Copies are the same connection. It lasts as long as one of them, which may be one that a listener holds: listeners
// are let go when the connection has ended. When the last handle goes, the connection is closed with 1001. All
// members may be called from any thread; listeners run on the connection's strand.
class websocket {
public:
    // A client. Nothing happens before the context of `executor` runs; it must not be destroyed before the last call
    // of a member that sends or closes, though handles may outlive it. Where it runs already on another thread, use
    // `.autoConnect = false`, add the listeners, and call open(). Throws std::invalid_argument for headers that are none.
    websocket(asio::any_io_executor executor, std::string_view url, websocket_options settings = {})
    {
        bool const now = settings.autoConnect;
        detail::strand const on{detail::known_executor{executor}};
        link_ = std::make_shared<link>(std::make_shared<detail::websocket_core>(on, std::move(settings)), std::string{url});
        if (now)
            open();
    }
    template <class Context>
        requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
    websocket(Context& context, std::string_view url, websocket_options settings = {})
        : websocket{asio::any_io_executor{context.get_executor()}, url, std::move(settings)}
    {
    }

    // Begins, once. What comes of it is told to the listeners of open or of close.
    void open()
    {
        link_->core->perform([core = link_->core.get(), url = link_->url] { core->open(url); });
    }
    bool is_open() const noexcept { return link_->core->where() == detail::websocket_core::phase::open; }

    // That was agreed on, or nothing.
    std::string subprotocol() const { return link_->core->subprotocol(); }

    // One listener each; a new one takes the place of the old. An exception that leaves a listener leaves through
    // the executor, and the next event follows.
    void on_open(detail::unique_function<void()> listener) { set(&listeners::open, std::move(listener)); }
    void on_message(detail::unique_function<void(websocket_message const&)> listener)
    {
        set(&listeners::message, std::move(listener));
    }
    // Exactly once: when the connection has ended, or could not be made.
    void on_close(detail::unique_function<void(websocket_close const&)> listener)
    {
        set(&listeners::close, std::move(listener));
    }
    // Pings are answered by themselves.
    void on_ping(detail::unique_function<void(bytes_view)> listener) { set(&listeners::ping, std::move(listener)); }
    void on_pong(detail::unique_function<void(bytes_view)> listener) { set(&listeners::pong, std::move(listener)); }
    // All that was sent has been handed to the operating system.
    void on_drain(detail::unique_function<void()> listener) { set(&listeners::drain, std::move(listener)); }

    // A message. False, and nothing is sent, if the connection is not open or more than `limits.buffered` bytes
    // wait already. Text must be UTF-8.
    bool send(std::string_view text) { return link_->core->send(detail::opcode::text, text); }
    bool send(bytes_view binary) { return link_->core->send(detail::opcode::binary, detail::as_text(binary)); }
    // At most 125 bytes; throws std::invalid_argument for more.
    bool ping(std::string_view data = {})
    {
        if (data.size() > detail::max_control_payload)
            detail::throw_misuse("websocket: a ping carries at most 125 bytes");
        return link_->core->send(detail::opcode::ping, data);
    }
    // Bytes that wait to be sent.
    std::size_t buffered_amount() const noexcept { return link_->core->buffered_amount(); }

    // Until resume() or close(), nothing is read: a peer that sends more than is wanted has to wait.
    void pause()
    {
        link_->core->perform([core = link_->core.get()] { core->pause(true); });
    }
    void resume()
    {
        link_->core->perform([core = link_->core.get()] { core->pause(false); });
    }

    // The closing handshake (RFC 6455, section 7); what was sent before still arrives. Throws
    // std::invalid_argument for a code that must not be sent (section 7.4); code 0 sends none.
    void close(std::uint16_t code = 1000, std::string_view reason = {}) { link_->core->close(code, reason); }

private:
    friend class detail::websocket_acceptor;
    using listeners = detail::websocket_core::listeners;

    // What the handles share. The last one that goes ends the connection.
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
            if (core->where() != detail::websocket_core::phase::closed)
                std::swap(core->heard_by().*which, shared);
        });
    }

    std::shared_ptr<link> link_;
};

} // namespace socketio
