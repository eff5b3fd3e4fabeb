// The application of tests/peers/scenario_server.js, on this library: what that one says and notes, this one does.
#pragma once

#include "scenario_orders.hpp"

#include <socketio/msgpack.hpp>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace scenario {

using std::chrono::milliseconds;

// Lines, and those who wait for one.
class notebook {
public:
    void note(std::string line)
    {
        lines_.push_back(std::move(line));
        std::erase_if(waiting_, [&](auto const& each) { return look(each); });
    }
    void ask(std::string who, std::string beginning, socketio::ack reply)
    {
        question asked{std::move(who), std::move(beginning), std::move(reply)};
        if (!look(asked))
            waiting_.push_back(std::move(asked));
    }

private:
    struct question {
        std::string who, beginning;
        socketio::ack reply;
    };

    bool look(question const& asked)
    {
        if (std::none_of(lines_.begin(), lines_.end(), [&](auto const& line) { return line.starts_with(asked.beginning); }))
            return false;
        std::vector<std::string> found;
        std::erase_if(lines_, [&](auto const& line) {
            bool const theirs = line.find(asked.who) != std::string::npos;
            if (theirs)
                found.push_back(line);
            return theirs;
        });
        asked.reply(found);
        return true;
    }

    std::vector<std::string> lines_;
    std::vector<question> waiting_;
};

inline std::string json(socketio::args const& arguments)
{
    socketio::array all;
    for (socketio::value_view const each : arguments)
        all.push_back(each.to_value());
    return value{std::move(all)}.to_json();
}

class town {
public:
    town(asio::io_context& context, bool deflate, bool msgpack = false)
        : context_{context}, deflate_{deflate}, msgpack_{msgpack}
    {
        for (char const* const name : {"main", "hasty", "lively", "recovering", "small", "mortal", "open"})
            open(name, 0);
        houses_.at("main").io->of("/control").on("connection", [this](socketio::server_socket socket) { control(socket); });
    }

    // {"main": PORT, ...}
    std::string ports() const
    {
        socketio::object all;
        for (auto const& [name, house] : houses_)
            all.append(name, house.io->port());
        return value{std::move(all)}.to_json();
    }
    void open(std::string const& name, std::uint16_t port)
    {
        furnished& made = houses_[name];
        made.io = std::make_unique<socketio::server>(context_, port, settings(name));
        furnish(*made.io);
        made.pattern = made.io->of(std::regex{"^/dynamic-[0-9]+$"});
        made.pattern->on("connection", [this](socketio::server_socket socket) { welcome(socket); });
    }
    socketio::server& server(std::string const& name) { return *houses_.at(name).io; }

    // Events that did not fit their listener.
    std::vector<std::string> misfits;

private:
    struct furnished {
        std::unique_ptr<socketio::server> io;
        std::optional<socketio::server_namespace> pattern;
    };

    socketio::server_options settings(std::string_view of) const
    {
        socketio::server_options made{.address = "127.0.0.1"};
        if (deflate_)
            made.perMessageDeflate = {.threshold = 0};
        if (msgpack_)
            made.parser = socketio::msgpack_parser;
        if (of == "main")
            made.allowRequest = [](socketio::http_request const& request, socketio::request_check::answer const& tell) {
                tell("not today", request.target.find("deny=1") == std::string::npos);
            };
        else if (of == "hasty")
            made.connectTimeout = milliseconds{200};
        else if (of == "lively") {
            made.pingInterval = milliseconds{200};
            made.pingTimeout = milliseconds{1000};
        } else if (of == "recovering")
            made.connectionStateRecovery = {.maxDisconnectionDuration = milliseconds{60000}, .skipMiddlewares = true};
        else if (of == "small")
            made.maxHttpBufferSize = 10000;
        else if (of == "open") {
            made.cors = {.origin = {"http://one.example"}, .credentials = true};
            made.cookie.emplace();
        }
        return made;
    }

    void note(std::string line) { notes_.note(std::move(line)); }
    void after(milliseconds pause, std::function<void()> then)
    {
        auto const timer = std::make_shared<asio::steady_timer>(context_, pause);
        timer->async_wait([timer, then = std::move(then)](std::error_code ec) {
            if (!ec)
                then();
        });
    }
    static std::string name_of(socketio::server_socket const& socket)
    {
        return socket.nsp() + ' ' + socket.handshake().auth["name"].get<std::string>().value_or("undefined");
    }
    static value rooms_of(socketio::server_socket const& socket)
    {
        auto in = socket.rooms();
        in.erase(socket.id());
        return socketio::array{std::vector<value>(in.begin(), in.end())};
    }
    static value as_object(socketio::string_pairs const& pairs)
    {
        socketio::object all;
        for (auto const& [name, text] : pairs)
            all[name] = text;
        return all;
    }

