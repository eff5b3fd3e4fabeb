// The end of a scenario: faults stop, all clients come back, and then all of them leave.
#include "scenario.hpp"

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace property {

void scenario::end()
{
    note("the faults stop");
    world_.links().clear();
    if (!server_is_up_)
        open_server();
    nanoseconds bound = 2 * (settings_.pingInterval + settings_.pingTimeout) + 60s;
    if (corrupt_)
        bound *= 3;
    auto const wanting = [this](auto const& holds) {
        return std::all_of(clients_.begin(), clients_.end(),
            [&](client_state const& each) { return !each.wants || holds(each); });
    };
    for (client_state& each : clients_)
        if (each.wants)
            send_echo(each);
    auto const is_back = [](client_state const& each) { return each.socket->connected() && each.echoed; };
    if (!world_.eventually([&] { return !broken_.empty() || wanting(is_back); }, bound)) {
        for (client_state& each : clients_)
            if (each.wants && !is_back(each))
                note("not back: client " + std::to_string(each.number) + (each.socket->connected() ? " (mute)" : ""));
        broken("the faults have stopped, and not all clients are back");
    }
    check();
    // A pong that was held back puts the next ping off: one heartbeat may still be missed.
    world_.advance(settings_.pingInterval + settings_.pingTimeout);
    auto const is_connected = [](client_state const& each) { return each.socket->connected(); };
    if (!world_.eventually([&] { return !broken_.empty() || wanting(is_connected); }, bound))
        broken("the faults have stopped for long, and not all clients are connected");
    check();
    converged_ = !corrupt_; // there a time of the heartbeat may be another on each side
    world_.advance(bound);
    check_quiet();
    check();
    converged_ = false;
    leave();
    check();
}

void scenario::check_quiet()
{
    std::size_t connected = 0;
    std::set<std::size_t> hosts;
    for (client_state& each : clients_) {
        auto const now = each.socket->snapshot();
        auto const name = "client " + std::to_string(each.number);
        if (each.wants != now.connected)
            broken(name + (now.connected ? " is connected and does not want to be" : " is not connected any more"));
        if (!now.connected)
            continue;
        ++connected;
        hosts.insert(each.host);
        if (corrupt_)
            continue;
        if (now.pending_acks + now.buffered_events + now.buffered_bytes + now.retried_events + now.retried_bytes != 0)
            broken(name + " has " + std::to_string(now.pending_acks) + " acks pending, " +
                   std::to_string(now.buffered_events) + " events waiting, " + std::to_string(now.retried_events) +
                   " in the queue");
        if (each.socket->io().snapshot().unsent_bytes != 0 || each.socket->buffered_amount() != 0)
            broken(name + " has something unsent");
        check_session(each);
    }
    auto const server = io_->snapshot();
    if (server.sockets != connected || server.sessions != hosts.size() || server.unsent_bytes != 0)
        broken("the server has " + std::to_string(server.sockets) + " sockets instead of " + std::to_string(connected) +
               ", " + std::to_string(server.sessions) + " sessions, " + std::to_string(server.unsent_bytes) +
               " bytes unsent");
}

// Nothing is on its way any more.
void scenario::check_session(client_state& of)
{
    auto const name = "client " + std::to_string(of.number);
    session const& here = sessions_[*of.session];
    auto const next = here.last_down ? *here.last_down + 1 : 0;
    if (auto const missing = here.down.first_needed(next, here.down.size()))
        broken("number " + std::to_string(*missing) + " to " + name + " has not arrived");
    auto const begin = of.retries != 0 ? 0 : of.from[of.id]; // what was emitted before may be lost
    auto const& last = of.retries != 0 ? of.last_out : here.last_out;
    if (auto const missing = of.out.first_needed(last ? *last + 1 : begin, of.out.size()))
        broken("event " + std::to_string(*missing) + " of " + name + " has not arrived");
    auto const all = io_->of(of.nsp).adapter().sids();
    auto rooms = here.rooms;
    rooms.insert(here.id);
    auto const found = all.find(here.id);
    if (found == all.end() || !std::equal(rooms.begin(), rooms.end(), found->second.begin(), found->second.end()))
        broken(name + " is in other rooms than it should be");
}

void scenario::leave()
{
    auto const how = below(4);
    note(std::vector<std::string>{"the server closes, and clients leave", "clients' last handles go",
        "clients leave, and the server closes in the same moment", "clients leave"}[how]);
    if (how == 0)
        io_->close();
    for (client_state& each : clients_) {
        each.wants = false;
        if (how == 1)
            each.socket.reset(); // by its destructor
        else
            each.socket->disconnect();
    }
    if (how == 2) // in the same moment
        io_->close();
    world_.advance(2 * (settings_.pingInterval + settings_.pingTimeout) + 30s);
    check_empty();
    io_->close();
    world_.run();
    for (client_state& each : clients_) {
        if (!each.socket)
            continue;
        each.socket->clear_send_buffer();
        world_.run();
        auto const now = each.socket->snapshot();
        auto const connection = each.socket->io().snapshot();
        if (each.retries == 0 && now.pending_acks + now.buffered_events + now.buffered_bytes != 0)
            broken("client " + std::to_string(each.number) + " has left, and still has " +
                   std::to_string(now.pending_acks) + " acks pending");
        if (connection.state != socketio::connection_state::closed || connection.unsent_bytes != 0)
            broken("client " + std::to_string(each.number) + " has left, and its connection is there");
        each.socket.reset();
    }
    world_.run();
    for (asked const& each : asked_)
        if (each.calls != 1)
            broken("the handler of " + each.what + " was called " + std::to_string(each.calls) + " times");
    world_.run_for(2h);
    if (!world_.idle())
        broken("everybody is gone, and something is still waiting");
}

void scenario::check_empty()
{
    auto const now = io_->snapshot();
    if (now.sockets + now.sessions + now.connections + now.unsent_bytes != 0)
        broken("everybody has left, and the server has " + std::to_string(now.sockets) + " sockets, " +
               std::to_string(now.sessions) + " sessions, " + std::to_string(now.connections) + " connections, " +
               std::to_string(now.unsent_bytes) + " bytes unsent");
    for (char const* const nsp : {"/", "/other"})
        if (!io_->of(nsp).adapter().rooms().empty() || !io_->of(nsp).adapter().sids().empty())
            broken("everybody has left, and there are rooms");
}

} // namespace property
