// The client with the parser of MessagePack, against npm's server with socket.io-msgpack-parser.
#include <socketio/client.hpp>
#include <socketio/msgpack.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/hex.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <asio/bind_executor.hpp>
#include <asio/use_future.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace msgpack_cases { // files may be compiled together

using namespace std::chrono_literals;
using namespace support;
using socketio::bytes;

namespace msgpack_client_tests {

struct message {
    std::uint64_t id = 0;
    std::string text{};
    std::optional<double> size{};
    bytes data{};
    bool operator==(message const&) const = default;
};
SOCKETIO_FIELDS(message, id, text, size, data)

} // namespace msgpack_client_tests

namespace {

using msgpack_client_tests::message;

constexpr char with_parser[] = R"({"parser":"socket.io-msgpack-parser"})";

socketio::options packed(socketio::options from = {})
{
    from.parser = socketio::msgpack_parser;
    from.forceNew = true;
    return quick(std::move(from));
}

socketio::options over(std::string const& transport, socketio::options from = packed())
{
    from.transports = {transport};
    return from;
}

struct msgpack_test : client_test {
    npm_server peer{with_parser};
};

// Binary data as digits, since JSON has none.
std::string text_of(socketio::value_view from)
{
    if (from.is_binary())
        return "hex:" + to_hex(socketio::detail::as_text(from.as_binary()));
    if (!from.is_array())
        return from.to_json();
    std::string all = "[";
    for (auto const each : from.elements())
        all += (all.size() == 1 ? "" : ",") + text_of(each);
    return all + ']';
}

std::vector<std::string> texts_of(socketio::args const& all)
{
    std::vector<std::string> texts;
    for (auto const each : all)
        texts.push_back(text_of(each));
    return texts;
}

// What npm's server emits for this event.
std::vector<std::string> told(client_test& test, npm_server& server, std::string const& event, socketio::options how)
{
    std::vector<std::string> got;
    auto socket = socketio::io(test.context, server.url(), std::move(how));
    socket.on(event, [&](socketio::args const& all) { got = texts_of(all); });
    socket.emit(event);
    REQUIRE(test.until([&] { return !got.empty(); }));
    return got;
}

// An event of all that JSON cannot say: ["odd", NaN, Infinity, -Infinity, {"_placeholder": true, "num": 0}, binary data,
// 2^64 - 1, a date].
constexpr char odd_event[] =
    "83a47479706502a464617461"
    "98a36f6464cb7ff8000000000000cb7ff0000000000000cbfff000000000000082ac5f706c616365686f6c646572c3a36e756d00c4020708"
    "cfffffffffffffffffd7000000018bcfe5687ba36e7370a12f";

std::string words_of_odd(socketio::args const& all)
{
    std::string words;
    for (auto const each : all)
        words += (words.empty() ? "" : " ") +
                 (each.is_number() ? std::to_string(each.as_double()) : text_of(each));
    return words;
}

constexpr std::string_view odd_words = R"(nan inf -inf {"_placeholder":true,"num":0} hex:0708 18446744073709551616.000000 )"
                                       R"("2023-11-14T22:13:20.123Z")";

} // namespace

TEST_CASE_FIXTURE(client_test, "a MessagePack event that waits for CONNECT, or for another executor, is heard as it was sent")
{
    support::script early;
    early.open().expect("binary").binary(odd_event).binary("83a47479706500a46461746181a3736964a153a36e7370a12f");
    support::raw_server server(early);
    asio::io_context elsewhere;
    auto socket = socketio::io(context, server.url(), packed());
    socket.on("odd", [&](socketio::args const& all) {
        CHECK(socket.connected());
        CHECK(all[5].get<std::uint64_t>() == 18446744073709551615U);
        heard.note(words_of_odd(all));
    });
    socket.on("odd", asio::bind_executor(elsewhere.get_executor(), [&](socketio::args const& all) {
        heard.note("there " + words_of_odd(all));
    }));
    REQUIRE(until_heard(odd_words));
    elsewhere.run();
    CHECK(heard.has("there " + std::string{odd_words}));
}

