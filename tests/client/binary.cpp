// Binary data: anywhere in an event or an ack, both ways, of any size and content.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/post.hpp>
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using socketio::bytes;
using support::client_test;

namespace {

bytes of(std::string_view hex)
{
    bytes all;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        all.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return all;
}

// No two neighbouring blocks are alike.
bytes long_run(std::size_t size)
{
    bytes all(size);
    for (std::size_t i = 0; i != size; ++i)
        all[i] = static_cast<std::byte>((i * 7 + i / 251) & 0xff);
    return all;
}

// What handlers.js sends for "binary".
socketio::array everywhere()
{
    using socketio::array;
    using socketio::object;
    return {of("010203"), object{{"deep", array{object{{"here", of("ff00")}}, 7}}}, "text", bytes{},
        array{of("09"), of("0a")}};
}

} // namespace

TEST_CASE_FIXTURE(client_test, "binary data anywhere in an event and in an ack arrives from npm's server")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    std::optional<socketio::array> got;
    std::optional<socketio::array> answered;
    auto const keep = [](std::optional<socketio::array>& in) {
        return [&in](socketio::args const& all) {
            in.emplace();
            for (auto const each : all)
                in->push_back(each.to_value());
        };
    };
    socket.on("binary", keep(got));
    socket.emit("binary", keep(answered));
    REQUIRE(until([&] { return answered.has_value(); }));
    REQUIRE(got.has_value());
    CHECK(*got == everywhere());
    CHECK(*answered == everywhere());
}

TEST_CASE_FIXTURE(client_test, "binary data anywhere in an event reaches npm's server, and is answered")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    std::optional<socketio::value> back;
    socket.emit("before", 1);
    socket.emit("echo", everywhere(), [&](socketio::value const& whole) { back = whole; });
    socket.emit("after", std::vector<unsigned char>{1, 2}, std::array{std::byte{3}}, bytes{});
    REQUIRE(round_trip(socket));
    REQUIRE(back.has_value());
    CHECK(*back == socketio::value{everywhere()});
    CHECK(server.log("event", "args") ==
          R"([[1],[[{"hex":"010203"},{"deep":[{"here":{"hex":"ff00"}},7]},"text",{"hex":""},)"
          R"([{"hex":"09"},{"hex":"0a"}]]],[{"hex":"0102"},{"hex":"03"},{"hex":""}],[]])");
}

TEST_CASE_FIXTURE(client_test, "npm's server may send its binary data as base64")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.query = {{"b64", "1"}}});
    std::optional<socketio::value> back;
    std::string ended;
    socket.on("disconnect", [&](std::string reason) { ended = reason; });
    socket.emit("echo", everywhere(), [&](socketio::value const& whole) { back = whole; });
    REQUIRE(round_trip(socket));
    REQUIRE(back.has_value());
    CHECK(*back == socketio::value{everywhere()});
    CHECK(ended.empty());
}

TEST_CASE_FIXTURE(client_test, "npm's server asks with binary data and is answered with it, at once or later")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    socketio::ack kept;
    socket.on("at once", [](socketio::bytes_view data, socketio::ack const& reply) {
        reply(data, "text", socketio::object{{"in", bytes(data.rbegin(), data.rend())}});
    });
    socket.on("later", [&](bytes const& data, socketio::ack reply) {
        asio::post(context, [data, reply = std::move(reply)] { reply(data); });
    });
    CHECK(support::ask(context, server, R"({"do":"ask","event":"at once","args":[{"hex":"0102"}]})") ==
          R"([{"hex":"0102"},"text",{"in":{"hex":"0201"}}])");
    CHECK(support::ask(context, server, R"({"do":"ask","event":"later","args":[{"hex":"30"}]})") == R"([{"hex":"30"}])");
}

