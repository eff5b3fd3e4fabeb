// What user code throws leaves through run(); the loop goes on, no event is lost and the order is kept.
#include <socketio/client.hpp>

#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

struct thrown {
    std::string what;
};

struct throwing {
    support::loop_thread server;
    std::vector<std::string> heard;  // what was called, in order
    std::vector<std::string> caught; // what came out of run()
    asio::io_context context;

    auto note(std::string what)
    {
        return [this, what] { heard.push_back(what); };
    }
    auto throwing_note(std::string what)
    {
        return [this, what] {
            heard.push_back(what);
            throw thrown{what};
        };
    }
    // As a user's loop that carries on would do it.
    template <class Predicate>
    bool until(Predicate predicate)
    {
        for (;;) {
            try {
                return support::run_until(context, predicate);
            } catch (thrown const& each) {
                caught.push_back(each.what);
            }
        }
    }
    bool run_out()
    {
        for (;;) {
            try {
                return support::run_out(context);
            } catch (thrown const& each) {
                caught.push_back(each.what);
            }
        }
    }
    bool until_heard(std::size_t count)
    {
        return until([&] { return heard.size() >= count; });
    }
};

using lines = std::vector<std::string>;

struct bad_to_send {};

} // namespace

template <>
struct socketio::convert<bad_to_send> {
    static void write(writer& to, bad_to_send const&)
    {
        to.begin_array();
        throw thrown{"conversion"};
    }
};

TEST_CASE_FIXTURE(throwing, "\"connect\", \"disconnect\" and \"reconnect\" may throw, and what follows them still comes")
{
    auto socket = socketio::io(context, server.url(), support::quick());
    for (char const* const event : {"connect", "disconnect", "reconnect"})
        socket.on(event, throwing_note(event));
    socket.on("echo", note("echo"));
    socket.emit("drop");
    REQUIRE(until_heard(4));
    CHECK(heard == lines{"connect", "disconnect", "connect", "reconnect"});
    CHECK(caught == heard);
    socket.emit("echo");
    CHECK(until_heard(5));
    CHECK(heard.back() == "echo");
    socket.disconnect();
    CHECK(run_out());
    CHECK(caught == lines{"connect", "disconnect", "connect", "reconnect", "disconnect"});
}

TEST_CASE_FIXTURE(throwing, "\"connect_error\" may throw, and the next attempt is made all the same")
{
    support::silent_port const nobody(context);
    auto settings = support::quick();
    settings.reconnectionAttempts = 2;
    auto const socket = socketio::io(context, nobody.url(), settings);
    socket.io().on("reconnect_failed", note("reconnect_failed"));
    auto copy = socket;
    copy.on("connect_error", throwing_note("connect_error"));
    CHECK(run_out());
    CHECK(heard == lines{"connect_error", "connect_error", "connect_error", "reconnect_failed"});
    CHECK(caught == lines(3, "connect_error"));
}

TEST_CASE_FIXTURE(throwing, "the \"connect_error\" of a refused namespace may throw, and the others stay connected")
{
    auto good = socketio::io(context, server.url());
    auto bad = good.io().socket("/refused");
    bad.on("connect_error", throwing_note("refused"));
    good.on("echo", note("echo"));
    good.emit("echo");
    CHECK(until_heard(2));
    CHECK(caught == lines{"refused"});
    CHECK(good.connected());
    CHECK_FALSE(bad.active());
}

TEST_CASE_FIXTURE(throwing, "a listener that throws at every third event costs no other event, and no order")
{
    auto socket = socketio::io(context, server.url());
    int next = 0;
    int disorder = 0;
    bool answered = false;
    socket.on("item", [&](int number) {
        disorder += number == next ? 0 : 1;
        if (next++ % 3 == 0)
            throw thrown{std::to_string(number)};
    });
    socket.emit("burst", 1000);
    socket.emit("answer", [&] { answered = true; });
    CHECK(until([&] { return answered; }));
    CHECK(next == 1000);
    CHECK(disorder == 0);
    CHECK(caught.size() == 334);
    CHECK(caught.back() == "999");
}

