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
//     socket.on("connect", [] { ... }); // on the background's thread, like every listener
//     socket.connect();                 // add listeners first: the context runs already
//
// All members may be called from any thread, also inside listeners.
class background_context {
public:
    // Called on the thread with an exception of a listener. The next event follows. An exception of the handler
    // itself ends the program (std::terminate). The handler is destroyed after the context, as the last object.
    using exception_handler = std::function<void(std::exception_ptr)>;

    // Without a handler, an exception of a listener leaves the thread and ends the program, as with any
    // std::thread. (Without exception support the handler has no effect.) Throws std::system_error when the
    // system has no thread.
    explicit background_context(exception_handler on_exception = nullptr);
    background_context(background_context const&) = delete;
    background_context& operator=(background_context const&) = delete;

    // Stops, as stop() does, and destroys the context with all pending work. The last emits may not have been
    // sent yet: see join(). Handles of sockets may outlive the context, but no other thread may use one during
    // the destructor.
    //
    // On another thread: waits for the current turn and for the thread. Therefore do not hold a lock that a
    // listener needs. After it returns, no listener runs any more, and their captures are destroyed.
    // On its own thread, in a listener that destroys the last owner: does not wait. The turn continues, see
    // stop(). After it the thread destroys the context and ends.
    ~background_context();

    asio::io_context::executor_type get_executor() const noexcept;

    // The current turn is the last. After it, no event is sent or received, and join() returns. A turn
    // dispatches all events that were read together, so that other listeners may run after the one that calls
    // stop(). Does not wait. Cannot be undone; a second call has no effect.
    void stop();

    // Waits until there is no work left: every socket has disconnected or been destroyed, and all that it
    // emitted while connected is sent. (An active socket keeps this waiting.) Then the thread has ended.
    // On its own thread it does not wait: the thread ends at that point.
    void join();

private:
    struct state;

    std::shared_ptr<state> state_; // shared with the thread
};

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/background_context.ipp>
#endif
