// Base64, four characters for three bytes.
#pragma once

#include <socketio/wire/base64.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace socketio::detail {

inline constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
inline constexpr std::uint32_t base64_stranger = 64;

inline constexpr std::array<unsigned char, 256> base64_values = [] {
    std::array<unsigned char, 256> table{};
    for (unsigned char& value : table)
        value = base64_stranger;
    for (std::size_t i = 0; i < base64_alphabet.size(); ++i)
        table[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<unsigned char>(i);
    return table;
}();

// Each group is read before it is written, and what is written stays in front of what has not been read.
SOCKETIO_DECL void base64_encode_to(std::string_view data, char* to) noexcept
{
    auto const byte = [&](std::size_t i) { return i < data.size() ? static_cast<unsigned char>(data[i]) : 0u; };
    for (std::size_t i = 0; i < data.size(); i += 3) {
        std::uint32_t const group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        *to++ = base64_alphabet[group >> 18];
        *to++ = base64_alphabet[group >> 12 & 63];
        *to++ = i + 1 < data.size() ? base64_alphabet[group >> 6 & 63] : '=';
        *to++ = i + 2 < data.size() ? base64_alphabet[group & 63] : '=';
    }
}

SOCKETIO_DECL std::string base64_encode(std::string_view data)
{
    std::string result(base64_size(data.size()), '=');
    base64_encode_to(data, result.data());
    return result;
}

SOCKETIO_DECL bool base64_decode_in_place(std::span<char>& text, base64_padding padding) noexcept
{
    std::string_view left{text.data(), text.size()};
    if (left.size() % 4 == 0)
        left.remove_suffix(left.ends_with("==") ? 2 : left.ends_with('=') ? 1 : 0);
    else if (padding == base64_padding::required || left.size() % 4 == 1)
        return false;
    std::size_t written = 0; // never past the reading position
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (char c : left) {
        std::uint32_t const value = base64_values[static_cast<unsigned char>(c)];
        if (value == base64_stranger)
            return false;
        group = group << 6 | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            text[written++] = static_cast<char>(static_cast<unsigned char>(group >> bits & 0xFFu));
        }
    }
    text = text.first(written);
    return (group & ((1u << bits) - 1)) == 0;
}

SOCKETIO_DECL bool base64_decode(std::string_view text, std::string& out)
{
    out = text;
    std::span<char> data{out};
    bool const good = base64_decode_in_place(data);
    out.resize(data.size());
    return good;
}

} // namespace socketio::detail
