// Typed listeners of the server: what their parameters may be, and who is told of arguments that do not fit.
#include <socketio/server/server_socket.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <tuple>
#include <variant>
#include <vector>

using socketio::ack;
using socketio::args;
using socketio::event_error;
using socketio::object;
using socketio::server_socket;
using socketio::value;

namespace {

struct order {
    std::string dish;
    std::optional<int> table;
    std::vector<std::string> extras;

    bool operator==(order const&) const = default;
};
SOCKETIO_FIELDS(order, dish, table, extras)

struct argument_fixture : support::two_clients {
    auto note_error(std::string name)
    {
        return [this, name = std::move(name)](event_error const& why) { heard.note(name + ' ' + why.message()); };
    }
};

} // namespace

TEST_CASE_FIXTURE(argument_fixture, "listeners take scalars, containers, structs, variants, the whole list, or nothing")
{
    order const soup{"soup", 7, {"bread"}};
    std::vector<int> called(6);
    socket.on("order", [&](order const& what, std::map<std::string, double> const& prices, std::tuple<int, std::string> pair) {
        called[0] += what == soup && prices.at("tea") == 1.5 && pair == std::tuple{3, std::string{"three"}};
    });
    socket.on("order", [&](order what) { called[1] += what == soup; });
    socket.on("order", [&] { ++called[2]; });
    socket.on("order", [&](args const& all) { called[3] += all.size() == 3; });
    socket.on("order", [&](value what, std::variant<int, object> prices, value, std::optional<int> missing) {
        called[4] += what["dish"] == value{"soup"} && prices.index() == 1 && !missing;
    });
    socket.on("order", [&](auto const& all) { called[5] += all[0]["table"].template get<int>() == 7; });
    client.emit("order", soup, std::map<std::string, double>{{"tea", 1.5}}, std::tuple{3, "three"});
    REQUIRE(in_step(client));
    CHECK(called == std::vector<int>(6, 1));
}

TEST_CASE_FIXTURE(argument_fixture, "the acknowledgement may stand anywhere among the parameters, and is one for all listeners")
{
    socket.on("ask", [](ack reply, int a) { reply("first", a); });
    socket.on("ask", [](int a, ack const& reply) { reply("second", a); });
    client.emit("ask", 5, [this](std::string const& who, int a) { heard.note(who + ' ' + std::to_string(a)); });
    REQUIRE(in_step(client));
    CHECK(heard.text() == "first 5");
}

TEST_CASE_FIXTURE(argument_fixture, "arguments that do not fit are told to the socket's hook: where, what was expected, what came")
{
    std::vector<event_error> errors;
    socket.on_error([&](event_error const& why) { errors.push_back(why); });
    io.on_error(note_error("not told"));
    socket.on("number", [this](int, std::uint8_t number) { heard.note("number " + std::to_string(number)); });
    socket.on("number", [this](value const&) { heard.note("any"); });
    client.emit("number", 1, "text");
    client.emit("number", 2, 256);
    client.emit("number", 3);
    client.emit("number");
    client.emit("number", 5, 255, "more");
    REQUIRE(in_step(client));
    CHECK(heard.text() == "any | any | any | number 255 | any");
    REQUIRE(errors.size() == 5);
    CHECK(errors[0].code == socketio::error::type_mismatch);
    CHECK(errors[0].event == "number");
    CHECK(errors[0].position == 1);
    CHECK(errors[0].expected == "integer from 0 to 255");
    CHECK(errors[0].actual == "string");
    CHECK(errors[1].actual == "integer 256");
    CHECK(errors[2].message() == R"("number", argument 2: expected integer from 0 to 255, got nothing)");
    CHECK(errors[3].position == 0); // of the first listener
    CHECK(errors[4].position == 0); // of the second
    CHECK(socket.connected());
}

TEST_CASE_FIXTURE(argument_fixture, "a socket without a hook of its own, in any namespace, tells the server's; a hook may go again")
{
    io.on_error(note_error("server:"));
    io.of("/other");
    auto other = guest("/other");
    socket.on("number", [](int) {});
    socket_of(other).on("number", [](int) {});
    auto const tell = [this](socketio::socket from) {
        heard.clear();
        from.emit("number", "x");
        REQUIRE(in_step(from));
        return heard.text();
    };
    constexpr auto words = R"("number", argument 1: expected )";
    CHECK(tell(client).starts_with(std::string{"server: "} + words));
    CHECK(tell(other).starts_with(std::string{"server: "} + words));
    socket.on_error(note_error("socket:"));
    CHECK(tell(client).starts_with(std::string{"socket: "} + words));
    CHECK(tell(other).starts_with("server: "));
    socket.on_error(nullptr);
    CHECK(tell(client).starts_with("server: "));
    io.on_error(nullptr);
    CHECK(tell(client).empty());
    CHECK(client.connected());
}

TEST_CASE_FIXTURE(argument_fixture, "a mismatch inside an argument says where it lies, in events and in answers")
{
    socket.on_error(note_error("hook"));
    object const odd{{"dish", "soup"}, {"extras", socketio::array{"bread", 1}}};
    socket.on("order", [this](order const&) { heard.note("never"); });
    client.on("ask", [&](ack reply) { reply(odd); });
    client.emit("order", odd);
    socket.emit("ask", [this](order const&) { heard.note("never"); });
    socket.emit("ask", [this](std::error_code ec, order const& what) {
        heard.note(ec == socketio::error::type_mismatch && what == order{} ? "told" : "not told");
    });
    REQUIRE(until_heard("told"));
    CHECK(heard.text() == R"(hook "order", argument 1 (extras[1]): expected string, got integer 1 | )"
                          R"(hook "ask", argument 1 (extras[1]): expected string, got integer 1 | )"
                          R"(hook "ask", argument 1 (extras[1]): expected string, got integer 1 | told)");
}

TEST_CASE_FIXTURE(argument_fixture, "an event that a client calls \"error\" is an event, which has no error to hand over")
{
    socket.on_error(note_error("hook"));
    socket.on("error", support::note_text(heard, "text"));
    socket.on("error", [this](socketio::connect_error const&) { heard.note("never"); });
    client.emit("error", "mine");
    REQUIRE(in_step(client));
    CHECK(heard.text() == "text: mine | "
                          "hook \"error\", argument 1: expected an event of this library, got an event of the peer");
}

TEST_CASE_FIXTURE(argument_fixture, "a hook that throws does so through the context, and the other listeners hear the next event")
{
    socket.on_error([](event_error const&) { throw std::runtime_error("thrown"); });
    socket.on("number", [](int) {});
    socket.on("number", [this](value const& any) { heard.note(any.to_json()); });
    client.emit("number", "x");
    client.emit("number", 2);
    CHECK(support::exceptions_until(context, [this] { return heard.has("2"); }) == 1);
    CHECK(heard.text() == "2");
}

TEST_CASE_FIXTURE(argument_fixture, "events without a listener disturb nobody, be they asked for an answer or not")
{
    io.on_error(note_error("never"));
    client.emit("nobody", 1, socketio::bytes(3));
    client.emit("nobody", 2, [this] { heard.note("never"); });
    socket.emit("nobody", 3);
    socket.timeout(std::chrono::milliseconds{5}).emit("nobody", 4, [this](std::error_code ec) { heard.note(ec.message()); });
    REQUIRE(until_heard(make_error_code(socketio::error::ack_timeout).message()));
    REQUIRE(in_step(client));
    CHECK(heard.count_of("never") == 0);
}
