// Writes the request of an HTTP client, head and body.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/wire/http.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace socketio::detail {

struct http_request_text {
    std::string_view method;
    std::string_view target;
    std::string_view host; // a Host among the headers replaces it
    std::vector<http_header> const& headers;
    std::optional<std::string_view> body{}; // with its Content-Length
};

// The connection is to be kept. Leaves out headers that cannot be sent, and those about the connection and the framing,
// which are the writer's.
SOCKETIO_DECL void write_http_request(byte_buffer& to, http_request_text const& request);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/http_request.ipp>
#endif
