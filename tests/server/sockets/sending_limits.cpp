// What a server may send: how much a client may leave unread, how large one message may be, and how many attachments and
// levels a packet may have, from below and from above; and what is told when it is too much.
#include <socketio/server/server_options.hpp>

#include "support/npm_client.hpp"
#include "support/raw_client.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/use_future.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

using socketio::bytes;
using socketio::error;
using socketio::server_options;
using socketio::server_socket;
using socketio::value;
using support::two_clients;
using support::raw_client;

namespace {

// A guest whose socket the server has in hand, and why that has gone.
struct told_fixture : support::server_fixture {
    std::optional<server_socket> socket;
    socketio::disconnect_details why;
    raw_client raw{context, io.port()};

    explicit told_fixture(server_options options = {}) : server_fixture{std::move(options)}
    {
        io.on("connection", [this](server_socket arrived) {
            if (socket)
                return;
            socket = arrived;
            arrived.on("disconnect", [this](std::string const& reason, socketio::disconnect_details const& details) {
                why = details;
                heard.note("disconnect: " + reason);
            });
            arrived.on("ask", [](int size, socketio::ack reply) { reply(std::string(std::size_t(size), 'a')); });
        });
        REQUIRE(raw.enter());
        REQUIRE(until([this] { return socket.has_value(); }));
    }
};

// Notes what on_error is told: "event: the error".
auto note_errors(support::diary& heard, std::string who)
{
    return [&heard, who = std::move(who)](socketio::event_error const& why) {
        heard.note(who + why.event + (why.code == error::payload_too_large ? " is too large" : " fails otherwise"));
    };
}

std::string x(std::size_t size)
{
    return std::string(size, 'x');
}

} // namespace

TEST_CASE("send_limit: who has read everything gets a message that is larger, with what is said before and behind it")
{
    told_fixture house{{.send_limit = 10000}};
    for (int i = 1; i != 4; ++i) {
        house.socket->emit("text", x(100));
        house.socket->emit("text", x(5000));
        house.socket->emit("text", x(100));
        house.socket->emit("text", x(1000000)); // larger than the one before
        house.socket->emit("text", x(100));
        house.raw.say(R"(421["ask",20000])");
        REQUIRE(house.raw.until_heard("431[\"aaa", i));
        CHECK(house.raw.count("42[\"text\"") == 5 * i);
    }
    CHECK(house.heard.text().empty());
    CHECK(house.io.snapshot().cut_off == 0);
}

TEST_CASE("send_limit: the attachments of an event are part of it")
{
    told_fixture house{{.send_limit = 10000}};
    house.socket->emit("pictures", bytes(9000), bytes(9000), bytes(9000));
    REQUIRE(house.raw.until_heard("binary 9000", 3));
    CHECK(house.io.snapshot().cut_off == 0);
}

TEST_CASE("send_limit: a second message of that size is too much while the first is unread, and the reason is told in numbers")
{
    told_fixture house{{.send_limit = 10000}};
    house.socket->emit("text", x(10001));
    house.socket->emit("text", x(10002));
    REQUIRE(house.until_heard("disconnect: transport error"));
    CHECK(house.why.code == error::buffer_full);
    INFO(house.why.description);
    CHECK(house.why.description.find("20037 bytes unread") != std::string::npos);
    CHECK(house.why.description.find("the largest packet has 10019; send_limit is 10000") != std::string::npos);
    REQUIRE(house.raw.until_closed());
    CHECK(house.raw.close_code() == 1006);
    CHECK(house.io.snapshot().cut_off == 1);
}

TEST_CASE("send_limit: who reads nothing has one message more than the limit at most")
{
    told_fixture house{{.send_limit = 100000}};
    house.raw.pause();
    std::size_t most = 0;
    REQUIRE(house.until([&] {
        house.socket->emit("text", x(300000));
        most = std::max(most, house.socket->conn().snapshot().unsent_bytes);
        return house.heard.has("disconnect: transport error");
    }));
    CHECK(most <= 100000 + 300100);
    CHECK(house.io.snapshot().cut_off == 1);
}

