#include <socketio/core/convert.hpp>

#include <socketio/core/json.hpp>

#include "support/json.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <array>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

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

struct sixty_four {
    int a1, a2, a3, a4, a5, a6, a7, a8, b1, b2, b3, b4, b5, b6, b7, b8, c1, c2, c3, c4, c5, c6, c7, c8, d1, d2,
        d3, d4, d5, d6, d7, d8, e1, e2, e3, e4, e5, e6, e7, e8, f1, f2, f3, f4, f5, f6, f7, f8, g1, g2, g3, g4,
        g5, g6, g7, g8, h1, h2, h3, h4, h5, h6, h7, h8;
};
SOCKETIO_FIELDS(sixty_four, a1, a2, a3, a4, a5, a6, a7, a8, b1, b2, b3, b4, b5, b6, b7, b8, c1, c2, c3, c4, c5, c6, c7,
                c8, d1, d2, d3, d4, d5, d6, d7, d8, e1, e2, e3, e4, e5, e6, e7, e8, f1, f2, f3, f4, f5, f6, f7, f8, g1,
                g2, g3, g4, g5, g6, g7, g8, h1, h2, h3, h4, h5, h6, h7, h8)

struct without_members {};
SOCKETIO_FIELDS(without_members)

enum class color : std::uint8_t { red, green };

struct celsius {
    double degrees = 0;
};
struct unknown {};
struct silent {};

} // namespace app

struct outside {
    bool ok = false;
};
SOCKETIO_FIELDS(outside, ok)

template <>
struct socketio::convert<app::celsius> {
    static void write(writer& to, app::celsius const& from) { to.string(std::to_string(int(from.degrees)) + " C"); }
    static bool read(value_view from, app::celsius& into, mismatch& why)
    {
        why = {"degrees", "something else", ""};
        if (!from.as_string().ends_with(" C"))
            return false;
        into.degrees = std::stod(std::string{from.as_string()});
        return true;
    }
};

template <>
struct socketio::convert<app::silent> {
    static void write(writer&, app::silent const&) {}
};

