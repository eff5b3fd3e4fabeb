// The messages of socket.io-client-cpp: made, read, and converted in both directions.
#include <socketio/compat/sio.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace messages_tests {

using sio::message;

// As the other side sends it.
message::ptr received(socketio::value const& sent) { return *sent.get<message::ptr>(); }

message::ptr text(char const* content) { return sio::string_message::create(content); }

TEST_CASE("each message has its type and its content")
{
    CHECK(sio::null_message::create()->get_flag() == message::flag_null);
    message::ptr const yes = sio::bool_message::create(true);
    CHECK(yes->get_flag() == message::flag_boolean);
    CHECK(yes->get_bool());
    message::ptr const number = sio::int_message::create(INT64_MIN);
    CHECK(number->get_flag() == message::flag_integer);
    CHECK(number->get_int() == INT64_MIN);
    CHECK(sio::int_message::create(3)->get_double() == 3.0);
    message::ptr const half = sio::double_message::create(-2.5);
    CHECK(half->get_flag() == message::flag_double);
    CHECK(half->get_double() == -2.5);
    CHECK(half->get_int() == -2);
    CHECK(text("a")->get_flag() == message::flag_string);
    CHECK(text("a")->get_string() == "a");
    auto const data = std::make_shared<std::string const>("\0\1", 2);
    message::ptr const binary = sio::binary_message::create(data);
    CHECK(binary->get_flag() == message::flag_binary);
    CHECK(binary->get_binary() == data);
}

TEST_CASE("a double that fits into no integer gives the nearest one")
{
    CHECK(sio::double_message::create(1e300)->get_int() == INT64_MAX);
    CHECK(sio::double_message::create(9223372036854775808.0)->get_int() == INT64_MAX);
    CHECK(sio::double_message::create(-1e300)->get_int() == INT64_MIN);
    CHECK(sio::double_message::create(std::numeric_limits<double>::quiet_NaN())->get_int() == 0);
}

TEST_CASE("an accessor of another type gives something empty, each time")
{
    message::ptr const number = sio::int_message::create(7);
    message const& fixed = *number;
    CHECK_FALSE(fixed.get_bool());
    CHECK(text("x")->get_int() == 0);
    CHECK(text("x")->get_double() == 0.0);
    CHECK(fixed.get_string().empty());
    CHECK(fixed.get_binary() == nullptr);
    CHECK(fixed.get_vector().empty());
    CHECK(fixed.get_map().empty());
    number->get_map()["lost"] = text("x");
    number->get_vector().push_back(text("x"));
    CHECK(number->get_map().empty());
    CHECK(number->get_vector().empty());
    CHECK(number->get_int() == 7);
}

TEST_CASE("arrays and objects take what the original's take")
{
    message::ptr const made = sio::array_message::create();
    auto& array = static_cast<sio::array_message&>(*made);
    std::string const name = "text";
    array.push(name);
    array.push(std::string("moved"));
    array.push(std::make_shared<std::string>("bytes"));
    array.push(std::shared_ptr<std::string const>{});
    array.push(message::ptr{});
    array.insert(0, sio::int_message::create(1));
    array.insert(99, name);
    REQUIRE(array.size() == 5);
    CHECK(array[0]->get_int() == 1);
    CHECK(array.at(3)->get_flag() == message::flag_binary);
    CHECK(array[4]->get_string() == "text");
    CHECK(array[5] == nullptr);
    CHECK(made->get_vector().size() == 5);

    message::ptr const members = sio::object_message::create();
    auto& object = static_cast<sio::object_message&>(*members);
    object.insert("name", name);
    object.insert("bytes", std::make_shared<std::string>("b"));
    object.insert("list", made);
    CHECK(object.has("list"));
    CHECK_FALSE(object.has("nothing"));
    CHECK(object["nothing"] == nullptr);
    CHECK(object.at("name")->get_string() == "text");
    CHECK(members->get_map().size() == 3);
}

TEST_CASE("a list is made as for the original's emit")
{
    CHECK(message::list{}.size() == 0);
    CHECK(message::list(nullptr).size() == 0);
    CHECK(message::list(message::ptr{}).size() == 0);
    message::list list("first");
    list.push(text("second"));
    list.insert(1, std::string("between"));
    REQUIRE(list.size() == 3);
    CHECK(list[1]->get_string() == "between");
    CHECK(list.at(2)->get_string() == "second");
    CHECK(list.to_array_message()->get_vector().size() == 3);
    CHECK(list.to_array_message("event")->get_vector().at(0)->get_string() == "event");
    std::vector<message::ptr> const elements{text("a"), text("b")};
    CHECK(message::list(elements).size() == 2);
    message::list copy;
    copy = list;
    CHECK(copy.size() == 3);
}

