// A server that says what was recorded.
#pragma once

#include <socketio/codec/engine_packet.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/testing/replay.hpp>
#include <socketio/testing/replay_plan.hpp>
#include <socketio/testing/replayed_connection.hpp>
#include <socketio/testing/timer.hpp>
#include <socketio/testing/wire_reader.hpp>
#include <socketio/wire/base64.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace socketio::detail {

class replayer : public std::enable_shared_from_this<replayer> {
public:
    replayer(asio::io_context& on, testing::recording from, testing::replay_options settings)
        : recording_{std::move(from)},
          settings_{settings},
          sources_{sources_of(asio::any_io_executor{on.get_executor()})},
          timer_{on}
    {
        last_ = sources_.now();
    }

    void start(std::shared_ptr<byte_stream> over)
    {
        auto const made = std::make_shared<replayed_connection>(std::move(over),
            [weak = weak_from_this()](std::shared_ptr<replayed_connection> const& on, wire_message* message) {
                if (auto const self = weak.lock(); self && self->failure_.empty())
                    message != nullptr ? self->hear(on, *message) : self->hear_end(on);
            });
        connections_.push_back(made);
        if (connections_.size() == 1)
            last_ = sources_.now(); // before it nothing is late
        made->read();
        play();
    }
    void stop() noexcept
    {
        timer_.cancel();
        for (auto const& each : connections_)
            each->drop();
    }
    bool done() const noexcept { return failure_.empty() && next_ == steps_.size(); }
    std::string const& failure() const noexcept { return failure_; }

private:
    using kind = recorded_line::kind;
    using step = replay_step;
    using arrival = replay_arrival;

    // A session of Engine.IO on long-polling, and on the WebSocket that it goes on with.
    struct session {
        std::shared_ptr<replayed_connection> poll{}; // which waits for packets
        arrival asked{};                             // its request
        std::vector<std::string> packets{};          // which wait for a poll
        std::weak_ptr<replayed_connection> socket{};
        bool leaves_polling = false;
    };

    // ---- Playing

    void play()
    {
        while (next_ < steps_.size() && failure_.empty()) {
            auto& now = steps_[next_];
            if (!now.done) {
                bool const waits = now.line->from_client;
                if (waits && !take_waiting_poll(now)) {
                    arm(settings_.patience);
                    return;
                }
                if (!waits && sources_.now() < due(std::chrono::nanoseconds{0})) {
                    arm(std::chrono::nanoseconds{0});
                    return;
                }
                if (!waits && !say(now))
                    return;
                finish(now);
            }
            last_ = (std::max)(last_, now.when);
            last_at_ = now.line->at;
            ++next_;
        }
        timer_.cancel();
    }
    void finish(step& of)
    {
        of.done = true;
        of.when = sources_.now();
    }
    // The moment of the next step, if it keeps its distance to the one before.
    clock::time_point due(std::chrono::nanoseconds later) const
    {
        return deadline_after(deadline_after(last_, steps_[next_].line->at - last_at_), later);
    }
    void arm(std::chrono::nanoseconds later)
    {
        timer_.expires_at(due(later));
        timer_.async_wait([weak = weak_from_this(), at = next_](std::error_code ec) {
            auto const self = weak.lock();
            if (ec || !self || self->next_ != at)
                return;
            if (self->steps_[at].line->from_client)
                self->fail(self->steps_[at], "nothing came");
            else
                self->play();
        });
    }
    std::shared_ptr<replayed_connection> connection_of(std::uint64_t exchange) const
    {
        for (auto const& each : connections_)
            if (each->exchange == exchange)
                return each;
        return nullptr;
    }

