#include <socketio/wire/http_date.hpp>

#include <doctest/doctest.h>

#include <string>

namespace http_date_tests {

using namespace socketio::detail;
using namespace std::chrono_literals;

namespace {

long long seconds_of(std::string_view text)
{
    auto const time = parse_http_date(text);
    return time ? time->time_since_epoch().count() : -1;
}

} // namespace

TEST_CASE("the three forms of a date in HTTP, and the sloppy ones of cookies, mean the same second")
{
    for (char const* text :
        {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
            "Sun, 06-Nov-1994 08:49:37 GMT", "6 november 1994 8:49:37", "08:49:37 6 Nov 94"})
        CHECK_MESSAGE(seconds_of(text) == 784111777, text);
    CHECK(seconds_of("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
    CHECK(seconds_of("Tue, 29 Feb 2028 23:59:59 GMT") == 1835481599);
    CHECK(seconds_of("Wed, 01-Jan-69 00:00:00 GMT") == 3124224000); // 2069
    CHECK(parse_http_date("Mon, 01 Jan 1601 00:00:00 GMT").has_value());
    CHECK(parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT").has_value());
}

TEST_CASE("what is no date is none")
{
    for (char const* text :
        {"", "now", "Sun, 06 Nov 1994", "08:49:37", "Sun, 32 Jan 1994 08:49:37 GMT", "Sun, 30 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:60 GMT",
            "Sun, 06 Nov 1600 08:49:37 GMT", "Sun, 06 Nov 19994 08:49:37 GMT", "Sun, 06 Nov 994 08:49:37 GMT", "06 Foo 1994 08:49:37",
            "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "1994-11-06T08:49:37Z"})
        CHECK_MESSAGE(!parse_http_date(text), text);
    CHECK_FALSE(parse_http_date(std::string(100000, '9')));
}

TEST_CASE("Retry-After is a number of seconds or a date")
{
    auto const now = *parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(parse_retry_after("120", now) == 120s);
    CHECK(parse_retry_after("0", now) == 0s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now) == 30s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:07 GMT", now) == 0s);
    CHECK(parse_retry_after(std::string(5000, '9'), now) == std::chrono::hours(24 * 36525));
    CHECK(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now) == std::chrono::hours(24 * 36525));
    for (char const* text : {"", "-1", "1.5", "12 s", "soon", " 5"})
        CHECK_MESSAGE(!parse_retry_after(text, now), text);
}

TEST_CASE("a date is written as RFC 9110 prefers it, and reads as the same")
{
    for (char const* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 29 Feb 2024 23:59:59 GMT"})
        CHECK(socketio::detail::format_http_date(*parse_http_date(text)) == text);
}

} // namespace http_date_tests
