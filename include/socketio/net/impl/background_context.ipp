// The thread, and who ends it.
#pragma once

#include <socketio/net/background_context.hpp>

#include <asio/executor_work_guard.hpp>

#include <atomic>
#include <thread>
#include <utility>

namespace socketio {

// Belongs to the owner and to the thread; whichever goes last destroys the context.
struct background_context::state {
    explicit state(exception_handler handler) : on_exception{std::move(handler)} {}
    void run();
    void run_and_tell();
    void finish();
    bool on_thread() const noexcept { return std::this_thread::get_id() == id; }

    exception_handler const on_exception; // goes last, since a thread that is on its own tells nobody else
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::atomic<bool> finishing{false};
    std::atomic<bool> ended{false};
    std::thread thread;
    std::thread::id id; // `thread` changes when it is joined, and a listener may ask meanwhile
};

// Without a handler nothing is caught here, so that the program ends where the exception was thrown.
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
    if (!finishing.exchange(true)) // a guard is not made for two threads
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

// What it waits for is kept: meanwhile a listener may let the last owner go.
SOCKETIO_DECL void background_context::join()
{
    auto const kept = state_;
    kept->finish();
    if (!kept->on_thread())
        kept->ended.wait(false, std::memory_order_acquire);
}

} // namespace socketio
