// Connections that cannot be made: a fixture that tries one, and checks of what is told.
#pragma once

#include "client.hpp"
#include "peer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace support {

// A plan of raw_server: these bytes (as in a JSON string) instead of the 101, then steps.
inline std::string answers(std::string_view json_text, std::string_view steps = R"([{"end":true}])")
{
    return R"({"answer":")" + std::string(json_text) + R"(","steps":)" + std::string(steps) + "}";
}

struct refusal_test : client_test {
    // The connect_error of one attempt over WebSocket; it must be the only one, and leave nothing behind.
    socketio::connect_error refused(std::string const& url, socketio::options settings = {})
    {
        settings.transports = {"websocket"};
        auto socket = socketio::io(context, url, once_only(std::move(settings)));
        socketio::connect_error told;
        int count = 0;
        socket.on("connect_error", [&](socketio::connect_error const& why) {
            told = why;
            ++count;
        });
        socket.on("connect", [&] { count += 100; });
        CHECK(idle());
        CHECK(count == 1);
        return told;
    }

    // The same of a server whose connections follow this plan.
    socketio::connect_error refused_by(std::string const& plan, socketio::options settings = {})
    {
        raw_server server(plans(plan));
        return refused(server.url(), std::move(settings));
    }
};

inline void check_words(socketio::connect_error const& why, std::error_code code, std::string_view phrase)
{
    CAPTURE(why.message());
    CHECK(why.code() == code);
    CHECK(why.message().find(phrase) != std::string::npos);
}

inline void check_http(socketio::connect_error const& why, int status, std::string_view body)
{
    CHECK(why.http_status() == status);
    CHECK(why.http_body() == body);
}

} // namespace support
