// Namespaces: by name, by pattern, by a function that is asked; and how they go.
#include <socketio/server/server_namespace.hpp>

#include "support/lossy_fixture.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using socketio::server_namespace;
using socketio::server_options;
using socketio::server_socket;
using socketio::value;
using support::note_text;
using support::server_fixture;

namespace {

struct map_fixture : server_fixture {
    using server_fixture::server_fixture;

    auto note_socket()
    {
        return [this](server_socket socket) { heard.note("connection " + socket.nsp()); };
    }
    auto note_namespace()
    {
        return [this](server_namespace made) { heard.note("new " + made.name()); };
    }
};

// Counts the namespaces that there are by their adapters: a base, since the server makes the first one at once.
struct adapter_list {
    std::vector<std::weak_ptr<socketio::adapter>> made;
};
struct counting_fixture : adapter_list, map_fixture {
    explicit counting_fixture(server_options options = {}) : map_fixture{counted(std::move(options), made)} {}

    std::ptrdiff_t alive() const
    {
        return std::count_if(made.begin(), made.end(), [](auto const& each) { return !each.expired(); });
    }

private:
    static server_options counted(server_options options, std::vector<std::weak_ptr<socketio::adapter>>& all)
    {
        options.adapter = [&all](socketio::adapter_settings const& settings) {
            auto one = std::make_shared<socketio::adapter>(settings);
            all.push_back(one);
            return one;
        };
        return options;
    }
};
struct keeping_fixture : counting_fixture {
    keeping_fixture() : counting_fixture{{.cleanupEmptyChildNamespaces = false}} {}
};
struct small_fixture : counting_fixture {
    small_fixture() : counting_fixture{{.child_namespaces = 2}} {}
};
struct patient_fixture : support::lossy_fixture {
    patient_fixture() : lossy_fixture{socketio::connection_state_recovery{}} {}
};

} // namespace

TEST_CASE_FIXTURE(map_fixture, "a namespace of its own has its own sockets, rooms, middleware and listeners")
{
    io.on("connection", note_socket());
    io.of("/admin").on("connection", note_socket());
    auto root = guest(), admin = guest("/admin");
    CHECK(heard.text() == "connection / | connection /admin");
    socket_of(root).join("room");
    socket_of(admin).join("room");
    root.on("news", note_text(heard, "root"));
    admin.on("news", note_text(heard, "admin"));
    io.of("/admin").to("room").emit("news", "1");
    REQUIRE(until_heard("admin: 1"));
    io.emit("news", "2");
    REQUIRE(until_heard("root: 2"));
    REQUIRE(in_step(root));
    REQUIRE(in_step(admin));
    CHECK(heard.count_of("root") == 1);
    CHECK(heard.count_of("admin") == 1);
    CHECK(io.sockets().sockets().size() == 1);
    CHECK(io.of("admin").sockets().size() == 1); // the slash may be left out
}

TEST_CASE_FIXTURE(map_fixture, "one connection carries several namespaces, and leaving one leaves the others")
{
    io.of("/a");
    io.of("/b");
    auto a = socketio::io(context, url("/a")), b = socketio::io(context, url("/b"));
    REQUIRE(until([&] { return a.connected() && b.connected(); }));
    CHECK(io.engine().clientsCount() == 1);
    CHECK(a.id() != b.id());
    auto const of_a = socket_of(a);
    of_a.on("disconnect", note_text(heard, "a"));
    socket_of(b).on("disconnect", note_text(heard, "b"));
    a.disconnect();
    REQUIRE(until_heard("a: client namespace disconnect"));
    REQUIRE(in_step(b));
    CHECK(heard.text() == "a: client namespace disconnect");
    a.connect();
    REQUIRE(until([&] { return a.connected(); }));
    CHECK(a.id() != of_a.id());
    CHECK(io.engine().clientsCount() == 1);
}

