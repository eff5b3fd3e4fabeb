// A socket of the server: who it is, what it knows of its client, and when it is connected.
#include <socketio/server/server_socket.hpp>

#include "support/raw_client.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using socketio::object;
using socketio::server_socket;
using socketio::value;
using support::server_fixture;

namespace {

// Notes when a socket is connected, and where it is.
struct status_fixture : server_fixture {
    std::optional<server_socket> socket;

    void note_status(std::string const& when)
    {
        auto in = socket->rooms();
        bool const own = in.erase(socket->id()) == 1;
        std::string rooms;
        for (auto const& each : in)
            rooms += ' ' + each;
        auto const known = io.sockets().sockets().has(socket->id());
        heard.note(when + ":" + (socket->connected() ? " connected" : "") + (socket->disconnected() ? " disconnected" : "") +
                   (known ? " known" : "") + (own ? " own" : "") + rooms);
    }
    auto status_note(std::string when)
    {
        return [this, when] { note_status(when); };
    }
};

bool is_id(std::string_view text)
{
    return text.size() == 20 &&
           text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

} // namespace

TEST_CASE_FIXTURE(status_fixture, "a socket is connected from \"connect\" to \"disconnecting\", and in its rooms as long")
{
    io.use([this](server_socket arrived, socketio::next go_on) {
        socket = arrived;
        socket->join("early");
        socket->on("disconnecting", status_note("disconnecting"));
        socket->on("disconnect", status_note("disconnect"));
        note_status("middleware");
        go_on();
    });
    io.on("connect", [this](server_socket) { note_status("connect"); });
    io.on("connection", [this](server_socket) {
        socket->join("late");
        note_status("connection");
    });
    auto visitor = guest();
    visitor.disconnect();
    REQUIRE(until([this] { return heard.count_of("disconnect:") == 1; }));
    CHECK(heard.text() == "middleware: disconnected early | connect: connected known own early | "
                          "connection: connected known own early late | disconnecting: connected known own early late | "
                          "disconnect: disconnected");
}

TEST_CASE_FIXTURE(status_fixture, "a socket that a listener puts out is disconnected at once, but connected in \"disconnecting\"")
{
    auto visitor = guest();
    socket = socket_of(visitor);
    socket->on("disconnecting", status_note("disconnecting"));
    socket->on("disconnect", status_note("disconnect"));
    socket->on("put me out", [this] {
        socket->disconnect();
        note_status("put out");
    });
    visitor.emit("put me out");
    REQUIRE(until([this] { return heard.count_of("disconnect:") == 1; }));
    CHECK(heard.text() == "put out: disconnected known own | disconnecting: connected known own | disconnect: disconnected");
}

TEST_CASE_FIXTURE(server_fixture, "the id is twenty letters, one for each namespace of a client, and not the session's")
{
    io.of("/other");
    std::set<std::string> ids;
    for (int i = 0; i != 3; ++i) {
        auto const root = guest();
        auto other = root.io().socket("/other");
        REQUIRE(until([&] { return other.connected(); }));
        CHECK(socket_of(root).conn().id() == socket_of(other).conn().id());
        for (auto const& id : {socket_of(root).id(), socket_of(other).id(), socket_of(root).conn().id()}) {
            CHECK(is_id(id));
            ids.insert(id);
        }
        CHECK(socket_of(root).id() == root.id());
        CHECK(socket_of(other).nsp() == "/other");
    }
    CHECK(ids.size() == 9);
}

TEST_CASE_FIXTURE(server_fixture, "the handshake of each namespace has its own auth, and the connection's request")
{
    io.of("/other");
    auto const root = guest("", {.auth = {{"who", "root"}, {"list", socketio::array{1, nullptr}}},
                                .query = {{"a b", "x&y=z"}, {"a b", "again"}, {"empty", ""}},
                                .extraHeaders = {{"X-Twice", "one"}, {"x-twice", "two"}}});
    auto other = root.io().socket("/other", {.auth = object{{"who", "other"}}});
    REQUIRE(until([&] { return other.connected(); }));
    auto const& shake = socket_of(root).handshake();
    CHECK(shake.auth == value{object{{"who", "root"}, {"list", socketio::array{1, nullptr}}}});
    CHECK(socket_of(other).handshake().auth == value{object{{"who", "other"}}});
    auto const& others = socket_of(other).handshake();
    CHECK(others.query == shake.query);
    CHECK(others.headers == shake.headers);
    CHECK(others.url == shake.url);
    // They are the same ones: a thousand namespaces cost no thousand copies of what the client said once.
    CHECK(others.query.begin() == shake.query.begin());
    CHECK(others.headers.begin() == shake.headers.begin());
    CHECK(others.url.data() == shake.url.data());
    CHECK(shake.query_value("empty").empty());
    CHECK(shake.query_value("EIO") == "4");
    CHECK(shake.header("upgrade") == "websocket");
    CHECK(shake.header("X-Twice").empty()); // names are in lower case
    CHECK(shake.header("x-twice") == "one");
    std::vector<std::string> twice, ab;
    for (auto const& [name, text] : shake.headers)
        if (name == "x-twice")
            twice.push_back(text);
    for (auto const& [name, text] : shake.query)
        if (name == "a b")
            ab.push_back(text);
    CHECK(twice == std::vector<std::string>{"one", "two"});
    CHECK(shake.query_value("a b") == ab.front());
    CHECK(ab.back() == "again");
    CHECK(shake.url.find("a%20b=") != std::string::npos);
}

TEST_CASE_FIXTURE(server_fixture, "the handshake tells when and whence, and of TLS and other origins only where they are")
{
    auto const now = [] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    };
    auto const before = now();
    auto const plain = guest();
    auto const from_page = guest("", {.extraHeaders = {{"Origin", "https://page.example"}}});
    auto const& shake = socket_of(plain).handshake();
    CHECK(shake.issued >= before);
    CHECK(shake.issued <= now());
    CHECK(shake.time.ends_with(" GMT+0000"));
    CHECK(shake.address == "127.0.0.1");
    CHECK_FALSE(shake.secure);
    CHECK_FALSE(shake.xdomain);
    CHECK(socket_of(from_page).handshake().xdomain);
    CHECK(socket_of(from_page).handshake().header("origin") == "https://page.example");
}

