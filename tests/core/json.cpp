#include <socketio/core/json.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>

namespace json_tests {

using socketio::error;
using socketio::value_type;
using socketio::value_view;
using socketio::detail::json_document;

namespace {

// A copy on the heap of exactly the text's size: a sanitizer notices every byte read beyond it.
struct parsed {
    explicit parsed(std::string_view json, bool placeholders = false, socketio::detail::json_limits limits = {})
        : text(json.begin(), json.end())
    {
        text.shrink_to_fit();
        ec = document.parse(text, limits, placeholders);
    }
    value_view root() const { return document.root(); }

    std::vector<char> text;
    json_document document;
    std::error_code ec;
};

std::string again(std::string_view json)
{
    parsed const read{json};
    return read.ec ? read.ec.message() : read.root().to_json();
}

double number(std::string_view json)
{
    parsed const read{json};
    REQUIRE_FALSE(read.ec);
    REQUIRE(read.root().type() == value_type::number);
    return read.root().as_double();
}

std::string text(std::string_view json)
{
    parsed const read{json};
    REQUIRE_FALSE(read.ec);
    REQUIRE(read.root().is_string());
    return std::string{read.root().as_string()};
}

bool is_json(std::string_view json)
{
    parsed const read{json};
    if (read.ec) {
        CHECK(read.ec == error::json_invalid);
        CHECK(read.root().is_null());
    }
    return !read.ec;
}

std::string nested(std::size_t depth, std::string_view open, std::string_view middle, std::string_view close)
{
    std::string json;
    for (std::size_t i = 0; i != depth; ++i)
        json += open;
    json += middle;
    for (std::size_t i = 0; i != depth; ++i)
        json += close;
    return json;
}

} // namespace

TEST_CASE("every kind of value is read")
{
    for (std::string_view const json :
         {"null", "true", "false", "0", "1", "-1", "0.5", "\"\"", "\"a\"", "[]", "{}", "[1]", "[[],{}]", R"({"a":1})",
          R"(["msg",{"id":123456,"text":"hello world","ok":true}])", R"({"a":{"b":[null,true,false,{"c":[]}]}})"})
        CHECK(again(json) == json);
    CHECK(again(" \t\r\n[ 1 , 2 , { \"a\" : -3 } ] \n") == R"([1,2,{"a":-3}])");
    CHECK(again(" 12 ") == "12");
}

TEST_CASE("what is not exactly one JSON value is refused")
{
    for (std::string_view const json :
         {"", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1]]", "[1] 2", "1 1", "{\"a\"}", "{\"a\":}",
          "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "nul", "nulll", "truE", "True", "falsey", "\"",
          "\"a", "'a'", "[\"a]", "//", "[1]//", "[/**/1]", "[1:2]", "{\"a\",1}", "[}", "{]", "\xEF\xBB\xBF[]", "undefined"}) {
        CAPTURE(json);
        CHECK_FALSE(is_json(json));
    }
    CHECK_FALSE(is_json(std::string_view{"[1]\0", 4}));
    CHECK_FALSE(is_json(std::string_view{"\0[1]", 4}));
    CHECK_FALSE(is_json(std::string_view{"[1\0]", 4}));
    CHECK_FALSE(is_json(std::string_view{"[\"a\0b\"]", 7}));
    CHECK_FALSE(is_json(std::string_view{"\0", 1}));
}

TEST_CASE("a text cut off anywhere is refused and nothing is read beyond it")
{
    std::string const sample =
        R"( {"ab\u00e9\ud83d\ude00\n":[1,-2.5e+3,"x\"y",true,false,null,{"_placeholder":true,"num":12}],"b":{}})";
    REQUIRE(is_json(sample));
    for (std::size_t size = 0; size != sample.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(is_json(sample.substr(0, size)));
        parsed const binary{sample.substr(0, size), true};
        CHECK(binary.ec == error::json_invalid);
    }
}

