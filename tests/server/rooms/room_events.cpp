// "create-room", "join-room", "leave-room" and "delete-room" of an adapter: what is told, to whom, and from within what.
#include <socketio/server/server_namespace.hpp>

#include "support/lossy_fixture.hpp"
#include "support/threaded_server_fixture.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>

using socketio::adapter_view;
using socketio::server_options;
using socketio::server_socket;
using support::note_text;

namespace {

// Ids are written as the names that were given to them.
struct concierge : support::server_fixture {
    std::map<std::string, std::string, std::less<>> names;

    using support::server_fixture::server_fixture;

    std::string name_of(std::string_view room_or_id) const
    {
        auto const found = names.find(room_or_id);
        return found == names.end() ? std::string{room_or_id.size() == 20 ? "?" : room_or_id} : found->second;
    }
    void watch(adapter_view const& rooms, std::string const& who = "")
    {
        for (std::string const event : {"create-room", "join-room", "leave-room", "delete-room"})
            rooms.on(event, [this, line = who + event.substr(0, event.find('-'))](std::string_view room, std::string_view id) {
                heard.note(line + ' ' + name_of(room) + (id.empty() ? "" : " by " + name_of(id)));
            });
    }
    server_socket visitor(std::string const& name, std::string_view nsp = "")
    {
        auto const made = guest(nsp);
        names[made.id()] = name;
        clients[name] = made;
        return socket_of(made);
    }
    std::map<std::string, socketio::socket> clients;
};

} // namespace

TEST_CASE_FIXTURE(concierge, "a room is created by the first who joins, and deleted behind the last who leaves")
{
    auto const ann = visitor("ann"), bob = visitor("bob");
    watch(io.sockets().adapter());
    ann.join({"tea", "milk"});
    bob.join("tea");
    CHECK(heard.text() == "create tea | join tea by ann | create milk | join milk by ann | join tea by bob");
    heard.clear();
    ann.leave("tea");
    bob.leave("tea");
    ann.leave("milk");
    CHECK(heard.text() == "leave tea by ann | leave tea by bob | delete tea | leave milk by ann | delete milk");
}

TEST_CASE_FIXTURE(concierge, "what changes nothing is not told")
{
    auto const ann = visitor("ann");
    ann.join("tea");
    watch(io.sockets().adapter());
    ann.join({"tea", "tea"});
    ann.leave("milk");
    io.in("milk").socketsJoin("tea");
    io.socketsLeave({"milk", "cake"});
    io.of("/other").socketsJoin("tea");
    CHECK(heard.text().empty());
}

TEST_CASE_FIXTURE(concierge, "those who are moved together are told one by one")
{
    auto const ann = visitor("ann"), bob = visitor("bob");
    ann.join("tea");
    watch(io.sockets().adapter());
    io.in("tea").socketsJoin({"cake", "milk"});
    io.in(bob.id()).socketsJoin("cake");
    io.in("tea").socketsLeave({"cake", "tea"});
    CHECK(heard.text() == "create cake | join cake by ann | create milk | join milk by ann | join cake by bob | "
                          "leave cake by ann | leave tea by ann | delete tea");
}

TEST_CASE_FIXTURE(concierge, "a socket's own room comes before \"connection\", what it leaves between its last two events")
{
    watch(io.sockets().adapter());
    io.use([this](server_socket socket, socketio::next go_on) {
        names[socket.id()] = "ann";
        socket.join("early");
        go_on();
    });
    io.on("connection", [this](server_socket socket) {
        heard.note("connection");
        for (std::string const event : {"disconnecting", "disconnect"})
            socket.on(event, [this, event] { heard.note(event); });
    });
    auto ann = guest();
    CHECK(heard.text() == "create early | join early by ann | create ann | join ann by ann | connection");
    heard.clear();
    ann.disconnect();
    REQUIRE(until([this] { return heard.has("disconnect"); }));
    CHECK(heard.has("leave early by ann"));
    CHECK(heard.has("delete early"));
    CHECK(heard.has("leave ann by ann"));
    CHECK(heard.has("delete ann"));
    CHECK(heard.text().starts_with("disconnecting | "));
    CHECK(heard.text().ends_with(" | disconnect"));
    CHECK(heard.count_of("") == 6);
}

