// perMessageDeflate and compress(), with npm's socket.io and ws on the other side. Is empty without zlib.
#if defined(SOCKETIO_WITH_ZLIB)
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using socketio::deflate_options;
using support::client_test;

namespace {

constexpr std::size_t size = 20000;
std::string const long_text(size, 'x');

socketio::options with(deflate_options const& deflate)
{
    socketio::options settings;
    settings.perMessageDeflate = deflate;
    return settings;
}

struct compression_test : client_test {
    // Events of 20000 bytes go there and come back, as text and as bytes, in a connection that stands.
    void converse(socketio::socket& socket)
    {
        int back = 0;
        for (int i = 0; i != 3; ++i) {
            socket.emit("echo", long_text, i, [&, i](std::string const& same, int number) {
                back += same == long_text && number == i ? 1 : 0;
            });
            socket.emit("echo", socketio::bytes(size, std::byte{7}),
                        [&](socketio::bytes const& same) { back += same == socketio::bytes(size, std::byte{7}) ? 1 : 0; });
        }
        CHECK(until([&] { return back == 6; }));
    }

    std::uint64_t sent(socketio::socket& socket)
    {
        REQUIRE(round_trip(socket));
        return socket.io().snapshot().bytes_sent;
    }

    std::string transport(support::npm_server& server) { return support::ask(context, server, R"({"do":"transport"})"); }
};

std::string raw_server_with(std::string const& deflate, support::script const& steps)
{
    return R"({"perMessageDeflate":)" + deflate + R"(,"steps":)" + steps.steps() + "}";
}

} // namespace

TEST_CASE_FIXTURE(compression_test, "what npm's server and this client agree on is what both do, for all four parameters")
{
    struct row {
        std::string server; // options
        deflate_options own;
        std::string agreed; // as the server sees it
    };
    std::vector<row> const table{
        {"{}", {}, "{}"},
        {"{}", {.server_no_context_takeover = true}, R"({"server_no_context_takeover":true})"},
        {"{}", {.client_no_context_takeover = true}, R"({"client_no_context_takeover":true})"},
        {"{}", {.server_max_window_bits = 9}, R"({"server_max_window_bits":9})"},
        {"{}", {.server_max_window_bits = 8, .client_max_window_bits = 8}, R"({"server_max_window_bits":8,"client_max_window_bits":8})"},
        {"{}", {.client_max_window_bits = 10}, R"({"client_max_window_bits":10})"},
        {R"({"serverNoContextTakeover":true,"clientNoContextTakeover":true})", {},
         R"({"server_no_context_takeover":true,"client_no_context_takeover":true})"},
        {R"({"serverMaxWindowBits":10,"clientMaxWindowBits":9})", {}, R"({"client_max_window_bits":9,"server_max_window_bits":10})"},
        {R"({"serverMaxWindowBits":8,"clientMaxWindowBits":8})", {.level = 9, .memory_level = 1},
         R"({"client_max_window_bits":8,"server_max_window_bits":8})"}};
    for (row const& each : table) {
        CAPTURE(each.agreed);
        support::npm_server server(R"({"perMessageDeflate":)" + each.server + "}");
        auto socket = socketio::io(context, server.url(), with(each.own));
        REQUIRE(until_connected(socket));
        CHECK(socket.io().snapshot().compressed);
        converse(socket);
        std::string const seen = transport(server);
        CHECK_MESSAGE(seen.starts_with(R"({"params":)" + each.agreed + ","), seen);
        auto const snapshot = socket.io().snapshot();
        CHECK(snapshot.bytes_sent < 6000);
        CHECK(snapshot.bytes_received < 6000);
        CHECK(snapshot.bytes_sent > 300);
        socket.disconnect();
        CHECK(idle());
    }
}

TEST_CASE_FIXTURE(compression_test, "nothing is compressed for a server that declines")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    CHECK_FALSE(socket.io().snapshot().compressed);
    converse(socket);
    CHECK(socket.io().snapshot().bytes_sent > 6 * size);
    CHECK(transport(server).starts_with(R"({"params":null)"));
}

