// A client's whole sans-I/O side, Engine.IO session, packets, acknowledgements and joining, against a server
// that the input plays: its bytes are commands, of which some say what arrives and some how time passes.
#include "frames.hpp"
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/session/acks.hpp>
#include <socketio/session/engine.hpp>
#include <socketio/session/connect_throttle.hpp>
#include <socketio/session/owned_events.hpp>
#include <socketio/session/packet_queue.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace client_session_tests {

using namespace fuzz;
using namespace socketio;
using namespace socketio::detail;
using kind = engine_event::kind;

namespace {

constexpr std::string_view nsp_names[] = {"/", "/a", "/admin"};

struct no_calls : call_context {
    void report(event_error) override {}
    ack make_ack(std::uint64_t) override { return ack{}; }
};

struct client {
    // From the server, in pieces as the commands cut them.
    void feed(std::string_view bytes)
    {
        input.arrive(bytes);
        for (;;) {
            std::span<char> left = input.left();
            bool const was_closed = session.is_closed();
            engine_event const next = session.next(left, now);
            input.leave(left);
            if (next.type == kind::none)
                break;
            require(!was_closed);
            on_event(next);
        }
        check_output();
    }

    void on_event(engine_event const& next)
    {
        require(!over);
        require((next.type == kind::open) == (!opened && next.type != kind::closed));
        require(lies_in(view_of(next.payload), input.all()) || next.type != kind::closed);
        switch (next.type) {
        case kind::open:
            opened = true;
            require(session.is_open() && !session.settings().sid.empty());
            require(session.deadline() > now);
            join(0);
            break;
        case kind::text: on_message(next.payload, false); break;
        case kind::binary: on_message(next.payload, true); break;
        case kind::closed: on_closed(next); break;
        default: break;
        }
    }

    void on_closed(engine_event const& next)
    {
        require(bool{next.error} && session.is_closed() && !session.is_open());
        require(session.deadline() == socketio::clock::never());
        lost();
    }

    void on_message(std::span<char> message, bool binary)
    {
        packet p;
        std::error_code ec;
        bool const whole = binary ? decoder.binary(message, p, ec) : decoder.text(message, p, ec);
        require(!whole || !ec);
        if (ec) { // "parse error"
            session.close();
            return lost();
        }
        if (whole)
            on_packet(p);
    }

    void on_packet(packet const& p)
    {
        bool const due = joining.count(std::string{p.nsp}) != 0;
        switch (p.type) {
        case packet_type::connect:
        case packet_type::connect_error:
            require(gate.answered(p.nsp) == due);
            require(!gate.answered(p.nsp));
            joining.erase(std::string{p.nsp});
            replay();
            break;
        case packet_type::ack:
        case packet_type::binary_ack:
            if (p.id)
                answer(*p.id, p.payload.elements());
            break;
        case packet_type::event:
        case packet_type::binary_event:
            if (due && early.byte_size() < 100000)
                early.push(p);
            break;
        case packet_type::disconnect: gate.left(p.nsp, now); break;
        }
    }

    void replay()
    {
        while (!early.empty()) {
            owned_event event = early.pop();
            require(event.payload().is_array());
        }
        require(early.byte_size() == 0);
    }

    void join(std::size_t which)
    {
        std::string_view const nsp = nsp_names[which % 3];
        bool const may = gate.opens_at(nsp) <= now;
        require(!may || joining.count(std::string{nsp}) == 0);
        if (!may || !session.is_open())
            return;
        gate.asked(nsp);
        joining.insert(std::string{nsp});
        require(gate.opens_at(nsp) == socketio::clock::never());
        byte_buffer text;
        static_cast<void>(encode_control(nullptr, text, packet_type::connect, nsp, nullptr));
        session.send_text(text.view());
        sent += text.size() + 20;
    }

    void emit(std::string_view data, bool wants_answer, bool buffered)
    {
        byte_buffer text;
        std::vector<bytes_view> attachments;
        std::optional<std::uint64_t> const id = wants_answer ? std::optional{++last_id} : std::nullopt;
        encode_event(nullptr, text, attachments, "/", id, "e", data, as_bytes(data));
        if (id) {
            pending_ack waiting{.id = *id, .deadline = now + std::chrono::milliseconds{data.size() * 10}};
            waiting.buffered = buffered;
            waiting.handler = [this, number = *id](ack_result&) {
                require(answered.insert(number).second); // once
            };
            pending.add(std::move(waiting));
            open_acks.insert(*id);
        }
        if (buffered)
            return queue.push(text.view(), attachments, id, now + std::chrono::seconds{5});
        send(text.view(), attachments);
    }

    bool send(std::string_view text, std::span<bytes_view const> attachments)
    {
        session.send_text(text);
        sent += text.size() + 20;
        for (bytes_view const each : attachments) {
            session.send_binary(each);
            sent += each.size() + 20;
        }
        return true;
    }

    void flush()
    {
        if (!session.is_open())
            return;
        queue.drain([this](std::string_view text, std::span<bytes_view const> attachments, std::optional<std::uint64_t> id, bool) {
            if (id)
                pending.sent(*id);
            return send(text, attachments);
        });
        require(queue.empty() && queue.byte_size() == 0);
    }

