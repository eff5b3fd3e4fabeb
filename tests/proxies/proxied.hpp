// Conversations with npm's server through whatever stands between: a fixture.
#pragma once

#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/peer.hpp"
#include "support/proxies.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

struct proxied_test : support::client_test {
    support::npm_server server{R"({"maxHttpBufferSize":4194304})"};

    // Attempts follow each other at once, by this proxy.
    static socketio::options by(std::string url, socketio::options from = {})
    {
        from.network.proxy.url = std::move(url);
        return support::by_transports({"websocket"}, std::move(from));
    }

    // The server, as somebody may know it who resolves `host`.
    std::string server_at(std::string_view host) const
    {
        return "http://" + std::string(host) + ":" + std::to_string(server.port());
    }

    socketio::socket follow(socketio::socket socket)
    {
        heard.follow(socket);
        return socket;
    }

    // Bytes of a size that no buffer on the way holds, there and back.
    bool echoes(socketio::socket& socket, std::size_t size)
    {
        socketio::bytes sent(size);
        for (std::size_t i = 0; i != size; ++i)
            sent[i] = static_cast<std::byte>((i * 7 + i / 251) & 0xff);
        std::optional<bool> same;
        socket.emit("echo", sent, [&](socketio::bytes_view back) {
            same = socketio::bytes(back.begin(), back.end()) == sent;
        });
        return until([&] { return same.has_value(); }) && *same;
    }

    void converse(socketio::socket& socket)
    {
        REQUIRE(until_connected(socket));
        REQUIRE(round_trip(socket));
        REQUIRE(echoes(socket, 1024 * 1024));
    }

    // Whatever is on the way is killed under the connection, misses some attempts, and comes back.
    void outlast(socketio::socket& socket, support::daemon& between)
    {
        between.stop();
        REQUIRE(until([&] { return heard.count_of("disconnect: transport") == 1; }));
        REQUIRE(until([&] { return heard.count_of("connect_error") >= 2; }));
        between.start();
        converse(socket);
        CHECK(heard.count("connect") == 2);
    }

    // Gives up the connection, and awaits it in the log of a proxy that tells of tunnels when they end.
    template <class Proxy>
    bool until_tunnels(Proxy const& proxy, int count)
    {
        return until([&] { return proxy.tunnels() >= count; }) && proxy.tunnels() == count;
    }

    // The only attempt fails so.
    socketio::connect_error failure(std::string const& url, socketio::options settings)
    {
        auto socket = socketio::io(context, url, support::once_only(std::move(settings)));
        std::optional<socketio::connect_error> why;
        socket.on("connect_error", [&](socketio::connect_error const& told) { why = told; });
        REQUIRE(until([&] { return why.has_value(); }));
        CHECK(idle());
        return *why;
    }
};

inline void check_error(socketio::connect_error const& why, std::error_code code, std::string_view phrase)
{
    CAPTURE(why.message());
    CHECK(why.code() == code);
    CHECK(why.message().find(phrase) != std::string::npos);
}

// A variable of the environment, as long as this lives; without a value it is taken away.
class environment_variable {
public:
    environment_variable(char const* name, std::optional<std::string> const& value) : name_(name)
    {
        if (char const* const before = std::getenv(name))
            before_ = before;
        set(value);
    }
    environment_variable(environment_variable const&) = delete;
    environment_variable& operator=(environment_variable const&) = delete;
    ~environment_variable() { set(before_); }

private:
    void set(std::optional<std::string> const& value) const
    {
        if (value)
            ::setenv(name_, value->c_str(), 1);
        else
            ::unsetenv(name_);
    }

    char const* name_;
    std::optional<std::string> before_;
};
