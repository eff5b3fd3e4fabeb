// Who is in which room and when: join and leave, one by one and for many at once, and sockets that have gone.
#include <socketio/server/broadcast_operator.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/use_future.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;
using socketio::error;
using socketio::object;
using socketio::remote_socket;
using socketio::server_socket;
using socketio::value;
using support::note_event;
using support::note_text;

namespace {

// Three clients, called a, b and c; a and b are in "red", b and c in "blue".
struct club : support::server_fixture {
    std::map<std::string, socketio::socket> members;

    club()
    {
        for (std::string const name : {"a", "b", "c"}) {
            members[name] = guest("", {.auth = {{"name", name}}});
            of(name).set_data(object{{"name", name}});
        }
        of("a").join("red");
        of("b").join({"red", "blue"});
        of("c").join("blue");
    }
    server_socket of(std::string const& name) { return socket_of(members.at(name)); }
    // "abc": who is in a room, in order.
    std::string in(std::string const& room)
    {
        std::string names;
        for (auto const& [name, client] : members)
            if (client.connected() && io.sockets().adapter().sids()[client.id()].contains(room))
                names += name;
        return names;
    }
    template <class Whom>
    std::vector<remote_socket> fetch(Whom const& whom)
    {
        std::optional<std::vector<remote_socket>> found;
        whom.fetchSockets([&](std::error_code ec, std::vector<remote_socket> all) {
            CHECK_FALSE(ec);
            found = std::move(all);
        });
        CHECK_FALSE(found); // never inside the call
        REQUIRE(until([&] { return found.has_value(); }));
        return *found;
    }
    template <class Whom>
    std::string fetched(Whom const& whom)
    {
        std::string names;
        for (auto const& each : fetch(whom))
            names += each.data()["name"].template get<std::string>().value_or("?");
        std::sort(names.begin(), names.end());
        return names;
    }
    bool until_connected(std::string const& names)
    {
        return until([&] {
            return std::all_of(members.begin(), members.end(), [&](auto const& each) {
                return each.second.connected() == (names.find(each.first) != std::string::npos);
            });
        });
    }
};

} // namespace

TEST_CASE_FIXTURE(club, "fetchSockets finds whom a broadcast would reach")
{
    io.of("/other");
    CHECK(fetched(io) == "abc");
    CHECK(fetched(io.sockets()) == "abc");
    CHECK(fetched(io.to("red")) == "ab");
    CHECK(fetched(io.in({"red", "blue"})) == "abc");
    CHECK(fetched(io.in("red").except("blue")) == "a");
    CHECK(fetched(io.except({"red", "blue"})).empty());
    CHECK(fetched(io.local().in("nowhere")).empty());
    CHECK(fetched(of("a").broadcast()) == "bc");
    CHECK(fetched(of("a").to("red")) == "b");
    CHECK(fetched(io.of("/other")).empty());
    std::future<std::vector<remote_socket>> later = io.fetchSockets(asio::use_future);
    REQUIRE(until([&] { return later.wait_for(0s) == std::future_status::ready; }));
    CHECK(later.get().size() == 3);
}

TEST_CASE_FIXTURE(club, "what fetchSockets finds tells of each socket what was so then")
{
    auto const found = fetch(io.in("red").except("blue"));
    REQUIRE(found.size() == 1);
    auto const& a = found.front();
    auto const rooms = of("a").rooms();
    of("a").join("later");
    of("a").set_data(nullptr);
    CHECK(a.id() == members["a"].id());
    CHECK(a.rooms() == rooms);
    CHECK(a.data() == value{object{{"name", "a"}}});
    CHECK(a.handshake().auth == value{object{{"name", "a"}}});
    CHECK(a.handshake().address == "127.0.0.1");
}

TEST_CASE_FIXTURE(club, "a socket that was found can be spoken to, moved and put out, and nothing comes of it once it has gone")
{
    for (auto& [name, client] : members) {
        client.on("news", note_text(heard, name));
        client.on("ask", [name = name](socketio::ack reply) { reply("from " + name); });
    }
    auto const b = fetch(io.in("red").in("blue").except({members["a"].id(), members["c"].id()})).at(0);
    b.emit("news", "hello");
    b.timeout(10s).emit("ask", [this](std::error_code ec, std::vector<value> const& answers) {
        heard.note(ec ? ec.message() : answers.at(0).get<std::string>().value_or("?"));
    });
    REQUIRE(until_heard("from b"));
    CHECK(heard.text() == "b: hello | from b");
    b.join({"green", "yellow"});
    b.leave("red");
    CHECK(in("green") == "b");
    CHECK(in("yellow") == "b");
    CHECK(in("red") == "a");
    b.disconnect();
    REQUIRE(until_connected("ac"));
    heard.clear();
    b.emit("news", "too late");
    b.join("green");
    b.disconnect(true);
    b.timeout(10s).emit("ask", [this](std::error_code ec, std::vector<value> const& answers) {
        heard.note(ec ? "error" : "answers " + std::to_string(answers.size()));
    });
    REQUIRE(until_heard("answers 0"));
    CHECK(heard.text() == "answers 0");
    CHECK(in("green").empty());
}

