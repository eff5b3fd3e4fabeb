#include <socketio/core/iso_date.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace iso_date_tests {

namespace {

std::string date(std::int64_t milliseconds)
{
    std::array<char, socketio::detail::iso_date_room> text{};
    return {text.data(), socketio::detail::write_iso_date(text.data(), milliseconds)};
}

} // namespace

// The texts are those of node: new Date(n).toISOString().
TEST_CASE("a date has the text that JavaScript gives it")
{
    CHECK(date(0) == "1970-01-01T00:00:00.000Z");
    CHECK(date(1700000000123) == "2023-11-14T22:13:20.123Z");
    CHECK(date(-1) == "1969-12-31T23:59:59.999Z");
    CHECK(date(951782400000) == "2000-02-29T00:00:00.000Z");
    CHECK(date(4107542399999) == "2100-02-28T23:59:59.999Z");
    CHECK(date(4107542400000) == "2100-03-01T00:00:00.000Z");
    CHECK(date(-62167219200000) == "0000-01-01T00:00:00.000Z");
    CHECK(date(-62167219200001) == "-000001-12-31T23:59:59.999Z");
    CHECK(date(253402300799999) == "9999-12-31T23:59:59.999Z");
    CHECK(date(253402300800000) == "+010000-01-01T00:00:00.000Z");
    CHECK(date(8640000000000000) == "+275760-09-13T00:00:00.000Z");
    CHECK(date(-8640000000000000) == "-271821-04-20T00:00:00.000Z");
    CHECK(date(8640000000000001).empty());
    CHECK(date(-8640000000000001).empty());
}

} // namespace iso_date_tests
