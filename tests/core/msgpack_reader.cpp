#include <socketio/msgpack.hpp>

#include <socketio/core/convert.hpp>
#include <socketio/core/value_view.hpp>

#include "support/hex.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace msgpack_reader_tests {

using namespace socketio;
using support::from_hex;

namespace {

struct reading {
    std::string message;
    value_builder built{};
    std::error_code failed{};

    explicit reading(std::string_view hex, detail::json_limits limits = {}) : message{from_hex(hex)}
    {
        built.start(limits);
        failed = detail::read_msgpack(message, built);
    }
    value_view root() const { return built.root(); }
};

std::string json(std::string_view hex)
{
    reading const got{hex};
    return got.failed ? got.failed.message() : got.root().to_json();
}

std::string binary(std::string_view hex)
{
    reading const got{hex};
    return got.root().is_binary() ? support::to_hex(detail::as_text(got.root().as_binary())) : "no binary data";
}

constexpr std::string_view invalid = "invalid MessagePack";

} // namespace

TEST_CASE("integers of MessagePack are read from every width")
{
    CHECK(json("00") == "0");
    CHECK(json("7f") == "127");
    CHECK(json("cc05") == "5");
    CHECK(json("cdffff") == "65535");
    CHECK(json("ceffffffff") == "4294967295");
    CHECK(json("cfffffffffffffffff") == "18446744073709551615");
    CHECK(json("ff") == "-1");
    CHECK(json("e0") == "-32");
    CHECK(json("d080") == "-128");
    CHECK(json("d18000") == "-32768");
    CHECK(json("d280000000") == "-2147483648");
    CHECK(json("d38000000000000000") == "-9223372036854775808");
    CHECK(json("d30000000000000000") == "0");
    CHECK(json("d000") == "0");
    CHECK(json("d3000000000000007f") == "127");
    CHECK(reading{"cf7fffffffffffffff"}.root().type() == value_type::int64);
    CHECK(reading{"cf8000000000000000"}.root().type() == value_type::uint64);
}

TEST_CASE("numbers of MessagePack with a fraction are doubles, of either width")
{
    CHECK(json("cb3ff8000000000000") == "1.5");
    CHECK(json("ca3fc00000") == "1.5");
    CHECK(reading{"ca3f800000"}.root().type() == value_type::number);
    CHECK(reading{"cb7ff0000000000000"}.root().as_double() == std::numeric_limits<double>::infinity());
    CHECK(std::isnan(reading{"cb7ff8000000000000"}.root().as_double()));
    CHECK(reading{"cb4000000000000000"}.root().get<int>() == 2);
}

TEST_CASE("texts of MessagePack are read from every width, and lie in the message")
{
    CHECK(json("a3616263") == R"("abc")");
    CHECK(json("d903616263") == R"("abc")");
    CHECK(json("da0003616263") == R"("abc")");
    CHECK(json("db00000003616263") == R"("abc")");
    CHECK(json("a0") == R"("")");
    reading const got{"91a3616263"};
    CHECK(got.root()[0].as_string().data() == got.message.data() + 2);
}

TEST_CASE("text of MessagePack that is not UTF-8 has U+FFFD")
{
    CHECK(json("a161") == R"("a")");
    CHECK(json("a261ff") == "\"a\xEF\xBF\xBD\"");
    CHECK(json("a4f0908080") == "\"\xF0\x90\x80\x80\""); // U+10000 is valid
    CHECK(json("a3f09080") == "\"\xEF\xBF\xBD\"");
    CHECK(json("81a1ff01") == "{\"\xEF\xBF\xBD\":1}");
}

TEST_CASE("binary data of MessagePack is read from every width, and lies in the message")
{
    CHECK(binary("c4020102") == "0102");
    CHECK(binary("c500020102") == "0102");
    CHECK(binary("c6000000020102") == "0102");
    CHECK(binary("c400").empty());
    reading const got{"c4020102"};
    CHECK(detail::as_text(got.root().as_binary()).data() == got.message.data() + 2);
}

TEST_CASE("nil and booleans of MessagePack are what they are")
{
    CHECK(json("c0") == "null");
    CHECK(json("c2") == "false");
    CHECK(json("c3") == "true");
    CHECK_FALSE(value_builder::is_undefined(reading{"c0"}.root()));
}

