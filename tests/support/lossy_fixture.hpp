// A server with connectionStateRecovery, and clients whose connections are lost.
#pragma once

#include "fault_proxy.hpp"
#include "server_fixture.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>

namespace support {

struct lossy_fixture : server_fixture {
    fault_proxy proxy{context, io.port()};

    explicit lossy_fixture(socketio::connection_state_recovery rules = {})
        : lossy_fixture{socketio::server_options{.connectionStateRecovery = rules}}
    {
    }
    lossy_fixture(socketio::connection_state_recovery rules, socketio::server_options others)
        : lossy_fixture{with(std::move(rules), std::move(others))}
    {
    }
    explicit lossy_fixture(socketio::server_options options) : server_fixture{std::move(options)}
    {
        io.on("connection", [this](socketio::server_socket socket) {
            heard.note(socket.recovered() ? "recovered" : "new");
            watch(socket);
        });
    }
    void watch(socketio::server_socket socket)
    {
        socket.on("disconnect", [this] { heard.note("lost"); });
    }
    // Connected over the proxy, and with an event, so that it has an offset.
    socketio::socket traveller(std::string_view nsp = "")
    {
        socketio::options settings = once_only();
        settings.forceNew = true;
        auto made = socketio::io(context, proxy.url(nsp), settings);
        made.on("news", note_text(heard, "news"));
        made.on("connect", [this] { heard.note("connect"); });
        require(until([&] { return made.connected(); }));
        socket_of(made).emit("news", "0");
        require(until([&] { return !made.recovery().offset.empty(); }));
        return made;
    }
    // The connection is reset, and stays lost until connect().
    void lose(socketio::socket const& client)
    {
        heard.clear();
        proxy.reset();
        require(until([&] { return heard.has("lost") && client.disconnected(); }));
        heard.clear();
    }
    void come_back(socketio::socket client)
    {
        client.connect();
        require(until([&] { return client.connected(); }));
        require(in_step(client));
    }
    static socketio::server_options with(socketio::connection_state_recovery rules, socketio::server_options others)
    {
        others.connectionStateRecovery = std::move(rules);
        return others;
    }
    static void require(bool met)
    {
        if (!met)
            throw std::runtime_error("the client and the server do not come to terms");
    }
};

} // namespace support
