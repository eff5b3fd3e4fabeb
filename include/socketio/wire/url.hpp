// The server's address from the user's text, and the query of a request. Knows RFC 3986 as far as http and ws
// need it, and no namespaces.
#pragma once

#include <socketio/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::detail {

struct url {
    std::string scheme;        // http, https, ws or wss
    std::string host;          // in lower case; an IPv6 address stands without its brackets
    std::string path;          // as written: empty, or from the first slash on
    std::string query;         // as written, without the question mark
    std::uint16_t port = 0;
    bool secure = false;
    bool ipv6_literal = false;
    bool assumed_scheme = false; // the text had none
};

// Reads "http://host:3000/admin?token=1"; without a scheme it is https. error::bad_url for all other texts:
// other schemes, user info, a host that is not ASCII, spaces, control characters, over 8 KiB. `out` changes only
// on success.
SOCKETIO_DECL std::error_code parse_url(std::string_view text, url& out);

// The message about a text that parse_url() has refused: which, and why.
SOCKETIO_DECL std::string describe_bad_url(std::string_view text);

// "http://host:3000", always with the port, so that equal origins have equal texts.
SOCKETIO_DECL std::string origin(url const& of);

// The value of the Host header: with the port only if it is not the default of the scheme.
SOCKETIO_DECL std::string host_header(url const& of);

// Resolves a reference, such as a Location header, against the URL where it was found (RFC 3986, section 5).
// `target` is the path and query of the request to `base`. The result is absolute; non-ASCII bytes in it are
// percent-encoded, and its path is not empty. Errors as for parse_url().
SOCKETIO_DECL std::error_code resolve_url(url const& base, std::string_view target, std::string_view reference,
                                          url& out);

// The target of a request for this URL.
SOCKETIO_DECL std::string request_target(url const& of);

// True for the same scheme (ws counts as http), host and port.
SOCKETIO_DECL bool same_origin(url const& a, url const& b) noexcept;

// Appends as JavaScript's encodeURIComponent does.
SOCKETIO_DECL void append_uri_component(std::string& to, std::string_view raw);

// Appends "key=value", both encoded, behind an ampersand unless `to` is empty or ends in '?' or '&'.
SOCKETIO_DECL void append_query(std::string& to, std::string_view key, std::string_view value);

SOCKETIO_DECL std::string percent_decode(std::string_view text, bool plus_is_space);

using query_pairs = std::vector<std::pair<std::string, std::string>>;

// The decoded pairs in their order, at most 1000 of them as in Node.js. An invalid percent sign stays as it is.
// A plus is a plus to the reference's client, but a space to its server.
SOCKETIO_DECL query_pairs parse_query(std::string_view query, bool plus_is_space = false);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/url.ipp>
#endif
