// Listeners that change the table they are called from, and what they hold.
#include <socketio/client.hpp>

#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct listening {
    support::loop_thread server;
    asio::io_context context;
    socketio::socket socket{socketio::io(context, server.url(), support::quick())};
    std::string heard;

    // Has the server send "echo" so often, and waits until it has been heard.
    void echo(int times = 1)
    {
        int seen = 0;
        auto const last = socket.on("echo", [&](int) { ++seen; });
        for (int i = 0; i != times; ++i)
            socket.emit("echo", i);
        REQUIRE(support::run_until(context, [&] { return seen == times; }));
        last.off();
    }
    auto note(std::string what)
    {
        return [this, what] { heard += what; };
    }
};

} // namespace

TEST_CASE_FIXTURE(listening, "a listener that takes itself off is not called again, and may use what it holds to its end")
{
    auto held = std::make_shared<std::string>("a");
    std::weak_ptr<std::string> const watched = held;
    socketio::listener_handle own;
    own = socket.on("echo", [this, held, &own] {
        own.off();
        heard += *held;
    });
    held.reset();
    echo(3);
    CHECK(heard == "a");
    CHECK(watched.expired());
}

TEST_CASE_FIXTURE(listening, "a listener that is taken off by one before it is not called, not even for this event")
{
    socketio::listener_handle next;
    socket.on("echo", [&] { next.off(); });
    next = socket.on("echo", note("b"));
    socket.on("echo", note("c"));
    echo(2);
    CHECK(heard == "cc");
}

TEST_CASE_FIXTURE(listening, "a listener that is added by another hears the next event")
{
    socket.once("echo", [this] { socket.on("echo", note("b")); });
    echo(3);
    CHECK(heard == "bb");
}

TEST_CASE_FIXTURE(listening, "off() inside a listener ends the round, for catch-all listeners as well")
{
    socket.onAny([this](std::string_view) {
        heard += 'a';
        socket.off("echo");
        socket.offAny();
    });
    socket.onAny([this](std::string_view) { heard += 'b'; });
    socket.on("echo", note("c"));
    socket.emit("echo", 1);
    bool answered = false;
    socket.emit("answer", [&] { answered = true; });
    CHECK(support::run_until(context, [&] { return answered; }));
    CHECK(heard == "a");
}

TEST_CASE_FIXTURE(listening, "a scoped listener may end inside itself")
{
    std::optional<socketio::scoped_listener> scope;
    auto held = std::make_shared<std::string>("a");
    std::weak_ptr<std::string> const watched = held;
    scope.emplace(socket.on("echo", [this, held, &scope] {
        scope.reset();
        heard += *held;
    }));
    held.reset();
    echo(3);
    CHECK(heard == "a");
    CHECK(watched.expired());
}

TEST_CASE_FIXTURE(listening, "a scoped listener may be owned by its own listener")
{
    auto scope = std::make_shared<socketio::scoped_listener>();
    std::weak_ptr<socketio::scoped_listener> const watched = scope;
    auto const handle = socket.on("echo", [this, scope] { heard += 'a'; });
    *scope = handle;
    echo(2);
    CHECK(heard == "aa");
    scope.reset();
    handle.off();
    CHECK(watched.expired());
    echo();
    CHECK(heard == "aa");
}

TEST_CASE_FIXTURE(listening, "once() is called once, even if its event comes again while it runs")
{
    socket.once("echo", [this] {
        heard += 'a';
        socket.emit("echo", 7);
    });
    echo(3);
    CHECK(heard == "a");
}

TEST_CASE_FIXTURE(listening, "what a listener holds goes with it, and not only at the next event")
{
    auto held = std::make_shared<int>(0);
    std::weak_ptr<int> const watched = held;
    auto const handle = socket.on("echo", [held] { ++*held; });
    auto const hook = std::make_shared<int>(0);
    socket.on_error([hook](socketio::event_error const&) {});
    held.reset();
    echo();
    CHECK(*watched.lock() == 1);
    handle.off();
    CHECK(watched.expired());
    socket.on_error(nullptr);
    CHECK(hook.use_count() == 1);
}

TEST_CASE_FIXTURE(listening, "a socket that its own listener holds is let go by off()")
{
    auto held = std::make_shared<int>(0);
    std::weak_ptr<int> const watched = held;
    socket.on("echo", [held, copy = socket] { ++*held; });
    socket.on("disconnect", [held, copy = socket] { ++*held; });
    held.reset();
    echo();
    socket.off();
    CHECK(watched.expired());
    socket = {};
    CHECK(support::run_out(context));
}

TEST_CASE_FIXTURE(listening, "the error hook may replace itself while it runs")
{
    auto const held = std::make_shared<std::string>("a");
    socket.on_error([this, held](socketio::event_error const&) {
        socket.on_error([this](socketio::event_error const&) { heard += 'b'; });
        heard += *held;
    });
    auto const wrong = socket.on("echo", [](std::string_view) { FAIL("a number is no text"); });
    echo(3);
    CHECK(heard == "abb");
    CHECK(held.use_count() == 1);
}

TEST_CASE_FIXTURE(listening, "no event follows disconnect() in the middle of a batch, and views stay valid meanwhile")
{
    std::string const text(20000, 'x');
    int items = 0;
    socket.on("echo", [&](std::string_view seen) {
        socket.disconnect();
        socket.connect();
        socket.disconnect();
        CHECK(seen == text);
        heard += 'e';
    });
    socket.on("item", [&] { ++items; });
    socket.on("disconnect", note("d"));
    socket.emit("echo", text);
    socket.emit("burst", 3000);
    CHECK(support::run_out(context));
    CHECK(heard == "ed");
    CHECK(items == 0);
}

TEST_CASE_FIXTURE(listening, "a listener may take and let go sockets of other namespaces")
{
    std::vector<socketio::socket> others;
    socket.on("echo", [&](int number) {
        if (number % 2 == 0)
            others.push_back(socket.io().socket("/" + std::to_string(number)));
        else
            others.clear();
    });
    echo(21);
    CHECK(others.size() == 1);
    CHECK(support::run_until(context, [&] { return others.front().connected(); }));
    others.clear();
    socket = {};
    CHECK(support::run_out(context));
}
