#include <socketio/qt.hpp>

#include <socketio/core/convert.hpp>

#include "support/json.hpp"

#include <QDate>
#include <QPoint>
#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace qt_convert_variant_tests {

using socketio::to_value;
using socketio::value;
using support::json;

TEST_CASE("a QVariant is sent as what it holds")
{
    CHECK(json(QVariant{}) == "null");
    CHECK(json(QVariant::fromValue(nullptr)) == "null");
    CHECK(json(QVariant{true}) == "true");
    CHECK(json(QVariant{-1}) == "-1");
    CHECK(json(QVariant{qulonglong{18446744073709551615u}}) == "18446744073709551615");
    CHECK(json(QVariant{0.5}) == "0.5");
    CHECK(json(QVariant{1.5f}) == "1.5");
    CHECK(json(QVariant{"text"}) == R"("text")");
    CHECK(json(QVariant{QChar{0xfc}}) == "\"\u00fc\"");
    CHECK(json(QVariant{QStringList{"a"}}) == R"(["a"])");
    CHECK(json(QVariant{QVariantList{1, "two", QVariant{}}}) == R"([1,"two",null])");
    CHECK(json(QVariant{QVariantMap{{"a", 1}}}) == R"({"a":1})");
    CHECK(json(QVariant{QVariantHash{{"a", 1}}}) == R"({"a":1})");
    CHECK(json(QVariant{QJsonObject{{"a", QJsonArray{1}}}}) == R"({"a":[1]})");
    CHECK(json(QVariant{QUrl{"http://a/"}}) == R"("http://a/")");
    CHECK(json(QVariant{QDateTime::fromMSecsSinceEpoch(0)}) == R"("1970-01-01T00:00:00.000Z")");
    CHECK(json(QVariant{QDate{2026, 1, 31}}) == R"("2026-01-31")");
    CHECK(json(QVariantMap{{"list", QVariantList{1}}}) == R"({"list":[1]})");
}

TEST_CASE("a QVariant of a list, map or enumeration that Qt learned at run time is sent, too")
{
    CHECK(json(QVariant::fromValue(QVector<int>{1, 2})) == "[1,2]");
    CHECK(json(QVariant::fromValue(QMap<QString, int>{{"a", 1}})) == R"({"a":1})");
    CHECK(json(QVariant::fromValue(Qt::Tuesday)) == "2");
    QByteArray const data{"\1\2", 2};
    CHECK(to_value(QVariant::fromValue(QVector<QByteArray>{data})) == to_value(QVector<QByteArray>{data}));
}

TEST_CASE("a QVariant that is nothing like data is refused by its name")
{
    CHECK_THROWS_WITH_AS(to_value(QVariant{QPoint{1, 2}}), "a QVariant of this type cannot be sent: QPoint",
                         std::invalid_argument);
}

TEST_CASE("a QVariant takes whatever comes")
{
    value const from = socketio::object{{"a", socketio::array{nullptr, true, -1, 18446744073709551615u, 0.5, "x",
                                                              socketio::bytes{std::byte{7}}, socketio::object{}}}};
    auto const read = from.get<QVariant>();
    REQUIRE(read);
    REQUIRE(read->userType() == QMetaType::QVariantMap);
    QVariantList const list = read->toMap()["a"].toList();
    REQUIRE(list.size() == 8);
    CHECK(list[0].isNull());
    CHECK(list[1].userType() == QMetaType::Bool);
    CHECK(list[2].toLongLong() == -1);
    CHECK(list[3].toULongLong() == 18446744073709551615u);
    CHECK(list[4].userType() == QMetaType::Double);
    CHECK(list[5].toString() == QString{"x"});
    CHECK(list[6].userType() == QMetaType::QByteArray);
    CHECK(list[7].userType() == QMetaType::QVariantMap);
    CHECK(to_value(*read) == from);
    CHECK(from["a"].get<QVariantList>() == list);
    CHECK(from.get<QVariantMap>() == read->toMap());
}

TEST_CASE("a QVariant as deep as data may be is written and read, a deeper one refused")
{
    auto const nested = [](unsigned depth) {
        QVariant made = QVariantList{};
        for (unsigned i = 1; i != depth; ++i)
            made = QVariantList{made};
        return made;
    };
    value const deepest = to_value(nested(socketio::max_json_depth));
    CHECK(to_value(*deepest.get<QVariant>()) == deepest);
    CHECK_THROWS_AS(to_value(nested(socketio::max_json_depth + 1)), std::invalid_argument);
    CHECK_THROWS_AS(to_value(nested(5000)), std::invalid_argument);
}

} // namespace qt_convert_variant_tests
