// The less frequent half of json_writer: doubles, binary data, and text that must be escaped.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/json_number.hpp>
#include <socketio/core/json_writer.hpp>
#include <socketio/core/number_bits.hpp>
#include <socketio/core/utf8.hpp>
#include <socketio/core/value_encoder.hpp>

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
    if (is_unusual())
        return other_number(number);
    if (keep_infinity_ && detail::is_infinite(number))
        return raw(detail::is_negative(number) ? "-1e999" : "1e999");
    if (!detail::is_finite(number))
        return null();
    char* const at = begin_text(detail::number_room + 1, before_value());
    end_text(detail::write_number(at, number));
}

SOCKETIO_DECL void json_writer::binary(bytes_view data)
{
    if (is_unusual())
        return other_binary(data);
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

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::escaped(std::string_view text, bool comma, bool colon)
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

[[noreturn]] SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::refuse(char const* what)
{
    detail::throw_misuse(std::string{"socketio::json_writer: "} + what);
}

SOCKETIO_NOINLINE SOCKETIO_DECL detail::encoder_steps& json_writer::other(char const* misuse) const
{
    if (position_ != position::elsewhere)
        refuse(misuse);
    return *other_;
}

namespace detail {

inline constexpr char const* no_key = "a member without a key";

} // namespace detail

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_null() { other(detail::no_key).value().null(); }

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_boolean(bool data)
{
    other(detail::no_key).value().boolean(data);
}

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_integer(std::int64_t number)
{
    other(detail::no_key).value().integer(number);
}

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_unsigned_integer(std::uint64_t number)
{
    other(detail::no_key).value().unsigned_integer(number);
}

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_number(double number)
{
    other(detail::no_key).value().number(number);
}

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_string(std::string_view text)
{
    other(detail::no_key).value().string(text);
}

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_binary(bytes_view data)
{
    other(detail::no_key).value().binary(data);
}

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_begin(bool object)
{
    other(detail::no_key).begin(object);
}

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_end(bool object)
{
    other("an end that fits no beginning").end(object);
}

SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_key(std::string_view name)
{
    other("a key outside of an object").key(name);
}

SOCKETIO_DECL void write_in_form(value_encoder& to, detail::function_ref<void(writer&)> write)
{
    detail::encoder_steps steps{to};
    detail::byte_buffer unused;
    json_writer into{unused, steps};
    write(into);
    steps.finish();
}

} // namespace socketio
