// The words for a server's refusal of a transport.
#pragma once

#include <socketio/core/config.hpp>

#include <string>
#include <string_view>

namespace socketio::detail {

struct refusal {
    std::string_view what;      // "long-polling"
    std::string_view transport; // its name
    int status = 0;
    std::string_view reason;
    std::string_view location;
    std::string_view body;
    std::string_view path; // of the request
    bool foreign = false;  // it does not look like a Socket.IO server
};

// "HTTP 404 Not Found"
SOCKETIO_DECL std::string status_words(int status, std::string_view reason);
// Adds the beginning of a body.
SOCKETIO_DECL std::string with_quotation(std::string_view words, std::string_view body);
SOCKETIO_DECL std::string refusal_message(refusal const& by);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/refusal.ipp>
#endif
