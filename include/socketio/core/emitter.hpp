// A table of listeners that are called with one class.
#pragma once

#include <socketio/core/listener_table.hpp>

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace socketio::detail {

// `Call` derives from `emitted`.
template <class Call>
class emitter final : public listener_table {
public:
    // `callback` takes a Call&, or is a listener already.
    template <class F>
    id on(std::string_view event, F&& callback, bool once = false)
    {
        return add_named(event, made_listener(std::forward<F>(callback)), once);
    }
    template <class F>
    id on_any(F&& callback, bool in_front = false)
    {
        return add_any(made_listener(std::forward<F>(callback)), in_front);
    }

    void dispatch(std::string_view event, Call& call) { call_named_and_any(event, call); }
    void dispatch_any(Call& call) { call_any(call); }
    void dispatch_reserved(std::string_view event, Call& call) { call_named(event, call); }
    void call_one(reference const& which, Call& call) { call_referred(which, call); }
    void dispatch_from_anywhere(std::string_view event, Call& call) { call_from_anywhere(event, call); }

    void adopt(std::shared_ptr<emitter> const& from) { adopt_all(from); }

private:
    template <class F>
    static stored_listener made_listener(F&& callback)
    {
        if constexpr (std::is_same_v<std::decay_t<F>, stored_listener>)
            return std::forward<F>(callback);
        else
            return [callback = std::decay_t<F>(std::forward<F>(callback))](emitted& call) mutable {
                callback(static_cast<Call&>(call));
            };
    }
};

} // namespace socketio::detail
