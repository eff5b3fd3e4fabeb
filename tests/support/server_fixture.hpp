// A Socket.IO server and its clients in one io_context, over this machine's loopback.
// Knows the two public halves only.
#pragma once

#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include "client.hpp"

#include <asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace support {

inline socketio::server_options on_loopback(socketio::server_options from = {})
{
    from.address = "127.0.0.1";
    return from;
}

inline std::string loopback_url(std::uint16_t port, std::string_view nsp = "")
{
    return "http://127.0.0.1:" + std::to_string(port) + std::string{nsp};
}

// For TEST_CASE_FIXTURE, or as a member of one. Listeners may refer to the diary: the server and the context die first.
struct server_fixture {
    diary heard;
    asio::io_context context;
    socketio::server io;

    explicit server_fixture(socketio::server_options options = {}) : io{context, 0, on_loopback(std::move(options))} {}

    std::string url(std::string_view nsp = "") const { return loopback_url(io.port(), nsp); }

    // Each has a connection of its own.
    socketio::socket client(std::string_view nsp = "", socketio::options options = {})
    {
        options.forceNew = true;
        return socketio::io(context, url(nsp), quick(std::move(options)));
    }
    // One that is connected.
    socketio::socket guest(std::string_view nsp = "", socketio::options options = {})
    {
        auto made = client(nsp, std::move(options));
        if (!until([&] { return made.connected(); }))
            throw std::runtime_error("no connection to " + std::string{nsp});
        return made;
    }
    // The server's socket of a client that is connected.
    socketio::server_socket socket_of(socketio::socket const& client) const
    {
        auto found = io.of(client.nsp()).sockets().get(client.id());
        if (!found)
            throw std::runtime_error("the server does not know " + client.id());
        return *found;
    }

    template <class Predicate>
    bool until(Predicate predicate)
    {
        return run_until(context, std::move(predicate));
    }
    bool until_heard(std::string_view line, std::ptrdiff_t times = 1)
    {
        return until([&] { return heard.count(line) >= times; });
    }
    // True when both sides have heard what was said before.
    bool in_step(socketio::socket client)
    {
        auto const back = std::make_shared<bool>(false);
        auto const asked = socket_of(client).once("in step", [](socketio::ack done) { done(); });
        client.emit("in step", [back] { *back = true; });
        return until([back] { return *back; });
    }
    // Nothing is left to be done once the server is closed and the clients are gone.
    bool run_dry()
    {
        io.close();
        return run_out(context);
    }
};

// A client that is connected, and the server's socket of it.
struct two_clients : server_fixture {
    socketio::socket client = guest();
    socketio::server_socket socket = socket_of(client);

    explicit two_clients(socketio::server_options options = {}) : server_fixture{std::move(options)} {}
};

// Whatever a socket can be asked for. Once it has gone only its questions come to something: nobody is there to answer.
inline void use_every_member(socketio::server_socket const& socket)
{
    constexpr std::chrono::milliseconds soon{1};
    auto const ignore = [](std::error_code, socketio::value const&) {};
    auto const ignore_all = [](std::error_code, std::vector<socketio::value> const&) {};
    socket.emit("news", 1);
    socket.emit("ask", ignore);
    socket.send("news");
    socket.emitWithAck("ask", ignore);
    socket.timeout(soon).emitWithAck("ask", ignore);
    socket.volatile_().compress(false).emit("news", socketio::bytes(3));
    socket.broadcast().to("nowhere").emit("news");
    socket.to("nowhere").timeout(soon).emit("ask", ignore_all);
    socket.in("nowhere").except("room").local().socketsJoin("room");
    socket.join({"room", "other room"});
    socket.leave("room");
    socket.leave(socket.id());
    static_cast<void>(socket.on("news", [] {}));
    static_cast<void>(socket.once("disconnect", [] {}));
    socket.onAny([](std::string_view) {}).off();
    socket.prependAny([](std::string_view) {}).off();
    static_cast<void>(socket.onAnyOutgoing([](std::string_view) {}));
    socket.off("news");
    socket.off();
    socket.offAny();
    socket.offAnyOutgoing();
    socket.use([](std::string_view, socketio::args const&, socketio::next go_on) { go_on(); });
    socket.on_error([](socketio::event_error const&) {});
    socket.conn().on("close", [](std::string_view) {});
    socket.with_data([](socketio::value& data) { data = 1; });
    socket.set_data(socketio::object{{"a", 1}});
    socket.conn().close();
    socket.disconnect();
    socket.disconnect(true);
}

// Notes "name: first argument", for events with one text.
inline auto note_text(diary& heard, std::string name)
{
    return [&heard, name = std::move(name)](std::string const& text) { heard.note(name + ": " + text); };
}

// Notes that an event has come to somebody.
inline auto note_event(diary& heard, std::string name)
{
    return [&heard, name = std::move(name)] { heard.note(name); };
}

// An exception of a listener leaves through the context's run: how many did, all with the text "thrown".
template <class Predicate>
int exceptions_until(asio::io_context& context, Predicate done)
{
    int thrown = 0;
    for (bool over = false; !over;) {
        try {
            if (!run_until(context, done))
                return -1;
            over = true;
        } catch (std::runtime_error const& why) {
            thrown += why.what() == std::string_view{"thrown"};
        }
    }
    return thrown;
}

} // namespace support
