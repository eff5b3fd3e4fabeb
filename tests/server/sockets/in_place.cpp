// Events that a listener emits to its own client: they are written straight into the connection's output.
#include <socketio/server/server_socket.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using support::note_text;

namespace {

struct in_conversion {
    std::function<void()> act;
};

// Each "go" of the client runs `work` inside a listener.
struct in_place : support::two_clients {
    explicit in_place(socketio::server_options options = {}) : two_clients{std::move(options)}
    {
        for (char const* event : {"a", "b", "c"})
            client.on(event, note_text(heard, event));
    }

    std::string after(std::function<void()> work)
    {
        socket.on("go", std::move(work));
        client.emit("go");
        REQUIRE(in_step(client));
        return heard.text();
    }
};

} // namespace

template <>
struct socketio::convert<in_conversion> {
    static void write(writer& to, in_conversion const& from)
    {
        from.act();
        convert<std::string>::write(to, "written");
    }
};

TEST_CASE_FIXTURE(in_place, "an event that is emitted while another is written follows it")
{
    CHECK(after([this] {
              socket.emit("a", in_conversion{[this] { socket.emit("b", "from inside"); }});
              socket.emit("c", "last");
          }) == "a: written | b: from inside | c: last");
}

TEST_CASE_FIXTURE(in_place, "nothing is left of an event whose conversion throws")
{
    CHECK(after([this] {
              socket.emit("a", "first");
              CHECK_THROWS_AS(socket.emit("b", in_conversion{[] { throw std::runtime_error{"unwritten"}; }}),
                              std::runtime_error);
              socket.emit("c", "last");
          }) == "a: first | c: last");
}

TEST_CASE_FIXTURE(in_place, "nothing is left of an event with a reserved name, or with too many attachments")
{
    std::vector<socketio::bytes> const many(socketio::server_options{}.sent_attachments + 1);
    CHECK(after([this, &many] {
              CHECK_THROWS(socket.emit("disconnect", 1));
              CHECK_THROWS(socket.emit("b", many));
              socket.emit("c", "last");
          }) == "c: last");
}

TEST_CASE("an event that is too large takes no other with it, not even one that comes from another thread meanwhile")
{
    in_place house{{.largest_message = 100}};
    house.socket.on_error([&](socketio::event_error const& why) { house.heard.note("error " + why.event); });
    house.after([&] {
        auto const meanwhile = [&] { std::thread{[&] { house.socket.emit("b", "elsewhere"); }}.join(); };
        house.socket.emit("a", in_conversion{meanwhile}, std::string(100, 'x'));
        house.socket.emit("c", "last");
    });
    CHECK(house.heard.has("b: elsewhere"));
    CHECK(house.heard.has("c: last"));
    CHECK(house.heard.has("error a"));
}

TEST_CASE_FIXTURE(in_place, "outgoing listeners see events that are emitted in a listener")
{
    socket.onAnyOutgoing([this](std::string_view event) { heard.note("outgoing " + std::string{event}); });
    CHECK(after([this] { socket.emit("a", "x"); }).find("outgoing a") != std::string::npos);
    CHECK(heard.has("a: x"));
}

TEST_CASE_FIXTURE(in_place, "a question and its attachment leave together, and the answer comes back")
{
    client.on("ask", [](socketio::bytes const& data, socketio::ack const& reply) { reply(data.size()); });
    after([this] {
        socket.emit("ask", socketio::bytes(3), [this](std::size_t size) {
            heard.note("answer " + std::to_string(size));
        });
    });
    CHECK(until_heard("answer 3"));
}

TEST_CASE_FIXTURE(in_place, "after its disconnect a socket writes nothing")
{
    client.on("disconnect", [this] { heard.note("disconnect"); });
    socket.on("go", [this] {
        socket.disconnect();
        socket.emit("a", "late");
        socket.emit("b", "late", [](std::error_code, std::string const&) {});
    });
    client.emit("go");
    REQUIRE(until_heard("disconnect"));
    CHECK(heard.text() == "disconnect");
}