    void say_polled(recorded_line const& line, session& to)
    {
        if (line.type == kind::end) {
            if (to.poll)
                std::exchange(to.poll, nullptr)->close(line.payload == "reset");
            return;
        }
        for (auto const& each : line.packets)
            if (each != "6")
                to.packets.push_back(mapped(each));
        flush(to);
    }
    // False: the client is not there any more.
    bool say(step const& of)
    {
        auto const& line = *of.line;
        if (of.polled) {
            say_polled(line, sessions_[of.session]);
            return true;
        }
        auto const to = connection_of(line.exchange);
        if (!to) {
            if (line.type != kind::end)
                fail(of, "the client has closed the connection");
            return line.type == kind::end;
        }
        switch (line.type) {
        case kind::answer: answer(*to, line); break;
        case kind::text:
            to->send(frame_of(0x81, mapped(line.payload)));
            if (line.payload == "3probe") {
                sessions_[of.session].leaves_polling = true;
                flush(sessions_[of.session]);
            }
            break;
        case kind::binary: to->send(frame_of(0x82, line.payload)); break;
        case kind::close: to->send(frame_of(0x88, line.payload)); break;
        case kind::ping: to->send(frame_of(0x89, line.payload)); break;
        case kind::pong: to->send(frame_of(0x8A, line.payload)); break;
        case kind::end: to->close(line.payload == "reset"); break;
        case kind::request: break;
        }
        return true;
    }
    void answer(replayed_connection& to, recorded_line const& line)
    {
        std::vector<std::pair<std::string, std::string>> headers;
        for (auto const& [name, text] : line.headers)
            if (!equals_ignoring_case(name, "Connection") && !equals_ignoring_case(name, "Keep-Alive") &&
                !equals_ignoring_case(name, "Content-Length") && !equals_ignoring_case(name, "Transfer-Encoding"))
                headers.emplace_back(name, text);
        if (line.status == 101) {
            byte_buffer bytes;
            write_upgrade_response(bytes, to.key, {}, std::nullopt, headers);
            to.upgrade();
            to.send(bytes.view());
            return;
        }
        to.exchange.reset();
        to.send(
            answer_of(line.status, line.reason, headers, line.packets.empty() ? line.payload : body_of(line.packets)));
    }
    static std::string body_of(std::vector<std::string> const& packets)
    {
        std::string made;
        for (auto const& each : packets)
            made.append(made.empty() ? "" : "\x1e").append(each);
        return made;
    }
    // To the WebSocket, if the client has changed to it. A poll that waits in the meantime ends with a noop.
    void flush(session& of)
    {
        if (auto const socket = of.socket.lock()) {
            for (auto const& each : std::exchange(of.packets, {})) {
                std::string data;
                if (each.starts_with('b') && base64_decode(std::string_view{each}.substr(1), data))
                    socket->send(frame_of(0x82, data));
                else
                    socket->send(frame_of(0x81, each));
            }
        } else if (of.packets.empty() && of.leaves_polling) {
            of.packets.emplace_back("6");
        }
        if (of.poll && !of.packets.empty())
            std::exchange(of.poll, nullptr)
                ->send(answer_of(200, "OK", {{"Content-Type", "text/plain; charset=UTF-8"}},
                    body_of(std::exchange(of.packets, {}))));
        else if (of.packets.size() == 1 && of.packets.front() == "6")
            of.packets.clear();
    }

    // ---- What the client says

