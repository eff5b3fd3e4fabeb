// This library's clients, moved by tests/peers/puppet.js: what scenario.js has npm's client do, these do.
#pragma once

#include "scenario_orders.hpp"
#include "support/hex.hpp"
#include "support/process.hpp"

#include <socketio/client.hpp>
#include <socketio/msgpack.hpp>

#include <asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace scenario {

// As tests/peers/channel.js has them: bytes are {"hex": "..."}.
inline value to_plain(value const& from)
{
    if (auto const* data = from.if_binary())
        return socketio::object{{"hex", support::to_hex(socketio::detail::as_text(*data))}};
    if (auto const* all = from.if_array()) {
        socketio::array made;
        for (value const& each : *all)
            made.push_back(to_plain(each));
        return made;
    }
    if (auto const* members = from.if_object()) {
        socketio::object made;
        for (auto const& [name, member] : *members)
            made.append(name, to_plain(member));
        return made;
    }
    return from;
}

inline socketio::bytes from_hex(std::string_view digits)
{
    socketio::bytes data;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        data.push_back(static_cast<std::byte>(std::stoi(std::string{digits.substr(i, 2)}, nullptr, 16)));
    return data;
}

inline value from_plain(value const& from)
{
    if (auto const* all = from.if_array()) {
        socketio::array made;
        for (value const& each : *all)
            made.push_back(from_plain(each));
        return made;
    }
    if (auto const* members = from.if_object()) {
        if (members->size() == 1 && members->contains("hex"))
            return from_hex(text((*members)["hex"]));
        socketio::object made;
        for (auto const& [name, member] : *members)
            made.append(name, from_plain(member));
        return made;
    }
    return from;
}

inline value plain(socketio::args const& arguments)
{
    socketio::array all;
    for (socketio::value_view const each : arguments)
        all.push_back(to_plain(each.to_value()));
    return all;
}

class puppets {
public:
    puppets(asio::io_context& context, support::process& master) : context_{context}, master_{master} {}

    // One order, in JSON.
    void obey(std::string_view line)
    {
        value const order = value::from_json(line).value();
        std::string const kind = text(order["do"]);
        if (kind == "manager")
            add_manager(order);
        else if (kind == "socket")
            add_socket(order);
        else if (kind == "open")
            manager(order).open();
        else if (kind == "close")
            manager(order).close();
        else if (kind == "connect")
            socket(order).connect();
        else if (kind == "disconnect")
            socket(order).disconnect();
        else if (kind == "emit")
            emit(order);
        else if (kind == "answer")
            answer(take(questions_, order["question"]), order["args"]);
        else if (kind == "auth")
            take(asking_, order["ask"])(from_plain(order["auth"]).get<socketio::object>().value());
        else
            throw std::runtime_error("no such order: " + std::string{line});
    }

private:
    static std::size_t number(value const& of) { return of.get<std::size_t>().value(); }
    static std::chrono::milliseconds duration(value const& of, int otherwise)
    {
        return std::chrono::milliseconds{of.get<int>().value_or(otherwise)};
    }
    socketio::manager& manager(value const& order) { return managers_.at(number(order["manager"])); }
    socketio::socket& socket(value const& order) { return sockets_.at(number(order["socket"])); }

    template <class T>
    static T take(std::map<std::size_t, T>& from, value const& key)
    {
        return std::move(from.extract(number(key)).mapped());
    }
    template <class T>
    std::size_t keep(std::map<std::size_t, T>& in, T const& what)
    {
        in.emplace(++last_, what);
        return last_;
    }
    void tell(socketio::object what) { master_.write_line(value{std::move(what)}.to_json()); }

    static socketio::options settings(value const& from)
    {
        socketio::options made{.autoConnect = false};
        if (from["msgpack"].get<bool>().value_or(false))
            made.parser = socketio::msgpack_parser;
        made.transports = from["transports"].get<std::vector<std::string>>().value();
        made.tryAllTransports = false;
        made.reconnection = from["reconnection"].get<bool>().value_or(true);
        made.reconnectionDelay = duration(from["reconnectionDelay"], 1000);
        made.reconnectionDelayMax = duration(from["reconnectionDelayMax"], 5000);
        made.randomizationFactor = from["randomizationFactor"].get<double>().value_or(0.5);
        socketio::string_pairs query, headers;
        if (auto const* members = from["query"].if_object())
            for (auto const& [name, member] : *members)
                query.emplace_back(name, text(member));
        if (auto const* members = from["extraHeaders"].if_object())
            for (auto const& [name, member] : *members)
                headers.emplace_back(name, text(member));
        made.query = query;
        made.extraHeaders = headers;
        return made;
    }

