// The words for an answer to a request of long-polling that is not a good one.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/net/http_client.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio::detail {

// Bytes that are kept of the body of a refusal.
inline constexpr std::size_t refusal_body_size = 4096;

// `in_session`: the handshake has been made.
SOCKETIO_DECL std::string polling_failure(http_client_answer const& answer, bool in_session);

// Looks whether the answer to a handshake is one: `message` and the result say what it is otherwise. `path`: the
// request's.
SOCKETIO_DECL std::error_code check_polling_handshake(http_client_answer const& answer, std::string_view path,
                                                      std::string& message);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/polling_refusal.ipp>
#endif
