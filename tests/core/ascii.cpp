#include <socketio/core/ascii.hpp>

#include <doctest/doctest.h>

#include <string>

namespace ascii_tests {

using namespace socketio::detail;

TEST_CASE("letters become lower case, and nothing else changes")
{
    CHECK(ascii_lower_case("Sec-WebSocket-Key: AZ09_[`{@") == "sec-websocket-key: az09_[`{@");
    CHECK(ascii_lower_case("\xc3\x84") == "\xc3\x84"); // of UTF-8
    CHECK(ascii_lower_case("").empty());
}

TEST_CASE("letters, digits and hexadecimal digits of all bytes")
{
    std::string letters, digits, hexadecimal;
    for (int byte = 0; byte != 256; ++byte) {
        char const c = static_cast<char>(byte);
        if (is_ascii_letter(c))
            letters += c;
        if (is_ascii_digit(c))
            digits += c;
        if (hex_digit(c) >= 0)
            hexadecimal += c;
    }
    CHECK(letters == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    CHECK(digits == "0123456789");
    CHECK(hexadecimal == "0123456789ABCDEFabcdef");
    CHECK(hex_digit('0') == 0);
    CHECK(hex_digit('9') == 9);
    CHECK(hex_digit('a') == 10);
    CHECK(hex_digit('F') == 15);
}

} // namespace ascii_tests