TEST_CASE("arrays and maps of MessagePack are read from every width")
{
    CHECK(json("90") == "[]");
    CHECK(json("9301a161c0") == R"([1,"a",null])");
    CHECK(json("dc0001 01") == "[1]");
    CHECK(json("dd00000001 01") == "[1]");
    CHECK(json("80") == "{}");
    CHECK(json("81a16101") == R"({"a":1})");
    CHECK(json("de0001a16101") == R"({"a":1})");
    CHECK(json("df00000001a16101") == R"({"a":1})");
    CHECK(json("92 9190 8290a1") == invalid);
    CHECK(json("92 9190 82 a16190 a162 80") == R"([[[]],{"a":[],"b":{}}])");
    CHECK(json("81 a161 91 81 a162 92 01 02") == R"({"a":[{"b":[1,2]}]})");
}

TEST_CASE("integers as keys of MessagePack become texts, and other keys are errors")
{
    CHECK(json("81 01 02") == R"({"1":2})");
    CHECK(json("81 ff 02") == R"({"-1":2})");
    CHECK(json("81 d080 02") == R"({"-128":2})");
    CHECK(json("81 cfffffffffffffffff 02") == R"({"18446744073709551615":2})");
    CHECK(json("81 d38000000000000000 02") == R"({"-9223372036854775808":2})");
    CHECK(json("82 01 02 cd0100 03") == R"({"1":2,"256":3})");
    CHECK(json("81 d90161 02") == R"({"a":2})");
    CHECK(json("81 da000161 02") == R"({"a":2})");
    CHECK(json("81 db0000000161 02") == R"({"a":2})");
    CHECK(json("81 a95f5f70726f746f5f5f 02") == R"({"__proto__":2})");
    for (char const* const key : {"c0", "c2", "90", "80", "c40161", "cb3ff0000000000000", "d40000", "c1"})
        CHECK(json(std::string{"81 "} + key + " 02") == invalid);
}

// [lab] of notepack.io 2.2.0: what npm's socket.io-msgpack-parser writes.
TEST_CASE("undefined, dates and typed arrays are read as npm writes them")
{
    CHECK(json("d40000") == "null");
    CHECK(value_builder::is_undefined(reading{"d40000"}.root()));
    CHECK(json("92d4000001") == "[null,1]");
    CHECK(json("81a161d40000") == R"({"a":null})");
    CHECK(json("d7000000018bcfe5687b") == R"("2023-11-14T22:13:20.123Z")");
    CHECK(json("d700ffffffffffffffff") == R"("1969-12-31T23:59:59.999Z")");
    CHECK(json("d7000000000000000000") == R"("1970-01-01T00:00:00.000Z")"); // an invalid one as well
    CHECK(json("d7007fffffffffffffff") == "null");
    CHECK(binary("c702000102") == "0102");
    CHECK(binary("c80002000102") == "0102");
    CHECK(binary("c900000002000102") == "0102");
    CHECK(binary("c7010001") == "01"); // no undefined
    CHECK(binary("c708000000018bcfe5687b") == "0000018bcfe5687b"); // no date
    CHECK(binary("c70000").empty());
    CHECK(binary("d5000102") == "0102");
    CHECK(binary("d60001020304") == "01020304");
    CHECK(binary("d80000112233445566778899aabbccddeeff") == "00112233445566778899aabbccddeeff");
    CHECK(json("82a13000a13101") == R"({"0":0,"1":1})"); // a browser's typed array
}

TEST_CASE("standard timestamps of MessagePack become dates")
{
    CHECK(json("d6ff6553f100") == R"("2023-11-14T22:13:20.000Z")");
    CHECK(json("d7ff1d5525806553f100") == R"("2023-11-14T22:13:20.123Z")");
    CHECK(json("c70cff3b9ac9ffffffffffffffffff") == R"("1969-12-31T23:59:59.999Z")");
    CHECK(json("c70cff00000000ffffffffffffffff") == R"("1969-12-31T23:59:59.000Z")");
    CHECK(json("c70cff000000007fffffffffffffff") == "null");
    CHECK(json("c704ff6553f100") == R"("2023-11-14T22:13:20.000Z")");
    CHECK(json("d7ffffffffff00000000") == R"([-1,null])"); // more nanoseconds than a second has
    CHECK(json("d4ff01") == "[-1,null]");
}

