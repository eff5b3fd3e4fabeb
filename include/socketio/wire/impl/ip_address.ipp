// Parses addresses, group by group.
#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/wire/ip_address.hpp>

#include <algorithm>
#include <cstddef>

namespace socketio::detail {

// At most three digits, or five. Returns -1 for a text that is not a number.
constexpr int small_number(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 5)
        return -1;
    int result = 0;
    for (char c : text) {
        if (c < '0' || c > '9')
            return -1;
        result = result * 10 + (c - '0');
    }
    return result;
}

// Leading zeros are rejected, since some programs read them as octal.
inline bool take_ipv4(std::string_view text, unsigned char* to) noexcept
{
    for (int i = 0; i < 4; ++i) {
        std::size_t const end = i < 3 ? text.find('.') : text.size();
        if (end == std::string_view::npos)
            return false;
        std::string_view const part = text.substr(0, end);
        int const number = small_number(part);
        if (number < 0 || number > 255 || (part.size() > 1 && part.front() == '0'))
            return false;
        to[i] = static_cast<unsigned char>(number);
        text.remove_prefix(i < 3 ? end + 1 : end);
    }
    return true;
}

inline bool take_ipv6_group(std::string_view text, unsigned char* to) noexcept
{
    if (text.empty() || text.size() > 4)
        return false;
    unsigned value = 0;
    for (char c : text) {
        int const digit = hex_digit(c);
        if (digit < 0)
            return false;
        value = value * 16 + static_cast<unsigned>(digit);
    }
    to[0] = static_cast<unsigned char>(value >> 8);
    to[1] = static_cast<unsigned char>(value & 255);
    return true;
}

// Groups with colons between them, the last perhaps as IPv4. Returns the number of bytes they fill, or -1 on an error.
inline int take_ipv6_groups(std::string_view text, std::array<unsigned char, 16>& to) noexcept
{
    std::size_t filled = 0;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find(':'), text.size());
        std::string_view const part = text.substr(0, end);
        if (end == text.size() && part.find('.') != std::string_view::npos)
            return filled <= 12 && take_ipv4(part, to.data() + filled) ? static_cast<int>(filled + 4) : -1;
        if (filled > 14 || !take_ipv6_group(part, to.data() + filled))
            return -1;
        filled += 2;
        if (end + 1 == text.size())
            return -1;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return static_cast<int>(filled);
}

inline bool take_ipv6(std::string_view text, std::array<unsigned char, 16>& to) noexcept
{
    std::size_t const gap = text.find("::");
    if (gap == std::string_view::npos)
        return take_ipv6_groups(text, to) == 16;
    std::array<unsigned char, 16> behind{};
    std::string_view const first = text.substr(0, gap);
    int const front = first.find('.') == std::string_view::npos ? take_ipv6_groups(first, to) : -1;
    int const back = take_ipv6_groups(text.substr(gap + 2), behind);
    if (front < 0 || back < 0 || front + back > 14)
        return false;
    std::copy_n(behind.begin(), back, to.end() - back);
    return true;
}

SOCKETIO_DECL std::optional<ip_address> parse_ip_address(std::string_view text) noexcept
{
    ip_address result;
    result.is_v6 = text.find(':') != std::string_view::npos;
    if (result.is_v6)
        return text.size() <= 45 && take_ipv6(text, result.bytes) ? std::optional{result} : std::nullopt;
    result.bytes[10] = result.bytes[11] = 0xFF;
    return take_ipv4(text, result.bytes.data() + 12) ? std::optional{result} : std::nullopt;
}

SOCKETIO_DECL bool ip_network::contains(ip_address const& address) const noexcept
{
    std::size_t const whole = prefix / 8;
    if (!std::equal(base.bytes.begin(), base.bytes.begin() + static_cast<std::ptrdiff_t>(whole), address.bytes.begin()))
        return false;
    if (prefix % 8 == 0)
        return true;
    unsigned const mask = 0xFFU << (8 - prefix % 8) & 0xFFU;
    return ((base.bytes[whole] ^ address.bytes[whole]) & mask) == 0;
}

SOCKETIO_DECL std::optional<ip_network> parse_ip_network(std::string_view text) noexcept
{
    std::size_t const slash = text.find('/');
    auto const base = parse_ip_address(text.substr(0, slash));
    if (!base)
        return std::nullopt;
    int const most = base->is_v6 ? 128 : 32;
    int const bits = slash == std::string_view::npos ? most : small_number(text.substr(slash + 1));
    if (bits < 0 || bits > most)
        return std::nullopt;
    return ip_network{*base, static_cast<unsigned>(bits + 128 - most)};
}

} // namespace socketio::detail
