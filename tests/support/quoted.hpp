// JSON strings.
#pragma once

#include <string>
#include <string_view>

namespace support {

// A JSON string of this text.
inline std::string quoted(std::string_view text)
{
    constexpr char digits[] = "0123456789abcdef";
    std::string result = "\"";
    for (char const c : text) {
        auto const code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (result += '\\') += c;
        else if (code < 0x20)
            ((result += "\\u00") += digits[code >> 4]) += digits[code & 15];
        else
            result += c;
    }
    return result += '"';
}

} // namespace support
