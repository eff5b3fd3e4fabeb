// Writes the requests of an HTTP client, head and body.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/wire/http.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace socketio::detail {

struct http_request_text {
    std::string_view method;
    std::string_view target;
    std::string_view host; // a Host among the headers replaces it
    std::span<http_header const> headers{}; // the user's
    std::optional<std::string_view> body{}; // with its Content-Length
    std::span<http_header_view const> own{}; // replace the user's of the same name; left out without a value
};

// The connection is to be kept. Leaves out headers that cannot be sent, and those about the connection and the framing,
// which are the writer's.
SOCKETIO_DECL void write_http_request(byte_buffer& to, http_request_text const& request);

// Every head but its end: the request's line and Host, `lines` of headers, the headers `own`, and the user's except
// those that `is_taken` names. What cannot be sent is left out.
SOCKETIO_DECL void write_request_head(byte_buffer& to, http_request_text const& request, std::string_view lines,
                                      bool (*is_taken)(std::string_view) noexcept);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/http_request.ipp>
#endif
