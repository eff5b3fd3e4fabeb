// Many threads at once: what is promised of order, and that nothing is lost or told twice.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/in_threads.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <system_error>
#include <thread>
#include <tuple>
#include <vector>

namespace {

constexpr int thread_count = 16;
constexpr int per_thread = 250;

// Something that happens once, on whichever thread.
class signal_once {
public:
    void set() { promise_.set_value(); }
    bool wait() { return future_.wait_for(support::patience) == std::future_status::ready; }

private:
    std::promise<void> promise_;
    std::future<void> future_ = promise_.get_future();
};

// Each thread's numbers must come in their order.
class order_keeper {
public:
    void add(int thread, int number)
    {
        in_order_ = in_order_ && next_[static_cast<std::size_t>(thread)] == number;
        ++next_[static_cast<std::size_t>(thread)];
        ++total_;
    }
    bool in_order() const { return in_order_; }
    int total() const { return total_; }

private:
    std::vector<int> next_ = std::vector<int>(thread_count);
    int total_ = 0;
    bool in_order_ = true;
};

} // namespace

TEST_CASE("sixteen threads emit at once: nothing is lost, and the order of each is kept")
{
    support::npm_server server;
    order_keeper order;
    std::atomic<int> inside{0};
    std::atomic<bool> overlapped{false};
    signal_once done;
    asio::io_context context;
    auto socket = socketio::io(context, server.url());
    socket.on("echo event", [&](int thread, int number) {
        overlapped = overlapped || inside.fetch_add(1) != 0;
        order.add(thread, number);
        inside.fetch_sub(1);
        if (order.total() == thread_count * per_thread)
            done.set();
    });
    {
        support::client_group const client_group(context, 4);
        support::in_threads(thread_count, [&](int thread) {
            for (int number = 0; number != per_thread; ++number)
                socket.emit("echo event", thread, number);
        });
        CHECK(done.wait());
    }
    CHECK(order.total() == thread_count * per_thread);
    CHECK(order.in_order());
    CHECK_FALSE(overlapped);
    CHECK(server.count("event") == thread_count * per_thread);
}

TEST_CASE("sixteen threads ask at once, with binary data among it, and each gets its own answers in order")
{
    support::npm_server server;
    order_keeper order;
    std::atomic<int> wrong{0};
    signal_once done;
    asio::io_context context;
    auto socket = socketio::io(context, server.url());
    {
        support::client_group const client_group(context, 2);
        support::in_threads(thread_count, [&](int thread) {
            for (int number = 0; number != per_thread; ++number) {
                socketio::bytes const data(static_cast<std::size_t>(number % 3), static_cast<std::byte>(thread));
                socket.emit("echo", thread, number, data,
                    [&, thread, number, data](std::error_code ec, int a, int b, socketio::bytes const& back) {
                        wrong += ec || a != thread || b != number || back != data;
                        order.add(a, b);
                        if (order.total() == thread_count * per_thread)
                            done.set();
                    });
            }
        });
        CHECK(done.wait());
    }
    CHECK(wrong == 0);
    CHECK(order.in_order());
}

TEST_CASE("threads ask while the connection comes and goes: each question ends once, and none arrives twice")
{
    support::npm_server server;
    constexpr int rounds = 5;
    constexpr int each_time = 50;
    constexpr int per_round = thread_count * each_time;
    std::vector<std::atomic<int>> ends(rounds * per_round);
    std::vector<std::atomic<bool>> answered(ends.size());
    asio::io_context context;
    auto socket = socketio::io(context, server.url(), support::quick());
    {
        std::vector<std::atomic<int>> ended(rounds);
        std::vector<signal_once> done(rounds);
        support::client_group const client_group(context, 2);
        for (std::size_t round = 0; round != rounds; ++round) {
            support::in_threads(thread_count, [&](int thread) {
                for (int number = 0; number != each_time; ++number) {
                    if (thread == 0 && number == 25)
                        socket.emit("terminate");
                    auto const index = round * per_round + static_cast<std::size_t>(thread * each_time + number);
                    socket.emit("echo", index, [&, round, index](std::error_code ec) {
                        ++ends[index];
                        answered[index] = !ec;
                        if (++ended[round] == per_round)
                            done[round].set();
                    });
                }
            });
            REQUIRE(done[round].wait());
        }
    }
    CHECK(std::all_of(ends.begin(), ends.end(), [](auto const& each) { return each == 1; }));
    CHECK(server.count("engine open") >= rounds);

    auto const log = socketio::value::from_json(
        server.ask(R"({"do":"log","what":"event","where":{"event":"echo"},"pick":"args"})"));
    REQUIRE(log.has_value());
    auto const questions = log->get<std::vector<std::tuple<std::size_t>>>();
    REQUIRE(questions.has_value());
    std::vector<int> arrived(ends.size());
    for (auto const& [index] : *questions)
        ++arrived[index];
    CHECK(std::all_of(arrived.begin(), arrived.end(), [](int times) { return times <= 1; }));
    bool all_answered_arrived = true;
    for (std::size_t i = 0; i != answered.size(); ++i)
        all_answered_arrived = all_answered_arrived && (!answered[i] || arrived[i] == 1);
    CHECK(all_answered_arrived);
}

TEST_CASE("listeners come and go on other threads while events arrive")
{
    support::npm_server server;
    std::atomic<int> calls{0};
    signal_once done;
    asio::io_context context;
    auto socket = socketio::io(context, server.url());
    socket.on("echo event", [&](int number) {
        if (number == -1)
            done.set();
    });
    {
        support::client_group const client_group(context, 2);
        support::in_threads(4, [&](int) {
            for (int number = 0; number != per_thread; ++number) {
                auto const handle = socket.on("echo event", [&calls] { ++calls; });
                socket.emit("echo event", number);
                static_cast<void>(socket.id());
                static_cast<void>(socket.connected() && socket.active());
                handle.off();
            }
        });
        socket.emit("echo event", -1);
        CHECK(done.wait());
    }
    CHECK(calls <= 4 * 4 * per_thread);
}

TEST_CASE("connect and disconnect from many threads end in what was asked last")
{
    support::npm_server server;
    asio::io_context context;
    auto socket = socketio::io(context, server.url(), support::quick());
    signal_once done;
    {
        support::client_group const client_group(context, 2);
        support::in_threads(4, [&](int) {
            for (int round = 0; round != 20; ++round) {
                socket.disconnect();
                socket.connect();
            }
        });
        socket.emit("echo", [&] { done.set(); });
        CHECK(done.wait());
    }
    CHECK(socket.connected());
    CHECK(socket.active());
}

TEST_CASE("a context that two threads run serves several sockets, and their listeners take turns by manager")
{
    support::npm_server server;
    asio::io_context context;
    std::vector<socketio::socket> sockets;
    std::atomic<int> done_count{0};
    signal_once done;
    for (int i = 0; i != 8; ++i)
        sockets.push_back(socketio::io(context, server.url()));
    {
        support::client_group const client_group(context, 2);
        for (auto& socket : sockets) {
            socket.on("binary", [&](socketio::bytes const& data, socketio::args const&) { CHECK(data.size() == 3); });
            socket.emit("types", [&](socketio::args const& all) { CHECK(all.size() == 10); });
            socket.emit("binary", [&](socketio::bytes const&) {
                if (++done_count == 8)
                    done.set();
            });
        }
        CHECK(done.wait());
    }
    CHECK(server.count("engine open") == 8);
}
