// An hour of faults in a minute, between five sockets on three connections and npm's server.
// SOCKETIO_SOAK_SECONDS says how long it goes on (60), SOCKETIO_SOAK_SEED with which seed (random): a failure
// names the one of its round. After a round to warm up, rounds of up to 15 s, each with a context of its own.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/fault_proxy.hpp"
#include "support/peer.hpp"

#include "storm.hpp"
#include "traveller.hpp"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <malloc.h>

using namespace std::chrono_literals;
using soak::kind;
using soak::traveller;
using std::chrono::milliseconds;

namespace {

std::uint64_t chosen(char const* variable, std::uint64_t otherwise)
{
    char const* const text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::ptrdiff_t open_files()
{
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

// 0 with AddressSanitizer, which has an allocator of its own.
std::size_t memory_in_use()
{
    auto const now = ::mallinfo2();
    return now.uordblks + now.hblkhd;
}

constexpr char const* soak_heartbeat = R"({"pingInterval":200,"pingTimeout":150})";
constexpr char const* with_recovery =
    R"({"pingInterval":200,"pingTimeout":150,"connectionStateRecovery":{"maxDisconnectionDuration":120000}})";

socketio::options settings_of(kind of)
{
    auto made = support::quick();
    made.forceNew = true;
    made.reconnectionDelayMax = 40ms;
    made.timeout = 400ms;
    made.close_timeout = 200ms;
    made.ackTimeout = 300ms;
    if (of == kind::sure) {
        made.retries = 1000000;
        made.deduplication_id = true;
    }
    return made;
}

// One proxy, the connection through it, and what travels on that.
struct route {
    route(asio::io_context& context, support::npm_server& to, std::uint64_t seed)
        : server{to}, proxy{context, to.port(), seed}, weather{context, proxy, seed}
    {
    }
    // The first one brings the connection.
    void add(asio::io_context& context, kind of, std::string const& nsp)
    {
        auto const settings = settings_of(of);
        socketio::socket_options const own{
            .ackTimeout = settings.ackTimeout, .retries = settings.retries, .deduplication_id = settings.deduplication_id};
        auto socket = travellers.empty() ? socketio::io(context, proxy.url(nsp), settings)
                                         : travellers.front()->socket().io().socket(nsp, own);
        travellers.push_back(std::make_unique<traveller>(of, std::move(socket)));
    }

    support::npm_server& server;
    support::fault_proxy proxy;
    soak::storm weather;
    std::vector<std::unique_ptr<traveller>> travellers;
};

class soak_round {
public:
    explicit soak_round(std::uint64_t seed) : ticker_{context_}
    {
        for (std::uint64_t i = 0; i != 3; ++i)
            routes_.push_back(std::make_unique<route>(context_, i == 2 ? recovering_ : plain_, seed + i));
        routes_[0]->add(context_, kind::sure, "/numbered-1");
        routes_[0]->add(context_, kind::plain, "/numbered-2");
        routes_[1]->add(context_, kind::plain, "/numbered-3");
        routes_[1]->add(context_, kind::sure, "/numbered-4");
        routes_[2]->add(context_, kind::recovering, "/numbered-5");
    }

    void run(milliseconds length)
    {
        tick();
        for (auto const& each : routes_)
            each->weather.start(length);
        CHECK(until([this] { return all_routes([](route& each) { return each.weather.over(); }); }, length + 60s));
        emitting_ = false;
        drain();
        end();
    }
    std::vector<std::string> violations() const
    {
        std::vector<std::string> all;
        for (auto const& each : routes_)
            for (auto const& one : each->travellers)
                all.insert(all.end(), one->violations().begin(), one->violations().end());
        return all;
    }
    std::string history() const
    {
        std::string all;
        for (auto const& each : routes_)
            all += "route " + std::to_string(&each - routes_.data()) + ":\n" + each->weather.history();
        return all;
    }
    template <class Count>
    std::size_t sum(Count count) const
    {
        std::size_t all = 0;
        for (auto const& each : routes_)
            for (auto const& one : each->travellers)
                all += count(*one);
        return all;
    }

private:
    template <class Predicate>
    bool until(Predicate predicate, support::steady::duration within = 60s)
    {
        return support::run_until(context_, std::move(predicate), within);
    }
    template <class Predicate>
    bool all_routes(Predicate predicate)
    {
        return std::all_of(routes_.begin(), routes_.end(), [&](auto const& each) { return predicate(*each); });
    }
    template <class Predicate>
    bool all_travellers(Predicate predicate)
    {
        return all_routes([&](route& each) {
            return std::all_of(each.travellers.begin(), each.travellers.end(), [&](auto const& one) { return predicate(*one); });
        });
    }

    // What goes on all the time: everybody emits, and the servers tell news.
    void tick()
    {
        take_replies();
        if (emitting_) {
            for (auto const& each : routes_)
                for (auto const& one : each->travellers)
                    one->emit_next();
            if (++ticks_ % 2 == 0)
                tell_news();
        }
        ticker_.expires_after(10ms);
        ticker_.async_wait([this](std::error_code ec) {
            if (!ec)
                tick();
        });
    }
    void tell_news()
    {
        ++news_;
        for (auto const& each : routes_)
            for (auto const& one : each->travellers) {
                each->server.command(R"({"do":"emit","event":"news","nsp":")" + one->nsp() + R"(","args":[)" +
                                     std::to_string(news_) + "]}");
                ++replies_[&each->server == &recovering_];
            }
    }
    void take_replies()
    {
        while (replies_[0] != 0 && plain_.reply())
            --replies_[0];
        while (replies_[1] != 0 && recovering_.reply())
            --replies_[1];
    }

    // The faults are over: all that is under way ends, and all hear what is told now.
    void drain()
    {
        CHECK(until([this] { return all_travellers([](traveller& one) { return one.outstanding() == 0; }); }));
        CHECK(until([this] { return all_travellers([](traveller& one) { return one.socket().connected(); }); }));
        CHECK(until([this, next = support::steady::now(), turns = 0]() mutable {
            if (support::steady::now() >= next) {
                next += 1s;
                ++turns % 2 == 0 ? reset_deaf() : tell_news();
            }
            return all_travellers([this](traveller& one) { return one.heard_news(news_); });
        }));
        CHECK(until([this] { return replies_[0] + replies_[1] == 0; }));
        CHECK(all_travellers([](traveller& one) {
            auto const now = one.socket().snapshot();
            return now.pending_acks + now.buffered_events + now.retried_events == 0;
        }));
    }

    // On a busy machine a ping of 150 ms may end a connection, and with it what is not acknowledged. And npm's server
    // may leave a socket out for good: it lets two connections recover one session, and the end of the older one takes
    // the newer one's place in the namespace away (socket.io/lib/socket.ts, _cleanup()).
    void reset_deaf()
    {
        for (auto const& each : routes_)
            for (auto const& one : each->travellers)
                if (!one->heard_news(news_))
                    each->proxy.reset();
    }

    // Everybody goes, and nothing is left to be done; then the logs are read.
    void end()
    {
        ticker_.cancel();
        for (auto const& each : routes_)
            for (auto const& one : each->travellers)
                one->leave();
        CHECK(until([this] { return all_routes([](route& each) { return each.proxy.open() == 0; }); }));
        for (auto const& each : routes_)
            each->proxy.close();
        CHECK(support::run_out(context_));
        for (auto const& each : routes_)
            for (auto const& one : each->travellers)
                read_logs(each->server, *one);
    }
    void read_logs(support::npm_server& server, traveller& one)
    {
        one.compare(entries(server, one, "numbered"));
        auto const joined = entries(server, one, "joined").size();
        auto const all_left = [&] { return entries(server, one, "left").size() == joined; };
        CHECK(until(all_left));
        std::uint64_t asked = 0;
        for (socketio::value const& each : entries(server, one, "left"))
            asked = std::max(asked, each.get<std::uint64_t>().value_or(0));
        CHECK(until([&] { return entries(server, one, "question over").size() == asked; }));
        one.compare_questions(entries(server, one, "question over"));
    }
    static socketio::array entries(support::npm_server& server, traveller const& one, std::string const& what)
    {
        auto const log = socketio::value::from_json(
            server.ask(R"({"do":"log","pick":"entry","what":")" + what + R"(","where":{"nsp":")" + one.nsp() + R"("}})"));
        return log && log->if_array() ? *log->if_array() : socketio::array{};
    }

    support::npm_server plain_{soak_heartbeat};
    support::npm_server recovering_{with_recovery};
    asio::io_context context_;
    asio::steady_timer ticker_;
    std::vector<std::unique_ptr<route>> routes_;
    bool emitting_ = true;
    std::uint64_t ticks_ = 0;
    std::uint64_t news_ = 0;
    std::size_t replies_[2] = {};
};

// What all the rounds have seen.
struct totals {
    std::size_t sent = 0, failed = 0, repeated = 0, losses = 0, recoveries = 0;
};

void soak_once(std::uint64_t seed, milliseconds length, totals& all)
{
    CAPTURE(seed);
    CAPTURE(length.count());
    auto const files = open_files();
    {
        soak_round round(seed);
        round.run(length);
        auto wrong = round.violations();
        std::string words;
        for (std::size_t i = 0; i != std::min<std::size_t>(wrong.size(), 20); ++i)
            words += wrong[i] + '\n';
        CHECK_MESSAGE(wrong.empty(), wrong.size() << " violations:\n" << words << round.history());
        all.sent += round.sum([](traveller const& one) { return one.sent(); });
        all.failed += round.sum([](traveller const& one) { return one.failed(); });
        all.repeated += round.sum([](traveller const& one) { return one.repeated(); });
        all.losses += round.sum([](traveller const& one) { return one.losses(); });
        all.recoveries += round.sum([](traveller const& one) { return one.recoveries(); });
    }
    CHECK(open_files() == files);
}

} // namespace

TEST_CASE("whatever the network does, nothing is lost, doubled or out of order but what may be")
{
    auto seed = chosen("SOCKETIO_SOAK_SEED", std::random_device{}() % 1000000);
    milliseconds left(chosen("SOCKETIO_SOAK_SECONDS", 60) * 1000);
    totals all;
    soak_once(seed, std::min<milliseconds>(left, 10s), all);
    std::size_t const memory = memory_in_use();
    for (; left > 0ms; left -= 15s) {
        seed += 3;
        soak_once(seed, std::min<milliseconds>(left, 15s), all);
    }
    CAPTURE(seed);
    CHECK(memory_in_use() < memory + 64 * 1024); // what the allocator keeps at hand varies
    CHECK(all.sent > 500);
    CHECK(all.failed > 0);
    CHECK(all.repeated > 0);
    CHECK(all.losses > 5);
    CHECK(all.recoveries > 0);
}
