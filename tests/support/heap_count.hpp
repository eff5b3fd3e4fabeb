// Replaces operator new by one that counts bytes for heap.hpp. For one file of a program.
#pragma once

#include "heap.hpp"

#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SOCKETIO_TEST_SANITIZED 1
#endif
#endif
#if !defined(SOCKETIO_TEST_SANITIZED) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <malloc.h>

#if defined(_WIN32)
inline std::size_t malloc_usable_size(void* of) { return ::_msize(of); }
#endif

// Not inlined: g++ would see free() meet operator new.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    void* const got = std::malloc(size == 0 ? 1 : size);
    if (!got)
        std::abort();
    std::size_t const now = support::heap::used += malloc_usable_size(got);
    std::size_t before = support::heap::most.load();
    while (before < now && !support::heap::most.compare_exchange_weak(before, now)) {
    }
    return got;
}
[[gnu::noinline]] void operator delete(void* what) noexcept
{
    if (what)
        support::heap::used -= malloc_usable_size(what);
    std::free(what);
}
[[gnu::noinline]] void operator delete(void* what, std::size_t) noexcept
{
    operator delete(what);
}

#endif
