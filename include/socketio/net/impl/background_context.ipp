// The thread, and its end.
#pragma once

#include <socketio/net/background_context.hpp>

#include SOCKETIO_ASIO(executor_work_guard.hpp)

#include <atomic>
#include <thread>
#include <utility>

namespace socketio {

// Belongs to the owner and to the thread. The last of them destroys the context.
struct background_context::state {
    explicit state(exception_handler handler) : on_exception{std::move(handler)} {}
    void run();
    void run_and_tell();
    void finish();
    bool on_thread() const noexcept { return std::this_thread::get_id() == id; }

    exception_handler const on_exception; // destroyed last, since a detached thread has no other way to report
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::atomic<bool> finishing{false};
    std::atomic<bool> ended{false};
    std::thread thread;
    std::thread::id id; // `thread` changes in join(), and a listener may read it then
};

// Without a handler the exception is not caught, so that the program ends at the throw.
SOCKETIO_DECL void background_context::state::run()
{
    if (on_exception)
        run_and_tell();
    else
        context.run();
    ended.store(true, std::memory_order_release);
    ended.notify_all();
}

SOCKETIO_DECL void background_context::state::run_and_tell()
{
#if SOCKETIO_HAS_EXCEPTIONS
    for (;;) {
        try {
            context.run();
            return;
        } catch (...) {
            on_exception(std::current_exception());
        }
    }
#else
    context.run();
#endif
}

SOCKETIO_DECL void background_context::state::finish()
{
    if (!finishing.exchange(true)) // joining a guard from two threads is not safe
        work.reset();
}

SOCKETIO_DECL background_context::background_context(exception_handler on_exception)
    : state_{std::make_shared<state>(std::move(on_exception))}
{
    state_->thread = std::thread{[shared = state_] { shared->run(); }};
    state_->id = state_->thread.get_id();
}

SOCKETIO_DECL background_context::~background_context()
{
    stop();
    if (state_->on_thread())
        state_->thread.detach();
    else
        state_->thread.join();
}

SOCKETIO_DECL asio::io_context::executor_type background_context::get_executor() const noexcept
{
    return state_->context.get_executor();
}

SOCKETIO_DECL void background_context::stop() { state_->context.stop(); }

// Keeps the state alive: a listener may destroy the last owner in the meantime.
SOCKETIO_DECL void background_context::join()
{
    auto const held = state_;
    held->finish();
    if (!held->on_thread())
        held->ended.wait(false, std::memory_order_acquire);
}

} // namespace socketio
