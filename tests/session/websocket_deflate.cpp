// Two endpoints, and compressed messages between them. Is empty without zlib.
#include <socketio/session/websocket_endpoint.hpp>

#if defined(SOCKETIO_WITH_ZLIB)
#include <socketio/core/error.hpp>
#include <socketio/session/zlib_codec.hpp>

#include "support/websocket_side.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace websocket_deflate_tests {

using namespace socketio::detail;
using namespace std::string_view_literals;
using socketio::deflate_options;
using socketio::error;
using support::build;
using support::failed;
using support::frame_bytes;
using support::small_limits;

namespace {

struct endpoint : support::websocket_side {
    explicit endpoint(role own, deflate_parameters const& agreed = {}, deflate_options const& options = {.threshold = 0})
        : websocket_side{own}
    {
        socket.compress_with(make_zlib_codec(own, agreed, options), options.threshold);
    }
};

using lines = std::vector<std::string>;

void fails(std::string_view bytes, error reason, std::string_view code)
{
    for (std::size_t step : {1u, 2u, 1000000u})
        support::fails<endpoint>(bytes, step, reason, code);
}

std::string deflated(std::string_view text)
{
    auto const codec = make_zlib_codec(role::server, {}, {});
    return std::string{*codec.deflater->deflate(text)};
}

constexpr auto hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"sv;

} // namespace