    void furnish(socketio::server& io)
    {
        io.on("new_namespace", [this](socketio::server_namespace made) { note("new namespace " + made.name()); });
        io.engine().on("connection_error", [this](socketio::connection_failure const& failure) {
            note("refused: " + std::to_string(failure.code) + ' ' + failure.message);
        });
        io.engine().on("initial_headers", [](socketio::string_pairs& headers, socketio::http_request const&) {
            headers.emplace_back("X-First", "yes");
        });
        io.engine().on("headers", [](socketio::string_pairs& headers, socketio::http_request const& request) {
            headers.emplace_back("X-Every", request.method);
        });
        io.on_error([this](socketio::event_error const& why) { misfits.push_back(why.event); });
        auto const asked = io.of([](std::string_view name, value const& auth) {
            return name.starts_with("/asked-") && auth["token"] == value{"abc"};
        });
        for (auto const& each : {io.sockets(), io.of("/other"), guard(io), watch_rooms(io), asked})
            each.on("connection", [this](socketio::server_socket socket) { welcome(socket); });
    }

    socketio::server_namespace watch_rooms(socketio::server& io)
    {
        auto const watched = io.of("/watched");
        auto const names = std::make_shared<std::map<std::string, std::string, std::less<>>>();
        for (char const* const event : {"create-room", "join-room", "leave-room", "delete-room"})
            watched.adapter().on(event, [this, names, event](std::string_view room, std::string_view id) {
                if (room.starts_with("room"))
                    note("rooms: " + std::string(event) + ' ' + std::string(room) + (id.empty() ? "" : ' ' + names->find(id)->second));
            });
        watched.on("connection", [names](socketio::server_socket socket) {
            names->emplace(socket.id(), socket.handshake().auth["name"].get<std::string>().value_or("undefined"));
        });
        return watched;
    }

    socketio::server_namespace guard(socketio::server& io)
    {
        auto const guarded = io.of("/guarded");
        guarded.use([this](socketio::server_socket socket, socketio::next next) {
            value const& token = socket.handshake().auth["token"];
            note(name_of(socket) + " asks with " + token.to_json());
            if (token.is_null())
                next({"no token"});
            else if (!(token == value{"abc"}))
                next({"not authorized", socketio::object{{"code", 42}, {"why", socketio::array{"token", nullptr}}}});
            else
                next();
        });
        guarded.use([this](socketio::server_socket socket, socketio::next next) {
            socket.join("passed");
            after(milliseconds{5}, next);
        });
        return guarded;
    }

    void welcome(socketio::server_socket const& socket)
    {
        std::string const who = name_of(socket);
        note(who + " connection" + (socket.recovered() ? ", recovered" : ""));
        talk(socket, who);
        tell_of(socket);
        observe(socket, who);
        watch(socket, who);
        if (socket.handshake().auth["greet"].get<bool>().value_or(false))
            socket.emit("welcome", socket.nsp());
    }

    void talk(socketio::server_socket const& socket, std::string const& who)
    {
        socket.on("echo", [socket](socketio::args const& all, socketio::ack const& reply) {
            if (reply)
                spread(all, 0, [&](auto const&... each) { reply(each...); });
            else
                spread(all, 0, [&](auto const&... each) { socket.emit("echo", each...); });
        });
        socket.on("silence", [](socketio::args const&) {});
        socket.on("twice", [](socketio::ack const& reply) {
            reply("first");
            reply("second");
        });
        socket.once("once", [this, who](std::string const& text) { note(who + " once: " + text); });
        socket.on("deaf", [socket](socketio::ack const& reply) {
            socket.offAny();
            socket.off("silence");
            reply();
        });
        socket.on("in a row", [socket] {
            socket.emit("first");
            socket.volatile_().emit("volatile");
            socket.emit("last");
        });
        socket.on("volatile", [this, socket] {
            auto const enough = std::make_shared<bool>(false);
            socket.once("enough", [enough] { *enough = true; });
            repeat(socket, enough);
        });
    }
    void repeat(socketio::server_socket const& socket, std::shared_ptr<bool> const& enough)
    {
        if (*enough || !socket.connected())
            return;
        socket.volatile_().emit("volatile");
        after(milliseconds{20}, [this, socket, enough] { repeat(socket, enough); });
    }

