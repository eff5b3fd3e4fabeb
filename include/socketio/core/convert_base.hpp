// The one place where C++ types meet the arguments of events: `convert<T>`, and `mismatch` for a failed
// conversion. Specialise `convert` for a type of your own, or write SOCKETIO_FIELDS (see fields.hpp).
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/core/json_writer.hpp>
#include <socketio/core/tape.hpp>
#include <socketio/core/writable.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace socketio {

// The reason why an argument does not fit. Filled only when it does not.
struct mismatch {
    std::string expected{};
    std::string actual{};
    std::string path{}; // inside the argument, such as "user.tags[3]"
};

// A specialisation has either function or both:
//  static void write(writer& to, T const& from);                      writes exactly one value, see json_writer.hpp
//  static bool read(value_view from, T& into, mismatch& reason);      false: fills `reason`
template <class T, class>
struct convert;

template <class T>
concept readable = requires(value_view from, T& into, mismatch& reason) {
    { convert<T>::read(from, into, reason) } -> std::same_as<bool>;
};

template <class T>
concept convertible = writable<T> && readable<T>;

namespace detail {

template <class T>
void write(json_writer& to, T const& from)
{
    static_assert(writable<T>, "this type cannot be sent: use SOCKETIO_FIELDS or specialise socketio::convert for it");
    if constexpr (writable<T>)
        convert<T>::write(to, from);
}

template <class T>
bool read(value_view from, T& into, mismatch& reason)
{
    static_assert(readable<T>, "this type cannot be read: use SOCKETIO_FIELDS or specialise socketio::convert for it");
    if constexpr (readable<T>)
        return convert<T>::read(from, into, reason);
    else
        return false;
}

// Fill `reason`. Each returns false, so that `read` can end with it.
SOCKETIO_DECL bool refuse(value_view from, std::string_view expected, mismatch& reason);
SOCKETIO_DECL bool refuse_size(value_view from, std::size_t size, std::string_view unit, mismatch& reason);
// Prepend this element or member to the path, on the way out of a nested read.
SOCKETIO_DECL bool at_index(std::size_t index, mismatch& reason);
SOCKETIO_DECL bool at_key(std::string_view key, mismatch& reason);

// The argument is missing: fills `reason` with the type that was expected.
template <class T>
void refuse_missing(T& into, mismatch& reason)
{
    static_cast<void>(read(value_view{}, into, reason));
    if (reason.expected.empty()) // T accepts null
        reason.expected = "a value";
    reason.actual = "nothing";
}

} // namespace detail
} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/convert.ipp>
#endif
