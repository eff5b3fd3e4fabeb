// How a server goes: close(), its destructor, or its context first; and what is left for those who hold handles.
#include <socketio/server/server.hpp>

#include "support/raw_client.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::error;
using socketio::server;
using socketio::server_socket;
using socketio::value;
using support::note_event;
using support::note_text;
using support::on_loopback;
using support::run_out;
using support::server_fixture;

namespace {

auto note_closed(server_fixture& house, std::string name)
{
    return [&house, name = std::move(name)](std::error_code ec) { house.heard.note(name + (ec ? ec.message() : "")); };
}

// Everything that handles can be asked for. Nothing comes of it.
void use_all(server_socket const& socket, socketio::server_namespace nsp)
{
    support::use_every_member(socket);
    nsp.emit("news");
    nsp.timeout(1ms).emitWithAck("ask", [](std::error_code, std::vector<value>) {});
    nsp.fetchSockets([](std::error_code, std::vector<socketio::remote_socket>) {});
    nsp.socketsJoin("room");
    nsp.disconnectSockets(true);
    nsp.on("connection", [](server_socket) {});
    CHECK_FALSE(socket.connected());
    CHECK(socket.rooms().empty());
    CHECK(nsp.sockets().size() == 0);
    CHECK(nsp.adapter().rooms().empty());
    CHECK(socket.id().size() == 20);
    CHECK(socket.handshake().address == "127.0.0.1");
}

} // namespace

TEST_CASE_FIXTURE(server_fixture, "close tells every socket \"server shutting down\", and completes after the last listener")
{
    auto a = guest(), b = guest();
    heard.follow(a, "client ");
    for (auto const& each : {a, b})
        socket_of(each).on("disconnect", note_text(heard, "disconnect"));
    io.close(note_closed(*this, "closed"));
    CHECK(heard.text().empty());
    REQUIRE(until_heard("closed"));
    CHECK(heard.count("disconnect: server shutting down") == 2);
    CHECK(heard.text().ends_with("closed"));
    CHECK(until_heard("client disconnect: transport close"));
    CHECK(a.active()); // and comes back when there is a server again
}

TEST_CASE_FIXTURE(server_fixture, "of several calls of close each completes, and none before the last listener")
{
    auto const client = guest();
    socket_of(client).on("disconnect", note_event(heard, "disconnect"));
    io.close(note_closed(*this, "first"));
    io.close();
    io.close(note_closed(*this, "second"));
    { auto const last = std::move(io); }
    REQUIRE(until([this] { return heard.has("first") && heard.has("second"); }));
    CHECK(heard.count("disconnect") == 1);
    CHECK(heard.text().starts_with("disconnect"));
    io = server{context, 0, on_loopback()};
    io.close(note_closed(*this, "third"));
    CHECK(until_heard("third"));
}

TEST_CASE_FIXTURE(server_fixture, "close gives a future, and completes when there was nothing to close")
{
    server never{context, on_loopback()};
    std::future<void> nothing = never.close(asio::use_future), first = io.close(asio::use_future);
    auto const ready = [](std::future<void>& each) { return each.wait_for(0s) == std::future_status::ready; };
    REQUIRE(until([&] { return ready(nothing) && ready(first); }));
    std::future<void> again = io.close(asio::use_future);
    CHECK(until([&] { return ready(again); }));
}

TEST_CASE_FIXTURE(server_fixture, "clients come back to a new server on the same port")
{
    auto a = guest(), b = guest();
    heard.follow(a);
    auto const port = io.port();
    auto const id = a.id();
    io = server{context, on_loopback()};
    REQUIRE(until([&] { return a.disconnected() && b.disconnected(); }));
    io.on("connection", [](server_socket socket) { socket.emit("welcome back"); });
    a.on("welcome back", note_event(heard, "welcome"));
    io.listen(port);
    REQUIRE(until_heard("welcome"));
    CHECK(a.id() != id);
    CHECK(until([&] { return b.connected(); }));
}

TEST_CASE_FIXTURE(server_fixture, "once the server is closed and the clients are gone the context has nothing left to do")
{
    {
        auto const a = guest(), b = guest();
        socket_of(a).timeout(1h).emit("ask", [](std::error_code, int) {});
        socket_of(b).join("room");
    }
    CHECK(run_dry());
}

TEST_CASE_FIXTURE(server_fixture, "what waits for answers is told that the sockets have gone")
{
    auto const client = guest();
    socket_of(client).emit("ask", [this](std::error_code ec, value const&) { heard.note("one " + ec.message()); });
    io.emit("ask", [this](std::error_code ec, std::vector<value> const&) { heard.note("all " + ec.message()); });
    io.close(note_closed(*this, "closed"));
    auto const gone = make_error_code(error::disconnected).message();
    CHECK(until([&] { return heard.has("one " + gone) && heard.has("all " + gone); }));
}