TEST_CASE("the frames of RFC 7692, section 7.2.3, are written byte for byte, and read wherever they are cut")
{
    std::string const first = "\xc1\x07" + std::string{hello};
    std::string const second{"\xc1\x05\xf2\x00\x11\x00\x00"sv};
    endpoint server{role::server};
    server.socket.send(opcode::text, "Hello");
    build(server.socket, opcode::text, "Hello");
    CHECK(server.take_output() == first + second);
    std::string const fragmented{"\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00"sv};
    std::string const stored{"\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"sv};
    std::string const last{"\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv};
    std::string const two{"\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"sv};
    std::string const empty{"\xc1\x01\x00"sv};
    std::string const all = first + second + fragmented + stored + last + two + empty;
    for (std::size_t step = 1; step <= all.size(); ++step) {
        endpoint client{role::client};
        CHECK(client.receive(all, step)
              == lines{"text Hello", "text Hello", "text Hello", "text Hello", "text Hello", "text Hello", "text "});
        CHECK(client.kept.empty());
    }
}

TEST_CASE("only data messages of at least the threshold are compressed, and those that may be")
{
    endpoint server{role::server, {}, {.threshold = 5}};
    server.socket.send(opcode::text, "Hell");
    server.socket.send(opcode::text, "Hello");
    server.socket.send(opcode::binary, "Hello", false);
    build(server.socket, opcode::text, "Hell");
    build(server.socket, opcode::text, "Hello", false);
    build(server.socket, opcode::binary, "Hello");
    server.socket.send(opcode::ping, "Hello");
    server.socket.close(1000, "Hello");
    std::string const bytes = server.take_output();
    CHECK(bytes == "\x81\x04Hell\xc1\x07" + std::string{hello} + "\x82\x05Hello\x81\x04Hell\x81\x05Hello"
                       + std::string{"\xc2\x05\xf2\x00\x11\x00\x00"sv} + "\x89\x05Hello\x88\x07\x03\xe8Hello");
    endpoint client{role::client};
    CHECK(client.receive(bytes)
          == lines{"text Hell", "text Hello", "binary Hello", "text Hell", "text Hello", "binary Hello", "ping Hello", "close 1000 Hello"});
}

TEST_CASE("messages of all sizes go both ways, compressed and not, cut anywhere, with every combination of parameters")
{
    std::mt19937 dice{1};
    for (int round = 0; round != 60; ++round) {
        deflate_parameters agreed{.server_no_context_takeover = round % 2 == 0, .client_no_context_takeover = round % 3 == 0};
        agreed.server_max_window_bits = 8 + round % 8;
        agreed.client_max_window_bits = 8 + round / 2 % 8;
        endpoint client{role::client, agreed};
        endpoint server{role::server, agreed};
        for (role from : {role::client, role::server, role::client, role::server}) {
            endpoint& sender = from == role::client ? client : server;
            endpoint& receiver = from == role::client ? server : client;
            lines expected;
            for (int i = 0; i != 5; ++i) {
                std::string text(dice() % (i == 4 ? 90000 : 2000), '\0');
                char const spread = static_cast<char>(1 + dice() % 90);
                for (char& c : text)
                    c = static_cast<char>(' ' + dice() % static_cast<unsigned>(spread));
                bool const binary = dice() % 2 == 0;
                if (dice() % 2 == 0)
                    build(sender.socket, binary ? opcode::binary : opcode::text, text, dice() % 4 != 0);
                else
                    sender.socket.send(binary ? opcode::binary : opcode::text, text, dice() % 4 != 0);
                expected.push_back((binary ? "binary " : "text ") + text);
            }
            CHECK((receiver.receive(sender.take_output(), 1 + dice() % 5000) == expected));
        }
    }
}

TEST_CASE("a compressed message may come in fragments, some of them empty, with control frames in between")
{
    std::string const bytes = deflated("a message in fragments");
    for (role own : {role::client, role::server}) {
        bool const masked = own == role::server;
        std::string all = frame_bytes(opcode::text, "", false, rsv1, masked);
        for (char const c : bytes.substr(0, 5))
            all += frame_bytes(opcode::continuation, {&c, 1}, false, 0, masked) + frame_bytes(opcode::ping, "p", true, 0, masked);
        all += frame_bytes(opcode::continuation, "", false, 0, masked) + frame_bytes(opcode::continuation, bytes.substr(5), false, 0, masked)
            + frame_bytes(opcode::continuation, "", true, 0, masked) + frame_bytes(opcode::binary, "plain", true, 0, masked);
        for (std::size_t step : {1u, 3u, 1000u}) {
            endpoint receiver{own};
            CHECK(receiver.receive(all, step)
                  == lines{"ping p", "ping p", "ping p", "ping p", "ping p", "text a message in fragments", "binary plain"});
        }
    }
}

TEST_CASE("an empty message has one byte when compressed, and none is as good")
{
    endpoint client{role::client};
    CHECK(client.receive(std::string{"\xc1\x01\x00\xc2\x00\x41\x00\x80\x00\xc1\x07"sv} + std::string{hello}) == lines{"text ", "binary ", "text ", "text Hello"});
    endpoint server{role::server};
    server.socket.send(opcode::binary, "");
    build(server.socket, opcode::text, "");
    CHECK(server.take_output() == "\xc2\x01\x00\xc1\x01\x00"sv);
}

TEST_CASE("RSV1 is for the first frame of a data message, and only where it was agreed on")
{
    fails("\xc0", error::frame_invalid, "1002");
    fails("\x41\x03\xf2\x48\xcd\xc0"sv, error::frame_invalid, "1002");
    fails("\xc8", error::frame_invalid, "1002");
    fails("\xc9", error::frame_invalid, "1002");
    fails("\xca", error::frame_invalid, "1002");
    fails("\x41\x03\xf2\x48\xcd\xc1\x00"sv, error::fragment_invalid, "1002");
    for (char const& byte : "\xa1\x91\xe1\xd1\xf1\xb1\xa2\x92\xa0\x90"sv)
        fails({&byte, 1}, error::frame_invalid, "1002");
    websocket_endpoint plain{role::client, small_limits, 1};
    std::string bytes = "\xc1\x07" + std::string{hello};
    std::span<char> input{bytes};
    CHECK(plain.next(input).error == error::frame_invalid);
}

TEST_CASE("a message that inflates to more than the limit fails, one of just the limit does not")
{
    std::string const fits = deflated(std::string(100000, 'x'));
    endpoint client{role::client};
    CHECK((client.receive(frame_bytes(opcode::text, fits, true, rsv1)) == lines{"text " + std::string(100000, 'x')}));
    std::string const bomb = deflated(std::string(100001, 'x'));
    fails(frame_bytes(opcode::text, bomb, true, rsv1), error::message_too_large, "1009");
    std::string const large = deflated(std::string(50000000, 'x'));
    CHECK(large.size() < 100000);
    fails(frame_bytes(opcode::binary, large, true, rsv1), error::message_too_large, "1009");
    fails(frame_bytes(opcode::binary, large.substr(0, 1000), false, rsv1) + frame_bytes(opcode::continuation, large.substr(1000)),
          error::message_too_large, "1009");
}

TEST_CASE("a bomb fails before its frame is complete")
{
    endpoint client{role::client};
    std::string const bytes = frame_bytes(opcode::binary, deflated(std::string(50000000, 'x')), true, rsv1);
    CHECK(client.receive(bytes.substr(0, 1000)) == failed(error::message_too_large));
}

TEST_CASE("a message of the limit's size that cannot be compressed still comes through")
{
    std::mt19937 dice{3};
    std::string noise(100000, '\0');
    for (char& c : noise)
        c = static_cast<char>(dice());
    for (int memory : {1, 9}) {
        endpoint server{role::server, {}, {.threshold = 0, .memory_level = memory}};
        endpoint client{role::client};
        server.socket.send(opcode::binary, noise);
        std::string const bytes = server.take_output();
        CHECK(bytes.size() > noise.size() + 10);
        CHECK((client.receive(bytes) == lines{"binary " + noise}));
    }
}

TEST_CASE("compressed bytes are limited too, also where nothing comes out of them")
{
    std::string nothing;
    while (nothing.size() < 20000)
        nothing += "\x00\x00\x00\xff\xff"sv;
    std::string bytes = frame_bytes(opcode::binary, nothing, false, rsv1);
    for (int i = 0; i != 9; ++i)
        bytes += frame_bytes(opcode::continuation, nothing, false);
    fails(bytes.substr(0, 6 * 20004), error::message_too_large, "1009");
    fails("\xc1\x7f\x00\x00\x00\x00\x00\x01\xff\xff"sv, error::message_too_large, "1009");
}

TEST_CASE("data that cannot be inflated is answered with 1007")
{
    fails("\xc1\x03\xff\xff\xff", error::deflate_invalid, "1007");
    fails("\xc2\x7d\xff\xff\xff", error::deflate_invalid, "1007");
    fails("\xc2\x05\xf2\x48\xcd\xc9\xc9", error::deflate_invalid, "1007");
    fails("\x42\x05\xf2\x48\xcd\xc9\xc9\x80\x00"sv, error::deflate_invalid, "1007");
    fails("\xc1\x05\xf2\x00\x11\x00\x00"sv, error::deflate_invalid, "1007");
}

TEST_CASE("text is checked as it is inflated, not at its end")
{
    fails(frame_bytes(opcode::text, deflated("a\xC3"), true, rsv1), error::utf8_invalid, "1007");
    std::string const bad = deflated("\xFFthere is more of it");
    fails(frame_bytes(opcode::text, bad, true, rsv1).substr(0, 6), error::utf8_invalid, "1007");
    endpoint client{role::client};
    CHECK(client.receive(frame_bytes(opcode::binary, bad, true, rsv1)).size() == 1);
    std::string const euro = deflated("\xE2\x82\xAC");
    for (std::size_t cut = 0; cut <= euro.size(); ++cut) {
        endpoint fine{role::client};
        CHECK(fine.receive(frame_bytes(opcode::text, euro.substr(0, cut), false, rsv1) + frame_bytes(opcode::continuation, euro.substr(cut)))
              == lines{"text \xE2\x82\xAC"});
    }
}

TEST_CASE("of two errors the one that comes first counts, however the bytes arrive")
{
    fails(frame_bytes(opcode::text, "\x00\x01\x00\xfe\xff\xff\xff\xff"sv, true, rsv1), error::utf8_invalid, "1007");
    fails(frame_bytes(opcode::binary, "\x00\x01\x00\xfe\xff\xff\xff\xff"sv, true, rsv1), error::deflate_invalid, "1007");
}

TEST_CASE("what is abandoned or dropped leaves the context as the peer knows it")
{
    endpoint server{role::server};
    endpoint client{role::client};
    server.socket.send(opcode::text, "Hello");
    auto const mark = server.socket.begin_message(opcode::text);
    server.socket.output().append("thrown away"sv);
    server.socket.abandon(mark);
    server.socket.send(opcode::text, "not compressed", false);
    server.socket.send(opcode::text, "Hello");
    CHECK(client.receive(server.take_output()) == lines{"text Hello", "text not compressed", "text Hello"});
}

TEST_CASE("messages in either direction at once do not disturb each other")
{
    endpoint client{role::client};
    endpoint server{role::server};
    for (int i = 0; i != 50; ++i) {
        std::string const text = "message " + std::to_string(i);
        client.socket.send(opcode::text, text);
        server.socket.send(opcode::binary, text);
        std::string const there = client.take_output();
        std::string const back = server.take_output();
        CHECK(server.receive(there, 1) == lines{"text " + text});
        CHECK(client.receive(back, 1) == lines{"binary " + text});
    }
}

} // namespace websocket_deflate_tests
#endif
