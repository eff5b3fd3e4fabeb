#include <socketio/core/log.hpp>

#include "support/standard_error.hpp"

#include <doctest/doctest.h>

#include <string>

namespace core_log_tests {

using socketio::detail::log_text;

TEST_CASE("a line of the log has no control characters, is well-formed, and has 1000 bytes at most")
{
    CHECK(log_text("connected") == "connected");
    CHECK(log_text("\x1b[31m\r\n\x7f") == " [31m   ");
    CHECK(log_text("\xff") == "\xEF\xBF\xBD");
    CHECK(log_text(std::string(1000, 'x')) == std::string(1000, 'x'));
    CHECK(log_text(std::string(1001, 'x')) == std::string(997, 'x') + "...");
    CHECK(log_text(std::string(996, 'x') + "\xC3\xA4 and more") == std::string(996, 'x') + "...");
    CHECK(log_text(std::string(1000, '\xff')).size() <= 1000);
    CHECK(log_text(std::string(1000, '\xff')).ends_with("\xEF\xBF\xBD..."));
}

TEST_CASE("a warning is written once for its place, and sixteen places are enough")
{
    support::standard_error const told;
    socketio::detail::warnings warnings;
    warnings.tell("socket", "a", "first");
    warnings.tell("socket", "a", "second");
    CHECK(told.text() == "socketio: socket: first (told once; the option log tells all)\n");
    for (int i = 0; i != 40; ++i)
        warnings.tell("socket", std::to_string(i), "more");
    CHECK(told.count("more") == 15);
}

} // namespace core_log_tests
