// What the conversations of this folder have in common: one context for all, and patience.
#pragma once

#include "memory/each_allocation.hpp"

#include <asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <new>

namespace memory {

using namespace std::chrono_literals;

// A call that finds no memory is made once more: it must have left everything as it was.
template <class Call>
void twice(Call call)
{
    try {
        call();
    } catch (std::bad_alloc const&) {
        call();
    }
}

class on_one_context : public subject {
protected:
    // What was being done may have ended with a connection: then it does not come, and that is not waited for long.
    template <class Condition>
    bool wait(Condition condition)
    {
        return drive(condition, 50ms);
    }
    template <class Condition>
    bool patiently(Condition condition)
    {
        return drive(condition, 1s);
    }
    bool run_out()
    {
        context_.restart();
        auto const until = std::chrono::steady_clock::now() + 1s;
        while (!context_.stopped() && std::chrono::steady_clock::now() < until)
            run_one(100ms);
        return context_.stopped();
    }

    asio::io_context context_{1};

private:
    template <class Condition>
    bool drive(Condition condition, std::chrono::milliseconds most)
    {
        auto const until = std::chrono::steady_clock::now() + most;
        while (!condition() && std::chrono::steady_clock::now() < until) {
            context_.restart();
            run_one(10ms);
        }
        return condition();
    }
    void run_one(std::chrono::milliseconds most)
    {
        try {
            context_.run_one_for(most);
        } catch (std::exception const&) { // out of memory, or from a listener that throws
        }
    }
};

} // namespace memory