TEST_CASE_FIXTURE(server_fixture, "what waits for answers is told so, too, when the server is destroyed, and so is who asks later")
{
    auto const client = guest();
    auto const socket = socket_of(client);
    auto const gone = make_error_code(error::disconnected).message();
    auto const note = [this](std::string name) {
        return [this, name = std::move(name)](std::error_code ec, auto const&) { heard.note(name + ec.message()); };
    };
    socket.emit("ask", [told = note("one ")](std::error_code ec, value const& answer) { told(ec, answer); });
    io.emit("ask", [told = note("all ")](std::error_code ec, std::vector<value> const& answers) { told(ec, answers); });
    { auto const last = std::move(io); }
    REQUIRE(until([&] { return heard.has("one " + gone) && heard.has("all " + gone); }));
    socket.emit("ask", [told = note("late ")](std::error_code ec, value const& answer) { told(ec, answer); });
    socket.emitWithAck("ask", note("later "));
    CHECK(until([&] { return heard.has("late " + gone) && heard.has("later " + gone); }));
    io = server{context, on_loopback()};
}

TEST_CASE_FIXTURE(server_fixture, "a server may be closed inside its listeners, be it \"connection\", an event or \"disconnect\"")
{
    SUBCASE("connection")
    {
        io.on("connection", [this](server_socket) { io.close(note_closed(*this, "closed")); });
        auto const visitor = client();
        CHECK(until_heard("closed"));
    }
    SUBCASE("an event")
    {
        auto visitor = guest();
        socket_of(visitor).on("close", [this] { io.close(note_closed(*this, "closed")); });
        visitor.emit("close");
        CHECK(until_heard("closed"));
    }
    SUBCASE("disconnect")
    {
        auto visitor = guest();
        socket_of(visitor).on("disconnect", [this] { io.close(note_closed(*this, "closed")); });
        visitor.disconnect();
        CHECK(until_heard("closed"));
    }
    SUBCASE("its destruction in an event")
    {
        auto visitor = guest();
        socket_of(visitor).on("close", [this] { io = server{context, on_loopback()}; });
        socket_of(visitor).on("disconnect", note_event(heard, "closed"));
        visitor.emit("close");
        CHECK(until_heard("closed"));
    }
    CHECK(until([this] { return io.engine().clientsCount() == 0; }));
}

TEST_CASE_FIXTURE(server_fixture, "a connection that has said nothing yet does not hold up close")
{
    asio::ip::tcp::socket silent{context};
    silent.connect({asio::ip::address_v4::loopback(), io.port()});
    auto const client = guest(); // so that the other one was accepted
    io.close(note_closed(*this, "closed"));
    REQUIRE(until_heard("closed"));
    char byte = 0;
    std::error_code ended;
    silent.async_read_some(asio::buffer(&byte, 1), [&](std::error_code ec, std::size_t) { ended = ec; });
    CHECK(until([&] { return bool{ended}; }));
}

TEST_CASE_FIXTURE(server_fixture, "handles that outlive their server find nothing left")
{
    auto const client = guest();
    auto const socket = socket_of(client);
    auto const nsp = io.sockets();
    auto const room = io.to("room");
    io = server{context, on_loopback()};
    REQUIRE(until([&] { return socket.disconnected() && nsp.sockets().size() == 0 && client.disconnected(); }));
    use_all(socket, nsp);
    room.emit("news");
    context.poll();
    CHECK(client.disconnected());
}

TEST_CASE("handles and servers that outlive the context find nothing left")
{
    auto context = std::make_unique<asio::io_context>();
    server io{*context, 0, on_loopback()};
    auto const url = support::loopback_url(io.port());
    auto const client = socketio::io(*context, url);
    std::optional<server_socket> socket;
    io.on("connection", [&](server_socket arrived) { socket = arrived; });
    REQUIRE(support::run_until(*context, [&] { return socket && client.connected(); }));
    socket->emit("ask", [kept = *socket](std::error_code, int) {});
    socket->on("x", [kept = *socket] {});
    auto const nsp = io.sockets();
    context.reset();
    use_all(*socket, nsp);
    io.emit("news");
    io.close([](std::error_code) {});
    CHECK(io.engine().clientsCount() == 0);
    CHECK(io.of("/new").sockets().size() == 0);
}

