// Time that this thread has spent on the processor: what others do meanwhile does not count.
#pragma once

#include <chrono>
#include <ctime>

namespace support {

template <class Work>
std::chrono::nanoseconds processor_time(Work work)
{
    auto const now = [] {
        timespec read{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &read);
        return std::chrono::seconds{read.tv_sec} + std::chrono::nanoseconds{read.tv_nsec};
    };
    auto const begin = now();
    work();
    return now() - begin;
}

} // namespace support
