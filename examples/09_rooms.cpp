// Rooms: a server that sends to some of its clients, by where they are. Needs no server but its own.
#include <socketio/socketio.hpp>

#include <iostream>
#include <string>
#include <string_view>

// Somebody who goes into a room and tells what comes there.
struct guest {
    guest(asio::io_context& context, std::string const& url, std::string who, std::string const& room)
        : name{std::move(who)}, socket{socketio::io(context, url, {.forceNew = true})} // a connection of its own
    {
        socket.on("arrival", [this](std::string other) { std::cout << name << ": " << other << " has come\n"; });
        socket.on("smell", [this](std::string what) {
            std::cout << name << ": it smells of " << what << '\n';
            smelt += what;
        });
        socket.on("good night", [this] { socket.disconnect(); });
        socket.emit("enter", name, room); // kept until the socket is connected
    }

    std::string name, smelt{};
    socketio::socket socket;
};

int main()
{
    asio::io_context context;
    socketio::server io(context, 0);
    int guests = 0;

    io.on("connection", [&](socketio::server_socket socket) {
        socket.on("enter", [&, socket](std::string name, std::string room) {
            socket.join(room);
            socket.to(room).emit("arrival", name); // to who is in the room, but not to who comes
            if (++guests != 3)
                return;
            for (auto const& [each, ids] : io.sockets().adapter().rooms())
                std::cout << "server: " << ids.size() << " in " << each << '\n'; // each socket is in a room of its own, too
            io.to("kitchen").emit("smell", "coffee");
            io.except("kitchen").emit("smell", "paint");
            io.to({"kitchen", "attic"}).emit("good night"); // once to each, also to who is in both
        });
        socket.on("disconnect", [&] {
            if (--guests == 0)
                io.close();
        });
    });

    std::string const url = "http://localhost:" + std::to_string(io.port());
    guest ada{context, url, "Ada", "kitchen"}, bob{context, url, "Bob", "kitchen"}, cleo{context, url, "Cleo", "attic"};
    context.run();
    return ada.smelt == "coffee" && bob.smelt == "coffee" && cleo.smelt == "paint" ? 0 : 1;
}
