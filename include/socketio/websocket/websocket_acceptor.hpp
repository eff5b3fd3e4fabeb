// The state behind a `websocket_server`: accepts, shakes hands, and hands over.
#pragma once

#include <socketio/net/context_watch.hpp>
#include <socketio/net/acceptor.hpp>
#include <socketio/net/welcome.hpp>
#include <socketio/websocket/websocket_options.hpp>
#include <socketio/websocket/websocket.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

namespace socketio::detail {

class websocket_acceptor final : public std::enable_shared_from_this<websocket_acceptor>, public context_observer {
public:
    using connection_listener = std::function<void(socketio::websocket, websocket_request const&)>;

    static std::shared_ptr<websocket_acceptor> make(asio::any_io_executor executor, std::uint16_t port,
                                                    websocket_server_options settings);
    websocket_acceptor(asio::any_io_executor const& executor, websocket_server_options settings);
    ~websocket_acceptor();

    // Any thread.
    std::uint16_t port() const noexcept { return port_; }
    void on_connection(connection_listener listener);
    void close();

    SOCKETIO_DECL void context_gone() noexcept override;

private:
    // Counted while it lasts.
    class place;

    void start();
    void on_accepted(strand const& on, stream&& connected);
    void on_welcomed(strand const& on, welcome_result&& result, stream&& connected, std::shared_ptr<void> counted);
    std::shared_ptr<void> acquire_slot();

    websocket_server_options const settings_;
    context_watch& watch_;
    std::uint16_t port_ = 0;
    std::shared_ptr<tls_provider> tls_; // of a secure server
    std::shared_ptr<std::atomic<std::size_t>> const places_ = std::make_shared<std::atomic<std::size_t>>(0);

    std::mutex mutex_; // guards what follows
    std::shared_ptr<acceptor> accepting_;
    std::set<std::shared_ptr<welcome>> welcomes_;
    std::shared_ptr<connection_listener const> heard_by_;
    bool closed_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/websocket/impl/websocket_acceptor.ipp>
#endif
