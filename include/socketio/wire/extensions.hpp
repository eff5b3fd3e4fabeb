// The list in a Sec-WebSocket-Extensions header (RFC 6455, section 9.1). Knows the grammar, but no extension.
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

// Appends the list of one header, in order. Returns false on a syntax error; `out` is unspecified then.
SOCKETIO_DECL bool read_extensions(std::string_view header, std::vector<extension>& out);

// Reads all headers of that name, which is the same as one header with all their elements.
SOCKETIO_DECL bool read_extensions(http_head const& head, std::vector<extension>& out);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/extensions.ipp>
#endif
