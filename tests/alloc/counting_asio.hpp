// Counts what Asio allocates, too: it takes the memory of its operations from aligned_alloc().
#pragma once

#include "counting.hpp"

#include <cstddef>
#include <cstdlib> // posix_memalign

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    ++allocations;
    void* got = nullptr;
    return posix_memalign(&got, alignment, size) == 0 ? got : nullptr;
}
