#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace error_tests {

using socketio::error;

namespace {

// error_words() says this for a number that is no error.
std::string const unknown = socketio::error_category().message(0);

} // namespace

TEST_CASE("the category is called socketio and there is one of it")
{
    CHECK(std::string{socketio::error_category().name()} == "socketio");
    CHECK(make_error_code(error::timeout).category() == socketio::error_category());
    CHECK(&socketio::error_category() == &make_error_code(error::closed).category());
}

TEST_CASE("every error has words of its own")
{
    std::set<std::string> seen;
    int const last = static_cast<int>(error::tls_certificate_refused);
    for (int code = 1; code <= last; ++code) {
        std::string const words = socketio::error_category().message(code);
        CAPTURE(code);
        CHECK_FALSE(words.empty());
        CHECK(words != unknown);
        CHECK(seen.insert(words).second);
    }
}

TEST_CASE("a number that is no error has words as well")
{
    CHECK(unknown == "unknown error");
    CHECK(socketio::error_category().message(-1) == unknown);
    CHECK(socketio::error_category().message(static_cast<int>(error::tls_certificate_refused) + 1) == unknown);
}

TEST_CASE("an error is an std::error_code without being asked")
{
    std::error_code const code = error::ping_timeout;
    CHECK(code == error::ping_timeout);
    CHECK(code != error::timeout);
    CHECK(code.message() == "ping timeout");
    CHECK_FALSE(std::error_code{} == error::timeout);
}

#if SOCKETIO_HAS_EXCEPTIONS
TEST_CASE("misuse is an exception that carries the words")
{
    CHECK_THROWS_WITH_AS(socketio::detail::throw_misuse("\"connect\" is a reserved event name"),
        "\"connect\" is a reserved event name", std::invalid_argument);
}
#endif

} // namespace error_tests
