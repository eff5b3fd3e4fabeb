// The server with the parser of MessagePack: npm's client with socket.io-msgpack-parser, and this library's.
#include <socketio/client.hpp>
#include <socketio/msgpack.hpp>
#include <socketio/server.hpp>

#include "support/hex.hpp"
#include "support/npm_client.hpp"
#include "support/raw_client.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace socketio;
using namespace std::chrono_literals;
using support::npm_client;

namespace {

server_options packed_server(server_options from = {})
{
    from.parser = msgpack_parser;
    return from;
}

options packed(options from = {})
{
    from.parser = msgpack_parser;
    return from;
}

struct msgpack_fixture : support::server_fixture {
    explicit msgpack_fixture(server_options from = {}) : server_fixture{packed_server(std::move(from))} {}

    // What npm's client notes, each line behind its namespace.
    std::string npm(std::string const& transports, std::string const& rest)
    {
        npm_client other{url(), R"({"options":{"parser":"socket.io-msgpack-parser","transports":)" + transports + "}," + rest + "}"};
        CHECK(until([&] { return other.diary().has_value(); }));
        auto const lines = value::from_json(other.diary().value_or("[]"));
        std::string all;
        for (auto const& line : *lines->if_array())
            if (!line.if_string()->starts_with("/ connect "))
                all += (all.empty() ? "" : " | ") + *line.if_string();
        return all;
    }
};

struct recovering_fixture : msgpack_fixture {
    recovering_fixture() : msgpack_fixture{{.connectionStateRecovery = connection_state_recovery{}}} {}
};

struct small_fixture : msgpack_fixture {
    small_fixture() : msgpack_fixture{{.maxHttpBufferSize = 1000, .largest_message = 2000}} {}
};

constexpr char const* every_way[] = {R"(["websocket"])", R"(["polling"])", R"(["polling","websocket"])",
    R"(["websocket"],"forceBase64":true)", R"(["polling"],"forceBase64":true)"};

} // namespace

TEST_CASE_FIXTURE(msgpack_fixture, "every type goes to npm's client and comes from there by MessagePack, over every transport")
{
    std::optional<value> got;
    io.on("connection", [&](server_socket arrived) {
        arrived.emit("all", nullptr, true, 1, -1, 128, 65536, 4294967296, -32769, 1.5, "text", std::string(40, 'x'),
            bytes{std::byte{1}, std::byte{255}}, object{{"in", array{bytes{}, object{}}}}, std::vector<int>(20, 7));
        arrived.on("mine", [&, arrived](value const& a, value const& b, value const& c) {
            got = array{a, b, c};
            arrived.emit("end");
        });
    });
    std::string const expected = R"(/ event all [null,true,1,-1,128,65536,4294967296,-32769,1.5,"text",")" +
        std::string(40, 'x') + R"(",{"hex":"01ff"},{"in":[{"hex":""},{}]},[7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7]])";
    for (std::string const way : every_way) {
        CAPTURE(way);
        got.reset();
        CHECK(npm(way, R"("start":[["connect","/"]],"until":"/ event end []","on":{)" + support::quoted(expected) +
                R"(:[[["emit","/","mine",[null,false,0,-5,300,1e20,0.25,"\u00e9"],{"hex":"07ff"},{"a":{"b":[]}}]]]})")
                  .find(expected) != std::string::npos);
        REQUIRE(got);
        CHECK((*got)[1] == value{bytes{std::byte{7}, std::byte{255}}});
        CHECK((*got)[2] == value{object{{"a", object{{"b", array{}}}}}});
        CHECK((*got)[0][4] == value{300});
        CHECK((*got)[0][7] == value{"\xc3\xa9"});
    }
}

TEST_CASE_FIXTURE(msgpack_fixture, "acknowledgements with binary data go both ways with npm's client by MessagePack")
{
    for (std::string const way : every_way) {
        CAPTURE(way);
        heard.clear();
        auto const listening = io.on("connection", [&](server_socket arrived) {
            arrived.on("ask", [](int number, bytes data, ack reply) {
                data.push_back(std::byte{3});
                reply(number + 1, data);
            });
            arrived.emit("question", 1, [&, arrived](std::error_code, std::string const& text) mutable {
                heard.note(text);
                arrived.emit("end");
            });
        });
        CHECK(npm(way, R"("start":[["connect","/"],["ask","/",0,"ask",41,{"hex":"0102"}]],"until":"/ event end []")")
                  .find(R"(/ ack ask: [42,{"hex":"010203"}])") != std::string::npos);
        CHECK(heard.text() == "reply to");
        listening.off();
    }
}

