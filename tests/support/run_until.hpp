// Runs a test's io_context until something has come true. The deadline only ends a test that has failed.
#pragma once

#include <socketio/net/asio.hpp>

#include "peer.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

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

// Asks a peer while the context runs: for answers that come only after the client did something.
inline std::string ask(asio::io_context& context, peer& other, std::string_view json,
    steady::duration within = patience)
{
    other.command(json);
    std::optional<std::string> answer;
    if (!run_until(context, [&] { return (answer = other.reply()).has_value(); }, within))
        throw std::runtime_error("no answer in time to " + std::string(json));
    return std::move(*answer);
}

// Waits for the `count`th entry of a kind in the peer's log and gives one member of it.
inline std::string await_entry(asio::io_context& context, peer& other, std::string_view what, std::string_view member,
    int count = 1)
{
    return ask(context, other,
        R"({"do":"wait","what":)" + quoted(what) + R"(,"pick":)" + quoted(member) + R"(,"count":)" +
            std::to_string(count) + "}");
}

} // namespace support