    void add_manager(value const& order)
    {
        std::size_t const id = managers_.size();
        managers_.emplace_back(context_, text(order["url"]), settings(order["options"]));
        auto const& made = managers_.back();
        auto const hear = [this, id](std::string_view event, socketio::array arguments) {
            tell({{"manager", id}, {"event", event}, {"args", std::move(arguments)},
                {"transport", managers_[id].snapshot().transport}});
        };
        for (char const* const event : {"open", "reconnect_failed"})
            made.on(event, [hear, event] { hear(event, {}); });
        for (char const* const event : {"reconnect_attempt", "reconnect"})
            made.on(event, [hear, event](int n) { hear(event, {n}); });
        for (char const* const event : {"close", "upgrade"})
            made.on(event, [hear, event](std::string_view about) { hear(event, {about}); });
    }

    void add_socket(value const& order)
    {
        std::size_t const id = sockets_.size();
        socketio::socket_options own;
        own.ackTimeout = duration(order["options"]["ackTimeout"], 0);
        own.retries = order["options"]["retries"].get<std::uint64_t>().value_or(0);
        own.auth = [this, id](socketio::provided<socketio::object>::answer const& reply) {
            tell({{"socket", id}, {"ask", keep(asking_, reply)}});
        };
        sockets_.push_back(manager(order).socket(text(order["nsp"]), own));
        listen(sockets_.back(), id);
    }

    value state(std::size_t id) const
    {
        auto const& of = sockets_[id];
        auto const pid = of.recovery().pid;
        return socketio::object{{"id", of.id()}, {"connected", of.connected()}, {"active", of.active()},
            {"recovered", of.recovered()}, {"_pid", pid.empty() ? value{} : value{pid}}};
    }
    void hear(std::size_t id, std::string_view event, socketio::array arguments)
    {
        tell({{"socket", id}, {"event", event}, {"args", std::move(arguments)}, {"state", state(id)}});
    }
    void listen(socketio::socket const& made, std::size_t id)
    {
        made.on("connect", [this, id] { hear(id, "connect", {}); });
        made.on("disconnect", [this, id](std::string_view reason) { hear(id, "disconnect", {reason}); });
        made.on("connect_error", [this, id](socketio::connect_error const& why) {
            auto const& tried = why.attempts();
            socketio::object error{{"message", why.message()}, {"status", why.http_status()},
                {"transport", tried.empty() ? "" : tried.back().transport}};
            if (!why.data().is_null())
                error.append("data", to_plain(why.data()));
            tell({{"socket", id}, {"event", "connect_error"}, {"error", std::move(error)}, {"state", state(id)}});
        });
        made.onAny([this, id](std::string_view event, socketio::args const& arguments, socketio::ack const& reply) {
            socketio::object told{{"socket", id}, {"event", event}, {"args", plain(arguments)}, {"state", state(id)}};
            if (reply)
                told.append("question", keep(questions_, reply));
            tell(std::move(told));
        });
        made.onAnyOutgoing([this, id](std::string_view event, socketio::args const& arguments) {
            tell({{"socket", id}, {"outgoing", event}, {"args", plain(arguments)}, {"state", state(id)}});
        });
    }

    static void answer(socketio::ack const& reply, value const& with)
    {
        value const all = from_plain(with);
        spread(*all.if_array(), 0, [&](auto const&... each) { reply(each...); });
    }
    void emit(value const& order)
    {
        auto& from = socket(order);
        if (!order["timeout"].is_null())
            emit_by(from.timeout(duration(order["timeout"], 0)), order);
        else if (order["volatile"].get<bool>().value_or(false))
            emit_by(from.volatile_(), order);
        else
            emit_by(from, order);
    }
    template <class Through>
    void emit_by(Through const& through, value const& order)
    {
        value const arguments = from_plain(order["args"]);
        auto const& all = *arguments.if_array();
        std::string const event = text(all[0]);
        value const ack = order["ack"];
        auto const answered = [this, ack](std::error_code ec, socketio::args const& answer) {
            tell({{"ack", ack}, {"error", ec ? value{ec.message()} : value{}}, {"args", plain(answer)}});
        };
        if (ack.is_null())
            spread(all, 1, [&](auto const&... each) { through.emit(event, each...); });
        else if (order["fails"].get<bool>().value())
            spread(all, 1, [&](auto const&... each) { through.emit(event, each..., answered); });
        else
            spread(all, 1, [&](auto const&... each) {
                through.emit(event, each..., [answered](socketio::args const& answer) { answered({}, answer); });
            });
    }

    asio::io_context& context_;
    support::process& master_;
    std::size_t last_ = 0;
    std::map<std::size_t, socketio::ack> questions_;
    std::map<std::size_t, socketio::provided<socketio::object>::answer> asking_;
    std::vector<socketio::manager> managers_;
    std::vector<socketio::socket> sockets_;
};

} // namespace scenario
