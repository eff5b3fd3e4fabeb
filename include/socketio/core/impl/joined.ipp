#pragma once

#include <socketio/core/joined.hpp>

#include <cstddef>

namespace socketio::detail {

SOCKETIO_DECL std::string joined(std::initializer_list<std::string_view> pieces)
{
    std::size_t size = 0;
    for (std::string_view const each : pieces)
        size += each.size();
    std::string text;
    text.reserve(size);
    for (std::string_view const each : pieces)
        text.append(each);
    return text;
}

} // namespace socketio::detail
