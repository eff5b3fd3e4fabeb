// Where a proxy is, which servers need none, and the words to an HTTP proxy (RFC 9110, section 9.3.6).
// Knows text only: no environment, no socket.
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
    std::string host; // an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string username;
    std::string password;

    bool has_user() const noexcept { return !username.empty() || !password.empty(); }
};

// "http://user:password@host:3128", "socks5://host", "socks5h://host"; without a scheme it is http.
// error::bad_proxy for anything else; then `out` is left as it was.
SOCKETIO_DECL std::error_code parse_proxy_url(std::string_view text, proxy_server& out);

// Whether one of the entries names the server, as curl has it; an entry may be a list, with commas or blanks.
SOCKETIO_DECL bool needs_no_proxy(std::span<std::string const> entries, std::string_view host, std::uint16_t port);

// What the environment says for a server: the proxy's URL or "". `variable` gives the text of a variable, "" where
// there is none. Small letters are asked first, and HTTP_PROXY never.
using environment = std::function<std::string(char const*)>;
SOCKETIO_DECL std::string proxy_from_environment(environment const& variable, bool secure);
SOCKETIO_DECL std::string no_proxy_from_environment(environment const& variable);

// "host:port", the port always, an IPv6 address in brackets.
SOCKETIO_DECL std::string authority(std::string_view host, std::uint16_t port);

// `authorization`: the value of Proxy-Authorization, or nothing.
SOCKETIO_DECL void write_connect_request(byte_buffer& to, std::string_view target, std::string_view authorization);
SOCKETIO_DECL std::string basic_authorization(std::string_view username, std::string_view password);

// Whether the proxy means to leave the connection open behind this answer.
SOCKETIO_DECL bool stays_open(http_head const& answer) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/proxy.ipp>
#endif
