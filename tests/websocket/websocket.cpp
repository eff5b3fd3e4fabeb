// The public WebSocket, of a client and of a server: against npm's ws, and against each other.
#include <socketio/websocket.hpp>

#include "support/http_caller.hpp"
#include "support/peer.hpp"
#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace websocket_tests {

using namespace std::chrono_literals;
using socketio::websocket;
using socketio::websocket_close;
using socketio::websocket_message;
using socketio::websocket_request;
using socketio::websocket_server;

namespace {

// npm's ws: tests/peers/ws_peer.js.
class ws_peer : public support::peer {
public:
    ws_peer() : peer("ws_peer.js", R"({"serve":true})") {}
    std::string ws_url(std::string_view path = "/") const { return "ws://127.0.0.1:" + std::to_string(port()) + std::string(path); }
};

std::string talk_of_ws(asio::io_context& context, std::string const& url)
{
    support::process program{{support::places::chosen("SOCKETIO_NODE", "node"), support::places::peers() + "/ws_peer.js",
                                 R"({"protocols":["superchat","chat"],"url":")" + url + R"("})"},
        {{"NODE_PATH", support::places::node_modules()}}};
    std::optional<std::string> line;
    support::run_until(context, [&] { return (line = program.try_line()).has_value(); });
    return line.value_or("nothing");
}

struct pair_test {
    asio::io_context context;
    std::optional<websocket_server> server;
    std::vector<std::string> heard; // by anybody, in order

    void serve(socketio::websocket_server_options settings = {}, bool echoes = true)
    {
        settings.address = "127.0.0.1";
        server.emplace(context, std::uint16_t{0}, std::move(settings));
        server->on_connection([this, echoes](websocket socket, websocket_request const& request) {
            heard.push_back("server: connection " + request.target);
            if (echoes)
                socket.on_message([socket](websocket_message const& m) mutable {
                    static_cast<void>(m.is_text() ? socket.send(m.text()) : socket.send(m.data()));
                });
            else
                socket.on_message([this, socket](websocket_message const&) { heard.push_back("server: message"); });
            socket.on_close([this](websocket_close const& how) { heard.push_back("server: close " + words(how)); });
        });
    }
    std::string url(std::string_view path = "/") const
    {
        return "ws://127.0.0.1:" + std::to_string(server->port()) + std::string(path);
    }
    static std::string words(websocket_close const& how)
    {
        return std::to_string(how.code) + (how.reason.empty() ? "" : " " + how.reason) +
               (how.error ? " (" + how.error.message() + ")" : "");
    }
    void follow(websocket socket, std::string const& who = "client")
    {
        socket.on_open([this, who] { heard.push_back(who + ": open"); });
        socket.on_message([this, who](websocket_message const& m) {
            heard.push_back(who + ": " + (m.is_text() ? "text " + std::string(m.text()) : "binary " + std::to_string(m.size())));
        });
        socket.on_close([this, who](websocket_close const& how) { heard.push_back(who + ": close " + words(how)); });
    }
    bool until_heard(std::string const& line)
    {
        return support::run_until(context, [&] { return count(line) != 0; });
    }
    std::ptrdiff_t count(std::string const& line) const { return std::count(heard.begin(), heard.end(), line); }
    bool done()
    {
        server.reset();
        return support::run_out(context);
    }
};

// What a program that knows no WebSocket gets to hear.
std::string raw_talk(asio::io_context& context, std::uint16_t port, std::string const& request)
{
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), port});
    asio::write(socket, asio::buffer(request));
    std::string answer;
    bool ended = false;
    asio::async_read(socket, asio::dynamic_buffer(answer), [&](std::error_code, std::size_t) { ended = true; });
    support::run_until(context, [&] { return ended; });
    return answer;
}

} // namespace

TEST_CASE("npm's ws talks to our server, text and binary, small and large, and takes leave")
{
    pair_test test;
    test.serve({.protocols = {"chat", "superchat"}});
    std::string const seen = talk_of_ws(test.context, test.url("/path?query=1"));
    CAPTURE(seen);
    CHECK(seen.find(R"("right":7,"code":1000,"reason":"")") != std::string::npos);
    CHECK(seen.find(R"("ponged":"are you there?","protocol":"superchat")") != std::string::npos);
    CHECK(test.count("server: connection /path?query=1") == 1);
    CHECK(test.until_heard("server: close 1000 enough"));
    CHECK(test.done());
}

