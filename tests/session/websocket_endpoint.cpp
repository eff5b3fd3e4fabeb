#include <socketio/session/websocket_endpoint.hpp>

#include <socketio/core/error.hpp>

#include "support/websocket_side.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace websocket_endpoint_tests {

using namespace socketio::detail;
using socketio::error;
using peer = support::websocket_side;
using support::build;
using support::failed;
using support::frame_bytes;

namespace {

using lines = std::vector<std::string>;

std::string sample(std::size_t size)
{
    std::string result;
    for (std::size_t i = 0; i < size; ++i)
        result.push_back(static_cast<char>('a' + i % 26));
    return result;
}

void fails(std::string_view bytes, error reason, std::string_view code)
{
    for (std::size_t step = 1; step <= bytes.size(); ++step)
        support::fails<peer>(bytes, step, reason, code);
}

role other(role of) { return of == role::client ? role::server : role::client; }

} // namespace

TEST_CASE("messages of every length form arrive, built in place or sent whole, in either direction")
{
    for (role from : {role::client, role::server}) {
        for (std::size_t size : {0u, 1u, 124u, 125u, 126u, 127u, 65535u, 65536u, 70000u}) {
            peer sender{from};
            peer receiver{other(from)};
            std::string const payload = sample(size);
            build(sender.socket, opcode::text, payload);
            sender.socket.send(opcode::binary, payload);
            build(sender.socket, opcode::binary, payload);
            std::string const bytes = sender.take_output();
            CHECK(bytes.size() == 3 * (size + header_size(size, from == role::client)));
            CHECK(receiver.receive(bytes) == lines{"text " + payload, "binary " + payload, "binary " + payload});
            CHECK(receiver.take_output().empty());
        }
    }
}

TEST_CASE("short messages arrive wherever the stream is cut, long ones in steps of any size")
{
    for (role from : {role::client, role::server}) {
        peer sender{from};
        build(sender.socket, opcode::text, sample(125));
        build(sender.socket, opcode::binary, sample(126));
        sender.socket.send(opcode::ping, "p");
        build(sender.socket, opcode::text, "\xE2\x82\xAC");
        std::string const bytes = sender.take_output();
        lines const expected = {"text " + sample(125), "binary " + sample(126), "ping p", "text \xE2\x82\xAC"};
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
            peer receiver{other(from)};
            lines events = receiver.receive(std::string_view{bytes}.substr(0, cut));
            for (std::string& event : receiver.receive(std::string_view{bytes}.substr(cut)))
                events.push_back(std::move(event));
            CHECK(events == expected);
        }
        peer dripped{other(from)};
        CHECK(dripped.receive(bytes, 1) == expected);

        build(sender.socket, opcode::text, sample(70000));
        std::string const large = sender.take_output();
        for (std::size_t step : {997u, 4096u, 65536u}) {
            peer receiver{other(from)};
            CHECK(receiver.receive(large, step) == lines{"text " + sample(70000)});
        }
    }
}

TEST_CASE("a client's frames are masked, each with another key, and a server's are not")
{
    peer client{role::client};
    client.socket.send(opcode::text, "aaaa");
    client.socket.send(opcode::text, "aaaa");
    std::string const bytes = client.take_output();
    REQUIRE(bytes.size() == 20);
    CHECK(bytes.substr(0, 2) == "\x81\x84");
    CHECK(bytes.substr(2, 4) != bytes.substr(12, 4));
    peer server{role::server};
    server.socket.send(opcode::text, "Hello");
    CHECK(server.take_output() == "\x81\x05Hello");
    build(server.socket, opcode::text, "Hello");
    CHECK(server.take_output() == "\x81\x05Hello");
}

TEST_CASE("the size of the frame that is coming is told")
{
    peer client{role::client};
    CHECK(client.socket.wanted() == 0);
    client.receive("\x82");
    CHECK(client.socket.wanted() == 0);
    client.receive("\x7E\x01\x01xyz");
    CHECK(client.socket.wanted() == 4 + 257);
    client.receive(sample(254));
    CHECK(client.socket.wanted() == 0);
}

TEST_CASE("an abandoned message leaves nothing behind")
{
    peer client{role::client};
    client.socket.send(opcode::text, "kept");
    std::string const before{client.socket.output().view()};
    auto const mark = client.socket.begin_message(opcode::text);
    client.socket.output().append(std::string_view{"thrown away"});
    client.socket.abandon(mark);
    CHECK(client.socket.output().view() == before);
}

