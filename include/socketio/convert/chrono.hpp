// Times of std::chrono as arguments of events: points in time as JavaScript's Date, durations as milliseconds. To be
// included beside <socketio/client.hpp> or <socketio/server.hpp>.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/convert_scalar.hpp>
#include <socketio/core/iso_date_reader.hpp>
#include <socketio/core/number_bits.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ratio>
#include <type_traits>

namespace socketio {
namespace detail {

// False: no such duration. What is smaller than its tick is rounded.
template <class Rep, class Period>
bool duration_of(double milliseconds, std::chrono::duration<Rep, Period>& into)
{
    using ticks = std::ratio_divide<std::milli, Period>;
    double const count = milliseconds * static_cast<double>(ticks::num) / static_cast<double>(ticks::den);
    if constexpr (std::is_floating_point_v<Rep>) {
        into = std::chrono::duration<Rep, Period>{static_cast<Rep>(count)};
        return is_finite(count);
    } else {
        // The largest number of 64 bits is no double: what rounds to it is too large.
        constexpr double most = static_cast<double>((std::numeric_limits<Rep>::max)());
        constexpr double least = static_cast<double>((std::numeric_limits<Rep>::lowest)());
        double const rounded = std::round(count);
        constexpr bool wide = std::numeric_limits<Rep>::digits > 53;
        if (!is_finite(count) || rounded < least || (wide ? rounded >= most : rounded > most))
            return false;
        into = std::chrono::duration<Rep, Period>{static_cast<Rep>(rounded)};
        return true;
    }
}

// Exact, as a double has no room for the nanoseconds of a date. False: it has no such time.
template <class Rep, class Period>
bool since_1970(std::int64_t milliseconds, std::chrono::duration<Rep, Period>& into)
{
    using wanted = std::chrono::duration<Rep, Period>;
    std::chrono::milliseconds const from{milliseconds};
    if (!duration_of(static_cast<double>(milliseconds), into)) // its range
        return false;
    if constexpr (!std::is_floating_point_v<Rep>)
        into = std::chrono::floor<wanted>(from);
    return true;
}

} // namespace detail

// A number of milliseconds, as JavaScript's timers and performance.now() have it; with a fraction where there is one.
// Reading rounds to the duration's own unit. A mismatch: no number, or one that the duration has no room for.
template <class Rep, class Period>
struct convert<std::chrono::duration<Rep, Period>> {
    static void write(json_writer& to, std::chrono::duration<Rep, Period> const& from)
    {
        to.number(std::chrono::duration<double, std::milli>{from}.count());
    }
    static bool read(value_view from, std::chrono::duration<Rep, Period>& into, mismatch& reason)
    {
        if (!from.is_number())
            return detail::refuse(from, "number of milliseconds", reason);
        return detail::duration_of(from.as_double(), into) ||
               detail::refuse(from, "number of milliseconds that fits", reason);
    }
};

// The text of JavaScript's Date, "2026-01-31T12:00:00.000Z", as JSON.stringify has it; a time that no Date has becomes
// null. Reads such texts, ISO 8601 with any zone, and milliseconds since 1970 (Date.now()). A mismatch: something else,
// a time without a zone, or one that the clock's unit has no room for (nanoseconds: the years 1678 to 2261).
template <class Duration>
struct convert<std::chrono::time_point<std::chrono::system_clock, Duration>> {
    using time = std::chrono::time_point<std::chrono::system_clock, Duration>;

    static void write(json_writer& to, time const& from)
    {
        using days = std::chrono::duration<double, std::ratio<86400>>;
        constexpr double latest = 100000001; // of JavaScript, and one more: the sum below does not overflow
        double const about = days{from.time_since_epoch()}.count();
        if (!(about > -latest && about < latest))
            return to.null();
        auto const since = std::chrono::floor<std::chrono::milliseconds>(from.time_since_epoch());
        std::array<char, detail::iso_date_room> text;
        std::size_t const size = detail::write_iso_date(text.data(), since.count());
        size ? to.string({text.data(), size}) : to.null();
    }
    static bool read(value_view from, time& into, mismatch& reason)
    {
        auto const milliseconds = detail::read_date(from);
        Duration since{};
        if (!milliseconds || !detail::since_1970(*milliseconds, since))
            return detail::refuse(from, "date (ISO 8601 with a zone, or milliseconds)", reason);
        into = time{since};
        return true;
    }
};

} // namespace socketio

#include <socketio/core/foreign_macros_end.hpp>
