// Events both ways, as JSON: what is sent, and what arrives.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using support::client_test;

namespace {

std::vector<socketio::value> copies(socketio::args const& from)
{
    std::vector<socketio::value> all;
    for (auto const each : from)
        all.push_back(each.to_value());
    return all;
}

// Objects and arrays in turn, as handlers.js makes them.
socketio::value nested(unsigned depth)
{
    if (depth == 0)
        return "bottom";
    if (depth % 2 == 0)
        return socketio::object{{"down", nested(depth - 1)}};
    socketio::array list;
    list.push_back(nested(depth - 1));
    return list;
}

std::string const lone_surrogate = "\xef\xbf\xbd"; // U+FFFD: UTF-8 has no half of a pair

} // namespace

TEST_CASE_FIXTURE(client_test, "every JSON type that npm's server sends arrives, in events and in acks")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    std::vector<socketio::value> got;
    std::vector<socketio::value> answered;
    socket.on("types", [&](socketio::args const& all) { got = copies(all); });
    socket.emit("types", [&](socketio::args const& all) { answered = copies(all); });
    REQUIRE(until([&] { return !answered.empty(); }));
    REQUIRE(got.size() == 10);
    CHECK(got == answered);

    CHECK(got[0].is_null());
    CHECK(got[1] == socketio::value{true});
    CHECK(got[2] == socketio::value{false});
    CHECK(got[3] == socketio::value{socketio::array{0, 0, 1, -1, 2147483647, -2147483648, 2147483648, 4294967295,
                        4294967296, 9007199254740991, -9007199254740991, 9007199254740992, 9223372036854776000u,
                        -9223372036854776000.0, 18446744073709552000.0, 1e21, 1.5, -0.1, 1e-7, 5e-324,
                        1.7976931348623157e308, nullptr, nullptr}});
    CHECK(got[3][11].type() == socketio::value_type::int64);
    CHECK(got[3][12].type() == socketio::value_type::uint64);
    CHECK(got[3][14].type() == socketio::value_type::number);
    CHECK(got[4] == socketio::value{socketio::array{"", "plain", "quote \" backslash \\ slash /", "tab \t line \n",
                        std::string("nul \0 inside", 12), "\x01\x1f\x7f", "caf\xc3\xa9", "\xe2\x82\xac",
                        "\xf0\x9f\x98\x80", "\xe2\x80\xa8\xe2\x80\xa9", lone_surrogate, lone_surrogate + " low",
                        "\xef\xbf\xbf"}});
    CHECK(got[5].to_json() == R"([[],{},[[]],[{}],{"1":1,"":"empty key","k\u0000":[null]}])");
    CHECK(got[6] == nested(20));
    CHECK(got[7] == socketio::value{"1970-01-01T00:00:00.000Z"});
    CHECK(got[8].is_null());
    CHECK(got[9] == socketio::value{"end"});
}

TEST_CASE_FIXTURE(client_test, "every JSON type that is sent to npm's server comes back the same")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socketio::array const all{nullptr, true, false, 0, -1, 2147483648, -9007199254740991, 9007199254740991, 1.5, -0.1,
        1e-7, 5e-324, 1.7976931348623157e308, "", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
        std::string("nul \0 inside", 12), "\x01\x1f\x7f \" \\ /", "\xe2\x80\xa8", socketio::array{}, socketio::object{},
        socketio::object{{"", "empty key"}, {std::string("k\0", 2), socketio::array{nullptr}}}, nested(20)};
    std::optional<socketio::value> back;
    std::optional<socketio::value> heard_back;
    socket.on("echo event", [&](socketio::value const& each) { heard_back = each; });
    socket.emit("echo event", all);
    socket.emit("echo", all, [&](socketio::value const& each) { back = each; });
    REQUIRE(until([&] { return back.has_value(); }));
    CHECK(*back == socketio::value{all});
    REQUIRE(heard_back.has_value());
    CHECK(*heard_back == socketio::value{all});
    CHECK(heard_back->to_json() == socketio::value{all}.to_json());
}