TEST_CASE("pings are answered and reported, also between fragments")
{
    std::string const bytes = frame_bytes(opcode::text, "He", false) + frame_bytes(opcode::ping, "now")
        + frame_bytes(opcode::continuation, "llo") + frame_bytes(opcode::pong, "unasked");
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        peer client{role::client};
        CHECK(client.receive(bytes, step) == lines{"ping now", "text Hello", "pong unasked"});
        peer server{role::server};
        CHECK(server.receive(client.take_output()) == lines{"pong now"});
    }
}

TEST_CASE("a flood of pings does not fill the memory, and the newest is answered when there is room")
{
    peer client{role::client};
    client.socket.send(opcode::binary, sample(65530));
    std::size_t const waiting = client.socket.output().size();
    for (int i = 0; i < 1000; ++i)
        CHECK(client.receive(frame_bytes(opcode::ping, std::to_string(i))).size() == 1);
    CHECK(client.socket.output().size() <= waiting + 16);
    CHECK_FALSE(client.take_output().empty());
    peer server{role::server};
    CHECK(server.receive(client.take_output()) == lines{"pong 999"});
    CHECK(client.take_output().empty());
}

TEST_CASE("a pong that was held back never lands inside a message")
{
    peer client{role::client};
    client.socket.send(opcode::binary, sample(70000));
    client.receive(frame_bytes(opcode::ping, "held"));
    byte_buffer written;
    written.swap(client.socket.output());
    build(client.socket, opcode::text, "message");
    peer server{role::server};
    CHECK(server.receive(client.take_output()) == lines{"pong held", "text message"});
}

TEST_CASE("a close is answered with its own code, once, and ends the reading")
{
    for (std::size_t step : {1u, 100u}) {
        peer client{role::client};
        CHECK(client.receive(frame_bytes(opcode::close, "\x03\xE9" "bye") + frame_bytes(opcode::text, "late"), step)
              == lines{"close 1001 bye"});
        CHECK(client.kept.empty());
        CHECK(client.socket.close_received());
        CHECK(client.socket.close_sent());
        CHECK(client.socket.finished());
        client.socket.close(1000);
        client.socket.send(opcode::text, "late");
        build(client.socket, opcode::text, "late");
        peer server{role::server};
        CHECK(server.receive(client.take_output()) == lines{"close 1001 "});
    }
}

TEST_CASE("a close without a code is 1005, and is answered without one")
{
    peer server{role::server};
    peer client{role::client};
    client.socket.close();
    CHECK_FALSE(client.socket.is_open());
    CHECK_FALSE(client.socket.finished());
    std::string const bytes = client.take_output();
    CHECK(bytes.size() == 6);
    CHECK(server.receive(bytes) == lines{"close 1005 "});
    std::string const reply = server.take_output();
    CHECK(reply == std::string_view{"\x88\x00", 2});
    CHECK(client.receive(reply) == lines{"close 1005 "});
    CHECK(client.take_output().empty());
    CHECK(client.socket.finished());
}

TEST_CASE("closes that cross finish both sides, with no answer to either")
{
    peer client{role::client};
    peer server{role::server};
    client.socket.close(1000, "mine");
    client.socket.close(1000, "again");
    server.socket.close(4000, "yours");
    std::string const from_client = client.take_output();
    std::string const from_server = server.take_output();
    CHECK(client.receive(from_server) == lines{"close 4000 yours"});
    CHECK(server.receive(from_client) == lines{"close 1000 mine"});
    CHECK(client.take_output().empty());
    CHECK(server.take_output().empty());
    CHECK(client.socket.finished());
    CHECK(server.socket.finished());
}

TEST_CASE("after our close frame nothing is sent, but what the peer still says is heard")
{
    peer client{role::client};
    client.socket.close(1000);
    client.take_output();
    CHECK(client.receive(frame_bytes(opcode::ping, "x") + frame_bytes(opcode::text, "last words"))
          == lines{"ping x", "text last words"});
    client.socket.send(opcode::pong, "x");
    CHECK(client.take_output().empty());
    CHECK(client.receive("\x81\x85") == failed(error::frame_invalid));
    CHECK(client.take_output().empty());
    CHECK(client.socket.finished());
}

