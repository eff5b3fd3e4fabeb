// Accepts connections on one TCP port. Knows no protocol above TCP.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/stream.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

namespace socketio::detail {

// True if a connection was not accepted because this process or the system has no descriptors or memory left.
SOCKETIO_DECL bool is_exhausted(std::error_code ec) noexcept;

class acceptor : public std::enable_shared_from_this<acceptor> {
public:
    // Each connection comes with a strand of its own. Called on the acceptor's strand.
    using handler = unique_function<void(strand const&, stream&&)>;

    explicit acceptor(asio::any_io_executor executor);

    // Binds and listens at once; with port 0 the system chooses. An empty address means all addresses of this
    // machine, IPv6 and IPv4 if both exist. Returns the error, for example if the port is taken.
    std::error_code open(std::string const& address, std::uint16_t port);
    std::uint16_t port() const noexcept { return port_; }
    strand const& serial() const noexcept { return strand_; }

    // Call it on the strand, or before the context runs.
    void start(handler on_connection);
    void close() noexcept;

private:
    std::error_code bind(asio::ip::tcp::endpoint const& to, bool both_families);
    void accept();
    void accept_later() noexcept;
    void go_on() noexcept;
    void hand_over();
    void on_ready(std::error_code ec);
    void go_on_after(std::error_code ec) noexcept;

    asio::any_io_executor executor_;
    strand strand_;
    asio::ip::tcp::acceptor acceptor_;
    asio::ip::tcp::socket next_;
    deadline_timer pause_;
    handler on_connection_;
    std::uint16_t port_ = 0;
    bool closed_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/acceptor.ipp>
#endif