TEST_CASE_FIXTURE(compression_test, "it is offered unless it is switched off")
{
    support::raw_server server(raw_server_with("false", support::script().open().accept()));
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    CHECK(server.log("request", "headers").find("permessage-deflate; client_max_window_bits\"") != std::string::npos);
    auto settings = with({.enabled = false});
    settings.forceNew = true;
    auto other = socketio::io(context, server.url(), settings);
    server.ask(R"({"do":"clear"})");
    REQUIRE(until_connected(other));
    CHECK(server.log("request", "headers").find("xtensions") == std::string::npos);
}

TEST_CASE_FIXTURE(compression_test, "small events are sent as they are, and those that are not to be compressed, wherever they have waited")
{
    support::npm_server server(R"({"perMessageDeflate":true})");
    auto settings = with({.threshold = 1000});
    settings.autoConnect = false;
    auto socket = socketio::io(context, server.url(), settings);
    SUBCASE("in the send buffer")
    {
        socket.compress(false).emit("echo", long_text);
        socket.emit("echo", long_text);
        socket.compress(false).emit("echo", socketio::bytes(size));
        socket.connect();
        REQUIRE(until_connected(socket));
        auto const written = sent(socket);
        CHECK(written > 2 * size);
        CHECK(written < 2 * size + 1000);
        return;
    }
    socket.connect();
    REQUIRE(until_connected(socket));
    auto const before = sent(socket);
    auto const costs = [&](std::uint64_t least, std::uint64_t most) {
        auto const written = sent(socket) - before;
        CHECK(written >= least);
        CHECK(written < most);
    };
    SUBCASE("below the threshold")
    {
        socket.emit("echo", std::string(900, 'x'));
        costs(900, 1100);
    }
    SUBCASE("above it")
    {
        socket.emit("echo", std::string(1000, 'x'));
        costs(1, 300);
    }
    SUBCASE("on the strand")
    {
        socket.compress(false).emit("echo", long_text, socketio::bytes(size));
        costs(2 * size, 2 * size + 1000);
    }
    SUBCASE("with an acknowledgement")
    {
        socket.timeout(10s).compress(false).emit("echo", long_text, [](std::error_code) {});
        costs(size, size + 1000);
    }
    SUBCASE("emitWithAck")
    {
        socket.compress(false).emitWithAck("echo", long_text, [](std::error_code, socketio::value const&) {});
        costs(size, size + 1000);
    }
    SUBCASE("volatile")
    {
        socket.volatile_().compress(false).emit("echo", long_text);
        costs(size, size + 1000);
    }
    SUBCASE("with a listener for what goes out")
    {
        socket.onAnyOutgoing([](std::string_view) {});
        socket.compress(false).emit("echo", long_text);
        costs(size, size + 1000);
    }
    SUBCASE("from another thread")
    {
        std::thread{[&] {
            socket.emit("echo", long_text);
            socket.compress(false).emit("echo", long_text);
            socket.emit("echo", long_text);
            socket.expires_after(10s).compress(false).emit("echo", long_text);
            socket.compress(false).volatile_().emit("nothing");
            socket.compress(true).emit("echo", long_text, [](std::error_code) {});
        }}.join();
        costs(2 * size, 2 * size + 1000);
    }
    SUBCASE("compress(true) is what is done anyway")
    {
        socket.compress(false).compress(true).emit("echo", long_text);
        costs(1, 300);
    }
}

TEST_CASE_FIXTURE(compression_test, "an event of the retries queue keeps what was said about it")
{
    support::npm_server server(R"({"perMessageDeflate":true})");
    auto settings = with({});
    settings.retries = 2;
    settings.ackTimeout = 10s;
    auto socket = socketio::io(context, server.url(), settings);
    REQUIRE(until_connected(socket));
    auto const before = sent(socket);
    socket.compress(false).emit("echo", long_text);
    socket.emit("echo", long_text);
    auto const written = sent(socket) - before;
    CHECK(written > size);
    CHECK(written < size + 1000);
}

TEST_CASE_FIXTURE(compression_test, "a new connection begins with a new context, and is agreed on anew")
{
    support::npm_server server(R"({"perMessageDeflate":true})");
    auto socket = socketio::io(context, server.url(), support::quick());
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    converse(socket);
    for (int round = 1; round != 4; ++round) {
        socket.emit("terminate");
        REQUIRE(until([&] { return heard.count("connect") == round + 1; }));
        CHECK(socket.io().snapshot().compressed);
        converse(socket);
    }
}

