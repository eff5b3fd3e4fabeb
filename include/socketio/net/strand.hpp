// The strand that everything of one connection runs on, over whatever executor the user gave.
#pragma once

#include <socketio/net/executor.hpp>

#include <asio/execution/blocking.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/query.hpp>
#include <asio/require.hpp>
#include <asio/strand.hpp>

#include <concepts>
#include <memory>
#include <utility>

namespace socketio::detail {

// any_io_executor allocates each time it is asked how it blocks, and a strand asks before every handler.
// This one knows.
class known_executor {
public:
    // A template, so that copying this does not ask whether it converts to an any_io_executor.
    template <std::same_as<asio::any_io_executor> Executor>
    explicit known_executor(Executor const& of)
        : ways_{std::make_shared<ways const>(ways{of, asio::require(of, asio::execution::blocking.never)})}
    {
    }

    asio::any_io_executor const& any() const noexcept { return ways_->possibly; }

    template <class Function>
    void execute(Function function) const
    {
        (never_blocks_ ? ways_->never : ways_->possibly).execute(std::move(function));
    }

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
    struct ways {
        asio::any_io_executor possibly;
        asio::any_io_executor never;
    };

    known_executor(std::shared_ptr<ways const> shared, bool never_blocks) noexcept
        : ways_{std::move(shared)}, never_blocks_{never_blocks}
    {
    }

    std::shared_ptr<ways const> ways_;
    bool never_blocks_ = false;
};

using strand = asio::strand<known_executor>;

} // namespace socketio::detail