TEST_CASE_FIXTURE(throwing, "what a listener has emitted before it throws is sent")
{
    auto socket = socketio::io(context, server.url());
    int answers = 0;
    socket.on("echo", [&] {
        socket.emit("answer", [&] { ++answers; });
        throw thrown{"echo"};
    });
    socket.emit("echo");
    CHECK(until([&] { return answers == 1; }));
    CHECK(caught == lines{"echo"});
}

TEST_CASE_FIXTURE(throwing, "onAny may throw: the event's own listeners are left out, the next event is not")
{
    auto socket = socketio::io(context, server.url());
    auto const any = socket.onAny([&](std::string_view event) {
        heard.push_back("any " + std::string(event));
        throw thrown{"any"};
    });
    socket.on("echo", note("echo"));
    socket.emit("echo");
    CHECK(until_heard(1));
    any.off();
    socket.emit("echo");
    CHECK(until_heard(2));
    CHECK(heard == lines{"any echo", "echo"});
    CHECK(caught == lines{"any"});
}

TEST_CASE_FIXTURE(throwing, "acknowledgement handlers may throw, told of an answer or of an error")
{
    auto socket = socketio::io(context, server.url(), support::once_only());
    for (std::string const name : {"a", "b"})
        socket.emit("answer", name, [this](std::string text) { throwing_note(text)(); });
    for (std::string const name : {"c", "d", "e"})
        socket.emit("silent", [this, name](std::error_code ec) {
            CHECK(ec == socketio::error::disconnected);
            throwing_note(name)();
        });
    socket.on("disconnect", throwing_note("disconnect"));
    CHECK(until_heard(2));
    socket.emit("drop");
    CHECK(run_out());
    CHECK(heard == lines{"a", "b", "disconnect", "c", "d", "e"});
    CHECK(caught == heard);
}

TEST_CASE_FIXTURE(throwing, "the error hook may throw")
{
    auto socket = socketio::io(context, server.url());
    socket.on_error([this](socketio::event_error const&) { throwing_note("hook")(); });
    auto const wrong = socket.on("echo", [](std::string_view) { FAIL("a number is no text"); });
    socket.emit("echo", 1);
    socket.emit("echo", 2);
    CHECK(until_heard(2));
    wrong.off();
    socket.on("echo", note("echo"));
    socket.emit("echo", 3);
    CHECK(until_heard(3));
    CHECK(heard == lines{"hook", "hook", "echo"});
    CHECK(caught == lines{"hook", "hook"});
}

TEST_CASE_FIXTURE(throwing, "every event of the manager may throw")
{
    auto socket = socketio::io(context, server.url(), support::quick());
    auto manager = socket.io();
    for (char const* const event : {"open", "ping", "close", "reconnect_attempt", "reconnect"})
        manager.on(event, throwing_note(event));
    socket.emit("ping");
    CHECK(until_heard(2));
    socket.emit("drop");
    CHECK(until_heard(6));
    CHECK(heard == lines{"open", "ping", "close", "reconnect_attempt", "open", "reconnect"});
    CHECK(until([&] { return socket.connected(); }));
    CHECK(caught == heard);
    heard.clear();
    auto const packets = manager.on("packet", throwing_note("packet"));
    socket.on("echo", note("echo"));
    socket.emit("echo");
    CHECK(until_heard(2));
    CHECK(heard == lines{"echo", "packet"});
    manager.off();
    socket.emit("echo");
    CHECK(until_heard(3));
    CHECK(heard.back() == "echo");
}

