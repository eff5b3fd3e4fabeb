// What events carry to and from the server: values of every type, binary data, and any name.
#include <socketio/server/server_socket.hpp>

#include "support/npm_client.hpp"
#include "support/raw_client.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using socketio::args;
using socketio::array;
using socketio::bytes;
using socketio::object;
using socketio::server_socket;
using socketio::value;

namespace {

bytes filled(std::size_t size)
{
    bytes all(size);
    for (std::size_t i = 0; i != size; ++i)
        all[i] = static_cast<std::byte>((i * 7 + i / 251) & 0xff);
    return all;
}

array every_type()
{
    return {nullptr, true, false, 0, -1, 2147483648, -9007199254740991, 9007199254740991, 1.5, -0.1, 1e-7, 1.7976931348623157e308,
            "", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", std::string("nul \0 inside", 12), "\x01\x1f \" \\ /", array{},
            object{}, object{{"", "empty key"}, {"deep", array{1, array{2, object{{"er", nullptr}}}}}}};
}

// The same as npm's JSON.stringify writes it.
constexpr std::string_view every_type_json =
    R"([null,true,false,0,-1,2147483648,-9007199254740991,9007199254740991,1.5,-0.1,1e-7,1.7976931348623157e+308,)"
    R"("","café € 😀","nul \u0000 inside","\u0001\u001f \" \\ /",[],{},)"
    R"({"":"empty key","deep":[1,[2,{"er":null}]]}])";

array copy(args const& all)
{
    array made;
    for (auto const each : all)
        made.push_back(each.to_value());
    return made;
}

std::vector<std::string> names_of_all_kinds()
{
    return {"", " ", "\xf0\x9f\x98\x80 \xc3\xbc\xe2\x86\x92", "quote \" backslash \\ slash / line \n", "[\"\",{}]", "42", "null",
            "error", "open", "close", "reconnect", "ping", "upgrade", "message", "connection", "new_namespace", "toString",
            "constructor", "__proto__", "hasOwnProperty", "Connect", "connect ", "disconnects", std::string("nul \0", 5),
            std::string(3000, 'n')};
}

struct value_fixture : support::two_clients {
    // The line that npm's client has noted after this one.
    std::string noted_by_npm(std::string const& scenario, std::string const& after)
    {
        support::npm_client other{url(), scenario};
        REQUIRE(until([&] { return other.diary().has_value(); }));
        auto const parsed = value::from_json(*other.diary());
        REQUIRE(parsed);
        auto const* const lines = parsed->if_array();
        REQUIRE(lines);
        for (std::size_t i = 0; i + 1 < lines->size(); ++i)
            if ((*lines)[i].if_string()->starts_with(after))
                return *(*lines)[i + 1].if_string();
        return {};
    }
};

} // namespace

TEST_CASE_FIXTURE(value_fixture, "every type comes to npm's client as it is, and from there")
{
    std::optional<array> got;
    io.on("connection", [&](server_socket arrived) {
        arrived.emit("all", every_type(), bytes{std::byte{1}, std::byte{255}}, object{{"in", array{bytes{}}}});
        arrived.on("mine", [&, arrived](args const& all) {
            got = copy(all);
            arrived.emit("end");
        });
    });
    std::string const expected = "/ event all [" + std::string{every_type_json} + R"(,{"hex":"01ff"},{"in":[{"hex":""}]}])";
    std::string const scenario = R"({"start":[["connect","/"]],"until":"/ event end []","on":{)" + support::quoted(expected) +
                                 R"(:[[["emit","/","mine",)" + std::string{every_type_json} +
                                 R"(,{"hex":"07ff"},[{"hex":""}]]]]}})";
    CHECK(noted_by_npm(scenario, "/ connect") == expected);
    REQUIRE(got);
    REQUIRE(got->size() == 3);
    CHECK((*got)[0] == value{every_type()});
    CHECK((*got)[1] == value{bytes{std::byte{7}, std::byte{255}}});
    CHECK((*got)[2][0] == value{bytes{}});
}

