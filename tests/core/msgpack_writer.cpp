#include <socketio/msgpack.hpp>

#include <socketio/core/convert.hpp>
#include <socketio/core/value_view.hpp>

#include "support/hex.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace msgpack_tests {

struct point {
    int x = 0;
    double y = 0;
    std::optional<std::string> name{};
};
SOCKETIO_FIELDS(point, x, y, name)

} // namespace msgpack_tests

namespace msgpack_writer_tests {

using namespace socketio;

namespace {

std::string written_by(std::function<void(writer&)> const& write)
{
    detail::byte_buffer to;
    detail::msgpack_writer into{to};
    write_in_form(into, write);
    return support::to_hex(to.view());
}

template <class T>
std::string written(T const& data)
{
    return written_by([&](writer& to) { detail::write(to, data); });
}

} // namespace

TEST_CASE("an integer is written as MessagePack in the shortest form")
{
    CHECK(written(0) == "00");
    CHECK(written(127) == "7f");
    CHECK(written(128) == "cc80");
    CHECK(written(255) == "ccff");
    CHECK(written(256) == "cd0100");
    CHECK(written(65535) == "cdffff");
    CHECK(written(65536) == "ce00010000");
    CHECK(written(4294967295U) == "ceffffffff");
    CHECK(written(4294967296LL) == "cf0000000100000000");
    CHECK(written((std::numeric_limits<std::uint64_t>::max)()) == "cfffffffffffffffff");
    CHECK(written(-1) == "ff");
    CHECK(written(-32) == "e0");
    CHECK(written(-33) == "d0df");
    CHECK(written(-128) == "d080");
    CHECK(written(-129) == "d1ff7f");
    CHECK(written(-32768) == "d18000");
    CHECK(written(-32769) == "d2ffff7fff");
    CHECK(written((std::numeric_limits<std::int32_t>::min)()) == "d280000000");
    CHECK(written(-2147483649LL) == "d3ffffffff7fffffff");
    CHECK(written((std::numeric_limits<std::int64_t>::min)()) == "d38000000000000000");
}

TEST_CASE("a double without a fraction is an integer in MessagePack, as it is to JavaScript, and others have 64 bits")
{
    CHECK(written(1.0) == "01");
    CHECK(written(-0.0) == "00");
    CHECK(written(-3.0) == "fd");
    CHECK(written(9007199254740991.0) == "cf001fffffffffffff");
    CHECK(written(9007199254740992.0) == "cb4340000000000000");
    CHECK(written(-9007199254740992.0) == "cbc340000000000000");
    CHECK(written(1e300) == "cb7e37e43c8800759c");
    CHECK(written(1.5) == "cb3ff8000000000000");
    CHECK(written(1.5F) == "cb3ff8000000000000");
    CHECK(written(std::numeric_limits<double>::infinity()) == "cb7ff0000000000000");
    CHECK(written(-std::numeric_limits<double>::infinity()) == "cbfff0000000000000");
    CHECK(written(std::numeric_limits<double>::quiet_NaN()).substr(0, 5) == "cb7ff");
}

TEST_CASE("texts and binary data have the shortest header that MessagePack has for their size")
{
    auto const head = [](std::string const& hex, std::size_t size) { return hex.substr(0, hex.size() - 2 * size); };
    auto const text = [&](std::size_t size) { return head(written(std::string(size, 'x')), size); };
    CHECK(text(0) == "a0");
    CHECK(text(31) == "bf");
    CHECK(text(32) == "d920");
    CHECK(text(255) == "d9ff");
    CHECK(text(256) == "da0100");
    CHECK(text(65535) == "daffff");
    CHECK(text(65536) == "db00010000");
    auto const data = [&](std::size_t size) { return head(written(bytes(size)), size); };
    CHECK(data(0) == "c400");
    CHECK(data(255) == "c4ff");
    CHECK(data(256) == "c50100");
    CHECK(data(65536) == "c600010000");
}

TEST_CASE("text that is not UTF-8 has U+FFFD in MessagePack, as in JSON")
{
    CHECK(written(std::string{"a\xff"}) == "a461efbfbd");
    CHECK(written(std::map<std::string, int>{{"\xff", 1}}) == "81a3efbfbd01");
    CHECK(written(std::string{"\xc3\xb6"}) == "a2c3b6");
}

TEST_CASE("arrays and objects of MessagePack get their sizes at their ends, in the shortest form")
{
    auto const head = [](std::size_t n) {
        std::string const hex = written(std::vector<int>(n, 1));
        CHECK(hex.size() > 2 * n);
        return hex.substr(0, hex.size() - 2 * n);
    };
    CHECK(head(0) == "90");
    CHECK(head(15) == "9f");
    CHECK(head(16) == "dc0010");
    CHECK(head(65535) == "dcffff");
    CHECK(head(65536) == "dd00010000");
    auto const members = [](std::size_t n) {
        return written_by([n](writer& to) {
            to.begin_object();
            for (std::size_t i = 0; i != n; ++i) {
                to.key("k");
                to.null();
            }
            to.end_object();
        });
    };
    CHECK(members(0) == "80");
    CHECK(members(15).starts_with("8fa16bc0"));
    CHECK(members(16).starts_with("de0010a16bc0"));
    CHECK(members(65536).starts_with("df00010000a16bc0"));
    CHECK(members(65536).size() == 2 * (5 + 65536 * 3));
}

TEST_CASE("a long array inside of long arrays is whole in MessagePack")
{
    std::vector<std::vector<int>> const nested(20, std::vector<int>(17, 7));
    std::string expected = "dc0014";
    for (int i = 0; i != 20; ++i) {
        expected += "dc0011";
        for (int k = 0; k != 17; ++k)
            expected += "07";
    }
    CHECK(written(nested) == expected);
}

TEST_CASE("C++ types go straight to MessagePack by the same conversions as to JSON")
{
    using msgpack_tests::point;
    CHECK(written(nullptr) == "c0");
    CHECK(written(true) == "c3");
    CHECK(written(false) == "c2");
    CHECK(written(point{.x = 1, .y = 2.5, .name = "n"}) == "83a17801a179cb4004000000000000a46e616d65a16e");
    CHECK(written(point{}) == "83a17800a17900a46e616d65c0"); // JSON has null there, too
    CHECK(written(std::optional<int>{}) == "c0");
    CHECK(written(std::variant<int, std::string>{"v"}) == "a176");
    CHECK(written(std::tuple{1, "a", true}) == "9301a161c3");
    CHECK(written(std::map<std::string, int>{{"a", 1}}) == "81a16101");
    CHECK(written(std::array<std::byte, 2>{std::byte{1}, std::byte{2}}) == "c4020102");
    CHECK(written(value{object{{"a", array{1, nullptr, bytes{std::byte{9}}}}}}) == "81a1619301c0c40109");
    CHECK(written(value{18446744073709551615U}) == "cfffffffffffffffff");
    CHECK(written("text") == "a474657874");
}

TEST_CASE("raw JSON text is read for MessagePack")
{
    CHECK(written_by([](writer& to) { to.raw(R"({"a":[1,-2.5,"x",null]})"); }) ==
          "81a1619401cbc004000000000000a178c0");
    CHECK_THROWS_AS(written_by([](writer& to) { to.raw("nonsense"); }), std::invalid_argument);
}

TEST_CASE("what is no whole value is misuse of a writer of MessagePack")
{
    auto const refused = [](std::function<void(writer&)> const& write) {
        CHECK_THROWS_AS(written_by(write), std::invalid_argument);
    };
    refused([](writer&) {});
    refused([](writer& to) { to.null(), to.null(); });
    refused([](writer& to) { to.key("k"); });
    refused([](writer& to) { to.begin_array(), to.key("k"); });
    refused([](writer& to) { to.begin_object(), to.null(); });
    refused([](writer& to) { to.begin_object(), to.key("k"), to.end_object(); });
    refused([](writer& to) { to.begin_object(), to.key("k"), to.key("k"); });
    refused([](writer& to) { to.begin_object(), to.end_array(); });
    refused([](writer& to) { to.begin_array(), to.end_object(); });
    refused([](writer& to) { to.end_array(); });
    refused([](writer& to) { to.begin_array(); });
    refused([](writer& to) {
        for (unsigned i = 0; i != max_json_depth + 1; ++i)
            to.begin_array();
    });
}

} // namespace msgpack_writer_tests