TEST_CASE_FIXTURE(club, "socketsJoin and socketsLeave move all, those of a room, and those of none")
{
    io.in("red").socketsJoin({"x", "y"});
    CHECK(in("x") == "ab");
    CHECK(in("y") == "ab");
    io.except("red").socketsJoin("x");
    io.socketsJoin("all");
    CHECK(in("x") == "abc");
    CHECK(in("all") == "abc");
    io.in({"red", "blue"}).except(members["b"].id()).socketsLeave("x");
    CHECK(in("x") == "b");
    of("b").broadcast().socketsLeave({"all", "nowhere"});
    CHECK(in("all") == "b");
    of("b").to("blue").socketsJoin("z");
    CHECK(in("z") == "c");
    io.sockets().socketsLeave("red");
    io.of("/other").socketsLeave("blue");
    CHECK(in("red").empty());
    CHECK(in("blue") == "bc");
    CHECK_FALSE(io.sockets().adapter().rooms().contains("red"));
}

TEST_CASE_FIXTURE(club, "disconnectSockets puts out whom it names, with or without their other namespaces")
{
    io.of("/other");
    auto other_a = members["a"].io().socket("/other");
    auto other_c = members["c"].io().socket("/other");
    REQUIRE(until([&] { return other_a.connected() && other_c.connected(); }));
    for (auto const& [name, client] : members)
        socket_of(client).on("disconnect", note_text(heard, name));
    socket_of(other_c).on("disconnect", note_text(heard, "other c"));
    io.in("nowhere").disconnectSockets(true);
    io.in("red").except("blue").disconnectSockets();
    REQUIRE(until_connected("bc"));
    CHECK(other_a.connected());
    CHECK(heard.text() == "a: server namespace disconnect");
    of("b").broadcast().disconnectSockets(true);
    REQUIRE(until_connected("b"));
    REQUIRE(until([&] { return !other_c.connected(); }));
    CHECK(other_a.connected());
    CHECK(heard.has("c: server namespace disconnect"));
    CHECK(heard.has("other c: server namespace disconnect"));
    io.sockets().disconnectSockets();
    REQUIRE(until_connected(""));
    CHECK(until([this] { return io.engine().clientsCount() == 1; })); // a's
    CHECK(other_a.connected());
}

TEST_CASE_FIXTURE(club, "a room may have any name, that of a socket too; to join or to leave twice changes nothing")
{
    auto const a = of("a");
    for (auto const& room : std::vector<std::string>{"", "\xf0\x9f\x98\x80", "__proto__", std::string(5000, 'r')}) {
        a.join({room, room});
        a.join(room);
        CHECK(in(room) == "a");
        a.leave(room);
        a.leave(room);
        CHECK(in(room).empty());
    }
    for (auto& [name, client] : members)
        client.on("news", note_text(heard, name));
    a.join(of("b").id());
    io.to(of("b").id()).emit("news", "1");
    a.leave(a.id());
    io.to(a.id()).emit("news", "to nobody");
    a.emit("news", "2");
    REQUIRE(until_heard("a: 2"));
    REQUIRE(until_heard("b: 1"));
    CHECK(heard.count_of("a") == 2);
    CHECK(heard.count_of("b") == 1);
    members["a"].disconnect();
    REQUIRE(until([this] { return io.sockets().sockets().size() == 2; }));
    CHECK(io.sockets().adapter().rooms()[of("b").id()].size() == 1);
}

TEST_CASE_FIXTURE(club, "who is leaving still hears of its rooms, may say goodbye to them, and joins no others for good")
{
    auto const a = of("a");
    members["b"].on("bye", note_text(heard, "b"));
    a.on("disconnecting", [this, a] {
        for (auto const& room : a.rooms())
            if (room != a.id())
                a.to(room).emit("bye", "left " + room);
        a.join("too late");
        heard.note(a.rooms().contains("too late") ? "in" : "not in");
    });
    a.on("disconnect", [a] {
        a.join("too late");
        a.leave("red");
        a.broadcast().emit("bye", "gone");
    });
    members["a"].disconnect();
    REQUIRE(until_heard("b: gone"));
    CHECK(heard.text() == "in | b: left red | b: gone");
    CHECK(a.rooms().empty());
    CHECK_FALSE(io.sockets().adapter().rooms().contains("too late"));
    CHECK(io.sockets().adapter().sids().size() == 2);
}

TEST_CASE_FIXTURE(club, "a socket that is kept after it has gone can be asked for anything, then and ever after")
{
    auto const owned = std::make_shared<int>(1);
    auto const a = of("a");
    a.on("disconnect", [a, owned, this] {
        support::use_every_member(a);
        a.on("never", [a, owned] {});
        heard.note("disconnect");
    });
    members["a"].disconnect();
    REQUIRE(until_heard("disconnect"));
    REQUIRE(until([this] { return io.engine().clientsCount() == 2; }));
    CHECK(owned.use_count() == 1);
    support::use_every_member(a);
    a.on("never", [a, owned] {});
    a.onAny([a, owned](std::string_view) {});
    a.use([a, owned](std::string_view, socketio::args const&, socketio::next) {});
    a.on_error([a, owned](socketio::event_error const&) {});
    a.conn().on("close", [a, owned](std::string_view) {});
    CHECK(owned.use_count() == 1);
    a.emit("ask", [this](std::error_code ec, value const&) { heard.note(ec == error::disconnected ? "nobody" : "?"); });
    REQUIRE(until_heard("nobody"));
    CHECK_FALSE(a.connected());
    CHECK(a.rooms().empty());
    CHECK(a.listenersAny().empty());
    CHECK(a.handshake().auth == value{object{{"name", "a"}}});
    CHECK(a.data() == value{object{{"a", 1}}});
    CHECK_FALSE(io.sockets().sockets().has(a.id()));
    CHECK(io.sockets().adapter().sids().size() == 2);
    CHECK(in("red") == "b");
    REQUIRE(in_step(members["b"]));
}