TEST_CASE_FIXTURE(compression_test, "a message that would inflate beyond the limit ends the connection")
{
    support::npm_server server(R"({"perMessageDeflate":true})");
    auto settings = support::once_only();
    settings.limits.message_size = 100000;
    auto socket = socketio::io(context, server.url(), settings);
    std::error_code why;
    socket.on("disconnect", [&](std::string_view, socketio::disconnect_details const& details) { why = details.code; });
    REQUIRE(until_connected(socket));
    socket.emit("big", 90000, [&](std::string const& answer) { heard.note(std::to_string(answer.size())); });
    REQUIRE(until_heard("90000"));
    socket.emit("big", 50000000, [] {});
    REQUIRE(until([&] { return static_cast<bool>(why); }));
    CHECK(why == socketio::error::message_too_large);
    CHECK(socket.io().snapshot().bytes_received < 60000);
}

TEST_CASE_FIXTURE(compression_test, "a message that does not inflate ends the connection with code 1007, one that was not agreed on with 1002")
{
    std::string deflate = "true";
    std::string code = "1007";
    std::error_code expected = socketio::error::deflate_invalid;
    SUBCASE("broken") {}
    SUBCASE("not agreed on")
    {
        deflate = "false";
        code = "1002";
        expected = socketio::error::frame_invalid;
    }
    support::raw_server server(raw_server_with(deflate, support::script().open().accept().expect("42").frame(R"({"rsv1":true,"hex":"ffffff"})")));
    auto socket = socketio::io(context, server.url(), support::once_only());
    std::error_code why;
    socket.on("disconnect", [&](std::string_view reason, socketio::disconnect_details const& details) {
        heard.note(std::string{reason});
        why = details.code;
    });
    socket.emit("go"); // ws compresses aside: what is written past it must not overtake the answer to CONNECT
    REQUIRE(until_heard("transport error"));
    CHECK(why == expected);
    CHECK(support::await_entry(context, server, "close", "code") == code);
}

TEST_CASE_FIXTURE(compression_test, "what ws compresses comes through, empty texts included")
{
    support::script steps;
    steps.open().accept();
    for (int i = 0; i != 3; ++i)
        steps.text("42[\"news\",\"" + std::string(30000, 'y') + "\"]").text("42[\"news\",\"\"]");
    support::raw_server server(raw_server_with(R"({"threshold":0})", steps));
    auto socket = socketio::io(context, server.url());
    std::vector<std::size_t> sizes;
    socket.on("news", [&](std::string_view what) { sizes.push_back(what.size()); });
    REQUIRE(until([&] { return sizes.size() == 6; }));
    CHECK(sizes == std::vector<std::size_t>{30000, 0, 30000, 0, 30000, 0});
    CHECK(socket.io().snapshot().bytes_received < 3000);
}

TEST_CASE_FIXTURE(compression_test, "an answer that does not fit the offer is a connect_error")
{
    std::string const head = R"(HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n)";
    for (std::string const answer : {"permessage-deflate; x", "permessage-deflate; client_max_window_bits", "permessage-deflate", "x"}) {
        support::raw_server server(R"({"plans":[{"answer":")" + head + "Sec-WebSocket-Extensions: " + answer + R"(\r\n\r\n"}]})");
        auto settings = support::once_only(with({.server_max_window_bits = 12}));
        settings.transports = {"websocket"};
        auto socket = socketio::io(context, server.url(), settings);
        std::error_code why;
        socket.on("connect_error", [&](socketio::connect_error const& error) { why = error.code(); });
        REQUIRE(until([&] { return static_cast<bool>(why); }));
        CHECK(why == socketio::error::handshake_invalid);
    }
}

TEST_CASE_FIXTURE(client_test, "numbers out of their range are told to the caller")
{
    auto const made = [&](socketio::options const& settings) {
        return socketio::io(context, "http://127.0.0.1:1", settings).active();
    };
    CHECK_THROWS_AS(made(with({.server_max_window_bits = 16})), std::invalid_argument);
    CHECK_THROWS_AS(made(with({.memory_level = 0})), std::invalid_argument);
}
#endif
