// When a namespace may be asked for. At the reference's server a CONNECT costs the whole connection
// when an earlier one for that namespace is not answered yet, and also in one breath with DISCONNECT,
// which it carries out a tick later. Time is an argument.
#pragma once

#include <socketio/core/clock.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

class join_gate {
public:
    // Between DISCONNECT and the next CONNECT.
    static constexpr std::chrono::milliseconds pause{20};

    // From when on CONNECT may be sent; never() while an answer is due, the beginning of time if nothing
    // is in the way.
    clock::time_point opens_at(std::string_view nsp) const noexcept
    {
        auto const found = find(nsp);
        return found == entries_.end() ? clock::time_point::min() : found->opens_at;
    }

    void asked(std::string_view nsp) { set(nsp, clock::never()); }
    void left(std::string_view nsp, clock::time_point now) { set(nsp, now + pause); }

    // CONNECT or CONNECT_ERROR came. True if it was due.
    bool answered(std::string_view nsp) noexcept
    {
        auto const found = find(nsp);
        if (found == entries_.end() || found->opens_at != clock::never())
            return false;
        entries_.erase(found);
        return true;
    }

    void clear() noexcept { entries_.clear(); }

private:
    struct entry {
        std::string nsp;
        clock::time_point opens_at;
    };

    std::vector<entry>::const_iterator find(std::string_view nsp) const noexcept
    {
        return std::find_if(entries_.begin(), entries_.end(), [nsp](entry const& each) { return each.nsp == nsp; });
    }

    void set(std::string_view nsp, clock::time_point opens_at)
    {
        auto const found = find(nsp);
        if (found != entries_.end())
            entries_.erase(found);
        entries_.push_back({std::string{nsp}, opens_at});
    }

    std::vector<entry> entries_;
};

} // namespace socketio::detail
