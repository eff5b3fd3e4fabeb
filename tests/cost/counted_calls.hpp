// How much is done, in calls of functions: all of this program's, those that were inlined too, count themselves (its files
// are compiled with -finstrument-functions). Unlike time that is the same on every machine.
#pragma once

#include <cstddef>

namespace cost {

// Of this thread.
inline thread_local std::size_t calls = 0;

template <class Work>
std::size_t calls_of(Work work)
{
    std::size_t const before = calls;
    work();
    return calls - before;
}

} // namespace cost
