// A callable that can be moved but not copied, so that its captures need not be copyable. A small callable is
// stored inside the object, without an allocation.
#pragma once

#include <cstddef>
#include <cstring>
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

// The part that is the same for all signatures, so that it is compiled once: the memory of a callable, and how it is
// moved and destroyed.
class function_storage {
public:
    function_storage(function_storage&& other) noexcept { take(other); }
    function_storage& operator=(function_storage&& other) noexcept
    {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    ~function_storage() { reset(); }

    explicit operator bool() const noexcept { return invoke_ != nullptr; }

    void reset() noexcept
    {
        if (std::exchange(invoke_, nullptr))
            manage_(storage_, nullptr);
    }

protected:
    function_storage() = default;

    // The callable that lies at `at`, or to which the pointer there points.
    template <class F>
    static F& target(unsigned char* at) noexcept
    {
        if constexpr (is_stored_inline<F>)
            return *std::launder(reinterpret_cast<F*>(at));
        else
            return **std::launder(reinterpret_cast<F**>(at));
    }

    template <class F, class From>
    void store(From&& callable)
    {
        if constexpr (is_stored_inline<F>)
            ::new (static_cast<void*>(storage_)) F(std::forward<From>(callable));
        else
            ::new (static_cast<void*>(storage_)) F*(new F(std::forward<From>(callable)));
        if constexpr (is_stored_inline<F> && std::is_trivially_copyable_v<F>)
            manage_ = &manage_bytes;
        else
            manage_ = &manage<F>;
    }

    using any_function = void (*)();
    alignas(std::max_align_t) unsigned char storage_[inline_function_size];
    any_function invoke_ = nullptr; // what calls the callable, by the signature of the derived class

private:
    // Moves the callable from `at` to `to`, or only destroys it if `to` is null. One function for both, since there
    // is one of them for each type of callable.
    template <class F>
    static void manage(unsigned char* at, unsigned char* to) noexcept
    {
        if constexpr (is_stored_inline<F>) {
            if (to)
                ::new (static_cast<void*>(to)) F(std::move(target<F>(at)));
            target<F>(at).~F();
        } else if (to) {
            manage_bytes(at, to);
        } else {
            delete &target<F>(at);
        }
    }

    static void manage_bytes(unsigned char* at, unsigned char* to) noexcept
    {
        if (to)
            std::memcpy(to, at, inline_function_size);
    }

    void take(function_storage& other) noexcept
    {
        if (other.invoke_) {
            other.manage_(other.storage_, storage_);
            manage_ = other.manage_;
            invoke_ = std::exchange(other.invoke_, nullptr);
        }
    }

    void (*manage_)(unsigned char* at, unsigned char* to) noexcept = nullptr;
};

template <class R, class... A>
class unique_function<R(A...)> : public function_storage {
public:
    unique_function() = default;
    unique_function(std::nullptr_t) noexcept {}

    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, unique_function> &&
                 std::is_invocable_r_v<R, std::decay_t<F>&, A...>)
    unique_function(F&& callable)
    {
        store<std::decay_t<F>>(std::forward<F>(callable));
        invoke_ = reinterpret_cast<any_function>(&invoke<std::decay_t<F>>);
    }

    // The function must not be empty.
    R operator()(A... arguments)
    {
        return reinterpret_cast<R (*)(unsigned char*, A&&...)>(invoke_)(storage_, std::forward<A>(arguments)...);
    }

private:
    template <class F>
    static R invoke(unsigned char* at, A&&... a)
    {
        if constexpr (std::is_member_pointer_v<F> && std::is_void_v<R>)
            static_cast<void>(std::invoke(target<F>(at), std::forward<A>(a)...));
        else if constexpr (std::is_member_pointer_v<F>)
            return std::invoke(target<F>(at), std::forward<A>(a)...);
        else if constexpr (std::is_void_v<R>)
            static_cast<void>(target<F>(at)(std::forward<A>(a)...));
        else
            return target<F>(at)(std::forward<A>(a)...);
    }
};

} // namespace socketio::detail