TEST_CASE_FIXTURE(value_fixture, "every type comes back the same from a client of our own, in events, in answers, and broadcast")
{
    std::vector<array> back;
    auto const keep = [&](args const& all) { back.push_back(copy(all)); };
    client.on("all", [&](args const& all, socketio::ack reply) {
        back.push_back(copy(all));
        reply(all[0].to_value());
        client.emit("back", all[0].to_value());
    });
    socket.on("back", keep);
    socket.emit("all", every_type(), keep);
    io.emit("all", every_type());
    REQUIRE(until([&] { return back.size() == 5; }));
    for (auto const& each : back) {
        REQUIRE(each.size() == 1);
        CHECK(each[0] == value{every_type()});
    }
}

TEST_CASE_FIXTURE(value_fixture, "64-bit integers are exact, and what JSON cannot say becomes null")
{
    array up, down;
    socket.on("numbers", [&](args const& all) { up = copy(all); });
    client.on("numbers", [&](args const& all) { down = copy(all); });
    auto const emit = [](auto& from) {
        from.emit("numbers", std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::uint64_t>::max(),
                  std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity());
    };
    emit(client);
    emit(socket);
    REQUIRE(until([&] { return up.size() + down.size() == 8; }));
    CHECK(up == down);
    CHECK(value{up}.to_json() == "[-9223372036854775808,18446744073709551615,null,null]");
}

TEST_CASE_FIXTURE(value_fixture, "binary data of every size passes both ways")
{
    for (std::size_t const size : {0u, 1u, 125u, 126u, 65535u, 65536u, 200000u}) {
        CAPTURE(size);
        bytes const data = filled(size);
        bool up = false, down = false, asked = false;
        socketio::scoped_listener const at_server = socket.on("data", [&](socketio::bytes_view got, int n, socketio::ack reply) {
            up = n == 5 && bytes(got.begin(), got.end()) == data;
            reply(object{{"deep", array{got}}});
        });
        socketio::scoped_listener const at_client = client.on("data", [&](bytes const& got) { down = got == data; });
        client.emit("data", data, 5, [&](value const& answer) {
            asked = answer["deep"][0] == value{data};
        });
        socket.emit("data", data);
        CHECK(until([&] { return up && down && asked; }));
    }
}

TEST_CASE_FIXTURE(value_fixture, "what a client sends has ten binary values at most; a deep nest is misuse of either side")
{
    std::vector<bytes> ten;
    for (std::size_t i = 0; i != 10; ++i)
        ten.push_back(filled(i));
    int right = 0;
    auto const compare = [&](std::vector<bytes> const& got) { right += got == ten; };
    socket.on("ten", compare);
    client.on("ten", compare);
    client.emit("ten", ten);
    socket.emit("ten", ten);
    REQUIRE(until([&] { return right == 2; }));
    auto const eleven = std::vector<bytes>(11);
    CHECK_THROWS_AS(client.emit("x", eleven), std::invalid_argument);
    CHECK_THROWS_AS(client.emit("x", eleven, [](std::error_code) {}), std::invalid_argument);
    value nest = "bottom";
    for (int i = 0; i != 2000; ++i) {
        array outer;
        outer.push_back(std::move(nest));
        nest = std::move(outer);
    }
    CHECK_THROWS_AS(socket.emit("x", nest), std::invalid_argument);
    CHECK_THROWS_AS(io.emit("x", nest), std::invalid_argument);
    CHECK(in_step(client));
}

TEST_CASE_FIXTURE(value_fixture, "an event may have any name but a reserved one, both ways")
{
    auto const names = names_of_all_kinds();
    std::vector<std::string> up, down, any;
    for (auto const& name : names) {
        socket.on(name, [&, name](std::string const& text) { up.push_back(text == name ? name : "wrong"); });
        client.on(name, [&, name](std::string const& text) { down.push_back(text == name ? name : "wrong"); });
        client.emit(name, name);
        socket.emit(name, name);
    }
    socket.onAny([&](std::string_view name) { any.emplace_back(name); });
    REQUIRE(until([&] { return up.size() + down.size() >= 2 * names.size(); }));
    CHECK(up == names);
    CHECK(down == names);
    CHECK(any == names);
}