TEST_CASE("both sides know the subprotocol that was chosen")
{
    pair_test test;
    test.server.emplace(test.context, std::uint16_t{0},
        socketio::websocket_server_options{.address = "127.0.0.1", .protocols = {"chat", "superchat"}});
    test.server->on_connection([&](websocket socket, websocket_request const& request) {
        test.heard.push_back("server: " + socket.subprotocol() + " " + request.subprotocol);
        socket.on_close([socket](websocket_close const&) {});
    });
    websocket socket(test.context, test.url(), {.protocols = {"other", "superchat", "chat"}});
    socket.on_open([&] { test.heard.push_back("client: " + socket.subprotocol()); });
    CHECK(test.until_heard("server: superchat superchat"));
    CHECK(test.until_heard("client: superchat"));

    websocket without(test.context, test.url());
    without.on_open([&] { test.heard.push_back("client: " + without.subprotocol()); });
    CHECK(test.until_heard("server:  "));
    CHECK(test.until_heard("client: "));
}

TEST_CASE("our client talks to npm's ws and hears its close code and reason")
{
    ws_peer peer;
    pair_test test;
    websocket socket(test.context, peer.ws_url());
    test.follow(socket);
    REQUIRE(test.until_heard("client: open"));
    CHECK(socket.is_open());
    CHECK(socket.send("hello"));
    CHECK(socket.send(socketio::bytes(100000)));
    CHECK(socket.ping("there?"));
    bool ponged = false;
    socket.on_pong([&](socketio::bytes_view data) { ponged = data.size() == 6; });
    REQUIRE(test.until_heard("client: text pinged there?"));
    CHECK(test.count("client: text hello") == 1);
    CHECK(test.count("client: binary 100000") == 1);
    CHECK(ponged);
    socket.close(3001, "enough");
    CHECK(support::run_out(test.context));
    CHECK(test.heard.back() == "client: close 3001 enough"); // ws says it back
    CHECK_FALSE(socket.is_open());

    websocket other(test.context, peer.ws_url("/bye"));
    test.follow(other);
    CHECK(support::run_out(test.context));
    CHECK(test.heard.back() == "client: close 4001 go away");

    websocket third(test.context, peer.ws_url("/cut"));
    test.follow(third);
    CHECK(support::run_out(test.context));
    CHECK(test.heard.back().starts_with("client: close 1006 ("));
}

TEST_CASE("headers go with the upgrade request, and a header that is none is refused at the call")
{
    ws_peer peer;
    pair_test test;
    websocket socket(test.context, peer.ws_url("/say"), {.extraHeaders = {{"X-Trace", "on"}}});
    std::string said;
    socket.on_message([&](websocket_message const& m) { said = m.text(); });
    REQUIRE(support::run_until(test.context, [&] { return !said.empty(); }));
    CHECK(said.find(R"("x-trace":"on")") != std::string::npos);
    CHECK_THROWS_AS(websocket(test.context, peer.ws_url(), {.extraHeaders = {{"X", "a\r\nb"}}}), std::invalid_argument);
}

TEST_CASE("what goes wrong before the connection is open is told to the listener of close, once")
{
    pair_test test;
    websocket unreachable(test.context, "ws://127.0.0.1:1/");
    std::vector<websocket_close> ends;
    unreachable.on_close([&](websocket_close const& how) { ends.push_back(how); });
    CHECK(support::run_out(test.context));
    REQUIRE(ends.size() == 1);
    CHECK(ends[0].error == asio::error::connection_refused);
    CHECK(ends[0].message.find("connect to 127.0.0.1 port 1") != std::string::npos);

    websocket nonsense(test.context, "gopher://host/");
    nonsense.on_close([&](websocket_close const& how) { ends.push_back(how); });
    CHECK(support::run_out(test.context));
    REQUIRE(ends.size() == 2);
    CHECK(ends[1].error == socketio::error::bad_url);

    asio::ip::tcp::acceptor silent(test.context, {asio::ip::address_v4::loopback(), 0});
    websocket waiting(test.context, "ws://127.0.0.1:" + std::to_string(silent.local_endpoint().port()), {.timeout = 20ms});
    waiting.on_close([&](websocket_close const& how) { ends.push_back(how); });
    CHECK(support::run_out(test.context));
    REQUIRE(ends.size() == 3);
    CHECK(ends[2].error == socketio::error::timeout);
}

TEST_CASE("a message that comes in many pieces is one message, and a listener may send and close")
{
    pair_test test;
    test.serve();
    websocket socket(test.context, test.url());
    test.follow(socket);
    std::string const large(3'000'000, 'y');
    socket.on_open([&] { CHECK(socket.send(large)); });
    std::size_t came = 0;
    socket.on_message([&](websocket_message const& m) {
        came = m.text() == large ? m.size() : 1;
        socket.close(1000, "thank you");
    });
    REQUIRE(test.until_heard("client: close 1000"));
    CHECK(came == large.size());
    CHECK(test.until_heard("server: close 1000 thank you"));
    CHECK(test.done());
}

