// `on`, `once`, `off` and the like: written once, for every handle that has events.
#pragma once

#include <socketio/net/listener_handle.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

// A base of the handles. `Self` must grant this class (as a friend):
//   events()                                its table of listeners, as a std::shared_ptr
//   add_listener(event, listener, once)     turns a callable into a listener
template <class Self>
class listens {
public:
    // Calls `listener` whenever the event comes. Several listeners of an event are called in the order in which they
    // were added. The class's own comment says which events there are, with which parameters, and on which thread.
    //
    //     socketio::listener_handle handle = socket.on("news", [](std::string title) { ... });
    //     socket.off(handle);
    //
    // Any thread. The handle may be ignored. std::invalid_argument: there is no such event, where a handle of the
    // server has only its own; a manager, of the client, tells its log.
    template <class Listener>
    listener_handle on(std::string_view event, Listener&& listener) const
    {
        return self().add_listener(event, std::forward<Listener>(listener), false);
    }
    // The same for the next occurrence only.
    template <class Listener>
    listener_handle once(std::string_view event, Listener&& listener) const
    {
        return self().add_listener(event, std::forward<Listener>(listener), true);
    }

    // Removes that one listener. It is not called again after the return. If another thread calls the listeners,
    // a call that has begun may still be under way.
    void off(listener_handle const& handle) const { handle.off(); }
    void off(std::string_view, listener_handle const& handle) const { handle.off(); }
    // Removes all listeners of the event.
    void off(std::string_view event) const { detail::remove_listeners(*self().events(), event); }
    // Removes all listeners but the catch-all ones.
    void off() const { detail::remove_named_listeners(*self().events()); }

    // Handles of the listeners of an event, in the order in which they are called.
    std::vector<listener_handle> listeners(std::string_view event) const
    {
        auto const on = self().events();
        return detail::handles_of(on, detail::listener_ids(*on, event));
    }
    bool hasListeners(std::string_view event) const { return detail::has_listeners(*self().events(), event); }

protected:
    listens() = default;

private:
    Self const& self() const noexcept { return static_cast<Self const&>(*this); }
};

// The catch-all listeners of a socket of either side. Besides events(), `Self` has `outgoing()`, another table, and
// callbacks(), the executor of listeners that are not bound to one.
template <class Self>
class listens_to_all {
public:
    // Calls `listener` for every event of the peer, before the middleware and the event's own listeners. It takes
    // (std::string_view event, socketio::args const&) and, if it may answer, a socketio::ack behind them; or the event
    // alone.
    template <class Listener>
    listener_handle onAny(Listener&& listener) const
    {
        return detail::listen_any(self().events(), std::forward<Listener>(listener), false, self().callbacks());
    }
    // The same, before all catch-all listeners so far.
    template <class Listener>
    listener_handle prependAny(Listener&& listener) const
    {
        return detail::listen_any(self().events(), std::forward<Listener>(listener), true, self().callbacks());
    }
    void offAny() const { detail::remove_any_listeners(*self().events()); }
    void offAny(listener_handle const& handle) const { handle.off(); }
    std::vector<listener_handle> listenersAny() const
    {
        auto const on = self().events();
        return detail::handles_of(on, detail::any_listener_ids(*on));
    }

    // Calls `listener`, (std::string_view event, socketio::args const&), for every event that this side sends,
    // at the time it is written: an event in a client's send buffer when it leaves the buffer. Acknowledgements
    // do not count.
    template <class Listener>
    listener_handle onAnyOutgoing(Listener&& listener) const
    {
        return detail::listen_any(self().outgoing(), std::forward<Listener>(listener), false, self().callbacks());
    }
    template <class Listener>
    listener_handle prependAnyOutgoing(Listener&& listener) const
    {
        return detail::listen_any(self().outgoing(), std::forward<Listener>(listener), true, self().callbacks());
    }
    void offAnyOutgoing() const { detail::remove_any_listeners(*self().outgoing()); }
    void offAnyOutgoing(listener_handle const& handle) const { handle.off(); }
    std::vector<listener_handle> listenersAnyOutgoing() const
    {
        auto const on = self().outgoing();
        return detail::handles_of(on, detail::any_listener_ids(*on));
    }

protected:
    listens_to_all() = default;

private:
    Self const& self() const noexcept { return static_cast<Self const&>(*this); }
};

} // namespace socketio
