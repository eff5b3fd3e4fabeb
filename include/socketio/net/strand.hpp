// The strand that everything of one connection runs on, over whatever executor the user gave.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/net/reserve.hpp>

#include SOCKETIO_ASIO(bind_executor.hpp)
#include SOCKETIO_ASIO(execution/allocator.hpp)
#include SOCKETIO_ASIO(execution/blocking.hpp)
#include SOCKETIO_ASIO(execution/context.hpp)
#include SOCKETIO_ASIO(execution_context.hpp)
#include SOCKETIO_ASIO(query.hpp)
#include SOCKETIO_ASIO(require.hpp)
#include SOCKETIO_ASIO(strand.hpp)

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <typeinfo>
#include <utility>

namespace socketio::detail {

// any_io_executor allocates each time it is asked how it blocks, and a strand asks before every handler.
// This one knows.
class known_executor {
public:
    // A template, so that copying this does not ask whether it converts to an any_io_executor.
    template <std::same_as<asio::any_io_executor> Executor>
    explicit known_executor(Executor const& of)
        : ways_{std::make_shared<ways const>(of)}
    {
    }

    asio::any_io_executor const& any() const noexcept { return ways_->possibly; }

    // Asio's strands call this when they have been marked as busy, and in destructors: it must not fail.
    template <class Function>
    void execute(Function function) const
    {
        if (ways_->native)
            execute_on(never_blocks_ ? *ways_->native_never : *ways_->native, function);
        else
            execute_elsewhere(function);
    }
    reserve_allocator<void> query(asio::execution::allocator_t<void>) const noexcept { return {}; }

    asio::execution_context& query(asio::execution::context_t) const noexcept
    {
        return asio::query(ways_->possibly, asio::execution::context);
    }
    asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept
    {
        if (never_blocks_)
            return asio::execution::blocking.never;
        return asio::execution::blocking.possibly;
    }
    known_executor require(asio::execution::blocking_t::never_t) const noexcept { return {ways_, true}; }
    known_executor require(asio::execution::blocking_t::possibly_t) const noexcept { return {ways_, false}; }

    friend bool operator==(known_executor const& a, known_executor const& b) noexcept
    {
        return a.never_blocks_ == b.never_blocks_ && a.ways_->possibly == b.ways_->possibly;
    }
    friend bool operator!=(known_executor const& a, known_executor const& b) noexcept { return !(a == b); }

private:
    using native_executor = decltype(asio::require(std::declval<asio::io_context::executor_type const&>(),
        asio::execution::blocking.possibly, asio::execution::allocator(reserve_allocator<void>{})));

    // Asio's target() does not look before 1.24 or so, and takes a strand or a thread pool for what it is asked for.
    static bool is_of_io_context([[maybe_unused]] asio::any_io_executor const& any) noexcept
    {
#if defined(ASIO_NO_TYPEID) || defined(BOOST_ASIO_NO_TYPEID)
        return false;
#else
        return any.target_type() == typeid(asio::io_context::executor_type);
#endif
    }

    struct ways {
        explicit ways(asio::any_io_executor const& of)
            : possibly{of}, never{asio::require(of, asio::execution::blocking.never)}
        {
            auto const allocator = asio::execution::allocator(reserve_allocator<void>{});
            if (is_of_io_context(of)) {
                auto const& context = *of.target<asio::io_context::executor_type>();
                native.emplace(asio::require(context, asio::execution::blocking.possibly, allocator));
                native_never.emplace(asio::require(context, asio::execution::blocking.never, allocator));
            }
        }
        asio::any_io_executor possibly;
        asio::any_io_executor never;
        // The same for an io_context, which can be told where to take memory from.
        std::optional<native_executor> native{};
        std::optional<native_executor> native_never{};
        // Functions that any other executor has begun to run; of one strand one at a time does.
        mutable std::atomic<std::uint64_t> begun{0};
    };

    // Until 1.23 or so the executor's own member is Asio's alone; newer ones do not have the function.
    template <class Executor, class Function>
    static void execute_on(Executor const& to, Function& function)
    {
#if SOCKETIO_ASIO_VERSION < 102600
        if constexpr (!requires { to.execute(std::move(function)); })
            asio::execution::execute(to, std::move(function));
        else
#endif
            to.execute(std::move(function));
    }

    // Any other executor has only its own memory. One that found none is asked again. What the function itself throws,
    // where it is run in here, is no matter of the executor's.
    template <class Function>
    void execute_elsewhere(Function const& function) const
    {
        auto const& to = never_blocks_ ? ways_->never : ways_->possibly;
#if SOCKETIO_HAS_EXCEPTIONS
        auto counted = [run = function, ways = ways_]() mutable {
            ways->begun.fetch_add(1, std::memory_order_relaxed);
            run();
        };
        for (int left = 100; left != 0; --left) {
            auto const before = ways_->begun.load(std::memory_order_relaxed);
            try {
                to.execute(decltype(counted)(counted));
                return;
            } catch (std::bad_alloc const&) {
                if (ways_->begun.load(std::memory_order_relaxed) != before)
                    throw;
                std::this_thread::yield();
            }
        }
#endif
        to.execute(Function{function});
    }

    known_executor(std::shared_ptr<ways const> shared, bool never_blocks) noexcept
        : ways_{std::move(shared)}, never_blocks_{never_blocks}
    {
    }

    std::shared_ptr<ways const> ways_;
    bool never_blocks_ = false;
};

using strand = asio::strand<known_executor>;

// A handler of an Asio operation, to be called on the strand. What it captures must be moved without exceptions.
template <class Function>
auto handler_on(strand const& on, Function function)
{
    return asio::bind_executor(on, with_reserve<Function>{std::move(function)});
}
// The same of one kind for all operations that end with an error code alone.
inline auto wait_handler_on(strand const& on, unique_function<void(std::error_code)> function)
{
    return handler_on(on, std::move(function));
}

} // namespace socketio::detail
