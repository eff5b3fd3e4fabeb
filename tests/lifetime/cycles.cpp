// Connecting, emitting and ending in any order: a random walk, the same for the same seed, that asks
// after every step whether what the library says still fits together.
#include <socketio/client.hpp>

#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

// One socket, and what its listeners were told so far.
struct walker {
    socketio::socket socket;
    bool connected = false;   // as the events have it
    int connects = 0;
    std::uint64_t items = 0;
    std::string broken;       // the first thing that did not fit

    void expect(bool holds, char const* what)
    {
        if (!holds && broken.empty())
            broken = what;
    }
    void heard_connect()
    {
        expect(!connected, "\"connect\" while connected");
        expect(socket.connected() && !socket.id().empty(), "\"connect\", but the socket is not");
        connected = true;
        ++connects;
    }
    void heard_disconnect()
    {
        expect(connected, "\"disconnect\" while not connected");
        expect(!socket.connected() && socket.id().empty(), "\"disconnect\", but the socket is not");
        connected = false;
    }
    // `alone`: nothing can have been on its way since an earlier connection.
    void heard_item(bool alone)
    {
        ++items;
        expect(socket.connected(), "an event while not connected");
        expect(connected || !alone, "an event between \"disconnect\" and \"connect\"");
    }
};

class walk {
public:
    walk(std::uint32_t seed, std::size_t sockets) : random_{seed}, manager_{context_, server_.url(), settings(seed)}, walkers_(sockets)
    {
        for (std::size_t i = 0; i != sockets; ++i) {
            walkers_[i].socket = manager_.socket(i == 0 ? "/" : "/" + std::to_string(i));
            listen(walkers_[i]);
        }
    }

    void step()
    {
        act();
        for (unsigned handlers = pick(10); handlers != 0; --handlers)
            context_.run_one_for(std::chrono::milliseconds(1));
        context_.restart();
        // Between handlers, what was told is what is true.
        for (auto& each : walkers_) {
            each.expect(each.socket.connected() == each.connected, "connected() differs from the events");
            each.expect(each.socket.active() || !each.connected, "connected, but not active");
            REQUIRE(each.broken == "");
        }
        REQUIRE(told_twice_ == 0);
    }

    void end()
    {
        ended_ = true;
        manager_.close();
        listeners_.clear();
        int connects = 0;
        for (auto& each : walkers_) {
            connects += each.connects;
            each.socket = {};
        }
        CHECK(support::run_out(context_));
        CHECK(told_twice_ == 0);
        CHECK(std::count(told_.begin(), told_.end(), true) == static_cast<std::ptrdiff_t>(told_.size()));
        CHECK(held_.use_count() == 1);
        CHECK(connects > 20);
        CHECK(told_.size() > 100);
        CHECK(answers_ > 10);
        CHECK(server_.counts().violations == 0);
    }

private:
    static socketio::options settings(std::uint32_t seed)
    {
        auto made = support::quick();
        made.random_seed = seed;
        return made;
    }

    unsigned pick(unsigned below) { return std::uniform_int_distribution<unsigned>{0, below - 1}(random_); }

    void listen(walker& on)
    {
        bool const alone = walkers_.size() == 1;
        on.socket.on("connect", [this, &on] {
            on.heard_connect();
            act_inside();
        });
        on.socket.on("disconnect", [this, &on] {
            on.heard_disconnect();
            act_inside();
        });
        on.socket.on("connect_error", [this, &on] {
            on.expect(!on.socket.connected(), "\"connect_error\" while connected");
            act_inside();
        });
        on.socket.on("item", [this, &on, alone](int) {
            on.heard_item(alone);
            act_inside();
        });
    }

    // Now and then a listener does what the walk might have done.
    void act_inside()
    {
        if (!ended_ && pick(8) == 0)
            act();
    }

    void emit_with_ack(socketio::socket& socket, std::string_view event)
    {
        std::size_t const number = told_.size();
        told_.push_back(false);
        socket.emit(event, 1, [this, number, held = held_](std::error_code ec) {
            told_twice_ += told_[number] ? 1 : 0;
            told_[number] = true;
            answers_ += ec ? 0 : 1;
            act_inside();
        });
    }

    void act()
    {
        auto& socket = walkers_[pick(static_cast<unsigned>(walkers_.size()))].socket;
        switch (pick(28)) {
        case 0: socket.disconnect(); return;
        case 1: manager_.close(); return;
        case 2: manager_.open(); return;
        case 3: socket.emit("kick"); return;
        case 4: socket.emit("drop"); return;
        case 5: socket.emit("reset"); return;
        case 6: socket.emit("leave"); return;
        case 7: server_.each([](support::loop_session& each) { each.drop(); }); return;
        case 8: server_.each([](support::loop_session& each) { each.kick("/"); }); return;
        case 9: emit_with_ack(socket, "silent"); return;
        case 10:
        case 11:
        case 12: emit_with_ack(socket, "answer"); return;
        case 13:
        case 14: socket.emit("burst", static_cast<int>(pick(30))); return;
        case 15: socket.emit("note", std::string(pick(40000), 'x')); return;
        case 16: listeners_.emplace_back(socket.on("item", [held = held_](int) {})); return;
        case 17: listeners_.clear(); return;
        case 18: socket.once("item", [held = held_](int) {}); return;
        default: socket.connect(); return;
        }
    }

    support::loop_thread server_;
    std::shared_ptr<int> held_ = std::make_shared<int>(0);
    std::mt19937 random_;
    std::vector<bool> told_; // which acknowledgements were
    int told_twice_ = 0;
    int answers_ = 0;
    bool ended_ = false;
    asio::io_context context_;
    socketio::manager manager_;
    std::vector<walker> walkers_;
    std::vector<socketio::scoped_listener> listeners_;
};

void wander(std::uint32_t seed, std::size_t sockets, int steps)
{
    CAPTURE(seed);
    walk through{seed, sockets};
    for (int i = 0; i != steps; ++i)
        through.step();
    through.end();
}

} // namespace

TEST_CASE("two thousand random steps of one socket")
{
    for (std::uint32_t const seed : {1u, 2u, 3u})
        wander(seed, 1, 2000);
}

TEST_CASE("two thousand random steps of three sockets on one connection")
{
    for (std::uint32_t const seed : {4u, 5u, 6u})
        wander(seed, 3, 2000);
}
