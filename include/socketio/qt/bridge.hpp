// socketio::qt::bridge: a socket as a QObject with signals and properties, for QML and for QObject::connect. It needs
// moc: link the CMake target socketio::qt with AUTOMOC on, or list this header among the sources that moc reads.
#pragma once

#include <QObject>
#include <QString>
#include <QVariant>
#include <QtGlobal>

#if !defined(Q_MOC_RUN)
#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/client/socket.hpp>
#include <socketio/core/spread.hpp>
#include <socketio/qt/convert_variant.hpp>
#include <socketio/qt/listeners.hpp>

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <socketio/core/foreign_macros_end.hpp>
#endif

namespace socketio::qt {

// It lives on one thread, on which all signals are emitted, whatever thread the connection has. It holds a handle of
// the socket: its end may be the socket's, as that of any last handle. Arguments are QVariants, see
// convert_variant.hpp. An event that asks for an answer is `received` like others, but has none from here: use
// socketio::qt::on for it.
class bridge : public QObject {
    Q_OBJECT
    Q_PROPERTY(bool connected READ connected NOTIFY connectedChanged)
    Q_PROPERTY(QString id READ id NOTIFY connectedChanged)

public:
    explicit bridge(socketio::socket from, QObject* parent = nullptr) : QObject{parent}, socket_{std::move(from)}
    {
        qt::on(socket_, "connect", this, [this] { become(true); });
        qt::on(socket_, "disconnect", this, [this](QString reason) {
            become(false);
            Q_EMIT disconnected(reason);
        });
        qt::on(socket_, "connect_error", this, [this](connect_error const& error) {
            Q_EMIT connectError(QString::fromStdString(error.message()));
        });
        qt::on(socket_.io(), "reconnect_attempt", this, &bridge::reconnecting);
        qt::onAny(socket_, this, [this](std::string_view event, args const& arguments) {
            Q_EMIT received(detail::to_qstring(event), detail::to_qvariant_list(arguments));
        });
        connected_ = socket_.connected(); // a "connect" in between is told once more to nobody
    }

    bool connected() const { return connected_; }
    // What the server calls this socket; empty while not connected.
    QString id() const { return connected_ ? QString::fromStdString(socket_.id()) : QString{}; }
    socketio::socket const& socket() const { return socket_; }

    // Sends an event. Like socket::emit, but it throws nothing: false, if the event cannot be sent, for its name or for
    // a QVariant that cannot.
    Q_INVOKABLE bool emit_event(QString const& event, QVariantList const& arguments = {})
    {
        return tries([&] { socket_.emit_event(detail::view_of(detail::to_utf8(event)), spread(arguments)); });
    }
    // The same with an acknowledgement: `answered` or `unanswered` follows with the number that this returns, which
    // is 0 if the event cannot be sent. 0 milliseconds are no limit.
    Q_INVOKABLE int emitWithAck(QString const& event, QVariantList const& arguments = {}, int milliseconds = 0)
    {
        int const request = ++requests_;
        auto const handle = [this, request](std::error_code why, args const& answer) {
            if (why)
                Q_EMIT unanswered(request, QString::fromStdString(why.message()));
            else
                Q_EMIT answered(request, detail::to_qvariant_list(answer));
        };
        bool const sent = tries([&] {
            socket_.timeout(std::chrono::milliseconds{milliseconds})
                .emit_event(detail::view_of(detail::to_utf8(event)), spread(arguments), qt::bind_owner(this, handle));
        });
        return sent ? request : 0;
    }
    Q_INVOKABLE void open() { socket_.connect(); }
    Q_INVOKABLE void close() { socket_.disconnect(); }

Q_SIGNALS:
    void connectedChanged(bool connected);
    void disconnected(QString const& reason);     // after connectedChanged
    void connectError(QString const& message);
    void reconnecting(int attempt);
    void received(QString const& event, QVariantList const& arguments); // every event of the server
    void answered(int request, QVariantList const& arguments);
    void unanswered(int request, QString const& why);

private:
    void become(bool connected)
    {
        if (std::exchange(connected_, connected) != connected)
            Q_EMIT connectedChanged(connected);
    }
    // Qt's slots and QML must not see exceptions.
    template <class Send>
    static bool tries(Send send)
    {
        try {
            send();
            return true;
        } catch (std::invalid_argument const& e) {
            qWarning("socketio::qt::bridge: %s", e.what());
            return false;
        }
    }

    socketio::socket socket_;
    bool connected_ = false;
    int requests_ = 0;
};

} // namespace socketio::qt
