// A background_context ends: from outside and from its own thread, with everything pending, and the
// handles go after it.
#include <socketio/client.hpp>

#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"

#include <asio/post.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

template <class T>
bool arrives(std::future<T> const& what)
{
    return what.wait_for(support::patience) == std::future_status::ready;
}

// Something that happens on another thread, once.
class moment {
public:
    void has_come() { promise_.set_value(); }
    bool comes() const { return arrives(future_); }

private:
    std::promise<void> promise_;
    std::future<void> future_ = promise_.get_future();
};

// Gives a handler for exceptions, which says on what thread it dies: the last thing of a context.
class obituary {
public:
    socketio::background_context::exception_handler handler()
    {
        struct last {
            std::promise<std::thread::id>& told;
            explicit last(std::promise<std::thread::id>& to) : told{to} {}
            last(last const&) = delete;
            last& operator=(last const&) = delete;
            ~last() { told.set_value(std::this_thread::get_id()); }
        };
        return [held = std::make_shared<last>(told_)](std::exception_ptr) { FAIL_CHECK("nothing was thrown"); };
    }
    // The thread that the context died on; none if it did not.
    std::thread::id thread() { return arrives(future_) ? future_.get() : std::thread::id{}; }

private:
    std::promise<std::thread::id> told_;
    std::future<std::thread::id> future_ = told_.get_future();
};

// Handles first, so that they outlive what runs them.
struct background_test {
    support::loop_thread server;
    std::shared_ptr<int> held = std::make_shared<int>(0);
    socketio::socket socket;
    obituary end;
    std::shared_ptr<socketio::background_context> background =
        std::make_shared<socketio::background_context>(end.handler());

    // With a listener and an acknowledgement pending, both of which hold something.
    bool connect(socketio::options settings = support::quick())
    {
        settings.autoConnect = false;
        socket = socketio::io(*background, server.url(), std::move(settings));
        auto const connected = std::make_shared<moment>();
        socket.once("connect", [connected] { connected->has_come(); });
        socket.on("item", [held = held] {});
        socket.connect();
        socket.emit("silent", [held = held](std::error_code) { ++*held; });
        return connected->comes();
    }
    // All may still be called, and does nothing.
    void use_after()
    {
        socket.emit("note", 1);
        socket.emit("silent", [held = held](std::error_code) { ++*held; });
        socket.on("item", [held = held, own = socket] {});
        socket.connect();
        socket.disconnect();
        socket.io().socket("/late").emit("note");
        CHECK_FALSE(socket.connected());
        CHECK_FALSE(socket.active());
        CHECK(*held == 0);
        CHECK(held.use_count() == 1);
        socket = {};
    }
};

} // namespace