TEST_CASE("an ext of MessagePack that is unknown is an array of its type and its bytes")
{
    reading const got{"d5050102"};
    REQUIRE(got.root().is_array());
    CHECK(got.root().size() == 2);
    CHECK(got.root()[0].get<int>() == 5);
    CHECK(support::to_hex(detail::as_text(got.root()[1].as_binary())) == "0102");
    CHECK(json("92 d58001020 7") == "[[-128,null],7]");
    CHECK(json("c70005") == "[5,null]");
}

TEST_CASE("what is not exactly one value of MessagePack is an error")
{
    for (char const* const bad : {"", "c1", "0000", "91", "81", "81a161", "a1", "d9", "d901", "da00", "db000000", "cc",
                                  "cd00", "ce000000", "cf00", "d0", "d1", "d2", "d3", "ca000000", "cb00", "c4", "c401",
                                  "c5", "c500", "c6", "c7", "c700", "c70100", "d4", "d400", "d8ff00", "dc", "dc0001",
                                  "dd", "de", "de0001a161", "df", "9101 00", "8190", "90c1"}) {
        CAPTURE(bad);
        reading const got{bad};
        CHECK(got.failed == error::msgpack_invalid);
    }
}

TEST_CASE("a size that MessagePack announces is not believed before the bytes are there")
{
    for (char const* const bad : {"ddffffffff0000000000000000000000000000", "dfffffffff00000000000000000000000000",
                                  "dbffffffff00", "c6ffffffff00", "c9ffffffff0000", "c9ffffffff0500", "dd0000000301 02",
                                  "df0000000101", "9f01", "8f01"}) {
        CAPTURE(bad);
        reading const got{bad};
        CHECK(got.failed == error::msgpack_invalid);
    }
}

TEST_CASE("MessagePack has the limits of JSON: for the depth and the number of values")
{
    auto const nested = [](std::size_t n) {
        std::string hex;
        for (std::size_t i = 1; i < n; ++i)
            hex += "91";
        return hex + "90";
    };
    CHECK_FALSE(reading{nested(128)}.failed);
    CHECK(reading{nested(129)}.failed == error::json_too_deep);
    CHECK_FALSE(reading{nested(1024), {.depth = max_json_depth}}.failed);
    CHECK(reading{nested(100000), {.depth = 100000}}.failed == error::json_too_deep);
    CHECK(reading{"d50501 02", {.depth = 0}}.failed == error::json_too_deep);
    CHECK_FALSE(reading{"93010203", {.values = 4}}.failed);
    CHECK(reading{"9401020304", {.values = 4}}.failed == error::json_too_large);
    CHECK(reading{"82a16101a16202", {.values = 4}}.failed == error::json_too_large);
}

TEST_CASE("one reader serves many messages of MessagePack")
{
    value_builder built;
    std::string const bad = from_hex("91");
    std::string const good = from_hex("92 0181 05 a178");
    for (int i = 0; i != 3; ++i) {
        built.start({});
        CHECK(detail::read_msgpack(bad, built) == error::msgpack_invalid);
        CHECK(built.root().is_null());
        built.start({});
        CHECK_FALSE(detail::read_msgpack(good, built));
        CHECK(built.root().to_json() == R"([1,{"5":"x"}])");
    }
}

namespace msgpack_tests {

struct shape {
    std::vector<std::pair<int, double>> points{};
    std::map<std::string, std::uint8_t> tags{};
    std::optional<std::string> name{};
    bytes data{};
    bool operator==(shape const&) const = default;
};
SOCKETIO_FIELDS(shape, points, tags, name, data)

} // namespace msgpack_tests

TEST_CASE("C++ types and values come back from MessagePack as they went")
{
    auto const round = [](auto const& data) {
        detail::byte_buffer to;
        detail::msgpack_writer into{to};
        write_in_form(into, [&](writer& one) { detail::write(one, data); });
        value_builder built;
        built.start({});
        REQUIRE_FALSE(detail::read_msgpack({to.data(), to.size()}, built));
        return built.root().get<std::remove_cvref_t<decltype(data)>>();
    };
    msgpack_tests::shape const shape{{{1, 2.5}, {-3, 4}}, {{"a", 1}, {"b", 255}}, "n\xc3\xb6", bytes(300, std::byte{7})};
    CHECK(round(shape) == shape);
    value const all{array{nullptr, true, -1, 18446744073709551615U, 1.5, "text", bytes{std::byte{1}},
                          object{{"a", array{value{array{}}}}, {"", object{}}}}};
    CHECK(round(all) == all);
    CHECK(round(1e300) == 1e300);
}

} // namespace msgpack_reader_tests