TEST_CASE("integers keep all their digits")
{
    parsed const read{
        "[9007199254740993,9223372036854775807,9223372036854775808,18446744073709551615,-9223372036854775808,0,"
        "123456789012345678,1234567890123456789,-123456789012345678]"};
    REQUIRE_FALSE(read.ec);
    value_view const all = read.root();
    CHECK(all[0].type() == value_type::int64);
    CHECK(all[1].type() == value_type::int64);
    CHECK(all[2].type() == value_type::uint64);
    CHECK(all[3].type() == value_type::uint64);
    CHECK(all[4].type() == value_type::int64);
    CHECK(all[5].type() == value_type::int64);
    CHECK(all.to_json() == "[9007199254740993,9223372036854775807,9223372036854775808,18446744073709551615,"
                           "-9223372036854775808,0,123456789012345678,1234567890123456789,-123456789012345678]");
}

TEST_CASE("larger integers become the nearest double")
{
    CHECK(number("18446744073709551616") == 18446744073709551616.0);
    CHECK(number("-9223372036854775809") == -9223372036854775808.0);
    CHECK(number("100000000000000000000000") == 1e23);
}

TEST_CASE("zero keeps its sign")
{
    CHECK(std::signbit(number("-0")));
    CHECK(std::signbit(number("-0.0")));
    CHECK(std::signbit(number("-0e5")));
    CHECK_FALSE(std::signbit(number("0.0")));
    parsed const zero{"0"};
    CHECK(zero.root().type() == value_type::int64);
}

TEST_CASE("doubles are the nearest to their digits")
{
    CHECK(number("0.30000000000000004") == 0.1 + 0.2);
    CHECK(number("1E-3") == 0.001);
    CHECK(number("1e+2") == 100.0);
    CHECK(number("1e2") == 100.0);
    CHECK(number("1.7976931348623157e308") == 1.7976931348623157e308);
    CHECK(number("5e-324") == 5e-324);
    CHECK(number("2.2250738585072011e-308") == 2.2250738585072011e-308);
    CHECK(number("9007199254740993.0") == 9007199254740992.0);
    CHECK(number("0." + std::string(400, '0') + "1e401") == 1.0);
    CHECK(number("1" + std::string(400, '0') + "e-400") == 1.0);
}

TEST_CASE("a number beyond all doubles is infinite or zero, as in JavaScript")
{
    CHECK(number("1e400") == INFINITY);
    CHECK(number("-1e400") == -INFINITY);
    CHECK(number("1e99999999999999999999") == INFINITY);
    CHECK(number("99e308") == INFINITY);
    CHECK(number(std::string(400, '9')) == INFINITY);
    CHECK(number(std::string(400, '9') + "e-10") == INFINITY);
    CHECK(number("1E-400") == 0.0);
    CHECK(number("1e-99999999999999999999") == 0.0);
    CHECK(number("0." + std::string(400, '0') + "1") == 0.0);
    CHECK(std::signbit(number("-1e-400")));
    CHECK(number("0e999") == 0.0);
    CHECK(number("0.0e99999999999999999999") == 0.0);
    CHECK(again("[1e999,{\"a\":-1e999}]") == "[null,{\"a\":null}]");
}

TEST_CASE("what JavaScript does not take for a number is refused")
{
    for (std::string_view const json :
         {"-", "+1", "01", "00", "-01", ".5", "1.", "1.e5", "1e", "1e+", "1e-", "1.5.5", "1e5.5", "1-", "1e5e5", "0x10", "1_0",
          "NaN", "Infinity", "-Infinity", "-NaN", "--1", "1a", "- 1", "1\"\"", "1[]", "1{}", "1true", "0 0", "1e5-3"}) {
        CAPTURE(json);
        CHECK_FALSE(is_json(json));
        CHECK_FALSE(is_json("[" + std::string{json} + "]"));
        CHECK_FALSE(is_json("[" + std::string{json} + ",2]"));
        CHECK_FALSE(is_json("{\"a\":" + std::string{json} + "}"));
    }
}

