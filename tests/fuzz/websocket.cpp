// One endpoint, either role, against bytes from the input: the events do not depend on the pieces, and
// whatever it writes is what RFC 6455 lets it write, and not more than it was given cause for.
#include "frames.hpp"
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/core/error.hpp>
#include <socketio/session/websocket_endpoint.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace websocket_tests {

using namespace fuzz;
using namespace socketio::detail;
using kind = websocket_event::kind;

namespace {

struct event {
    kind type{};
    std::string payload;
    std::uint16_t code = 0;
    std::error_code error{};
    bool operator==(event const&) const = default;
};

struct endpoint {
    endpoint(role own, websocket_limits limits) : socket{own, limits, 7}, own_role{own}, set{limits} {}

    void take(std::string_view piece)
    {
        input.arrive(piece);
        for (;;) {
            std::span<char> left = input.left();
            websocket_event const next = socket.next(left);
            input.leave(left);
            bound_output();
            if (next.type == kind::none)
                break;
            require(heard.empty() || !ended());
            check(next);
            heard.push_back({next.type, std::string{view_of(next.payload)}, next.code, next.error});
        }
        require(!ended() || (input.left().empty() && socket.wanted() == 0));
    }

    void check(websocket_event const& next) const
    {
        bool const message = next.type == kind::text || next.type == kind::binary;
        require(next.payload.size() <= (message ? set.message_size : next.type == kind::close ? 123u : 125u));
        require((next.type == kind::failed) == bool{next.error});
        if (next.type == kind::text || next.type == kind::close)
            require(check_utf8(view_of(next.payload)) == verdict::whole);
        if (next.type == kind::close)
            require(next.code == 1005 ? next.payload.empty() : is_close_code(next.code));
    }

    bool ended() const { return !heard.empty() && (heard.back().type == kind::close || heard.back().type == kind::failed); }

    // What was sent on purpose, and beyond that the backlog, one pong and one close frame.
    void bound_output() { require(socket.output().size() <= sent_bytes + 65536 + 2 * 139); }

    void drain()
    {
        written += socket.output().view();
        socket.output().clear();
        sent_bytes = 0;
    }

    void act(unsigned what, std::string_view data)
    {
        bool const open = socket.is_open();
        std::size_t const before = socket.output().size();
        switch (what % 6) {
        case 0: drain(); return;
        case 1: send(opcode::text, socketio::detail::to_well_formed(data)); break;
        case 2: send(opcode::binary, data); break;
        case 3: send(opcode::ping, data.substr(0, 125)); break;
        case 4: {
            auto const at = socket.begin_message(opcode::binary);
            socket.output().append(data);
            require(socket.message_size(at) == data.size());
            if (data.size() % 2 == 0) {
                socket.abandon(at);
                require(socket.output().size() == at.start);
                return;
            }
            socket.end_message(at);
            note(opcode::binary, data, open);
            break;
        }
        case 5: {
            bool const first = !socket.close_sent();
            socket.close(data.empty() ? std::uint16_t{0} : std::uint16_t{1000}, data);
            require(!socket.is_open() && socket.close_sent());
            sent_bytes += first ? 139 : 0;
            break;
        }
        }
        require(open || socket.output().size() == before);
    }

    void send(opcode code, std::string_view data)
    {
        bool const open = socket.is_open();
        socket.send(code, data);
        note(code, data, open);
    }
    void note(opcode code, std::string_view data, bool open)
    {
        if (!open)
            return;
        sent.push_back({true, code, std::string{data}});
        sent_bytes += data.size() + max_frame_header;
    }

    websocket_endpoint socket;
    role own_role;
    websocket_limits set;
    stream input;
    std::vector<event> heard;
    std::vector<plain_frame> sent; // by us, but for pongs and the close frame
    std::size_t sent_bytes = 0;    // since the output was taken
    std::string written;
};

// Frames that the other side can read; pongs that were asked for, in order; nothing behind the close frame.
void check_written(endpoint const& of)
{
    frames_read const out = read_frames(of.written, of.own_role == role::client, ~std::uint64_t{0} / 2);
    require(!out.error && !out.part && out.used == of.written.size());
    std::size_t sent = 0;
    std::size_t ping = 0;
    bool closed = false;
    for (plain_frame const& each : out.whole) {
        require(each.fin && !closed);
        if (each.code == opcode::close) {
            closed = true;
            require(each.payload.size() != 1 && check_utf8(std::string_view{each.payload}.substr(std::min<std::size_t>(2, each.payload.size()))) == verdict::whole);
        } else if (each.code == opcode::pong) {
            while (ping != of.heard.size() && !(of.heard[ping].type == kind::ping && of.heard[ping].payload == each.payload))
                ++ping;
            require(ping++ != of.heard.size());
        } else {
            require(sent != of.sent.size() && of.sent[sent].code == each.code && of.sent[sent].payload == each.payload);
            ++sent;
        }
    }
    require(sent == of.sent.size());
    require(closed == of.socket.close_sent());
}

} // namespace

FUZZ_TARGET(websocket)
{
    choices from{input};
    unsigned const how = from.byte();
    role const own = (how & 1u) != 0 ? role::server : role::client;
    websocket_limits const limits{(how & 2u) != 0 ? 100000 : from.up_to(300), (how & 4u) != 0 ? 1000 : from.up_to(6)};
    choices const cuts{from.text(32)};
    choices actions{from.text(200)};
    std::string const bytes = frame_stream(from, own == role::server);

    endpoint whole{own, limits};
    whole.take(bytes);
    whole.drain();
    whole.drain(); // a pong may have been held back
    check_written(whole);

    endpoint cut{own, limits};
    in_pieces(bytes, cuts, [&](std::string_view piece) {
        cut.take(piece);
        if (!actions.empty()) {
            unsigned const what = actions.byte();
            cut.act(what, actions.text(140));
        }
    });
    cut.drain();
    cut.drain();
    require(cut.heard == whole.heard);
    check_written(cut);
}

} // namespace websocket_tests