    void hear(std::shared_ptr<replayed_connection> const& on, wire_message& message)
    {
        arrival came;
        auto& line = came.line;
        line.from_client = true;
        line.payload = std::move(message.payload);
        switch (message.type) {
        case wire_message::kind::request: hear_request(on, message.head, std::move(came)); return;
        case wire_message::kind::binary: line.type = kind::binary; break;
        case wire_message::kind::close: line.type = kind::close; break;
        case wire_message::kind::ping: line.type = kind::ping; break;
        case wire_message::kind::pong: line.type = kind::pong; break;
        default: line.payload = hide_secrets(line.payload, recording_.secrets()); break;
        }
        line.exchange = on->exchange.value_or(0);
        came.session = on->session;
        came.is_packet = is_on_any_transport(line.type, line.payload);
        if (came.is_packet)
            came.packet = packet_of(line.type, line.payload);
        if (line.type == kind::text && line.payload == "5") {
            auto& of = sessions_[on->session];
            of.socket = on;
            of.leaves_polling = false;
            flush(of);
        }
        take(came);
        play();
    }
    void hear_request(std::shared_ptr<replayed_connection> const& on, http_head const& head, arrival came)
    {
        auto& line = came.line;
        line.type = kind::request;
        line.method = head.method;
        line.target = describe_target(head.target, recording_.secrets());
        on->key = head.find("Sec-WebSocket-Key");
        for (auto const& each : split_payload(line.payload))
            line.packets.push_back(hide_secrets(each, recording_.secrets()));
        if (!line.packets.empty())
            line.payload.clear();
        if (!is_polling_target(line.target)) {
            if (auto const* const found = take(came))
                bind(*on, *found);
        } else if (line.method == "GET") {
            auto& of = sessions_[session_of(line.target, 0)];
            of.poll = on;
            of.asked = std::move(came);
            flush(of);
        } else if (step* const found = find(came)) {
            finish(*found);
            bind(*on, *found);
        } else {
            for (auto const& each : line.packets)
                take({.packet = each, .is_packet = true, .session = session_of(line.target, 0)});
            on->send(answer_of(200, "OK", {{"Content-Type", "text/html"}}, "ok"));
        }
        play();
    }
    static void bind(replayed_connection& on, step const& found)
    {
        on.exchange = found.line->exchange;
        on.session = found.session;
    }
    void hear_end(std::shared_ptr<replayed_connection> const& on)
    {
        for (auto& [name, of] : sessions_)
            if (of.poll == on)
                of.poll = nullptr;
        auto const exchange = on->exchange;
        std::erase(connections_, on);
        if (!exchange)
            return;
        arrival came;
        came.line.type = kind::end;
        came.line.exchange = *exchange;
        bool left = false;
        for (auto& each : steps_)
            if (!each.done && each.line->exchange == *exchange) {
                left = true;
                if (each.line->type == kind::end) {
                    finish(each);
                    play();
                    return;
                }
            }
        if (left)
            take(came);
    }
    // A poll that was recorded with another answer than packets.
    bool take_waiting_poll(step const& of)
    {
        auto& at = sessions_[of.session];
        if (!at.poll || of.is_packet || !fits(of, at.asked))
            return false;
        bind(*at.poll, of);
        at.poll = nullptr;
        return true;
    }

