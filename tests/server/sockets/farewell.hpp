// Two namespaces of a server that note why, and how, sockets were disconnected, and clients that are in both.
#pragma once

#include "support/raw_client.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

struct farewell : support::server_fixture {
    support::diary theirs; // of a client of our own, in both
    socketio::socket root, other;

    explicit farewell(socketio::server_options options = {}) : server_fixture{std::move(options)}
    {
        for (std::string const nsp : {"/", "/other"})
            io.of(nsp).on("connection", [this, nsp](socketio::server_socket socket) { watch(socket, nsp + ' '); });
    }
    void watch(socketio::server_socket const& socket, std::string const& who)
    {
        socket.join("room");
        socket.on("disconnecting", [this, socket, who](std::string const& reason) {
            heard.note(who + "disconnecting: " + reason + (socket.rooms().size() == 2 ? ", in its rooms" : ""));
        });
        socket.on("disconnect", [this, socket, who](std::string const& reason) {
            heard.note(who + "disconnect: " + reason + (socket.rooms().empty() ? "" : ", in its rooms"));
        });
        socket.on("error", support::note_text(heard, who + "error"));
    }
    static std::string end_in(std::string const& nsp, std::string const& reason)
    {
        return nsp + " disconnecting: " + reason + ", in its rooms | " + nsp + " disconnect: " + reason;
    }
    static std::string end_in_both(std::string const& reason) { return end_in("/", reason) + " | " + end_in("/other", reason); }

    // A client of our own in both.
    void welcome(std::string const& through)
    {
        socketio::manager manager{context, through, support::quick({.reconnection = false})};
        root = manager.socket("/");
        other = manager.socket("/other");
        for (auto each : {root, other})
            each.on("disconnect", [this, nsp = each.nsp()](std::string const& reason) { theirs.note(nsp + ' ' + reason); });
        REQUIRE(until([this] { return root.connected() && other.connected(); }));
    }
    void welcome() { welcome(url()); }
    // A guest in both.
    std::unique_ptr<support::raw_client> welcome_raw()
    {
        auto made = std::make_unique<support::raw_client>(context, io.port());
        REQUIRE(made->enter());
        REQUIRE(made->enter("/other"));
        return made;
    }
    // Whatever comes of it, nobody is left, and nothing comes twice.
    bool until_all_is_over()
    {
        return until([this] {
            auto const seen = io.snapshot();
            return heard.count_of("/other disconnect:") == 1 && seen.sessions == 0 && seen.sockets == 0 && seen.connections == 0;
        });
    }
    bool until_told(std::string const& reason)
    {
        return until([&] { return theirs.has("/ " + reason) && theirs.has("/other " + reason); });
    }
};
