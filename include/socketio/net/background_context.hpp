// A context with a thread of its own, for programs that have no event loop.
#pragma once

#include <socketio/net/executor.hpp>

#include <exception>
#include <functional>
#include <memory>

namespace socketio {

// Owns an io_context and the one thread that runs it, from construction on:
//
//     socketio::background_context background;
//     auto socket = socketio::io(background, "http://localhost:3000", {.autoConnect = false});
//     socket.on("connect", [] { ... }); // on the background's thread, as every listener
//     socket.connect();                 // it runs already: listeners first, so that none is too late
//
// All members may be called from any thread, also inside listeners.
class background_context {
public:
    // Is told, on the thread, of what a listener has thrown; then the next event follows. What it throws
    // itself ends the program (std::terminate). It is let go after the context, as the very last thing.
    using exception_handler = std::function<void(std::exception_ptr)>;

    // Without a handler, an exception that leaves a listener leaves the thread too and ends the program, as
    // with any std::thread. (In a program built without exceptions it makes no difference.)
    // Throws std::system_error when there is no thread to be had.
    explicit background_context(exception_handler on_exception = nullptr);
    background_context(background_context const&) = delete;
    background_context& operator=(background_context const&) = delete;

    // Stops, as stop() does, and destroys the context with all that is still pending in it. What was
    // emitted last may not have been sent yet: see join(). Handles of sockets may outlive it, but no other
    // thread may be using one meanwhile.
    //
    // On another thread: waits for the turn that runs now and for the thread; so do not hold a lock that a
    // listener wants. When it returns, no listener runs or will, and all that they held is gone.
    // On its own thread, in a listener that lets the last owner go: never waits. The turn goes on, see
    // stop(); after it the thread destroys the context and ends by itself.
    ~background_context();

    asio::io_context::executor_type get_executor() const noexcept;

    // The turn that runs now is the last; then nothing is sent or heard any more, and join() returns. A turn
    // tells all events that have been read together, so that a listener that calls this may not be the last
    // to be called. Never waits. There is no way back, and a second call does nothing.
    void stop();

    // Waits until nothing is left to be done: every socket has disconnected, or been let go, and what it had
    // emitted while it was connected is sent. (A socket that is active keeps this waiting.) Then the thread
    // has ended, and nothing runs any more.
    // On its own thread it does not wait, but lets the thread end at that point.
    void join();

private:
    struct state;

    std::shared_ptr<state> state_; // shared with the thread
};

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/background_context.ipp>
#endif