TEST_CASE_FIXTURE(map_fixture, "a namespace that nobody made is refused, and the connection stays for others")
{
    auto root = guest();
    auto lost = root.io().socket("/nowhere");
    heard.follow(lost);
    lost.connect();
    REQUIRE(until_heard("connect_error: Invalid namespace"));
    CHECK(root.connected());
    io.of("/nowhere");
    lost.connect();
    CHECK(until_heard("connect"));
}

TEST_CASE_FIXTURE(map_fixture, "\"connect\" is told before \"connection\", and off ends either")
{
    io.on("connection", [this](server_socket) { heard.note("connection"); });
    io.on("connect", [this](server_socket) { heard.note("connect"); });
    guest();
    REQUIRE(until_heard("connection"));
    CHECK(heard.text() == "connect | connection");
    io.off("connection");
    guest();
    CHECK(heard.text() == "connect | connection | connect");
    CHECK_THROWS_AS(io.on("conection", [](server_socket) {}), std::invalid_argument);
    CHECK_THROWS_AS(io.of("/x").on("disconnect", [](server_socket) {}), std::invalid_argument);
}

TEST_CASE_FIXTURE(map_fixture, "a pattern makes the namespaces that clients ask for, with its listeners and middleware")
{
    auto const workspaces = io.of(std::regex{"^/\\d+$"});
    workspaces.on("connection", note_socket());
    workspaces.use([this](server_socket socket, socketio::next go_on) {
        heard.note("asked " + socket.nsp());
        go_on();
    });
    io.on("new_namespace", note_namespace());
    guest("/101"), guest("/102"), guest("/101");
    REQUIRE(until_heard("connection /101", 2));
    CHECK(heard.text() == "new /101 | asked /101 | connection /101 | new /102 | asked /102 | connection /102 | "
                          "asked /101 | connection /101");
    auto const lost = client("/abc");
    heard.follow(lost);
    CHECK(until_heard("connect_error: Invalid namespace"));
}

TEST_CASE_FIXTURE(map_fixture, "what a pattern's namespace emits goes to all namespaces that were made after it")
{
    auto const workspaces = io.of(std::regex{"^/w-"});
    auto a = guest("/w-a"), b = guest("/w-b"), root = guest();
    for (auto [client, name] : {std::pair{a, "a"}, {b, "b"}, {root, "root"}})
        client.on("news", note_text(heard, name));
    workspaces.emit("news", "1");
    REQUIRE(until([this] { return heard.has("a: 1") && heard.has("b: 1"); }));
    socket_of(a).join("room");
    workspaces.to("room").emit("news", "2");
    REQUIRE(until_heard("a: 2"));
    workspaces.except("room").emit("news", "3");
    REQUIRE(until_heard("b: 3"));
    REQUIRE(in_step(root));
    REQUIRE(in_step(a));
    CHECK(heard.count_of("root") == 0);
    CHECK(heard.count_of("a") == 2);
    workspaces.disconnectSockets();
    CHECK(until([&] { return a.disconnected() && b.disconnected(); }));
    CHECK(root.connected());
}

TEST_CASE_FIXTURE(map_fixture, "the namespaces of a pattern have their own listeners besides, which the pattern does not get")
{
    auto const workspaces = io.of(std::regex{"^/w-"});
    io.on("new_namespace", [this](server_namespace made) {
        if (made.name() == "/w-a")
            made.on("connection", note_socket());
    });
    auto const a = guest("/w-a"), b = guest("/w-b");
    CHECK(until_heard("connection /w-a"));
    CHECK(heard.text() == "connection /w-a");
    workspaces.on("connection", note_socket()); // too late for those that are there
    auto const a2 = guest("/w-a"), c = guest("/w-c");
    CHECK(heard.text() == "connection /w-a | connection /w-a | connection /w-c");
}

