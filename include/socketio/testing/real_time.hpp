// Waits of tests that keep real time: with real ports, real peers, without a world.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/net/completion.hpp>
#include <socketio/net/executor.hpp>

#include <chrono>

namespace socketio::testing {

// Runs the context until this is true, and returns whether it came true. It is asked at first, and after each handler.
// False after so much real time, which only ends a test that fails, and at once when the context has no work left or is
// stopped by a handler. A context that has stopped before is started again.
//
//     REQUIRE(socketio::testing::until(context, [&] { return socket.connected(); }));
//
// For a context that this thread runs alone. What other threads change tells no handler: they post to the context.
template <class Predicate>
[[nodiscard("whether it came true")]] bool until(asio::io_context& context, Predicate&& holds,
    std::chrono::milliseconds within = std::chrono::seconds{10})
{
    auto const deadline = detail::deadline_after(clock::now(), within);
    if (context.stopped())
        context.restart();
    while (!holds())
        if (context.run_one_until(deadline) == 0)
            return false;
    return true;
}

// Runs the context for so much real time, even if it has no work: for what must not happen. As world::advance(), it is
// no way to wait for what shall happen.
inline void advance(asio::io_context& context, std::chrono::milliseconds time)
{
    auto const deadline = detail::deadline_after(clock::now(), time);
    asio::executor_work_guard<asio::io_context::executor_type> const work{context.get_executor()};
    while (clock::now() < deadline) {
        if (context.stopped())
            context.restart();
        context.run_one_until(deadline);
    }
}

} // namespace socketio::testing
