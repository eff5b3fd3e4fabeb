#include <socketio/core/joined.hpp>

#include <doctest/doctest.h>

#include <string>

namespace joined_tests {

using socketio::detail::joined;

TEST_CASE("pieces of text are joined in their order, empty ones among them")
{
    CHECK(joined({}).empty());
    CHECK(joined({"one"}) == "one");
    std::string const two = "two";
    CHECK(joined({"one ", two, "", " three"}) == "one two three");
}

} // namespace joined_tests
