// The result of `on`, `once` and `onAny`, which removes that one listener.
#pragma once

#include <socketio/net/delivery.hpp>
#include <socketio/session/typed_listener.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

// Cheap to copy, and may be ignored or outlive the object that it was returned by. Any thread.
class listener_handle {
public:
    listener_handle() = default;
    listener_handle(std::weak_ptr<detail::listener_table> on, std::uint64_t which) noexcept
        : on_{std::move(on)}, which_{which}
    {
    }

    // Removes the listener. It is not called again after the return. If another thread calls the listeners, a
    // call that has begun may still be under way.
    void off() const
    {
        if (auto const on = on_.lock())
            detail::remove_listener(*on, which_);
    }

private:
    std::weak_ptr<detail::listener_table> on_;
    std::uint64_t which_ = 0;
};

namespace detail {

// Implements `on`, `once` and the catch-all ones for sockets and managers. `otherwise` is the executor of
// listeners that are not bound to one.
template <class Listener>
listener_handle listen(std::shared_ptr<listener_table> const& to, std::string_view event, Listener&& listener,
                       bool once, callback_executor const& otherwise)
{
    static_assert(!std::is_member_pointer_v<callable_target_t<Listener>>,
                  "a member function needs its object: write a lambda, [this](int n) { on_news(n); }");
    static_assert(callable<Listener> || std::is_invocable_v<callable_target_t<Listener>&>,
                  "a listener must be something that can be called");
    delivery how;
    auto target = take_callable(std::forward<Listener>(listener), otherwise, how);
    return {to, listen_delivered(to, &event, std::move(how), make_listener(std::move(target)), once, false)};
}
template <class Listener>
listener_handle listen_any(std::shared_ptr<listener_table> const& to, Listener&& listener, bool in_front,
                           callback_executor const& otherwise)
{
    delivery how;
    auto target = take_callable(std::forward<Listener>(listener), otherwise, how);
    return {to, listen_delivered(to, nullptr, std::move(how), make_any_listener(std::move(target)), false, in_front)};
}

// The same for an emitter whose listeners take its call directly.
template <class Emitter, class Callback>
listener_handle listen_to(std::shared_ptr<Emitter> const& to, std::string_view event, bool once, Callback callback)
{
    return {to, to->on(event, std::move(callback), once)};
}

inline std::vector<listener_handle> handles_of(std::shared_ptr<listener_table> const& on,
                                               std::vector<std::uint64_t> const& ids)
{
    std::vector<listener_handle> made;
    made.reserve(ids.size());
    for (auto const each : ids)
        made.emplace_back(on, each);
    return made;
}

} // namespace detail

// Removes its listener when it goes out of scope; may happen inside the listener itself.
class [[nodiscard("a scoped_listener that is not kept removes its listener at once")]] scoped_listener {
public:
    scoped_listener() = default;
    scoped_listener(listener_handle handle) noexcept : handle_{std::move(handle)} {}
    scoped_listener(scoped_listener&& other) noexcept : handle_{std::exchange(other.handle_, {})} {}
    // A listener that is destroyed may throw. NOLINTNEXTLINE(performance-noexcept-move-constructor)
    scoped_listener& operator=(scoped_listener&& other)
    {
        if (this != &other) {
            handle_.off();
            handle_ = std::exchange(other.handle_, {});
        }
        return *this;
    }
    ~scoped_listener() { handle_.off(); }

    void off() const { handle_.off(); }

private:
    listener_handle handle_;
};

} // namespace socketio
