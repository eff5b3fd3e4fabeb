// What the tests of the ways to a server share: a fixture, a server, and words to look for.
#pragma once

#include "support/client.hpp"
#include "support/loop_server.hpp"
#include "support/refusal.hpp"
#include "support/scripted_tcp_server.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

struct route_test : support::refusal_test {
    support::loop_thread server;

    // Connects and has an acknowledgement answered.
    bool converses(socketio::socket& socket)
    {
        bool answered = false;
        socket.emit("echo to me", "hello", [&](std::string const& text) { answered = text == "hello"; });
        return until([&] { return answered; });
    }
    bool converses(std::string const& url, socketio::options settings)
    {
        auto socket = socketio::io(context, url, support::quick(std::move(settings)));
        heard.follow(socket);
        return converses(socket);
    }
};

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
