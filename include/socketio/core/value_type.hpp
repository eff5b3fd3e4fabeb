// The types of an event's argument.
#pragma once

#include <cstdint>
#include <string_view>

namespace socketio {

enum class value_type : std::uint8_t { null, boolean, int64, uint64, number, string, binary, array, object };

// The name of the type in error messages.
constexpr std::string_view type_name(value_type type) noexcept
{
    switch (type) {
    case value_type::null: return "null";
    case value_type::boolean: return "boolean";
    case value_type::int64:
    case value_type::uint64: return "integer";
    case value_type::number: return "number";
    case value_type::string: return "string";
    case value_type::binary: return "binary";
    case value_type::array: return "array";
    case value_type::object: return "object";
    }
    return "unknown";
}

namespace detail {

// Predicates of every class that has a type().
template <class Self>
class typed {
public:
    bool is_null() const noexcept { return is(value_type::null); }
    bool is_bool() const noexcept { return is(value_type::boolean); }
    bool is_integer() const noexcept { return is(value_type::int64) || is(value_type::uint64); }
    bool is_number() const noexcept { return is_integer() || is(value_type::number); }
    bool is_string() const noexcept { return is(value_type::string); }
    bool is_binary() const noexcept { return is(value_type::binary); }
    bool is_array() const noexcept { return is(value_type::array); }
    bool is_object() const noexcept { return is(value_type::object); }

protected:
    bool is(value_type wanted) const noexcept { return static_cast<Self const&>(*this).type() == wanted; }
};

} // namespace detail

// The limit for nested arrays and objects, incoming and outgoing. It bounds every recursion over data.
inline constexpr unsigned max_json_depth = 1024;
// The limit for incoming data unless the option json_depth sets another.
inline constexpr unsigned default_json_depth = 128;

} // namespace socketio
