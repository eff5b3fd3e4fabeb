#include <socketio/core/convert.hpp>

#include <socketio/core/json.hpp>

#include "support/json.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

using support::json;

using socketio::mismatch;
using socketio::value;
using socketio::value_view;

namespace app {

struct point {
    int x = 0;
    double y = 0;
};
SOCKETIO_FIELDS(point, x, y)

struct user {
    std::string name;
    std::optional<int> age;
    std::vector<std::string> tags;
    std::map<std::string, point> places;
};
SOCKETIO_FIELDS(user, name, age, tags, places)

struct tree {
    int n = 0;
    std::vector<tree> children;
};
SOCKETIO_FIELDS(tree, n, children)

struct many {
    int a1 = 1, a2 = 2, a3 = 3, a4 = 4, a5 = 5, a6 = 6, a7 = 7, a8 = 8, b1 = 9, b2 = 10, b3 = 11, b4 = 12, b5 = 13, b6 = 14,
        b7 = 15, b8 = 16, c1 = 17, c2 = 18, c3 = 19, c4 = 20, c5 = 21, c6 = 22, c7 = 23, c8 = 24, d1 = 25, d2 = 26, d3 = 27,
        d4 = 28, d5 = 29, d6 = 30, d7 = 31, d8 = 32;
};
SOCKETIO_FIELDS(many, a1, a2, a3, a4, a5, a6, a7, a8, b1, b2, b3, b4, b5, b6, b7, b8, c1, c2, c3, c4, c5, c6, c7, c8, d1, d2,
                d3, d4, d5, d6, d7, d8)

enum class color : std::uint8_t { red, green };

struct celsius {
    double degrees = 0;
};
struct unknown {};

} // namespace app

struct outside {
    bool ok = false;
};
SOCKETIO_FIELDS(outside, ok)

template <>
struct socketio::convert<app::celsius> {
    static void write(json_writer& to, app::celsius const& from) { to.string(std::to_string(int(from.degrees)) + " C"); }
    static bool read(value_view from, app::celsius& into, mismatch& why)
    {
        why = {"degrees", "something else", ""};
        if (!from.as_string().ends_with(" C"))
            return false;
        into.degrees = std::stod(std::string{from.as_string()});
        return true;
    }
};

namespace {

struct message {
    explicit message(std::string_view json) : text{json} { REQUIRE_FALSE(document.parse(text)); }

    std::string text;
    socketio::detail::json_document document;
};

// The mismatch as "path: expected / actual", or nothing.
template <class T>
std::string complaint(std::string_view json, T into = {})
{
    message const m{json};
    mismatch why;
    if (socketio::detail::read(m.document.root(), into, why)) {
        CHECK(why.path.empty());
        return {};
    }
    return why.path + ": " + why.expected + " / " + why.actual;
}

template <class T>
std::optional<T> read(std::string_view json)
{
    message const m{json};
    return m.document.root().get<T>();
}

// Written and read, a text must be the same.
template <class T>
void round_trip(std::string_view text)
{
    CAPTURE(text);
    message const m{text};
    T into{};
    mismatch why;
    REQUIRE(socketio::detail::read(m.document.root(), into, why));
    CHECK(json(into) == text);
}

} // namespace

TEST_CASE("scalars keep their value both ways")
{
    round_trip<bool>("true");
    round_trip<int>("-5");
    round_trip<std::int64_t>("-9223372036854775808");
    round_trip<std::uint64_t>("18446744073709551615");
    round_trip<double>("0.5");
    round_trip<float>("0.5");
    round_trip<std::string>(R"("a\"b")");
    round_trip<std::string_view>(R"("text")");
    round_trip<std::nullptr_t>("null");
    round_trip<std::monostate>("null");
    round_trip<app::color>("1");
    CHECK(json("literal") == R"("literal")");
    CHECK(json(static_cast<char const*>("pointer")) == R"("pointer")");
    CHECK(json(static_cast<char const*>(nullptr)) == "null");
    char const full[3] = {'a', 'b', 'c'};
    CHECK(json(full) == R"("abc")");
    char const padded[8] = "ab";
    CHECK(json(padded) == R"("ab")");
}

