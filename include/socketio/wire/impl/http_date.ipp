// Parses dates token by token, in any order.
#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/wire/http_date.hpp>

#include <algorithm>
#include <cstddef>

namespace socketio::detail {

struct http_date_parts {
    int hour = -1, minute = -1, second = -1;
    int day = -1, month = -1, year = -1;
};

constexpr bool is_date_delimiter(char c) noexcept
{
    unsigned const byte = static_cast<unsigned char>(c);
    return byte == 0x09 || (byte >= 0x20 && byte <= 0x2F) || (byte >= 0x3B && byte <= 0x40) ||
           (byte >= 0x5B && byte <= 0x60) || (byte >= 0x7B && byte <= 0x7E);
}

// Removes one or two digits (or up to four) from the front. Returns -1 if there are none, or more.
inline int take_digits(std::string_view& text, std::size_t least, std::size_t most) noexcept
{
    int number = 0;
    std::size_t count = 0;
    while (count < text.size() && count <= most && text[count] >= '0' && text[count] <= '9')
        number = number * 10 + (text[count++] - '0');
    if (count < least || count > most)
        return -1;
    text.remove_prefix(count);
    return number;
}

inline bool take_time(std::string_view token, http_date_parts& into) noexcept
{
    http_date_parts found;
    found.hour = take_digits(token, 1, 2);
    if (found.hour < 0 || !token.starts_with(':'))
        return false;
    token.remove_prefix(1);
    found.minute = take_digits(token, 1, 2);
    if (found.minute < 0 || !token.starts_with(':'))
        return false;
    token.remove_prefix(1);
    found.second = take_digits(token, 1, 2);
    if (found.second < 0)
        return false;
    into.hour = found.hour;
    into.minute = found.minute;
    into.second = found.second;
    return true;
}

inline int month_number(std::string_view token) noexcept
{
    constexpr std::string_view names = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (token.size() < 3)
        return -1;
    for (std::size_t i = 0; i < names.size(); i += 3) {
        bool const same = std::equal(token.begin(), token.begin() + 3, names.begin() + static_cast<std::ptrdiff_t>(i),
            [](char a, char b) { return ascii_lower(a) == b; });
        if (same)
            return static_cast<int>(i / 3) + 1;
    }
    return -1;
}

inline void take_date_token(std::string_view token, http_date_parts& into) noexcept
{
    if (into.hour < 0 && take_time(token, into))
        return;
    if (into.day < 0) {
        std::string_view rest = token;
        into.day = take_digits(rest, 1, 2);
        if (into.day >= 0)
            return;
    }
    if (into.month < 0) {
        into.month = month_number(token);
        if (into.month >= 0)
            return;
    }
    if (into.year < 0) {
        into.year = take_digits(token, 2, 4);
        if (into.year >= 0 && into.year < 100)
            into.year += into.year < 70 ? 2000 : 1900;
    }
}

SOCKETIO_DECL std::optional<http_time> parse_http_date(std::string_view text) noexcept
{
    http_date_parts found;
    while (!text.empty()) {
        std::size_t end = 0;
        while (end < text.size() && !is_date_delimiter(text[end]))
            ++end;
        if (end != 0)
            take_date_token(text.substr(0, end), found);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    using namespace std::chrono;
    if (found.hour < 0 || found.hour > 23 || found.minute > 59 || found.second > 59 || found.day < 1 ||
        found.month < 1 || found.year < 1601 || found.year > 9999)
        return std::nullopt;
    year_month_day const date{year{found.year}, month{static_cast<unsigned>(found.month)},
                              day{static_cast<unsigned>(found.day)}};
    if (!date.ok())
        return std::nullopt;
    return http_time{sys_days{date}} + hours{found.hour} + minutes{found.minute} + seconds{found.second};
}

SOCKETIO_DECL std::string format_http_date(http_time time)
{
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    auto const day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{day};
    auto const clock = time - day;
    std::string text;
    auto const add = [&text](auto number, std::size_t width) {
        std::string const digits = std::to_string(number);
        text.append(width > digits.size() ? width - digits.size() : 0, '0').append(digits);
    };
    text.append(days.substr(std::chrono::weekday{day}.c_encoding() * 3, 3)).append(", ");
    add(static_cast<unsigned>(date.day()), 2);
    text.append(" ").append(months.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3)).append(" ");
    add(static_cast<int>(date.year()), 4);
    text.append(" ");
    add(clock / std::chrono::hours{1}, 2);
    text.append(":");
    add(clock / std::chrono::minutes{1} % 60, 2);
    text.append(":");
    add(clock.count() % 60, 2);
    return text.append(" GMT");
}

SOCKETIO_DECL std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, http_time now) noexcept
{
    constexpr std::chrono::seconds most{std::chrono::hours{24 * 36525}};
    if (value.empty() || value.front() < '0' || value.front() > '9') {
        auto const date = parse_http_date(value);
        if (!date)
            return std::nullopt;
        return std::clamp(std::chrono::seconds{*date - now}, std::chrono::seconds{0}, most);
    }
    std::chrono::seconds result{0};
    for (char c : value) {
        if (c < '0' || c > '9')
            return std::nullopt;
        result = std::min(result * 10 + std::chrono::seconds{c - '0'}, most);
    }
    return result;
}

} // namespace socketio::detail
