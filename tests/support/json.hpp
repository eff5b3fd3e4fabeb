// What the library writes for a value.
#pragma once

#include <socketio/core/convert.hpp>
#include <socketio/core/json_writer.hpp>

#include <string>

namespace support {

template <class T>
std::string json(T const& from)
{
    socketio::detail::byte_buffer to;
    socketio::json_writer writer{to};
    socketio::detail::write(writer, from);
    return std::string{to.view()};
}

} // namespace support
