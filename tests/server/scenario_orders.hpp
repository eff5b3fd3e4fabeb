// What tests/peers/scenario.js has a server do: a chain such as [["to", "room"], ["emit", "news", 1]], on this library.
#pragma once

#include <socketio/server.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace scenario {

using socketio::value;
using target =
    std::variant<socketio::server_namespace, socketio::server_socket, socketio::broadcast_operator, socketio::server_emit_operator>;

// Calls `say` with the elements from `first` on as arguments.
template <class List, class Say, class... Taken>
void spread(List const& from, std::size_t first, Say const& say, Taken const&... taken)
{
    if (first + sizeof...(Taken) >= from.size())
        say(taken...);
    else if constexpr (sizeof...(Taken) < 7)
        spread(from, first, say, taken..., from[first + sizeof...(Taken)]);
    else
        throw std::length_error("too many arguments for this test");
}

inline std::string text(value const& from)
{
    return from.get<std::string>().value();
}

inline socketio::room_names rooms(value const& from)
{
    return from.is_array() ? socketio::room_names{from.get<std::vector<std::string>>().value()} : socketio::room_names{text(from)};
}

inline value outcome(std::error_code ec, value answer)
{
    return socketio::array{ec ? value{ec.message()} : value{}, std::move(answer)};
}

// One order; `words` are its name and its arguments.
class order {
public:
    order(socketio::array words, socketio::ack reply) : words_(std::move(words)), name_{text(words_[0])}, reply_{std::move(reply)} {}

    // To whom the next order is given, if this one says so.
    template <class On>
    std::optional<target> refine(On const& on) const
    {
        if (name_ == "to")
            return on.to(rooms(words_[1]));
        if (name_ == "in")
            return on.in(rooms(words_[1]));
        if (name_ == "except")
            return on.except(rooms(words_[1]));
        if (name_ == "timeout")
            return on.timeout(std::chrono::milliseconds{words_[1].get<int>().value()});
        if (name_ == "compress")
            return on.compress(words_[1].get<bool>().value());
        if (name_ == "volatile")
            return on.volatile_();
        if constexpr (requires { on.local(); })
            if (name_ == "local")
                return on.local();
        if constexpr (requires { on.broadcast(); })
            if (name_ == "broadcast")
                return on.broadcast();
        return std::nullopt;
    }

    // False when the answer comes later.
    template <class On>
    bool carry_out(On const& on) const
    {
        if (name_ == "emit")
            spread(words_, 2, [&](auto const&... each) { on.emit(text(words_[1]), each...); });
        else if (name_ == "send")
            spread(words_, 1, [&](auto const&... each) { on.send(each...); });
        else if constexpr (std::is_same_v<On, socketio::server_socket> || std::is_same_v<On, socketio::server_emit_operator>)
            return to_one(on);
        else
            return to_several(on);
        return true;
    }

private:
    template <class On>
    bool to_one(On const& on) const
    {
        auto const reply = reply_;
        if (name_ == "ask") {
            spread(words_, 2, [&](auto const&... each) {
                on.emit(text(words_[1]), each..., [reply](std::error_code ec, socketio::args const& answer) {
                    socketio::array all;
                    for (socketio::value_view const one : answer)
                        all.push_back(one.to_value());
                    reply(outcome(ec, std::move(all)));
                });
            });
            return false;
        }
        if (name_ == "emitWithAck") {
            spread(words_, 2, [&](auto const&... each) {
                on.template emitWithAck<value>(text(words_[1]), each...,
                                               [reply](std::error_code ec, value answer) { reply(outcome(ec, std::move(answer))); });
            });
            return false;
        }
        if constexpr (requires { on.join("room"); }) {
            if (name_ == "join")
                on.join(rooms(words_[1]));
            else if (name_ == "leave")
                on.leave(text(words_[1]));
            else if (name_ == "disconnect")
                on.disconnect(words_[1].get<bool>().value_or(false));
            else if (name_ == "lose")
                on.conn().close();
        }
        return true;
    }

    template <class On>
    bool to_several(On const& on) const
    {
        auto const reply = reply_;
        auto const told = [reply](std::error_code ec, std::vector<value> answers) { reply(outcome(ec, socketio::array{std::move(answers)})); };
        if (name_ == "askAll")
            spread(words_, 2, [&](auto const&... each) { on.emit(text(words_[1]), each..., told); });
        else if (name_ == "emitWithAck")
            spread(words_, 2, [&](auto const&... each) { on.emitWithAck(text(words_[1]), each..., told); });
        else if (name_ == "fetchSockets")
            on.fetchSockets([reply](std::error_code, std::vector<socketio::remote_socket> const& found) { reply(described(found)); });
        else if (name_ == "tellEach")
            on.fetchSockets([words = words_, reply](std::error_code, std::vector<socketio::remote_socket> const& found) {
                for (auto const& one : found)
                    spread(words, 2, [&](auto const&... each) { one.emit(text(words[1]), each...); });
                reply(nullptr);
            });
        else
            return all_of_them(on);
        return false;
    }

    template <class On>
    bool all_of_them(On const& on) const
    {
        if (name_ == "socketsJoin")
            on.socketsJoin(rooms(words_[1]));
        else if (name_ == "socketsLeave")
            on.socketsLeave(rooms(words_[1]));
        else if (name_ == "disconnectSockets")
            on.disconnectSockets(words_[1].get<bool>().value_or(false));
        if constexpr (requires { on.adapter(); }) {
            if (name_ == "rooms" || name_ == "size") {
                reply_(name_ == "rooms" ? value{socketio::object{{"rooms", who_is_where(on.adapter())}}} : value{on.sockets().size()});
                return false;
            }
        }
        return true;
    }

    static value who_is_where(socketio::adapter_view const& in)
    {
        socketio::object all;
        for (auto const& [room, ids] : in.rooms())
            all.append(room, socketio::array{std::vector<value>(ids.begin(), ids.end())});
        return all;
    }

    static value described(std::vector<socketio::remote_socket> const& found)
    {
        socketio::array all;
        for (auto const& each : found) {
            socketio::array in{std::vector<value>(each.rooms().begin(), each.rooms().end())};
            all.push_back(socketio::object{
                {"id", each.id()}, {"rooms", std::move(in)}, {"data", each.data()}, {"name", each.handshake().auth["name"]}});
        }
        return all;
    }

    socketio::array const words_;
    std::string const name_;
    socketio::ack const reply_;
};

inline void follow(target on, socketio::array const& orders, socketio::ack const& reply)
{
    for (value const& each : orders) {
        order const next{*each.if_array(), reply};
        if (auto narrower = std::visit([&](auto const& to) { return next.refine(to); }, on))
            on = *std::move(narrower);
        else if (!std::visit([&](auto const& to) { return next.carry_out(to); }, on))
            return;
    }
    reply(nullptr);
}

} // namespace scenario
