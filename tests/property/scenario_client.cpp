// The clients of a scenario.
#include "scenario.hpp"

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace property {

namespace {

// Errors that only a peer, or a link, causes that changes what was said.
bool breaks_the_protocol(std::error_code ec)
{
    using socketio::error;
    return std::error_code{error::frame_invalid}.category() == ec.category() &&
           ((ec.value() >= static_cast<int>(error::frame_invalid) &&
                ec.value() <= static_cast<int>(error::packet_parser_failed)) ||
               ec == error::http_malformed || ec == error::handshake_invalid || ec == error::wrong_protocol ||
               ec == error::server_is_v2);
}

} // namespace

void scenario::listen(client_state& of)
{
    of.socket->on("connect", [this, &of] { on_connect(of); });
    of.socket->on("connect_error", [this, &of](socketio::connect_error const& why) {
        note("client " + std::to_string(of.number) + " cannot connect: " + why.message());
        if (!corrupt_ && breaks_the_protocol(why.code()))
            broken("the server has said something wrong to client " + std::to_string(of.number));
        come_back(of);
    });
    of.socket->on("disconnect", [this, &of](std::string_view reason, socketio::disconnect_details const& details) {
        on_disconnect(of, reason, details);
    });
    // The last argument is never a text, which the client of a server with recovery would take for an offset where
    // there is none: of volatile events.
    of.socket->on("down",
        [this, &of](socketio::value const& data, std::size_t number, std::size_t n, socketio::ack reply) {
            on_down(of, number, n, data);
            reply(n);
        });
    of.socket->on("news", [this, &of](socketio::value const& data, std::int64_t number, socketio::ack reply) {
        on_news(of, number, data);
        reply(number);
    });
    of.socket->on_error([this, &of](socketio::event_error const& why) {
        bool const may_be = why.code == socketio::error::ack_timeout || of.retries != 0;
        if (!corrupt_ && !may_be)
            broken("client " + std::to_string(of.number) + " is told of " + why.message());
    });
}

void scenario::on_connect(client_state& of)
{
    ++counts_.connects;
    auto const id = of.socket->id();
    note("client " + std::to_string(of.number) + " is connected" + (of.socket->recovered() ? " again" : ""));
    if (corrupt_)
        return;
    auto const found = session_of_.find(id);
    if (found == session_of_.end())
        return broken("the server knows nothing of socket " + id);
    if (of.socket->recovered()) {
        ++counts_.recovered;
        if (of.session != found->second)
            return broken("a client is recovered as somebody else");
        session const& now = sessions_[found->second];
        auto const next = now.last_down ? *now.last_down + 1 : 0;
        if (auto const missing = now.down.first_needed(next, now.before_recovery))
            broken("client " + std::to_string(of.number) + " is recovered, and entry " + std::to_string(*missing) +
                   " of session " + std::to_string(found->second) + " is missing");
    } else if (of.session == found->second) {
        broken("client " + std::to_string(of.number) + " has its old id, and is not recovered");
    }
    of.session = found->second;
    of.id = id;
    of.from[id] = of.kept_from;
}

void scenario::on_disconnect(client_state& of, std::string_view reason, socketio::disconnect_details const& details)
{
    ++counts_.losses;
    of.kept_from = of.out.size();
    of.reason = reason;
    note("client " + std::to_string(of.number) + " is disconnected: " + std::string{reason} + " " + details.message());
    if (!corrupt_ && (reason == "parse error" || breaks_the_protocol(details.code)))
        broken("client " + std::to_string(of.number) + " did not understand the server");
    if (converged_ && of.wants)
        broken("client " + std::to_string(of.number) + " is disconnected, and nothing was wrong");
    come_back(of);
}

// A manager that was closed says nothing of it in active().
bool scenario::is_given_up(client_state const& of)
{
    auto const state = of.socket->io().snapshot().state;
    return !of.socket->active() || state == socketio::connection_state::closed;
}

// As programs do it where the library does not.
void scenario::come_back(client_state& of)
{
    world_.after(700ms, [&of] {
        if (of.socket && of.wants && is_given_up(of))
            of.socket->connect();
    });
}

void scenario::on_down(client_state& of, std::size_t number, std::size_t n, socketio::value const& data)
{
    if (corrupt_)
        return;
    if (number >= sessions_.size() || sessions_[number].client != of.number)
        return broken("client " + std::to_string(of.number) + " has an event of session " + std::to_string(number));
    received(of, number, n);
    if (data != filler(7'777 + number * 1'000'003 + n))
        broken("event " + std::to_string(n) + " of session " + std::to_string(number) + " has other data");
    if (n % 7 == 3)
        send_up(of);
}

void scenario::on_news(client_state& of, std::int64_t number, socketio::value const& data)
{
    if (corrupt_)
        return;
    if (!of.session)
        return broken("client " + std::to_string(of.number) + " has a broadcast and no session");
    session const& from = sessions_[*of.session];
    auto const n = from.down.find(number, from.last_down ? *from.last_down + 1 : 0);
    auto const what = "broadcast " + std::to_string(number);
    if (!n && from.moves)
        return;
    if (!n)
        return broken(what + " is not for session " + std::to_string(*of.session) + " at this place");
    received(of, *of.session, *n);
    if (data != filler(static_cast<std::uint64_t>(number) + 555))
        broken(what + " has other data");
}

void scenario::received(client_state& of, std::size_t number, std::size_t n)
{
    ++counts_.arrived;
    session& from = sessions_[number];
    auto const wrong = from.down.receive(n, from.last_down, 0);
    if (!wrong.empty())
        broken("number " + std::to_string(n) + " of session " + std::to_string(number) + " to client " +
               std::to_string(of.number) + " " + wrong);
    if (from.down.at(n).needed)
        from.offset_at = from.down.at(n).at;
}

void scenario::send_up(client_state& of)
{
    ++counts_.emitted;
    auto const kind = below(10);
    bool const is_volatile = kind == 0;
    bool const retried = of.retries != 0;
    auto const expiry = between(1ms, 5s);
    auto const limit = between(1ms, 5s);
    bool const limited = kind >= 7 && !retried;
    bool const expires = kind == 1;
    bool const needed = !is_volatile && !expires && !limited && of.retries != 3;
    auto const n = is_volatile && retried ? of.volatiles.add(false) : of.out.add(needed);
    auto const data = filler(of.number * 1'000'003 + n * 2 + (is_volatile ? 1 : 0));
    auto const& socket = *of.socket;
    if (is_volatile)
        return socket.volatile_().emit("is_volatile", n, data);
    if (expires)
        return socket.expires_after(expiry).emit("say", n, data);
    if (kind < 4)
        return socket.emit("say", n, data);
    asked& answer = ask("event " + std::to_string(n) + " of client " + std::to_string(of.number),
        limited ? std::optional{limit} : std::nullopt);
    auto handler = [this, &answer, &of, n](std::error_code ec, socketio::value const& got) {
        answered(answer, ec);
        if (!ec && !corrupt_ && (got != socketio::value{n} || of.out.at(n).arrivals == 0))
            broken("the answer to " + answer.what + " is " + got.to_json());
    };
    if (limited)
        socket.timeout(limit).emit(kind == 9 ? "mute" : "ask", n, data, handler);
    else
        socket.emit("ask", n, data, handler);
}

// Until one is answered.
void scenario::send_echo(client_state& of)
{
    auto const n = of.out.add(false);
    auto const data = filler(of.number * 1'000'003 + n * 2);
    auto handler = [this, &of](std::error_code ec) {
        if (!of.socket)
            return;
        of.echoed = !ec;
        if (ec)
            world_.after(500ms, [this, &of] {
                if (of.socket)
                    send_echo(of);
            });
    };
    if (of.retries != 0)
        of.socket->emit("ask", n, data, handler);
    else
        of.socket->timeout(5s).emit("ask", n, data, handler);
}

} // namespace property
