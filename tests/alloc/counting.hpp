// Counts what a program allocates. Defines operator new, so that it belongs into one file of a program.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

// Of this thread: a peer may have one of its own.
inline thread_local std::size_t allocations = 0;
inline bool failed = false;

inline void check(bool holds, char const* what, std::size_t number = 0)
{
    if (holds)
        return;
    std::printf("failed: %s (%zu)\n", what, number);
    failed = true;
}

// Not inlined: g++ would see free() meet operator new.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    ++allocations;
    void* const got = std::malloc(size == 0 ? 1 : size);
    if (!got)
        std::abort();
    return got;
}
[[gnu::noinline]] void operator delete(void* what) noexcept
{
    std::free(what);
}
[[gnu::noinline]] void operator delete(void* what, std::size_t) noexcept
{
    std::free(what);
}
