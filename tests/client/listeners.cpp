// Listeners: what their parameters may be, what happens to arguments that do not fit, and how they come and go.
#include <socketio/client.hpp>
#include <socketio/core/json_rapidjson.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <vector>

using support::client_test;

namespace {

struct user {
    std::string name;
    std::optional<int> age;
    std::vector<std::string> tags;

    bool operator==(user const&) const = default;
};
SOCKETIO_FIELDS(user, name, age, tags)

} // namespace

TEST_CASE_FIXTURE(client_test, "listeners take containers and structs, fewer arguments, or optional ones")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    user const anna{"Anna", 7, {"a", "b"}};
    std::map<std::string, double> const prices{{"tea", 1.5}, {"water", 0}};
    int called = 0;
    socket.on("echo event", [&](user who, std::map<std::string, double> const& got, std::tuple<int, std::string> pair) {
        ++called;
        CHECK(who == anna);
        CHECK(got == prices);
        CHECK(pair == std::tuple{3, std::string("three")});
    });
    socket.on("echo event", [&](user const& who) { called += who == anna ? 10 : 0; });
    socket.on("echo event", [&] { called += 100; });
    socket.on("echo event", [&](socketio::args const& all) { called += all.size() == 3 ? 1000 : 0; });
    socket.on("echo event", [&](auto const& all) { called += all.size() == 3 ? 10000 : 0; });
    socket.on("echo event", [&](user, socketio::value, std::tuple<int, std::string_view>, std::optional<int> missing) {
        called += missing ? 0 : 100000;
    });
    socket.emit("echo event", anna, prices, std::tuple{3, "three"});
    CHECK(round_trip(socket));
    CHECK(called == 111111);
}

TEST_CASE_FIXTURE(client_test, "an argument that does not fit goes to the error hook and disturbs nothing else")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    std::vector<socketio::event_error> errors;
    socket.on_error([&](socketio::event_error const& why) { errors.push_back(why); });
    socket.on("echo event", [&](int, std::uint8_t number) { heard.note("number " + std::to_string(number)); });
    socket.on("echo event", [&](int, socketio::value const&) { heard.note("any"); });
    socket.emit("echo event", 1, "text");
    socket.emit("echo event", 2, 256);
    socket.emit("echo event", 3);
    socket.emit("echo event", 4, 255);
    REQUIRE(round_trip(socket));
    CHECK(heard.text() == "any | any | number 255 | any");
    REQUIRE(errors.size() == 4);
    CHECK(errors[0].code == socketio::error::type_mismatch);
    CHECK(errors[0].event == "echo event");
    CHECK(errors[0].position == 1);
    CHECK(errors[0].expected == "integer from 0 to 255");
    CHECK(errors[0].actual == "string");
    CHECK(errors[0].message() == R"("echo event", argument 2: expected integer from 0 to 255, got string)");
    CHECK(errors[1].actual == "integer 256");
    CHECK(errors[2].actual == "nothing");
    CHECK(errors[2].expected == "integer from 0 to 255");
    CHECK(errors[3].actual == "nothing");
    CHECK(socket.connected());
}

TEST_CASE_FIXTURE(client_test, "a mismatch inside a struct says where it lies, and acks report theirs too")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    std::vector<std::string> errors;
    socket.on_error([&](socketio::event_error const& why) { errors.push_back(why.message()); });
    std::error_code told;
    socketio::object const odd{{"name", "Bob"}, {"tags", socketio::array{"a", 1}}};
    socket.on("echo event", [&](user const&) { heard.note("never"); });
    socket.emit("echo event", odd);
    socket.emit("echo", odd, [&](user const&) { heard.note("never"); });
    socket.emit("echo", odd, [&](std::error_code ec, user const& who) {
        told = ec;
        CHECK(who == user{});
    });
    socket.emit("echo", "text", [&](std::error_code ec, std::string const& text) {
        CHECK_FALSE(ec);
        heard.note(text);
    });
    REQUIRE(until_heard("text"));
    CHECK(heard.text() == "text");
    CHECK(told == socketio::error::type_mismatch);
    REQUIRE(errors.size() >= 2);
    CHECK(errors[0] == R"("echo event", argument 1 (tags[1]): expected string, got integer 1)");
    CHECK(errors[1] == R"("echo", argument 1 (tags[1]): expected string, got integer 1)");
}

TEST_CASE_FIXTURE(client_test, "RapidJSON's values are arguments like any other")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    rapidjson::Document document;
    document.Parse(R"({"list":[1,-2.5,"x",null,true],"deep":{"er":{}}})");
    std::string back;
    socket.emit("echo", document, document["list"], [&](rapidjson::Document const& whole, rapidjson::Document const& list) {
        back = whole == document && list == document["list"] ? "same" : "different";
    });
    REQUIRE(until([&] { return !back.empty(); }));
    CHECK(back == "same");
}

TEST_CASE_FIXTURE(client_test, "catch-all listeners come first, and listeners go by handle, by name, or after once")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    auto const note = [&](char const* line) { return [this, line] { heard.note(line); }; };
    auto const first = socket.on("echo event", note("first"));
    socket.once("echo event", note("once"));
    socket.on("echo event", [&](int round) {
        if (round == 1)
            socket.on("echo event", note("added"));
    });
    auto const any = socket.onAny([&](std::string_view event, socketio::args const& all) {
        heard.note(std::string(event) + ' ' + all[0].to_json());
    });
    auto const emit = [&](int round) {
        heard.clear();
        socket.emit("echo event", round);
        REQUIRE(round_trip(socket));
    };
    emit(1);
    CHECK(heard.text() == "echo event 1 | first | once");
    emit(2);
    CHECK(heard.text() == "echo event 2 | first | added");
    first.off();
    socket.offAny(any);
    emit(3);
    CHECK(heard.text() == "added");
    {
        socketio::scoped_listener const scoped = socket.on("echo event", note("scoped"));
        emit(4);
        CHECK(heard.text() == "added | scoped");
    }
    emit(5);
    CHECK(heard.text() == "added");
    socket.off("echo event");
    emit(6);
    CHECK(heard.text() == "");
}