TEST_CASE("an integer must lie in the range of its type")
{
    CHECK(read<std::int8_t>("127") == std::int8_t{127});
    CHECK(read<std::int8_t>("-128") == std::int8_t{-128});
    CHECK(complaint<std::int8_t>("128") == ": integer from -128 to 127 / integer 128");
    CHECK(complaint<std::int8_t>("-129") == ": integer from -128 to 127 / integer -129");
    CHECK(complaint<std::uint8_t>("-1") == ": integer from 0 to 255 / integer -1");
    CHECK(complaint<std::uint32_t>("4294967296") == ": integer from 0 to 4294967295 / integer 4294967296");
    CHECK(complaint<std::int64_t>("9223372036854775808") ==
          ": integer from -9223372036854775808 to 9223372036854775807 / integer 9223372036854775808");
    CHECK(complaint<std::uint64_t>("-1") == ": integer from 0 to 18446744073709551615 / integer -1");
    CHECK(complaint<int>("\"1\"").ends_with(" / string"));
    CHECK(complaint<int>("true").ends_with(" / boolean"));
    CHECK(complaint<int>("null").ends_with(" / null"));
}

TEST_CASE("a double that is an integer is one, as JavaScript has only doubles")
{
    CHECK(read<int>("3.0") == 3);
    CHECK(read<int>("1e3") == 1000);
    CHECK(read<int>("-0") == 0);
    CHECK(read<unsigned>("-0.0") == 0u);
    CHECK_FALSE(read<int>("3.5"));
    CHECK_FALSE(read<int>("1e10"));
    CHECK_FALSE(read<std::int64_t>("1e19"));
    CHECK_FALSE(read<std::int64_t>("9223372036854775808.0"));
    CHECK(read<std::int64_t>("9223372036854774784.0") == 9223372036854774784);
    CHECK(read<std::int64_t>("-9223372036854775808.0") == std::numeric_limits<std::int64_t>::min());
    CHECK_FALSE(read<std::int64_t>("-9223372036854777856.0"));
    CHECK(read<std::uint64_t>("18446744073709549568.0") == 18446744073709549568u);
    CHECK_FALSE(read<std::uint64_t>("18446744073709551616"));
    CHECK_FALSE(read<std::uint64_t>("1e400"));
    CHECK_FALSE(read<std::int64_t>("-1e400"));
}

TEST_CASE("floating point takes every number")
{
    CHECK(read<double>("3") == 3.0);
    CHECK(read<double>("18446744073709551615") == 18446744073709551616.0);
    CHECK(read<double>("1e400") == INFINITY);
    CHECK(read<float>("0.1") == 0.1f);
    CHECK(complaint<float>("1e300") == ": number that fits a float / number 1e+300");
    CHECK(complaint<double>("\"1\"") == ": number / string");
}

TEST_CASE("strings are views of the message or copies of it")
{
    message const m{R"("hello")"};
    CHECK(m.document.root().get<std::string_view>()->data() == m.text.data() + 1);
    CHECK(complaint<std::string>("1") == ": string / integer 1");
    CHECK(complaint<bool>("0") == ": boolean / integer 0");
    CHECK(complaint<std::nullptr_t>("0") == ": null / integer 0");
}

TEST_CASE("sequences and sets are arrays")
{
    round_trip<std::vector<int>>("[1,2,3]");
    round_trip<std::vector<bool>>("[true,false]");
    round_trip<std::list<std::string>>(R"(["a","b"])");
    round_trip<std::deque<double>>("[1,2.5]");
    round_trip<std::set<int>>("[1,2]");
    round_trip<std::vector<std::vector<int>>>("[[1],[],[2,3]]");
    round_trip<std::array<int, 2>>("[1,2]");
    round_trip<std::array<std::string, 0>>("[]");
    std::vector<int> const numbers{1, 2};
    CHECK(json(std::span<int const>{numbers}) == "[1,2]");
    CHECK(json(std::initializer_list<int>{1, 2}) == "[1,2]");
    CHECK(complaint<std::vector<int>>(R"([1,"x"])").starts_with("[1]: integer from"));
    CHECK(complaint<std::vector<int>>("{}") == ": array / object");
    CHECK(complaint<std::array<int, 2>>("[1]") == ": 2 elements / 1");
    CHECK(complaint<std::array<bool, 2>>("[true,1]") == "[1]: boolean / integer 1");
    std::vector<int> used{7, 8, 9};
    mismatch why;
    message const m{"[1]"};
    CHECK(socketio::detail::read(m.document.root(), used, why));
    CHECK(used == std::vector<int>{1});
}

