// What waits for an answer, and what listens to what leaves, when handles or the context go first.
#include <socketio/client.hpp>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/thread_pool.hpp>
#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct operations : support::client_test {
    support::loop_thread server;
};

// Asks many times from a thread of its own, cancels some, and lets its handle go at once.
void ask_and_leave(std::string const& url, int round)
{
    constexpr int questions = 24;
    std::atomic<int> told{0};
    asio::thread_pool answers(1);
    {
        asio::io_context context;
        auto socket = socketio::io(context, url, support::quick());
        std::thread loop([&] { context.run_for(support::patience); });
        std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
        for (int i = 0; i != questions; ++i) {
            signals.push_back(std::make_unique<asio::cancellation_signal>());
            auto count = [&told](std::error_code, socketio::value const&) { ++told; };
            auto const where = i % 2 == 0 ? socket.timeout(1ms) : socket.volatile_().timeout(50ms);
            where.emitWithAck("question", i,
                              asio::bind_cancellation_slot(signals.back()->slot(), asio::bind_executor(answers, count)));
        }
        // On the handlers' executor, as Asio asks for.
        asio::post(answers, [&, round] {
            for (int i = round % 3; i < questions; i += 3)
                signals[static_cast<std::size_t>(i)]->emit(asio::cancellation_type::terminal);
        });
        socket = {};
        loop.join();
        answers.join();
    }
    CHECK(told == questions);
}

} // namespace

TEST_CASE_FIXTURE(operations, "every question ends once, whatever happens: timeout, cancellation, or the last handle")
{
    for (int round = 0; round != 8; ++round)
        ask_and_leave(server.url(), round);
}

TEST_CASE_FIXTURE(operations, "a handler may let the last handle go, ask again, or cancel itself")
{
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    asio::cancellation_signal stop;
    socket.timeout(1ms).emitWithAck("silent",
                                    asio::bind_cancellation_slot(stop.slot(), [&](std::error_code ec, socketio::value const&) {
                                        heard.note(ec.message());
                                        stop.emit(asio::cancellation_type::terminal);
                                        socket.emitWithAck("silent", [&](std::error_code again, socketio::value const&) {
                                            heard.note(again.message());
                                        });
                                        socket = {};
                                    }));
    CHECK(idle());
    CHECK(heard.text() == "operation has timed out | " + make_error_code(socketio::error::stopped).message());
}

TEST_CASE("the context may go while questions wait, on an executor of their own too, and what they hold dies")
{
    support::loop_thread server;
    asio::thread_pool answers(1);
    auto held = std::make_shared<int>(0);
    std::weak_ptr<int> const watched = held;
    socketio::socket socket;
    asio::cancellation_signal stop;
    {
        asio::io_context context;
        socket = socketio::io(context, server.url());
        REQUIRE(support::run_until(context, [&] { return socket.connected(); }));
        auto const never = [held](std::error_code, socketio::value const&) { FAIL("called"); };
        socket.emitWithAck("silent", never);
        socket.emitWithAck("silent",
                           asio::bind_cancellation_slot(stop.slot(), asio::bind_executor(answers, never)));
        held.reset();
    }
    CHECK(watched.expired());
    stop.emit(asio::cancellation_type::terminal);
    socket.volatile_().emit("after");
    answers.join();
}

TEST_CASE_FIXTURE(operations, "an outgoing listener may emit, take itself off, throw, and let the last handle go")
{
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    std::optional<socketio::scoped_listener> once;
    once = socket.onAnyOutgoing([&](std::string_view event) {
        heard.note("out " + std::string(event));
        once.reset();
        socket.emit("second");
    });
    socket.emit("first");
    REQUIRE(until_heard("out first"));
    socket.onAnyOutgoing([&](std::string_view event) {
        heard.note("throws at " + std::string(event));
        throw 42;
    });
    socket.emit("third");
    socket.emit("fourth");
    for (int thrown = 0; thrown != 2;) {
        try {
            static_cast<void>(until([] { return false; }));
        } catch (int) {
            ++thrown;
        }
    }
    CHECK(heard.text() == "out first | throws at third | throws at fourth");
    socket.offAnyOutgoing();
    socket.onAnyOutgoing([&](std::string_view) { socket = {}; });
    socket.emit("last");
    CHECK(idle());
}

TEST_CASE_FIXTURE(operations, "listeners to what leaves come and go on another thread while events are emitted")
{
    auto socket = socketio::io(context, server.url());
    REQUIRE(until_connected(socket));
    std::atomic<bool> done{false};
    std::atomic<int> told{0};
    std::thread other([&] {
        for (int i = 0; i != 200; ++i) {
            socketio::scoped_listener const one = socket.onAnyOutgoing([&](std::string_view) { ++told; });
            socket.emit("from the thread", i);
            static_cast<void>(socket.listenersAnyOutgoing().size() + socket.listeners("x").size());
            static_cast<void>(socket.recovery());
        }
        done = true;
    });
    CHECK(until([&] {
        socket.volatile_().emit("from here");
        return done.load();
    }));
    other.join();
    socket = {};
    CHECK(idle());
}
