// Two plain WebSockets, and all that they do with each other while an allocation fails.
#pragma once

#include <socketio/websocket.hpp>

#include "memory/on_one_context.hpp"

#include <optional>
#include <string>
#include <utility>

namespace memory {

class websockets final : public on_one_context {
public:
    websockets() = default;
    // Over TLS.
    websockets(socketio::tls_options own, socketio::tls_options of_clients)
        : own_{std::move(own)}, of_clients_{std::move(of_clients)}
    {
    }

    void hold() override
    {
        twice([this] { open_server(); });
        twice([this] { connect(first_); });
        wait([this] { return first_.opened != 0 || first_.closed != 0; });
        say(20);
        say(70'000);
        twice([this] { first_.socket->send(socketio::bytes_view{bytes_}); });
        wait([this] { return first_.heard != 0 || first_.closed != 0; });
        twice([this] { first_.socket->ping("there?"); });
        wait([this] { return first_.pongs != 0 || first_.closed != 0; });
        twice([this] { first_.socket->pause(); });
        twice([this] { first_.socket->resume(); });
        twice([this] { connect(second_); });
        wait([this] { return second_.opened != 0 || second_.closed != 0; });
        twice([this] { first_.socket->close(1000, "that is all, and thank you for the fish"); });
        wait([this] { return first_.closed != 0; });
        if (second_.socket)
            twice([this] { second_.socket->send("go"); });
        wait([this] { return second_.closed != 0; });
    }

    std::string examine() override
    {
        if (!server_ || !first_.socket || !second_.socket)
            return "there is no socket, or no server";
        first_.socket->close();
        second_.socket->close();
        if (!patiently([this] { return first_.closed != 0 && second_.closed != 0; }))
            return "a socket does not close";
        if (first_.closed > 1 || second_.closed > 1)
            return "a socket closes twice";
        if (!patiently([this] { return taken_ == ended_; }))
            return "a socket of the server does not close";
        end_of fresh;
        connect(fresh);
        if (!patiently([&] { return fresh.opened == 1; }))
            return "the server takes no new socket";
        fresh.heard = 0;
        fresh.socket->send("still there?");
        if (!patiently([&] { return fresh.heard == 1; }))
            return "there is no answer";
        fresh.socket->close();
        return patiently([&] { return fresh.closed == 1; }) ? "" : "the new socket does not close";
    }

    bool end() override
    {
        first_.socket.reset();
        second_.socket.reset();
        server_.reset();
        return run_out();
    }

private:
    // One side.
    struct end_of {
        std::optional<socketio::websocket> socket{};
        int opened = 0, heard = 0, pongs = 0, closed = 0;
    };

    socketio::websocket_server_options of_server() const
    {
        socketio::websocket_server_options made;
        made.address = "127.0.0.1";
        made.close_timeout = 100ms;
        made.tls = own_;
        return made;
    }
    socketio::websocket_options of_client() const
    {
        socketio::websocket_options made;
        made.autoConnect = false;
        made.close_timeout = 100ms;
        made.tls = of_clients_;
        return made;
    }
    void open_server()
    {
        if (!server_)
            server_.emplace(context_, std::uint16_t{0}, of_server());
        server_->on_connection([this](socketio::websocket socket, socketio::websocket_request const&) {
            socket.on_close([this](socketio::websocket_close const&) { ++ended_; });
            socket.on_message([socket](socketio::websocket_message const& message) mutable {
                if (message.text() == "go")
                    socket.close(1001, "as you wish");
                else if (message.is_text())
                    socket.send(message.text());
                else
                    socket.send(message.data());
            });
            ++taken_;
        });
    }
    void connect(end_of& of)
    {
        std::string const scheme = own_.cert.empty() ? "ws" : "wss";
        of.socket.emplace(context_, scheme + "://127.0.0.1:" + std::to_string(server_->port()) + "/", of_client());
        of.socket->on_open([&of] { ++of.opened; });
        of.socket->on_message([&of](socketio::websocket_message const&) { ++of.heard; });
        of.socket->on_pong([&of](socketio::bytes_view) { ++of.pongs; });
        of.socket->on_close([&of](socketio::websocket_close const&) { ++of.closed; });
        of.socket->open();
    }
    void say(std::size_t length)
    {
        first_.heard = 0;
        twice([&] { first_.socket->send(std::string(length, 'x')); });
        wait([this] { return first_.heard != 0 || first_.closed != 0; });
        first_.heard = 0;
    }

    socketio::tls_options const own_{}, of_clients_{};
    socketio::bytes const bytes_ = socketio::bytes(500);
    std::optional<socketio::websocket_server> server_;
    end_of first_, second_;
    int taken_ = 0, ended_ = 0;
};

} // namespace memory