TEST_CASE_FIXTURE(told_fixture, "\"disconnect\" says in its details what was noticed, and nothing of a namespace that was only left")
{
    SUBCASE("the client breaks the protocol")
    {
        raw.say("40");
        REQUIRE(until_heard("disconnect: forced close"));
        CHECK(why.code == error::stopped);
        CHECK(why.description == "the server closed the connection");
    }
    SUBCASE("a packet cannot be read")
    {
        raw.say("42[");
        REQUIRE(until_heard("disconnect: forced close"));
        CHECK(why.code == error::packet_invalid_payload);
        CHECK(why.description == make_error_code(error::packet_invalid_payload).message());
    }
    SUBCASE("the client goes")
    {
        raw.leave();
        REQUIRE(until_heard("disconnect: transport close"));
        CHECK(why.code == error::closed);
        CHECK(why.description == "the client closed the connection");
    }
    SUBCASE("it is put out")
    {
        socket->disconnect(true);
        REQUIRE(until_heard("disconnect: server namespace disconnect"));
        CHECK_FALSE(why.code);
        CHECK(why.description.empty());
    }
}

TEST_CASE_FIXTURE(support::server_fixture, "npm's client gets a message over send_limit over either transport, and stays")
{
    std::string transport;
    SUBCASE("over WebSocket") { transport = "websocket"; }
    SUBCASE("over polling") { transport = "polling"; }
    socketio::server small{context, 0, support::on_loopback({.send_limit = 1000})};
    small.on("connection", [](server_socket arrived) {
        arrived.emit("first", bytes(300000));
        arrived.emit("second");
        arrived.on("disconnect", [](std::string const&) { FAIL_CHECK("it was cut off"); });
        arrived.conn().on("close", [](std::string_view) {});
    });
    support::npm_client npm{support::loopback_url(small.port()), R"({"options":{"transports":[")" + transport + R"("]},)"
                            R"("start":[["connect","/"]],"until":"/ event second []"})"};
    REQUIRE(until([&] { return npm.diary().has_value(); }));
    CHECK(npm.diary()->find("/ event first") != std::string::npos);
    CHECK(small.snapshot().cut_off == 0);
    small.close();
}

TEST_CASE("largest_message: an event of that size is sent, a larger one is told to its handler or to on_error, and nobody is cut off")
{
    // 2["text",""] and an attachment's placeholder are so long:
    constexpr std::size_t head = 12, placeholder = 31;
    two_clients house{{.largest_message = 1000}};
    house.client.on("text", [&](value const& got) {
        house.heard.note("got " + std::to_string(got.is_binary() ? got.if_binary()->size() : got.if_string()->size()));
    });
    house.socket.on_error(note_errors(house.heard, ""));
    house.socket.emit("text", x(1000 - head));
    REQUIRE(house.until_heard("got 988"));
    house.socket.emit("text", x(1001 - head));
    REQUIRE(house.until_heard("text is too large"));
    house.heard.clear();
    SUBCASE("an attachment counts")
    {
        house.socket.emit("text", bytes(1000 - head - placeholder - 2));
        REQUIRE(house.until_heard("got 955"));
        house.socket.emit("text", bytes(1000));
        REQUIRE(house.until_heard("text is too large"));
    }
    SUBCASE("a handler is told, if it takes errors")
    {
        house.socket.emit("ask", x(1000), [&](std::error_code ec, value const&) {
            house.heard.note(ec == error::payload_too_large ? "told" : "told otherwise");
        });
        REQUIRE(house.until_heard("told"));
        std::future<value> answer = house.socket.emitWithAck("ask", x(1000), asio::use_future);
        REQUIRE(house.until([&] { return answer.wait_for(std::chrono::seconds{0}) == std::future_status::ready; }));
        CHECK_THROWS_AS(answer.get(), std::system_error);
        CHECK(house.heard.text() == "told");
        house.socket.emit("ask", x(1000), [&](value const&) { house.heard.note("called"); });
        REQUIRE(house.until_heard("ask is too large"));
    }
    SUBCASE("from another thread")
    {
        std::async(std::launch::async, [&] { house.socket.emit("text", x(1000)); }).get();
        REQUIRE(house.until_heard("text is too large"));
    }
    SUBCASE("an answer to the client")
    {
        house.socket.on("question", [](socketio::ack reply) { reply(x(1000)); });
        house.client.emit("question", [&](value const&) { house.heard.note("answered"); });
        REQUIRE(house.until_heard("acknowledgement is too large"));
        house.socket.on("question later", [&](socketio::ack reply) {
            std::async(std::launch::async, [&] { reply(x(1000)); }).get();
        });
        house.client.emit("question later", [&](value const&) { house.heard.note("answered"); });
        REQUIRE(house.until_heard("acknowledgement is too large", 2));
        CHECK_FALSE(house.heard.has("answered"));
    }
    CHECK(house.in_step(house.client));
    CHECK(house.io.snapshot().cut_off == 0);
}

