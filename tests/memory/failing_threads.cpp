#include "memory/failing_threads.hpp"

#include <atomic>
#include <cerrno>
#include <dlfcn.h>
#include <pthread.h>

namespace {

std::atomic<bool> refusing{false};
std::atomic<std::size_t> refused_threads{0};

} // namespace

namespace memory {

no_threads::no_threads()
{
    refused_threads = 0;
    refusing = true;
}

no_threads::~no_threads()
{
    refusing = false;
}

std::size_t no_threads::refused() const noexcept
{
    return refused_threads;
}

} // namespace memory

extern "C" int pthread_create(pthread_t* thread, pthread_attr_t const* attributes, void* (*start)(void*), void* argument) noexcept
{
    using creator = int (*)(pthread_t*, pthread_attr_t const*, void* (*)(void*), void*);
    static auto const real = reinterpret_cast<creator>(dlsym(RTLD_NEXT, "pthread_create"));
    if (refusing) {
        ++refused_threads;
        return EAGAIN;
    }
    return real(thread, attributes, start, argument);
}
