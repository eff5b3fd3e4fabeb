// The table of RFC 3629 as a state: the allowed next bytes, packed into one word.
#pragma once

#include <socketio/core/utf8.hpp>

#include <cstdint>
#include <cstring>

namespace socketio::detail {

// Bits 0-7: the number of missing bytes; bits 8-15 and 16-23: the least and the greatest value of the next one.
// Zero is the state between characters.
inline constexpr unsigned utf8_between = 0;
inline constexpr unsigned utf8_broken = 0xFFu; // 255 missing bytes: no character has that many

constexpr unsigned utf8_state(unsigned missing, unsigned least, unsigned greatest) noexcept
{
    return missing | least << 8 | greatest << 16;
}

constexpr unsigned utf8_after_lead(unsigned char lead) noexcept
{
    if (lead < 0x80)
        return utf8_between;
    if (lead < 0xC2 || lead > 0xF4)
        return utf8_broken;
    if (lead < 0xE0)
        return utf8_state(1, 0x80, 0xBF);
    if (lead < 0xF0)
        return utf8_state(2, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return utf8_state(3, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
}

constexpr unsigned utf8_next(unsigned state, unsigned char byte) noexcept
{
    if (state == utf8_between)
        return utf8_after_lead(byte);
    if (byte < (state >> 8 & 0xFFu) || byte > (state >> 16 & 0xFFu))
        return utf8_broken;
    unsigned const missing = (state & 0xFFu) - 1;
    return missing == 0 ? utf8_between : utf8_state(missing, 0x80, 0xBF);
}

// The last word of a text overlaps the one before, instead of a loop over single bytes.
inline char const* utf8_skip_ascii(char const* at, char const* end) noexcept
{
    constexpr std::uint64_t high = 0x8080808080808080u;
    std::uint64_t word[4];
    bool const has_word = end - at >= 8;
    for (; end - at >= 32; at += 32) {
        std::memcpy(word, at, 32);
        if (((word[0] | word[1] | word[2] | word[3]) & high) != 0)
            break;
    }
    for (; end - at >= 8; at += 8) {
        std::memcpy(word, at, 8);
        if ((word[0] & high) != 0)
            break;
    }
    if (has_word && end - at < 8) {
        std::memcpy(word, end - 8, 8);
        if ((word[0] & high) == 0)
            return end;
    }
    while (at != end && static_cast<unsigned char>(*at) < 0x80)
        ++at;
    return at;
}

SOCKETIO_DECL bool utf8_checker::write(std::string_view piece) noexcept
{
    unsigned state = state_;
    char const* at = piece.data();
    char const* const end = at + piece.size();
    while (at != end && state != utf8_broken) {
        if (state == utf8_between && static_cast<unsigned char>(*at) < 0x80)
            at = utf8_skip_ascii(at, end);
        else
            state = utf8_next(state, static_cast<unsigned char>(*at++));
    }
    state_ = state;
    return state != utf8_broken;
}

SOCKETIO_DECL bool utf8_checker::finish() noexcept
{
    bool const whole = state_ == utf8_between;
    state_ = utf8_between;
    return whole;
}

SOCKETIO_DECL bool is_utf8(std::string_view text) noexcept
{
    utf8_checker checker;
    return checker.write(text) && checker.finish();
}

SOCKETIO_DECL std::string to_well_formed(std::string_view text)
{
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string result;
    result.reserve(text.size());
    std::size_t start = 0; // the position of the current character
    unsigned state = utf8_between;
    for (std::size_t at = 0; at < text.size();) {
        bool const inside = state != utf8_between;
        state = utf8_next(state, static_cast<unsigned char>(text[at]));
        if (state == utf8_broken) {
            result.append(replacement);
            // A byte that breaks a character off may be the first of the next one.
            at += inside ? 0 : 1;
            start = at;
            state = utf8_between;
            continue;
        }
        ++at;
        if (state == utf8_between) {
            result.append(text.substr(start, at - start));
            start = at;
        }
    }
    if (state != utf8_between)
        result.append(replacement);
    return result;
}

SOCKETIO_DECL std::string to_displayable(std::string_view text)
{
    std::string result = to_well_formed(text);
    for (std::size_t at = 0; at < result.size(); ++at) {
        auto const byte = static_cast<unsigned char>(result[at]);
        bool const high_control = byte == 0xC2 && static_cast<unsigned char>(result[at + 1]) < 0xA0; // U+0080 to U+009F
        if (byte < 0x20 || byte == 0x7F)
            result[at] = ' ';
        else if (high_control)
            result.replace(at, 2, " ");
    }
    return result;
}

} // namespace socketio::detail
