#include <socketio/core/value.hpp>

#include <socketio/core/convert.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

namespace value_tests {

using socketio::array;
using socketio::object;
using socketio::value;
using socketio::value_type;

TEST_CASE("a value takes every C++ number, text and container as what it is")
{
    CHECK(value{}.is_null());
    CHECK(value{nullptr}.is_null());
    CHECK(value{true}.type() == value_type::boolean);
    CHECK(value{1}.type() == value_type::int64);
    CHECK(value{short{-1}}.type() == value_type::int64);
    CHECK(value{1u}.type() == value_type::uint64);
    CHECK(value{std::uint8_t{7}}.type() == value_type::uint64);
    CHECK(value{1.5f}.type() == value_type::number);
    CHECK(value{"text"}.type() == value_type::string);
    CHECK(value{std::string{"text"}}.type() == value_type::string);
    CHECK(value{std::string_view{"text"}}.type() == value_type::string);
    CHECK(value{socketio::bytes(3)}.type() == value_type::binary);
    CHECK(value{socketio::bytes_view{}}.type() == value_type::binary);
    CHECK(value{array{}}.type() == value_type::array);
    CHECK(value{object{}}.type() == value_type::object);
}

TEST_CASE("only bool becomes a boolean, and pointers become nothing")
{
    static_assert(!std::is_constructible_v<value, void*>);
    static_assert(!std::is_constructible_v<value, int*>);
    static_assert(std::is_convertible_v<bool, value>);
    value const text = "true";
    CHECK(text.if_bool() == nullptr);
    REQUIRE(text.if_string());
    CHECK(*text.if_string() == "true");
}

TEST_CASE("literals nest as they are written")
{
    value const user = object{{"id", 1}, {"tags", array{1, "two", nullptr}}, {"deep", object{{"a", "b"}}}};
    CHECK(user.to_json() == R"({"id":1,"tags":[1,"two",null],"deep":{"a":"b"}})");
    CHECK(value{array{value{array{1}}}}.to_json() == "[[1]]");
    CHECK(value{array{array{1}, array{2}}}.to_json() == "[[1],[2]]");
    CHECK(value{array{object{{"a", 1}}}}.to_json() == R"([{"a":1}])");
    CHECK(value{array{"a", "b"}}.to_json() == R"(["a","b"])");
    CHECK(value{object{{"a", "b"}, {"c", "d"}}}.to_json() == R"({"a":"b","c":"d"})");
    CHECK(value{object{{"a", "b"}}}.to_json() == R"({"a":"b"})");
}

TEST_CASE("the last of two members with the same name in a literal counts")
{
    object const twice{{"a", 1}, {"b", 2}, {"a", 3}};
    CHECK(twice.size() == 2);
    CHECK(value{twice}.to_json() == R"({"a":3,"b":2})");
}

TEST_CASE("reading what is absent gives null and changes nothing")
{
    value const user = object{{"id", 1}, {"tags", array{1, "two"}}};
    CHECK(user["id"] == 1);
    CHECK(user["tags"][1] == "two");
    CHECK(user["tags"][2].is_null());
    CHECK(user["nothing"].is_null());
    CHECK(user["nothing"]["further"][7].is_null());
    CHECK(user[0].is_null());
    CHECK(user["id"]["inside"].is_null());
    CHECK(user.if_object()->size() == 2);
}

TEST_CASE("writing to a member of null makes an object")
{
    value made;
    made["user"]["name"] = "Ada";
    made["n"] = 2;
    made["n"] = 3;
    CHECK(made.to_json() == R"({"user":{"name":"Ada"},"n":3})");
    value list = array{1, 2};
    list[1] = "two";
    CHECK(list[1] == "two");
}

TEST_CASE("writing to members of what has none is misuse")
{
    value number = 1;
    CHECK_THROWS_AS(number["a"], std::invalid_argument);
    CHECK_THROWS_AS(number[0], std::invalid_argument);
    value list = array{1};
    CHECK_THROWS_AS(list[1], std::invalid_argument);
    CHECK_THROWS_AS(list["a"], std::invalid_argument);
}

TEST_CASE("numbers are equal when what they stand for is")
{
    CHECK(value{1} == value{1u});
    CHECK(value{1} == value{1.0});
    CHECK(value{1u} == value{1.0});
    CHECK(value{-1} != value{std::numeric_limits<std::uint64_t>::max()});
    CHECK(value{9007199254740993} != value{9007199254740992.0});
    CHECK(value{9007199254740992} == value{9007199254740992.0});
    CHECK(value{std::numeric_limits<std::int64_t>::max()} != value{9223372036854775808.0});
    CHECK(value{std::numeric_limits<std::uint64_t>::max()} != value{18446744073709551616.0});
    CHECK(value{std::numeric_limits<std::int64_t>::min()} == value{-9223372036854775808.0});
    CHECK(value{1} != value{1.5});
    CHECK(value{1} != value{std::nan("")});
    CHECK(value{1} != value{INFINITY});
    CHECK(value{1} != value{true});
    CHECK(value{1} != value{"1"});
    CHECK(value{} == value{nullptr});
    CHECK(value{} != value{false});
}

TEST_CASE("containers are equal when their parts are, in this order")
{
    CHECK(value{array{1, 2}} == value{array{1u, 2.0}});
    CHECK(value{array{1, 2}} != value{array{2, 1}});
    CHECK(value{array{1}} != value{array{1, 2}});
    CHECK(value{object{{"a", 1}}} == value{object{{"a", 1.0}}});
    CHECK(value{object{{"a", 1}, {"b", 2}}} != value{object{{"b", 2}, {"a", 1}}});
    CHECK(value{socketio::bytes(2)} != value{socketio::bytes(3)});
}

TEST_CASE("an object finds, inserts and erases")
{
    object members;
    members["a"] = 1;
    CHECK(members.contains("a"));
    CHECK_FALSE(members.contains("b"));
    CHECK(members.find("b") == nullptr);
    CHECK(std::as_const(members)["b"].is_null());
    CHECK(members.size() == 1);
    members.append("a", 2);
    CHECK(*members.find("a") == 2);
    CHECK(members.erase("a"));
    CHECK_FALSE(members.erase("a"));
    CHECK(members.empty());
}

TEST_CASE("an array grows and is iterated over")
{
    array list;
    list.push_back(1);
    list.push_back("two");
    std::string all;
    for (value const& each : list)
        all += each.to_json();
    CHECK(all == R"(1"two")");
    CHECK(std::as_const(list)[2].is_null());
    list.clear();
    CHECK(list.empty());
}

TEST_CASE("get converts, or gives nothing")
{
    value const user = object{{"id", 300}, {"tags", array{"a", "b"}}, {"pi", 3.0}};
    CHECK(user["id"].get<int>() == 300);
    CHECK(user["id"].get<std::int8_t>() == std::nullopt);
    CHECK(user["pi"].get<int>() == 3);
    CHECK(user["tags"].get<std::vector<std::string>>() == std::vector<std::string>{"a", "b"});
    CHECK(user["tags"].get<std::string>() == std::nullopt);
    CHECK(user["none"].get<std::string>() == std::nullopt);
    value const text = "long enough not to be stored in place";
    CHECK(text.get<std::string_view>()->data() == text.if_string()->data());
    value const data = socketio::bytes{std::byte{1}, std::byte{2}};
    CHECK(data.get<socketio::bytes>() == *data.if_binary());
    CHECK(user.get<value>() == user);
}

TEST_CASE("JSON comes and goes")
{
    auto const text = R"({"a":[1,-2,18446744073709551615,0.5,"x",true,null,{}],"b":[]})";
    auto const read = value::from_json(text);
    REQUIRE(read);
    CHECK(read->to_json() == text);
    CHECK_FALSE(value::from_json("[1,]"));
    CHECK_FALSE(value::from_json(""));
    CHECK(value{socketio::bytes(3)}.to_json() == "null");
}

TEST_CASE("what was parsed at the depth limit is copied, compared, written and destroyed")
{
    std::string const deep = std::string(1024, '[') + std::string(1024, ']');
    auto const read = value::from_json(deep);
    REQUIRE(read);
    value const copy = *read;
    CHECK(copy == *read);
    CHECK(copy.to_json() == deep);
    CHECK_THROWS_AS(value{array{copy}}.to_json(), std::invalid_argument);
}

TEST_CASE("types have the names that error messages use")
{
    CHECK(socketio::type_name(value_type::null) == "null");
    CHECK(socketio::type_name(value_type::boolean) == "boolean");
    CHECK(socketio::type_name(value_type::int64) == "integer");
    CHECK(socketio::type_name(value_type::uint64) == "integer");
    CHECK(socketio::type_name(value_type::number) == "number");
    CHECK(socketio::type_name(value_type::string) == "string");
    CHECK(socketio::type_name(value_type::binary) == "binary");
    CHECK(socketio::type_name(value_type::array) == "array");
    CHECK(socketio::type_name(value_type::object) == "object");
}

TEST_CASE("a value of each type is copied, moved and assigned, and so is an element to the value that holds it")
{
    value const all = array{nullptr, true, -1, 1u, 1.5, "text", socketio::bytes(3), array{1}, object{{"a", 1}}};
    for (value const& from : *all.if_array()) {
        for (value to : *all.if_array()) {
            value copied{from};
            CHECK(copied == from);
            to = from;
            CHECK(to == from);
            CHECK(to.type() == from.type());
            to = std::move(copied);
            CHECK(to == from);
            value const moved{std::move(to)};
            CHECK(moved == from);
        }
    }
    value tree = array{0, array{1, object{{"leaf", "text"}}}};
    tree = tree[1];
    CHECK(tree == value{array{1, object{{"leaf", "text"}}}});
    tree = std::move((*tree.if_array())[1]);
    CHECK(tree == value{object{{"leaf", "text"}}});
    value& same = tree;
    tree = same;
    tree = std::move(same);
    CHECK(tree["leaf"] == value{"text"});
}

} // namespace value_tests
