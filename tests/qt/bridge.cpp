#include <socketio/client.hpp>
#include <socketio/qt/bridge.hpp>

#include "run_loop.hpp"
#include "support/server_thread.hpp"

#include <QPoint>
#include <doctest/doctest.h>

#include <optional>

namespace qt_bridge_tests {

using socketio::qt::bridge;
using support::run_loop_until;

void serve(support::server_thread& server)
{
    server.io().on("connection", [](socketio::server_socket peer) {
        peer.on("say", [peer](QString text) { peer.emit_event("said", text, QByteArray{"\1", 1}); });
        peer.on("add", [](int a, int b, socketio::ack reply) { reply(a + b); });
        peer.on("leave", [peer] { peer.disconnect(); });
    });
}

TEST_CASE("a bridge has signals and properties")
{
    support::server_thread server{{}};
    serve(server);
    socketio::background_context background;
    bridge shown{socketio::io(background, server.url())};
    QString event;
    QVariantList arguments;
    QString reason;
    QObject::connect(&shown, &bridge::received, [&](QString const& name, QVariantList const& with) {
        event = name;
        arguments = with;
    });
    QObject::connect(&shown, &bridge::disconnected, [&](QString const& why) { reason = why; });
    REQUIRE(run_loop_until([&] { return shown.property("connected").toBool(); }));
    CHECK_FALSE(shown.property("id").toString().isEmpty());

    CHECK(QMetaObject::invokeMethod(&shown, "emit_event", Q_ARG(QString, "say"), Q_ARG(QVariantList, QVariantList{"hi"})));
    REQUIRE(run_loop_until([&] { return !event.isEmpty(); }));
    CHECK(event == QString{"said"});
    CHECK(arguments == QVariantList{"hi", QByteArray{"\1", 1}});

    shown.emit_event("leave");
    REQUIRE(run_loop_until([&] { return !reason.isEmpty(); }));
    CHECK(reason == QString{"io server disconnect"});
    CHECK_FALSE(shown.connected());
    CHECK(shown.id().isEmpty());
    shown.open();
    CHECK(run_loop_until([&] { return shown.connected(); }));
}

TEST_CASE("a bridge tells which request was answered, and which was not")
{
    support::server_thread server{{}};
    serve(server);
    socketio::background_context background;
    bridge shown{socketio::io(background, server.url())};
    int answered = 0;
    QVariantList sum;
    int unanswered = 0;
    QObject::connect(&shown, &bridge::answered, [&](int request, QVariantList const& arguments) {
        answered = request;
        sum = arguments;
    });
    QObject::connect(&shown, &bridge::unanswered, [&](int request, QString const&) { unanswered = request; });
    int const first = shown.emitWithAck("add", {1, 2});
    REQUIRE(run_loop_until([&] { return answered != 0; }));
    CHECK(answered == first);
    CHECK(sum == QVariantList{3});
    int const second = shown.emitWithAck("nobody listens", {}, 1);
    REQUIRE(run_loop_until([&] { return unanswered != 0; }));
    CHECK(unanswered == second);
    CHECK(second != first);
}

TEST_CASE("a bridge sends nothing that cannot be sent, and says so")
{
    socketio::background_context background;
    bridge shown{socketio::io(background, "http://localhost:1", {.autoConnect = false})};
    CHECK_FALSE(shown.emit_event("connect"));
    CHECK_FALSE(shown.emit_event("news", {QPoint{1, 2}}));
    CHECK(shown.emitWithAck("news", {QPoint{1, 2}}) == 0);
    CHECK(shown.socket().sendBuffer().empty());
}

TEST_CASE("a bridge tells of refusals and of attempts")
{
    support::server_thread server{{}};
    server.io().use([](socketio::server_socket const&, socketio::next next) { next({"not you"}); });
    socketio::background_context background;
    bridge shown{socketio::io(background, server.url())};
    QString why;
    QObject::connect(&shown, &bridge::connectError, [&](QString const& message) { why = message; });
    REQUIRE(run_loop_until([&] { return !why.isEmpty(); }));
    CHECK(why.contains("not you"));

    std::optional<bridge> other;
    other.emplace(socketio::io(background, "http://127.0.0.1:1", {.reconnectionDelay = std::chrono::milliseconds{1}}));
    int attempt = 0;
    QObject::connect(&*other, &bridge::reconnecting, [&](int number) { attempt = number; });
    CHECK(run_loop_until([&] { return attempt >= 2; }));
}

} // namespace qt_bridge_tests
