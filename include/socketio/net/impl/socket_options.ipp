// Options for which Asio has no names, per operating system.
#pragma once

#include <socketio/net/socket_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

#if !defined(_WIN32)
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

namespace socketio::detail {

// An option of setsockopt() with an int as value, as an Asio option.
class integer_socket_option {
public:
    integer_socket_option(int level, int name, int value) noexcept : level_{level}, name_{name}, value_{value} {}

    template <class Protocol>
    int level(Protocol const&) const noexcept
    {
        return level_;
    }
    template <class Protocol>
    int name(Protocol const&) const noexcept
    {
        return name_;
    }
    template <class Protocol>
    int const* data(Protocol const&) const noexcept
    {
        return &value_;
    }
    template <class Protocol>
    std::size_t size(Protocol const&) const noexcept
    {
        return sizeof(value_);
    }

private:
    int level_;
    int name_;
    int value_;
};

class text_socket_option {
public:
    text_socket_option(int level, int name, std::string const& value) noexcept
        : level_{level}, name_{name}, value_{value}
    {
    }

    template <class Protocol>
    int level(Protocol const&) const noexcept
    {
        return level_;
    }
    template <class Protocol>
    int name(Protocol const&) const noexcept
    {
        return name_;
    }
    template <class Protocol>
    char const* data(Protocol const&) const noexcept
    {
        return value_.c_str();
    }
    template <class Protocol>
    std::size_t size(Protocol const&) const noexcept
    {
        return value_.size() + 1;
    }

private:
    int level_;
    int name_;
    std::string const& value_;
};

// The maximum of Linux, which is enough for other systems.
[[maybe_unused]] inline int keep_alive_seconds(std::chrono::seconds value) noexcept
{
    return static_cast<int>(std::clamp<std::int64_t>(value.count(), 1, 32767));
}

[[maybe_unused]] inline std::error_code no_such_option() noexcept
{
    return std::make_error_code(std::errc::operation_not_supported);
}

inline std::error_code set_network_interface([[maybe_unused]] stream::socket_type& socket,
                                             [[maybe_unused]] std::string const& name)
{
#if defined(SO_BINDTODEVICE)
    asio_error_code ec;
    socket.set_option(text_socket_option{SOL_SOCKET, SO_BINDTODEVICE, name}, ec);
    return ec;
#else
    return no_such_option();
#endif
}

// The names of TCP's options for keep-alive, or 0 where the system has none.
#if defined(TCP_KEEPIDLE)
inline constexpr int tcp_keep_idle = TCP_KEEPIDLE;
#elif defined(TCP_KEEPALIVE)
inline constexpr int tcp_keep_idle = TCP_KEEPALIVE;
#else
inline constexpr int tcp_keep_idle = 0;
#endif
#if defined(TCP_KEEPINTVL)
inline constexpr int tcp_keep_interval = TCP_KEEPINTVL;
#else
inline constexpr int tcp_keep_interval = 0;
#endif
#if defined(TCP_KEEPCNT)
inline constexpr int tcp_keep_count = TCP_KEEPCNT;
#elif defined(_WIN32) // from 10, version 1703; MinGW-w64 does not name it
inline constexpr int tcp_keep_count = 16;
#else
inline constexpr int tcp_keep_count = 0;
#endif

inline std::error_code set_tcp_option(stream::socket_type& socket, int name, int value)
{
    asio_error_code ec = no_such_option();
    if (name != 0)
        socket.set_option(integer_socket_option{IPPROTO_TCP, name, value}, ec);
    return ec;
}

#if defined(_WIN32)
// The socket options exist since Windows 10. This call works in all versions.
inline std::error_code set_keep_alive_times(stream::socket_type& socket, keep_alive_options const& options)
{
    auto const milliseconds = [](std::chrono::seconds value) {
        return static_cast<ULONG>(keep_alive_seconds(value)) * 1000;
    };
    // The interval of probes: a second is the system's default.
    ULONG times[3] = {1, milliseconds(options.idle),
                      options.interval.count() > 0 ? milliseconds(options.interval) : 1000};
    constexpr DWORD keep_alive_values = 0x98000004; // SIO_KEEPALIVE_VALS of mstcpip.h
    DWORD ignored = 0;
    if (::WSAIoctl(socket.native_handle(), keep_alive_values, times, sizeof(times), nullptr, 0, &ignored, nullptr,
                   nullptr) == 0)
        return {};
    return {::WSAGetLastError(), asio::error::get_system_category()};
}
#else
inline std::error_code set_keep_alive_times(stream::socket_type& socket, keep_alive_options const& options)
{
    asio_error_code ec = set_tcp_option(socket, tcp_keep_idle, keep_alive_seconds(options.idle));
    if (!ec && options.interval.count() > 0)
        ec = set_tcp_option(socket, tcp_keep_interval, keep_alive_seconds(options.interval));
    return ec;
}
#endif

inline std::error_code set_keep_alive(stream::socket_type& socket, keep_alive_options const& options)
{
    asio_error_code ec;
    socket.set_option(asio::socket_base::keep_alive{true}, ec);
    if (!ec)
        ec = set_keep_alive_times(socket, options);
    if (!ec && options.count > 0)
        ec = set_tcp_option(socket, tcp_keep_count, options.count);
    return ec;
}

inline std::error_code set_user_timeout([[maybe_unused]] stream::socket_type& socket,
                                        [[maybe_unused]] std::chrono::milliseconds value)
{
#if defined(TCP_USER_TIMEOUT)
    auto const most = std::min<std::int64_t>(value.count(), std::numeric_limits<int>::max());
    asio_error_code ec;
    socket.set_option(integer_socket_option{IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(most)}, ec);
    return ec;
#else
    return no_such_option();
#endif
}

inline std::error_code bind_local_address(stream::socket_type& socket, std::string const& text)
{
    asio_error_code ec;
    auto const address = asio::ip::make_address(text, ec);
    if (!ec)
        socket.bind(asio::ip::tcp::endpoint{address, 0}, ec);
    return ec;
}

SOCKETIO_DECL std::error_code open_tcp_socket(stream::socket_type& socket, asio::ip::tcp::endpoint const& to,
                                              network_options const& options, std::string& what)
{
    asio_error_code ec;
    socket.open(to.protocol(), ec);
    if (ec)
        return ec;
    keep_from_children(socket.native_handle());
    what = "TCP_NODELAY";
    // Sends small packets immediately: related data is already in one buffer.
    socket.set_option(asio::ip::tcp::no_delay{true}, ec);
    if (!ec && !options.network_interface.empty()) {
        what = "network_interface \"" + options.network_interface + '"';
        ec = set_network_interface(socket, options.network_interface);
    }
    if (!ec && options.keep_alive.idle.count() > 0) {
        what = "keep_alive";
        ec = set_keep_alive(socket, options.keep_alive);
    }
    if (!ec && options.user_timeout.count() > 0) {
        what = "user_timeout";
        ec = set_user_timeout(socket, options.user_timeout);
    }
    if (!ec && !options.local_address.empty()) {
        what = "local_address \"" + options.local_address + '"';
        ec = bind_local_address(socket, options.local_address);
    }
    if (!ec)
        what.clear();
    return ec;
}

#if defined(_WIN32)
SOCKETIO_DECL void keep_from_children(native_socket socket) noexcept
{
    static_cast<void>(::SetHandleInformation(reinterpret_cast<HANDLE>(socket), HANDLE_FLAG_INHERIT, 0));
}

// SO_REUSEADDR would let any other program use the port as well.
SOCKETIO_DECL void share_no_port(asio::ip::tcp::acceptor& acceptor) noexcept
{
    asio_error_code ignored;
    acceptor.set_option(integer_socket_option{SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1}, ignored);
}
#else
SOCKETIO_DECL void keep_from_children(native_socket socket) noexcept
{
    static_cast<void>(::fcntl(socket, F_SETFD, FD_CLOEXEC));
}

// Otherwise, connections that have ended would block the port for minutes.
SOCKETIO_DECL void share_no_port(asio::ip::tcp::acceptor& acceptor) noexcept
{
    asio_error_code ignored;
    acceptor.set_option(asio::ip::tcp::acceptor::reuse_address{true}, ignored);
}
#endif

} // namespace socketio::detail