TEST_CASE_FIXTURE(concierge, "who is refused by the middleware leaves its rooms, too")
{
    watch(io.sockets().adapter());
    io.use([this](server_socket socket, socketio::next go_on) {
        names[socket.id()] = "ann";
        socket.join("early");
        go_on({"no", {}});
    });
    auto const ann = client();
    REQUIRE(until_heard("delete early"));
    CHECK(heard.text() == "create early | join early by ann | leave early by ann | delete early");
    CHECK_FALSE(ann.connected());
}

TEST_CASE_FIXTURE(concierge, "each namespace tells of its own, those of a pattern once they are there")
{
    watch(io.of("/a").adapter(), "a: ");
    io.on("new_namespace", [this](socketio::server_namespace made) { watch(made.adapter(), made.name() + ": "); });
    io.of(std::regex{"^/w"});
    auto const ann = visitor("ann", "/w1");
    ann.join("tea");
    auto const bob = visitor("bob");
    bob.join("tea");
    CHECK(heard.text() == "/w1: create ? | /w1: join ? by ? | /w1: create tea | /w1: join tea by ann");
    auto const cid = visitor("cid", "/a");
    cid.join("tea");
    CHECK(heard.count("a: join tea by cid") == 1);
}

TEST_CASE_FIXTURE(concierge, "a listener may take the room alone, look at what is so then, and change it")
{
    auto const ann = visitor("ann"), bob = visitor("bob");
    auto const rooms = io.sockets().adapter();
    rooms.on("create-room", [&](std::string_view room) {
        if (room == "tea")
            bob.join("kitchen");
    });
    rooms.on("join-room", [&](std::string_view room, std::string_view id) {
        CHECK(rooms.sids()[std::string{id}].contains(room));
        if (room == "tea" && id == ann.id())
            bob.leave("kitchen");
    });
    watch(rooms);
    ann.join("tea");
    CHECK(rooms.rooms().contains("tea"));
    CHECK_FALSE(rooms.rooms().contains("kitchen"));
    CHECK(heard.text() == "create kitchen | join kitchen by bob | create tea | leave kitchen by bob | delete kitchen | "
                          "join tea by ann");
    CHECK_THROWS_AS(rooms.on("join", [](std::string_view) {}), std::invalid_argument);
}

TEST_CASE_FIXTURE(concierge, "what a listener throws goes to who joins or leaves, where the change is made all the same")
{
    auto const ann = visitor("ann");
    auto const rooms = io.sockets().adapter();
    for (char const* const event : {"join-room", "leave-room"})
        rooms.on(event, [](std::string_view room) {
            if (room == "tea")
                throw std::runtime_error("thrown");
        });
    CHECK_THROWS_AS(ann.join({"tea", "milk"}), std::runtime_error);
    CHECK(ann.rooms().contains("tea"));
    CHECK(ann.rooms().contains("milk"));
    CHECK_THROWS_AS(io.socketsLeave("tea"), std::runtime_error);
    CHECK_FALSE(ann.rooms().contains("tea"));
}

TEST_CASE_FIXTURE(concierge, "a listener that throws keeps nobody out, and nobody in")
{
    auto const rooms = io.sockets().adapter();
    for (char const* const event : {"join-room", "leave-room"})
        rooms.on(event, [](std::string_view, std::string_view) { throw std::runtime_error("thrown"); });
    io.on("connection", [this](server_socket socket) {
        heard.note("connection");
        socket.on("disconnect", [this] { heard.note("disconnect"); });
    });
    auto visitor = client();
    CHECK(support::exceptions_until(context, [&] { return visitor.connected(); }) == 1);
    CHECK(heard.text() == "connection");
    visitor.disconnect();
    CHECK(support::exceptions_until(context, [this] { return io.engine().clientsCount() == 0; }) == 1);
    CHECK(heard.text() == "connection | disconnect");
    CHECK(rooms.sids().empty());
}