TEST_CASE("a server that goes right before its context lets go of everything, whatever waits")
{
    auto const owned = std::make_shared<int>(1);
    {
        asio::io_context context;
        std::vector<server_socket> sockets;
        server io{context, 0, on_loopback()};
        io.use([owned, &sockets](server_socket socket, socketio::next go_on) {
            socket.on("disconnect", [owned, socket, go_on] {});
            sockets.push_back(socket);
            if (sockets.size() < 3)
                go_on(); // the third waits for ever
        });
        io.on("connection", [owned](server_socket socket) {
            socket.emit("ask", [owned, socket](std::error_code, int) {});
            socket.use([owned, socket](std::string_view, socketio::args const&, socketio::next go_on) { go_on(); });
        });
        std::vector<socketio::socket> clients;
        for (int i = 0; i != 3; ++i)
            clients.push_back(socketio::io(context, support::loopback_url(io.port()), {.forceNew = true}));
        REQUIRE(support::run_until(context, [&] { return sockets.size() == 3 && io.sockets().sockets().size() == 2; }));
    }
    CHECK(owned.use_count() == 1);
}

TEST_CASE("a context that goes when a listener of the end has thrown lets go of the socket all the same: its client had left")
{
    auto const owned = std::make_shared<int>(1);
    {
        asio::io_context context;
        server io{context, 0, on_loopback()};
        io.on("connection", [owned](server_socket socket) {
            socket.on("disconnecting", [owned, socket] { throw std::runtime_error("thrown"); });
        });
        support::raw_client visitor{context, io.port()};
        REQUIRE(visitor.enter());
        visitor.leave();
        CHECK_THROWS_AS(support::run_out(context), std::runtime_error);
    }
    CHECK(owned.use_count() == 1);
}

TEST_CASE("a context that goes when a listener of the end has thrown lets go of the socket all the same")
{
    auto const owned = std::make_shared<int>(1);
    {
        asio::io_context context;
        server io{context, 0, on_loopback()};
        io.on("connection", [owned](server_socket socket) {
            socket.on("disconnecting", [owned, socket] { throw std::runtime_error("thrown"); });
            socket.disconnect();
        });
        auto const visitor = socketio::io(context, support::loopback_url(io.port()));
        CHECK_THROWS_AS(support::run_out(context), std::runtime_error);
    }
    CHECK(owned.use_count() == 1);
}

TEST_CASE_FIXTURE(server_fixture, "listeners that hold their socket, or the server's handles, are let go after the last event")
{
    auto const owned = std::make_shared<int>(1);
    io.on("connection", [owned, nsp = io.sockets()](server_socket socket) {
        socket.on("event", [owned, socket] {});
        socket.onAny([owned, socket](std::string_view) {});
        socket.use([owned, socket](std::string_view, socketio::args const&, socketio::next go_on) { go_on(); });
        socket.on("disconnect", [owned, socket] {});
        socket.on_error([owned, socket](socketio::event_error const&) {});
    });
    auto client = guest();
    REQUIRE(owned.use_count() > 5);
    client.disconnect();
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    CHECK(until([&] { return owned.use_count() == 2; }));
    io.close();
    CHECK(owned.use_count() == 1);
}

TEST_CASE("what middleware and matchers keep of their decisions, in themselves, goes with the server")
{
    auto const owned = std::make_shared<int>(1);
    {
        asio::io_context context;
        server io{context, 0, on_loopback()};
        auto const decisions = std::make_shared<std::vector<socketio::next>>();
        auto const answers = std::make_shared<std::vector<std::function<void(bool)>>>();
        io.use([owned, decisions](server_socket, socketio::next go_on) { decisions->push_back(go_on); });
        io.of([owned, answers](std::string_view, value const&, std::function<void(bool)> answer) { answers->push_back(answer); });
        auto const a = socketio::io(context, support::loopback_url(io.port()));
        auto const b = socketio::io(context, support::loopback_url(io.port(), "/b"));
        REQUIRE(support::run_until(context, [&] { return !decisions->empty() && !answers->empty(); }));
        SUBCASE("that is closed") { io.close(); }
        SUBCASE("with the context") {}
    }
    CHECK(owned.use_count() == 1);
}

TEST_CASE_FIXTURE(server_fixture, "a port that cannot be had, or a second listen, is told to the caller")
{
    CHECK_THROWS_AS(static_cast<void>(server{context, io.port(), on_loopback()}), std::system_error);
    CHECK_THROWS_AS(static_cast<void>(server{context, 0, {.address = "not an address"}}), std::system_error);
    CHECK_THROWS_AS(io.listen(0), std::invalid_argument);
    io.close();
    CHECK_THROWS_AS(io.listen(0), std::invalid_argument);
}
