// Memory for pending handlers. Asio allocates when an operation begins, and again when it has ended and its
// handler moves to a strand. A failure there loses the operation or stops the strand for ever. Therefore there
// is a reserve.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/net/executor.hpp>

#include SOCKETIO_ASIO(detail/recycling_allocator.hpp)

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace socketio::detail {

// A few blocks, shared by all threads of the program, for the time without other memory.
class reserve {
public:
    // Null if the block is too small, or if all are in use.
    void* take(std::size_t size) noexcept
    {
        std::uint64_t taken = taken_.load(std::memory_order_relaxed);
        for (unsigned i = 0; size <= block && i != blocks;) {
            std::uint64_t const bit = std::uint64_t{1} << i;
            if ((taken & bit) != 0)
                ++i;
            else if (taken_.compare_exchange_weak(taken, taken | bit, std::memory_order_acquire))
                return memory_ + i * block;
        }
        return nullptr;
    }
    // Returns false if the memory is not from here.
    bool release(void* what) noexcept
    {
        auto* const at = static_cast<unsigned char*>(what);
        if (std::less<>{}(at, memory_ + 0) || !std::less<>{}(at, memory_ + sizeof memory_))
            return false;
        taken_.fetch_and(~(std::uint64_t{1} << static_cast<std::size_t>(at - memory_) / block),
                         std::memory_order_release);
        return true;
    }

private:
    static constexpr std::size_t block = 512;
    static constexpr unsigned blocks = 64;

    alignas(std::max_align_t) unsigned char memory_[block * blocks]{};
    std::atomic<std::uint64_t> taken_{0};
};

inline constinit reserve handler_reserve;

// Asio's own recycling allocator for handlers, with the reserve as a fallback.
template <class T>
class reserve_allocator {
public:
    using value_type = T;

    reserve_allocator() = default;
    template <class U>
    reserve_allocator(reserve_allocator<U> const&) noexcept
    {
    }

    T* allocate(std::size_t n)
    {
#if SOCKETIO_HAS_EXCEPTIONS
        try {
            return asio::detail::recycling_allocator<T>{}.allocate(n);
        } catch (std::bad_alloc const&) {
            if (void* const reserved = handler_reserve.take(n * sizeof(T)))
                return static_cast<T*>(reserved);
            throw;
        }
#else
        return asio::detail::recycling_allocator<T>{}.allocate(n);
#endif
    }
    void deallocate(T* what, std::size_t n) noexcept
    {
        if (!handler_reserve.release(what))
            asio::detail::recycling_allocator<T>{}.deallocate(what, n);
    }

    template <class U>
    friend bool operator==(reserve_allocator const&, reserve_allocator<U> const&) noexcept
    {
        return true;
    }
    template <class U>
    friend bool operator!=(reserve_allocator const&, reserve_allocator<U> const&) noexcept
    {
        return false;
    }
};

// A handler whose operation allocates with that allocator.
template <class Function>
class with_reserve {
public:
    using allocator_type = reserve_allocator<void>;

    explicit with_reserve(Function function) noexcept : function_{std::move(function)} {}
    allocator_type get_allocator() const noexcept { return {}; }
    template <class... Args>
    void operator()(Args&&... arguments)
    {
        function_(std::forward<Args>(arguments)...);
    }

private:
    Function function_;
};

} // namespace socketio::detail
