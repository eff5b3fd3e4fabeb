// Lists of arguments whose length is known at run time, and answers from catch-all listeners; from and to both halves.
#include <socketio/core/spread.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/use_future.hpp>

#include <chrono>
#include <future>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;
using socketio::ack;
using socketio::args;
using socketio::array;
using socketio::spread;
using socketio::value;

namespace {

struct relay_fixture : support::two_clients {
    relay_fixture()
    {
        auto const note = [this](std::string who) {
            return [this, who](args const& all) { heard.note(who + ' ' + socketio::to_value(all).to_json()); };
        };
        socket.on("list", note("server"));
        client.on("list", note("client"));
        client.on("ask", [](args const& all, ack reply) { reply(spread(all)); });
        socket.on("ask", [](args const& all, ack reply) { reply("before", spread(all), "after"); });
    }
    auto note_answer(std::string who)
    {
        return [this, who](args const& all) { heard.note(who + ' ' + socketio::to_value(all).to_json()); };
    }
};

} // namespace

TEST_CASE_FIXTURE(relay_fixture, "the elements of a list are arguments of their own, from the client and from the server")
{
    std::vector<int> const numbers{1, 2, 3};
    client.emit("list", spread(numbers));
    client.emit("list", "first", spread(array{"two", 3.5, nullptr}), spread(std::vector<std::string>{}), "last");
    client.timeout(5s).emit("list", spread(std::vector{true, false}));
    client.volatile_().emit("list", spread(std::vector<std::map<std::string, int>>{{{"a", 1}}}));
    CHECK(until_heard(R"(server [1,2,3])"));
    CHECK(until_heard(R"(server ["first","two",3.5,null,"last"])"));
    CHECK(until_heard(R"(server [true,false])"));
    socket.emit("list", spread(numbers));
    socket.compress(false).emit("list", 0, spread(std::vector<value>{"a", 1}));
    io.emit("list", spread(std::vector<std::string>{"to", "all"}));
    io.to(socket.id()).emit("list", spread(std::vector<std::string>{}));
    CHECK(until_heard(R"(client [1,2,3])"));
    CHECK(until_heard(R"(client [0,"a",1])"));
    CHECK(until_heard(R"(client ["to","all"])"));
    CHECK(until_heard(R"(client [])"));
}

TEST_CASE_FIXTURE(relay_fixture, "a question and its answer may be lists, with a handler or a completion token behind")
{
    std::vector<int> const numbers{1, 2};
    client.emit("ask", spread(numbers), note_answer("client's"));
    CHECK(until_heard(R"(client's ["before",1,2,"after"])"));
    socket.emit("ask", spread(numbers), note_answer("server's"));
    CHECK(until_heard(R"(server's [1,2])"));
    std::string both;
    client.emitWithAck<std::string, int, int>("ask", spread(numbers), [&](std::error_code, std::string const& first, int a, int b) {
        both += first + std::to_string(a + b);
    });
    socket.emitWithAck<int, int>("ask", spread(numbers), [&](std::error_code, int a, int b) { both += std::to_string(a + b); });
    CHECK(until([&] { return both == "before33" || both == "3before3"; }));
    std::vector<value> all;
    io.timeout(5s).emit("ask", spread(numbers), [&](std::error_code, std::vector<value> answers) { all = std::move(answers); });
    CHECK(until([&] { return all == std::vector<value>{1}; }));
}

TEST_CASE_FIXTURE(relay_fixture, "what a listener has heard is passed on as it came, binary data included")
{
    socket.on("pass on", [this](args const& all) { socket.emit("list", spread(all)); });
    socket.on("numbers", [this](args const& all) { heard.note(std::to_string(all.size())); });
    std::string got;
    client.on("list", [&](std::string const& text, socketio::bytes const& data, int number) {
        got = text + std::to_string(data.size()) + std::to_string(number);
    });
    client.emit("pass on", "text", socketio::bytes(5), 7);
    CHECK(until([&] { return got == "text57"; }));
}

TEST_CASE_FIXTURE(relay_fixture, "with retries a list is sent like anything else")
{
    auto sure = guest("", {.ackTimeout = 5s, .retries = 2});
    socket_of(sure).on("list", [this](args const& all, ack done) {
        heard.note("sure " + socketio::to_value(all).to_json());
        done();
    });
    sure.emit("list", spread(std::vector{1, 2}), 3);
    CHECK(until_heard("sure [1,2,3]"));
}

TEST_CASE_FIXTURE(relay_fixture, "a char is sent and heard as a text of one character")
{
    std::string heard_there;
    char heard_here = 0;
    socket.on("char", [&](std::string const& text) {
        heard_there = text;
        socket.emit("char", 'd');
    });
    client.on("char", [&](char letter) { heard_here = letter; });
    client.emit("char", 'c');
    CHECK(until([&] { return heard_here != 0; }));
    CHECK(heard_there == "c");
    CHECK(heard_here == 'd');
}

TEST_CASE_FIXTURE(relay_fixture, "a catch-all listener may answer, on either side, in front or behind")
{
    auto const answer = [](std::string_view event, args const& all, ack reply) {
        if (event == "unknown")
            reply("caught", spread(all));
    };
    client.onAny(answer);
    socket.prependAny(answer);
    client.emit("unknown", 1, 2, note_answer("client's"));
    CHECK(until_heard(R"(client's ["caught",1,2])"));
    socket.emit("unknown", note_answer("server's"));
    CHECK(until_heard(R"(server's ["caught"])"));
}

TEST_CASE_FIXTURE(relay_fixture, "a catch-all listener's answer is the event's: the first one counts, and without a question it is empty")
{
    std::string seen;
    socket.onAny([&](std::string_view event, args const&, ack const& reply) {
        seen += std::string{event} + (reply ? "? " : ". ");
        reply("first");
    });
    socket.on("both", [](ack reply) { reply("second"); });
    client.emit("both", note_answer("client's"));
    CHECK(until_heard(R"(client's ["first"])"));
    client.emit("plain");
    REQUIRE(until([&] { return seen == "both? plain. "; }));
}

TEST_CASE_FIXTURE(relay_fixture, "behind a middleware a catch-all listener may answer, too, and later on another executor")
{
    socket.use([](std::string_view, args const&, socketio::next go_on) { go_on(); });
    socket.onAny(asio::bind_executor(context.get_executor(), [](std::string_view event, args const& all, ack reply) {
        if (event == "later")
            reply(all.size());
    }));
    client.emit("later", 1, 2, note_answer("client's"));
    CHECK(until_heard("client's [2]"));
}
