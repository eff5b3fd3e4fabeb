// The chat as an object with signals, without a window: its connection has a thread of its own, and everything here
// happens on the thread of Qt's loop.
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QUuid>

#include <socketio/client.hpp>
#include <socketio/qt.hpp>

#include <functional>
#include <set>

struct message {
    QString from{}, text{};
    QByteArray picture{};
    QDateTime at{};
};
SOCKETIO_FIELDS(message, from, text, picture, at)

class chat_client : public QObject {
    Q_OBJECT

public:
    enum class state { connecting, connected, reconnecting, refused };

    chat_client(QString url, QString name, QObject* parent = nullptr);

    QString const& name() const { return name_; }
    state now() const { return state_; }

    // Leaves, and comes back under another name: after a refusal, say.
    void connect_as(QString const& name);
    // Does not wait for the next attempt.
    void reconnect_now();

    void join(QString const& room);
    void leave(QString const& room);
    // `done` is called with whether the server has it; never, if this object goes before.
    void say(QString const& room, message what, std::function<void(bool)> done);
    void tell_typing(QString const& room, bool whether);

signals:
    void state_changed(chat_client::state now, QString const& why);
    void joined(QString const& room, QStringList const& members); // again after every reconnection
    void came(QString const& room, QString const& name);
    void went(QString const& room, QString const& name);
    void said(QString const& room, message const& what);
    void typed(QString const& room, QString const& name, bool whether);

private:
    void listen();
    void ask_to_join(QString const& room);
    void become(state next, QString const& why = {});

    QString const url_;
    QString const key_ = QUuid::createUuid().toString(QUuid::WithoutBraces);
    QString name_;
    state state_ = state::connecting;
    std::set<QString> rooms_;

    // The order counts: the socket goes first, then the thread of its connection ends.
    socketio::background_context background_;
    socketio::socket socket_;
};
