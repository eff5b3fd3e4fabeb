// Finds a header of a request by name.
#pragma once

#include <socketio/net/http_message.hpp>
#include <socketio/wire/http.hpp>

#include <string_view>

namespace socketio::detail {

// The first header of that name, in any case; empty if it is missing.
inline std::string_view find_header(http_request const& request, std::string_view name) noexcept
{
    for (auto const& [key, text] : request.headers) {
        if (equals_ignoring_case(key, name))
            return text;
    }
    return {};
}

} // namespace socketio::detail