TEST_CASE_FIXTURE(client_test, "64-bit integers and -0 arrive exactly")
{
    support::script steps;
    steps.open().accept().text(
        R"(42["numbers",-9223372036854775808,9223372036854775807,18446744073709551615,-0,-0.0,1E400])");
    support::raw_server server(steps);
    auto socket = socketio::io(context, server.url());
    bool called = false;
    socket.on("numbers", [&](std::int64_t lowest, std::int64_t highest, std::uint64_t most, double zero, double other,
                             double infinite) {
        called = true;
        CHECK(lowest == std::numeric_limits<std::int64_t>::min());
        CHECK(highest == std::numeric_limits<std::int64_t>::max());
        CHECK(most == std::numeric_limits<std::uint64_t>::max());
        CHECK((zero == 0 && std::signbit(zero)));
        CHECK((other == 0 && std::signbit(other)));
        CHECK(std::isinf(infinite));
    });
    CHECK(until([&] { return called; }));
}

TEST_CASE_FIXTURE(client_test, "64-bit integers and -0 are sent exactly, what JSON cannot say becomes null, and what is not UTF-8 U+FFFD")
{
    support::script steps;
    steps.open().accept();
    support::raw_server server(steps);
    auto socket = socketio::io(context, server.url());
    socket.emit("numbers", std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::uint64_t>::max(), -0.0, 0.1, 1e21, std::nan(""),
        std::numeric_limits<double>::infinity());
    socket.emit("texts", std::string("nul \0 \" \\ \n\x1f", 12), "caf\xc3\xa9", "half \xed\xa0\x80");
    CHECK(support::await_entry(context, server, "message", "text", 2) ==
          support::quoted(R"(42["numbers",-9223372036854775808,9223372036854775807,18446744073709551615,-0,0.1,1e+21,null,null])"));
    CHECK(support::await_entry(context, server, "message", "text", 3) ==
          support::quoted(R"(42["texts","nul \u0000 \" \\ \n\u001f","café","half )" + lone_surrogate + lone_surrogate +
                          lone_surrogate + R"("])"));
}

TEST_CASE_FIXTURE(client_test, "an argument nested more deeply than a packet may be is told to the caller")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    CHECK_THROWS_AS(socket.emit("echo event", nested(socketio::max_json_depth)), std::invalid_argument);
    REQUIRE(until_connected(socket));
    socket.on("fine", [&] { CHECK_THROWS_AS(socket.emit("echo event", nested(socketio::max_json_depth)), std::invalid_argument); });
    server.ask(R"({"do":"emit","event":"fine"})");
    // Half a packet must not be left in what is written next.
    CHECK(round_trip(socket));
    CHECK(server.log("event", "event") == R"(["echo"])");
}

TEST_CASE_FIXTURE(client_test, "a reserved event name is told to the caller, others of the library's are not reserved")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    for (char const* const name :
        {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
        CHECK_THROWS_WITH_AS(
            socket.emit(name), ('"' + std::string(name) + "\" is a reserved event name").c_str(), std::invalid_argument);
    for (char const* const name : {"error", "ping", "reconnect", "open", "close", "message", ""})
        socket.emit(name, 1);
    socket.send("text", 2);
    REQUIRE(round_trip(socket));
    CHECK(server.log("event", "event") ==
          R"(["error","ping","reconnect","open","close","message","","message","echo"])");
}

namespace of_a_program {

struct order {
    int number = 0;
};
SOCKETIO_FIELDS(order, number)

// Names that the library might use for itself.
template <class... Arguments>
void emit_now(Arguments const&...) = delete;
template <class To, class... Arguments>
void emit_any(To&&, Arguments&&...) = delete;
template <class... Arguments>
void emit_event(Arguments const&...) = delete;

} // namespace of_a_program

TEST_CASE("functions beside the type of an argument are not taken for the library's")
{
    asio::io_context context;
    auto const socket = socketio::io(context, "http://localhost:1", {.autoConnect = false});
    socket.emit("order", of_a_program::order{1});
    socket.emit("order", of_a_program::order{2}, [](int) {});
    context.poll();
    auto const waiting = socket.sendBuffer();
    REQUIRE(waiting.size() == 2);
    CHECK(waiting[0].event == "order");
}
