// A reference to a callable, for the duration of a call. Pass a function as a pointer.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace socketio::detail {

template <class Signature>
class function_ref;

template <class R, class... A>
class function_ref<R(A...)> {
public:
    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, function_ref> &&
                 !std::is_function_v<std::remove_reference_t<F>> && std::is_invocable_r_v<R, F&, A...>)
    function_ref(F&& callable) noexcept
        : target_{const_cast<void*>(static_cast<void const*>(std::addressof(callable)))},
          call_{[](void* target, A... arguments) -> R {
              auto& called = *static_cast<std::remove_reference_t<F>*>(target);
              if constexpr (std::is_void_v<R>)
                  static_cast<void>(std::invoke(called, std::forward<A>(arguments)...));
              else
                  return std::invoke(called, std::forward<A>(arguments)...);
          }}
    {
    }

    R operator()(A... arguments) const { return call_(target_, std::forward<A>(arguments)...); }

private:
    void* target_;
    R (*call_)(void*, A...);
};

} // namespace socketio::detail
