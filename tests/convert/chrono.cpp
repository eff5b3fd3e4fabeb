#include <socketio/convert/chrono.hpp>

#include <socketio/core/convert.hpp>

#include "support/json.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace convert_chrono_tests {

using namespace std::chrono_literals;
using socketio::value;
using support::json;
using time = std::chrono::system_clock::time_point;
template <class Duration>
using time_in = std::chrono::time_point<std::chrono::system_clock, Duration>;

TEST_CASE("a point in time has the text of JavaScript's Date")
{
    CHECK(json(time{1700000000123ms}) == R"("2023-11-14T22:13:20.123Z")");
    CHECK(json(time{-1ns}) == R"("1969-12-31T23:59:59.999Z")");
    CHECK(json(time_in<std::chrono::seconds>{1700000000s}) == R"("2023-11-14T22:13:20.000Z")");
    CHECK(json(std::vector{time_in<std::chrono::days>{std::chrono::days{1}}}) == R"(["1970-01-02T00:00:00.000Z"])");
}

TEST_CASE("a point in time that JavaScript does not have is null")
{
    CHECK(json(time_in<std::chrono::seconds>::max()) == "null");
    CHECK(json(time_in<std::chrono::milliseconds>::min()) == "null");
    CHECK(json(time_in<std::chrono::duration<double>>{std::chrono::duration<double>{0.0 / 0.0}}) == "null");
    CHECK(json(time_in<std::chrono::milliseconds>{8640000000000001ms}) == "null");
    CHECK(json(time_in<std::chrono::milliseconds>{8640000000000000ms}) == R"("+275760-09-13T00:00:00.000Z")");
}

TEST_CASE("a point in time is read from a text and from a number")
{
    CHECK(value{"2023-11-14T22:13:20.123Z"}.get<time>() == time{1700000000123ms});
    CHECK(value{"2023-11-14T23:13:20.123+01:00"}.get<time>() == time{1700000000123ms});
    CHECK(value{1700000000123}.get<time>() == time{1700000000123ms});
    CHECK(value{-1}.get<time_in<std::chrono::seconds>>() == time_in<std::chrono::seconds>{-1s});
    CHECK(value{0.75}.get<time>() == time{});
}

TEST_CASE("a point in time that does not fit is refused")
{
    CHECK_FALSE(value{"yesterday"}.get<time>());
    CHECK_FALSE(value{nullptr}.get<time>());
    CHECK_FALSE(value{true}.get<time>());
    CHECK_FALSE(value{8640000000000001}.get<time>());
    CHECK_FALSE(value{std::numeric_limits<double>::infinity()}.get<time>());
    CHECK_FALSE(value{"2300-01-01"}.get<time_in<std::chrono::nanoseconds>>());
    CHECK(value{"2300-01-01"}.get<time_in<std::chrono::microseconds>>());
    CHECK_FALSE(value{"2300-01-01"}.get<time_in<std::chrono::duration<std::int32_t>>>());
}

TEST_CASE("a duration is a number of milliseconds")
{
    CHECK(json(5s) == "5000");
    CHECK(json(1500us) == "1.5");
    CHECK(json(-1ms) == "-1");
    CHECK(json(2h) == "7200000");
    CHECK(json(std::chrono::duration<double>{0.25}) == "250");
    CHECK(json(std::chrono::duration<int, std::ratio<1001, 30000>>{30}) == "1001");
}

TEST_CASE("a duration is read in its own unit")
{
    CHECK(value{5000}.get<std::chrono::seconds>() == 5s);
    CHECK(value{16.7}.get<std::chrono::milliseconds>() == 17ms);
    CHECK(value{16.7}.get<std::chrono::microseconds>() == 16700us);
    CHECK(value{-0.5}.get<std::chrono::duration<double>>() == std::chrono::duration<double>{-0.0005});
    CHECK_FALSE(value{nullptr}.get<std::optional<std::chrono::seconds>>()->has_value());
}

TEST_CASE("a duration that does not fit is refused")
{
    CHECK_FALSE(value{"5s"}.get<std::chrono::seconds>());
    CHECK_FALSE(value{9.3e12}.get<std::chrono::nanoseconds>());
    CHECK(value{9.2e12}.get<std::chrono::nanoseconds>());
    CHECK_FALSE(value{-9.3e12}.get<std::chrono::nanoseconds>());
    CHECK_FALSE(value{200000}.get<std::chrono::duration<std::int8_t>>());
    CHECK(value{127000}.get<std::chrono::duration<std::int8_t>>());
    CHECK_FALSE(value{-1000}.get<std::chrono::duration<unsigned>>());
    CHECK_FALSE(value{std::numeric_limits<double>::infinity()}.get<std::chrono::duration<double>>());
}

} // namespace convert_chrono_tests
