// What stands between an event and its listeners.
#include <socketio/server/middleware.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using socketio::ack;
using socketio::args;
using socketio::connect_error;
using socketio::next;
using socketio::server_socket;
using support::note_event;
using support::note_text;

namespace {

// A client that is connected, and decisions that are still to be made.
struct packet_gate : support::server_fixture {
    std::vector<next> waiting;
    socketio::socket socket = guest();
    server_socket peer = socket_of(socket);

    auto pass_event(std::string name)
    {
        return [this, name = std::move(name)](std::string_view event, args const&, next go_on) {
            heard.note(name + " " + std::string{event});
            go_on();
        };
    }
};

} // namespace

TEST_CASE_FIXTURE(packet_gate, "every event passes the socket's middleware, in order, before its listeners")
{
    peer.use(pass_event("first"));
    peer.use(pass_event("second"));
    peer.on("hello", note_text(heard, "hello"));
    socket.emit("hello", "1");
    socket.emit("other");
    REQUIRE(until_heard("second other"));
    heard.note("end");
    CHECK(heard.text() == "first hello | second hello | hello: 1 | first other | second other | end");
}

TEST_CASE_FIXTURE(packet_gate, "a packet's middleware sees its arguments, may refuse it, and \"error\" tells why")
{
    peer.use([](std::string_view event, args const& arguments, next go_on) {
        if (event == "number" && arguments[0].get<int>() < 0)
            go_on({"negative", socketio::object{{"event", "number"}}});
        else
            go_on();
    });
    peer.on("number", [this](int number) { heard.note(std::to_string(number)); });
    peer.on("error", [this](connect_error const& why) { heard.note(why.message() + why.data().to_json()); });
    peer.on("error", note_text(heard, "error"));
    for (int const number : {1, -2, 3})
        socket.emit("number", number);
    REQUIRE(until_heard("3"));
    CHECK(heard.text() == R"(1 | negative{"event":"number"} | error: negative | 3)");
    CHECK(socket.connected());
}

TEST_CASE_FIXTURE(packet_gate, "a packet's middleware may decide later: the event, its binary data and its answer are kept")
{
    socketio::bytes const data{std::byte{1}, std::byte{2}};
    peer.use([this](std::string_view, args const&, next go_on) { waiting.push_back(go_on); });
    peer.on("send", [&](socketio::bytes const& got, std::string const& text, ack reply) { reply(got == data, text); });
    socket.emit("send", data, "text", [this](bool right, std::string const& text) {
        heard.note((right ? "right " : "wrong ") + text);
    });
    REQUIRE(until([this] { return waiting.size() == 1; }));
    waiting.front()();
    CHECK(until_heard("right text"));
}

TEST_CASE_FIXTURE(packet_gate, "a packet's next counts once, however often and in whatever order it is called")
{
    for (int i = 0; i != 2; ++i)
        peer.use([this](std::string_view event, args const&, next go_on) {
            if (event != "hello")
                return go_on();
            waiting.push_back(go_on);
        });
    peer.on("hello", note_text(heard, "hello"));
    socket.emit("hello", "1");
    REQUIRE(until([this] { return waiting.size() == 1; }));
    waiting[0]();
    REQUIRE(until([this] { return waiting.size() == 2; }));
    for (std::size_t const i : {0u, 1u, 0u, 1u, 1u})
        waiting[i]();
    REQUIRE(in_step(socket));
    CHECK(heard.text() == "hello: 1");
}

TEST_CASE_FIXTURE(packet_gate, "a packet's middleware that lets next go has swallowed the event, and nothing else")
{
    peer.use([](std::string_view event, args const&, next go_on) {
        if (event != "secret")
            go_on();
    });
    peer.on("secret", note_event(heard, "secret"));
    peer.on("open", note_event(heard, "open"));
    socket.emit("secret");
    socket.emit("open");
    REQUIRE(until_heard("open"));
    CHECK(heard.text() == "open");
}

TEST_CASE_FIXTURE(packet_gate, "a packet's middleware that throws loses the event, and the next one is served")
{
    peer.use([](std::string_view event, args const&, next go_on) {
        if (event == "bad")
            throw std::runtime_error("thrown");
        go_on();
    });
    peer.on("bad", note_event(heard, "bad"));
    peer.on("good", note_event(heard, "good"));
    socket.emit("bad");
    socket.emit("good");
    CHECK(support::exceptions_until(context, [this] { return heard.has("good"); }) == 1);
    CHECK(heard.text() == "good");
}

TEST_CASE_FIXTURE(packet_gate, "a packet's middleware has its state from one event to the next")
{
    peer.use([this, count = 0](std::string_view, args const&, next go_on) mutable {
        heard.note(std::to_string(++count));
        go_on();
    });
    for (int i = 0; i != 3; ++i)
        socket.emit("hello");
    REQUIRE(until_heard("3"));
    CHECK(heard.text() == "1 | 2 | 3");
}

TEST_CASE_FIXTURE(packet_gate, "a packet's middleware may itself keep the decisions that are to be made: all go with the socket")
{
    auto const owned = std::make_shared<int>(1);
    auto const kept = std::make_shared<std::vector<next>>();
    peer.use([owned, kept](std::string_view, args const&, next go_on) { kept->push_back(go_on); });
    socket.emit("hello");
    REQUIRE(until([&] { return kept->size() == 1; }));
    socket.disconnect();
    CHECK(until([&] { return owned.use_count() == 1; }));
    kept->front()();
}

TEST_CASE_FIXTURE(packet_gate, "events that wait for their middleware are let go when the socket disconnects")
{
    peer.use([this](std::string_view, args const&, next go_on) { waiting.push_back(go_on); });
    peer.on("hello", note_event(heard, "hello"));
    peer.on("disconnect", note_event(heard, "disconnect"));
    socket.emit("hello");
    REQUIRE(until([this] { return waiting.size() == 1; }));
    socket.disconnect();
    REQUIRE(until_heard("disconnect"));
    waiting.front()();
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    CHECK(heard.text() == "disconnect");
}
