// A callable that can be moved but not copied, so that its captures need not be copyable. A small callable is
// stored inside the object, without an allocation.
#pragma once

#include <cstddef>
#include <functional>
#include <new>
#include <type_traits>
#include <utility>

namespace socketio::detail {

template <class Signature>
class unique_function;

inline constexpr std::size_t inline_function_size = 6 * sizeof(void*);

// Whether a callable of this type is stored inside the object.
template <class F>
inline constexpr bool is_stored_inline = sizeof(F) <= inline_function_size && alignof(F) <= alignof(std::max_align_t) &&
                                         std::is_nothrow_move_constructible_v<F>;

template <class R, class... A>
class unique_function<R(A...)> {
public:
    unique_function() = default;
    unique_function(std::nullptr_t) noexcept {}

    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, unique_function> &&
                 std::is_invocable_r_v<R, std::decay_t<F>&, A...>)
    unique_function(F&& callable)
    {
        using stored = std::decay_t<F>;
        if constexpr (is_stored_inline<stored>) {
            ::new (static_cast<void*>(storage_)) stored(std::forward<F>(callable));
            actions_ = &inline_actions<stored>;
        } else {
            ::new (static_cast<void*>(storage_)) stored*(new stored(std::forward<F>(callable)));
            actions_ = &heap_actions<stored>;
        }
    }

    unique_function(unique_function&& other) noexcept { take(other); }
    unique_function& operator=(unique_function&& other) noexcept
    {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    ~unique_function() { reset(); }

    explicit operator bool() const noexcept { return actions_ != nullptr; }

    // The function must not be empty.
    R operator()(A... arguments) { return actions_->invoke(storage_, std::forward<A>(arguments)...); }

    void reset() noexcept
    {
        if (auto const* last = std::exchange(actions_, nullptr))
            last->destroy(storage_);
    }

private:
    struct actions {
        R (*invoke)(unsigned char*, A&&...);
        void (*move)(unsigned char* to, unsigned char* from) noexcept;
        void (*destroy)(unsigned char*) noexcept;
    };

    template <class F>
    static F& inline_target(unsigned char* at) noexcept
    {
        return *std::launder(reinterpret_cast<F*>(at));
    }

    template <class F>
    static R call(F& target, A&&... a)
    {
        if constexpr (std::is_void_v<R>)
            static_cast<void>(std::invoke(target, std::forward<A>(a)...));
        else
            return std::invoke(target, std::forward<A>(a)...);
    }

    template <class F>
    static constexpr actions inline_actions{
        [](unsigned char* at, A&&... a) -> R { return call(inline_target<F>(at), std::forward<A>(a)...); },
        [](unsigned char* to, unsigned char* from) noexcept {
            ::new (static_cast<void*>(to)) F(std::move(inline_target<F>(from)));
            inline_target<F>(from).~F();
        },
        [](unsigned char* at) noexcept { inline_target<F>(at).~F(); }};

    template <class F>
    static constexpr actions heap_actions{
        [](unsigned char* at, A&&... a) -> R { return call(*inline_target<F*>(at), std::forward<A>(a)...); },
        [](unsigned char* to, unsigned char* from) noexcept {
            ::new (static_cast<void*>(to)) F*(inline_target<F*>(from));
        },
        [](unsigned char* at) noexcept { delete inline_target<F*>(at); }};

    void take(unique_function& other) noexcept
    {
        if (other.actions_) {
            other.actions_->move(storage_, other.storage_);
            actions_ = std::exchange(other.actions_, nullptr);
        }
    }

    alignas(std::max_align_t) unsigned char storage_[inline_function_size];
    actions const* actions_ = nullptr;
};

} // namespace socketio::detail
