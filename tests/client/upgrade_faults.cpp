// Each operation of a session that moves from long-polling to WebSocket fails, or is late: nothing comes twice or out
// of order, and what is lost is told. Client and server are in one context, over streams in memory; the test holds the
// clock. Some go wrong over sockets, too, against npm's server.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include "support/client.hpp"
#include "support/faulty_stream.hpp"
#include "support/hand_turned_sources.hpp"
#include "support/memory_stream.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace upgrade_faults_test { // files may be compiled together

using namespace support;
using namespace std::chrono_literals;

namespace {

bool grows(std::vector<int> const& numbers)
{
    return std::adjacent_find(numbers.begin(), numbers.end(), [](int a, int b) { return a >= b; }) == numbers.end();
}

class faulty_session {
public:
    faulty_session(fault how, std::size_t nth, std::chrono::nanoseconds late)
        : plan_{std::make_shared<fault_plan>(fault_plan{world_.context, how, nth})}, late_{late},
          io_{world_.context, {.connectionStateRecovery = socketio::connection_state_recovery{}}}
    {
        io_.on("connection", [this](socketio::server_socket socket) {
            socket.on("up", [this](int number, socketio::ack reply) {
                up_.push_back(number);
                reply(number);
            });
        });
        plan_->on_struck = [this] { moving_ = heard.has("upgrading") || heard.has("upgrade"); };
        client_ = socketio::io(world_.context, "http://server", options());
        client_.on("down", [this](int number) { down_.push_back(number); });
        heard.follow(client_);
        for (char const* const event : {"upgrading", "upgrade", "upgrade_error"})
            client_.io().on(event, [this, event] { heard.note(event); });
    }

    // Events go both ways all the time.
    void hold()
    {
        for (int round = 0; round != 25; ++round) {
            say();
            world_.settle();
            if (late_ == 0ns)
                plan_->release();
            pass(10ms);
        }
        pass(late_);
        plan_->release();
        INFO(plan_->struck << ": " << heard.text());
        REQUIRE(until([this] { return client_.connected(); }));
        say();
        REQUIRE(until([this] { return heard_all(); }));
    }

    void check()
    {
        CAPTURE(plan_->struck);
        CAPTURE(heard.text());
        CHECK(grows(up_));
        CHECK(grows(down_));
        for (std::size_t i = 0; i != ends_.size(); ++i) {
            bool const arrived = std::binary_search(up_.begin(), up_.end(), static_cast<int>(i));
            CHECK((ends_[i] == "answer" ? arrived : ends_[i] == "error"));
        }
        if (!is_lost()) {
            CHECK(up_.size() == ends_.size());
            CHECK(std::count(ends_.begin(), ends_.end(), "error") == 0);
        }
        if (!is_lost() || recovered())
            CHECK(down_.size() == static_cast<std::size_t>(said_down_));
    }
    bool happened() const { return !plan_->struck.empty(); }
    bool is_lost() const { return heard.count_of("disconnect") != 0; }
    bool recovered() const { return client_.recovered(); }
    bool moved() const { return client_.io().snapshot().transport == "websocket"; }
    bool probe_failed() const { return heard.has("upgrade_error"); }
    bool was_moving() const { return moving_; }
    std::string const& struck() const { return plan_->struck; }

    diary heard;

private:
    socketio::options options()
    {
        socketio::options made;
        made.forceNew = true;
        made.transports = {"polling", "websocket"};
        made.reconnectionDelay = 60s; // by then the server has missed the client
        made.reconnectionDelayMax = 60s;
        made.network.stream_factory = faulty_factory(plan_, [this] {
            auto const ends = memory_stream::pair(world_.context);
            io_.accept(ends.second);
            return ends.first;
        });
        return made;
    }
    void say()
    {
        std::size_t const number = ends_.size();
        ends_.emplace_back();
        client_.emit("up", static_cast<int>(number),
            [this, number](std::error_code ec, int) { ends_[number] += ec ? "error" : "answer"; });
        if (client_.connected() || said_down_ != 0)
            io_.emit("down", said_down_++);
    }
    void pass(std::chrono::nanoseconds time)
    {
        world_.settle();
        world_.time->turn_to(world_.time->now() + time);
        world_.settle();
    }
    template <class Predicate>
    bool until(Predicate predicate)
    {
        auto const released = [&] {
            plan_->release();
            return predicate();
        };
        return world_.run_until(released, 10min);
    }
    bool heard_all() const
    {
        bool const all_ended = std::none_of(ends_.begin(), ends_.end(), [](auto const& each) { return each.empty(); });
        return all_ended && !down_.empty() && down_.back() == said_down_ - 1;
    }

