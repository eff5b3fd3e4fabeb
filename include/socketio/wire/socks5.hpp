// The client's side of a SOCKS 5 proxy (RFC 1928) with user name and password (RFC 1929), until the connection
// is made. The proxy resolves the server's name. Knows no socket: takes bytes, and returns the bytes to send.
#pragma once

#include <socketio/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio::detail {

enum class socks5_progress : std::uint8_t { incomplete, connected, failed };

class socks5_client {
public:
    // Without a username and a password, only a proxy without authentication is accepted.
    socks5_client(std::string host, std::uint16_t port, std::string username = {}, std::string password = {});

    // Returns the bytes to send now, and removes them. Ask after construction and after every read().
    std::string take_output();

    // Consumes bytes from the front. Bytes behind the last answer belong to the server, and stay. failed:
    // error() is proxy_refused, proxy_authentication_required or proxy_invalid; message() has the details.
    socks5_progress read(std::string_view data, std::size_t& consumed);

    std::error_code error() const noexcept { return error_; }
    std::string const& message() const noexcept { return message_; }

private:
    enum class step : std::uint8_t { method, password, reply, done, failed };

    std::size_t take(std::string_view data);
    std::size_t take_method(std::string_view data);
    std::size_t take_password(std::string_view data);
    std::size_t take_reply(std::string_view data);
    void ask();
    void fail(std::error_code reason, std::string message);

    std::string host_;
    std::string username_;
    std::string password_;
    std::string output_;
    std::string message_;
    std::error_code error_;
    std::uint16_t port_;
    step step_ = step::method;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/socks5.ipp>
#endif
