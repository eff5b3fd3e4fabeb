// socketio::qt::on and its siblings: listeners that are called on the thread of a QObject and end with it.
#pragma once

#include <QObject>

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/net/delivery.hpp>
#include <socketio/net/listener_handle.hpp>
#include <socketio/qt/executor.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

namespace socketio {
namespace detail {

// Member functions become listeners of the same parameters.
template <class Object, class Owner, class... P>
auto qt_slot(Owner* owner, void (Object::*slot)(P...))
{
    return [owner, slot](P... parameters) { (owner->*slot)(std::forward<P>(parameters)...); };
}
template <class Object, class Owner, class... P>
auto qt_slot(Owner* owner, void (Object::*slot)(P...) const)
{
    return [owner, slot](P... parameters) { (owner->*slot)(std::forward<P>(parameters)...); };
}
template <class Owner, class F>
decltype(auto) qt_slot(Owner*, F&& callable)
{
    return std::forward<F>(callable);
}

template <class Owner, class F>
auto bind_to_qt(qt::executor const& where, Owner* owner, F&& callable)
{
    return deliver_on(where, qt_slot(owner, std::forward<F>(callable)));
}

// `add` adds the listener.
template <class Owner, class F, class Add>
listener_handle listen_on_qt(Owner* owner, F&& callable, Add add)
{
    qt::executor const where{owner};
    listener_handle const made = add(bind_to_qt(where, owner, std::forward<F>(callable)));
    where.receiver()->ends(made);
    return made;
}

} // namespace detail

namespace qt {

// Adds a listener that is called on the thread of `owner`, inside of its event loop, and removed when `owner` is
// destroyed: it is not called any more then, even if an event was on its way. The parameters are in the order of
// QObject::connect. The listener is a callable as for socket::on, or a member function of the owner, a signal too:
//
//     socketio::qt::on(socket, "news", this, [this](QString title) { setWindowTitle(title); });
//     socketio::qt::on(socket, "news", this, &window::show_news);
//
// `from` is a socket or its manager, or a server's socket. The handle may be ignored. Any thread on which the owner
// cannot be destroyed meanwhile.
template <class From, class Owner, class Listener>
listener_handle on(From const& from, std::string_view event, Owner* owner, Listener&& listener)
{
    return detail::listen_on_qt(owner, std::forward<Listener>(listener),
                                [&](auto&& bound) { return from.on(event, std::move(bound)); });
}
// The same for the next occurrence only.
template <class From, class Owner, class Listener>
listener_handle once(From const& from, std::string_view event, Owner* owner, Listener&& listener)
{
    return detail::listen_on_qt(owner, std::forward<Listener>(listener),
                                [&](auto&& bound) { return from.once(event, std::move(bound)); });
}
// The same for all events of the peer: (std::string_view event, socketio::args const&), or the event alone.
template <class From, class Owner, class Listener>
listener_handle onAny(From const& from, Owner* owner, Listener&& listener)
{
    return detail::listen_on_qt(owner, std::forward<Listener>(listener),
                                [&](auto&& bound) { return from.onAny(std::move(bound)); });
}

// A handler of an acknowledgement that is called on the thread of `owner`, and not at all once that is destroyed:
//
//     socket.emit_event("add", 1, 2, socketio::qt::bind_owner(this, [this](int sum) { show(sum); }));
template <class Owner, class F>
auto bind_owner(Owner* owner, F&& callable)
{
    return detail::bind_to_qt(executor{owner}, owner, std::forward<F>(callable));
}

} // namespace qt
} // namespace socketio

#include <socketio/core/foreign_macros_end.hpp>