TEST_CASE("who is no WebSocket client is told so in HTTP and seen off")
{
    pair_test test;
    test.serve({.timeout = 30ms, .limits = {.header_bytes = 2000}});
    CHECK(raw_talk(test.context, test.server->port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 426 "));
    CHECK(raw_talk(test.context, test.server->port(), "\x16\x03\x01 something else").starts_with("HTTP/1.1 400 "));
    CHECK(raw_talk(test.context, test.server->port(), "GET / HTTP/1.1\r\nX: " + std::string(3000, 'x')).starts_with("HTTP/1.1 400 "));
    CHECK(raw_talk(test.context, test.server->port(),
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: short\r\n\r\n").starts_with("HTTP/1.1 400 "));
    // Who says nothing, or not all of it, is not waited for.
    CHECK(raw_talk(test.context, test.server->port(), "GET / HTTP/1.1\r\nHost: x\r\n").empty());
    CHECK(test.heard.empty());
    CHECK(test.done());
}

TEST_CASE("a request without an end is told so, if its client only sends nothing more")
{
    pair_test test;
    test.serve();
    for (char const* const begun : {"G", "GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"}) {
        support::http_caller caller{test.context, test.server->port()};
        caller.send(begun);
        caller.say_no_more();
        CHECK(caller.reply().status == (std::string_view{begun}.ends_with("\r\n\r\n") ? 426 : 400));
        CHECK(caller.until_ended());
    }
    CHECK(test.done());
}

TEST_CASE("a message over the limit closes the connection with 1009")
{
    pair_test test;
    test.serve({.limits = {.message_size = 1000}});
    websocket socket(test.context, test.url());
    test.follow(socket);
    socket.on_open([&] { socket.send(std::string(1001, 'x')); });
    REQUIRE(test.until_heard("client: close 1009"));
    CHECK(test.count("server: close 1006 (the message is larger than the limit)") +
              test.count("server: close 1006 (" + make_error_code(socketio::error::message_too_large).message() + ")") >= 1);
    CHECK(test.done());
}

TEST_CASE("more than the limit is not buffered, and the drain is told")
{
    pair_test test;
    test.serve({}, false);
    websocket socket(test.context, test.url(), {.limits = {.buffered = 1'000'000}});
    test.follow(socket);
    REQUIRE(test.until_heard("client: open"));
    int taken = 0;
    bool drained = false;
    socket.on_drain([&] { drained = true; });
    std::string const piece(100'000, 'x');
    while (taken < 1000 && socket.send(piece))
        ++taken;
    CHECK(taken >= 10);
    CHECK(taken < 1000);
    CHECK(socket.buffered_amount() > 1'000'000);
    CHECK(support::run_until(test.context, [&] { return drained; }));
    CHECK(socket.buffered_amount() == 0);
    CHECK(socket.send(std::string(2'000'000, 'x'))); // one is always taken
    CHECK_FALSE(socket.send(piece));
    CHECK(support::run_until(test.context, [&] { return test.count("server: message") == taken + 1; }));
    socket.close();
    CHECK(test.done());
}

TEST_CASE("while it is paused nothing is heard, and what came meanwhile follows")
{
    pair_test test;
    test.serve();
    websocket socket(test.context, test.url());
    test.follow(socket);
    REQUIRE(test.until_heard("client: open"));
    socket.pause();
    socket.send("one");
    socket.send("two");
    websocket other(test.context, test.url());
    test.follow(other, "other");
    other.on_open([&] { other.send("later"); });
    REQUIRE(test.until_heard("other: text later"));
    CHECK(test.count("client: text one") == 0);
    socket.resume();
    REQUIRE(test.until_heard("client: text two"));
    CHECK(test.count("client: text one") == 1);
    socket.pause();
    socket.close(); // which has to read, to be answered
    CHECK(test.until_heard("client: close 1000"));
    other.close();
    CHECK(test.done());
}

TEST_CASE("an exception leaves through the executor, and the next message follows")
{
    pair_test test;
    test.serve();
    websocket socket(test.context, test.url());
    int messages = 0;
    socket.on_open([&] {
        socket.send("one");
        socket.send("two");
    });
    socket.on_message([&](websocket_message const&) {
        if (++messages == 1)
            throw std::runtime_error("listener");
    });
    CHECK_THROWS_AS(support::run_until(test.context, [&] { return messages == 2; }), std::runtime_error);
    CHECK(support::run_until(test.context, [&] { return messages == 2; }));
    socket.close();
    CHECK(test.done());
}

TEST_CASE("when the last handle goes the peer hears 1001, and the listeners are let go")
{
    pair_test test;
    test.serve();
    auto const token = std::make_shared<int>();
    {
        websocket socket(test.context, test.url());
        socket.on_close([token](websocket_close const&) {});
        bool open = false;
        socket.on_open([&, token] { open = true; });
        REQUIRE(support::run_until(test.context, [&] { return open; }));
    }
    CHECK(test.until_heard("server: close 1001"));
    CHECK(test.done());
    CHECK(token.use_count() == 1);
}

TEST_CASE("a listener that holds its own handle is let go with the connection")
{
    pair_test test;
    test.serve();
    auto const token = std::make_shared<int>();
    {
        websocket socket(test.context, test.url());
        socket.on_open([socket, token]() mutable { socket.close(); });
        socket.on_close([socket, token](websocket_close const&) {});
    }
    CHECK(test.until_heard("server: close 1000"));
    CHECK(test.done());
    CHECK(token.use_count() == 1);
}

TEST_CASE("handles may outlive the context, at every stage")
{
    for (int steps = 0; steps != 12; ++steps) {
        std::optional<websocket> client;
        std::vector<websocket> accepted;
        std::optional<websocket_server> server;
        {
            asio::io_context context;
            server.emplace(context, std::uint16_t{0}, socketio::websocket_server_options{.address = "127.0.0.1"});
            server->on_connection([&](websocket socket, websocket_request const&) { accepted.push_back(socket); });
            client.emplace(context, "ws://127.0.0.1:" + std::to_string(server->port()));
            client->on_open([&] { client->send("hello"); });
            for (int i = 0; i != steps; ++i)
                context.run_one_for(1s);
        }
        CHECK_FALSE(client->send("nobody hears"));
        client->close();
        server->close();
    }
}

TEST_CASE("a closed server turns away who is not open yet, and keeps who is")
{
    pair_test test;
    test.serve();
    websocket socket(test.context, test.url());
    test.follow(socket);
    REQUIRE(test.until_heard("client: open"));
    std::string const place = test.url();
    test.server->close();
    socket.send("still here");
    REQUIRE(test.until_heard("client: text still here"));
    websocket late(test.context, place);
    test.follow(late, "late");
    REQUIRE(support::run_until(test.context, [&] { return test.heard.back().starts_with("late: close 1006"); }));
    socket.close();
    CHECK(test.done());
}

TEST_CASE("a port that is taken is a std::system_error of the constructor")
{
    pair_test test;
    test.serve();
    CHECK_THROWS_AS(websocket_server(test.context, test.server->port(), {.address = "127.0.0.1"}), std::system_error);
}

TEST_CASE("sends of many threads arrive whole, each thread's in order")
{
    asio::io_context context;
    auto const work = asio::make_work_guard(context);
    websocket_server server(context, 0, {.address = "127.0.0.1"});
    std::atomic<int> wrong{0};
    std::atomic<int> messages{0};
    std::vector<int> next(4);
    server.on_connection([&](websocket socket, websocket_request const&) {
        socket.on_message([&, socket](websocket_message const& m) {
            auto const from = static_cast<std::size_t>(m.text()[0] - '0');
            if (std::string(m.text().substr(1)) != std::to_string(next[from]++))
                ++wrong;
            ++messages;
        });
    });
    std::vector<std::thread> threads;
    for (int i = 0; i != 2; ++i)
        threads.emplace_back([&] { context.run(); });
    {
        std::atomic<bool> open{false};
        websocket socket(context, "ws://127.0.0.1:" + std::to_string(server.port()), {.autoConnect = false});
        socket.on_open([&] { open = true; });
        socket.open();
        auto const deadline = std::chrono::steady_clock::now() + 60s;
        while (!open && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        std::vector<std::thread> senders;
        for (int id = 0; id != 4; ++id)
            senders.emplace_back([&, id] {
                for (int i = 0; i != 500; ++i)
                    if (!socket.send(std::to_string(id) + std::to_string(i)))
                        ++wrong;
            });
        for (auto& each : senders)
            each.join();
        while (messages != 2000 && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
    }
    server.close();
    context.stop();
    for (auto& each : threads)
        each.join();
    CHECK(messages == 2000);
    CHECK(wrong == 0);
}

TEST_CASE_FIXTURE(pair_test, "a connection that is closed and does not end counts until it has")
{
    serve({.connections = 1});
    std::string const request = support::get_request("/", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                                          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
    support::http_caller staying{context, server->port()};
    CHECK(staying.ask(request).status == 101);
    staying.send("\x81\x01x"); // not masked, so it is closed; and the close is not answered
    REQUIRE(support::run_until(context, [&] { return !staying.received().empty(); }));
    support::http_caller more{context, server->port()};
    more.send(request);
    CHECK(more.until_ended());
    CHECK(more.received().empty());
    staying.leave();
    auto const let_in = [&] {
        support::http_caller again{context, server->port()};
        again.send(request);
        support::run_until(context, [&] { return again.ended() || !again.received().empty(); });
        return !again.received().empty();
    };
    CHECK(support::run_until(context, let_in));
}

} // namespace websocket_tests
