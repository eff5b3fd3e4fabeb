// C++ types <-> event arguments, all of them:
//   bool, integers (checked against their range), floating point, enums (as numbers), nullptr
//   std::string, std::string_view, char const*
//   std::vector, array, list, deque, set, span ...; std::map and unordered_map with std::string keys
//   std::optional, variant, tuple, pair
//   binary data: std::vector, array and span of std::byte or unsigned char
//   socketio::value, array, object, value_view, args
//   structs, through SOCKETIO_FIELDS or a specialisation of socketio::convert
// RapidJSON's values are in json_rapidjson.hpp.
#pragma once

#include <socketio/core/convert_base.hpp>
#include <socketio/core/convert_compound.hpp>
#include <socketio/core/convert_range.hpp>
#include <socketio/core/convert_scalar.hpp>
#include <socketio/core/fields.hpp>
#include <socketio/core/tape.hpp>
#include <socketio/core/value.hpp>

#include <optional>
#include <vector>

namespace socketio {
namespace detail {

// A value as if it had been parsed; the nodes look into the value.
SOCKETIO_DECL std::vector<json_node> to_tape(value const& from);

} // namespace detail

template <class T>
std::optional<T> value_view::get() const
{
    std::optional<T> result{std::in_place};
    mismatch why;
    if (!detail::read(*this, *result, why))
        result.reset();
    return result;
}

template <class T>
std::optional<T> args::get(std::size_t index) const
{
    return (*this)[index].get<T>();
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
