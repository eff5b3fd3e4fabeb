// The same function on several threads at once.
#pragma once

#include <thread>
#include <vector>

namespace support {

// Calls function(0) to function(count - 1), each on a thread of its own, and returns when all have returned.
template <class Function>
void in_threads(int count, Function function)
{
    std::vector<std::thread> threads;
    for (int i = 0; i != count; ++i)
        threads.emplace_back([&function, i] { function(i); });
    for (std::thread& each : threads)
        each.join();
}

} // namespace support
