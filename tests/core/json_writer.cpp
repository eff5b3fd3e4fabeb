#include <socketio/core/json_writer.hpp>

#include <socketio/core/value_view.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>

namespace json_writer_tests {

using socketio::json_writer;
using socketio::detail::byte_buffer;

namespace {

std::string written(std::function<void(json_writer&)> const& write)
{
    byte_buffer to;
    json_writer writer{to};
    write(writer);
    return std::string{to.view()};
}

std::string number(double n)
{
    return written([n](json_writer& w) { w.number(n); });
}

std::string string(std::string_view text)
{
    return written([text](json_writer& w) { w.string(text); });
}

} // namespace

TEST_CASE("commas and colons are where they belong")
{
    CHECK(written([](json_writer& w) {
              w.begin_array();
              w.string("msg");
              w.begin_object();
              w.key("id");
              w.integer(1);
              w.key("list");
              w.begin_array();
              w.end_array();
              w.key("none");
              w.begin_object();
              w.end_object();
              w.key("ok");
              w.boolean(true);
              w.end_object();
              w.null();
              w.raw("[1, 2]");
              w.boolean(false);
              w.end_array();
          }) == R"(["msg",{"id":1,"list":[],"none":{},"ok":true},null,[1, 2],false])");
}

TEST_CASE("integers are written with all their digits")
{
    CHECK(written([](json_writer& w) { w.integer(std::numeric_limits<std::int64_t>::min()); }) == "-9223372036854775808");
    CHECK(written([](json_writer& w) { w.integer(0); }) == "0");
    CHECK(written([](json_writer& w) { w.unsigned_integer(std::numeric_limits<std::uint64_t>::max()); }) ==
          "18446744073709551615");
}

TEST_CASE("doubles are written in the shortest way that reads back")
{
    CHECK(number(0.1) == "0.1");
    CHECK(number(0.1 + 0.2) == "0.30000000000000004");
    CHECK(number(1.0) == "1");
    CHECK(number(-1.5) == "-1.5");
    CHECK(number(5e-324) == "5e-324");
    CHECK(number(1e21) == "1e+21");
    CHECK(number(-0.0) == "-0");
    CHECK(number(9007199254740993.0) == "9007199254740992");
    std::mt19937_64 random{7};
    for (int i = 0; i != 20'000; ++i) {
        auto const n = std::bit_cast<double>(random());
        if (!std::isfinite(n))
            continue;
        auto const back = socketio::value::from_json(number(n));
        REQUIRE(back);
        CHECK(*back == n);
    }
}

TEST_CASE("what JSON has no number for becomes null")
{
    CHECK(number(std::nan("")) == "null");
    CHECK(number(INFINITY) == "null");
    CHECK(number(-INFINITY) == "null");
}

TEST_CASE("strings are escaped as JSON.stringify does")
{
    CHECK(string("") == R"("")");
    CHECK(string({}) == R"("")");
    CHECK(string("plain / text") == R"("plain / text")");
    CHECK(string("\"\\\b\f\n\r\t") == R"("\"\\\b\f\n\r\t")");
    CHECK(string(std::string_view{"\0\x01\x0b\x1f\x7f", 5}) == "\"\\u0000\\u0001\\u000b\\u001f\x7f\"");
    CHECK(string("\u00e9\u20ac\U0001F600\u2028") == "\"\u00e9\u20ac\U0001F600\u2028\"");
}

TEST_CASE("a special character is found wherever it stands")
{
    for (std::size_t size = 1; size != 40; ++size)
        for (std::size_t at = 0; at != size; ++at) {
            std::string text(size, 'x');
            text[at] = '\n';
            std::string expected = "\"" + text + "\"";
            expected.replace(at + 1, 1, "\\n");
            CHECK(string(text) == expected);
            text[at] = '\xff';
            expected = "\"" + text + "\"";
            expected.replace(at + 1, 1, "\uFFFD");
            CHECK(string(text) == expected);
        }
}

TEST_CASE("what is not UTF-8 becomes U+FFFD")
{
    CHECK(string("a\xffz") == "\"a\uFFFDz\"");
    CHECK(string("\xc3") == "\"\uFFFD\"");
    CHECK(string("\xed\xa0\x80\"") == "\"\uFFFD\uFFFD\uFFFD\\\"\"");
    CHECK(written([](json_writer& w) {
              w.begin_object();
              w.key("\xff");
              w.null();
              w.end_object();
          }) == "{\"\uFFFD\":null}");
}

TEST_CASE("binary data leaves a numbered placeholder and becomes an attachment")
{
    byte_buffer to;
    std::vector<socketio::bytes_view> attachments;
    socketio::bytes const data(5);
    json_writer w{to, &attachments};
    w.begin_array();
    w.binary(data);
    w.binary({});
    w.end_array();
    CHECK(to.view() == R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    REQUIRE(attachments.size() == 2);
    CHECK(attachments[0].data() == data.data());
    CHECK(attachments[0].size() == 5);
    CHECK(attachments[1].empty());
    CHECK(written([&data](json_writer& without) { without.binary(data); }) == "null");
}

TEST_CASE("it appends to what is there")
{
    byte_buffer to;
    to.append(std::string_view{"42"});
    json_writer w{to};
    w.begin_array();
    w.end_array();
    CHECK(to.view() == "42[]");
}

TEST_CASE("1024 levels can be written, the next is misuse")
{
    auto const nest = [](int levels) {
        return written([levels](json_writer& w) {
            for (int i = 0; i != levels; ++i)
                w.begin_array();
            for (int i = 0; i != levels; ++i)
                w.end_array();
        });
    };
    CHECK(nest(1024) == std::string(1024, '[') + std::string(1024, ']'));
    CHECK_THROWS_AS(nest(1025), std::invalid_argument);
}

TEST_CASE("what would not be JSON is misuse")
{
    auto const refused = [](std::function<void(json_writer&)> const& write) {
        CHECK_THROWS_AS(written(write), std::invalid_argument);
    };
    refused([](json_writer& w) { w.end_array(); });
    refused([](json_writer& w) { w.end_object(); });
    refused([](json_writer& w) { w.key("a"); });
    refused([](json_writer& w) { w.begin_array(), w.key("a"); });
    refused([](json_writer& w) { w.begin_array(), w.end_object(); });
    refused([](json_writer& w) { w.begin_object(), w.end_array(); });
    refused([](json_writer& w) { w.begin_object(), w.integer(1); });
    refused([](json_writer& w) { w.begin_object(), w.key("a"), w.key("b"); });
    refused([](json_writer& w) { w.begin_object(), w.key("a"), w.end_object(); });
    refused([](json_writer& w) { w.begin_object(), w.key("a"), w.integer(1), w.integer(2); });
}

} // namespace json_writer_tests