TEST_CASE("maps with text as the key are objects")
{
    round_trip<std::map<std::string, int>>(R"({"a":1,"b":2})");
    round_trip<std::unordered_map<std::string, std::vector<int>>>(R"({"a":[1]})");
    CHECK(read<std::map<std::string, int>>(R"({"a":1,"a":2})") == std::map<std::string, int>{{"a", 2}});
    CHECK(complaint<std::map<std::string, bool>>(R"({"a":true,"b":[]})") == "b: boolean / array");
    CHECK(complaint<std::map<std::string, std::map<std::string, bool>>>(R"({"a":{"b":1}})") == "a.b: boolean / integer 1");
    CHECK(complaint<std::map<std::string, int>>("[]") == ": object / array");
    CHECK(complaint<std::map<std::string, bool>>("{\"" + std::string(1000, 'k') + "\":1}").size() < 100);
}

TEST_CASE("an optional is null or what it holds")
{
    round_trip<std::optional<int>>("null");
    round_trip<std::optional<int>>("5");
    CHECK(complaint<std::optional<bool>>("1") == ": boolean / integer 1");
    CHECK(socketio::detail::is_optional_v<std::optional<int>>);
    CHECK_FALSE(socketio::detail::is_optional_v<int>);
}

TEST_CASE("a variant takes the first alternative that fits")
{
    using either = std::variant<bool, std::int8_t, double, std::string>;
    CHECK(read<either>("true")->index() == 0);
    CHECK(read<either>("5")->index() == 1);
    CHECK(read<either>("500")->index() == 2);
    CHECK(read<either>("\"x\"")->index() == 3);
    CHECK(complaint<either>("[]") == ": boolean or integer from -128 to 127 or number or string / array");
    round_trip<std::variant<std::monostate, std::vector<int>>>("null");
    round_trip<std::variant<std::monostate, std::vector<int>>>("[1]");
    CHECK(complaint<std::vector<std::variant<bool, std::string>>>("[true,\"\",1]") == "[2]: boolean or string / integer 1");
}

TEST_CASE("tuples and pairs are arrays of exactly their size")
{
    round_trip<std::tuple<int, std::string, bool>>(R"([1,"a",true])");
    round_trip<std::pair<int, std::vector<int>>>("[1,[2]]");
    round_trip<std::tuple<>>("[]");
    CHECK(complaint<std::pair<int, int>>("[1]") == ": 2 elements / 1");
    CHECK(complaint<std::pair<int, int>>("[1,2,3]") == ": 2 elements / 3");
    CHECK(complaint<std::pair<std::vector<int>, bool>>("[[1,2,3],4]") == "[1]: boolean / integer 4");
    CHECK(complaint<std::tuple<bool>>("{}") == ": array / object");
}

TEST_CASE("bytes are attachments both ways")
{
    socketio::bytes const data{std::byte{1}, std::byte{2}};
    std::vector<unsigned char> const plain{3, 4};
    std::array<std::byte, 2> const fixed{std::byte{5}, std::byte{6}};
    value const owned = data;
    socketio::detail::byte_buffer to;
    std::vector<socketio::bytes_view> attachments;
    socketio::json_writer writer{to, &attachments};
    writer.begin_array();
    socketio::detail::write(writer, data);
    socketio::detail::write(writer, plain);
    socketio::detail::write(writer, fixed);
    socketio::detail::write(writer, socketio::bytes_view{data});
    socketio::detail::write(writer, owned);
    writer.end_array();
    REQUIRE(attachments.size() == 5);
    CHECK(attachments[0].data() == data.data());

    std::string text{to.view()};
    socketio::detail::json_document document;
    REQUIRE_FALSE(document.parse(text, {}, true));
    REQUIRE_FALSE(document.attach(attachments));
    value_view const all = document.root();
    CHECK(all[0].get<socketio::bytes>() == data);
    CHECK(all[1].get<std::vector<unsigned char>>() == plain);
    CHECK(all[2].get<std::array<std::byte, 2>>() == fixed);
    CHECK(all[3].get<socketio::bytes_view>()->data() == data.data());
    CHECK(all[4].get<value>() == owned);
    CHECK_FALSE(all[2].get<std::array<std::byte, 3>>());
    CHECK_FALSE(all[0].get<std::string>());
    CHECK(complaint<socketio::bytes>("[1,2]") == ": binary / array");
    CHECK(complaint<std::vector<std::uint8_t>>("\"x\"") == ": binary / string");
}

