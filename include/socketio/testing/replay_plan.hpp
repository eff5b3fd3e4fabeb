// What has to happen in a replay: the lines of a recording as steps.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/testing/recording.hpp>
#include <socketio/wire/base64.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

// What has to happen: a message of the client comes, or one of the server is said.
struct replay_step {
    recorded_line const* line;
    std::string packet{};   // of the client
    bool is_packet = false; // whatever transport of the session carries it
    bool polled = false;    // of the server: packets that the next poll takes
    std::string session{};
    bool done = false;
    clock::time_point when{};
};
// What a client has said.
struct replay_arrival {
    recorded_line line{};
    std::string packet{};
    bool is_packet = false;
    std::string session{};
};
inline bool is_polling_target(std::string_view target)
{
    return query_member(target, "transport") == "polling" && !query_member(target, "sid").empty();
}

inline std::string session_of(std::string_view target, std::uint64_t exchange)
{
    auto sid = query_member(target, "sid");
    return sid.empty() ? "exchange " + std::to_string(exchange) : sid;
}
// Packets of Socket.IO, and pongs: the moment of an upgrade decides which transport carries them.
inline bool is_on_any_transport(recorded_line::kind type, std::string_view payload)
{
    return type == recorded_line::kind::binary ||
           (type == recorded_line::kind::text && (payload.starts_with('4') || payload == "3" || payload == "1"));
}
inline std::string packet_of(recorded_line::kind type, std::string_view payload)
{
    return type == recorded_line::kind::binary ? "b" + base64_encode(payload) : std::string{payload};
}

struct replay_exchange {
    recorded_line const* request = nullptr;
    recorded_line const* answer = nullptr;
    bool is_poll() const { return is_polling("GET") && (answer == nullptr || answer->status == 200); }
    bool is_post() const { return is_polling("POST") && (answer == nullptr || answer->status == 200); }
    bool is_websocket() const { return answer != nullptr && answer->status == 101; }
    bool is_polling(std::string_view method) const
    {
        return request->method == method && is_polling_target(request->target);
    }
};

// Lines about polls and posts lead to steps for their packets.
inline void add_steps(std::vector<replay_step>& steps, std::map<std::uint64_t, replay_exchange>& exchanges,
    testing::recording const& from, recorded_line const& line)
{
    auto& of = exchanges[line.exchange];
    if (line.type == recorded_line::kind::request) {
        of.request = &line;
        for (auto const& each : from.lines())
            if (each.exchange == line.exchange && each.type == recorded_line::kind::answer && each.status >= 101)
                of.answer = &each;
    }
    replay_step made{.line = &line, .session = session_of(of.request->target, line.exchange)};
    if (of.is_post()) {
        made.is_packet = true;
        if (line.type == recorded_line::kind::request)
            for (auto const& each : line.packets) {
                made.packet = each;
                steps.push_back(made);
            }
    } else if (of.is_poll()) {
        made.polled = true;
        bool const is_noop = line.packets.size() == 1 && line.packets.front() == "6";
        if ((line.type == recorded_line::kind::answer && !is_noop) ||
            (line.type == recorded_line::kind::end && !line.from_client))
            steps.push_back(made);
    } else if (line.type != recorded_line::kind::end || of.is_websocket() || !line.from_client) {
        made.is_packet = line.from_client && is_on_any_transport(line.type, line.payload);
        if (made.is_packet)
            made.packet = packet_of(line.type, line.payload);
        steps.push_back(made);
    }
}

inline std::vector<replay_step> plan_of(testing::recording const& from)
{
    std::vector<replay_step> made;
    std::map<std::uint64_t, replay_exchange> exchanges;
    for (auto const& line : from.lines())
        add_steps(made, exchanges, from, line);
    return made;
}

} // namespace socketio::detail