TEST_CASE("all types arrive as they were sent")
{
    socketio::bytes const data{std::byte{1}, std::byte{0}};
    socketio::value const sent{socketio::array{nullptr, true, -5, 2.5, "text", data,
        socketio::object{{"list", socketio::array{1}}, {"empty", socketio::object{}}}}};
    message::ptr const whole = received(sent);
    REQUIRE(whole->get_vector().size() == 7);
    auto const& all = whole->get_vector();
    CHECK(all[0]->get_flag() == message::flag_null);
    CHECK(all[1]->get_bool());
    CHECK(all[2]->get_int() == -5);
    CHECK(all[3]->get_double() == 2.5);
    CHECK(all[4]->get_string() == "text");
    CHECK(*all[5]->get_binary() == std::string("\1\0", 2));
    CHECK(all[6]->get_map()["list"]->get_vector().at(0)->get_int() == 1);
    CHECK(all[6]->get_map()["empty"]->get_flag() == message::flag_object);
    CHECK(socketio::to_value(whole)[4] == socketio::value{"text"});
    CHECK(socketio::to_value(whole)[6]["list"] == sent[6]["list"]);
    CHECK(socketio::to_value(whole)[5] == sent[5]);
}

TEST_CASE("a number over 64 bits is a double, not a null pointer")
{
    message::ptr const large = received(socketio::value{UINT64_MAX});
    CHECK(large->get_flag() == message::flag_double);
    CHECK(large->get_double() == 18446744073709551615.0);
    CHECK(received(socketio::value{std::uint64_t{9}})->get_int() == 9);
}

TEST_CASE("of members with one name the last counts")
{
    auto const parsed = socketio::value::from_json(R"({"a":1,"a":2})");
    REQUIRE(parsed);
    CHECK(received(*parsed)->get_map().at("a")->get_int() == 2);
}

TEST_CASE("the deepest data there may be is read and written, and deeper data is refused")
{
    message::ptr deep = sio::null_message::create();
    for (unsigned level = 0; level != socketio::max_json_depth; ++level) {
        message::ptr outer = level % 2 ? sio::array_message::create() : sio::object_message::create();
        if (level % 2)
            outer->get_vector().push_back(deep);
        else
            outer->get_map()["down"] = deep;
        deep = outer;
    }
    message::ptr back = received(socketio::to_value(deep));
    unsigned levels = 0;
    for (; back->get_flag() != message::flag_null; ++levels)
        back = back->get_flag() == message::flag_array ? back->get_vector().at(0) : back->get_map().at("down");
    CHECK(levels == socketio::max_json_depth);

    message::ptr const own = sio::array_message::create();
    own->get_vector().push_back(deep);
    CHECK_THROWS_AS(socketio::to_value(own), std::invalid_argument);
    own->get_vector() = {own}; // inside itself
    CHECK_THROWS_AS(socketio::to_value(own), std::invalid_argument);
    own->get_vector().clear();
}

TEST_CASE("null pointers and binary data without data are sent as null and as no bytes")
{
    message::ptr const array = sio::array_message::create();
    array->get_vector() = {nullptr, sio::binary_message::create(nullptr)};
    message::ptr const object = sio::object_message::create();
    object->get_map()["none"];
    socketio::value const sent = socketio::to_value(array);
    CHECK(sent[0].is_null());
    REQUIRE(sent[1].if_binary());
    CHECK(sent[1].if_binary()->empty());
    CHECK(socketio::to_value(object)["none"].is_null());
    CHECK(socketio::to_value(message::ptr{}).is_null());
}

TEST_CASE("text that is not UTF-8 does not leave the program")
{
    CHECK(socketio::to_value(text("a\xff")) == socketio::value{"a\xef\xbf\xbd"});
}

TEST_CASE("twenty thousand members, and elements, are read")
{
    socketio::object members;
    socketio::array elements;
    for (int i = 0; i != 20'000; ++i) {
        members.append("key " + std::to_string(i), i);
        elements.push_back(i);
    }
    CHECK(received(socketio::value{std::move(members)})->get_map().size() == 20'000);
    CHECK(received(socketio::value{std::move(elements)})->get_vector().size() == 20'000);
}

} // namespace messages_tests
