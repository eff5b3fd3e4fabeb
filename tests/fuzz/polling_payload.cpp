// Payloads of long-polling to a client, against a reader that splits them once more, and payloads of a client within
// any limit, put together again by the server's side.
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/session/polling.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polling_payload_tests {

using namespace fuzz;
using namespace socketio::detail;
using kind = engine_event::kind;

namespace {

constexpr char separator = '\x1e';
socketio::clock::time_point const start{std::chrono::hours{1}};

std::vector<std::string> split(std::string_view payload)
{
    std::vector<std::string> packets{""};
    for (char const c : payload) {
        if (c == separator)
            packets.emplace_back();
        else
            packets.back().push_back(c);
    }
    return packets;
}

std::string text_of(engine_event const& event)
{
    return {event.payload.data(), event.payload.size()};
}

// An open session, whose limit for its own payloads is that.
void open(polling& client, std::uint64_t most)
{
    client.feed(R"(0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":)" +
                std::to_string(most) + "}");
    require(client.next(start).type == kind::open);
    require(client.next(start).type == kind::none && client.is_open());
}

// Events come in the order of the packets, one for each text, binary message and ping, up to the first bad packet.
void check_receiving(std::string_view payload)
{
    polling client{role::client};
    open(client, 0);
    client.feed(std::string{payload});
    bool pinged = false;
    for (std::string const& packet : split(payload)) {
        char const type = packet.empty() ? '\0' : packet.front();
        bool const text_is_good = check_utf8(packet) == verdict::whole;
        bool const skipped = text_is_good && (type == '3' || type == '5' || type == '6');
        if (skipped)
            continue;
        engine_event const event = client.next(start);
        if (text_is_good && type == '4') {
            require(event.type == kind::text && text_of(event) == packet.substr(1));
        } else if (text_is_good && type == '2') {
            require(event.type == kind::ping);
            pinged = true;
        } else if (event.type == kind::binary) {
            require(type == 'b' && event.payload.size() <= packet.size());
        } else {
            require(event.type == kind::closed && bool{event.error});
            require((event.reason == disconnect_reason::transport_close) == (text_is_good && type == '1'));
            require(client.next(start).type == kind::none && !client.is_open());
            return;
        }
    }
    require(client.next(start).type == kind::none && !client.has_input());
    require(client.has_output() == pinged);
}

// The first answer of anything: an open session, or an end.
void check_opening(std::string_view payload)
{
    polling client{role::client};
    client.feed(std::string{payload});
    engine_event const first = client.next(start);
    require(first.type == kind::open || first.type == kind::closed);
    require(client.is_open() == (first.type == kind::open));
    if (client.is_open())
        require(!client.settings().sid.empty() && client.deadline() > start);
    else
        require(client.deadline() == socketio::clock::never());
}

// Whatever is sent arrives whole and in order, in payloads that keep the limit where each packet alone does.
void check_sending(choices all)
{
    std::uint64_t const most = all.up_to(64);
    std::size_t const packets = all.up_to(4);
    polling client{role::client}, server{role::server, {"s", {}, std::chrono::seconds{25}, std::chrono::seconds{20}, 0}};
    open(client, most);
    client.limit_packets(packets);
    server.open(start);
    std::vector<std::string> sent;
    std::string_view rest = all.rest();
    for (std::size_t at = 0; at < rest.size();) {
        std::size_t const size = static_cast<unsigned char>(rest[at]) % 40;
        bool const binary = (static_cast<unsigned char>(rest[at]) & 0x40) != 0;
        std::string const data(size, 'x');
        if (binary)
            client.send_binary(as_bytes(data));
        else
            client.send_text(data);
        sent.push_back((binary ? "b" : "t") + data);
        ++at;
        if (at % 3 == 0) {
            client.feed("2");
            require(client.next(start).type == kind::ping && client.next(start).type == kind::none);
        }
    }
    std::size_t heard = 0;
    while (client.has_output()) {
        std::string payload = client.take_output();
        require(!payload.empty() && (packets == 0 || split(payload).size() <= packets));
        require(most == 0 || payload.size() <= most || payload.find(separator) == std::string::npos);
        server.feed(std::move(payload));
        for (engine_event event = server.next(start); event.type != kind::none; event = server.next(start)) {
            require(event.type == kind::text || event.type == kind::binary);
            require(heard < sent.size() && sent[heard] == (event.type == kind::binary ? "b" : "t") + text_of(event));
            ++heard;
        }
    }
    require(heard == sent.size() && client.unsent() == 0);
}

} // namespace

FUZZ_TARGET(polling_payload)
{
    choices all{input};
    switch (all.up_to(2)) {
    case 0: check_receiving(all.rest()); break;
    case 1: check_opening(all.rest()); break;
    default: check_sending(all); break;
    }
}

} // namespace polling_payload_tests
