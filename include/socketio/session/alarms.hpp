// Things to be done at a time unless they are called off before. Time is an argument.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/function.hpp>

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>

namespace socketio::detail {

class alarms {
public:
    // Names an alarm; it may be cleared also after it went off. The default names none.
    struct key {
        clock::time_point at{};
        std::uint64_t number = 0;
        // By hand: chrono has no <=> in libc++ before 17.
        bool operator==(key const&) const = default;
        friend bool operator<(key const& a, key const& b) noexcept { return std::tie(a.at, a.number) < std::tie(b.at, b.number); }
    };

    key set(clock::time_point at, unique_function<void()> action)
    {
        key const made{at, ++last_};
        entries_.emplace(made, std::move(action));
        return made;
    }
    // The same, if `which` names none or a later one, which is called off then. For those who look again at that time
    // for when they are next to be asked: a deadline that moves away costs nothing.
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

    clock::time_point deadline() const noexcept { return entries_.empty() ? clock::never() : entries_.begin()->first.at; }

    // The first one whose time has come, no longer set; empty if there is none.
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
