// Dates as JavaScript's toISOString() writes them, and so as they are in JSON.
#pragma once

#include <cstddef>
#include <cstdint>

namespace socketio::detail {

inline constexpr std::int64_t latest_date = 8640000000000000; // milliseconds from 1970, either way
inline constexpr std::size_t iso_date_room = 27;              // "+275760-09-13T00:00:00.000Z"

inline char* write_digits(char* to, std::uint64_t number, int count) noexcept
{
    for (int i = count; i != 0; number /= 10)
        to[--i] = static_cast<char>('0' + static_cast<int>(number % 10));
    return to + count;
}

struct calendar_date {
    std::int64_t year;
    unsigned month, day;
};

// Days since 1970 in the Gregorian calendar. (Eras of 400 years that begin in March, as leap days then come last.)
constexpr calendar_date date_of(std::int64_t days) noexcept
{
    std::int64_t const shifted = days + 719468;
    std::int64_t const era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    auto const of_era = static_cast<unsigned>(shifted - era * 146097);
    unsigned const year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned const of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned const month = (5 * of_year + 2) / 153;
    unsigned const day = of_year - (153 * month + 2) / 5 + 1;
    unsigned const from_january = month < 10 ? month + 3 : month - 9;
    return {static_cast<std::int64_t>(year) + era * 400 + (from_january <= 2 ? 1 : 0), from_january, day};
}

// Writes at most iso_date_room characters and returns their number: 0 for a time that no date of JavaScript has.
inline std::size_t write_iso_date(char* to, std::int64_t milliseconds) noexcept
{
    constexpr std::int64_t of_day = 86400000;
    if (milliseconds > latest_date || milliseconds < -latest_date)
        return 0;
    std::int64_t const days = (milliseconds >= 0 ? milliseconds : milliseconds - of_day + 1) / of_day;
    auto const rest = static_cast<std::uint64_t>(milliseconds - days * of_day);
    calendar_date const date = date_of(days);
    char* at = to;
    bool const usual = date.year >= 0 && date.year <= 9999;
    if (!usual)
        *at++ = date.year < 0 ? '-' : '+';
    at = write_digits(at, static_cast<std::uint64_t>(date.year < 0 ? -date.year : date.year), usual ? 4 : 6);
    auto const part = [&at](char before, std::uint64_t number, int count) {
        *at++ = before;
        at = write_digits(at, number, count);
    };
    part('-', date.month, 2);
    part('-', date.day, 2);
    part('T', rest / 3600000, 2);
    part(':', rest / 60000 % 60, 2);
    part(':', rest / 1000 % 60, 2);
    part('.', rest % 1000, 3);
    *at++ = 'Z';
    return static_cast<std::size_t>(at - to);
}

} // namespace socketio::detail