TEST_CASE("close codes are judged by section 7.4")
{
    for (unsigned code = 0; code < 65536; ++code) {
        bool const valid = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
        if (is_close_code(code) != valid)
            FAIL_CHECK(code);
    }
    for (std::string_view code : {std::string_view{"\x03\xED"}, {"\x03\xEE"}, {"\x03\xF7"}, {"\x03\xE7"}, {"\x07\xD0"}, {"\xFF\xFF"}})
        fails(frame_bytes(opcode::close, code), error::close_invalid, "1002");
    fails(frame_bytes(opcode::close, "x"), error::close_invalid, "1002");
    fails(frame_bytes(opcode::close, "\x03\xE8\xFF"), error::utf8_invalid, "1007");
    fails(frame_bytes(opcode::close, "\x03\xE8\xE2\x82"), error::utf8_invalid, "1007");
}

TEST_CASE("every breach of the protocol is answered with its close code and reported once")
{
    using namespace std::string_view_literals;
    fails("\xC1", error::frame_invalid, "1002");
    fails("\xA1\x00"sv.substr(0, 1), error::frame_invalid, "1002");
    fails("\x83", error::frame_invalid, "1002");
    fails("\x8B", error::frame_invalid, "1002");
    fails("\x09", error::frame_invalid, "1002");
    fails("\x81\x80", error::frame_invalid, "1002");
    fails("\x89\x7E", error::frame_invalid, "1002");
    fails("\x82\x7E\x00\x01"sv, error::frame_invalid, "1002");
    fails("\x82\x7F\x80\0\0\0\0\0\0\0"sv, error::frame_invalid, "1002");
    fails("\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, error::message_too_large, "1009");
    fails("\x82\x7F\0\0\0\0\0\x01\x86\xA1"sv, error::message_too_large, "1009");
    fails("\x80\x01", error::fragment_invalid, "1002");
    fails("\x01\x01" "a\x81\x01", error::fragment_invalid, "1002");
    fails("\x81\x7D" "a\xFF", error::utf8_invalid, "1007");
    fails("\x81\x02" "a\xC3", error::utf8_invalid, "1007");
}

TEST_CASE("a server refuses frames that are not masked")
{
    peer server{role::server};
    CHECK(server.receive(frame_bytes(opcode::text, "x")) == failed(error::frame_invalid));
    peer fine{role::server};
    CHECK(fine.receive(frame_bytes(opcode::text, "x", true, 0, true)) == lines{"text x"});
}

TEST_CASE("events before a breach are still reported")
{
    peer client{role::client};
    lines expected = {"text a"};
    expected.push_back(failed(error::frame_invalid).front());
    CHECK(client.receive(frame_bytes(opcode::text, "a") + "\xF1") == expected);
}

TEST_CASE("a long reason is cut between characters, and made well formed")
{
    peer server{role::server};
    server.socket.close(1000, sample(122) + "\xE2\x82\xAC");
    peer client{role::client};
    CHECK(client.receive(server.take_output()) == lines{"close 1000 " + sample(122)});
    peer broken{role::server};
    broken.socket.close(1000, "a\xFF");
    peer second{role::client};
    CHECK(second.receive(broken.take_output()) == lines{"close 1000 a\xEF\xBF\xBD"});
}

#if SOCKETIO_HAS_EXCEPTIONS
TEST_CASE("misuse is told to the caller and sends nothing")
{
    peer client{role::client};
    CHECK_THROWS(client.socket.send(opcode::ping, sample(126)));
    CHECK_THROWS(client.socket.send(opcode::close, ""));
    CHECK_THROWS(client.socket.send(opcode::continuation, ""));
    CHECK_THROWS(client.socket.close(1005));
    CHECK_THROWS(client.socket.close(999));
    CHECK(client.socket.is_open());
    CHECK(client.take_output().empty());
    client.socket.send(opcode::ping, sample(125));
    CHECK(client.take_output().size() == 6 + 125);
}
#endif

TEST_CASE("masks differ from seed to seed and do not repeat soon")
{
    mask_generator first{1};
    mask_generator second{2};
    std::uint32_t const start = first.next();
    CHECK(start != second.next());
    int repeated = 0;
    for (int i = 0; i < 1000; ++i)
        repeated += first.next() == start ? 1 : 0;
    CHECK(repeated == 0);
}

} // namespace websocket_endpoint_tests
