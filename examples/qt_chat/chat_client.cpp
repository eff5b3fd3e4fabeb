#include "chat_client.hpp"

#include <chrono>
#include <string_view>
#include <system_error>
#include <utility>

chat_client::chat_client(QString url, QString name, QObject* parent) : QObject{parent}, url_{std::move(url)}
{
    connect_as(name);
}

void chat_client::connect_as(QString const& name)
{
    name_ = name;
    // With a socket of its own, since the one before may have events on their way: their listeners go with it.
    socket_ = socketio::io(background_, url_.toStdString(),
                           {.auth = socketio::object{{"name", name_}, {"key", key_}},
                            .ackTimeout = std::chrono::seconds{10},
                            .forceNew = true,
                            .autoConnect = false,
                            .reconnectionDelay = std::chrono::milliseconds{500}});
    listen();
    become(state::connecting);
    socket_.connect();
}

void chat_client::listen()
{
    using socketio::qt::on;
    on(socket_, "connect", this, [this] {
        become(state::connected);
        for (QString const& room : rooms_)
            ask_to_join(room);
    });
    on(socket_, "disconnect", this, [this](QString const& reason) { become(state::reconnecting, reason); });
    on(socket_, "connect_error", this, [this](socketio::connect_error const& error) {
        // Not active: the server has refused this name, and another attempt would not help.
        become(socket_.active() ? state::reconnecting : state::refused, QString::fromStdString(error.message()));
    });
    on(socket_, "came", this, &chat_client::came); // signals are member functions, too
    on(socket_, "went", this, &chat_client::went);
    on(socket_, "said", this, &chat_client::said);
    on(socket_, "typed", this, &chat_client::typed);
}

void chat_client::become(state next, QString const& why)
{
    state_ = next;
    emit state_changed(next, why);
}

void chat_client::reconnect_now()
{
    socket_.io().reconnect_now();
}

void chat_client::join(QString const& room)
{
    rooms_.insert(room);
    if (state_ == state::connected)
        ask_to_join(room);
}

void chat_client::ask_to_join(QString const& room)
{
    socket_.emit_event("join", room, socketio::qt::bind_owner(this, [this, room](QStringList members) {
        emit joined(room, members);
    }));
}

void chat_client::leave(QString const& room)
{
    if (rooms_.erase(room) != 0 && state_ == state::connected)
        socket_.emit_event("leave", room);
}

void chat_client::say(QString const& room, message what, std::function<void(bool)> done)
{
    socket_.emit_event("say", room, what, socketio::qt::bind_owner(this, [done = std::move(done)](std::error_code ec) {
        done(!ec);
    }));
}

void chat_client::tell_typing(QString const& room, bool whether)
{
    socket_.volatile_().emit_event("typing", room, whether);
}
