// Coroutines for what is a sequence: a `detached` root owns itself, a `task` belongs to who awaits it,
// and an `operation` lends the root to one pending Asio operation. If Asio drops that operation
// without completing it (the io_context is gone), the root is destroyed and everything with it.
// An exception passes from task to task as from function to function, and ends as an error code that the root's object is
// told by its member fail().
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
            : self_{self.get()}, fail_{[](void* to, std::error_code why) noexcept { static_cast<Self*>(to)->fail(why); }}
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
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> done) noexcept { return done.promise().waiter; }
        void await_resume() noexcept {}
    };

    explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_{frame} {}

    std::coroutine_handle<promise_type> frame_;
};

// Awaits what `start` begins: it is called with a completion handler that takes an error code and,
// perhaps, a result, which goes to `keep`.
template <class Start, class Keep>
class operation {
public:
    operation(std::error_code& ec, Start start, Keep keep) : ec_{&ec}, start_{std::move(start)}, keep_{std::move(keep)} {}

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> here)
    {
        // Handlers are called on the strand, and so not before this has returned.
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
        // Dropped by a `start` that throws, it leaves the coroutine alone: that goes on with the exception.
        ~completion()
        {
            if (root_ && !owner_->starting_)
                root_.destroy();
        }
        template <class... Results>
        void operator()(std::error_code ec, Results&&... results)
        {
            root_ = nullptr;
            *owner_->ec_ = ec; // which `keep` may look at, and change
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
