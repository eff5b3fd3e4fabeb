#include <socketio/session/local_event.hpp>

#include <doctest/doctest.h>

#include <socketio/core/convert.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace local_event_tests {

using namespace socketio;
using detail::local_args;

TEST_CASE("a text is the only argument")
{
    local_args const made{std::string_view{"transport close"}};
    args const view = made.view();
    REQUIRE(view.size() == 1);
    CHECK(view[0].as_string() == "transport close");
    CHECK(view.get<std::string>(0) == "transport close");
    CHECK(view[1].is_null());
    CHECK_FALSE(view.get<int>(0));
}

TEST_CASE("an empty text is a text")
{
    local_args const made{std::string_view{}};
    REQUIRE(made.view().size() == 1);
    CHECK(made.view()[0].is_string());
    CHECK(made.view()[0].as_string().empty());
}

TEST_CASE("a number is the only argument, and fits what a number from the network fits")
{
    local_args const made{std::uint64_t{3}};
    args const view = made.view();
    REQUIRE(view.size() == 1);
    CHECK(view.get<int>(0) == 3);
    CHECK(view.get<std::uint64_t>(0) == 3u);
    CHECK(view.get<double>(0) == 3.0);
    CHECK_FALSE(view.get<std::string>(0));
    CHECK(view[0].to_value() == value{3});
    CHECK(view[0].type() == value_type::int64);
    local_args const large{std::uint64_t{1} << 40};
    CHECK(large.view().get<std::uint64_t>(0) == std::uint64_t{1} << 40);
    CHECK_FALSE(large.view().get<std::int32_t>(0));
}

TEST_CASE("iterating ends behind the argument")
{
    local_args const made{std::uint64_t{0}};
    int count = 0;
    for (value_view const each : made.view()) {
        CHECK(each.is_number());
        ++count;
    }
    CHECK(count == 1);
    CHECK(made.view().rest(1).empty());
}

} // namespace local_event_tests
