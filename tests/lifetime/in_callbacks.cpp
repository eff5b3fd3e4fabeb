// The last handle of a socket goes inside each of its callbacks: what runs is finished, nothing follows.
#include <socketio/client.hpp>

#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

struct last_handle {
    support::loop_thread server;
    std::weak_ptr<int> capture;
    int calls = 0;
    asio::io_context context;
    std::optional<socketio::manager> manager;
    std::optional<socketio::socket> socket;

    socketio::socket& connect(socketio::options settings = support::quick())
    {
        return *(socket = socketio::io(context, server.url(), std::move(settings)));
    }
    // Drops every handle when it is called; what it captures must outlive that.
    auto dropping()
    {
        auto const held = std::make_shared<int>(41);
        capture = held;
        return [this, held] {
            ++calls;
            socket.reset();
            manager.reset();
            ++*held;
            CHECK(*held == 42);
        };
    }
    // The callback came, once; there is nothing left to do, and nothing left in memory.
    bool ended()
    {
        bool const idle = support::run_out(context);
        CHECK(idle);
        CHECK(calls == 1);
        CHECK(capture.expired());
        return idle && calls == 1 && capture.expired() && !socket;
    }
};

struct in_conversion {
    std::function<void()> act;
};

} // namespace

template <>
struct socketio::convert<in_conversion> {
    static void write(writer& to, in_conversion const& from)
    {
        to.begin_array();
        from.act();
        convert<std::string>::write(to, "written");
        to.end_array();
    }
};

