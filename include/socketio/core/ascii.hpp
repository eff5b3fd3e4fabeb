// Letters, digits and lower case of ASCII, whatever the locale says.
#pragma once

#include <string>
#include <string_view>

namespace socketio::detail {

constexpr bool is_ascii_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_ascii_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char ascii_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// -1 if it is none.
constexpr int hex_digit(char c) noexcept
{
    if (is_ascii_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

inline std::string ascii_lower_case(std::string_view text)
{
    std::string result{text};
    for (char& c : result)
        c = ascii_lower(c);
    return result;
}

} // namespace socketio::detail
