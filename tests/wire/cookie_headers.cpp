#include <socketio/wire/cookie_headers.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace cookie_headers_tests {

using namespace socketio::detail;

namespace {

constexpr http_time now{std::chrono::seconds{1'000'000}};

url address(std::string_view text)
{
    url made;
    REQUIRE_FALSE(parse_url(text, made));
    return made;
}

http_head setting(std::initializer_list<std::string> cookies)
{
    http_head head;
    for (auto const& each : cookies)
        head.headers.push_back({"set-cookie", each});
    return head;
}

} // namespace

TEST_CASE("cookies that an answer sets go with the next request, behind the user's own")
{
    cookie_jar jar;
    url const to = address("http://host/");
    keep_cookies(setting({"AWSALB=1; Path=/", "AWSALBCORS=2; Path=/", "away=3; Path=/other"}), &jar,
                 origin_of(to, "/socket.io/?EIO=4"), now);
    std::vector<http_header> headers{{"Cookie", "own=0"}, {"X-A", "b"}, {"cookie", "own2=1"}};
    add_cookies(headers, &jar, origin_of(to, "/socket.io/?EIO=4&a=/other"), now);
    REQUIRE(headers.size() == 2);
    CHECK(headers[0].name == "X-A");
    CHECK(headers[1].name == "Cookie");
    CHECK(headers[1].value == "own=0; own2=1; AWSALB=1; AWSALBCORS=2");
}

TEST_CASE("without a jar headers stay as they are, and without cookies there is no header")
{
    std::vector<http_header> headers{{"Cookie", "own=0"}};
    url const to = address("http://host/");
    keep_cookies(setting({"a=1"}), nullptr, origin_of(to, "/"), now);
    add_cookies(headers, nullptr, origin_of(to, "/"), now);
    CHECK(headers.size() == 1);
    headers.clear();
    cookie_jar empty;
    add_cookies(headers, &empty, origin_of(to, "/"), now);
    CHECK(headers.empty());
}

} // namespace cookie_headers_tests
