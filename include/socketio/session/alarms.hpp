// Actions at a point in time, unless they are cancelled before. Time is an argument.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/function.hpp>
#include <socketio/session/alarm_key.hpp>

#include <cstdint>
#include <map>
#include <utility>

namespace socketio::detail {

class alarms {
public:
    using key = alarm_key;

    key set(clock::time_point at, unique_function<void()> action)
    {
        key const made{at, ++last_};
        entries_.emplace(made, std::move(action));
        return made;
    }
    // The same, unless `which` identifies an earlier alarm. A later one is cancelled. For a caller that computes
    // its next deadline in the action: a deadline that moves away costs no call here.
    template <class Action>
    void bring_forward(key& which, clock::time_point at, Action action)
    {
        if (at == clock::never() || (which.number != 0 && which.at <= at))
            return;
        key const made = set(at, std::move(action));
        clear(which);
        which = made;
    }
    void clear(key const& which) { entries_.erase(which); }
    void clear_all() noexcept { entries_.clear(); }

    clock::time_point deadline() const noexcept
    {
        return entries_.empty() ? clock::never() : entries_.begin()->first.at;
    }

    // Removes the first action that is due; empty if there is none.
    unique_function<void()> take_due(clock::time_point now)
    {
        if (now < deadline())
            return {};
        auto action = std::move(entries_.begin()->second);
        entries_.erase(entries_.begin());
        return action;
    }

private:
    std::map<key, unique_function<void()>> entries_;
    std::uint64_t last_ = 0;
};

} // namespace socketio::detail