    // The step that waits for it. It fails if there is none.
    step* take(arrival const& came)
    {
        if (!failure_.empty())
            return nullptr;
        step* const found = find(came);
        if (found != nullptr) {
            finish(*found);
            return found;
        }
        auto const words = "came " + (came.is_packet ? describe_packet_text(came.packet, recording_.secrets())
                                                     : describe_line(came.line, recording_.secrets()));
        if (auto* const next = next_of_client(came))
            fail(*next, words);
        else
            failure_ = joined({recording_.name(), ": behind the last line of the client ", words});
        return nullptr;
    }
    step* find(arrival const& came)
    {
        for (auto at = next_; at < steps_.size(); ++at) {
            auto& each = steps_[at];
            if (each.done || !each.line->from_client || each.line->type == kind::end)
                continue;
            if (fits(each, came)) {
                map_id(each, came);
                return &each;
            }
            if (settings_.strict && same_way(each, came))
                return nullptr;
        }
        return nullptr;
    }
    // Only there does the order follow from the client: the network decides which of several connections is first.
    static bool same_way(step const& recorded, arrival const& came)
    {
        if (recorded.is_packet || came.is_packet)
            return recorded.is_packet && came.is_packet && recorded.session == came.session;
        if (recorded.line->type == kind::request || came.line.type == kind::request)
            return recorded.line->type == came.line.type;
        return recorded.line->exchange == came.line.exchange;
    }
    step* next_of_client(arrival const& came)
    {
        step* first = nullptr;
        for (auto at = next_; at < steps_.size(); ++at) {
            auto& each = steps_[at];
            if (each.done || !each.line->from_client)
                continue;
            if (same_way(each, came))
                return &each;
            first = first == nullptr ? &each : first;
        }
        return first;
    }
    bool fits(step const& recorded, arrival const& arrived) const
    {
        auto const& line = *recorded.line;
        auto const& came = arrived.line;
        if (recorded.is_packet || arrived.is_packet)
            return recorded.is_packet && arrived.is_packet && recorded.session == arrived.session &&
                   same_packet(recorded.packet, arrived.packet);
        if (line.type != came.type)
            return false;
        if (line.type == kind::request)
            return line.method == came.method && same_target(line.target, came.target) &&
                   line.payload == came.payload &&
                   std::equal(line.packets.begin(), line.packets.end(), came.packets.begin(), came.packets.end(),
                       [this](auto const& a, auto const& b) { return same_packet(a, b); });
        return line.exchange == came.exchange && line.payload == came.payload;
    }
    // Ids of acknowledgements that the client asks for are its own; those that it gives are the server's.
    bool same_packet(std::string_view recorded, std::string_view came) const
    {
        if (recorded == came)
            return true;
        auto const a = split_packet(recorded), b = split_packet(came);
        if (a.begin != b.begin || a.nsp != b.nsp || a.id.has_value() != b.id.has_value() ||
            (a.is_ack() && a.id != b.id))
            return false;
        auto const one = value::from_json(a.json), other = value::from_json(b.json);
        return a.json == b.json || (one && other && *one == *other);
    }
    void map_id(step const& recorded, arrival const& came)
    {
        if (!came.is_packet)
            return;
        auto const ours = split_packet(recorded.packet);
        auto const theirs = split_packet(came.packet);
        if (ours.is_message() && !ours.is_ack() && ours.id && theirs.id)
            ids_[{ours.nsp, *ours.id}] = *theirs.id;
    }
    // A packet of the server, with the id that the client has given its event.
    std::string mapped(std::string const& packet) const
    {
        auto parts = split_packet(packet);
        if (!parts.is_message() || !parts.is_ack() || !parts.id)
            return packet;
        auto const found = ids_.find({parts.nsp, *parts.id});
        if (found != ids_.end())
            parts.id = found->second;
        return parts.text();
    }

    void fail(step const& of, std::string const& came)
    {
        auto const recorded = of.is_packet ? describe_packet_text(of.packet, recording_.secrets())
                                           : describe_line(*of.line, recording_.secrets());
        failure_ =
            joined({recording_.name(), ":", std::to_string(of.line->number), ": recorded ", recorded, ", but ", came});
        timer_.cancel();
    }

    testing::recording const recording_;
    testing::replay_options const settings_;
    sources const sources_;
    testing::timer timer_;
    std::vector<step> steps_{plan_of(recording_)};
    std::size_t next_ = 0;                // the first one that is not done
    clock::time_point last_{};            // when the step before that was done
    std::chrono::microseconds last_at_{}; // and its time in the recording
    std::vector<std::shared_ptr<replayed_connection>> connections_;
    std::map<std::string, session> sessions_;
    std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> ids_;
    std::string failure_;
};

} // namespace socketio::detail

namespace socketio::testing {

SOCKETIO_TESTING_DECL replay::replay(world& in, std::string name, recording from, replay_options settings)
    : world_{in},
      name_{std::move(name)},
      player_{std::make_shared<detail::replayer>(in.context(), std::move(from), settings)}
{
    world_.serve(name_, *this);
}

SOCKETIO_TESTING_DECL replay::~replay()
{
    world_.unserve(name_);
    player_->stop();
}

SOCKETIO_TESTING_DECL bool replay::accept(std::shared_ptr<byte_stream> connected, std::string_view, stream_peer const&)
{
    player_->start(std::move(connected));
    return true;
}

SOCKETIO_TESTING_DECL bool replay::done() const
{
    if (!player_->failure().empty())
        world_.fail(player_->failure());
    return player_->done();
}

SOCKETIO_TESTING_DECL std::string replay::failure() const
{
    return player_->failure();
}

} // namespace socketio::testing
