// The bridge as QML sees it, by a real engine: the program of docs/qt.md, and what becomes of arguments.
#include <socketio/client.hpp>
#include <socketio/qt/bridge.hpp>

#include "../run_loop.hpp"
#include "support/server_thread.hpp"

#include <QByteArray>
#include <QFile>
#include <QQmlComponent>
#include <QQmlContext>
#include <QQmlEngine>
#include <QUrl>
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace qt_qml_tests {

using socketio::qt::bridge;
using support::run_loop_until;

// The block of QML in docs/qt.md; empty: there is none.
QByteArray shown_in_docs()
{
    QFile page{SOCKETIO_DOCS "/qt.md"};
    if (!page.open(QIODevice::ReadOnly))
        return {};
    QByteArray const text = page.readAll();
    auto const begin = text.indexOf("```qml\n");
    return begin < 0 ? QByteArray{} : text.mid(begin + 7, text.indexOf("```", begin + 7) - begin - 7);
}

// Qt 5 wants the version of what is imported.
QByteArray for_this_qt(QByteArray text)
{
    return QT_VERSION_MAJOR >= 6 ? text : text.replace("import QtQml\n", "import QtQml 2.15\n");
}

struct qml_test {
    support::server_thread server{{}};
    socketio::background_context background;
    std::mutex mutex;
    std::vector<std::string> said; // as JSON, by QML
    std::unique_ptr<bridge> shown;
    std::unique_ptr<QQmlEngine> engine;
    std::unique_ptr<QObject> root;

    qml_test()
    {
        server.io().on("connection", [this](socketio::server_socket peer) {
            peer.on("add", [](int a, int b, socketio::ack reply) { reply(a + b); });
            peer.on("say", [this](socketio::args const& all) {
                std::lock_guard const lock{mutex};
                for (auto const each : all) {
                    bool const binary = each.is_binary();
                    auto const size = binary ? std::to_string(each.size()) : "";
                    said.push_back(binary ? "binary of " + size : socketio::value{each}.to_json());
                }
            });
            peer.emit_event("news", QString{"first"});
            peer.emit_event("news", QString{"second"});
            peer.emit_event("picture", QByteArray{"\1\2\3", 3}, QVariantMap{{"x", 1}});
        });
    }
    ~qml_test()
    {
        root.reset();
        engine.reset(); // before what it shows
    }

    // False without the modules of QtQml, which are only needed at run time: Debian has packages of their own for them.
    bool load(QByteArray const& text)
    {
        shown = std::make_unique<bridge>(socketio::io(background, server.url()));
        engine = std::make_unique<QQmlEngine>();
        engine->rootContext()->setContextProperty("socket", shown.get());
        QQmlComponent component{engine.get()};
        component.setData(for_this_qt(text), QUrl{"qt.qml"});
        if (component.errorString().contains("is not installed")) {
            MESSAGE("no modules of QML: " << component.errorString().toStdString());
            return false;
        }
        INFO(component.errorString().toStdString());
        root.reset(component.create());
        REQUIRE(root);
        return true;
    }
    bool has(std::string const& json)
    {
        std::lock_guard const lock{mutex};
        return std::find(said.begin(), said.end(), json) != said.end();
    }
};

TEST_CASE_FIXTURE(qml_test, "the QML of docs/qt.md hears events and is answered")
{
    QByteArray const text = shown_in_docs();
    REQUIRE_FALSE(text.isEmpty());
    if (!load(text))
        return;
    CHECK(run_loop_until([&] { return root->property("sum").toInt() == 3; }));
    CHECK(run_loop_until([&] { return root->property("titles").toStringList() == QStringList{"first", "second"}; }));
    CHECK(root->property("status").toString() == "connected as " + shown->id());
    shown->close();
    CHECK(run_loop_until([&] { return root->property("status").toString() == "not connected"; }));
}

TEST_CASE_FIXTURE(qml_test, "what QML sends arrives as what it is, and binary data as an ArrayBuffer")
{
    if (!load(R"(import QtQml
QtObject {
    property int bytes: 0
    property int x: 0
    property bool refused: socket.emit_event("connect") === false
    property Connections connections: Connections {
        target: socket
        function onReceived(event, args) {
            if (event !== "picture")
                return
            bytes = new Uint8Array(args[0])[2]
            x = args[1].x
            socket.emit_event("say", [args[0], 1, 2.5, "three", true, null, [4, "five"], {six: {seven: [8]}}])
        }
    }
}
)"))
        return;
    REQUIRE(run_loop_until([&] { return has(R"({"six":{"seven":[8]}})"); }));
    CHECK(root->property("bytes").toInt() == 3);
    CHECK(root->property("x").toInt() == 1);
    CHECK(root->property("refused").toBool());
    for (auto const json : {"binary of 3", "1", "2.5", "\"three\"", "true", "null", R"([4,"five"])"}) {
        CAPTURE(json);
        CHECK(has(json));
    }
}

} // namespace qt_qml_tests
