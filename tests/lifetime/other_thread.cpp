// Handles used, and let go, on other threads than the ones that run the context.
#include <socketio/client.hpp>

#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

// Threads that run a context until it has nothing left to do, or until the test has failed.
class runners {
public:
    runners(asio::io_context& context, unsigned count) : context_{context}, work_{asio::make_work_guard(context)}
    {
        for (unsigned i = 0; i != count; ++i)
            threads_.emplace_back([&context] { context.run_for(support::patience); });
    }
    runners(runners const&) = delete;
    runners& operator=(runners const&) = delete;
    ~runners() { finish(); }

    // False if there was something left at the deadline.
    bool finish()
    {
        work_.reset();
        for (auto& each : threads_)
            each.join();
        threads_.clear();
        return context_.stopped();
    }

private:
    asio::io_context& context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::vector<std::thread> threads_;
};

// How often each of some acknowledgements was told, and what.
struct told {
    std::array<std::atomic<int>, 20> times{};
    std::atomic<int> answers{0}, stopped{0}, disconnected{0}, others{0};

    void note(std::size_t which, std::error_code ec)
    {
        ++times[which];
        ++(!ec ? answers : ec == socketio::error::stopped ? stopped : ec == socketio::error::disconnected ? disconnected : others);
    }
    bool each_once() const
    {
        bool once = true;
        for (auto const& each : times)
            once = once && each == 1;
        return once;
    }
};

// One life of a socket that ends on the main thread while two others run it.
void live_and_die(support::loop_thread const& server, int round, told& heard)
{
    std::promise<void> connected;
    asio::io_context context;
    runners loop{context, 2};
    // It runs already: whoever wants to hear "connect" must not be too late.
    auto socket = socketio::io(context, server.url(), support::quick({.autoConnect = false}));
    socket.once("connect", [&] { connected.set_value(); });
    socket.on("item", [](int) {});
    socket.connect();
    if (round % 4 != 0)
        REQUIRE(connected.get_future().wait_for(support::patience) == std::future_status::ready);
    socket.emit("burst", 50);
    for (std::size_t i = 0; i != 10; ++i) {
        socket.emit("silent", i, [&heard, i](std::error_code ec) { heard.note(i, ec); });
        socket.emit("answer", i, [&heard, i](std::error_code ec, std::size_t) { heard.note(10 + i, ec); });
    }
    if (round % 4 == 2)
        socket.emit("drop");
    if (round % 4 == 3)
        socket.disconnect();
    socket = {};
    CHECK(loop.finish());
}

} // namespace

TEST_CASE("two hundred sockets end on another thread, and every acknowledgement is told exactly once")
{
    support::loop_thread server;
    int answered = 0;
    for (int round = 0; round != 200; ++round) {
        CAPTURE(round);
        told heard;
        live_and_die(server, round, heard);
        REQUIRE(heard.each_once());
        REQUIRE(heard.others == 0);
        answered += heard.answers;
    }
    CHECK(answered <= 2000);
}

TEST_CASE("the copies of a handle go on sixteen threads at once")
{
    support::loop_thread server;
    for (int round = 0; round != 20; ++round) {
        asio::io_context context;
        runners loop{context, 2};
        std::atomic<int> ended{0};
        auto socket = socketio::io(context, server.url(), support::quick());
        socket.emit("silent", [&](std::error_code ec) { ended += ec == socketio::error::stopped ? 1 : 100; });
        std::vector<std::thread> threads;
        for (int i = 0; i != 16; ++i)
            threads.emplace_back([copy = socket, i]() mutable {
                copy.emit("note", i);
                auto const listener = copy.on("item", [copy](int) {});
                static_cast<void>(copy.connected() || copy.id().empty());
                listener.off();
                copy = {};
            });
        socket = {};
        for (auto& each : threads)
            each.join();
        CHECK(loop.finish());
        CHECK(ended == 1);
    }
}

TEST_CASE("sixteen threads emit at once: nothing is lost, and each one's events arrive in its order")
{
    constexpr int threads = 16;
    constexpr int each = 300;
    std::array<int, threads> next{};
    int disorder = 0;
    std::promise<void> complete;
    int received = 0;
    auto const count = [&](support::loop_session&, socketio::packet const& event) {
        auto const thread = event.payload[1].get<std::size_t>();
        disorder += next[thread.value()]++ != event.payload[2].get<int>() ? 1 : 0;
        if (++received == threads * each)
            complete.set_value();
        return false;
    };
    std::atomic<int> answers{0};
    {
        support::loop_thread server({.on_packet = count});
        asio::io_context context;
        runners loop{context, 2};
        auto socket = socketio::io(context, server.url());
        std::vector<std::thread> emitting;
        for (std::size_t t = 0; t != threads; ++t)
            emitting.emplace_back([copy = socket, t, &answers]() mutable {
                for (int i = 0; i != each; ++i) {
                    if (i % 10 == 9)
                        copy.emit("answer", t, i, [&answers](std::error_code ec) { answers += ec ? 1000000 : 1; });
                    else
                        copy.emit("note", t, i);
                }
            });
        for (auto& thread : emitting)
            thread.join();
        CHECK(complete.get_future().wait_for(support::patience) == std::future_status::ready);
        // An answer to all that was asked: what comes now is the last.
        std::promise<void> last;
        socket.emit("answer", 0u, each, [&] { last.set_value(); });
        CHECK(last.get_future().wait_for(support::patience) == std::future_status::ready);
        socket = {};
        CHECK(loop.finish());
    }
    CHECK(received == threads * each + 1);
    CHECK(disorder == 0);
    CHECK(answers == threads * each / 10);
}

TEST_CASE("a listener that another thread takes off dies at once, unless it is running")
{
    support::loop_thread server;
    asio::io_context context;
    runners loop{context, 1};
    auto socket = socketio::io(context, server.url());
    std::promise<void> began, may_end;
    auto held = std::make_shared<int>(0);
    std::weak_ptr<int> const running = held;
    auto const first = socket.on("echo", [&, held](int) {
        began.set_value();
        may_end.get_future().wait_for(support::patience);
        ++*held;
    });
    held = std::make_shared<int>(0);
    std::weak_ptr<int> const waiting = held;
    auto const second = socket.on("echo", [held](int) { ++*held; });
    held.reset();

    socket.emit("echo", 1);
    REQUIRE(began.get_future().wait_for(support::patience) == std::future_status::ready);
    first.off();
    second.off();
    CHECK(waiting.expired());
    CHECK_FALSE(running.expired());
    may_end.set_value();
    socket = {};
    CHECK(loop.finish());
    CHECK(running.expired());
}

TEST_CASE("namespaces are taken and let go on several threads")
{
    support::loop_thread server;
    asio::io_context context;
    runners loop{context, 2};
    socketio::manager manager{context, server.url(), support::quick()};
    std::atomic<int> told{0};
    std::atomic<int> late{0};
    std::vector<std::thread> threads;
    for (int t = 0; t != 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i != 25; ++i) {
                auto const ended = std::make_shared<std::promise<void>>();
                auto socket = manager.socket("/" + std::to_string((t + i) % 3));
                socket.emit("answer", [&told, ended](std::error_code) {
                    ++told;
                    ended->set_value();
                });
                if (i % 2 == 0)
                    socket = {};
                late += ended->get_future().wait_for(support::patience) == std::future_status::ready ? 0 : 1;
            }
        });
    for (auto& each : threads)
        each.join();
    CHECK(told == 100);
    CHECK(late == 0);
    CHECK(server.counts().violations == 0);
    manager.close();
    CHECK(loop.finish());
}
