// Coroutines for sequences: a `detached` root owns itself, a `task` belongs to its awaiter, and an `operation`
// lends the root to one pending Asio operation. If Asio drops that operation without completing it (the
// io_context is destroyed), the root is destroyed with everything in it. An exception passes from task to task
// as between functions. At the root it becomes an error code for the member fail() of the root's object.
#pragma once

#include <socketio/core/caught.hpp>

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace socketio::detail {

struct detached {
    struct promise_type {
        // `self` is the coroutine's parameter, which lives as long as the promise.
        template <class Self>
        explicit promise_type(std::shared_ptr<Self>& self) noexcept
            : self_{self.get()},
              fail_{[](void* to, std::error_code reason) noexcept { static_cast<Self*>(to)->fail(reason); }}
        {
        }

        std::coroutine_handle<> root = std::coroutine_handle<promise_type>::from_promise(*this);

        detached get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
#if SOCKETIO_HAS_EXCEPTIONS
        void unhandled_exception() noexcept { fail_(self_, code_of_exception()); }
#else
        void unhandled_exception() noexcept { std::terminate(); }
#endif

    private:
        void* self_;
        void (*fail_)(void*, std::error_code) noexcept;
    };
};

template <class T>
class task {
public:
    struct promise_type {
        std::optional<T> result;
#if SOCKETIO_HAS_EXCEPTIONS
        std::exception_ptr thrown;
#endif
        std::coroutine_handle<> waiter;
        std::coroutine_handle<> root;

        task get_return_object() { return task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        auto final_suspend() noexcept { return hand_back{}; }
        void return_value(T value) { result.emplace(std::move(value)); }
#if SOCKETIO_HAS_EXCEPTIONS
        void unhandled_exception() noexcept { thrown = std::current_exception(); }
#else
        void unhandled_exception() noexcept { std::terminate(); }
#endif
    };

    task(task&& other) noexcept : frame_{std::exchange(other.frame_, nullptr)} {}
    task& operator=(task&&) = delete;
    ~task()
    {
        if (frame_)
            frame_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiter) noexcept
    {
        frame_.promise().waiter = waiter;
        frame_.promise().root = waiter.promise().root;
        return frame_;
    }
    T await_resume()
    {
#if SOCKETIO_HAS_EXCEPTIONS
        if (frame_.promise().thrown)
            std::rethrow_exception(std::move(frame_.promise().thrown));
#endif
        return std::move(*frame_.promise().result);
    }

private:
    struct hand_back {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> done) noexcept
        {
            return done.promise().waiter;
        }
        void await_resume() noexcept {}
    };

    explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_{frame} {}

    std::coroutine_handle<promise_type> frame_;
};

// Awaits an operation: `start` receives a completion handler with an error code and, perhaps, a result, which
// goes to `keep`.
template <class Start, class Keep>
class operation {
public:
    operation(std::error_code& ec, Start start, Keep keep) : ec_{&ec}, start_{std::move(start)}, keep_{std::move(keep)}
    {
    }

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> here)
    {
        // Handlers run on the strand, and so not before this function has returned.
        starting_ = true;
        start_(completion{this, here, here.promise().root});
        starting_ = false;
    }
    void await_resume() noexcept {}

private:
    class completion {
    public:
        completion(operation* owner, std::coroutine_handle<> here, std::coroutine_handle<> root) noexcept
            : owner_{owner}, here_{here}, root_{root}
        {
        }
        completion(completion&& other) noexcept
            : owner_{other.owner_}, here_{other.here_}, root_{std::exchange(other.root_, nullptr)}
        {
        }
        completion& operator=(completion&&) = delete;
        // If `start` throws, the handler is dropped and leaves the coroutine alone: the exception resumes it.
        ~completion()
        {
            if (root_ && !owner_->starting_)
                root_.destroy();
        }
        template <class... Results>
        void operator()(std::error_code ec, Results&&... results)
        {
            root_ = nullptr;
            *owner_->ec_ = ec; // before `keep`, which may read and change it
            auto const failed = caught([&] { owner_->keep_(std::forward<Results>(results)...); });
            if (failed && !*owner_->ec_)
                *owner_->ec_ = failed;
            here_.resume();
        }

    private:
        operation* owner_;
        std::coroutine_handle<> here_;
        std::coroutine_handle<> root_;
    };

    std::error_code* ec_;
    Start start_;
    Keep keep_;
    bool starting_ = false;
};

struct keep_nothing {
    template <class... Results>
    void operator()(Results&&...) const noexcept
    {
    }
};

template <class Start>
operation(std::error_code&, Start, keep_nothing) -> operation<Start, keep_nothing>;

} // namespace socketio::detail