    void end(pending_ack&& one, std::error_code why, args with = {})
    {
        require(open_acks.erase(one.id) == 1);
        ack_result result{context, one.event, why, with};
        one.handler(result);
        require(answered.count(one.id) == 1);
    }
    void answer(std::uint64_t id, args with)
    {
        bool const known = open_acks.count(id) != 0;
        auto taken = pending.take(id);
        require(taken.has_value() == known);
        if (taken)
            end(std::move(*taken), {}, with);
        require(!pending.take(id));
    }

    void pass(socketio::clock::duration time)
    {
        now += time;
        bool const expired = session.expired(now);
        engine_event const next = session.tick(now);
        require((next.type == kind::closed) == expired);
        if (next.type == kind::closed)
            on_closed(next);
        for (auto& each : pending.take_expired(now)) {
            require(each.deadline <= now);
            end(std::move(each), error::ack_timeout);
        }
        require(pending.deadline() > now);
        queue.remove_expired(now, [](std::string_view text, std::optional<std::uint64_t>) { require(!text.empty()); });
        require(queue.deadline() > now);
        check_output();
    }

    void stop(bool by_us, std::error_code why)
    {
        if (by_us)
            session.close();
        else if (engine_event const next = session.end_of_stream(why); next.type != kind::none)
            return on_closed(next);
        require(session.is_closed());
        lost();
    }

    // The session is over: packets on their way are lost, those that wait are not.
    void lost()
    {
        over = true;
        for (auto& each : pending.take_sent()) {
            require(!each.buffered);
            end(std::move(each), error::disconnected);
        }
        require(pending.size() == open_acks.size());
        decoder.reset();
        gate.clear();
        joining.clear();
        early.clear();
        require(session.tick(now).type == kind::none && !session.expired(now));
    }

    void check_output()
    {
        session.complete_output();
        require(session.output().size() <= sent + 2 * 65536 + 4 * 139);
    }

    void take_output()
    {
        session.complete_output();
        std::string const bytes{session.output().view()};
        session.output().clear();
        sent = 0;
        frames_read const out = read_frames(bytes, true, bytes.size());
        require(!out.error && !out.part && out.used == bytes.size());
        for (plain_frame const& each : out.whole) {
            require(!said_goodbye);
            said_goodbye = each.code == opcode::close;
            require(each.code != opcode::text || (each.payload.front() >= '2' && each.payload.front() <= '4'));
        }
    }

    void finish()
    {
        if (!over)
            stop(true, {});
        for (auto& each : pending.take_all())
            end(std::move(each), error::stopped);
        require(pending.size() == 0 && open_acks.empty() && answered.size() == last_id);
        take_output();
        take_output();
        feed("\x81\x02"
             "2x");
        session.send_text("late");
        take_output();
        require(!opened || said_goodbye);
    }

    socketio::clock::time_point now{std::chrono::hours{1}};
    engine session{role::client, {4096, 8}, 11};
    packet_decoder decoder;
    acks pending;
    connect_throttle gate;
    owned_events early;
    packet_queue queue{256};
    stream input;
    no_calls context;
    std::set<std::string> joining;
    std::set<std::uint64_t> open_acks;
    std::set<std::uint64_t> answered;
    std::uint64_t last_id = 0;
    std::size_t sent = 0;
    bool opened = false;
    bool over = false;
    bool said_goodbye = false;
};

std::string text_frame(std::string_view message, opcode code = opcode::text)
{
    std::string result;
    append_frame(result, {.code = code}, message);
    return result;
}

void obey(client& who, unsigned command, choices& from)
{
    std::string built;
    switch (command % 16) {
    case 0: return who.feed(from.text(255));
    case 1: return who.feed(text_frame("4" + std::string{from.text(255)}));
    case 2: return who.feed(text_frame(from.text(255)));
    case 3: return who.feed(text_frame(from.text(255), opcode::binary));
    case 4: append_chosen_frame(built, from, false); return who.feed(built);
    case 5: built = text_frame("4" + std::string{from.text(255)});
        in_pieces(built, choices{from.text(8)}, [&who](std::string_view piece) { who.feed(piece); });
        return;
    case 6: return who.feed(text_frame("2"));
    case 7: return who.feed(text_frame("43" + std::to_string(from.up_to(20)) + "[1]"));
    case 8: return who.feed(text_frame("40" + std::string{nsp_names[from.up_to(2)]} + ",{\"sid\":\"x\"}"));
    case 9: return who.pass(std::chrono::milliseconds{from.up_to(60000)});
    case 10: return who.emit(to_well_formed(from.text(64)), from.flag(), false);
    case 11: return who.emit(to_well_formed(from.text(64)), true, true);
    case 12: return who.flush();
    case 13: return who.join(from.byte());
    case 14: return who.take_output();
    case 15: return who.over ? who.take_output() : who.stop(from.flag(), from.flag() ? make_error_code(error::timeout) : std::error_code{});
    }
}

} // namespace

FUZZ_TARGET(client_session)
{
    choices from{input};
    client who;
    if (from.flag())
        who.session.measure_round_trip();
    if (from.flag())
        who.feed(text_frame(R"(0{"sid":"S","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100000})"));
    while (!from.empty())
        obey(who, from.byte(), from);
    who.finish();
}

} // namespace client_session_tests