TEST_CASE_FIXTURE(value_fixture, "names of all kinds come to npm's client as they are")
{
    auto const names = names_of_all_kinds();
    std::string expected = "[";
    for (auto const& name : names)
        expected += (expected.size() == 1 ? "" : ",") + support::quoted("/ event " + name + " [1]");
    io.on("connection", [&](server_socket arrived) {
        for (auto const& name : names)
            arrived.emit(name, 1);
        arrived.emit("end");
    });
    support::npm_client other{url(), R"({"start":[["connect","/"]],"until":"/ event end []"})"};
    REQUIRE(until([&] { return other.diary().has_value(); }));
    auto diary = value::from_json(*other.diary());
    auto const wanted = value::from_json(expected + R"(,"/ event end []"])");
    REQUIRE((diary && wanted));
    array heard_there;
    for (auto const& line : *diary->if_array())
        if (line.if_string()->starts_with("/ event"))
            heard_there.push_back(line);
    CHECK(value{heard_there} == *wanted);
}

TEST_CASE_FIXTURE(value_fixture, "a client without binary messages sends and gets its data as base64, over either transport")
{
    std::optional<array> got;
    io.on("connection", [&](server_socket arrived) {
        arrived.on("mine", [&, arrived](args const& all) {
            got = copy(all);
            arrived.emit("yours", bytes{std::byte{1}, std::byte{255}}, object{{"in", array{bytes{}, filled(3)}}});
        });
    });
    for (std::string const transports : {R"(["websocket"])", R"(["polling"])", R"(["polling","websocket"])"}) {
        CAPTURE(transports);
        got.reset();
        std::string const scenario = R"({"options":{"forceBase64":true,"transports":)" + transports +
            R"(},"start":[["connect","/"],["emit","/","mine",{"hex":"0102fe"},{"in":[{"hex":""}]}]],)"
            R"("until":"/ event yours [{\"hex\":\"01ff\"},{\"in\":[{\"hex\":\"\"},{\"hex\":\"00070e\"}]}]"})";
        support::npm_client other{url(), scenario};
        CHECK(until([&] { return other.diary().has_value(); }));
        CHECK(got == array{bytes{std::byte{1}, std::byte{2}, std::byte{254}}, object{{"in", array{bytes{}}}}});
    }
}

TEST_CASE_FIXTURE(value_fixture, "a number may stand in the place of a name, as for the reference")
{
    std::optional<server_socket> other;
    io.on("connection", [&](server_socket arrived) {
        other = arrived;
        arrived.on("5", support::note_text(heard, "five"));
        arrived.on("-1.5", support::note_text(heard, "less"));
    });
    support::raw_client raw{context, io.port()};
    REQUIRE(raw.enter());
    raw.say(R"(42[5,"a"])");
    raw.say(R"(42[-1.5,"b"])");
    REQUIRE(until_heard("less: b"));
    CHECK(heard.text() == "five: a | less: b");
    CHECK(other->connected());
}

TEST_CASE_FIXTURE(value_fixture, "reserved names are refused, whoever emits and to whomever, and nothing is sent")
{
    client.onAny([this](std::string_view name) { heard.note(std::string{name}); });
    for (std::string const name : {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
        CAPTURE(name);
        auto const handler = [](std::error_code, value const&) {};
        auto const handler_of_all = [](std::error_code, std::vector<value> const&) {};
        std::string const words = "emit: \"" + name + "\" is a reserved event name";
        CHECK_THROWS_WITH_AS(socket.emit(name, 1), words.c_str(), std::invalid_argument);
        CHECK_THROWS_AS(socket.emit_event(name), std::invalid_argument);
        CHECK_THROWS_AS(socket.emit(name, handler), std::invalid_argument);
        CHECK_THROWS_AS(socket.emitWithAck(name, handler), std::invalid_argument);
        CHECK_THROWS_AS(socket.volatile_().emit(name), std::invalid_argument);
        CHECK_THROWS_AS(socket.broadcast().emit(name), std::invalid_argument);
        CHECK_THROWS_AS(socket.to("room").emit(name), std::invalid_argument);
        CHECK_THROWS_WITH_AS(io.emit(name, 1), words.c_str(), std::invalid_argument);
        CHECK_THROWS_AS(io.of("/other").emit(name), std::invalid_argument);
        CHECK_THROWS_AS(io.timeout(support::patience).emit(name, handler_of_all), std::invalid_argument);
        CHECK_THROWS_AS(io.emitWithAck(name, handler_of_all), std::invalid_argument);
    }
    REQUIRE(in_step(client));
    CHECK(heard.text().empty());
}