TEST_CASE_FIXTURE(msgpack_fixture, "a broadcast is encoded once as MessagePack, with its acknowledgement's id for those who are asked")
{
    auto one = guest("", packed());
    auto two = guest("", packed({.transports = {"polling"}}));
    for (auto* const each : {&one, &two}) {
        each->on("news", [&](std::string const& text, bytes const& data) {
            heard.note(text + std::to_string(data.size()));
        });
        each->on("question", [](std::vector<int> const& list, ack reply) { reply(list.size()); });
    }
    io.emit("news", "n", bytes(5000));
    REQUIRE(until_heard("n5000", 2));
    std::optional<std::vector<value>> answers;
    io.timeout(10s).emit("question", std::vector<int>(20, 1), [&](std::error_code ec, std::vector<value> got) {
        CHECK_FALSE(ec);
        answers = std::move(got);
    });
    REQUIRE(until([&] { return answers.has_value(); }));
    CHECK(*answers == std::vector<value>{20, 20});
    io.to(one.id()).emit("news", "to one", bytes(1));
    REQUIRE(until_heard("to one1"));
    CHECK(heard.count("to one1") == 1);
}

TEST_CASE_FIXTURE(recovering_fixture, "missed events of MessagePack are sent again with their offsets, to npm's client and ours")
{
    auto client = guest("", packed({.reconnection = false}));
    client.on("news", [&](std::vector<int> const& list) { heard.note("news " + std::to_string(list.size())); });
    for (std::size_t const size : {1u, 14u, 15u, 16u})
        io.emit("news", std::vector<int>(size, 1));
    REQUIRE(until_heard("news 16"));
    CHECK_FALSE(client.recovery().offset.empty());
    auto const id = client.id();
    auto const before = client.recovery().offset;
    socket_of(client).conn().close();
    REQUIRE(until([&] { return !client.connected(); }));
    io.emit("news", std::vector<int>(3, 1));
    client.connect();
    REQUIRE(until_heard("news 3"));
    REQUIRE(until([&] { return client.connected(); }));
    CHECK(client.recovered());
    CHECK(client.id() == id);
    CHECK(client.recovery().offset != before);
    CHECK(heard.text() == "news 1 | news 14 | news 15 | news 16 | news 3");

    io.on("connection", [&](server_socket arrived) { arrived.emit("end"); });
    CHECK(npm(R"(["websocket"])", R"("start":[["connect","/"]],"until":"/ event end [\")" + before.substr(0, 8) +
        R"(5\"]")").find("/ event end") != std::string::npos);
}

TEST_CASE_FIXTURE(msgpack_fixture, "namespaces, middleware and refusals are the same by MessagePack")
{
    io.of("/closed").use([](server_socket const&, next go_on) {
        go_on(refusal{"not today", object{{"code", 7}}});
    });
    auto refused = client("/closed", packed());
    refused.on("connect_error", [&](connect_error const& why) { heard.note(why.message() + why.data().to_json()); });
    REQUIRE(until_heard(R"(not today{"code":7})"));

    io.of("/open").on("connection", [&](server_socket arrived) {
        arrived.use([](std::string_view, args const&, next go_on) { go_on(); });
        arrived.on("e", [&](bytes const& data) { heard.note("e " + std::to_string(data.size())); });
        arrived.onAnyOutgoing([&](std::string_view event, args const& all) {
            heard.note("out " + std::string{event} + all[0].to_json());
        });
        arrived.emit("hello", 5);
    });
    auto open = guest("/open", packed({.auth = object{{"a", 1}}}));
    open.emit("e", bytes(9));
    REQUIRE(until_heard("e 9"));
    CHECK(heard.has("out hello5"));
    open.disconnect();
    REQUIRE(until([&] { return io.of("/open").sockets().size() == 0; }));
}

TEST_CASE_FIXTURE(msgpack_fixture, "middleware that decides later leaves an event of MessagePack as it was sent")
{
    std::vector<next> waiting;
    io.on("connection", [&](server_socket arrived) {
        arrived.use([&](std::string_view, args const& all, next go_on) {
            heard.note("asked " + std::to_string(all.size()));
            waiting.push_back(go_on);
        });
        arrived.on("e", [&](args const& all) {
            CHECK(std::isnan(all[0].as_double()));
            CHECK(all[1].as_double() == std::numeric_limits<double>::infinity());
            CHECK(all[2].to_value() == value{object{{"_placeholder", true}, {"num", 0}}});
            CHECK(all[3].get<bytes>() == bytes(2, std::byte{7}));
            CHECK(all[4].get<std::uint64_t>() == std::numeric_limits<std::uint64_t>::max());
            heard.note("heard");
        });
    });
    auto one = guest("", packed());
    one.emit("e", std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        object{{"_placeholder", true}, {"num", 0}}, bytes(2, std::byte{7}), std::numeric_limits<std::uint64_t>::max());
    REQUIRE(until_heard("asked 5"));
    REQUIRE(waiting.size() == 1);
    waiting.front()();
    REQUIRE(until_heard("heard"));
}

TEST_CASE_FIXTURE(msgpack_fixture, "a session of MessagePack moves from polling to WebSocket without a loss")
{
    int next = 0;
    bool in_order = true;
    io.on("connection", [&](server_socket arrived) {
        for (int i = 0; i != 50; ++i)
            arrived.emit("item", i, bytes(static_cast<std::size_t>(i)));
        arrived.conn().on("upgrade", [arrived](std::string_view) mutable {
            for (int i = 50; i != 100; ++i)
                arrived.emit("item", i, bytes(static_cast<std::size_t>(i)));
        });
    });
    auto moving = client("", packed({.transports = {"polling", "websocket"}}));
    moving.on("item", [&](int number, bytes const& data) {
        in_order = in_order && number == next++ && data.size() == static_cast<std::size_t>(number);
    });
    REQUIRE(until([&] { return next == 100; }));
    CHECK(in_order);
    CHECK(socket_of(moving).conn().transport() == "websocket");
}

TEST_CASE_FIXTURE(small_fixture, "the limits of a server hold for MessagePack")
{
    std::vector<std::string> failed;
    io.on_error([&](event_error const& why) { failed.push_back(why.message()); });
    auto client = guest("", packed());
    client.on("big", [&](bytes const& data) { heard.note(std::to_string(data.size())); });
    auto const socket = socket_of(client);
    socket.emit("big", bytes(1900));
    socket.emit("big", bytes(2001));
    io.emit("too big for all", bytes(2001));
    REQUIRE(until([&] { return failed.size() == 2 && heard.has("1900"); }));
    CHECK(failed[0].starts_with("\"big\": the packet is larger"));
    CHECK(failed[1].starts_with("\"too big for all\": the packet is larger"));
    CHECK(heard.text() == "1900");
}

TEST_CASE_FIXTURE(msgpack_fixture, "a client of JSON is closed by a server of MessagePack, which takes no harm")
{
    auto wrong = client("", {.reconnectionAttempts = 2});
    heard.follow(wrong);
    heard.follow(wrong.io());
    REQUIRE(until_heard("reconnect_failed"));
    CHECK(heard.count_of("connect_error") == 3);
    CHECK(heard.text().find("does it use another parser, such as MessagePack?") != std::string::npos);

    support::raw_client raw{context, io.port()};
    REQUIRE(raw.until_heard("0"));
    raw.say("40");
    CHECK(raw.until_closed());
    auto right = guest("", packed());
    CHECK(right.connected());
}

TEST_CASE("a client of MessagePack is closed by a server of JSON")
{
    support::server_fixture json;
    auto wrong = json.client("", packed({.reconnectionAttempts = 2}));
    json.heard.follow(wrong);
    json.heard.follow(wrong.io());
    REQUIRE(json.until_heard("reconnect_failed"));
    CHECK(json.heard.count_of("connect_error") == 3);
    CHECK(json.heard.text().find("does it use MessagePack, as this client does?") != std::string::npos);
}

TEST_CASE_FIXTURE(msgpack_fixture, "a packet of MessagePack that is not valid ends the client after \"error\"")
{
    io.on("connection", [&](server_socket arrived) {
        arrived.on("error", [&](connect_error const& why) { heard.note("error: " + why.message()); });
        arrived.on("disconnect", [&](std::string_view why) { heard.note(std::string{why}); });
    });
    std::pair<char const*, char const*> const bad[] = {{"c1", "invalid MessagePack"}, {"", "invalid MessagePack"},
        {"83a47479706502a464617461 90 a36e7370a12f", "invalid payload"},
        {"83a47479706502a464617461 92a165 ddffffffff a36e7370a12f", "invalid MessagePack"},
        {"82a47479706505a36e7370a12f", "unknown packet type"}};
    for (auto const& each : bad) {
        auto const [packet, words] = each;
        CAPTURE(each.first);
        heard.clear();
        support::raw_client raw{context, io.port()};
        REQUIRE(raw.until_heard("0"));
        raw.say(detail::as_bytes(support::from_hex("82a47479706500a36e7370a12f")));
        REQUIRE(raw.until_heard("binary"));
        raw.say(detail::as_bytes(support::from_hex(packet)));
        CHECK(raw.until_closed());
        REQUIRE(until([&] { return heard.has("forced close"); }));
        CHECK(heard.text() == "error: " + std::string{words} + " | forced close");
    }
}