    static void tell_of(socketio::server_socket const& socket)
    {
        socket.on("handshake", [socket](socketio::ack const& reply) {
            auto const& shake = socket.handshake();
            reply(socketio::object{{"headers", as_object(shake.headers)}, {"query", as_object(shake.query)}, {"auth", shake.auth},
                                   {"time", shake.time}, {"issued", shake.issued}, {"address", shake.address},
                                   {"xdomain", shake.xdomain}, {"secure", shake.secure}, {"url", shake.url}});
        });
        socket.on("me", [socket](socketio::ack const& reply) {
            reply(socketio::object{{"id", socket.id()}, {"rooms", rooms_of(socket)}, {"data", socket.data()},
                                   {"recovered", socket.recovered()}, {"connected", socket.connected()}, {"at", socket.nsp()}});
        });
        socket.on("remember", [socket](value data, socketio::ack const& reply) {
            socket.set_data(std::move(data));
            reply();
        });
    }

    void observe(socketio::server_socket const& socket, std::string const& who)
    {
        socket.on("guard", [this, socket, who](socketio::ack const& reply) {
            socket.use([](std::string_view event, socketio::args const&, socketio::next next) {
                if (event == "forbidden")
                    next({"not this event", socketio::object{{"event", event}}});
                else
                    next();
            });
            socket.use([this, who](std::string_view event, socketio::args const&, socketio::next next) {
                note(who + " guards: " + std::string(event));
                after(milliseconds{5}, next);
            });
            reply();
        });
        socket.on("forbidden", [this, who](socketio::args const&) { note(who + " heard what is forbidden"); });
        socket.on("allowed", [](std::string const& text, socketio::ack const& reply) { reply("allowed: " + text); });
        socket.on("error", [this, who](socketio::connect_error const& why) {
            note(who + " error: " + why.message() + (why.data().is_null() ? "" : ' ' + why.data().to_json()));
        });
        for (char const* const event : {"disconnecting", "disconnect"})
            socket.on(event, [this, socket, who, event](std::string_view reason) {
                note(who + ' ' + event + ": " + std::string(reason) + ", in " + rooms_of(socket).to_json());
            });
    }

    void watch(socketio::server_socket const& socket, std::string const& who)
    {
        socket.on("watch", [this, socket, who](socketio::ack const& reply) {
            socket.onAny([this, who](std::string_view event, socketio::args const& all) {
                note(who + " any: " + std::string(event) + ' ' + json(all));
            });
            socket.prependAny([this, who](std::string_view event) { note(who + " any, first: " + std::string(event)); });
            socket.onAnyOutgoing([this, who](std::string_view event, socketio::args const& all) {
                note(who + " outgoing: " + std::string(event) + ' ' + json(all));
            });
            reply();
        });
    }

    // Whom the scenario means.
    std::optional<target> find(value const& where)
    {
        furnished const& in = houses_.at(where["house"].get<std::string>().value_or("main"));
        if (where["pattern"].get<bool>().value_or(false))
            return in.pattern.value();
        auto const nsp = in.io->of(where["nsp"].get<std::string>().value_or("/"));
        if (where["name"].is_null())
            return nsp;
        for (auto const& each : nsp.sockets().all())
            if (each.handshake().auth["name"] == where["name"])
                return each;
        return std::nullopt;
    }

    void control(socketio::server_socket const& socket)
    {
        socket.on("do", [this](value const& where, socketio::array const& orders, socketio::ack const& reply) {
            if (auto const on = find(where))
                follow(*on, orders, reply);
        });
        socket.on("notes", [this](std::string who, std::string beginning, socketio::ack const& reply) {
            notes_.ask(std::move(who), std::move(beginning), reply);
        });
        socket.on("restart", [this](socketio::ack const& reply) {
            auto& io = server("mortal");
            io.close([this, port = io.port(), reply](std::error_code) {
                open("mortal", port);
                reply();
            });
        });
    }

    asio::io_context& context_;
    bool const deflate_;
    bool const msgpack_;
    notebook notes_;
    std::map<std::string, furnished> houses_;
};

} // namespace scenario