TEST_CASE_FIXTURE(throwing, "every event of a manager that cannot connect may throw")
{
    support::silent_port const nobody(context);
    auto settings = support::quick();
    settings.reconnectionAttempts = 1;
    socketio::manager manager{context, nobody.url(), settings};
    for (char const* const event : {"error", "reconnect_attempt", "reconnect_error", "reconnect_failed"})
        manager.on(event, throwing_note(event));
    CHECK(run_out());
    CHECK(heard == lines{"error", "reconnect_attempt", "error", "reconnect_failed", "reconnect_error"});
    CHECK(caught == heard);
}

TEST_CASE_FIXTURE(throwing, "a log handler may throw at every line, and the conversation is the same")
{
    auto settings = support::quick();
    int rows = 0;
    settings.log = [&](socketio::log_level, std::string_view, std::string_view) {
        ++rows;
        throw thrown{"log"};
    };
    auto socket = socketio::io(context, server.url(), settings);
    for (char const* const event : {"connect", "disconnect", "reconnect"})
        socket.on(event, note(event));
    socket.emit("drop");
    CHECK(until_heard(4));
    CHECK(heard == lines{"connect", "disconnect", "connect", "reconnect"});
    socket.disconnect();
    CHECK(run_out());
    CHECK(heard.back() == "disconnect");
    CHECK(caught.size() == static_cast<std::size_t>(rows));
    CHECK(rows > 5);
}

TEST_CASE_FIXTURE(throwing, "a provider may throw: that attempt has failed, and connect() makes a new one")
{
    int asked = 0;
    auto const once = [&asked](auto result) {
        return [&asked, result] {
            if (++asked == 1)
                throw thrown{"provider"};
            return result;
        };
    };
    auto settings = support::quick();
    std::string words;
    SUBCASE("of auth")
    {
        settings.auth = once(socketio::object{{"a", 1}});
        words = "auth";
    }
    SUBCASE("of the query")
    {
        settings.query = once(socketio::string_pairs{{"a", "b"}});
        words = "query";
    }
    SUBCASE("of headers")
    {
        settings.extraHeaders = once(socketio::string_pairs{{"A", "b"}});
        words = "extraHeaders";
    }
    auto socket = socketio::io(context, server.url(), settings);
    socket.on("connect_error", [&](socketio::connect_error const& why) {
        CHECK(why.message().starts_with(words));
        heard.push_back("connect_error");
    });
    socket.on("connect", note("connect"));
    CHECK(until_heard(1));
    CHECK(caught == lines{"provider"});
    if (words == "auth")
        CHECK_FALSE(socket.active());
    socket.connect();
    CHECK(until_heard(2));
    CHECK(heard == lines{"connect_error", "connect"});
    CHECK(asked == 2);
}

TEST_CASE_FIXTURE(throwing, "a conversion may throw in emit(), on any thread, and leaves no trace in what is sent")
{
    auto socket = socketio::io(context, server.url());
    CHECK_THROWS_AS(socket.emit("echo", bad_to_send{}), thrown);
    socket.on("connect", [&] {
        socket.emit("echo", 1);
        CHECK_THROWS_AS(socket.emit("echo", bad_to_send{}), thrown);
        CHECK_THROWS_AS(socket.emit("echo", std::string("x"), bad_to_send{}, [](std::error_code) {}), thrown);
        socket.emit("echo", 2);
    });
    socket.on("echo", [&](int number) { heard.push_back(std::to_string(number)); });
    CHECK(until_heard(2));
    CHECK(heard == lines{"1", "2"});
    CHECK(server.counts().events == 2);
    CHECK(server.counts().violations == 0);
}

TEST_CASE_FIXTURE(throwing, "the last handle may go in a listener that then throws")
{
    auto socket = socketio::io(context, server.url());
    socket.on("item", [&] {
        socket = {};
        throw thrown{"item"};
    });
    socket.emit("burst", 10);
    socket.emit("silent", [&](std::error_code ec) {
        CHECK(ec == socketio::error::stopped);
        throwing_note("ack")();
    });
    CHECK(run_out());
    CHECK(caught == lines{"item", "ack"});
}
