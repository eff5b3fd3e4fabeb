// C++ types <-> event arguments. The complete list:
//  bool, integers (checked against their range), floating point, enums (as numbers), nullptr
//  std::string, std::string_view, char const*; char (a text of one character; signed and unsigned char are numbers)
//  std::vector, array, list, deque, set, span ..., of any element but char
//  std::map, unordered_map with std::string keys
//  std::optional, variant, tuple, pair
//  binary data: std::vector, array and span of std::byte or unsigned char
//  socketio::value, array, object, value_view, args
//  structs, through SOCKETIO_FIELDS or a specialisation of socketio::convert
// RapidJSON's values are in json_rapidjson.hpp; a list as several arguments is in spread.hpp.
#pragma once

#include <socketio/core/convert_base.hpp>
#include <socketio/core/convert_compound.hpp>
#include <socketio/core/convert_range.hpp>
#include <socketio/core/convert_scalar.hpp>
#include <socketio/core/fields.hpp>
#include <socketio/core/json.hpp>
#include <socketio/core/tape.hpp>
#include <socketio/core/value.hpp>

#include <optional>
#include <vector>

namespace socketio {
namespace detail {

// Lays a value on a tape, as if it had been parsed. The nodes point into the value.
SOCKETIO_DECL std::vector<json_node> to_tape(value const& from);

} // namespace detail

template <class T>
std::optional<T> value_view::get() const
{
    std::optional<T> result{std::in_place};
    mismatch reason;
    if (!detail::read(*this, *result, reason))
        result.reset();
    return result;
}

template <class T>
std::optional<T> args::get(std::size_t index) const
{
    return (*this)[index].get<T>();
}

// Copies any data that can be sent into a value. The result equals the `value` that a listener would receive,
// except that infinity stays infinity.
// `value::get<T>()` converts back. Throws std::invalid_argument when nesting exceeds max_json_depth.
template <class T>
value to_value(T const& from)
{
    if constexpr (detail::is_kept_v<T> && !std::is_array_v<T>) {
        return from;
    } else if constexpr (std::is_same_v<T, std::vector<value>>) {
        return array(from);
    } else {
        detail::byte_buffer text;
        std::vector<bytes_view> attachments;
        json_writer to{text, &attachments};
        to.keep_infinity();
        detail::write(to, from);
        return detail::read_written(text, attachments);
    }
}

template <class T>
    requires detail::kept_as_written<T>
value::value(T const& from) : value{to_value(from)}
{
}

template <class T>
std::optional<T> value::get() const
{
    static_assert(!std::is_same_v<T, value_view>, "a value cannot be viewed as a part of a message");
    auto const tape = detail::to_tape(*this);
    return value_view{tape.data()}.get<T>();
}

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/to_tape.ipp>
#endif
