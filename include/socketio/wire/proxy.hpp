// The address of a proxy, the list of servers without one, and the request to an HTTP proxy (RFC 9110, section
// 9.3.6). Knows text only: no environment, no socket.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/wire/http.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio::detail {

enum class proxy_kind : std::uint8_t { none, http, socks5 };

struct proxy_server {
    proxy_kind kind = proxy_kind::none;
    std::string host; // an IPv6 address stands without its brackets
    std::uint16_t port = 0;
    std::string username;
    std::string password;

    bool has_user() const noexcept { return !username.empty() || !password.empty(); }
};

// Reads "http://user:password@host:3128", "socks5://host", "socks5h://host"; without a scheme it is http.
// error::bad_proxy for all other texts; `out` is unchanged then.
SOCKETIO_DECL std::error_code parse_proxy_url(std::string_view text, proxy_server& out);

// True if one of the entries names the server, with the rules of curl. An entry may be a list, with commas or blanks.
SOCKETIO_DECL bool needs_no_proxy(std::span<std::string const> entries, std::string_view host, std::uint16_t port);

// The proxy's URL for a server according to the environment, or "". `variable` returns the value of a variable,
// "" when it is not set. Lower-case names come first. HTTP_PROXY is never used.
using environment = std::function<std::string(char const*)>;
SOCKETIO_DECL std::string proxy_from_environment(environment const& variable, bool secure);
SOCKETIO_DECL std::string no_proxy_from_environment(environment const& variable);

// "host:port", always with the port, an IPv6 address in brackets.
SOCKETIO_DECL std::string authority(std::string_view host, std::uint16_t port);

// `authorization`: the value of Proxy-Authorization, or empty.
SOCKETIO_DECL void write_connect_request(byte_buffer& to, std::string_view target, std::string_view authorization);
SOCKETIO_DECL std::string basic_authorization(std::string_view username, std::string_view password);

// True if the proxy leaves the connection open after this answer.
SOCKETIO_DECL bool stays_open(http_head const& answer) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/proxy.ipp>
#endif
