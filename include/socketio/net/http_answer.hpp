// The bytes of an HTTP/1.1 answer, and the framing of a request's body. Knows no connection.
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
    bool keep_alive = true;   // the connection stays open
    bool old_client = false;  // HTTP/1.0
};

// Writes Content-Length, Connection and Date itself; headers of these names, and those that would break the head apart,
// are left out. Returns the number of bytes of the answer's source that must follow.
SOCKETIO_DECL std::uint64_t write_http_answer(byte_buffer& to, http_response const& answer, http_answer_form form,
    http_time now);

// "Not Found", for example; "" for a status that RFC 9110 does not define.
SOCKETIO_DECL std::string_view http_reason(int status) noexcept;

enum class body_framing : std::uint8_t { none, length, chunked, unknown, invalid };

// Strict about RFC 9112, section 6.3: a head that two readers could understand as two lengths is invalid. `unknown` is
// a transfer coding other than chunked. `length` receives the length of a body with Content-Length.
SOCKETIO_DECL body_framing request_framing(http_head const& head, std::uint64_t& length) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/http_answer.ipp>
#endif
