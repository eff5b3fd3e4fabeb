#include <socketio/core/value_view.hpp>

#include <socketio/core/json.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace value_view_tests {

using socketio::args;
using socketio::value_type;
using socketio::value_view;

namespace {

struct message {
    explicit message(std::string json) : text{std::move(json)} { REQUIRE_FALSE(document.parse(text)); }
    value_view operator*() const { return document.root(); }

    std::string text;
    socketio::detail::json_document document;
};

static_assert(std::forward_iterator<args::iterator>);
static_assert(std::forward_iterator<socketio::detail::member_range::iterator>);
static_assert(std::is_trivially_copyable_v<value_view>);

} // namespace

TEST_CASE("a view of nothing is null")
{
    value_view const nothing;
    CHECK(nothing.is_null());
    CHECK(nothing.size() == 0);
    CHECK(nothing["a"].is_null());
    CHECK(nothing[3].is_null());
    CHECK(nothing.elements().empty());
    CHECK(nothing.members().begin() == nothing.members().end());
    CHECK(nothing.as_string().empty());
    CHECK(nothing.to_json() == "null");
    CHECK(nothing.to_value().is_null());
    CHECK_FALSE(nothing.get<int>());
}

TEST_CASE("a view tells its type and gives what it is")
{
    message const m{R"([null,true,1,18446744073709551615,1.5,"text",[1,2],{"a":1}])"};
    value_view const all = *m;
    CHECK(all[0].is_null());
    CHECK(all[1].is_bool());
    CHECK(all[1].as_bool());
    CHECK(all[2].type() == value_type::int64);
    CHECK(all[3].type() == value_type::uint64);
    CHECK(all[4].type() == value_type::number);
    CHECK(all[2].is_integer());
    CHECK(all[3].is_number());
    CHECK(all[4].is_number());
    CHECK_FALSE(all[4].is_integer());
    CHECK(all[4].as_double() == 1.5);
    CHECK(all[2].as_double() == 1.0);
    CHECK(all[3].as_double() == 18446744073709551616.0);
    CHECK(all[5].as_string() == "text");
    CHECK(all[5].size() == 4);
    CHECK(all[6].is_array());
    CHECK(all[6].size() == 2);
    CHECK(all[7].is_object());
    CHECK(all[7].size() == 1);
    CHECK(all[2].size() == 0);
    CHECK(all[8].is_null());
}

TEST_CASE("asking for another type gives nothing")
{
    message const m{R"(["1",1,[true]])"};
    CHECK_FALSE((*m)[0].as_bool());
    CHECK((*m)[0].as_double() == 0);
    CHECK((*m)[1].as_string().empty());
    CHECK((*m)[1].as_binary().empty());
    CHECK((*m)[1]["a"].is_null());
    CHECK((*m)[2]["a"].is_null());
    CHECK((*m)["a"].is_null());
}

TEST_CASE("elements and members are iterated over without looking inside them")
{
    message const m{R"([{"a":[1,[2,[3]]],"b":{"c":{"d":1}},"e":"x"},[[],[[]],{}],7])"};
    std::string elements;
    for (value_view const each : (*m).elements())
        elements += each.to_json() + ";";
    CHECK(elements == R"({"a":[1,[2,[3]]],"b":{"c":{"d":1}},"e":"x"};[[],[[]],{}];7;)");
    std::string members;
    for (auto const [key, data] : (*m)[0].members())
        members += std::string{key} + "=" + data.to_json() + ";";
    CHECK(members == R"(a=[1,[2,[3]]];b={"c":{"d":1}};e="x";)");
    CHECK((*m)[1].members().begin() == (*m)[1].members().end());
    CHECK((*m)[0].elements().empty());
    CHECK(std::distance((*m).elements().begin(), (*m).elements().end()) == 3);
}

TEST_CASE("members are found by name, absent ones are not")
{
    message const m{R"({"a":1,"b":null,"":2})"};
    CHECK((*m).find("a").has_value());
    CHECK((*m).find("b").has_value());
    CHECK((*m)["b"].is_null());
    CHECK_FALSE((*m).find("c").has_value());
    CHECK((*m)[""].get<int>() == 2);
}

TEST_CASE("strings point into the message")
{
    message const m{R"(["hello world"])"};
    CHECK((*m)[0].as_string().data() == m.text.data() + 2);
}

TEST_CASE("args is the list of an event's arguments")
{
    message const m{R"(["news","title",[1,2],{"a":1}])"};
    args const all{*m};
    CHECK(all.size() == 4);
    CHECK(all[0].as_string() == "news");
    args const given = all.rest(1);
    CHECK(given.size() == 3);
    CHECK(given[0].as_string() == "title");
    CHECK(given[2]["a"].get<int>() == 1);
    CHECK(given[3].is_null());
    CHECK(given.get<std::string>(0) == "title");
    CHECK(given.get<std::vector<int>>(1) == std::vector<int>{1, 2});
    CHECK_FALSE(given.get<int>(1));
    CHECK_FALSE(given.get<int>(17));
    CHECK(std::count_if(given.begin(), given.end(), [](value_view each) { return each.is_array(); }) == 1);
    CHECK(all.rest(4).empty());
    CHECK(all.rest(5).empty());
    args rest = all;
    rest.drop_front(3);
    CHECK(rest.size() == 1);
    CHECK(rest[0].is_object());
    CHECK(++rest.begin() == rest.end());
}

TEST_CASE("what is no array has no arguments")
{
    CHECK(args{}.empty());
    CHECK(args{}[0].is_null());
    CHECK(args{value_view{}}.empty());
    message const m{R"({"a":1})"};
    CHECK(args{*m}.empty());
    CHECK(args{}.begin() == args{}.end());
}

TEST_CASE("a copy outlives the message")
{
    socketio::value kept;
    {
        message const m{R"({"a":[1,-2,0.5,"x",true,null,{"b":18446744073709551615}]})"};
        kept = (*m).to_value();
    }
    CHECK(kept.to_json() == R"({"a":[1,-2,0.5,"x",true,null,{"b":18446744073709551615}]})");
}

TEST_CASE("a copy finds the last of members with the same name")
{
    message const m{R"({"a":1,"a":2})"};
    CHECK((*m).to_value()["a"] == 2);
}

} // namespace value_view_tests
