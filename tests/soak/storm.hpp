// One fault after the other on one proxy, each followed by a while of calm. The faults and their lengths follow
// from the seed; what they meet does not, quite.
#pragma once

#include "support/fault_proxy.hpp"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <system_error>
#include <utility>

namespace soak {

using std::chrono::milliseconds;
using support::admission;
using support::line_faults;
using support::steady;
using support::way;

class storm {
public:
    storm(asio::io_context& context, support::fault_proxy& proxy, std::uint64_t seed)
        : proxy_{proxy}, timer_{context}, random_{seed}
    {
    }

    void start(milliseconds length)
    {
        began_ = steady::now();
        end_ = began_ + length;
        strike();
    }
    bool over() const noexcept { return over_; }
    std::size_t strikes() const noexcept { return strikes_; }
    std::string const& history() const noexcept { return history_; }

private:
    std::uint64_t number(std::uint64_t least, std::uint64_t most) { return least + random_() % (most - least + 1); }
    bool chance() { return random_() % 2 == 0; }
    way any_way() { return chance() ? way::to_server : way::to_client; }

    void strike()
    {
        milliseconds const length(number(20, 600));
        milliseconds const calm(number(20, 400));
        std::string const what = inflict();
        ++strikes_;
        auto const at = std::chrono::duration_cast<milliseconds>(steady::now() - began_);
        history_ += std::to_string(at.count()) + " ms: " + what + " for " + std::to_string(length.count()) + " ms\n";
        wait(length, [this, calm] {
            proxy_.heal();
            wait(calm, [this] {
                if (steady::now() < end_)
                    strike();
                else
                    over_ = true;
            });
        });
    }

    template <class Next>
    void wait(milliseconds length, Next next)
    {
        timer_.expires_after(length);
        timer_.async_wait([next = std::move(next)](std::error_code ec) {
            if (!ec)
                next();
        });
    }

    std::string inflict()
    {
        switch (number(0, 4)) {
        case 0: return slow_down();
        case 1: return stop_one_way();
        case 2: return tear();
        case 3: return turn_away();
        default: return cut();
        }
    }

    std::string on_line(std::string what, line_faults faults)
    {
        if (chance()) {
            proxy_.set(faults);
            return what + " both ways";
        }
        bool const up = chance();
        proxy_.set(up ? way::to_server : way::to_client, faults);
        return what + (up ? " to the server" : " to the client");
    }

    std::string slow_down()
    {
        line_faults faults{};
        if (chance())
            faults.latency = milliseconds(number(1, 120));
        if (chance())
            faults.piece = number(1, 40);
        if (chance())
            faults.per_tick = number(20, 2000);
        return on_line("latency " + std::to_string(faults.latency.count()) + " piece " + std::to_string(faults.piece) +
                           " per tick " + std::to_string(faults.per_tick), faults);
    }
    std::string stop_one_way()
    {
        return chance() ? on_line("frozen", {.frozen = true}) : on_line("swallowed", {.swallowed = true});
    }
    std::string tear()
    {
        if (chance()) {
            proxy_.reset();
            return "reset";
        }
        way const first = any_way();
        proxy_.finish(first);
        if (chance())
            return first == way::to_server ? "end to the server" : "end to the client";
        proxy_.finish(first == way::to_server ? way::to_client : way::to_server);
        return "end both ways";
    }
    std::string turn_away()
    {
        constexpr std::pair<admission, char const*> ways[] = {
            {admission::refuse, "refuse"}, {admission::hold, "hold"}, {admission::close, "close"}};
        auto const& [how, name] = ways[number(0, 2)];
        proxy_.admit(how);
        proxy_.reset();
        return name;
    }
    std::string cut()
    {
        way const which = any_way();
        std::uint64_t const bytes = number(1, chance() ? 200 : 20000);
        proxy_.cut_after(which, bytes);
        return "cut after " + std::to_string(bytes) + (which == way::to_server ? " to the server" : " to the client");
    }

    support::fault_proxy& proxy_;
    asio::steady_timer timer_;
    std::mt19937_64 random_;
    steady::time_point began_{};
    steady::time_point end_{};
    std::size_t strikes_ = 0;
    std::string history_;
    bool over_ = false;
};

} // namespace soak
