// Parses the list of extensions.
#pragma once

#include <socketio/wire/extensions.hpp>

namespace socketio::detail {

// The rest of a header. Pieces are removed from the front, with the blanks between them.
struct extension_text {
    std::string_view rest;

    bool take(char wanted) noexcept
    {
        rest = trim_http_blanks(rest);
        if (!rest.starts_with(wanted))
            return false;
        rest.remove_prefix(1);
        return true;
    }

    std::string_view take_token() noexcept
    {
        rest = trim_http_blanks(rest);
        std::size_t size = 0;
        while (size < rest.size() && is_header_name(rest.substr(size, 1)))
            ++size;
        std::string_view const token = rest.substr(0, size);
        rest.remove_prefix(size);
        return token;
    }

    // Called behind the opening quote. The text between the quotes must be a token.
    bool take_quoted(std::string& out)
    {
        while (!rest.empty() && rest.front() != '"') {
            if (rest.front() == '\\')
                rest.remove_prefix(1);
            if (rest.empty() || !is_header_name(rest.substr(0, 1)))
                return false;
            out.push_back(rest.front());
            rest.remove_prefix(1);
        }
        return !out.empty() && take('"');
    }
};

inline bool take_extension_parameter(extension_text& from, extension_parameter& out)
{
    out.name = from.take_token();
    if (out.name.empty() || !from.take('='))
        return !out.name.empty();
    if (from.take('"'))
        return from.take_quoted(out.value.emplace());
    out.value = from.take_token();
    return !out.value->empty();
}

SOCKETIO_DECL bool read_extensions(std::string_view header, std::vector<extension>& out)
{
    extension_text from{header};
    do {
        extension& made = out.emplace_back();
        made.name = from.take_token();
        if (made.name.empty())
            return false;
        while (from.take(';')) {
            if (!take_extension_parameter(from, made.parameters.emplace_back()))
                return false;
        }
    } while (from.take(','));
    return trim_http_blanks(from.rest).empty();
}

SOCKETIO_DECL bool read_extensions(http_head const& head, std::vector<extension>& out)
{
    for (http_header const& header : head.headers) {
        if (equals_ignoring_case(header.name, "Sec-WebSocket-Extensions") && !read_extensions(header.value, out))
            return false;
    }
    return true;
}

} // namespace socketio::detail
