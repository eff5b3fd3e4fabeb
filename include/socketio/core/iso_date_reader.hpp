// Reads dates as JavaScript's toISOString() and most other programs write them: ISO 8601 with a date, a time and its
// zone. See iso_date.hpp for the other direction.
#pragma once

#include <socketio/core/iso_date.hpp>
#include <socketio/core/tape.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace socketio::detail {

// Days from 1970 to a date of the Gregorian calendar: the opposite of date_of().
constexpr std::int64_t days_of(std::int64_t year, unsigned month, unsigned day) noexcept
{
    std::int64_t const shifted = month <= 2 ? year - 1 : year; // years that begin in March
    std::int64_t const era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    auto const of_era = static_cast<unsigned>(shifted - era * 400);
    unsigned const of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

constexpr unsigned days_of_month(std::int64_t year, unsigned month) noexcept
{
    bool const leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month == 2)
        return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Reads one text from its beginning to its end. After the first mistake all results are 0.
class iso_date_reader {
public:
    explicit constexpr iso_date_reader(std::string_view text) noexcept : rest_{text} {}

    // Milliseconds from 1970; digits beyond them are dropped. std::nullopt: it is no such date, or one that JavaScript
    // does not have.
    constexpr std::optional<std::int64_t> milliseconds() noexcept
    {
        std::int64_t const days = date();
        std::int64_t time = 0;
        if (!rest_.empty()) // a date alone is its beginning in UTC, as in JavaScript
            time = time_of_day() - zone();
        std::int64_t const sum = days * 86400000 + time;
        if (!good_ || !rest_.empty() || sum > latest_date || sum < -latest_date)
            return std::nullopt;
        return sum;
    }

private:
    constexpr bool take(char wanted) noexcept
    {
        bool const found = !rest_.empty() && rest_.front() == wanted;
        if (found)
            rest_.remove_prefix(1);
        return found;
    }
    constexpr void must(bool condition) noexcept { good_ = good_ && condition; }
    constexpr unsigned digits(std::size_t count) noexcept
    {
        unsigned number = 0;
        for (; count != 0; --count) {
            bool const is_digit = !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
            must(is_digit);
            if (!is_digit)
                return 0;
            number = number * 10 + static_cast<unsigned>(rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return number;
    }
    constexpr unsigned at_most(unsigned number, unsigned most) noexcept
    {
        must(number <= most);
        return number;
    }

    constexpr std::int64_t year() noexcept
    {
        if (take('+'))
            return digits(6);
        if (!take('-'))
            return digits(4);
        std::int64_t const number = digits(6);
        must(number != 0); // JavaScript's rule, since year 0 has another text
        return -number;
    }
    constexpr std::int64_t date() noexcept
    {
        std::int64_t const of = year();
        must(take('-'));
        unsigned const month = digits(2);
        must(take('-'));
        unsigned const day = digits(2);
        must(month >= 1 && month <= 12 && day >= 1);
        must(good_ && day <= days_of_month(of, month));
        return good_ ? days_of(of, month, day) : 0;
    }
    constexpr std::int64_t time_of_day() noexcept
    {
        must(take('T') || take('t') || take(' '));
        std::int64_t const hours = at_most(digits(2), 24);
        must(take(':'));
        std::int64_t const minutes = at_most(digits(2), 59);
        std::int64_t const seconds = take(':') ? at_most(digits(2), 59) : 0u;
        std::int64_t const rest = take('.') || take(',') ? fraction() : 0u;
        std::int64_t const sum = hours * 3600000 + minutes * 60000 + seconds * 1000 + rest;
        must(sum <= 86400000); // 24:00 is the end of the day
        return sum;
    }
    constexpr unsigned fraction() noexcept
    {
        unsigned number = 0;
        unsigned scale = 100;
        must(!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9');
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; scale /= 10) {
            number += static_cast<unsigned>(rest_.front() - '0') * scale;
            rest_.remove_prefix(1);
        }
        return number;
    }
    // A time without a zone is that of wherever the text was written, which nobody knows here.
    constexpr std::int64_t zone() noexcept
    {
        if (take('Z') || take('z'))
            return 0;
        std::int64_t const sign = take('+') ? 1 : -1;
        must(sign == 1 || take('-'));
        std::int64_t const hours = at_most(digits(2), 23);
        take(':');
        return sign * (hours * 3600000 + at_most(digits(2), 59) * 60000);
    }

    std::string_view rest_;
    bool good_ = true;
};

constexpr std::optional<std::int64_t> read_iso_date(std::string_view text) noexcept
{
    return iso_date_reader{text}.milliseconds();
}

// A text, or milliseconds since 1970.
inline std::optional<std::int64_t> read_date(value_view from)
{
    if (from.is_string())
        return read_iso_date(from.as_string());
    double const number = std::floor(from.as_double());
    constexpr auto latest = static_cast<double>(latest_date);
    if (!from.is_number() || !(number >= -latest && number <= latest))
        return std::nullopt;
    return static_cast<std::int64_t>(number);
}

} // namespace socketio::detail
