// std::filesystem::path as an argument of events: its text in UTF-8. To be included beside <socketio/client.hpp> or
// <socketio/server.hpp>.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/convert_base.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace socketio {

// Written with a slash between its parts on every system. What is no UTF-8 in a name becomes U+FFFD. A text with
// a null character is no path.
// A path from a peer may lead anywhere: check that it stays in the folder that is meant, before a file is opened.
template <>
struct convert<std::filesystem::path> {
    static void write(json_writer& to, std::filesystem::path const& from)
    {
        std::u8string const text = from.generic_u8string();
        to.string({reinterpret_cast<char const*>(text.data()), text.size()});
    }
    static bool read(value_view from, std::filesystem::path& into, mismatch& reason)
    {
        if (!from.is_string())
            return detail::refuse(from, "string", reason);
        std::string_view const text = from.as_string();
        if (text.find('\0') != std::string_view::npos)
            return detail::refuse(from, "path without null characters", reason);
        into = std::filesystem::path{std::u8string(text.begin(), text.end())};
        return true;
    }
};

} // namespace socketio

#include <socketio/core/foreign_macros_end.hpp>
