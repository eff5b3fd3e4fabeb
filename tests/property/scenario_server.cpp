// The server of a scenario.
#include "scenario.hpp"

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace property {

void scenario::on_connection(socketio::server_socket socket)
{
    if (corrupt_) { // nothing of what arrives is sure
        auto const answer = [](socketio::ack reply) { reply(1); };
        for (char const* const event : {"say", "ask", "is_volatile"})
            socket.on(event, answer);
        session& made = sessions_.emplace_back();
        made.socket = socket;
        made.nsp = socket.nsp();
        made.server = servers_;
        socket.on("disconnect", [&made] { made.socket.reset(); });
        return;
    }
    auto const client = socket.handshake().auth["client"].get<std::size_t>().value();
    session& of = enter(socket, clients_.at(client));
    listen(socket, of);
    send_down(of);
}

session& scenario::enter(socketio::server_socket const& socket, client_state& client)
{
    auto const name = "client " + std::to_string(client.number);
    if (!socket.recovered()) {
        check_not_recovered(client);
        session& made = sessions_.emplace_back();
        made.client = client.number;
        made.id = socket.id();
        made.nsp = socket.nsp();
        made.server = servers_;
        made.socket = socket;
        session_of_[made.id] = sessions_.size() - 1;
        socket.set_data(socketio::object{{"session", sessions_.size() - 1}});
        note(name + " is session " + std::to_string(sessions_.size() - 1));
        for (auto const& room : rooms_)
            if (chance(0.3)) {
                socket.join(room);
                made.rooms.insert(room);
            }
        return made;
    }
    session& again = sessions_.at(socket.data()["session"].get<std::size_t>().value());
    note(name + " is recovered as session " + std::to_string(session_of_[again.id]));
    if (again.id != socket.id() || again.client != client.number || again.nsp != socket.nsp())
        broken(name + " is recovered as somebody else");
    if (again.socket || !again.stored)
        broken(name + " is recovered, but its session has not ended, or for good");
    else if (world_.now() - *again.left > settings_.connectionStateRecovery->maxDisconnectionDuration)
        broken(name + " is recovered behind its time");
    auto rooms = again.rooms;
    rooms.insert(again.id);
    auto const now = socket.rooms();
    if (!std::equal(rooms.begin(), rooms.end(), now.begin(), now.end()))
        broken(name + " is recovered with other rooms");
    again.socket = socket;
    again.stored = false;
    again.last_out.reset();
    again.last_volatile.reset();
    again.before_recovery = again.down.size();
    return again;
}

// Whoever could have been recovered had to be.
void scenario::check_not_recovered(client_state const& client)
{
    if (!client.session || !settings_.connectionStateRecovery)
        return;
    session const& before = sessions_[*client.session];
    bool const was_lost =
        client.reason == "transport close" || client.reason == "transport error" || client.reason == "ping timeout";
    auto const longest = settings_.connectionStateRecovery->maxDisconnectionDuration; // also of events
    if (before.stored && before.server == servers_ && was_lost && world_.now() - *before.left < longest &&
        before.offset_at && world_.now() - *before.offset_at < longest)
        broken("client " + std::to_string(client.number) + " could have been recovered as session " +
               std::to_string(*client.session) + ", and was not");
}

void scenario::listen(socketio::server_socket const& socket, session& of)
{
    socket.on("say", [this, &of](std::size_t n, socketio::value const& data, socketio::ack reply) {
        take(of, n, data, false);
        reply(n);
    });
    socket.on("ask", [this, &of](std::size_t n, socketio::value const& data, socketio::ack reply) {
        take(of, n, data, false);
        if (n % 5 == 0)
            send_down(of);
        if (n % 3 != 0)
            reply(n);
        else
            world_.after(milliseconds{n % 200}, [n, reply] { reply(n); });
    });
    socket.on("mute", [this, &of](std::size_t n, socketio::value const& data) { take(of, n, data, false); });
    socket.on("is_volatile", [this, &of](std::size_t n, socketio::value const& data) { take(of, n, data, true); });
    socket.on("disconnect", [this, &of](std::string_view reason, socketio::disconnect_details const& details) {
        note("the server has lost client " + std::to_string(of.client) + ", session " +
             std::to_string(session_of_[of.id]) + ": " + std::string{reason} + " " + details.message());
        of.socket.reset();
        of.left = world_.now();
        bool const for_good = reason == "client namespace disconnect" || reason == "server namespace disconnect";
        of.stored = settings_.connectionStateRecovery && !for_good && server_is_up_ && of.server == servers_;
        if (!of.stored)
            of.rooms.clear();
        if (reason == "parse error")
            broken("the server did not understand client " + std::to_string(of.client));
    });
}

void scenario::take(session& of, std::size_t n, socketio::value const& data, bool is_volatile)
{
    client_state& from = clients_[of.client];
    ++counts_.arrived;
    auto const what =
        std::string{is_volatile ? "is_volatile " : "event "} + std::to_string(n) + " of client " + std::to_string(from.number);
    std::string wrong;
    if (is_volatile && from.retries != 0) {
        wrong = from.volatiles.receive(n, of.last_volatile, 0);
    } else if (from.retries != 0) {
        wrong = from.out.receive_again(n, from.last_out);
        counts_.repeated += wrong.empty() && from.out.at(n).arrivals > 1 ? 1 : 0;
    } else {
        auto const begin = from.from.find(of.id);
        wrong = from.out.receive(n, of.last_out, begin == from.from.end() ? from.out.size() : begin->second);
    }
    if (!wrong.empty())
        broken(what + " " + wrong);
    if (data != filler(from.number * 1'000'003 + n * 2 + (is_volatile ? 1 : 0)))
        broken(what + " has other data: " + data.to_json());
}

void scenario::send_down(session& of)
{
    if (!is_alive(of))
        return;
    ++counts_.emitted;
    auto const number = session_of_[of.id];
    auto const kind = below(10);
    bool const has_ack = kind >= 7;
    auto const n = of.down.add(kind >= 2 && !(has_ack && settings_.connectionStateRecovery), -1, world_.now());
    auto const data = filler(7'777 + number * 1'000'003 + n);
    if (kind < 2) {
        of.socket->volatile_().emit("down", data, number, n);
    } else if (kind < 6) {
        of.socket->emit("down", data, number, n);
    } else if (kind == 6) {
        io_->of(of.nsp).to(of.id).emit("down", data, number, n);
    } else {
        auto const what = "event " + std::to_string(n) + " to session " + std::to_string(number);
        auto const limit = between(1ms, 4s);
        bool const limited = kind != 7;
        asked& answer = ask(what, limited ? std::optional{limit} : std::nullopt);
        auto handler = [this, &answer, n](std::error_code ec, socketio::value const& got) {
            answered(answer, ec);
            if (!ec && got != socketio::value{n} && !corrupt_)
                broken("the answer to " + answer.what + " is " + got.to_json());
        };
        if (limited)
            of.socket->timeout(limit).emit("down", data, number, n, handler);
        else
            of.socket->emit("down", data, number, n, handler);
    }
}

void scenario::broadcast()
{
    if (!server_is_up_)
        return;
    ++counts_.broadcasts;
    auto const number = broadcasts_++;
    std::string const nsp = chance(0.8) ? "/" : "/other";
    std::vector<std::string> to, except;
    for (auto const& room : rooms_)
        if (chance(0.4))
            to.push_back(room);
        else if (chance(0.1))
            except.push_back(room);
    bool const is_volatile = chance(0.1);
    bool const has_ack = chance(0.2);
    auto on = io_->of(nsp).to(to).except(except);
    if (is_volatile)
        on = on.volatile_();
    auto const in = [](session const& of, std::vector<std::string> const& names) {
        return std::any_of(names.begin(), names.end(), [&](auto const& name) { return of.rooms.contains(name); });
    };
    for (session& each : sessions_) {
        bool const is_there = each.server == servers_ && each.nsp == nsp && (each.socket || each.stored);
        bool const needed = !is_volatile && !(has_ack && settings_.connectionStateRecovery) && !each.moves;
        if (is_there && (to.empty() || in(each, to)) && !in(each, except))
            each.down.add(needed, number, world_.now());
    }
    note("broadcast " + std::to_string(number) + " in " + nsp);
    auto const data = filler(static_cast<std::uint64_t>(number) + 555);
    if (!has_ack)
        return on.emit("news", data, number);
    auto const limit = between(1ms, 4s);
    asked& answer = ask("broadcast " + std::to_string(number), limit);
    on.timeout(limit).emit("news", data, number,
        [this, &answer](std::error_code ec, std::vector<socketio::value> const&) { answered(answer, ec); });
}

void scenario::change_rooms()
{
    session* const who = any_session();
    if (who == nullptr)
        return;
    auto const& room = rooms_[below(rooms_.size())];
    if (settings_.connectionStateRecovery) {
        who->moves = true;
        who->down.need_no_broadcast();
    }
    if (chance(0.7)) {
        who->socket->join(room);
        who->rooms.insert(room);
    } else {
        who->socket->leave(room);
        who->rooms.erase(room);
    }
    note("session " + std::to_string(session_of_[who->id]) + " changes its rooms");
}

session* scenario::any_session()
{
    std::vector<session*> alive;
    for (session& each : sessions_)
        if (is_alive(each))
            alive.push_back(&each);
    return alive.empty() ? nullptr : alive[below(alive.size())];
}

} // namespace property