TEST_CASE_FIXTURE(map_fixture, "a function says whether a namespace is to be made, by its name and what the client says of itself")
{
    io.of([](std::string_view name, value const& auth) {
        return name == "/vault" && auth["key"].get<std::string>() == "sesame";
    }).on("connection", note_socket());
    auto const stranger = client("/vault", {.auth = {{"key", "wrong"}}});
    heard.follow(stranger);
    REQUIRE(until_heard("connect_error: Invalid namespace"));
    auto const friendly = guest("/vault", {.auth = {{"key", "sesame"}}});
    CHECK(until_heard("connection /vault"));
    CHECK_FALSE(stranger.connected());
}

TEST_CASE_FIXTURE(map_fixture, "a function may answer later, once, and the next one is asked after a no")
{
    std::vector<std::function<void(bool)>> asked;
    io.of([&](std::string_view, value const&, std::function<void(bool)> answer) { asked.push_back(answer); });
    io.of([&](std::string_view name, value const&) { return name == "/second"; }).on("connection", note_socket());
    auto const first = client("/first"), second = client("/second");
    REQUIRE(until([&] { return asked.size() == 2; }));
    CHECK_FALSE(first.connected());
    for (bool const answer : {false, true, true})
        asked[1](answer); // of two connections either may come first
    for (bool const answer : {false, false, true})
        asked[0](answer);
    REQUIRE(until([&] { return second.connected(); }));
    CHECK(heard.text() == "connection /second");
    CHECK_FALSE(first.connected());
}

TEST_CASE_FIXTURE(map_fixture, "a function's answer to a client that has left makes no namespace")
{
    std::vector<std::function<void(bool)>> asked;
    io.of([&](std::string_view, value const&, std::function<void(bool)> answer) { asked.push_back(answer); });
    io.on("new_namespace", note_namespace());
    {
        auto const gone = client("/first");
        REQUIRE(until([&] { return asked.size() == 1; }));
    }
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    asked[0](true);
    auto const other = client("/second");
    REQUIRE(until([&] { return asked.size() == 2; }));
    asked[1](true);
    REQUIRE(until([&] { return other.connected(); }));
    CHECK(heard.text() == "new /second");
}

TEST_CASE_FIXTURE(map_fixture, "a function that throws has said no, and the exception leaves through the context")
{
    io.of([](std::string_view, value const&) -> bool { throw std::runtime_error("thrown"); });
    auto const socket = client("/x");
    heard.follow(socket);
    CHECK(support::exceptions_until(context, [this] { return heard.has("connect_error: Invalid namespace"); }) == 1);
}

TEST_CASE_FIXTURE(map_fixture, "a namespace that is asked for by name has the listeners and middleware of its pattern")
{
    auto const workspaces = io.of(std::regex{"^/w-[0-9]$"});
    workspaces.on("connection", note_socket());
    workspaces.use([this](server_socket socket, socketio::next next) {
        heard.note("use " + socket.nsp());
        next();
    });
    auto const one = io.of("/w-1");
    io.of("/w-other").on("connection", note_socket());
    auto a = guest("/w-1"), b = guest("/w-other");
    CHECK(heard.text() == "use /w-1 | connection /w-1 | connection /w-other");
    a.on("news", support::note_text(heard, "news"));
    workspaces.emit("news", "to all");
    CHECK(until_heard("news: to all"));
}

TEST_CASE_FIXTURE(map_fixture, "a namespace that was made by name is not made again by a pattern")
{
    io.on("new_namespace", note_namespace());
    io.of("/w-a").on("connection", [this](server_socket) { heard.note("name"); });
    io.of(std::regex{"^/w-"}).on("connection", [this](server_socket) { heard.note("pattern"); });
    guest("/w-a");
    CHECK(until_heard("name"));
    CHECK(heard.text() == "new /w-a | name");
}

TEST_CASE_FIXTURE(map_fixture, "a name over the limit for patterns is refused without asking them")
{
    io.of(std::regex{"^/w"});
    auto const longest = guest("/" + std::string(255, 'w'));
    auto const longer = client("/" + std::string(256, 'w'));
    heard.follow(longer);
    CHECK(until_heard("connect_error: Invalid namespace"));
}

