// A client and a server with a wire between them that the input cuts and, if it likes, spoils. As long as it
// is not spoilt, all that one side sends arrives at the other, whole and in order.
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/session/engine.hpp>

#include <chrono>
#include <deque>
#include <string>

namespace pair_session_tests {

using namespace fuzz;
using namespace socketio::detail;
using socketio::clock;
using kind = engine_event::kind;

namespace {

constexpr websocket_limits limits{250000, 100};

struct message {
    bool binary = false;
    std::string data;
};

struct wire {
    std::string bytes;      // on their way
    bool spoilt = false;    // some of them were changed, dropped or made up
};

struct side {
    side(role own, engine_settings settings) : session{own, limits, 5, std::move(settings)}, own_role{own} {}

    void send(bool binary, std::string data)
    {
        bool const open = session.is_open();
        if (!open && !session.is_closed())
            return; // nobody speaks before the open packet
        if (binary)
            session.send_binary(as_bytes(data));
        else
            session.send_text(data);
        if (open)
            sent.push_back({binary, std::move(data)});
    }

    void put_on(wire& to)
    {
        session.complete_output();
        to.bytes += session.output().view();
        session.output().clear();
    }

    // Takes so many bytes off the wire.
    void receive(wire& from, std::size_t size, side& other)
    {
        std::string const piece = from.bytes.substr(0, size);
        from.bytes.erase(0, size);
        input.arrive(piece);
        for (;;) {
            std::span<char> left = input.left();
            bool const was_closed = session.is_closed();
            engine_event const next = session.next(left, other.now);
            input.leave(left);
            if (next.type == kind::none)
                return;
            require(!was_closed);
            hear(next, from.spoilt, other);
        }
    }

    void hear(engine_event const& next, bool spoilt, side& other)
    {
        require((next.type == kind::closed) == session.is_closed());
        require(next.payload.size() <= limits.message_size);
        if (next.type == kind::text)
            require(check_utf8(view_of(next.payload)) == verdict::whole);
        if (spoilt)
            return;
        if (next.type == kind::text || next.type == kind::binary) {
            require(!other.sent.empty());
            message const expected = std::move(other.sent.front());
            other.sent.pop_front();
            require(expected.binary == (next.type == kind::binary));
            require(expected.data == view_of(next.payload));
        } else if (next.type == kind::open) {
            require(own_role == role::client && session.settings().sid == other.session.settings().sid);
            require(session.settings().ping_interval == other.session.settings().ping_interval);
        } else if (next.type == kind::closed) {
            // Only the other side's goodbye ends it, and all it said before that has been heard.
            require(next.reason == disconnect_reason::transport_close && next.error == socketio::error::closed);
            require(other.session.is_closed() && other.sent.empty());
        } else {
            require(next.type == kind::ping && own_role == role::client);
        }
    }

    void pass(clock::time_point to)
    {
        now = to;
        bool const expired = session.expired(now);
        engine_event const next = session.tick(now);
        require((next.type == kind::closed) == expired);
        require(next.type != kind::closed || next.reason == disconnect_reason::ping_timeout);
        require(session.is_closed() || !session.is_open() || session.deadline() > now);
    }

    engine session;
    role own_role;
    stream input;
    std::deque<message> sent; // and not yet heard by the other
    clock::time_point now{std::chrono::hours{1}};
};

engine_settings settings_of(choices& from)
{
    engine_settings result;
    result.sid = "S" + to_well_formed(from.text(20));
    result.ping_interval = std::chrono::milliseconds{1 + from.up_to(30000)};
    result.ping_timeout = std::chrono::milliseconds{1 + from.up_to(30000)};
    result.max_payload = from.up_to(1000);
    return result;
}

void spoil(wire& what, choices& from)
{
    unsigned const how = from.byte();
    std::size_t const at = what.bytes.empty() ? 0 : from.up_to(65535) % what.bytes.size();
    what.spoilt = true;
    if (how % 3 == 0 || what.bytes.empty())
        what.bytes.insert(at, from.text(64));
    else if (how % 3 == 1)
        what.bytes.erase(at, 1 + how / 3);
    else
        what.bytes[at] = static_cast<char>(what.bytes[at] ^ (1 << (how / 3 % 8)));
}

std::string text_of(choices& from, unsigned command)
{
    std::string const chosen{from.text(200)};
    std::string result = chosen;
    if ((command & 0x80u) != 0 && !chosen.empty()) // long enough for the other lengths
        for (std::size_t const size = from.up_to(300) * chosen.size(); result.size() < size && result.size() < 66000;)
            result += chosen;
    return result;
}

struct session_pair {
    explicit session_pair(choices& from) : client{role::client, {}}, server{role::server, settings_of(from)}
    {
        server.session.open(server.now);
    }

    void obey(unsigned command, choices& from)
    {
        side& one = (command & 8u) != 0 ? client : server;
        side& other = (command & 8u) != 0 ? server : client;
        wire& out = (command & 8u) != 0 ? up : down;
        switch (command & 7u) {
        case 0: one.put_on(out); break;
        case 1: other.receive(out, from.up_to(300), one); break;
        case 2: one.put_on(out); other.receive(out, out.bytes.size(), one); break;
        case 3: one.send(false, to_well_formed(text_of(from, command))); break;
        case 4: one.send(true, text_of(from, command)); break;
        case 5: pass(std::chrono::milliseconds{from.up_to(20000)}); break;
        case 6:
            if ((command & 0xF0u) == 0x70)
                one.session.close();
            else if (one.session.is_open())
                pass(std::min(one.session.deadline(), one.now + std::chrono::hours{1}) - one.now);
            break;
        case 7:
            if ((command & 0xF0u) == 0x70)
                spoil(out, from);
            break;
        }
    }

    void pass(clock::duration time)
    {
        client.pass(client.now + time);
        server.pass(server.now + time);
    }

    // Everything arrives that is on its way; then nothing more comes out.
    void settle()
    {
        for (int i = 0; i != 4; ++i) {
            client.put_on(up);
            server.put_on(down);
            server.receive(up, up.bytes.size(), client);
            client.receive(down, down.bytes.size(), server);
        }
        require(up.bytes.empty() && down.bytes.empty());
        if (up.spoilt || down.spoilt)
            return;
        require(client.session.is_closed() == server.session.is_closed());
        if (client.session.is_closed()) {
            require(client.session.finished() && server.session.finished());
            return;
        }
        require(client.sent.empty() && server.sent.empty());
        require(client.input.left().empty() && server.input.left().empty());
    }

    side client;
    side server;
    wire up;   // from the client
    wire down; // from the server
};

} // namespace

FUZZ_TARGET(pair_session)
{
    choices from{input};
    session_pair both{from};
    while (!from.empty())
        both.obey(from.byte(), from);
    both.settle();
}

} // namespace pair_session_tests
