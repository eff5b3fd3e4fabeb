// What `on`, `once` and `onAny` return: the way to take that one listener off again.
#pragma once

#include <socketio/client/links.hpp>

#include <memory>
#include <utility>

namespace socketio {

// Cheap to copy, and may be ignored or outlive the socket. Any thread.
class listener_handle {
public:
    listener_handle() = default;
    listener_handle(std::weak_ptr<detail::event_emitter> on, detail::event_emitter::id which) noexcept
        : on_{std::move(on)}, which_{which}
    {
    }

    // Takes the listener off. It is not called again once this has returned; on another thread than
    // the socket's, a call that has begun may still be under way.
    void off() const
    {
        if (auto const on = on_.lock())
            on->off(which_);
    }

private:
    std::weak_ptr<detail::event_emitter> on_;
    detail::event_emitter::id which_ = 0;
};

// Takes its listener off when it goes out of scope; may happen inside the listener itself.
class scoped_listener {
public:
    scoped_listener() = default;
    scoped_listener(listener_handle handle) noexcept : handle_{std::move(handle)} {}
    scoped_listener(scoped_listener&& other) noexcept : handle_{std::exchange(other.handle_, {})} {}
    scoped_listener& operator=(scoped_listener&& other)
    {
        if (this != &other) {
            handle_.off();
            handle_ = std::exchange(other.handle_, {});
        }
        return *this;
    }
    ~scoped_listener() { handle_.off(); }

private:
    listener_handle handle_;
};

} // namespace socketio
