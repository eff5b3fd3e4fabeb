// Empty without the library that it is about.
#if __has_include(<nlohmann/json.hpp>)
#include <socketio/convert/nlohmann_json.hpp>

#include <socketio/core/convert.hpp>

#include "support/json.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace convert_nlohmann_json_tests {

using nlohmann::json;
using socketio::to_value;
using socketio::value;

constexpr char const* sample = R"({"a":[1,-2,18446744073709551615,0.5,"x\u0000y",true,false,null,{}],"b":[],"c":{"d":"é"}})";

TEST_CASE("a nlohmann::json has the same text as an argument")
{
    CHECK(support::json(json::parse(sample)) == sample);
    CHECK(support::json(json{}) == "null");
    CHECK(support::json(json{0.0 / 0.0}) == "[null]");
    CHECK(support::json(nlohmann::ordered_json::parse(R"({"b":1,"a":2})")) == R"({"b":1,"a":2})");
}

TEST_CASE("a nlohmann::json is read from an argument")
{
    auto const from = value::from_json(sample);
    REQUIRE(from);
    auto const read = from->get<json>();
    REQUIRE(read);
    CHECK(*read == json::parse(sample));
    CHECK((*read)["a"][0].is_number_integer());
    CHECK((*read)["a"][2].is_number_unsigned());
    CHECK((*read)["a"][4].get<std::string>().size() == 3);
    CHECK(value::from_json(R"({"b":1,"a":2})")->get<nlohmann::ordered_json>()->dump() == R"({"b":1,"a":2})");
    CHECK(value::from_json(R"({"b":1,"a":2,"b":3})")->get<nlohmann::ordered_json>()->dump() == R"({"b":3,"a":2})");
    CHECK(value{nullptr}.get<json>() == json{});
    CHECK(value::from_json(R"({"a":1,"a":2})")->get<json>() == json{{"a", 2}});
}

TEST_CASE("binary data is a json::binary")
{
    value const from = socketio::object{{"data", socketio::bytes{std::byte{1}, std::byte{255}}}};
    auto const read = from.get<json>();
    REQUIRE(read);
    CHECK((*read)["data"] == json::binary({1, 255}));
    CHECK(to_value(*read) == from);
    CHECK(to_value(json::binary({})) == value{socketio::bytes{}});
    CHECK(value{socketio::bytes{}}.get<json>() == json::binary({}));
}

TEST_CASE("containers of it are arguments, and it converts to a value")
{
    value const converted = json{{"n", 1}};
    CHECK(converted["n"] == value{1});
    CHECK(support::json(std::vector<json>{1, "two"}) == R"([1,"two"])");
    CHECK(support::json(std::optional<json>{}) == "null");
    CHECK(value{socketio::array{1, "two"}}.get<std::vector<json>>() == std::vector<json>{1, "two"});
}

TEST_CASE("an object with many members is read in time that grows with their number")
{
    socketio::object from;
    for (int i = 0; i != 100000; ++i)
        from.append("member " + std::to_string(i), i);
    value const all = std::move(from);
    CHECK(all.get<nlohmann::ordered_json>()->size() == 100000); // minutes, if each were searched for
    CHECK(all.get<json>()->size() == 100000);
}

TEST_CASE("a nlohmann::json as deep as data may be is written and read, a deeper one refused")
{
    auto const nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    json const deepest = json::parse(nested(socketio::max_json_depth));
    value const copy = to_value(deepest);
    CHECK(copy.get<json>() == deepest);
    CHECK_THROWS_AS(to_value(json::parse(nested(socketio::max_json_depth + 1))), std::invalid_argument);
    CHECK_THROWS_AS(to_value(json::parse(nested(100000))), std::invalid_argument);
}

} // namespace convert_nlohmann_json_tests
#endif
