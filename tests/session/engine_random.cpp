// Thousands of broken conversations: a whole client session, and a server's, fed with what a peer
// should never send. The first include is the header under test; engine.cpp holds the orderly cases.
#include <socketio/session/engine.hpp>

#include <socketio/codec/packet_decoder.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace engine_random_tests {

using namespace socketio;
using namespace socketio::detail;
using kind = engine_event::kind;
using namespace std::chrono_literals;

namespace {

struct tally {
    int opened = 0;
    int packets = 0;
    int refused = 0;
    int closed = 0;
    int survived = 0;
};

using generator = std::mt19937_64;

std::size_t below(generator& random, std::size_t limit)
{
    return static_cast<std::size_t>(random() % limit);
}

constexpr std::string_view texts[] = {
    R"(0{"sid":"S1","upgrades":["x"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})",
    R"(40{"sid":"abc","pid":"def"})", R"(40/admin,{"sid":"abc"})", "41", "41/admin,", R"(42["news",1,-2.5e3,"text \u00e9\n",null,true])",
    R"(42/admin,17["a",{"b":[{"c":{}},[]]}])", R"(4318446744073709551615["OK"])", R"(44{"message":"no","data":{"a":1}})", R"(44"no")",
    R"(451-["b",{"_placeholder":true,"num":0}])", R"(452-/admin,9["b",{"_placeholder":true,"num":1},[{"_placeholder":true,"num":0}]])",
    R"(461-3[{"_placeholder":true,"num":0}])", "2", "2probe", "3", "1", "5", "6"};
constexpr std::string_view refused_texts[] = {"9", "", "4", "42", "42[]", "42[\"connect\"]", "450-[]", "4511-[]", "43", "49"};

std::string mutated(std::string text, generator& random)
{
    for (auto count = below(random, 4); count != 0; --count) {
        auto const at = text.empty() ? 0 : below(random, text.size());
        switch (below(random, 6)) {
        case 0: text.insert(at, 1, static_cast<char>(random())); break;
        case 1: text.resize(at); break;
        case 2: text.insert(at, text.substr(at, 20)); break;
        case 3: text.erase(at, 1 + below(random, 3)); break;
        case 4: text.insert(at, 1, "[]{}\",:0123456789-/\\eE.u"[below(random, 24)]); break;
        default:
            if (!text.empty())
                text[at] = static_cast<char>(text[at] ^ (1 << below(random, 8)));
        }
    }
    return text;
}

// Frames whose contents are broken more often than their heads, so that all layers get their share.
std::string conversation(role speaker, generator& random)
{
    websocket_endpoint socket{speaker, {}, random()};
    if (speaker == role::server)
        socket.send(opcode::text, random() % 16 ? std::string{texts[0]} : mutated(std::string{texts[0]}, random));
    for (auto count = below(random, 8); count != 0; --count) {
        std::string text{texts[below(random, std::size(texts))]};
        if (random() % 32 == 0)
            text = refused_texts[below(random, std::size(refused_texts))];
        else if (random() % 4 == 0)
            text = mutated(std::move(text), random);
        switch (below(random, 16)) {
        case 0: socket.send(opcode::ping, text.substr(0, 125)); break;
        case 1: socket.send(opcode::binary, text); break;
        default: socket.send(opcode::text, text);
        }
        if (text.starts_with("45") || text.starts_with("46"))
            socket.send(opcode::binary, "attachment");
    }
    if (random() % 10 == 0)
        socket.close(1001, "bye");
    std::string bytes{socket.output().view()};
    if (random() % 5 == 0)
        bytes = mutated(std::move(bytes), random);
    return bytes;
}

std::string noise(generator& random)
{
    std::string bytes(below(random, 300), '\0');
    for (char& c : bytes)
        c = static_cast<char>(random());
    return bytes;
}

// One side of a connection as a client's manager would hold it: engine, decoder, and nothing else.
class listener {
public:
    listener(role own, tally& sums) : session_{own, {.message_size = 4096, .fragments = 16}, 1}, sums_{sums}
    {
        if (own == role::server)
            session_.open(now_);
    }

    // The bytes lie in memory of exactly their size, so that reading past them is noticed.
    void receive(std::string_view part)
    {
        kept_.append(part);
        std::unique_ptr<char[]> const exact{new char[kept_.size()]};
        std::memcpy(exact.get(), kept_.data(), kept_.size());
        std::span<char> input{exact.get(), kept_.size()};
        for (auto event = session_.next(input, now_); event.type != kind::none; event = session_.next(input, now_))
            on(event);
        kept_.assign(input.data(), input.size());
        session_.complete_output();
        REQUIRE(session_.output().size() < 100000);
        session_.output().clear();
    }
    void wait(std::chrono::milliseconds time)
    {
        now_ += time;
        on(session_.tick(now_));
    }
    void end()
    {
        if (!session_.is_closed())
            ++sums_.survived;
        on(session_.end_of_stream({}));
        REQUIRE(session_.is_closed());
    }

private:
    void on(engine_event const& event)
    {
        if (event.type == kind::none)
            return;
        REQUIRE_FALSE(closed_);
        packet p;
        std::error_code ec;
        bool whole = false;
        switch (event.type) {
        case kind::open: ++sums_.opened; return;
        case kind::closed:
            ++sums_.closed;
            closed_ = true;
            REQUIRE(event.error);
            return;
        case kind::text: whole = decoder_.text(event.payload, p, ec); break;
        case kind::binary: whole = decoder_.binary(event.payload, p, ec); break;
        default: return;
        }
        REQUIRE_FALSE((whole && ec));
        if (whole) {
            ++sums_.packets;
            // All of it is looked at.
            value const copy = p.payload.to_value();
            REQUIRE(copy.type() == p.payload.type());
            REQUIRE(p.nsp.starts_with('/'));
            REQUIRE(p.nsp.find(',') == std::string_view::npos);
        }
        if (ec) {
            ++sums_.refused;
            decoder_.reset();
            session_.close();
            closed_ = true;
        }
    }

    engine session_;
    packet_decoder decoder_;
    tally& sums_;
    std::string kept_;
    clock::time_point now_{1000h};
    bool closed_ = false;
};

tally run(role own, int rounds, std::uint64_t seed)
{
    generator random{seed};
    tally sums;
    role const peer = own == role::client ? role::server : role::client;
    for (int round = 0; round != rounds; ++round) {
        auto const bytes = round % 10 == 0 ? noise(random) : conversation(peer, random);
        listener ears{own, sums};
        for (std::size_t at = 0; at < bytes.size();) {
            auto const size = random() % 4 ? 1 + below(random, 40) : bytes.size();
            ears.receive(std::string_view{bytes}.substr(at, size));
            at += size;
            if (random() % 16 == 0)
                ears.wait(std::chrono::milliseconds{random() % 20000});
        }
        ears.end();
    }
    return sums;
}

} // namespace

TEST_CASE("20000 broken conversations do not break a client")
{
    auto const sums = run(role::client, 20000, 20240229);
    CHECK(sums.opened > 10000);
    CHECK(sums.packets > 10000);
    CHECK(sums.refused > 1000);
    CHECK(sums.closed > 5000);
    CHECK(sums.survived > 1000);
}

TEST_CASE("nor do they break a server")
{
    auto const sums = run(role::server, 20000, 1971);
    CHECK(sums.opened == 0);
    CHECK(sums.packets > 5000);
    CHECK(sums.refused > 1000);
    CHECK(sums.closed > 5000);
}

} // namespace engine_random_tests