TEST_CASE_FIXTURE(msgpack_test, "every type of npm's server is the same by MessagePack as by JSON, but for what npm loses")
{
    npm_server json;
    auto const expected = told(*this, json, "types", quick({.forceNew = true}));
    for (std::string const transport : {"websocket", "polling"}) {
        CAPTURE(transport);
        auto const got = told(*this, peer, "types", over(transport));
        REQUIRE(got.size() == expected.size());
        for (std::size_t i = 0; i != got.size(); ++i)
            if (i != 3 && i != 4)
                CHECK(got[i] == expected[i]);
        // npm writes numbers from 2^64 on as the lowest 64 bits of an integer.
        CHECK(got[3] == "[0,0,1,-1,2147483647,-2147483648,2147483648,4294967295,4294967296,9007199254740991,"
                        "-9007199254740991,9007199254740992,9223372036854775808,-9223372036854775808,0,"
                        "3875820019684212736,1.5,-0.1,1e-07,5e-324,0,null,null]");
        CHECK(got[4].substr(0, got[4].find("\\uffff") - 40).starts_with(R"(["","plain","quote)"));
    }
}

TEST_CASE_FIXTURE(msgpack_test, "binary data of npm's server is the same by MessagePack as by JSON, in one message")
{
    npm_server json;
    auto const expected = told(*this, json, "binary", quick({.forceNew = true}));
    CHECK(told(*this, peer, "binary", over("websocket")) == expected);
    CHECK(told(*this, peer, "binary", over("polling")) == expected);
}

TEST_CASE_FIXTURE(msgpack_test, "dates, typed arrays and undefined come by MessagePack as JavaScript means them")
{
    auto const got = told(*this, peer, "peculiar", packed());
    REQUIRE(got.size() == 11);
    CHECK(got[0] == R"("2023-11-14T22:13:20.123Z")");
    CHECK(got[1] == R"("1969-12-31T23:59:59.999Z")");
    CHECK(got[2] == "hex:000102");
    CHECK(got[3] == "hex:0000803f");
    CHECK(got[4] == "hex:0000");
    CHECK(got[5] == "null");
    CHECK(got[6] == R"({"none":null,"date":"1970-01-01T00:00:00.000Z"})");
    CHECK(got[7] == "0");
    CHECK(got[8] == "9007199254740992");
    CHECK(got[9] == "{}");
    CHECK(got[10] == "{}");
}

TEST_CASE_FIXTURE(msgpack_test, "values and types of the program's own go to npm's server and back by MessagePack")
{
    message const sent{18446744073709551615U >> 12, "caf\xc3\xa9 \"quoted\"", 2.5, bytes(300, std::byte{7})};
    socketio::value const tree{socketio::object{
        {"list", socketio::array{nullptr, true, -1, -129, 70000, 4294967296, 1.5, "x", std::string(40, 'y')}},
        {"in", socketio::array{bytes{}, bytes(3, std::byte{1})}}, {"", socketio::object{}}}};
    for (std::string const transport : {"websocket", "polling"}) {
        CAPTURE(transport);
        auto socket = socketio::io(context, peer.url(), over(transport));
        std::optional<message> back;
        std::optional<socketio::value> tree_back;
        socket.on("echo event", [&](message const& got, socketio::value const& other) {
            back = got;
            tree_back = other;
        });
        socket.emit("echo event", sent, tree);
        REQUIRE(until([&] { return tree_back.has_value(); }));
        CHECK(back == sent);
        CHECK(tree_back == tree);
        CHECK(socket.io().snapshot().transport == transport);
    }
    CHECK(peer.log("event", "event") == R"(["echo event","echo event"])");
}

TEST_CASE_FIXTURE(msgpack_test, "texts and binary data of a MessagePack event are views of the message")
{
    auto socket = socketio::io(context, peer.url(), packed());
    socket.on("echo event", [&](std::string_view text, std::span<std::byte const> data) {
        heard.note(std::string{text} + ' ' + std::to_string(data.size()));
        auto const* const at = reinterpret_cast<char const*>(data.data());
        CHECK((at > text.data() && at < text.data() + 200)); // of the same message
    });
    socket.emit("echo event", "hello", bytes(100));
    REQUIRE(until_heard("hello 100"));
}

TEST_CASE_FIXTURE(msgpack_test, "acknowledgements go both ways by MessagePack, with binary data in them")
{
    for (std::string const transport : {"websocket", "polling"}) {
        CAPTURE(transport);
        heard.clear();
        auto socket = socketio::io(context, peer.url(), over(transport));
        REQUIRE(until_connected(socket));
        socket.on("question", [](int number, socketio::ack reply) { reply(number + 1, bytes(2, std::byte{9})); });
        CHECK(support::ask(context, peer, R"({"do":"ask","event":"question","args":[41]})") == R"([42,{"hex":"0909"}])");
        socket.emit("sum", 1, 2, [&](int sum) { heard.note("sum " + std::to_string(sum)); });
        socket.emit("echo", bytes(3, std::byte{5}), [&](std::error_code, bytes const& data) {
            heard.note("echo " + std::to_string(data.size()));
        });
        socket.timeout(10ms).emit("silence", note_answer("silence"));
        REQUIRE(until_heard("silence: operation has timed out"));
        REQUIRE(until([&] { return heard.has("sum 3") && heard.has("echo 3"); }));
        auto answer = socket.emitWithAck<int>("sum", 4, 5, asio::use_future);
        REQUIRE(until([&] { return answer.wait_for(0s) == std::future_status::ready; }));
        CHECK(answer.get() == 9);
    }
}

TEST_CASE_FIXTURE(msgpack_test, "namespaces, their credentials and their refusals work by MessagePack")
{
    auto admin = socketio::io(context, peer.url() + "/admin", packed({.auth = socketio::object{{"token", "abc"}}}));
    REQUIRE(until_connected(admin));
    admin.emit("sum", 1, [&](int) { heard.note("answered"); });
    REQUIRE(until_heard("answered"));

    auto stranger = socketio::io(context, peer.url() + "/admin", packed());
    socketio::value data;
    stranger.on("connect_error", [&](socketio::connect_error const& why) {
        data = why.data();
        heard.note(why.message());
    });
    REQUIRE(until_heard("not authorized"));
    CHECK(data == socketio::value{socketio::object{{"code", 42}}});

    auto unknown = socketio::io(context, peer.url() + "/nowhere", packed());
    unknown.on("connect_error", [&](socketio::connect_error const& why) { heard.note(why.message()); });
    REQUIRE(until_heard("Invalid namespace"));

    heard.follow(admin);
    support::ask(context, peer, R"({"do":"disconnect","nsp":"/admin"})");
    REQUIRE(until_heard("disconnect: io server disconnect"));
}

TEST_CASE_FIXTURE(msgpack_test, "events wait for the connection as MessagePack, can be looked at, and leave in order")
{
    auto options = packed();
    options.autoConnect = false;
    auto socket = socketio::io(context, peer.url(), options);
    socket.on("echo event", [&](int number, bytes const& data) {
        heard.note(std::to_string(number) + ' ' + std::to_string(data.size()));
    });
    for (int i = 0; i != 3; ++i)
        socket.emit("echo event", i, bytes(static_cast<std::size_t>(i)));
    context.poll();
    auto const events = socket.sendBuffer();
    REQUIRE(events.size() == 3);
    CHECK(events[2].event == "echo event");
    CHECK(events[2].arguments == socketio::array{2, bytes(2)});
    socket.connect();
    REQUIRE(until_heard("2 2"));
    CHECK(heard.text() == "0 0 | 1 1 | 2 2");
}

TEST_CASE_FIXTURE(msgpack_test, "outgoing listeners see what MessagePack has written")
{
    auto socket = socketio::io(context, peer.url(), packed());
    REQUIRE(until_connected(socket));
    socket.onAnyOutgoing([&](std::string_view event, socketio::args const& all) {
        heard.note(std::string{event} + ' ' + all[0].to_json() + ' ' + std::to_string(all[1].size()));
    });
    socket.emit("echo", 5, bytes(4));
    socket.emit("sum", 6, bytes(1), [](int) {});
    REQUIRE(until_heard("sum 6 1"));
    CHECK(heard.text() == "echo 5 4 | sum 6 1");
}

TEST_CASE_FIXTURE(msgpack_test, "events of several threads arrive whole and in the order of each by MessagePack")
{
    constexpr int count = 200;
    auto socket = socketio::io(context, peer.url(), packed());
    REQUIRE(until_connected(socket));
    std::vector<int> next(3, 0);
    bool in_order = true;
    socket.on("echo event", [&](std::size_t who, int number, std::string_view text) {
        in_order = in_order && next.at(who)++ == number && text.size() == static_cast<std::size_t>(number) * 5;
    });
    std::vector<std::thread> threads;
    for (std::size_t who = 0; who != next.size(); ++who)
        threads.emplace_back([socket, who]() mutable {
            for (int i = 0; i != count; ++i)
                socket.emit("echo event", who, i, std::string(static_cast<std::size_t>(i) * 5, 'x'));
        });
    for (auto& each : threads)
        each.join();
    REQUIRE(until([&] { return next == std::vector<int>(3, count); }));
    CHECK(in_order);
}

TEST_CASE_FIXTURE(msgpack_test, "retries by MessagePack have an id for each try and the same last argument")
{
    auto options = packed();
    options.retries = 2;
    options.ackTimeout = 20ms;
    options.deduplication_id = true;
    auto socket = socketio::io(context, peer.url(), options);
    socket.emit("silence", "x", bytes(2), note_answer("first"));
    socket.timeout(60s).emit("echo", "answer", note_answer("second"));
    REQUIRE(until_heard("second: answer"));
    CHECK(heard.text() == "first: operation has timed out | second: answer");
    CHECK(peer.log("event", "event") == R"(["silence","silence","silence","echo"])");
    auto const sent = socketio::value::from_json(peer.log("event", "args"));
    REQUIRE(sent);
    CHECK((*sent)[0] == (*sent)[1]);
    CHECK((*sent)[1] == (*sent)[2]);
    CHECK((*sent)[0].if_array()->size() == 3);
    CHECK((*sent)[0][2].if_string()->ends_with("-0"));
    CHECK((*sent)[3][1].if_string()->ends_with("-1"));
}

TEST_CASE_FIXTURE(client_test, "a session is recovered by MessagePack: the offset is the last argument of what npm sends")
{
    npm_server peer{R"({"parser":"socket.io-msgpack-parser","connectionStateRecovery":{"maxDisconnectionDuration":120000}})"};
    auto options = packed();
    options.reconnection = false;
    auto socket = socketio::io(context, peer.url(), options);
    heard.follow(socket);
    socket.on("news", [this](int number) { heard.note("news " + std::to_string(number)); });
    REQUIRE(until_heard("connect"));
    support::ask(context, peer, R"({"do":"emit","event":"news","args":[1]})");
    REQUIRE(until_heard("news 1"));
    CHECK_FALSE(socket.recovery().offset.empty());
    auto const id = socket.id();
    support::ask(context, peer, R"({"do":"lose"})");
    REQUIRE(until([&] { return !socket.connected(); }));
    support::await_entry(context, peer, "disconnect", "reason");
    support::ask(context, peer, R"({"do":"emit","event":"news","args":[2]})");
    heard.clear();
    socket.connect();
    REQUIRE(until_heard("connect"));
    CHECK(heard.text() == "news 2 | connect");
    CHECK(socket.recovered());
    CHECK(socket.id() == id);
}

#if defined(SOCKETIO_WITH_ZLIB)
TEST_CASE_FIXTURE(client_test, "messages of MessagePack are compressed like others")
{
    npm_server peer{R"({"parser":"socket.io-msgpack-parser","perMessageDeflate":{"threshold":0}})"};
    auto options = packed();
    options.perMessageDeflate.threshold = 0;
    auto socket = socketio::io(context, peer.url(), options);
    socket.on("echo event", [&](std::string_view text, bytes const& data) {
        heard.note(std::to_string(text.size() + data.size()));
    });
    socket.emit("echo event", std::string(5000, 'a'), bytes(5000));
    REQUIRE(until_heard("10000"));
    CHECK(socket.io().snapshot().bytes_received < 2000);
}
#endif

TEST_CASE_FIXTURE(client_test, "a MessagePack event above the server's maxPayload is not sent, over either transport")
{
    npm_server peer{R"({"parser":"socket.io-msgpack-parser","maxHttpBufferSize":2000})"};
    for (std::string const transport : {"websocket", "polling"}) {
        CAPTURE(transport);
        heard.clear();
        auto socket = socketio::io(context, peer.url(), over(transport));
        REQUIRE(until_connected(socket));
        // As base64 it has a third more.
        std::size_t const fits = transport == "polling" ? 1400 : 1900;
        socket.emit("echo", bytes(fits), note_answer("large"));
        socket.emit("echo", bytes(fits + 100), note_answer("larger"));
        socket.emit("echo", "last", note_answer("last"));
        REQUIRE(until_heard("last: last"));
        CHECK(heard.has("larger: the packet is larger than the server's maxPayload or largest_message"));
        CHECK(heard.count_of("large: ") == 1);
        CHECK_FALSE(heard.has("large: the packet is larger than the server's maxPayload or largest_message"));
    }
}

TEST_CASE_FIXTURE(client_test, "a client of MessagePack says of a server of JSON that it has another parser, and waits longer each time")
{
    npm_server json;
    for (std::string const transport : {"websocket", "polling"}) {
        CAPTURE(transport);
        heard.clear();
        auto options = over(transport);
        options.reconnectionAttempts = 2;
        options.reconnectionDelay = 1ms;
        options.reconnectionDelayMax = 100ms;
        auto socket = socketio::io(context, json.url(), options);
        heard.follow(socket);
        heard.follow(socket.io());
        REQUIRE(until_heard("reconnect_failed"));
        CHECK(heard.has("connect_error: transport close before the namespace was connected: the server closed the "
                        "connection without an answer: does it use MessagePack, as this client does?"));
        CHECK(heard.count("manager reconnect_attempt: 1") == 1);
        CHECK(heard.count("manager reconnect_attempt: 2") == 1); // no attempt has been good, and so they end
        CHECK_FALSE(heard.has("connect"));
    }
}

TEST_CASE_FIXTURE(msgpack_test, "a client of JSON says of a server of MessagePack that it may have another parser, and waits longer each time")
{
    for (std::string const transport : {"websocket", "polling"}) {
        CAPTURE(transport);
        heard.clear();
        auto options = over(transport, quick({.forceNew = true}));
        options.reconnectionAttempts = 2;
        auto socket = socketio::io(context, peer.url(), options);
        heard.follow(socket);
        heard.follow(socket.io());
        REQUIRE(until([&] { return heard.has("reconnect_failed") || heard.count("manager reconnect_attempt: 1") > 1; }));
        CHECK(heard.count("connect_error: transport close before the namespace was connected: the server closed the "
                          "connection without an answer: does it use another parser, such as MessagePack?") == 3);
        CHECK(heard.count("manager reconnect_attempt: 1") == 1);
        CHECK(heard.count("manager reconnect_attempt: 2") == 1);
        CHECK_FALSE(heard.has("connect"));
    }
}

TEST_CASE_FIXTURE(client_test, "a text where MessagePack was expected, and bytes where JSON was, are errors that name the parser")
{
    auto const after_open = [&](support::script const& says, socketio::options options) {
        heard.clear();
        support::raw_server server(support::plans(says));
        auto socket = socketio::io(context, server.url(), once_only(std::move(options)));
        heard.follow(socket);
        REQUIRE(until([&] { return heard.count_of("connect_error") == 1; }));
        return heard.text();
    };
    CHECK(after_open(support::script().open().text(R"(40{"sid":"S"})"), packed()) ==
          "connect_error: parse error before the namespace was connected: text where MessagePack was expected: does the "
          "server use this parser?");
    CHECK(after_open(support::script().open().binary("82a474797065"), {}) ==
          "connect_error: parse error before the namespace was connected: got binary data when not reconstructing a "
          "packet: does the server use another parser, such as MessagePack?");
    CHECK(after_open(support::script().open().binary("c1"), packed()) ==
          "connect_error: parse error before the namespace was connected: invalid MessagePack: does the server use "
          "MessagePack, as this client does?");
}

} // namespace msgpack_cases
