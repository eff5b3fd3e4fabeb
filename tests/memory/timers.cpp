// A timer that finds no memory when it is armed.
#include <socketio/net/deadline_timer.hpp>

#include <doctest/doctest.h>

#include "memory/failing_memory.hpp"

#include <asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <new>

using namespace std::chrono_literals;
using namespace socketio::detail;

TEST_CASE("a timer that could not be armed leaves its context without work, and can be armed later")
{
    bool happened = true;
    for (std::size_t nth = 0; happened; ++nth) { // first none fails: what is allocated once for all is then
        CAPTURE(nth);
        asio::io_context context{1};
        deadline_timer timer{strand{known_executor{asio::any_io_executor{context.get_executor()}}}};
        {
            memory::failing const now{nth};
            try {
                timer.arm(timer.now() + 1h, [] {});
            } catch (std::bad_alloc const&) {
            }
            happened = nth == 0 || now.happened();
        }
        timer.cancel();
        context.run_for(10s);
        CHECK(context.stopped());

        context.restart();
        int times = 0;
        timer.arm(timer.now(), [&] { ++times; });
        context.run_for(10s);
        CHECK(times == 1);
    }
}
