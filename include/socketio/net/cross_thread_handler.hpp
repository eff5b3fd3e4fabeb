// A handler for callers outside of the strand: they may call from any thread, even after the context was destroyed.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/context_watch.hpp>

#include SOCKETIO_ASIO(executor_work_guard.hpp)
#include SOCKETIO_ASIO(query.hpp)

#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>

namespace socketio::detail {

// Awaits one call at a time. It owns the handler. If the context is destroyed first, it destroys the handler, as
// Asio does with its own.
template <class... Args>
class cross_thread_handler final : public context_observer,
                                   public std::enable_shared_from_this<cross_thread_handler<Args...>> {
public:
    using handler = unique_function<void(Args...)>;

    static std::shared_ptr<cross_thread_handler> make(strand const& on)
    {
        auto made = std::make_shared<cross_thread_handler>(on);
        made->watch_.add(made.get());
        return made;
    }
    explicit cross_thread_handler(strand const& on)
        : strand_{on},
          watch_{asio::use_service<context_watch>(asio::query(on.get_inner_executor().any(), asio::execution::context))}
    {
    }
    ~cross_thread_handler()
    {
        if (strand_)
            watch_.remove(this);
    }

    // On the strand. The context has work until the call.
    void await(handler waiting)
    {
        std::lock_guard const lock{mutex_};
        if (!strand_)
            return;
        work_.emplace(strand_->get_inner_executor().any()); // first, since it may throw
        handler_ = std::move(waiting);
    }

    // On the strand. Nothing is awaited any more, since an exception has said that the operation failed.
    void forget() noexcept
    {
        handler last; // destroyed after the lock
        std::lock_guard const lock{mutex_};
        last = std::exchange(handler_, handler{});
        work_.reset();
    }

    // From any thread. A call that is not awaited is dropped. The handler runs on the strand, not inside this function.
    void call(Args... arguments)
    {
        std::lock_guard const lock{mutex_};
        if (!strand_ || !handler_ || arguments_)
            return;
        arguments_.emplace(std::move(arguments)...);
        scope_fail not_posted{[this] { arguments_.reset(); }}; // another call may find the memory
        post(*strand_, [self = this->shared_from_this()] { self->deliver(); });
        not_posted.done();
        work_.reset();
    }

    void context_gone() noexcept override
    {
        auto const self = this->weak_from_this().lock();
        handler last; // destroyed after the lock
        std::lock_guard const lock{mutex_};
        last = std::exchange(handler_, handler{});
        work_.reset();
        strand_.reset();
    }

private:
    // Handler and arguments are stored here, so that the call needs no memory: a destructor may make it.
    void deliver()
    {
        std::unique_lock lock{mutex_};
        auto waiting = std::exchange(handler_, handler{});
        auto values = std::exchange(arguments_, std::nullopt);
        lock.unlock();
        if (waiting && values)
            std::apply([&](auto&... each) { waiting(std::move(each)...); }, *values);
    }

    std::mutex mutex_; // guards the members below
    std::optional<strand> strand_;
    context_watch& watch_;
    std::optional<asio::executor_work_guard<asio::any_io_executor>> work_;
    handler handler_;
    std::optional<std::tuple<Args...>> arguments_;
};

// Calls once. Destroyed without a call, it calls with the arguments given to the constructor.
template <class... Args>
class once_callback {
public:
    explicit once_callback(std::shared_ptr<cross_thread_handler<Args...>> to, Args... otherwise)
        : to_{std::move(to)}, otherwise_{std::move(otherwise)...}
    {
    }
    once_callback(once_callback&& other) noexcept = default;
    once_callback& operator=(once_callback&&) = delete;
    ~once_callback()
    {
        if (to_)
            std::apply([this](auto&... values) { (*this)(std::move(values)...); }, otherwise_);
    }

    void operator()(Args... arguments)
    {
        if (auto const to = std::exchange(to_, nullptr))
            to->call(std::move(arguments)...);
    }

private:
    std::shared_ptr<cross_thread_handler<Args...>> to_;
    std::tuple<Args...> otherwise_;
};

} // namespace socketio::detail
