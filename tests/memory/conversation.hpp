// A client and a server in one process, on one context, and all that they do with each other while an allocation fails.
#pragma once

#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include "memory/failing_memory.hpp"
#include "memory/on_one_context.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace memory {

class conversation final : public on_one_context {
public:
    explicit conversation(socketio::options of_clients = {})
        : of_clients_{std::move(of_clients)},
          moves_{of_clients_.transports == std::vector<std::string>{"polling", "websocket"}}
    {
        of_clients_.forceNew = true;
        of_clients_.reconnectionDelay = 1ms;
        of_clients_.reconnectionDelayMax = 5ms;
        of_clients_.close_timeout = 100ms;
    }

    void hold() override
    {
        twice([this] { open_server(); });
        twice([this] { client_ = connect(); });
        twice([this] { other_ = client_.io().socket("/other"); });
        twice([this] { listen(); });
        wait([this] { return client_.connected() && other_.connected() && !members_.empty(); });
        talk();
        twice([this] { client_.disconnect(); });
        wait([this] { return members_.empty(); });
        twice([this] { client_.connect(); });
        wait([this] { return client_.connected() && !members_.empty(); });
        if (!members_.empty())
            twice([this] { members_.front().conn().close(); });
        wait([this] { return lost_ != 0; });
        wait([this] { return client_.connected() && !members_.empty(); });
        ask();
        if (!moves_)
            return;
        wait([this] {
            spared const own;
            return client_.io().snapshot().transport == "websocket";
        });
        ask();
    }

    std::string examine() override
    {
        if (!client_ || !server_)
            return "there is no client, or no server";
        if (!client_.active())
            client_.connect();
        if (!patiently([this] { return client_.connected(); }))
            return "the client does not connect again";
        // The one connection that ended may have been missed only with this question.
        if (!answered(client_) && !(patiently([this] { return client_.connected(); }) && answered(client_)))
            return "the client gets no answer";
        auto fresh = connect();
        bool const accepted = patiently([&] { return fresh.connected(); });
        if (!accepted || !answered(fresh))
            return "the server takes no new client";
        std::size_t heard = 0;
        client_.on("all", [&] { ++heard; });
        fresh.on("all", [&] { ++heard; });
        server_->in("everybody").emit("all");
        if (!patiently([&] { return heard == 2; }))
            return "a broadcast does not reach both clients";
        client_.off();
        return {};
    }

    bool end() override
    {
        members_.clear();
        client_ = {};
        other_ = {};
        if (server_)
            server_->close();
        return run_out();
    }

private:
    void open_server()
    {
        if (!server_)
            server_.emplace(context_, std::uint16_t{0}, socketio::server_options{.address = "127.0.0.1", .parser = of_clients_.parser, .close_timeout = 100ms});
        server_->off("connection");
        server_->of("/other").off("connection");
        server_->on("connection", [this](socketio::server_socket socket) { welcome(std::move(socket)); });
        server_->of("/other").on("connection", [](socketio::server_socket socket) {
            socket.on("echo", [](std::string text, socketio::ack reply) { reply(text); });
        });
    }
    void welcome(socketio::server_socket socket)
    {
        socket.join("everybody");
        socket.join("room");
        socket.on("echo", [](std::string text, socketio::ack reply) { reply(text); });
        socket.on("file", [](socketio::bytes file, socketio::ack reply) { reply(file.size(), file); });
        socket.on("leave", [socket] { socket.leave("room"); });
        socket.on("disconnect", [this, id = socket.id()] {
            std::erase_if(members_, [&](auto const& each) { return each.id() == id; });
        });
        members_.push_back(socket);
    }
    socketio::socket connect()
    {
        return socketio::io(context_, "http://127.0.0.1:" + std::to_string(server_->port()), of_clients_);
    }
    void listen()
    {
        client_.off();
        client_.on("news", [this](std::string const&) { ++heard_; });
        client_.on("question", [](int number, socketio::ack reply) { reply(number + 1); });
        client_.on("picture", [this](socketio::bytes const&) { ++heard_; });
        client_.on("disconnect", [this] { ++lost_; });
        client_.onAny([this](std::string_view) { ++heard_; });
    }

    void talk()
    {
        twice([this] { client_.emit("leave"); });
        ask();
        answers_ = 0;
        lost_ = 0;
        twice([this] { client_.emit("file", socketio::bytes(100), [this](int, socketio::bytes) { ++answers_; }); });
        wait([this] { return answers_ != 0 || lost_ != 0; });
        answers_ = 0;
        twice([this] { other_.emit("echo", std::string(300, 'x'), [this](std::string) { ++answers_; }); });
        wait([this] { return answers_ != 0 || lost_ != 0; });
        heard_ = 0;
        twice([this] { server_->to("everybody").except("nobody").emit("news", "to all"); });
        wait([this] { return heard_ != 0 || lost_ != 0; });
        if (members_.empty())
            return;
        answers_ = 0;
        twice([this] { members_.front().emit("question", 1, [this](int) { ++answers_; }); });
        wait([this] { return answers_ != 0 || members_.empty(); });
        if (members_.empty())
            return;
        heard_ = 0;
        twice([this] { members_.front().emit("picture", socketio::bytes(300)); });
        wait([this] { return heard_ != 0 || lost_ != 0; });
        answers_ = 0;
        twice([this] { server_->timeout(100ms).emit("question", 1, [this](std::error_code, std::vector<socketio::value> const&) { ++answers_; }); });
        wait([this] { return answers_ != 0; });
    }
    void ask()
    {
        answers_ = 0;
        lost_ = 0;
        twice([this] { client_.emit("echo", "how are you?", [this](std::string) { ++answers_; }); });
        wait([this] { return answers_ != 0 || lost_ != 0; });
    }

    bool answered(socketio::socket& by)
    {
        answers_ = 0;
        by.emit("echo", "still there?", [this](std::string) { ++answers_; });
        return patiently([this] { return answers_ != 0; });
    }

    socketio::options of_clients_;
    bool const moves_;
    std::optional<socketio::server> server_;
    socketio::socket client_;
    socketio::socket other_;
    std::vector<socketio::server_socket> members_;
    int answers_ = 0;
    int heard_ = 0;
    int lost_ = 0;
};

} // namespace memory