TEST_CASE("every escape is understood")
{
    CHECK(text(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(text(R"("\u0041\u00e9\u20AC\uD83D\uDE00x")") == "A\u00e9\u20ac\U0001F600x");
    CHECK(text(R"("plain text before\nand more after")") == "plain text before\nand more after");
    CHECK(text("\"\u00e9 and \u20ac are plain\"") == "\u00e9 and \u20ac are plain");
    for (std::string_view const json : {R"("\x")", R"("\u12")", R"("\u12g4")", R"("\")", R"("\u")", R"("\U0041")", "\"\\"}) {
        CAPTURE(json);
        CHECK_FALSE(is_json(json));
    }
}

TEST_CASE("U+0000 in a string survives with what follows it")
{
    CHECK(text(R"("a\u0000b")") == std::string{"a\0b", 3});
    parsed const read{R"({"a\u0000b":1})"};
    CHECK(read.root()[std::string_view{"a\0b", 3}].as_double() == 1);
}

TEST_CASE("half a surrogate pair becomes U+FFFD")
{
    CHECK(text(R"("\ud800")") == "\uFFFD");
    CHECK(text(R"("\udc00")") == "\uFFFD");
    CHECK(text(R"("a\ud800b")") == "a\uFFFD" "b");
    CHECK(text(R"("\ud800\ud800")") == "\uFFFD\uFFFD");
    CHECK(text(R"("\ud83d\ud83d\ude00")") == "\uFFFD\U0001F600");
    CHECK(text(R"("\udc00\ud800")") == "\uFFFD\uFFFD");
    CHECK(text(R"("\ud800\n")") == "\uFFFD\n");
    CHECK(text(R"("\ud800A")") == "\uFFFD" "A");
    CHECK(text(R"("\\ud800")") == "\\ud800");
    CHECK(text(R"("\\\ud800")") == "\\\uFFFD");
    CHECK(again(R"({"\udfff":"\ud83d\ude00"})") == "{\"\uFFFD\":\"\U0001F600\"}");
}

TEST_CASE("control characters in strings are refused")
{
    for (char c = 0; c != 0x20; ++c)
        for (std::size_t before : {0u, 1u, 7u, 8u, 9u, 20u}) {
            CAPTURE(int{c});
            CHECK_FALSE(is_json("\"" + std::string(before, 'x') + c + "yyyyyyyyyyyy\""));
            CHECK_FALSE(is_json("\"\\n" + std::string(before, 'x') + c + "\""));
        }
    CHECK(text("\"\x7f\"") == "\x7f");
}

TEST_CASE("strings of every length keep every byte")
{
    for (std::size_t size = 0; size != 40; ++size)
        for (std::size_t at = 0; at <= size; ++at) {
            std::string const plain(size, 'x');
            std::string expected = plain;
            expected.insert(at, 1, '"');
            std::string escaped = plain;
            escaped.insert(at, "\\\"");
            CHECK(text("\"" + escaped + "\"") == expected);
        }
}

TEST_CASE("128 levels are read unless the limit says otherwise, and never more than 1024")
{
    CHECK_FALSE(parsed{nested(128, "[", "", "]")}.ec);
    CHECK(parsed{nested(129, "[", "", "]")}.ec == error::json_too_deep);
    CHECK_FALSE(parsed{nested(128, "{\"a\":", "1", "}")}.ec);
    CHECK(parsed{nested(129, "{\"a\":", "1", "}")}.ec == error::json_too_deep);
    CHECK(parsed{nested(129, "[", "", "]")}.root().is_null());
    CHECK_FALSE(parsed{nested(3, "[", "1", "]"), false, {3}}.ec);
    CHECK(parsed{nested(4, "[", "1", "]"), false, {3}}.ec == error::json_too_deep);
    CHECK_FALSE(parsed{nested(129, "[", "", "]"), false, {129}}.ec);
    for (std::size_t const limit : {std::size_t{1024}, std::size_t{100000}}) {
        CHECK_FALSE(parsed{nested(1024, "[", "", "]"), false, {limit}}.ec);
        CHECK_FALSE(parsed{nested(1024, "{\"a\":", "1", "}"), false, {limit}}.ec);
        CHECK(parsed{nested(1025, "[", "", "]"), false, {limit}}.ec == error::json_too_deep);
        CHECK(parsed{nested(1025, "{\"a\":", "1", "}"), false, {limit}}.ec == error::json_too_deep);
    }
    CHECK_FALSE(parsed{"1", false, {0}}.ec);
    CHECK(parsed{"[]", false, {0}}.ec == error::json_too_deep);
    CHECK_FALSE(parsed{"[" + nested(127, "[", "", "]") + "," + nested(127, "[", "", "]") + "]"}.ec);
}

TEST_CASE("two million brackets cost no stack")
{
    CHECK(parsed{std::string(2'000'000, '[')}.ec == error::json_too_deep);
    CHECK(parsed{nested(500'000, "{\"a\":", "", "")}.ec == error::json_too_deep);
    std::string wide = "[";
    for (int i = 0; i != 200'000; ++i)
        wide += "[],";
    wide += "0]";
    parsed const read{wide};
    CHECK_FALSE(read.ec);
    CHECK(read.root().size() == 200'001);
}

TEST_CASE("so many values as the limit are read, the next is one too many")
{
    using limits = socketio::detail::json_limits;
    auto const all = [](std::size_t values) {
        std::string text = "[1";
        for (std::size_t i = 2; i < values; ++i)
            text += ",1";
        return text + "]";
    };
    for (std::size_t const most : {2u, 3u, 15u, 16u, 17u, 100u, 1000u}) {
        CAPTURE(most);
        CHECK_FALSE(parsed(all(most), false, limits{.values = most}).ec);
        parsed const over{all(most + 1), false, limits{.values = most}};
        CHECK(over.ec == error::json_too_large);
        CHECK(over.root().is_null());
    }
    CHECK_FALSE(parsed("7", false, limits{.values = 1}).ec);
    for (std::string_view const three : {"[1,2]", "[\"a\",\"b\"]", "{\"a\":1}", "[[],[]]", "[{},{}]", "[null,true]", "[1 , 2 ]", " [ -1.5,\"\\n\"] "}) {
        CAPTURE(three);
        CHECK_FALSE(parsed(three, true, limits{.values = 3}).ec);
        CHECK(parsed(three, true, limits{.values = 2}).ec == error::json_too_large);
        CHECK(parsed(three, true, limits{.values = 1}).ec == error::json_too_large);
        CHECK(parsed(three, true, limits{.values = 0}).ec == error::json_too_large);
    }
}

TEST_CASE("a document that was used without a limit keeps to one")
{
    json_document document;
    std::string large(10000, ' ');
    large = "[" + large + "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]";
    CHECK_FALSE(document.parse(large));
    std::string small = "[1,2,3]";
    CHECK(document.parse(small, {.values = 3}) == error::json_too_large);
    small = "[1,2]";
    CHECK_FALSE(document.parse(small, {.values = 3}));
    CHECK(document.root().size() == 2);
}

TEST_CASE("attachments count as often as they are used")
{
    auto const with = [](std::uint64_t most) {
        json_document document;
        std::string text = R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])";
        REQUIRE_FALSE(document.parse(text, {}, true));
        std::array<socketio::bytes_view, 2> const attachments{socketio::detail::as_bytes("four"), socketio::detail::as_bytes("xy")};
        auto const ec = document.attach(attachments, most);
        CHECK(document.root().is_null() == (ec.value() != 0));
        return ec;
    };
    CHECK_FALSE(with(10));
    CHECK(with(9) == error::message_too_large);
    CHECK(with(0) == error::message_too_large);
}

TEST_CASE("of members with the same name the last counts and all are there")
{
    parsed const read{R"({"a":1,"b":2,"a":3})"};
    CHECK(read.root().size() == 3);
    CHECK(read.root()["a"].as_double() == 3);
    CHECK(read.root().to_json() == R"({"a":1,"b":2,"a":3})");
}

TEST_CASE("placeholders become the attachments they name")
{
    std::array<std::byte, 3> const first{std::byte{1}, std::byte{2}, std::byte{3}};
    std::array<socketio::bytes_view, 2> const attachments{socketio::bytes_view{first}, socketio::bytes_view{}};
    parsed read{R"(["e",{"_placeholder":true,"num":1},{"x":[{"num":0,"_placeholder":true}]},)"
                R"({"_placeholder":true,"num":0.0,"more":[1,{"a":2}]},5])",
                true};
    REQUIRE_FALSE(read.ec);
    CHECK(read.root().size() == 5);
    CHECK(read.root()[1].is_binary());
    CHECK(read.root()[1].as_binary().empty());
    REQUIRE_FALSE(read.document.attach(attachments));
    CHECK(read.root()[1].as_binary().size() == 0);
    CHECK(read.root()[2]["x"][0].as_binary().data() == first.data());
    CHECK(read.root()[3].as_binary().size() == 3);
    CHECK(read.root()[3].as_binary().data() == first.data());
    CHECK(read.root()[4].as_double() == 5);
    CHECK(read.root().to_json() == R"(["e",null,{"x":[null]},null,5])");
}

TEST_CASE("an attachment may be unused, but not missing")
{
    std::array<socketio::bytes_view, 1> const one{};
    parsed unused{"[1]", true};
    CHECK_FALSE(unused.document.attach(one));
    CHECK(unused.root().size() == 1);
    parsed missing{R"([{"_placeholder":true,"num":1}])", true};
    REQUIRE_FALSE(missing.ec);
    CHECK(missing.document.attach(one) == error::packet_illegal_attachments);
    CHECK(missing.root().is_null());
    parsed huge{R"([{"_placeholder":true,"num":18446744073709551615}])", true};
    REQUIRE_FALSE(huge.ec);
    CHECK(huge.document.attach(one) == error::packet_illegal_attachments);
    parsed wraps{R"([{"_placeholder":true,"num":4294967296}])", true};
    REQUIRE_FALSE(wraps.ec);
    CHECK(wraps.document.attach(one) == error::packet_illegal_attachments);
}

TEST_CASE("a placeholder's number must be an index")
{
    for (std::string_view const num : {"-1", "0.5", "\"0\"", "null", "true", "[]", "{}", "-1e400", "9007199254740992.5e-1"}) {
        CAPTURE(num);
        parsed const read{R"([{"_placeholder":true,"num":)" + std::string{num} + "}]", true};
        CHECK(read.ec == error::packet_illegal_attachments);
    }
    CHECK(parsed{R"([{"_placeholder":true}])", true}.ec == error::packet_illegal_attachments);
    CHECK_FALSE(parsed{R"([{"_placeholder":true,"num":-0}])", true}.ec);
}

TEST_CASE("only an object that says true is a placeholder, and only where there are attachments")
{
    parsed const text{R"([{"_placeholder":true,"num":0}])", false};
    CHECK(text.root()[0].is_object());
    for (std::string_view const other : {R"({"_placeholder":false,"num":0})", R"({"_placeholder":1,"num":0})",
                                         R"({"_placeholder":"true","num":0})", R"({"num":0})", R"({})",
                                         R"({"_placeholder":true,"num":0,"_placeholder":false})"}) {
        CAPTURE(other);
        parsed const read{other, true};
        REQUIRE_FALSE(read.ec);
        CHECK(read.root().is_object());
    }
}

TEST_CASE("a document is used again and again")
{
    json_document document;
    CHECK(document.root().is_null());
    std::string first = "[1,2,3]";
    REQUIRE_FALSE(document.parse(first));
    CHECK(document.root().size() == 3);
    std::string second = "nonsense";
    CHECK(document.parse(second) == error::json_invalid);
    CHECK(document.root().is_null());
    std::string third = R"({"a":[]})";
    REQUIRE_FALSE(document.parse(third));
    CHECK(document.root()["a"].is_array());
    CHECK_FALSE(document.attach({}));
}

TEST_CASE("one large message does not hold memory for ever")
{
    json_document document;
    std::string large = "[" + std::string(100'000, ' ');
    for (int i = 0; i != 10'000; ++i)
        large += "0,";
    large += "0]";
    REQUIRE_FALSE(document.parse(large));
    CHECK(document.memory() >= 160'000);
    document.shrink(1'000'000);
    CHECK(document.root().size() == 10'001);
    document.shrink(4096);
    CHECK(document.memory() <= 4096);
    CHECK(document.root().is_null());
    std::string small = "[1]";
    CHECK_FALSE(document.parse(small));
}

} // namespace json_tests
