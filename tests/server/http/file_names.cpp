#include <socketio/server/file_names.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace socketio::detail;
using namespace std::string_view_literals;

TEST_CASE("a name is that of one thing in the folder before it")
{
    for (bool const windows : {false, true}) {
        for (auto const name : {"app.js"sv, "a b+c%.txt"sv, "name"sv, "..a"sv.substr(2), ".well-known"sv, "\xc3\xa4.txt"sv, "~"sv, "a~"sv})
            CHECK_MESSAGE(is_plain_name(name, false, windows), name);
        for (auto const name : {""sv, "."sv, ".."sv, "a/b"sv, "a\\b"sv, "a\0"sv, "/"sv})
            for (bool const hidden : {false, true})
                CHECK_FALSE_MESSAGE(is_plain_name(name, hidden, windows), name);
        for (auto const name : {".git"sv, ".a"sv, "..a"sv, ".well-known2"sv}) {
            CHECK_FALSE_MESSAGE(is_plain_name(name, false, windows), name);
            CHECK_MESSAGE(is_plain_name(name, true, windows), name);
        }
    }
}

TEST_CASE("the second names that Windows gives to files do not show what is hidden")
{
    for (auto const name : {"GIT~1"sv, "git~1"sv, "GITCON~1"sv, "HTACCE~1"sv, "HTACCE~1.TXT"sv, "GI4A3B~1"sv, "A~1"sv, "A~12.B"sv,
             "GITCO~12"sv, "G~123456.HTM"sv, "A~1."sv, "A~B~1"sv, "ENV~1.PRO"sv}) {
        CAPTURE(name);
        CHECK(looks_like_short_name(name));
        CHECK_FALSE(is_plain_name(name, false, true));
        CHECK(is_plain_name(name, true, true) == !name.ends_with('.'));
        CHECK(is_plain_name(name, false, false)); // an ordinary name elsewhere
    }
    for (auto const name : {"~1"sv, "a~b"sv, "a~"sv, "long-name~1"sv, "a~1.html"sv, "a~1.b.c"sv, "a.b~1"sv, "a~1b"sv, "a1"sv, "~"sv}) {
        CAPTURE(name);
        CHECK_FALSE(looks_like_short_name(name));
        CHECK(is_plain_name(name, false, true));
    }
}

TEST_CASE("what Windows would take for something else is no name there")
{
    for (auto const name : {"app.js."sv, "app.js "sv, ".git."sv, "..."sv, ".. "sv, "app.js::$DATA"sv, "app.js:x"sv, "C:"sv, ":"sv, "con"sv,
             "NUL.txt"sv, "Aux.tar.gz"sv, "prn .x"sv, "COM1"sv, "lpt9.html"sv, "com\xc2\xb9"sv, "COM\xb2"sv, "CONIN$"sv, "conout$.x"sv}) {
        CAPTURE(name);
        for (bool const hidden : {false, true})
            CHECK_FALSE(is_plain_name(name, hidden, true));
    }
    for (auto const name : {"console"sv, "com10"sv, "com"sv, "lpt"sv, "nul-1"sv, "a.con"sv, "comx"sv})
        CHECK_MESSAGE(is_plain_name(name, false, true), name);
    for (auto const name : {"app.js."sv, "a:b"sv, "con"sv, "COM1"sv})
        CHECK_MESSAGE(is_plain_name(name, false, false), name);
}