    hand_turned_context world_;
    std::shared_ptr<fault_plan> plan_;
    std::chrono::nanoseconds late_;
    socketio::server io_;
    socketio::socket client_;
    std::vector<int> up_, down_;
    std::vector<std::string> ends_; // of what was sent up: "answer" or "error", once
    int said_down_ = 0;
    bool moving_ = false;
};

struct tally {
    int all = 0, lost = 0, recovered = 0, probes = 0;
};

// Until there is no n-th operation.
template <class Check>
tally each_operation(fault how, std::chrono::nanoseconds late, Check check)
{
    tally result;
    for (std::size_t nth = 1;; ++nth) {
        CAPTURE(nth);
        faulty_session session{how, nth, late};
        session.hold();
        session.check();
        if (!session.happened())
            return result;
        check(session);
        ++result.all;
        result.lost += session.is_lost();
        result.recovered += session.is_lost() && session.recovered();
        result.probes += session.probe_failed();
    }
}

class tcp_stream final : public socketio::byte_stream {
public:
    tcp_stream(asio::io_context& on, std::uint16_t port) : socket_{on}
    {
        socket_.connect({asio::ip::address_v4::loopback(), port});
        socket_.set_option(asio::ip::tcp::no_delay{true});
    }
    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        socket_.async_read_some(into, std::move(done));
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        asio::async_write(socket_, from, std::move(done));
    }
    void shutdown_send() noexcept override
    {
        std::error_code ignored;
        socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    }
    void close() noexcept override
    {
        std::error_code ignored;
        socket_.close(ignored);
    }

private:
    asio::ip::tcp::socket socket_;
};

struct beside_npm_test : client_test {
    npm_server peer;

    // Numbers go there and back all the time.
    void converse(fault how, std::size_t nth)
    {
        heard.clear();
        asio::steady_timer soon{context};
        auto const plan = std::make_shared<fault_plan>(fault_plan{context, how, nth});
        plan->on_late = [&] {
            soon.expires_after(20ms);
            soon.async_wait([&plan](std::error_code) { plan->release(); });
        };
        auto settings = by_transports({"polling", "websocket"});
        settings.forceNew = true;
        settings.network.stream_factory =
            faulty_factory(plan, [this] { return std::make_shared<tcp_stream>(context, peer.port()); });
        auto socket = socketio::io(context, "http://npm", settings);
        heard.follow(socket);
        socket.io().on("upgrade", [this] { heard.note("upgrade"); });
        std::vector<int> back;
        socket.on("echo event", [&](int number) { back.push_back(number); });
        int sent = 0;
        auto const busy_until = [&](auto predicate) {
            return until([&] {
                if (sent < 3000) // polling on a busy machine takes no more in time
                    socket.emit("echo event", sent++);
                return predicate();
            });
        };
        REQUIRE(busy_until([&] { return !plan->struck.empty() && !plan->late && socket.connected(); }));
        CAPTURE(plan->struck);
        if (how == fault::is_late)
            REQUIRE(busy_until([&] { return heard.has("upgrade") || heard.count_of("disconnect") != 0; }));
        std::ptrdiff_t connects = 0; // the end of a session takes with it what was sent last
        REQUIRE(until([&] {
            if (std::exchange(connects, heard.count("connect")) != heard.count("connect"))
                socket.emit("echo event", sent++);
            return !back.empty() && back.back() == sent - 1;
        }));
        CHECK(grows(back));
        if (heard.count_of("disconnect") == 0)
            CHECK(back.size() == static_cast<std::size_t>(sent));
        if (how == fault::is_late)
            CHECK(heard.count_of("disconnect") == 0);
    }
};

} // namespace

TEST_CASE("whichever operation of a moving session is late, nothing is lost, and the session moves")
{
    for (auto const late : {0ns, std::chrono::nanoseconds{3s}}) {
        CAPTURE(late.count());
        auto const seen = each_operation(fault::is_late, late, [](faulty_session const& session) {
            CHECK_FALSE(session.is_lost());
            CHECK(session.moved());
        });
        CHECK(seen.all > 50);
        CHECK(seen.probes == 0);
    }
}

TEST_CASE("whichever operation of a moving session fails, nothing comes twice, and what is lost is told")
{
    for (fault const how : {fault::fails, fault::fails_after}) {
        auto const seen = each_operation(how, 0ns, [](faulty_session const& session) {
            CAPTURE(session.struck());
            CHECK(session.heard.count_of("disconnect") + session.heard.count("upgrade_error") <= 1);
        });
        MESSAGE(seen.all << " operations: " << seen.lost << " ended the session, " << seen.recovered
                         << " of these were recovered; " << seen.probes << " ended the probe");
        CHECK(seen.all > 50);
        CHECK(seen.lost > 10);
        CHECK(seen.recovered > 10);
        CHECK(seen.probes >= 5);
    }
}

TEST_CASE_FIXTURE(beside_npm_test, "some operations of a session that moves on npm's server fail, or are late")
{
    for (fault const how : {fault::fails, fault::fails_after, fault::is_late})
        for (std::size_t const nth : {1u, 3u, 5u, 8u, 12u, 15u, 18u, 21u, 25u, 30u}) {
            CAPTURE(nth);
            CAPTURE(static_cast<int>(how));
            converse(how, nth);
        }
}

} // namespace upgrade_faults_test
