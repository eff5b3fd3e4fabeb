#include <socketio/core/iso_date_reader.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace iso_date_reader_tests {

using socketio::detail::read_iso_date;

// The numbers are those of node: Date.parse(text).
TEST_CASE("a text of JavaScript's Date is read as JavaScript reads it")
{
    CHECK(read_iso_date("1970-01-01T00:00:00.000Z") == 0);
    CHECK(read_iso_date("2023-11-14T22:13:20.123Z") == 1700000000123);
    CHECK(read_iso_date("1969-12-31T23:59:59.999Z") == -1);
    CHECK(read_iso_date("2000-02-29") == 951782400000);
    CHECK(read_iso_date("2023-11-14T23:13+01:00") == 1699999980000);
    CHECK(read_iso_date("2023-11-14T22:13:20-0530") == 1700019800000);
    CHECK(read_iso_date("2023-11-14T24:00:00Z") == 1700006400000);
    CHECK(read_iso_date("2023-11-14T22:13:20.5Z") == 1700000000500);
    CHECK(read_iso_date("2023-11-14T22:13:20.123456789Z") == 1700000000123);
    CHECK(read_iso_date("+275760-09-13T00:00:00.000Z") == 8640000000000000);
    CHECK(read_iso_date("-271821-04-20T00:00:00.000Z") == -8640000000000000);
}

TEST_CASE("what is written is read")
{
    for (std::int64_t const time : {0LL, -62167219200001LL, 951782399999LL, 4107542400000LL, -8640000000000000LL}) {
        std::array<char, socketio::detail::iso_date_room> text{};
        std::size_t const size = socketio::detail::write_iso_date(text.data(), time);
        CHECK(read_iso_date({text.data(), size}) == time);
    }
}

TEST_CASE("what is no date is refused")
{
    for (std::string_view const text :
         {"", "2023", "2023-11", "2023-13-01", "2023-00-10", "2023-02-29", "2023-11-31", "2023-11-14T", "2023-11-14T25:00Z",
          "2023-11-14T24:00:01Z", "2023-11-14T22:60Z", "2023-11-14T22:13:60Z", "2023-11-14T22:13:20.Z", "2023-11-14Z",
          "2023-11-14T22:13:20", "2023-11-14T22:13:20+24:00", "2023-11-14T22:13:20Z ", "14 Nov 2023", "-000000-01-01",
          "+275760-09-13T00:00:00.001Z", "2023-11-14T22:13:20+", "23-11-14", "\xff"}) {
        CAPTURE(text);
        CHECK_FALSE(read_iso_date(text).has_value());
    }
}

} // namespace iso_date_reader_tests
