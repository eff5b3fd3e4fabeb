// Four threads run the context, with clients and server in it, and others call from outside.
#include <socketio/server/server.hpp>

#include "support/threaded_server_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using socketio::ack;
using socketio::server_socket;
using socketio::value;
using support::counter;
using support::threaded_server_fixture;
using support::in_threads;

namespace {

// Checks that the numbers of each sender come in their order.
class order_keeper {
public:
    void add(int sender, int number)
    {
        std::lock_guard const lock{mutex_};
        auto& next = next_[std::size_t(sender)];
        in_order_ = in_order_ && next == number;
        ++next;
    }
    bool in_order() const
    {
        std::lock_guard const lock{mutex_};
        return in_order_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<int> next_ = std::vector<int>(64);
    bool in_order_ = true;
};

// A foreign thread's rounds through all that may be called.
class stranger {
public:
    stranger(socketio::server& io, counter& answered) : io_{io}, answered_{answered} {}

    int asked() const noexcept { return asked_; }
    void round(int i)
    {
        auto const room = "room " + std::to_string(i % 3);
        io_.emit("news", i);
        io_.to(room).except("room 0").emit("news", i);
        for (auto const& socket : io_.sockets().sockets().all())
            with(socket, room, i);
        count_answer([&](auto done) { io_.timeout(5s).emit("ask", [done](std::error_code, std::vector<value>) { done(); }); });
        count_answer([&](auto done) {
            io_.in(room).fetchSockets([done](std::error_code, std::vector<socketio::remote_socket> const&) { done(); });
        });
        io_.in(room).socketsJoin("joined");
        io_.in("joined").socketsLeave(room);
        looked_ += io_.sockets().adapter().rooms().size() + io_.sockets().adapter().sids().size();
    }

private:
    void with(server_socket const& socket, std::string const& room, int i)
    {
        socket.join(room);
        socket.set_data(socketio::object{{"round", i}});
        socket.broadcast().to(room).emit("news", i);
        count_answer([&](auto done) { socket.timeout(5s).emit("ask", [done](std::error_code, std::optional<int>) { done(); }); });
        auto const heard = socket.on("heard", [] {});
        looked_ += socket.rooms().size() + socket.data()["round"].get<std::size_t>().value_or(0);
        heard.off();
        socket.leave(room);
    }
    template <class Ask>
    void count_answer(Ask ask)
    {
        ++asked_;
        ask([&answered = answered_] { answered.add(); });
    }

    socketio::server& io_;
    counter& answered_;
    int asked_ = 0;
    std::size_t looked_ = 0;
};

} // namespace

TEST_CASE("events of many clients are told one at a time for each, in order, and several clients' at once")
{
    constexpr int count = 8, each = 200;
    threaded_server_fixture house;
    order_keeper order;
    counter heard;
    std::atomic<int> overlaps{0};
    house.io->on("connection", [&](server_socket socket) {
        auto const inside = std::make_shared<std::atomic<int>>(0);
        socket.on("number", [&, inside](int sender, int number) {
            overlaps += inside->fetch_add(1) != 0;
            order.add(sender, number);
            inside->fetch_sub(1);
            heard.add();
        });
    });
    house.start(count, [](socketio::socket, int) {});
    in_threads(count, [&](int i) {
        for (int number = 0; number != each; ++number)
            house.clients[std::size_t(i)].emit("number", i, number);
    });
    CHECK(heard.until(count * each));
    CHECK(order.in_order());
    CHECK(overlaps == 0);
}

TEST_CASE("what one thread emits to all comes to each in that order, whatever others emit meanwhile")
{
    constexpr int count = 6, senders = 4, each = 100;
    std::vector<order_keeper> orders(count);
    counter heard;
    threaded_server_fixture house;
    house.start(count, [&](socketio::socket client, int i) {
        client.on("number", [&, i](int sender, int number) {
            orders[std::size_t(i)].add(sender, number);
            heard.add();
        });
    });
    in_threads(senders, [&](int sender) {
        for (int number = 0; number != each; ++number)
            house.io->emit("number", sender, number);
    });
    CHECK(heard.until(count * senders * each));
    for (auto const& order : orders)
        CHECK(order.in_order());
}

TEST_CASE("emits, joins, leaves, broadcasts and disconnects from foreign threads meet, and every question ends once")
{
    constexpr int count = 8, rounds = 20;
    counter answered, news;
    threaded_server_fixture house;
    house.start(count, [&](socketio::socket client, int i) {
        client.on("news", [&](int) { news.add(); });
        client.on("ask", [i](ack reply) {
            if (i % 4 != 3)
                reply(i);
        });
    });
    std::atomic<int> asked{0};
    in_threads(4, [&](int thread) {
        if (thread == 3) {
            for (int i = 0; i != count / 2; ++i) // the others stay
                house.clients[std::size_t(i)].disconnect();
            CHECK(house.gone.until(count / 2));
            house.io->in(house.clients.back().id()).disconnectSockets(true);
            return;
        }
        stranger visitor{*house.io, answered};
        for (int i = 0; i != rounds; ++i)
            visitor.round(i);
        asked += visitor.asked();
        house.io->disconnectSockets(true); // which ends what was never answered
    });
    CHECK(answered.until(asked));
    CHECK(answered.count() == asked);
    CHECK(news.count() > 0);
}

TEST_CASE("sockets come and go on four threads while all is broadcast, and nobody is left behind")
{
    constexpr int count = 6, rounds = 15;
    counter disconnects;
    threaded_server_fixture house;
    house.start(count, [&](socketio::socket client, int) {
        client.on("disconnect", [&disconnects] { disconnects.add(); });
    });
    std::atomic<bool> over{false};
    std::thread broadcasts{[&] {
        for (int i = 0; !over; ++i) {
            house.io->to({"a", "b"}).emit("news", i);
            house.io->socketsJoin(i % 2 ? "a" : "b");
        }
    }};
    for (int i = 1; i <= rounds; ++i) {
        for (auto& each : house.clients)
            each.disconnect();
        CHECK(disconnects.until(i * count));
        for (auto& each : house.clients)
            each.connect();
        CHECK(house.connected.until((i + 1) * count));
    }
    for (auto& each : house.clients)
        each.disconnect();
    CHECK(house.gone.until((rounds + 1) * count));
    over = true;
    broadcasts.join();
    CHECK(house.io->sockets().adapter().rooms().empty());
    CHECK(house.io->sockets().sockets().size() == 0);
}

TEST_CASE("a server is closed from outside in the midst of everything, and its token completes after the last listener")
{
    counter answered;
    std::promise<int> closed;
    threaded_server_fixture house;
    constexpr int count = 8;
    house.start(count, [](socketio::socket client, int) {
        client.on("ask", [](ack reply) { reply(1); });
    });
    int asked = 0;
    std::thread visits{[&] {
        stranger visitor{*house.io, answered};
        for (int i = 0; i != 10; ++i)
            visitor.round(i);
        asked = visitor.asked();
    }};
    house.io->close([&](std::error_code) { closed.set_value(house.gone.count()); });
    auto told = closed.get_future();
    REQUIRE(told.wait_for(support::patience) == std::future_status::ready);
    CHECK(told.get() == count);
    visits.join();
    CHECK(answered.until(asked));
}
