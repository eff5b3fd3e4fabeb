// The list in a Sec-WebSocket-Extensions header (RFC 6455, section 9.1).
// Knows its grammar, and no extension.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/wire/http.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

struct extension_parameter {
    std::string name;
    std::optional<std::string> value{}; // without its quotes
};

struct extension {
    std::string name;
    std::vector<extension_parameter> parameters{};
};

// Appends what one header lists, in order. False where that breaks the grammar; then `out` means nothing.
SOCKETIO_DECL bool read_extensions(std::string_view header, std::vector<extension>& out);

// All headers of that name together, which is the same as one with all their elements.
SOCKETIO_DECL bool read_extensions(http_head const& head, std::vector<extension>& out);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/extensions.ipp>
#endif
