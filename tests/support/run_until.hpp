// Runs a test's io_context until something has come true. The deadline only ends a test that has failed.
#pragma once

#include <socketio/net/asio.hpp>

#include "patience.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <algorithm>
#include <chrono>

namespace support {

// One handler at a time; false if the predicate is still false at the deadline.
// The predicate is also asked every few milliseconds, since it may look at a peer's answer,
// which no handler of this context tells.
template <class Predicate>
bool run_until(asio::io_context& context, Predicate predicate, steady::duration within = patience)
{
    steady::time_point const deadline = steady::now() + within;
    auto const work = asio::make_work_guard(context);
    while (!predicate()) {
        if (steady::now() >= deadline)
            return false;
        if (context.stopped())
            context.restart();
        context.run_one_until(std::min(deadline, steady::now() + std::chrono::milliseconds(5)));
    }
    return true;
}

// Runs what is left until the context has no work; false if it still has some at the deadline.
inline bool run_out(asio::io_context& context, steady::duration within = patience)
{
    steady::time_point const deadline = steady::now() + within;
    if (context.stopped())
        context.restart();
    while (!context.stopped()) {
        if (steady::now() >= deadline)
            return false;
        context.run_one_until(deadline);
    }
    return true;
}

} // namespace support