TEST_CASE_FIXTURE(concierge, "a closed server tells nothing of rooms, and lets its listeners go")
{
    auto const owned = std::make_shared<int>(1);
    auto const ann = visitor("ann");
    watch(io.sockets().adapter());
    io.sockets().adapter().on("join-room", [owned, ann](std::string_view) {});
    io.close();
    io.sockets().adapter().on("leave-room", [owned](std::string_view) {});
    CHECK(owned.use_count() == 1);
    REQUIRE(until([&] { return ann.disconnected() && io.engine().clientsCount() == 0; }));
    CHECK(heard.text().empty());
}

TEST_CASE_FIXTURE(support::lossy_fixture, "who is recovered comes back to its rooms, which is told as any other join")
{
    auto client = traveller();
    socket_of(client).join("tea");
    lose(client);
    std::map<std::string, int, std::less<>> told;
    for (std::string const event : {"create-room", "join-room"})
        io.sockets().adapter().on(event, [&told, event](std::string_view room) { ++told[event + ' ' + std::string{room}]; });
    come_back(client);
    CHECK(client.recovered());
    CHECK(told == decltype(told){{"create-room tea", 1}, {"join-room tea", 1}, {"create-room " + client.id(), 1},
                                 {"join-room " + client.id(), 1}});
}

TEST_CASE("on four threads all that is told of a room adds up")
{
    constexpr int count = 8, rounds = 50;
    support::threaded_server_fixture house;
    std::atomic<int> created{0}, joined{0}, left{0}, deleted{0};
    auto const rooms = house.io->sockets().adapter();
    rooms.on("create-room", [&](std::string_view) { ++created; });
    rooms.on("join-room", [&](std::string_view, std::string_view) { ++joined; });
    rooms.on("leave-room", [&](std::string_view, std::string_view) { ++left; });
    rooms.on("delete-room", [&](std::string_view) { ++deleted; });
    house.start(count, [](socketio::socket, int) {});
    support::in_threads(4, [&](int thread) {
        for (int i = 0; i != rounds; ++i) {
            auto const room = "room " + std::to_string((thread + i) % 3);
            house.io->socketsJoin(room);
            house.io->except("nowhere").socketsLeave(room);
        }
        house.clients[std::size_t(thread)].disconnect();
    });
    for (auto& each : house.clients)
        each.disconnect();
    REQUIRE(house.gone.until(count));
    CHECK(rooms.rooms().empty());
    CHECK(joined == left);
    CHECK(created == deleted);
    CHECK(created >= count + 3);
    CHECK(joined >= created);
}

TEST_CASE_FIXTURE(concierge, "a listener of rooms may put out who is about to be connected, and both sides agree on it")
{
    std::optional<server_socket> arriving;
    io.use([&](server_socket socket, socketio::next go_on) {
        arriving = socket;
        go_on();
    });
    io.on("connection", [this](server_socket socket) {
        heard.note("connection");
        socket.on("disconnect", note_text(heard, "disconnect"));
    });
    SUBCASE("which is too early without the connection")
    {
        io.sockets().adapter().on("join-room", [&](std::string_view) { arriving->disconnect(); });
        auto const there = guest();
        REQUIRE(in_step(there));
        CHECK(heard.text() == "connection");
        CHECK(arriving->connected());
        arriving->disconnect();
    }
    SUBCASE("with the connection")
    {
        io.sockets().adapter().on("join-room", [&](std::string_view) { arriving->disconnect(true); });
        auto const there = client("", {.reconnection = false});
        REQUIRE(until([this] { return io.snapshot().sessions_opened == 1 && io.engine().clientsCount() == 0; }));
    }
    REQUIRE(until([this] { return heard.count_of("disconnect") == heard.count_of("connection"); }));
    CHECK(until([this] { return io.sockets().adapter().sids().empty(); }));
    CHECK(io.snapshot().sockets == 0);
}
