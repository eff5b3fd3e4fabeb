#include <socketio/qt.hpp>

#include <socketio/core/convert.hpp>

#include "support/json.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace qt_convert_tests {

using socketio::to_value;
using socketio::value;
using support::json;

TEST_CASE("a QString is a text in either direction")
{
    QString const text = QString::fromUtf8("Gr\u00fc\u00dfe \U0001f600") + QChar{0};
    CHECK(json(text) == "\"Gr\u00fc\u00dfe \U0001f600\\u0000\"");
    CHECK(to_value(text).get<QString>() == text);
    CHECK(value{""}.get<QString>() == QString{});
    CHECK(json(QString{}) == "\"\"");
    CHECK(json(QStringView{text}.left(2)) == "\"Gr\"");
    CHECK(json(QLatin1String{"\xfc"}) == "\"\u00fc\"");
    CHECK_FALSE(value{1}.get<QString>());
    CHECK(value{nullptr}.get<std::optional<QString>>() == std::optional<std::optional<QString>>{std::in_place});
}

TEST_CASE("what Qt drops or replaces in a text is kept as JavaScript keeps it")
{
    std::string const marked = "\xef\xbb\xbf\xef\xbb\xbftext";
    CHECK(value{marked}.get<QString>()->size() == 6);
    CHECK(to_value(*value{marked}.get<QString>()) == value{marked});
    QString const halves = QString{QChar{0xd83d}} + "x" + QChar{0xde00} + QChar{0xd83d};
    CHECK(json(halves) == "\"\ufffdx\ufffd\ufffd\"");
}

TEST_CASE("a QByteArray is binary data in either direction")
{
    QByteArray const data{"\0\xff", 2};
    CHECK(to_value(data) == value{socketio::bytes{std::byte{0}, std::byte{255}}});
    CHECK(to_value(data).get<QByteArray>() == data);
    CHECK(to_value(QByteArray{}).get<QByteArray>() == QByteArray{});
    CHECK_FALSE(value{"text"}.get<QByteArray>());
}

TEST_CASE("Qt's lists and maps are lists and objects")
{
    CHECK(json(QStringList{"a", "b"}) == R"(["a","b"])");
    CHECK(json(QVector<int>{1, 2}) == "[1,2]");
    CHECK(json(QMap<QString, int>{{"b", 2}, {"a", 1}}) == R"({"a":1,"b":2})");
    CHECK(json(QHash<QString, QStringList>{{"a", {"x"}}}) == R"({"a":["x"]})");
    value const list = socketio::array{"a", "b"};
    CHECK(list.get<QStringList>() == QStringList{"a", "b"});
    CHECK(list.get<QList<QString>>() == QList<QString>{"a", "b"});
    CHECK(list.get<QVector<QString>>() == QVector<QString>{"a", "b"});
    CHECK_FALSE(list.get<QVector<int>>());
    value const members = socketio::object{{"a", 1}, {"b", 2}, {"a", 3}};
    CHECK((members.get<QMap<QString, int>>() == QMap<QString, int>{{"a", 3}, {"b", 2}}));
    CHECK((members.get<QHash<QString, double>>() == QHash<QString, double>{{"a", 3}, {"b", 2}}));
    CHECK_FALSE(members.get<QMap<QString, QString>>());
    CHECK_FALSE(list.get<QVariantMap>());
}

TEST_CASE("a member that does not fit is named")
{
    std::string text = R"({"a":{"b":[1,"x"]}})";
    socketio::detail::json_document parsed;
    REQUIRE_FALSE(parsed.parse(text));
    QMap<QString, QMap<QString, QList<int>>> into;
    socketio::mismatch why;
    CHECK_FALSE(socketio::detail::read(parsed.root(), into, why));
    CHECK(why.path == "a.b[1]");
}

TEST_CASE("a QUrl, a QUuid and a QDateTime are texts")
{
    QUrl const url{QString::fromUtf8("http://example.org/\u00e4 b")};
    CHECK(json(url) == R"("http://example.org/%C3%A4%20b")");
    CHECK(to_value(url).get<QUrl>() == url);
    CHECK(value{""}.get<QUrl>() == QUrl{});
    CHECK_FALSE(value{"http://[broken"}.get<QUrl>());
    CHECK_FALSE(value{1}.get<QUrl>());

    QUuid const id{"{67c8770b-44f1-410a-ab9a-f9b5446f13ee}"};
    CHECK(json(id) == R"("67c8770b-44f1-410a-ab9a-f9b5446f13ee")");
    CHECK(to_value(id).get<QUuid>() == id);
    CHECK(to_value(QUuid{}).get<QUuid>() == QUuid{});
    CHECK_FALSE(value{"67c8770b"}.get<QUuid>());

    QDateTime const time = QDateTime::fromMSecsSinceEpoch(1700000000123);
    CHECK(json(time) == R"("2023-11-14T22:13:20.123Z")");
    CHECK(json(QDateTime{}) == "null");
    CHECK(to_value(time).get<QDateTime>() == time);
    CHECK(value{1700000000123}.get<QDateTime>() == time);
    CHECK(value{"2023-11-14T23:13:20.123+01:00"}.get<QDateTime>() == time);
    CHECK_FALSE(value{"today"}.get<QDateTime>());
}

} // namespace qt_convert_tests
