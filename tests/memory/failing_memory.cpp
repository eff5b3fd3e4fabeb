#include "memory/failing_memory.hpp"

#include <asio/io_context.hpp>
#include <asio/strand.hpp>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <execinfo.h>
#include <unwind.h>

namespace {

thread_local std::size_t allocations = 0;
thread_local std::size_t left = 0; // until the one that fails; 0: none does
thread_local bool failed = false;
std::atomic<std::size_t> blocks{0};

// What Asio 1.22 gets wrong. A strand that finds no memory for its mutex, or for the count of its owners, is destroyed
// before it knows its service, which its destructor needs.
bool is_fault_of_asio() noexcept
{
    auto const create = &asio::detail::strand_executor_service::create_implementation;
    void* function = nullptr; // where a pointer to a member function that is not virtual begins
    std::memcpy(&function, &create, sizeof function);
    void* frames[16];
    int const count = backtrace(frames, 16);
    for (int i = 0; i != count; ++i)
        if (_Unwind_FindEnclosingFunction(static_cast<char*>(frames[i]) - 1) == function)
            return true;
    return false;
}

// True if this one fails.
bool next_fails() noexcept
{
    ++allocations;
    if (left == 0 || --left != 0)
        return false;
    if (is_fault_of_asio()) {
        left = 1; // the next one, then
        return false;
    }
    failed = true;
    if (std::getenv("SOCKETIO_FAIL_ONLY"))
        std::raise(SIGTRAP);
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

spared::spared() : left_{left}
{
    left = 0;
}

spared::~spared()
{
    left = left_;
}

std::size_t count() noexcept
{
    return allocations;
}

std::size_t live() noexcept
{
    return blocks;
}

} // namespace memory

// Not inlined: g++ would see free() meet operator new.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    void* const got = next_fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (!got)
        throw std::bad_alloc{};
    ++blocks;
    return got;
}
[[gnu::noinline]] void operator delete(void* what) noexcept
{
    blocks -= what != nullptr;
    std::free(what);
}
[[gnu::noinline]] void operator delete(void* what, std::size_t) noexcept
{
    blocks -= what != nullptr;
    std::free(what);
}
// The sanitizers have these of their own, which would not ask those above. (std::stable_sort takes the first.)
[[gnu::noinline]] void* operator new(std::size_t size, std::nothrow_t const&) noexcept
{
    void* const got = next_fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
    blocks += got != nullptr;
    return got;
}
void* operator new[](std::size_t size)
{
    return operator new(size);
}
void operator delete[](void* what) noexcept
{
    operator delete(what);
}
void operator delete[](void* what, std::size_t) noexcept
{
    operator delete(what);
}

// Asio takes the memory of its operations from here.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    void* got = nullptr;
    return !next_fails() && posix_memalign(&got, alignment, size) == 0 ? got : nullptr;
}