namespace convert_tests {

using support::json;
using socketio::mismatch;
using socketio::value;
using socketio::value_view;

namespace {

// Has no default in common with std::allocator but what it does.
template <class T>
struct own_allocator {
    using value_type = T;
    own_allocator() = default;
    template <class U>
    own_allocator(own_allocator<U> const&) noexcept
    {
    }
    T* allocate(std::size_t n) { return std::allocator<T>{}.allocate(n); }
    void deallocate(T* at, std::size_t n) noexcept { std::allocator<T>{}.deallocate(at, n); }
    bool operator==(own_allocator const&) const = default;
};

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

TEST_CASE("a struct may have 64 fields, or none")
{
    app::sixty_four sent{};
    sent.a1 = 1;
    sent.b1 = 9;
    sent.h8 = 64;
    auto const read_again = read<app::sixty_four>(json(sent));
    REQUIRE(read_again);
    CHECK(read_again->a1 == 1);
    CHECK(read_again->b1 == 9);
    CHECK(read_again->h8 == 64);
    CHECK_FALSE(read<app::sixty_four>(R"({"a1":1})"));
    CHECK(json(app::without_members{}) == "{}");
}

TEST_CASE("what nests deeper than the writer allows is misuse, not a crash")
{
    app::tree deep;
    for (unsigned i = 0; i != socketio::max_json_depth / 2; ++i) {
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

TEST_CASE("a char is a text of one character, and other small integers are numbers")
{
    round_trip<char>(R"("c")");
    round_trip<char>(R"("\"")");
    CHECK(json(static_cast<signed char>('c')) == "99");
    CHECK(json(static_cast<unsigned char>('c')) == "99");
    CHECK(json(std::int8_t{7}) == "7");
    CHECK(json(std::optional<char>{'c'}) == R"("c")");
    CHECK(json(std::map<std::string, char>{{"a", 'b'}}) == R"({"a":"b"})");
    CHECK(complaint<char>("\"\"") == ": string of one character / string");
    CHECK(complaint<char>("\"cc\"") == ": string of one character / string");
    CHECK(complaint<char>("\"\xc3\xa9\"") == ": string of one character / string");
    CHECK(complaint<char>("99") == ": string of one character / integer 99");
    CHECK(json('\xe9') == "\"\xef\xbf\xbd\""); // a part of a character
}

TEST_CASE("a string with an allocator of its own is text, and lists of char are neither text nor bytes")
{
    using text = std::basic_string<char, std::char_traits<char>, own_allocator<char>>;
    CHECK(json(text{"abc"}) == R"("abc")");
    round_trip<text>(R"("abc")");
    CHECK(complaint<text>("1") == ": string / integer 1");
    static_assert(!socketio::writable<std::vector<char>> && !socketio::readable<std::vector<char>>);
    static_assert(!socketio::writable<std::array<char, 4>> && !socketio::writable<std::span<char const>>);
    static_assert(!socketio::writable<std::list<char>>);
    static_assert(socketio::writable<std::vector<signed char>> && socketio::writable<std::vector<unsigned char>>);
}

TEST_CASE("a value, an array and an object take whatever can be sent")
{
    using socketio::array;
    using socketio::object;
    CHECK(value{std::vector{1, 2}} == array{1, 2});
    CHECK(value{app::point{1, 2.5}} == object{{"x", 1}, {"y", 2.5}});
    CHECK(value{std::map<std::string, app::point>{{"a", {}}}}.to_json() == R"({"a":{"x":0,"y":0}})");
    CHECK(value{app::celsius{21}} == "21 C");
    CHECK(value{app::color::green} == 1);
    CHECK(value{std::tuple{1, "two", 3.5}} == array{1, "two", 3.5});
    CHECK(value{std::optional<int>{}}.is_null());
    CHECK(value{std::optional<app::point>{}}.is_null());
    CHECK(value{std::variant<int, std::string>{"text"}} == "text");
    CHECK(value{std::vector{std::byte{1}, std::byte{2}}}.is_binary());
    CHECK(value{std::vector<unsigned char>{1, 2}} == socketio::bytes{std::byte{1}, std::byte{2}});
    CHECK(value{'c'} == "c");
    CHECK(value{static_cast<char const*>(nullptr)}.is_null());
    char own[] = "own";
    char* const pointer = own;
    CHECK(value{pointer} == "own");
    CHECK(value{own} == "own");

    CHECK(object{{"v", std::vector<int>{1}}}["v"] == array{1});
    object const two{{"p", app::point{1, 2}}, {"list", std::vector<app::point>(2)}};
    CHECK(value{two}.to_json() == R"({"p":{"x":1,"y":2},"list":[{"x":0,"y":0},{"x":0,"y":0}]})");
    CHECK(object{{"pictures", std::vector{socketio::bytes(1), socketio::bytes(2)}}}["pictures"][1] == socketio::bytes(2));
    CHECK(value{array{std::vector<int>{1}}}.to_json() == "[[1]]");
    CHECK(value{array{std::set<int>{1}, app::point{}, 'c'}}.to_json() == R"([[1],{"x":0,"y":0},"c"])");
    std::vector<value> const elements{1, "two"};
    CHECK(value{elements} == array{1, "two"});
    CHECK(value{array(elements)}.to_json() == R"([1,"two"])");
    CHECK(value{array{elements}}.to_json() == R"([1,"two"])"); // no list in a list, as it is no element
    CHECK(value{array{value{elements}}}.to_json() == R"([[1,"two"]])");
    CHECK(value{object{{"elements", elements}}}.to_json() == R"({"elements":[1,"two"]})");

    value changed;
    changed["user"] = app::user{"Ann", 7, {"a"}, {}};
    CHECK(changed.to_json() == R"({"user":{"name":"Ann","age":7,"tags":["a"],"places":{}}})");
    static_assert(!std::is_constructible_v<value, app::unknown> && !std::is_convertible_v<app::unknown, value>);
    static_assert(!std::is_constructible_v<value, std::vector<app::unknown>>);
    static_assert(!std::is_constructible_v<value, int*> && !std::is_constructible_v<value, std::unique_ptr<int>>);
    static_assert(std::is_convertible_v<app::point, value> && std::is_convertible_v<std::vector<int>, value>);
    static_assert(std::is_nothrow_move_constructible_v<value> && std::is_copy_constructible_v<value>);
}

TEST_CASE("to_value keeps what a message would carry, and get is the way back")
{
    using socketio::to_value;
    app::user const ann{"Ann", {}, {"a", "b"}, {{"home", {1, 0.5}}}};
    value const kept = to_value(ann);
    auto const back = kept.get<app::user>();
    REQUIRE(back);
    CHECK(json(*back) == json(ann));
    CHECK(to_value(1.5) == 1.5);
    CHECK(to_value("text") == "text");
    CHECK(to_value(kept) == kept);
    CHECK(to_value(std::vector<double>{std::numeric_limits<double>::infinity()}).get<std::vector<double>>()->front() ==
          std::numeric_limits<double>::infinity());
    CHECK(to_value(std::vector{std::numeric_limits<std::uint64_t>::max()})[0] == std::numeric_limits<std::uint64_t>::max());
    message const m{R"([1,{"a":"b"}])"};
    CHECK(to_value(m.document.root()) == value{socketio::array{1, socketio::object{{"a", "b"}}}});
    CHECK(to_value(m.document.root().elements()) == to_value(m.document.root()));
}

TEST_CASE("what looks like a placeholder stays an object, as long as there is no binary data beside it")
{
    std::map<std::string, socketio::value> const look{{"_placeholder", true}, {"num", 0}};
    CHECK(socketio::to_value(look).to_json() == R"({"_placeholder":true,"num":0})");
    value const both = socketio::to_value(std::pair{socketio::bytes(3), "text"});
    CHECK(both[0] == socketio::bytes(3));
    CHECK(both[1] == "text");
}

TEST_CASE("a convert that writes no value, and one that nests too deep, are told to the caller")
{
    CHECK_THROWS_AS(value{app::silent{}}, std::invalid_argument);
    app::tree deep; // two levels each
    for (int i = 1; 2 * i + 1 < static_cast<int>(socketio::max_json_depth); ++i)
        deep = app::tree{i, {std::move(deep)}};
    CHECK(json(value{deep}) == json(deep));
    deep = app::tree{0, {std::move(deep)}};
    CHECK_THROWS_AS(value{deep}, std::invalid_argument);
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

} // namespace convert_tests