TEST_CASE("largest_message: of a broadcast that is larger the server's on_error is told once, or the handler is")
{
    two_clients house{{.largest_message = 1000}};
    auto const second = house.guest(), third = house.guest();
    house.io.on_error(note_errors(house.heard, "server: "));
    house.io.emit("news", x(1000));
    house.socket.broadcast().emit("others' news", x(1000));
    REQUIRE(house.until_heard("server: others' news is too large"));
    REQUIRE(house.in_step(third));
    CHECK(house.heard.text() == "server: news is too large | server: others' news is too large");
    house.heard.clear();
    house.io.emit("ask", x(1000), [&](std::error_code ec, std::vector<value> const& answers) {
        house.heard.note(ec == error::payload_too_large && answers.empty() ? "told" : "told otherwise");
    });
    REQUIRE(house.until_heard("told"));
    REQUIRE(house.in_step(second));
    CHECK(house.heard.text() == "told");
}

TEST_CASE("sent_attachments: a server sends as many as its option says to a client that reads as many")
{
    server_options options;
    SUBCASE("by default") {}
    SUBCASE("no more than are named") { options.sent_attachments = 30; }
    support::server_fixture house{options};
    auto client = house.guest("", {.limits = {.attachments = 30}});
    auto const socket = house.socket_of(client);
    std::vector<bytes> const thirty(30, bytes(3));
    client.on("many", [&](std::vector<bytes> const& got, socketio::ack reply) {
        house.heard.note(got == thirty ? "all" : "not all");
        reply(got);
    });
    socket.emit("many", thirty);
    house.io.emit("many", thirty);
    socket.on("ask", [&](socketio::ack reply) { reply(thirty); });
    client.emit("ask", [&](std::vector<bytes> const& got) {
        house.heard.note(got == thirty ? "answered" : "not answered");
    });
    REQUIRE(house.until_heard("answered"));
    CHECK(house.heard.count("all") == 2);
    std::vector<bytes> const more(options.sent_attachments + 1);
    CHECK_THROWS_AS(socket.emit("x", more), std::invalid_argument);
    CHECK_THROWS_AS(socket.emit("x", more, [](std::error_code) {}), std::invalid_argument);
    CHECK_THROWS_AS(house.io.emit("x", more), std::invalid_argument);
    bool thrown = false;
    socket.on("ask for more", [&](socketio::ack reply) {
        try {
            reply(more);
        } catch (std::invalid_argument const&) {
            thrown = true;
        }
    });
    client.emit("ask for more", [](value const&) {});
    REQUIRE(house.until([&] { return thrown; }));
    CHECK(house.in_step(client));
}

