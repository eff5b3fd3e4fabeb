// Somebody else's program with socketio::qt::bridge: it links only if moc has read the installed header.
#include <socketio/client.hpp>
#include <socketio/qt/bridge.hpp>

#include <QCoreApplication>
#include <QMetaObject>
#include <QString>
#include <QVariant>

int main(int argc, char** argv)
{
    QCoreApplication const application{argc, argv};
    socketio::background_context background;
    socketio::qt::bridge bridge{socketio::io(background, "http://localhost:1", {.autoConnect = false})};
    bool sent = false;
    bool const called = QMetaObject::invokeMethod(&bridge, "emit_event", Q_RETURN_ARG(bool, sent),
        Q_ARG(QString, "news"), Q_ARG(QVariantList, QVariantList{42}));
    bool const tells = bridge.metaObject()->indexOfSignal("received(QString,QVariantList)") >= 0;
    return called && sent && tells && bridge.property("connected") == false ? 0 : 1;
}
