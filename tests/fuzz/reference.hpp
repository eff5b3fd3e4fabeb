// UTF-8 and WebSocket framing once more, written as plainly as the RFCs read and taking the whole input
// at once: what the library is compared with.
#pragma once

#include "fuzz.hpp"

#include <socketio/core/error.hpp>
#include <socketio/wire/frame.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace fuzz {

enum class verdict { whole, incomplete, broken };

// The character at the front of `text` by RFC 3629, section 3: the value and the length of it.
struct decoded {
    verdict is = verdict::whole;
    char32_t value = 0;
    std::size_t length = 1;
};

inline decoded decode_utf8(std::string_view text)
{
    auto const byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned const lead = byte(0);
    std::size_t const length = lead < 0x80 ? 1 : (lead & 0xE0u) == 0xC0 ? 2 : (lead & 0xF0u) == 0xE0 ? 3 : (lead & 0xF8u) == 0xF0 ? 4 : 0;
    if (length == 0)
        return {verdict::broken};
    // All that could still become of these bytes, so that "incomplete" is told from "broken" by trying.
    char32_t least = length == 1 ? lead : lead & (0x7Fu >> length);
    std::size_t have = 1;
    for (; have < length && have < text.size(); ++have) {
        if ((byte(have) & 0xC0u) != 0x80)
            return {verdict::broken};
        least = least << 6 | (byte(have) & 0x3Fu);
    }
    char32_t const span = char32_t{1} << (6 * (length - have));
    char32_t const first = least * span;
    char32_t const last = first + span - 1;
    char32_t const smallest = length == 1 ? 0 : length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    bool const possible = last >= smallest && first <= 0x10FFFF && !(first >= 0xD800 && last <= 0xDFFF);
    if (!possible)
        return {verdict::broken};
    return {have == length ? verdict::whole : verdict::incomplete, first, length};
}

inline verdict check_utf8(std::string_view text)
{
    while (!text.empty()) {
        decoded const next = decode_utf8(text);
        if (next.is != verdict::whole)
            return next.is;
        text.remove_prefix(next.length);
    }
    return verdict::whole;
}

struct plain_frame {
    bool fin = false;
    socketio::detail::opcode code{};
    std::string payload;
};

// What a stream of frames comes to.
struct frames_read {
    std::vector<plain_frame> whole;
    std::optional<plain_frame> part; // the incomplete one, once its header is there
    std::size_t part_size = 0;       // of that one, header included
    std::size_t used = 0;            // bytes of the whole ones
    std::error_code error{};
};

// One frame at the front (RFC 6455, section 5.2); its size with the header, or nothing.
inline std::optional<std::size_t> read_frame(std::string_view in, bool masked, std::uint64_t limit, plain_frame& out, std::error_code& ec)
{
    using socketio::error;
    auto const byte = [in](std::size_t i) -> std::uint64_t { return static_cast<unsigned char>(in[i]); };
    if (in.empty())
        return std::nullopt;
    std::uint64_t const code = byte(0) & 15;
    out.fin = (byte(0) & 0x80) != 0;
    out.code = static_cast<socketio::detail::opcode>(code);
    bool const control = code == 8 || code == 9 || code == 10;
    if ((byte(0) & 0x70) != 0 || !(code <= 2 || control) || (control && !out.fin)) {
        ec = error::frame_invalid;
        return std::nullopt;
    }
    if (in.size() < 2)
        return std::nullopt;
    std::uint64_t length = byte(1) & 0x7F;
    if (((byte(1) & 0x80) != 0) != masked || (control && length > 125)) {
        ec = error::frame_invalid;
        return std::nullopt;
    }
    std::size_t size = 2;
    if (length >= 126) {
        std::size_t const more = length == 126 ? 2 : 8;
        if (in.size() < size + more)
            return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i != more; ++i)
            length = length * 256 + byte(size + i);
        size += more;
        if (length < 126 || (more == 8 && (length < 65536 || length >= std::uint64_t{1} << 63))) {
            ec = error::frame_invalid;
            return std::nullopt;
        }
    }
    if (!control && length > limit) {
        ec = error::message_too_large;
        return std::nullopt;
    }
    std::string_view const key = in.substr(size < in.size() ? size : in.size(), 4);
    if (masked) {
        size += 4;
        if (in.size() < size)
            return std::nullopt;
    }
    out.payload = in.substr(size, static_cast<std::size_t>(length));
    if (masked)
        for (std::size_t i = 0; i != out.payload.size(); ++i)
            out.payload[i] = static_cast<char>(out.payload[i] ^ key[i % 4]);
    return size + static_cast<std::size_t>(length);
}

inline frames_read read_frames(std::string_view in, bool masked, std::uint64_t limit)
{
    frames_read result;
    for (;;) {
        plain_frame next;
        auto const size = read_frame(in, masked, limit, next, result.error);
        if (!size)
            return result;
        if (in.size() < *size) {
            result.part = next;
            result.part_size = *size;
            return result;
        }
        result.whole.push_back(next);
        result.used += *size;
        in.remove_prefix(*size);
    }
}

} // namespace fuzz
