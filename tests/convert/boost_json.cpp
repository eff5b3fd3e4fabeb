// Empty without the library that it is about.
#if __has_include(<boost/json.hpp>)
#include <socketio/convert/boost_json.hpp>

#include <socketio/core/convert.hpp>

#include "support/json.hpp"

#include <boost/json/src.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace convert_boost_json_tests {

using boost::json::parse;
using socketio::to_value;
using socketio::value;

constexpr char const* sample = R"({"a":[1,-2,18446744073709551615,0.5,"x\u0000y",true,false,null,{}],"b":[],"c":{"d":"é"}})";

TEST_CASE("a boost::json::value has the same text as an argument")
{
    CHECK(support::json(parse(sample)) == sample);
    CHECK(support::json(boost::json::value{}) == "null");
    CHECK(support::json(parse(sample).as_object()) == sample);
    CHECK(support::json(boost::json::array{1, "two"}) == R"([1,"two"])");
    CHECK(support::json(boost::json::string{"text"}) == R"("text")");
}

TEST_CASE("Boost.JSON's types are read from an argument")
{
    auto const from = value::from_json(sample);
    REQUIRE(from);
    CHECK((from->get<boost::json::value>() == parse(sample)));
    CHECK((from->get<boost::json::object>() == parse(sample).as_object()));
    CHECK(((*from)["a"].get<boost::json::array>() == parse(sample).at("a").as_array()));
    CHECK((value{"text"}.get<boost::json::string>() == boost::json::string{"text"}));
    CHECK((value{nullptr}.get<boost::json::value>() == boost::json::value{}));
    CHECK((value::from_json(R"({"a":1,"a":2})")->get<boost::json::value>() == parse(R"({"a":2})")));
}

TEST_CASE("another type than Boost.JSON's is refused")
{
    CHECK_FALSE(value{1}.get<boost::json::object>().has_value());
    CHECK_FALSE(value{1}.get<boost::json::array>().has_value());
    CHECK_FALSE(value{1}.get<boost::json::string>().has_value());
}

TEST_CASE("binary data is null, and containers are arguments")
{
    value const from = socketio::array{socketio::bytes{std::byte{1}}, 2};
    CHECK((from.get<boost::json::value>() == parse("[null,2]")));
    CHECK(support::json(std::vector<boost::json::value>{1, "two"}) == R"([1,"two"])");
    CHECK(support::json(std::optional<boost::json::value>{}) == "null");
}

TEST_CASE("what is read into keeps its memory")
{
    boost::json::monotonic_resource memory;
    boost::json::value into(boost::json::storage_ptr{&memory});
    std::string text = R"({"list":["a text that is longer than the room in a string's object"]})";
    socketio::detail::json_document parsed;
    REQUIRE_FALSE(parsed.parse(text));
    socketio::mismatch why;
    REQUIRE(socketio::detail::read(parsed.root(), into, why));
    CHECK(into.at("list").at(0).storage().get() == &memory);
}

TEST_CASE("a boost::json::value as deep as data may be is written and read, a deeper one refused")
{
    auto const nested = [](std::size_t depth) {
        boost::json::value made = boost::json::array{};
        for (std::size_t i = 1; i != depth; ++i)
            made = boost::json::array{std::move(made)};
        return made;
    };
    boost::json::value const deepest = nested(socketio::max_json_depth);
    CHECK((to_value(deepest).get<boost::json::value>() == deepest));
    CHECK_THROWS_AS(to_value(nested(socketio::max_json_depth + 1)), std::invalid_argument);
}

} // namespace convert_boost_json_tests
#endif
