// The bytes of an HTTP/1.1 answer, and how the body of a request is framed. Knows no connection.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/net/http_message.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/http_date.hpp>

#include <cstdint>
#include <string_view>

namespace socketio::detail {

struct http_answer_form {
    bool head_only = false;   // to HEAD
    bool keep_alive = true;   // the connection stays
    bool old_client = false;  // HTTP/1.0
};

// Content-Length, Connection and Date are written here; headers of these names, and those that would break the head
// apart, are left out. Returns how many bytes of the answer's source are to follow.
SOCKETIO_DECL std::uint64_t write_http_answer(byte_buffer& to, http_response const& answer, http_answer_form form,
    http_time now);

// "Not Found"; "" for a status that RFC 9110 does not know.
SOCKETIO_DECL std::string_view http_reason(int status) noexcept;

enum class body_framing : std::uint8_t { none, length, chunked, unknown, invalid };

// RFC 9112, section 6.3, and strict about it: what two readers could take for two different lengths is invalid.
// unknown: a transfer coding other than chunked. `length`: of a body with Content-Length.
SOCKETIO_DECL body_framing request_framing(http_head const& head, std::uint64_t& length) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/http_answer.ipp>
#endif