TEST_CASE("an exception that nobody handles ends the program")
{
    // In a process of its own; no thread is running here, so that it can be made.
    pid_t const child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        alarm(20);
        std::set_terminate([] { std::_Exit(7); });
        socketio::background_context background;
        asio::post(background.get_executor(), [] { throw 1; });
        background.join();
        std::_Exit(1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("a background context that was never used ends at once")
{
    {
        socketio::background_context const idle;
    }
    socketio::background_context stopped;
    stopped.stop();
    stopped.stop();
    stopped.join();
    socketio::background_context joined;
    joined.join();
    joined.join();
    joined.stop();
}

TEST_CASE_FIXTURE(background_test, "it ends on another thread while connected, and the handles do nothing")
{
    REQUIRE(connect());
    background.reset();
    CHECK(end.thread() == std::this_thread::get_id());
    use_after();
}

TEST_CASE_FIXTURE(background_test, "it ends at every stage of connecting")
{
    for (auto const until : {support::serves::nothing, support::serves::upgrade, support::serves::open}) {
        support::loop_thread const silent({.until = until});
        socketio::background_context other;
        auto waiting = socketio::io(other, silent.url());
        waiting.emit("silent", [held = held](std::error_code) { ++*held; });
        waiting.on("connect", [held = held, own = waiting] {});
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE_FIXTURE(background_test, "it ends while the next attempt is an hour away")
{
    REQUIRE(connect({.reconnectionDelay = 1h, .reconnectionDelayMax = 1h}));
    moment told;
    socket.emit("silent", [&](std::error_code ec) {
        CHECK(ec == socketio::error::disconnected);
        told.has_come();
    });
    socket.emit("drop");
    REQUIRE(told.comes());
    CHECK(std::exchange(*held, 0) == 1); // the acknowledgement before
    background.reset();
    use_after();
}

TEST_CASE_FIXTURE(background_test, "ending on another thread waits for the listener that is running")
{
    REQUIRE(connect());
    moment began;
    std::promise<void> may_end;
    std::atomic<bool> ended{false};
    socket.on("echo", [&] {
        began.has_come();
        may_end.get_future().wait_for(support::patience);
        ended = true;
    });
    socket.emit("echo");
    REQUIRE(began.comes());
    std::thread ending{[&] { background.reset(); }};
    may_end.set_value();
    ending.join();
    CHECK(ended);
    socket.off("echo");
    use_after();
}

TEST_CASE_FIXTURE(background_test, "the last owner goes in a listener, which goes on; the thread cleans up")
{
    REQUIRE(connect());
    std::thread::id thread;
    std::string seen;
    socket.on("echo", [&](std::string_view text) {
        background.reset();
        thread = std::this_thread::get_id();
        seen = text;
    });
    socket.emit("burst", 10);
    socket.emit("echo", std::string(3000, 'x'));
    CHECK(end.thread() != std::this_thread::get_id());
    CHECK(thread != std::thread::id{});
    CHECK(seen == std::string(3000, 'x'));
    use_after();
}

TEST_CASE_FIXTURE(background_test, "the last owner is a listener that goes after its only call")
{
    REQUIRE(connect());
    auto const thread = std::make_shared<std::thread::id>();
    socket.once("echo", [owner = std::move(background), thread] { *thread = std::this_thread::get_id(); });
    socket.emit("echo");
    CHECK(end.thread() == *thread);
    use_after();
}

TEST_CASE_FIXTURE(background_test, "the last owner is a listener that another thread takes off")
{
    REQUIRE(connect());
    auto const listener = socket.on("echo", [owner = std::move(background)] {});
    listener.off();
    CHECK(end.thread() == std::this_thread::get_id());
    use_after();
}

TEST_CASE_FIXTURE(background_test, "the last owner is a handler that is never called")
{
    REQUIRE(connect());
    socket.emit("silent", [owner = std::move(background)] { FAIL_CHECK("there is no answer"); });
    socket.emit("drop");
    CHECK(end.thread() != std::this_thread::get_id());
    *held = 0;
    use_after();
}

TEST_CASE("the last owner goes in the handler of exceptions")
{
    support::loop_thread server;
    auto const gone = std::make_shared<moment>();
    socketio::socket socket;
    std::unique_ptr<socketio::background_context> background;
    background = std::make_unique<socketio::background_context>([&, gone](std::exception_ptr) {
        background.reset();
        gone->has_come();
    });
    socket = socketio::io(*background, server.url());
    socket.on("echo", [] { throw 1; });
    socket.emit("echo");
    CHECK(gone->comes());
    CHECK_FALSE(background);
}

TEST_CASE("a hundred background contexts end, here and there")
{
    support::loop_thread server;
    for (int round = 0; round != 100; ++round) {
        CAPTURE(round);
        obituary end;
        socketio::socket socket;
        auto background = std::make_unique<socketio::background_context>(end.handler());
        socket = socketio::io(*background, server.url(), support::quick());
        socket.on("item", [&, calls = 0]() mutable {
            if (round % 2 == 1 && ++calls == round % 20)
                background.reset();
        });
        socket.emit("burst", 20);
        if (round % 2 == 0)
            background.reset();
        REQUIRE(end.thread() != std::thread::id{});
    }
}

TEST_CASE_FIXTURE(background_test, "stop() in a listener: the thread ends after this turn, and the owner stays one")
{
    REQUIRE(connect());
    int calls = 0;
    socket.on("echo", [&] {
        ++calls;
        background->stop();
        background->join(); // does not wait for itself
        background->stop();
    });
    socket.emit("echo");
    socket.emit("echo");
    background->join();
    CHECK(calls >= 1); // the second may have come in the same turn
    CHECK(socket.connected());
    socket.emit("note");
    auto const late = socketio::io(*background, server.url());
    CHECK_FALSE(late.connected());
    background.reset();
    socket.off("echo");
    use_after();
}

TEST_CASE_FIXTURE(background_test, "stop() and join() on several threads at once, while a listener does the same")
{
    REQUIRE(connect());
    socket.on("item", [&] { background->join(); });
    socket.emit("burst", 100);
    std::vector<std::thread> threads;
    for (int i = 0; i != 8; ++i)
        threads.emplace_back([&, i] {
            if (i % 2 == 0)
                background->stop();
            background->join();
        });
    for (auto& each : threads)
        each.join();
    background.reset();
    use_after();
}

TEST_CASE_FIXTURE(background_test, "join() waits until all that was emitted has arrived")
{
    REQUIRE(connect());
    for (int i = 0; i != 1000; ++i)
        socket.emit("note", i, std::string(3000, 'x'));
    socket.disconnect();
    background->join();
    CHECK(server.counts().events == 1001);
    CHECK(*held == 1);
    *held = 0;
    CHECK(socket.disconnected());
    background.reset();
    use_after();
}

TEST_CASE_FIXTURE(background_test, "join() in a listener lets the thread end when the sockets have gone")
{
    REQUIRE(connect());
    socket.on("echo", [&](int number) {
        background->join();
        if (number == 2)
            socket.disconnect();
    });
    socket.emit("echo", 1);
    socket.emit("echo", 2);
    background->join();
    CHECK(server.counts().disconnected == 1);
}

TEST_CASE("what listeners throw is told to the handler, and the context goes on")
{
    support::loop_thread server;
    std::vector<int> caught;
    std::thread::id thread;
    int heard = 0;
    socketio::background_context background{[&](std::exception_ptr thrown) {
        thread = std::this_thread::get_id();
        try {
            std::rethrow_exception(thrown);
        } catch (int number) {
            caught.push_back(number);
        }
    }};
    auto socket = socketio::io(background, server.url());
    socket.on("item", [&](int number) {
        ++heard;
        if (number % 3 == 0)
            throw number;
    });
    socket.on("disconnect", [] { throw 99; });
    socket.emit("burst", 10);
    socket.emit("answer", [&] { socket.disconnect(); });
    background.join();
    CHECK(heard == 10);
    CHECK(caught == std::vector{0, 3, 6, 9, 99});
    CHECK(thread != std::this_thread::get_id());
}
