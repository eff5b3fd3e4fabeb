// Bind and the accept loop.
#pragma once

#include <socketio/net/acceptor.hpp>
#include <socketio/net/socket_options.hpp>

#include <cerrno>
#include <chrono>
#include <utility>

namespace socketio::detail {

// The pause after an accept without a free descriptor or memory.
inline constexpr std::chrono::milliseconds accept_pause{100};
// The number of waiting connections to accept before others have their turn.
inline constexpr unsigned most_in_a_row = 16;

SOCKETIO_DECL acceptor::acceptor(asio::any_io_executor executor)
    : executor_{std::move(executor)}, strand_{known_executor{executor_}}, acceptor_{executor_}, next_{executor_},
      pause_{strand_}
{
}

SOCKETIO_DECL std::error_code acceptor::open(std::string const& address, std::uint16_t port)
{
    if (!address.empty()) {
        asio_error_code invalid;
        auto const literal = asio::ip::make_address(address, invalid);
        return invalid ? std::error_code{invalid} : bind({literal, port}, false);
    }
    // Without IPv6, or with IPv6 switched off, the machine still has its IPv4 addresses.
    std::error_code const ec = bind({asio::ip::address_v6::any(), port}, true);
    return ec && ec != asio_error(asio::error::address_in_use) ? bind({asio::ip::address_v4::any(), port}, false) : ec;
}

SOCKETIO_DECL std::error_code acceptor::bind(asio::ip::tcp::endpoint const& to, bool both_families)
{
    asio_error_code ec;
    asio_error_code ignored;
    acceptor_.close(ignored);
    acceptor_.open(to.protocol(), ec);
    if (ec)
        return ec;
    keep_from_children(acceptor_.native_handle());
    share_no_port(acceptor_);
    if (both_families)
        acceptor_.set_option(asio::ip::v6_only{false}, ignored);
    acceptor_.bind(to, ec);
    if (!ec)
        acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    if (!ec)
        acceptor_.non_blocking(true, ec);
    if (!ec)
        port_ = acceptor_.local_endpoint(ignored).port();
    return ec;
}

SOCKETIO_DECL void acceptor::start(handler on_connection)
{
    on_connection_ = std::move(on_connection);
    accept();
}

SOCKETIO_DECL void acceptor::close() noexcept
{
    closed_ = true;
    asio_error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    on_connection_.reset();
}

// Compares numbers: the category of Asio 1.22 does not support the conditions of std::errc.
SOCKETIO_DECL bool is_exhausted(std::error_code ec) noexcept
{
#if defined(ENFILE) && !defined(_WIN32)
    if (ec.category() == asio::error::get_system_category() && ec.value() == ENFILE)
        return true;
#endif
    return ec == asio_error(asio::error::no_descriptors) || ec == asio_error(asio::error::no_buffer_space) ||
           ec == asio_error(asio::error::no_memory);
}

SOCKETIO_DECL void acceptor::accept()
{
#if defined(ASIO_HAS_IOCP) || defined(BOOST_ASIO_HAS_IOCP)
    // Windows cannot wait for a listening socket: the wait fails at once with "not connected".
    acceptor_.async_accept(next_, wait_handler_on(strand_, [self = shared_from_this()](std::error_code ec) {
        if (!ec && !self->closed_ && caught([&] { self->hand_over(); }))
            ec = asio_error(asio::error::no_memory);
        self->go_on_after(ec);
    }));
#else
    // Not async_accept(): if memory for the socket runs out there, Asio drops its handler.
    auto ready = wait_handler_on(strand_, [self = shared_from_this()](std::error_code ec) { self->on_ready(ec); });
    acceptor_.async_wait(asio::socket_base::wait_read, std::move(ready));
#endif
}

// In every case the next connection is accepted, sooner or later.
SOCKETIO_DECL void acceptor::accept_later() noexcept
{
    auto const failed = caught([this] {
        pause_.arm(deadline_after(pause_.now(), accept_pause), [self = shared_from_this()] { self->go_on(); });
    });
    if (failed)
        post(strand_, [self = shared_from_this()] { self->go_on(); });
}

SOCKETIO_DECL void acceptor::go_on() noexcept
{
    if (!closed_ && caught([this] { accept(); }))
        accept_later();
}

SOCKETIO_DECL void acceptor::on_ready(std::error_code ec)
{
    for (unsigned left = most_in_a_row; !ec && left != 0 && !closed_; --left) {
        auto const failed = caught([&] {
            asio_error_code refused;
            acceptor_.accept(next_, refused);
            ec = refused;
            if (!ec)
                hand_over();
        });
        if (failed)
            ec = asio_error(asio::error::no_memory);
    }
    go_on_after(ec);
}

SOCKETIO_DECL void acceptor::go_on_after(std::error_code ec) noexcept
{
    if (closed_ || ec == asio_error(asio::error::operation_aborted))
        return;
    if (is_exhausted(ec))
        accept_later();
    else
        go_on();
}

// If memory runs out, the connection is closed.
SOCKETIO_DECL void acceptor::hand_over()
{
    asio::ip::tcp::socket taken = std::exchange(next_, asio::ip::tcp::socket{executor_});
    asio_error_code ignored;
    keep_from_children(taken.native_handle());
    taken.set_option(asio::ip::tcp::no_delay{true}, ignored);
    strand const own{known_executor{executor_}};
    on_connection_(own, stream{own, stream::socket_type{std::move(taken)}});
}

} // namespace socketio::detail
