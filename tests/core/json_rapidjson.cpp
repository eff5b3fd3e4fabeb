#include <socketio/core/json_rapidjson.hpp>

#include <socketio/core/json.hpp>
#include <socketio/core/value_view.hpp>

#include "support/json.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <string>

namespace json_rapidjson_tests {

using support::json;

TEST_CASE("a RapidJSON document is read and written")
{
    std::string const sample = R"({"a":[1,-2,18446744073709551615,0.5,"x\u0000y",true,false,null,{}],"b":[]})";
    std::string text = sample;
    socketio::detail::json_document parsed;
    REQUIRE_FALSE(parsed.parse(text));
    rapidjson::Document copy;
    socketio::mismatch why;
    REQUIRE(socketio::detail::read(parsed.root(), copy, why));
    text.assign(text.size(), '?');
    CHECK(json(copy) == sample);
    CHECK(json(copy["a"][3]) == "0.5");
    CHECK(copy["a"][4].GetStringLength() == 3);
}

TEST_CASE("a document can be read into twice")
{
    rapidjson::Document copy;
    copy.Parse("[1,2,3]");
    std::string text = R"({"n":1})";
    socketio::detail::json_document parsed;
    REQUIRE_FALSE(parsed.parse(text));
    socketio::mismatch why;
    REQUIRE(socketio::detail::read(parsed.root(), copy, why));
    CHECK(json(copy) == R"({"n":1})");
}

} // namespace json_rapidjson_tests
