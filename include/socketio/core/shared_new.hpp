// Shared objects that are seldom made.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace socketio::detail {

template <class T>
void destroy_shared(void* what) noexcept
{
    delete static_cast<T*>(what);
}

// As std::make_shared, but for the price of a second allocation. For each type, std::make_shared compiles a class
// with a table and some thirty functions; here all types have one class in common. An object that is made for each
// message or connection should not be made here, and one that gives out its own std::shared_ptr cannot be.
template <class T, class... Args>
std::shared_ptr<T> shared_new(Args&&... args)
{
    using object = std::remove_const_t<T>;
    static_assert(!requires(object& it) { it.weak_from_this(); });
    void (*const end)(void*) = &destroy_shared<object>;
    auto* const made = new object(std::forward<Args>(args)...);
    std::shared_ptr<void> owner{static_cast<void*>(made), end};
    return std::shared_ptr<T>{std::move(owner), made};
}

} // namespace socketio::detail
