// Calls listeners and handlers where they are bound: on another executor than the strand, and only as long as an
// owner exists.
#pragma once

#include <socketio/net/callback_executor.hpp>
#include <socketio/session/typed_listener.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace socketio {
namespace detail {

// The way to call one callable.
struct delivery {
    callback_executor where;           // empty: on the strand
    std::weak_ptr<void const> owner{}; // if owned: the call is made only while this exists
    bool owned = false;

    bool plain() const noexcept { return !where && !owned; }
};

template <class F>
struct delivered_callable {
    delivery how;
    F target;
};

} // namespace detail

// A listener or handler that is called on `where`, not inside the call that causes it. (asio::bind_executor does
// the same for Asio's executors.)
template <class F>
auto deliver_on(callback_executor where, F&& callable) // NOLINT(performance-unnecessary-value-param): it is moved
{
    return detail::delivered_callable<std::decay_t<F>>{{.where = std::move(where)}, std::forward<F>(callable)};
}

// A listener or handler that is called only while `owner`, a std::shared_ptr or std::weak_ptr, exists; the call
// keeps the owner alive. Once the owner is gone, the next event removes the listener.
template <class T, class F>
auto bind_owner(std::weak_ptr<T> owner, F&& callable)
{
    return detail::delivered_callable<std::decay_t<F>>{{.where = {}, .owner = std::move(owner), .owned = true},
                                                       std::forward<F>(callable)};
}
template <class T, class F>
auto bind_owner(std::shared_ptr<T> const& owner, F&& callable)
{
    return bind_owner(std::weak_ptr<T>{owner}, std::forward<F>(callable));
}

namespace detail {

template <class F>
struct callable_target<delivered_callable<F>> : callable_target<F> {};
template <class F, class Executor>
struct callable_target<asio::executor_binder<F, Executor>> : callable_target<F> {};

// The innermost callable. Binders around it are moved into `how`; the outer one counts.
template <class F>
decltype(auto) unbind(F&& callable, delivery&)
{
    return std::forward<F>(callable);
}
template <class F>
decltype(auto) unbind(delivered_callable<F>&& callable, delivery& how);
template <class F, class Executor>
decltype(auto) unbind(asio::executor_binder<F, Executor>&& callable, delivery& how)
{
    if (!how.where)
        how.where = callback_executor{callable.get_executor()};
    return unbind(std::move(callable.get()), how);
}
template <class F>
decltype(auto) unbind(delivered_callable<F>&& callable, delivery& how)
{
    if (!how.where)
        how.where = std::move(callable.how.where);
    if (!how.owned && callable.how.owned) {
        how.owner = std::move(callable.how.owner);
        how.owned = true;
    }
    return unbind(std::move(callable.target), how);
}

// An owned, movable copy of the callable, and the way to call it. `otherwise`: the executor of an unbound one.
template <class F>
callable_target_t<F> take_callable(F&& callable, callback_executor const& otherwise, delivery& how)
{
    callable_target_t<F> taken{unbind(std::decay_t<F>(std::forward<F>(callable)), how)};
    if (otherwise && !how.where)
        how.where = otherwise;
    return taken;
}

// A null `event` stands for all events.
// `to` is an event_emitter.
SOCKETIO_DECL std::uint64_t listen_delivered(std::shared_ptr<listener_table> const& to, std::string_view const* event,
                                             delivery how, stored_listener callback, bool once, bool in_front);
SOCKETIO_DECL ack_handler deliver_ack(delivery how, ack_handler handler);

} // namespace detail
} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/delivery.ipp>
#endif
