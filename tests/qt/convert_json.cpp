#include <socketio/qt.hpp>

#include <socketio/core/convert.hpp>

#include "support/json.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace qt_convert_json_tests {

using socketio::to_value;
using socketio::value;
using support::json;

constexpr char const* sample = R"({"a":[1,-2,9007199254740991,0.5,"x\u0000y",true,false,null,{}],"b":[],"c":{"d":"é"}})";

TEST_CASE("Qt's JSON has the same text as an argument")
{
    QJsonDocument const document = QJsonDocument::fromJson(sample);
    REQUIRE(document.isObject());
    CHECK(json(document) == sample);
    CHECK(json(document.object()) == sample);
    CHECK(json(QJsonValue{document.object()}) == sample);
    CHECK(json(QJsonArray{1, "two", QJsonValue::Null}) == R"([1,"two",null])");
    CHECK(json(QJsonValue{QJsonValue::Undefined}) == "null");
    CHECK(json(QJsonDocument{}) == "null");
    QJsonObject changeable{{"a", 1}};
    CHECK(json(changeable["a"]) == "1");
}

TEST_CASE("Qt's JSON is read from an argument")
{
    auto const from = value::from_json(sample);
    REQUIRE(from);
    QJsonDocument const document = QJsonDocument::fromJson(sample);
    CHECK(from->get<QJsonDocument>() == document);
    CHECK(from->get<QJsonObject>() == document.object());
    CHECK(from->get<QJsonValue>() == QJsonValue{document.object()});
    CHECK((*from)["a"].get<QJsonArray>() == document.object()["a"].toArray());
    CHECK((*from)["a"].get<QJsonDocument>()->isArray());
    CHECK(value{nullptr}.get<QJsonDocument>()->isNull());
    CHECK(json(*from->get<QJsonObject>()) == sample);
    CHECK(value{18446744073709551615u}.get<QJsonValue>() == QJsonValue{18446744073709551616.0});
    CHECK(value::from_json(R"({"a":1,"a":2})")->get<QJsonObject>() == QJsonObject{{"a", 2}});
}

#if QT_VERSION >= QT_VERSION_CHECK(6, 0, 0) // Qt 5 makes a double of it
TEST_CASE("an integer of 64 bits keeps all of its digits")
{
    CHECK(json(QJsonDocument::fromJson("[9223372036854775807]")) == "[9223372036854775807]");
    CHECK(json(*value::from_json("[9223372036854775807]")->get<QJsonArray>()) == "[9223372036854775807]");
}
#endif

TEST_CASE("another type than Qt's JSON is refused, and binary data is null")
{
    CHECK_FALSE(value{1}.get<QJsonObject>());
    CHECK_FALSE(value{1}.get<QJsonArray>());
    CHECK_FALSE(value{1}.get<QJsonDocument>());
    CHECK(value{socketio::bytes{std::byte{1}}}.get<QJsonValue>() == QJsonValue{QJsonValue::Null});
}

TEST_CASE("an object with many members is read in time that grows with their number")
{
    socketio::object from;
    for (int i = 300000; i != 0; --i) // backwards, each in front of all others
        from.append("member " + std::to_string(1000000 + i), i);
    CHECK(value{std::move(from)}.get<QJsonObject>()->size() == 300000);
}

TEST_CASE("Qt's JSON as deep as data may be is written and read, a deeper one refused")
{
    auto const nested = [](unsigned depth) {
        QJsonArray made;
        for (unsigned i = 1; i != depth; ++i) {
            QJsonArray around;
            around.append(made);
            made = around;
        }
        return made;
    };
    value const deepest = to_value(nested(socketio::max_json_depth));
    CHECK(to_value(*deepest.get<QJsonValue>()) == deepest);
    CHECK_THROWS_AS(to_value(nested(socketio::max_json_depth + 1)), std::invalid_argument);
}

} // namespace qt_convert_json_tests