TEST_CASE("the library's own types pass through")
{
    round_trip<value>(R"({"a":[1,null]})");
    round_trip<value_view>(R"({"a":[1,null]})");
    round_trip<socketio::array>("[1,2]");
    round_trip<socketio::object>(R"({"a":1})");
    CHECK(complaint<socketio::array>("1") == ": array / integer 1");
    CHECK(complaint<socketio::object>("1") == ": object / integer 1");
    message const m{"[1,[2],{}]"};
    CHECK(json(socketio::args{m.document.root()}.rest(1)) == "[[2],{}]");
}

TEST_CASE("structs with fields are objects")
{
    app::user ada{"Ada", 36, {"x"}, {{"home", {1, 2.5}}}};
    CHECK(json(ada) == R"({"name":"Ada","age":36,"tags":["x"],"places":{"home":{"x":1,"y":2.5}}})");
    round_trip<app::user>(R"({"name":"Ada","age":null,"tags":[],"places":{}})");
    round_trip<outside>(R"({"ok":true})");
    auto const read_back = read<app::user>(R"({"other":[1,{"name":2}],"tags":[],"places":{},"name":"Bob"})");
    REQUIRE(read_back);
    CHECK(read_back->name == "Bob");
    CHECK_FALSE(read_back->age);
}

TEST_CASE("the complaint about a field says where it is")
{
    CHECK(complaint<app::user>(R"({"name":"A","places":{}})") == "tags: array / nothing");
    CHECK(complaint<app::user>(R"({"name":"A","tags":["a","b","c",4],"places":{}})") == "tags[3]: string / integer 4");
    CHECK(complaint<app::user>(R"({"name":"A","tags":[],"places":{"home":{"x":1}}})") == "places.home.y: number / nothing");
    CHECK(complaint<std::vector<app::user>>(R"([{"name":"A","tags":[],"places":{}},{"name":1}])") ==
          "[1].name: string / integer 1");
    CHECK(complaint<app::point>("[]") == ": object / array");
    CHECK(complaint<app::user>(R"({"name":"A","age":"old"})").starts_with("age: integer from"));
}

TEST_CASE("a struct may contain itself and have 32 fields")
{
    round_trip<app::tree>(R"({"n":1,"children":[{"n":2,"children":[]},{"n":3,"children":[{"n":4,"children":[]}]}]})");
    std::string const all = json(app::many{});
    CHECK(all.starts_with(R"({"a1":1,"a2":2,)"));
    CHECK(all.ends_with(R"("d7":31,"d8":32})"));
    CHECK(read<app::many>(all)->d8 == 32);
}

TEST_CASE("what nests deeper than the writer allows is misuse, not a crash")
{
    app::tree deep;
    for (int i = 0; i != 100; ++i) {
        app::tree around;
        around.children.push_back(std::move(deep));
        deep = std::move(around);
    }
    CHECK_THROWS_AS(json(deep), std::invalid_argument);
}

TEST_CASE("a type of the user's own is read and written as convert says")
{
    round_trip<app::celsius>(R"("21 C")");
    CHECK(complaint<std::vector<app::celsius>>(R"(["1 C",2])") == "[1]: degrees / something else");
}

TEST_CASE("the concepts know what can be sent and read")
{
    using namespace socketio;
    static_assert(convertible<int> && convertible<app::user> && convertible<std::vector<app::point>>);
    static_assert(convertible<std::map<std::string, std::optional<app::celsius>>>);
    static_assert(writable<char const*> && !readable<char const*>);
    static_assert(writable<char[4]> && !readable<char[4]>);
    static_assert(writable<args> && !readable<args>);
    static_assert(!writable<app::unknown> && !readable<app::unknown>);
    static_assert(!writable<std::vector<app::unknown>> && !readable<std::vector<app::unknown>>);
    static_assert(!writable<std::optional<app::unknown>> && !readable<std::tuple<int, app::unknown>>);
    static_assert(!writable<std::map<int, int>>);
    static_assert(!writable<void*> && !writable<std::unique_ptr<int>>);
    static_assert(writable<std::span<int const>> && !readable<std::span<int const>>);
    static_assert(readable<bytes_view> && !readable<std::span<std::byte>>);
    CHECK(convertible<bool>);
}