TEST_CASE_FIXTURE(client_test, "an attachment may be empty, begin like a packet, or be large")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    for (bytes const& data : {bytes{}, of("30"), of("3130"), of("34325b2261225d"), of("62"), of("ff"), long_run(125),
             long_run(126), long_run(65535), long_run(65536), long_run(70000), long_run(900000)}) {
        CAPTURE(data.size());
        bool same = false;
        bool heard_same = false;
        bool done = false;
        socketio::scoped_listener const listener = socket.on("echo event", [&](socketio::bytes_view back, int number) {
            heard_same = bytes(back.begin(), back.end()) == data && number == 5;
        });
        socket.emit("echo event", data, 5);
        socket.emit("echo", data, [&](socketio::bytes_view back) {
            done = true;
            same = bytes(back.begin(), back.end()) == data;
        });
        REQUIRE(until([&] { return done; }));
        CHECK(same);
        CHECK(heard_same);
    }
}

TEST_CASE_FIXTURE(client_test, "ten attachments are sent, eleven are told to the caller and nothing of them is sent")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    std::vector<bytes> const ten(10, of("07"));
    std::vector<bytes> const eleven(11, of("07"));
    constexpr auto refused = "too many attachments: 11 binary values in one packet, 10 are allowed";
    CHECK_THROWS_WITH_AS(socket.emit("echo event", eleven), refused, std::invalid_argument);
    REQUIRE(until_connected(socket));
    socket.on("from here", [&] {
        CHECK_THROWS_WITH_AS(socket.emit("echo event", eleven), refused, std::invalid_argument);
        socket.emit("echo", ten, [&](std::vector<bytes> const& back) { heard.note(back == ten ? "same" : "different"); });
    });
    server.ask(R"({"do":"emit","event":"from here"})");
    REQUIRE(until([&] { return !heard.text().empty(); }));
    CHECK(heard.text() == "same");
    CHECK(server.log("event", "event") == R"(["echo"])");
}

TEST_CASE_FIXTURE(client_test, "binary events that wait for the connection keep their place among the others")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url(), {.autoConnect = false});
    {
        bytes mine = of("aa");
        socket.emit("one", mine);
        socket.emit("two");
        socket.emit("three", of("bb"), of(""), of("cc"));
        mine.assign(1, std::byte{0}); // what was emitted is the library's own
    }
    socket.connect();
    std::thread([&] { socket.emit("four", of("dd")); }).join();
    REQUIRE(round_trip(socket));
    CHECK(server.log("event", "event") == R"(["one","two","three","four","echo"])");
    CHECK(server.log("event", "args") ==
          R"([[{"hex":"aa"}],[],[{"hex":"bb"},{"hex":""},{"hex":"cc"}],[{"hex":"dd"}],[]])");
}

TEST_CASE_FIXTURE(client_test, "attachments may come in fragments, byte by byte, with pings in between")
{
    support::raw_server server(support::script().open().accept());
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    std::string got;
    socket.on("b", [&](bytes const& first, bytes const& second) {
        got = std::to_string(first.size()) + ' ' + std::to_string(second.size());
        CHECK(first == of("0102"));
        CHECK(second == of("0304"));
    });
    support::ask(context, server,
        R"({"do":"run","steps":[{"frame":{"text":"452-[\"b\",{\"_placeholder\":true,\"num\":0},)"
        R"({\"_placeholder\":true,\"num\":1}]"},"chunk":1},)"
        R"({"frame":{"opcode":2,"fin":false,"hex":"01"}},{"frame":{"opcode":9,"text":"hello"}},)"
        R"({"frame":{"opcode":0,"hex":"02"},"chunk":1},{"text":"2"},{"hex":"82020304","chunk":1}]})");
    REQUIRE(until([&] { return !got.empty(); }));
    CHECK(got == "2 2");
    CHECK(support::await_entry(context, server, "pong", "text") == R"("hello")");
    CHECK(support::await_entry(context, server, "message", "text", 2) == R"("3")");
}