TEST_CASE_FIXTURE(map_fixture, "a pattern's namespace goes with its last socket")
{
    io.of(std::regex{"^/w-"});
    io.of("/fixed");
    io.on("new_namespace", note_namespace());
    auto a = guest("/w-a"), b = guest("/w-a"), fixed = guest("/fixed");
    socket_of(a).join("room");
    a.disconnect();
    REQUIRE(until([this] { return io.engine().clientsCount() == 2; }));
    CHECK(io.of("/w-a").sockets().size() == 1);
    CHECK(heard.count("new /w-a") == 1);
    b.disconnect();
    fixed.disconnect();
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    auto const back = guest("/w-a"), fixed_again = guest("/fixed");
    CHECK(heard.text() == "new /w-a | new /w-a");
    io.of("/w-a").emit("news");
}

TEST_CASE_FIXTURE(map_fixture, "a pattern's namespace goes as well when its only client is refused")
{
    io.of(std::regex{"^/w-"}).use([](server_socket, socketio::next go_on) { go_on({"no", {}}); });
    io.on("new_namespace", note_namespace());
    for (int i = 1; i != 3; ++i) {
        auto const refused = client("/w-a");
        heard.follow(refused);
        REQUIRE(until_heard("connect_error: no", i));
    }
    CHECK(heard.count("new /w-a") == 2);
}

TEST_CASE_FIXTURE(counting_fixture, "a client that joins and leaves namespaces of ever new names leaves none behind")
{
    io.of(std::regex{"^/w-"});
    auto const root = guest();
    auto const before = alive();
    for (int i = 0; i != 50; ++i) {
        auto joined = root.io().socket("/w-" + std::to_string(i));
        REQUIRE(until([&] { return joined.connected(); }));
        CHECK(alive() <= before + 2);
        joined.disconnect();
        REQUIRE(in_step(root));
    }
    CHECK(alive() == before);
}

TEST_CASE_FIXTURE(keeping_fixture, "without cleanupEmptyChildNamespaces a pattern's namespaces stay")
{
    io.of(std::regex{"^/w-"});
    auto const before = alive();
    guest("/w-a"), guest("/w-b");
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    CHECK(alive() == before + 2);
}

TEST_CASE_FIXTURE(small_fixture, "more namespaces than child_namespaces are not made for clients, until there is room again")
{
    io.of(std::regex{"^/w-"});
    auto const root = guest();
    std::vector<socketio::socket> in;
    for (auto const* const name : {"/w-a", "/w-b"})
        in.push_back(guest(name));
    auto more = root.io().socket("/w-c");
    heard.follow(more);
    REQUIRE(until_heard("connect_error: Too many namespaces"));
    CHECK(root.connected());
    CHECK(guest("/w-a").connected()); // it is there
    CHECK(io.of("/w-d").name() == "/w-d"); // the program may
    in.front().disconnect();
    REQUIRE(until([this] { return io.engine().clientsCount() == 2; }));
    more.connect();
    CHECK(until([&] { return more.connected(); }));
}

TEST_CASE_FIXTURE(map_fixture, "a namespace that the program has made by name stays when it is empty, with its listeners")
{
    io.of(std::regex{"^/w-"});
    io.of("/w-a").on("connection", note_socket());
    for (int i = 1; i != 3; ++i) {
        guest("/w-a");
        REQUIRE(until_heard("connection /w-a", i));
        REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    }
}

TEST_CASE_FIXTURE(patient_fixture, "a pattern's namespace stays for one that may come back")
{
    io.of(std::regex{"^/w-"}).on("connection", [this](server_socket socket) {
        heard.note(socket.recovered() ? "recovered" : "new");
        watch(socket);
    });
    auto client = traveller("/w-a");
    lose(client);
    come_back(client);
    CHECK(heard.has("recovered"));
}