TEST_CASE("attachments: a server reads ten of one packet, or as many as its option says")
{
    std::string const twelve = R"(4512-["x",{"_placeholder":true,"num":11}])";
    server_options options;
    SUBCASE("by default")
    {
        told_fixture house;
        house.socket->on("error", [&](std::string const& words) { house.heard.note(words); });
        house.raw.say(twelve);
        REQUIRE(house.until_heard("disconnect: forced close"));
        CHECK(house.heard.has(make_error_code(error::packet_too_many_attachments).message()));
        CHECK(house.why.code == error::packet_too_many_attachments);
    }
    SUBCASE("flag_guard, each as large as a message may be")
    {
        told_fixture house{{.maxHttpBufferSize = 1000, .attachments = 12}};
        house.socket->on("x", [&](bytes const& last) { house.heard.note("last " + std::to_string(last.size())); });
        house.raw.say(twelve);
        bytes const data(1000);
        for (int i = 0; i != 12; ++i)
            house.raw.say(socketio::bytes_view{data});
        REQUIRE(house.until_heard("last 1000"));
        house.raw.say(R"(4513-["x",{"_placeholder":true,"num":11}])");
        REQUIRE(house.until_heard("disconnect: forced close"));
    }
}

TEST_CASE("json_depth: 128 levels are read, or as many as both sides' options say, up to 1024, both ways")
{
    value nest = "bottom";
    for (int i = 0; i != 1022; ++i) {
        socketio::array outer;
        outer.push_back(std::move(nest));
        nest = std::move(outer);
    }
    SUBCASE("flag_guard")
    {
        support::server_fixture house{{.json_depth = 1024}};
        auto client = house.guest("", {.limits = {.json_depth = 1024}});
        house.socket_of(client).on("deep", [&](value const& got, socketio::ack reply) { reply(got); });
        house.socket_of(client).onAnyOutgoing([&](std::string_view event) {
            house.heard.note("out " + std::string{event});
        });
        client.on("deep", [&](value const& got) { house.heard.note(got == nest ? "down" : "wrong"); });
        client.emit("deep", nest, [&](value const& got) { house.heard.note(got == nest ? "up" : "wrong"); });
        REQUIRE(house.until_heard("up"));
        house.socket_of(client).emit("deep", nest);
        REQUIRE(house.until_heard("down"));
        CHECK(house.heard.text() == "up | out deep | down");
    }
    SUBCASE("by default")
    {
        two_clients house;
        house.socket.on("disconnect", [&](std::string const&, socketio::disconnect_details const& why) {
            house.heard.note(why.code == error::json_too_deep ? "too deep" : "otherwise");
        });
        house.client.emit("deep", nest);
        REQUIRE(house.until_heard("too deep"));
    }
}

TEST_CASE("a server's ping, and its pong, do not wait behind what a slow client has not read")
{
    using namespace std::chrono_literals;
    told_fixture house{{.pingInterval = 1ms, .pingTimeout = 60s, .send_limit = 64 << 20}};
    REQUIRE(house.raw.until_heard("2"));
    house.raw.pause();
    constexpr int all = 400;
    for (int i = 0; i != all; ++i)
        house.socket->emit("text", i, x(100000));
    REQUIRE(house.until([&] { return house.io.snapshot().unsent_bytes > 20'000'000; }));
    house.raw.say("3"); // and so the next ping is due
    house.socket->once("due", [&] { house.heard.note("due"); });
    house.raw.say(R"(42["due"])");
    REQUIRE(house.until_heard("due"));
    house.raw.resume();
    REQUIRE(house.raw.until_heard("42[\"text\"", all));
    auto const& heard = house.raw.heard();
    auto const is_ping = [](std::string const& line) { return line == "2"; };
    auto const first = std::find_if(heard.begin(), heard.end(), is_ping);
    auto const second = std::find_if(first + 1, heard.end(), is_ping);
    CHECK(second - heard.begin() < all / 2);
    CHECK(house.heard.text() == "due");
}