TEST_CASE_FIXTURE(server_fixture, "a client that says nothing of itself has an empty auth, and its query is decoded as it came")
{
    std::optional<server_socket> socket;
    io.on("connection", [&](server_socket arrived) { socket = arrived; });
    support::raw_client raw{context, io.port(), "&name=J%c3%bcrgen+M&odd=%zz&=nameless&bare&%41=A"};
    REQUIRE(raw.enter());
    auto const& shake = socket->handshake();
    CHECK(shake.auth == value{object{}});
    CHECK(shake.query_value("name") == "J\xc3\xbcrgen M");
    CHECK(shake.query_value("odd") == "%zz");
    CHECK(shake.query_value("A") == "A");
    CHECK(shake.query_value("") == "nameless");
    CHECK(shake.url.ends_with("&name=J%c3%bcrgen+M&odd=%zz&=nameless&bare&%41=A"));
    CHECK(socket->conn().request().target == shake.url);
}

TEST_CASE_FIXTURE(server_fixture, "data begins as an empty object, is changed as a whole or in place, and outlasts the connection")
{
    auto visitor = guest();
    auto const socket = socket_of(visitor);
    CHECK(socket.data() == value{object{}});
    socket.set_data("just text");
    CHECK(socket.data() == value{"just text"});
    socket.set_data(object{{"visits", 1}});
    socket.with_data([](value& data) { data["name"] = "Ann"; });
    auto const copy = socket.data();
    socket.with_data([](value& data) { data["visits"] = 2; });
    CHECK(copy == value{object{{"visits", 1}, {"name", "Ann"}}});
    CHECK_THROWS_AS(socket.with_data([](value&) { throw std::runtime_error("thrown"); }), std::runtime_error);
    visitor.disconnect();
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    CHECK(socket.data()["visits"] == value{2});
    auto const other = guest();
    CHECK(socket_of(other).data() == value{object{}});
}

TEST_CASE_FIXTURE(server_fixture, "conn is the connection of all namespaces of a client, and tells of its upgrade and its end once")
{
    io.of("/other");
    auto root = guest();
    auto other = root.io().socket("/other");
    REQUIRE(until([&] { return other.connected(); }));
    auto const socket = socket_of(root);
    auto const conn = socket_of(other).conn();
    CHECK(conn.transport() == "websocket");
    CHECK(conn.remoteAddress() == "127.0.0.1");
    CHECK(conn.snapshot().sockets == 2);
    auto const note = [this](std::string name) {
        return [this, name](std::string_view what) { heard.note(name + ": " + std::string{what}); };
    };
    socket.conn().on("close", note("close"));
    conn.on("close", note("close"));
    conn.on("upgrade", note("upgrade"));
    root.disconnect();
    other.disconnect();
    REQUIRE(until([this] { return io.snapshot().connections == 0; }));
    CHECK(heard.text() == "close: transport close | close: transport close");
    conn.on("close", note("too late"));
    CHECK(conn.id() == socket.conn().id());
    CHECK(conn.transport() == "websocket");
    CHECK(conn.request().target == socket.handshake().url);
    CHECK(conn.snapshot().packets_received == 4);
}

TEST_CASE_FIXTURE(server_fixture, "copies of a handle are the same socket, and each socket is itself")
{
    auto const a = guest(), b = guest();
    auto const one = socket_of(a);
    auto const copy = one;
    CHECK(one == copy);
    CHECK(one == socket_of(a));
    CHECK_FALSE(one == socket_of(b));
    copy.join("room");
    CHECK(one.rooms() == std::set<std::string, std::less<>>{"room", one.id()});
}

TEST_CASE_FIXTURE(support::two_clients, "emits outside the strand come in their order, whatever they carry, and the disconnect comes last")
{
    client.on("plain", [this](int number) { heard.note(std::to_string(number)); });
    client.on("binary", [this](int number, socketio::bytes const& data) {
        heard.note(std::to_string(number) + " with " + std::to_string(data.size()) + " bytes");
    });
    client.on("question", [this](int number, socketio::ack reply) {
        heard.note(std::to_string(number) + '?');
        reply();
    });
    client.on("disconnect", [this] { heard.note("disconnect"); });
    socket.emit("plain", 1);
    socket.emit("question", 2, [] {});
    socket.emit("binary", 3, socketio::bytes(5));
    socket.compress(false).emit("plain", 4);
    io.emit("plain", 5);
    socket.emit("plain", 6);
    socket.disconnect();
    socket.emit("plain", 7);
    REQUIRE(until_heard("disconnect"));
    CHECK(heard.text() == "1 | 2? | 3 with 5 bytes | 4 | 5 | 6 | disconnect");
}
