// The less frequent half of json_writer: doubles, binary data, and text that must be escaped.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/json_number.hpp>
#include <socketio/core/json_writer.hpp>
#include <socketio/core/number_bits.hpp>
#include <socketio/core/utf8.hpp>

#include <string>

namespace socketio {
namespace detail {

SOCKETIO_DECL void append_escape(byte_buffer& to, char c)
{
    constexpr std::string_view letters = "btn fr"; // for 8 to 13; 11 has no letter
    constexpr std::string_view hex = "0123456789abcdef";
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
        to.push_back('\\');
        to.push_back(c);
    } else if (byte >= 8 && byte <= 13 && byte != 11) {
        to.push_back('\\');
        to.push_back(letters[byte - 8u]);
    } else {
        to.append(std::string_view{"\\u00"});
        to.push_back(hex[byte >> 4]);
        to.push_back(hex[byte & 15]);
    }
}

} // namespace detail

SOCKETIO_DECL void json_writer::number(double number)
{
    if (keep_infinity_ && detail::is_infinite(number))
        return raw(detail::is_negative(number) ? "-1e999" : "1e999");
    if (!detail::is_finite(number))
        return null();
    char* const at = begin_text(detail::number_room + 1, before_value());
    end_text(detail::write_number(at, number));
}

SOCKETIO_DECL void json_writer::binary(bytes_view data)
{
    if (!attachments_)
        return null();
    begin_object();
    key("_placeholder");
    boolean(true);
    key("num");
    unsigned_integer(attachments_->size());
    end_object();
    attachments_->push_back(data);
}

SOCKETIO_DECL void json_writer::escaped(std::string_view text, bool comma, bool colon)
{
    if (comma)
        to_.push_back(',');
    std::string repaired;
    if (!detail::is_utf8(text)) {
        repaired = detail::to_well_formed(text);
        text = repaired;
    }
    to_.push_back('"');
    char const* at = text.data();
    char const* const end = at + text.size();
    while (at != end) {
        char const* const stop = detail::skip_plain<detail::plain_bytes::any>(at, end);
        to_.append(at, static_cast<std::size_t>(stop - at));
        at = stop;
        if (at != end)
            detail::append_escape(to_, *at++);
    }
    to_.push_back('"');
    if (colon)
        to_.push_back(':');
}

[[noreturn]] SOCKETIO_DECL void json_writer::refuse(char const* what)
{
    detail::throw_misuse(std::string{"socketio::json_writer: "} + what);
}

} // namespace socketio