TEST_CASE_FIXTURE(last_handle, "the last handle goes in \"connect\"")
{
    connect().on("connect", dropping());
    CHECK(ended());
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in \"connect_error\" of a server that is not there")
{
    support::silent_port const nobody(context);
    socket = socketio::io(context, nobody.url(), support::quick());
    socket->on("connect_error", [drop = dropping()](socketio::connect_error const& why) {
        drop();
        CHECK(why.message().starts_with("connect to"));
    });
    CHECK(ended());
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in \"connect_error\" of a refusal")
{
    socket = socketio::io(context, server.url("/refused"));
    socket->on("connect_error", [drop = dropping()](socketio::connect_error const& why) {
        drop();
        CHECK(why.message() == "refused");
    });
    CHECK(ended());
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in \"disconnect\", whoever ended the connection")
{
    for (std::string const how : {"kick", "drop", "reset", "leave"}) {
        CAPTURE(how);
        calls = 0;
        connect().on("disconnect", [drop = dropping()](std::string const& reason, socketio::disconnect_details const& details) {
            drop();
            CHECK_FALSE(reason.empty());
            CHECK(details.websocket_code <= 1005);
        });
        socket->emit(how);
        CHECK(ended());
    }
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in \"disconnect\" after disconnect() in another listener")
{
    connect().on("disconnect", dropping());
    socket->on("connect", [this] { socket->disconnect(); });
    CHECK(ended());
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in \"reconnect\"")
{
    connect().on("reconnect", [drop = dropping()](int attempts) {
        drop();
        CHECK(attempts == 1);
    });
    socket->emit("drop");
    CHECK(ended());
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in an event, whose views stay valid until the listener returns")
{
    for (std::size_t const size : {3u, 3000u, 8180u, 100000u}) {
        CAPTURE(size);
        calls = 0;
        std::string const text(size, 'x');
        connect().on("echo", [drop = dropping(), &text](std::string_view seen) {
            drop();
            CHECK(seen == text);
        });
        // What follows in the same read must neither be told nor overwrite what is being looked at.
        socket->emit("echo", text);
        socket->emit("burst", 2000);
        socket->on("item", [](int) { FAIL("an event after the last handle"); });
        CHECK(ended());
    }
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in an event with binary data")
{
    std::vector<unsigned char> const data(5000, 7);
    connect().on("echo", [drop = dropping(), &data](socketio::bytes_view seen) {
        drop();
        CHECK(seen.size() == data.size());
        CHECK(seen.back() == std::byte{7});
    });
    socket->emit("echo", data);
    CHECK(ended());
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in an event that wants an answer, which is not sent")
{
    connect().on("question", [drop = dropping()](int number, socketio::ack reply) {
        drop();
        reply(number);
        CHECK(number == 5);
    });
    socket->emit("ask", 5);
    CHECK(ended());
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in onAny: the event's own listener is not called any more")
{
    connect().onAny([drop = dropping()](std::string_view event, socketio::args const& arguments) {
        drop();
        CHECK(event == "echo");
        CHECK(arguments.get<std::string>(0) == "text");
    });
    socket->on("echo", [] { FAIL("a listener after the last handle"); });
    socket->emit("echo", "text");
    CHECK(ended());
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in an acknowledgement: the others are told, once each")
{
    int stopped = 0;
    connect();
    socket->emit("answer", "text", [drop = dropping()](std::string_view text) {
        drop();
        CHECK(text == "text");
    });
    for (int i = 0; i != 3; ++i)
        socket->emit("silent", [&](std::error_code ec) {
            CHECK(ec == socketio::error::stopped);
            ++stopped;
        });
    CHECK(ended());
    CHECK(stopped == 3);
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in an acknowledgement that is told of an error")
{
    connect();
    socket->emit("silent", [drop = dropping()](std::error_code ec) {
        drop();
        CHECK(ec == socketio::error::disconnected);
    });
    socket->emit("drop");
    CHECK(ended());
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in the error hook")
{
    connect().on_error([drop = dropping()](socketio::event_error const& why) {
        drop();
        CHECK(why.event == "echo");
    });
    socket->on("echo", [](int) { FAIL("a text is no number"); });
    socket->on("echo", [] { FAIL("a listener after the last handle"); });
    socket->emit("echo", "text");
    CHECK(ended());
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in a provider of auth, query or extraHeaders")
{
    auto const drop = [this] {
        ++calls;
        socket.reset();
    };
    auto const end = [this] {
        CHECK(support::run_out(context));
        CHECK(calls == 1);
        calls = 0;
    };
    connect({.auth = [drop] {
        drop();
        return socketio::object{{"token", "abc"}};
    }});
    end();
    connect({.query = [drop] {
        drop();
        return socketio::string_pairs{{"a", "b"}};
    }});
    end();
    connect({.extraHeaders = [drop] {
        drop();
        return socketio::string_pairs{{"A", "b"}};
    }});
    end();
    CHECK(server.counts().connected == 0);
}

TEST_CASE_FIXTURE(last_handle, "a provider may answer when the last handle and the loop are gone")
{
    std::vector<socketio::provided<socketio::object>::answer> asked;
    connect({.auth = [&](socketio::provided<socketio::object>::answer answer) { asked.push_back(std::move(answer)); }});
    CHECK(support::run_until(context, [&] { return !asked.empty(); }));
    socket.reset();
    CHECK(support::run_out(context));
    asked.front()({{"token", "abc"}});
    CHECK(support::run_out(context));
    CHECK(server.counts().connected == 0);
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in every event of the manager")
{
    for (std::string const event :
         {"open", "ping", "packet", "close", "reconnect_attempt", "reconnect"}) {
        CAPTURE(event);
        calls = 0;
        connect();
        manager = socket->io();
        manager->on(event, dropping());
        socket->emit("ping");
        if (event != "ping" && event != "packet")
            socket->emit("drop");
        CHECK(ended());
    }
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes in every event of a manager that cannot connect")
{
    support::silent_port const nobody(context);
    for (std::string const event : {"error", "reconnect_attempt", "reconnect_error", "reconnect_failed"}) {
        CAPTURE(event);
        calls = 0;
        auto settings = support::quick();
        settings.reconnectionAttempts = 1;
        socket = socketio::io(context, nobody.url(), std::move(settings));
        manager = socket->io();
        manager->on(event, dropping());
        CHECK(ended());
    }
}

TEST_CASE_FIXTURE(last_handle, "the last handle goes at any line of the log")
{
    int line = 0;
    int lines = 0;
    do {
        ++line;
        lines = 0;
        CAPTURE(line);
        auto settings = support::quick();
        settings.log = [&](socketio::log_level, std::string_view, std::string_view text) {
            if (++lines == line)
                socket.reset();
            CHECK_FALSE(text.empty());
        };
        connect(std::move(settings));
        auto other = socket->io().socket("/other");
        other.on("reconnect", [&] {
            socket.reset();
            other = {};
        });
        socket->on("echo", [](int) { FAIL("a text is no number"); });
        socket->emit("echo", "text");
        other.emit("answer", [&] { other.emit("drop"); });
        REQUIRE(support::run_out(context));
        CHECK_FALSE(socket);
    } while (lines >= line);
    CHECK(line > 10);
}

// An acknowledgement handler that takes no error is let go in silence, and what it holds with it.
TEST_CASE_FIXTURE(last_handle, "the last handle goes with the handler of an acknowledgement that never came")
{
    for (bool const own : {true, false}) {
        CAPTURE(own);
        connect();
        auto other = socket->io().socket("/other");
        auto& holder = own ? *socket : other;
        holder.emit("silent", [held = *socket] { FAIL("there is no answer"); });
        CHECK(support::run_until(context, [&] { return socket->connected() && other.connected(); }));
        int disconnects = 0;
        other.on("disconnect", [&] {
            ++disconnects;
            other = {};
        });
        socket->emit("drop");
        socket.reset();
        CHECK(support::run_out(context));
        CHECK(disconnects == 1);
    }
}

TEST_CASE("the last handle goes with the handler of an event that turns out too large to send")
{
    support::loop_thread server({.max_payload = 1000});
    asio::io_context context;
    auto socket = socketio::io(context, server.url(), support::quick());
    std::vector<std::string> told;
    for (std::string const event : {"first", "second"}) {
        socket.emit(event, std::string(2000, 'x'), [held = socket] { FAIL("there is no answer"); });
        socket.emit(event, [held = socket, &told, event](std::error_code ec) { told.push_back(event + ": " + ec.message()); });
    }
    socket.emit("drop");
    socket = {};
    CHECK(support::run_out(context));
    CHECK(told.size() == 2);
    CHECK(server.counts().events == 3);
}

TEST_CASE_FIXTURE(last_handle, "disconnecting, emitting and letting go in the middle of a conversion waits for its end")
{
    connect();
    bool written = false;
    socket->on("connect", [&] {
        socket->emit("first", in_conversion{[&] {
            socket->emit("second", 2, [&](int two) { written = two == 2; });
            socket->io().socket("/other").emit("third");
        }});
        socket->emit("last", in_conversion{[&] { socket->disconnect(); }}, [&](std::error_code ec) {
            CHECK(ec == socketio::error::disconnected);
            ++calls;
        });
    });
    CHECK(support::run_until(context, [&] { return calls == 1; }));
    CHECK(socket->disconnected());
    CHECK_FALSE(written);
    CHECK(server.counts().connected >= 1);

    socket->off();
    socket->connect();
    socket->on("connect", [&] { socket->emit("last", in_conversion{[&] { socket.reset(); }}); });
    CHECK(support::run_until(context, [&] { return !socket; }));
    CHECK(support::run_out(context));
    CHECK(server.counts().events == 4);
}
