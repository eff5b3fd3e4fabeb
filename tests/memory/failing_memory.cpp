#include "memory/failing_memory.hpp"

#include <cstdlib>

namespace {

thread_local std::size_t allocations = 0;
thread_local std::size_t left = 0; // until the one that fails; 0: none does
thread_local bool failed = false;

// True if this one fails.
bool next_fails() noexcept
{
    ++allocations;
    if (left == 0 || --left != 0)
        return false;
    failed = true;
    return true;
}

} // namespace

namespace memory {

failing::failing(std::size_t nth)
{
    failed = false;
    left = nth;
}

failing::~failing()
{
    left = 0;
}

bool failing::happened() const noexcept
{
    return failed;
}

std::size_t count() noexcept
{
    return allocations;
}

} // namespace memory

// Not inlined: g++ would see free() meet operator new.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    void* const got = next_fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (!got)
        throw std::bad_alloc{};
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

// Asio takes the memory of its operations from here.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    void* got = nullptr;
    return !next_fails() && posix_memalign(&got, alignment, size) == 0 ? got : nullptr;
}
