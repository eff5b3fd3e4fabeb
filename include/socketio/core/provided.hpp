// An option that is either a value, or a callable that is asked for the value before every attempt to connect.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

// Names and values, in order.
using string_pairs = std::vector<std::pair<std::string, std::string>>;

// `T` itself; or a callable without parameters that returns a `T`; or a callable that takes a
// `provided<T>::answer` and calls it, now or later, from any thread. Callables run on the manager's strand. An
// answer that arrives after a newer attempt has begun is dropped.
template <class T>
class provided {
    using element = std::remove_cvref_t<decltype(*std::declval<T&>().begin())>;

public:
    using answer = std::function<void(T)>;

    provided() = default;
    provided(T value) : value_{std::move(value)} {}
    provided(std::initializer_list<element> elements) : value_(T(elements)) {}

    template <class F>
        requires(std::is_invocable_r_v<T, F&> && !std::is_same_v<std::remove_cvref_t<F>, provided>)
    provided(F function) : is_plain_{false}
    {
        if constexpr (std::is_pointer_v<F>)
            if (!function)
                return;
        ask_ = [now = std::move(function)](answer const& reply) mutable { reply(now()); };
    }
    template <class F>
        requires(std::is_invocable_v<F&, answer> && !std::is_invocable_v<F&>)
    provided(F function) : is_plain_{false}, ask_{std::move(function)}
    {
    }

    // Null unless this is a plain value.
    T const* if_value() const noexcept { return is_plain_ ? &value_ : nullptr; }

    // Throws std::bad_function_call if the callable is empty.
    void ask(answer reply) const
    {
        if (is_plain_)
            reply(value_);
        else
            ask_(std::move(reply));
    }

private:
    bool is_plain_ = true;
    T value_{};
    std::function<void(answer)> ask_{};
};

} // namespace socketio
