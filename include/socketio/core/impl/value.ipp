// Look-up, comparison and output of values. Recursion is as deep as the user nested them.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/json_writer.hpp>
#include <socketio/core/number_bits.hpp>
#include <socketio/core/value.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace socketio {
namespace detail {

inline value const& absent() noexcept
{
    static value const null{};
    return null;
}

// A double equals an integer only if it is exactly that integer. Comparison after a conversion would round.
template <class Integer>
bool same_number(Integer a, double b) noexcept
{
    constexpr double limit = std::is_signed_v<Integer> ? 9223372036854775808.0 : 18446744073709551616.0;
    constexpr double least = std::is_signed_v<Integer> ? -9223372036854775808.0 : 0.0;
    return is_finite(b) && b >= least && b < limit && static_cast<double>(static_cast<Integer>(b)) == b &&
           static_cast<Integer>(b) == a;
}

inline bool same_number(value const& a, value const& b) noexcept
{
    if (a.type() > b.type())
        return same_number(b, a);
    if (auto const* const left = a.if_int64()) {
        if (auto const* const right = b.if_int64())
            return *left == *right;
        if (auto const* const right = b.if_uint64())
            return *left >= 0 && static_cast<std::uint64_t>(*left) == *right;
        return same_number(*left, *b.if_double());
    }
    if (auto const* const left = a.if_uint64()) {
        if (auto const* const right = b.if_uint64())
            return *left == *right;
        return same_number(*left, *b.if_double());
    }
    double const left = *a.if_double();
    double const right = *b.if_double();
    return left == right && !is_not_a_number(left) && !is_not_a_number(right);
}

SOCKETIO_DECL void write_tree(json_writer& to, value const& from)
{
    switch (from.type()) {
    case value_type::null: return to.null();
    case value_type::boolean: return to.boolean(*from.if_bool());
    case value_type::int64: return to.integer(*from.if_int64());
    case value_type::uint64: return to.unsigned_integer(*from.if_uint64());
    case value_type::number: return to.number(*from.if_double());
    case value_type::string: return to.string(*from.if_string());
    case value_type::binary: return to.binary(*from.if_binary());
    case value_type::array:
        to.begin_array();
        for (value const& each : *from.if_array())
            write_tree(to, each);
        return to.end_array();
    case value_type::object:
        to.begin_object();
        for (auto const& [key, data] : *from.if_object()) {
            to.key(key);
            write_tree(to, data);
        }
        return to.end_object();
    }
}

} // namespace detail

SOCKETIO_DECL value const& array::operator[](std::size_t index) const noexcept
{
    return index < elements_.size() ? elements_[index] : detail::absent();
}

SOCKETIO_DECL bool operator==(array const& a, array const& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

SOCKETIO_DECL object::object(std::initializer_list<member> members)
{
    members_.reserve(members.size());
    for (member const& each : members)
        (*this)[each.first] = each.second;
}

// Searches from the back: the last member of a name counts.
SOCKETIO_DECL value* object::find(std::string_view key) noexcept
{
    for (auto at = members_.rbegin(); at != members_.rend(); ++at)
        if (at->first == key)
            return &at->second;
    return nullptr;
}

SOCKETIO_DECL value const* object::find(std::string_view key) const noexcept
{
    return const_cast<object*>(this)->find(key);
}

SOCKETIO_DECL value& object::operator[](std::string_view key)
{
    if (value* const found = find(key))
        return *found;
    return members_.emplace_back(std::string{key}, value{}).second;
}

SOCKETIO_DECL value const& object::operator[](std::string_view key) const noexcept
{
    value const* const found = find(key);
    return found ? *found : detail::absent();
}

SOCKETIO_DECL bool object::erase(std::string_view key)
{
    return std::erase_if(members_, [key](member const& each) { return each.first == key; }) != 0;
}

SOCKETIO_DECL bool operator==(object const& a, object const& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](object::member const& x, object::member const& y) {
        return x.first == y.first && x.second == y.second;
    });
}

SOCKETIO_DECL void value::copy(value const& other)
{
    switch (other.type_) {
    case value_type::null: break;
    case value_type::boolean: boolean_ = other.boolean_; break;
    case value_type::int64: int64_ = other.int64_; break;
    case value_type::uint64: uint64_ = other.uint64_; break;
    case value_type::number: number_ = other.number_; break;
    case value_type::string: std::construct_at(&string_, other.string_); break;
    case value_type::binary: std::construct_at(&binary_, other.binary_); break;
    case value_type::array: std::construct_at(&array_, other.array_); break;
    case value_type::object: std::construct_at(&object_, other.object_); break;
    }
    type_ = other.type_;
}

SOCKETIO_DECL void value::reset() noexcept
{
    switch (std::exchange(type_, value_type::null)) {
    case value_type::string: return std::destroy_at(&string_);
    case value_type::binary: return std::destroy_at(&binary_);
    case value_type::array: return std::destroy_at(&array_);
    case value_type::object: return std::destroy_at(&object_);
    default: break;
    }
}

// The other value may be an element of this one, so that it is read before this one is destroyed.
SOCKETIO_DECL value& value::operator=(value const& other)
{
    value copied{other};
    reset();
    take(copied);
    return *this;
}

SOCKETIO_DECL value& value::operator=(value&& other) noexcept
{
    value taken{std::move(other)};
    reset();
    take(taken);
    return *this;
}

SOCKETIO_DECL value const& value::operator[](std::size_t index) const noexcept
{
    array const* const elements = if_array();
    return elements ? (*elements)[index] : detail::absent();
}

SOCKETIO_DECL value const& value::operator[](std::string_view key) const noexcept
{
    object const* const members = if_object();
    return members ? (*members)[key] : detail::absent();
}

SOCKETIO_DECL value& value::operator[](std::size_t index)
{
    array* const elements = if_array();
    if (!elements || index >= elements->size())
        detail::throw_misuse("socketio::value: no element " + std::to_string(index));
    return (*elements)[index];
}

SOCKETIO_DECL value& value::operator[](std::string_view key)
{
    if (is_null())
        *this = object{};
    object* const members = if_object();
    if (!members)
        detail::throw_misuse("socketio::value: a " + std::string{type_name(type())} + " has no member \"" +
                             std::string{key} + "\"");
    return (*members)[key];
}

SOCKETIO_DECL std::string value::to_json() const
{
    detail::byte_buffer text;
    json_writer to{text};
    detail::write_tree(to, *this);
    return std::string{text.view()};
}

SOCKETIO_DECL bool operator==(value const& a, value const& b)
{
    if (a.is_number() && b.is_number())
        return detail::same_number(a, b);
    if (a.type_ != b.type_)
        return false;
    switch (a.type_) {
    case value_type::boolean: return a.boolean_ == b.boolean_;
    case value_type::string: return a.string_ == b.string_;
    case value_type::binary: return a.binary_ == b.binary_;
    case value_type::array: return a.array_ == b.array_;
    case value_type::object: return a.object_ == b.object_;
    default: return true; // null
    }
}

} // namespace socketio
