// The server of the chat: accounts, rooms, who is there, who types, and messages with pictures. Nothing of Qt.
//
// A client connects with auth {name, key}. The name is its own as long as it is connected; with the same key it may come
// back under it before the server has noticed that it had gone.
//   client: join (room) -> [names]    leave (room)    say (room, message) -> ()    typing (room, whether)
//   server: came (room, name)         went (room, name)    said (room, message)    typed (room, name, whether)
#pragma once

#include <socketio/convert/chrono.hpp>
#include <socketio/server.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

struct posted_message {
    std::string from, text;
    socketio::bytes picture;
    std::chrono::system_clock::time_point at;
};
SOCKETIO_FIELDS(posted_message, from, text, picture, at)

// It lives in a context that one thread runs.
class chat_server {
public:
    template <class Context>
    chat_server(Context& context, std::uint16_t port) : io_{context}
    {
        io_.use([this](socketio::server_socket const& socket, socketio::next next) { admit(socket, std::move(next)); });
        io_.on("connection", [this](socketio::server_socket socket) { welcome(socket); });
        io_.listen(port);
    }
    std::uint16_t port() const { return io_.port(); }
    void close() { io_.close(); }

private:
    static constexpr std::size_t longest_name = 40;
    static constexpr std::size_t longest_text = 4000;
    static constexpr std::size_t most_rooms = 20; // of one client

    struct account {
        std::string key;
        std::string socket_id;
        std::set<std::string> rooms{};
    };

    static std::string text_of(socketio::value const& from) { return from.get<std::string>().value_or(""); }
    static bool is_name(std::string const& text) { return !text.empty() && text.size() <= longest_name; }

    void admit(socketio::server_socket const& socket, socketio::next next)
    {
        socketio::value const auth = socket.handshake().auth;
        std::string const name = text_of(auth["name"]);
        auto const known = accounts_.find(name);
        if (!is_name(name))
            return next({"a name has 1 to 40 bytes"});
        if (known != accounts_.end() && known->second.key != text_of(auth["key"]))
            return next({"the name \"" + name + "\" is taken"});
        next();
    }

    void welcome(socketio::server_socket const& socket)
    {
        socketio::value const auth = socket.handshake().auth;
        std::string const name = text_of(auth["name"]);
        leave_all(name); // of the connection before, if it is not known to be lost yet
        accounts_[name] = {text_of(auth["key"]), socket.id()};

        socket.on("join", [this, socket, name](std::string room, socketio::ack reply) { join(socket, name, room, reply); });
        socket.on("leave", [this, name](std::string room) { leave(name, room); });
        socket.on("say", [this, socket, name](std::string room, posted_message message, socketio::ack reply) {
            say(socket, name, room, std::move(message));
            reply();
        });
        socket.on("typing", [this, socket, name](std::string room, bool whether) {
            if (is_in(name, room))
                socket.volatile_().to("room " + room).emit("typed", room, name, whether);
        });
        socket.on("disconnect", [this, name, id = socket.id()] {
            auto const known = accounts_.find(name);
            if (known == accounts_.end() || known->second.socket_id != id)
                return; // it has come back
            leave_all(name);
            accounts_.erase(name);
        });
    }

    bool is_in(std::string const& name, std::string const& room) const
    {
        auto const known = accounts_.find(name);
        return known != accounts_.end() && known->second.rooms.contains(room);
    }

    void join(socketio::server_socket const& socket, std::string const& name, std::string const& room,
              socketio::ack const& reply)
    {
        auto const known = accounts_.find(name);
        if (known == accounts_.end() || !is_name(room) || known->second.rooms.size() == most_rooms)
            return reply(std::vector<std::string>{});
        if (known->second.rooms.insert(room).second) {
            socket.join("room " + room);
            socket.to("room " + room).emit("came", room, name);
        }
        std::vector<std::string> members;
        for (auto const& [each, other] : accounts_)
            if (other.rooms.contains(room))
                members.push_back(each);
        reply(members);
    }

    void leave(std::string const& name, std::string const& room)
    {
        auto const known = accounts_.find(name);
        if (known == accounts_.end() || known->second.rooms.erase(room) == 0)
            return;
        io_.in(known->second.socket_id).socketsLeave("room " + room);
        io_.to("room " + room).emit("went", room, name);
    }
    void leave_all(std::string const& name)
    {
        auto const known = accounts_.find(name);
        if (known == accounts_.end())
            return;
        for (std::string const& room : std::set<std::string>{known->second.rooms})
            leave(name, room);
    }

    void say(socketio::server_socket const& socket, std::string const& name, std::string const& room,
             posted_message message)
    {
        if (!is_in(name, room) || message.text.size() > longest_text)
            return;
        message.from = name;
        message.at = std::chrono::system_clock::now();
        socket.to("room " + room).emit("said", room, message);
    }

    socketio::server io_;
    std::map<std::string, account> accounts_;
};
