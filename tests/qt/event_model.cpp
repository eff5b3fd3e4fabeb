#include <socketio/client.hpp>
#include <socketio/qt.hpp>

#include "run_loop.hpp"
#include "support/server_thread.hpp"

#include <QAbstractItemModelTester>
#include <doctest/doctest.h>

#include <string>

namespace qt_event_model_tests {

using socketio::qt::event_model;
using socketio::qt::model_limits;
using support::run_loop_until;

void append(event_model& to, std::string_view event, socketio::array const& arguments)
{
    std::string text = socketio::value{arguments}.to_json();
    socketio::detail::json_document parsed;
    REQUIRE_FALSE(parsed.parse(text));
    to.append(event, parsed.root().elements());
}

QString line(event_model const& of, int row) { return of.data(of.index(row)).toString(); }

TEST_CASE("an event is a row with its name, arguments and time")
{
    event_model model;
    append(model, "news", {"title", 2026, socketio::object{{"a", nullptr}}});
    REQUIRE(model.rowCount() == 1);
    CHECK(line(model, 0) == QString{R"(news ["title",2026,{"a":null}])"});
    QModelIndex const first = model.index(0);
    CHECK(model.data(first, event_model::event_role) == QVariant{"news"});
    CHECK(model.data(first, event_model::arguments_role).toList().at(1).toInt() == 2026);
    CHECK(model.data(first, event_model::time_role).toDateTime().isValid());
    CHECK_FALSE(model.data(model.index(1)).isValid());
    CHECK(model.rowCount(first) == 0);
    CHECK(model.roleNames().value(event_model::arguments_role) == QByteArray{"arguments"});
}

TEST_CASE("a model keeps the newest events, by number and by bytes, and tells its views")
{
    event_model model{{.events = 3, .bytes = 1000}};
    QAbstractItemModelTester const strict{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
    for (int i = 0; i != 5; ++i)
        append(model, "n", {i});
    REQUIRE(model.rowCount() == 3);
    CHECK(line(model, 0) == QString{"n [2]"});
    append(model, "long", {std::string(975, 'x')});
    REQUIRE(model.rowCount() == 1);
    CHECK(line(model, 0).startsWith(QString{"long"}));
    CHECK(line(model, 0).size() == 501);
    append(model, "too long for all of the room", {std::string(2000, 'x')});
    CHECK(model.rowCount() == 0);
    append(model, "n", {});
    CHECK(model.rowCount() == 1);
    model.clear();
    CHECK(model.rowCount() == 0);
}

TEST_CASE("a model hears every event of a socket until it goes")
{
    support::server_thread server{{}};
    server.io().on("connection", [](socketio::server_socket peer) {
        peer.emit_event("first", 1);
        peer.emit_event("second", QByteArray{"\1", 1});
    });
    socketio::background_context background;
    auto socket = socketio::io(background, server.url(), {.autoConnect = false});
    {
        event_model model;
        model.listen(socket);
        socket.connect();
        REQUIRE(run_loop_until([&] { return model.rowCount() == 2; }));
        CHECK(line(model, 0) == QString{"first [1]"});
        CHECK(model.data(model.index(1), event_model::arguments_role).toList() == QVariantList{QByteArray{"\1", 1}});
    }
    CHECK(socket.listenersAny().empty());
}

} // namespace qt_event_model_tests
