// A context without a world, whose time moves only when a test turns it, and whose random bytes repeat.
#pragma once

#include <socketio/net/installed_sources.hpp>
#include <socketio/testing/seeded_random.hpp>
#include <socketio/testing/virtual_time.hpp>

#include <asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace support {

using hand_turned_time = socketio::testing::virtual_time;
using repeated_random = socketio::testing::seeded_random;

// A context whose time stands still while anything can happen, and else jumps to the next deadline.
class hand_turned_context {
public:
    explicit hand_turned_context(std::uint64_t seed = 1) : random{std::make_shared<repeated_random>(seed)}
    {
        socketio::install_sources(context, time, random);
    }

    // Runs all that is ready; time stands still.
    void settle()
    {
        context.restart();
        while (context.poll() != 0) {}
    }
    // False if nothing can happen any more, or nothing until `latest`.
    template <class Predicate>
    bool run_until(Predicate predicate, std::chrono::nanoseconds latest = std::chrono::hours{24})
    {
        auto const last = time->now() + latest;
        for (;;) {
            settle();
            if (predicate())
                return true;
            auto const next = time->next();
            if (next > last)
                return false;
            time->turn_to(next);
        }
    }
    std::chrono::nanoseconds since_start() const { return time->now() - hand_turned_time::start; }

    std::shared_ptr<hand_turned_time> const time = std::make_shared<hand_turned_time>();
    std::shared_ptr<repeated_random> const random;
    asio::io_context context{1};
};

} // namespace support
