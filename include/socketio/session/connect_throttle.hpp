// Delays CONNECT packets. The reference's server closes the whole connection when a CONNECT arrives while an
// earlier one for that namespace is unanswered (socket.io/lib/client.ts, ondecoded()). The same happens directly
// behind a DISCONNECT, which the server processes a tick later. Time is an argument.
#pragma once

#include <socketio/core/clock.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace socketio::detail {

class connect_throttle {
public:
    // The wait between DISCONNECT and the next CONNECT.
    static constexpr std::chrono::milliseconds pause{20};

    // The time from which CONNECT may be sent: never() while an answer is due, the clock's earliest time if it
    // may be sent now.
    clock::time_point opens_at(std::string_view nsp) const noexcept
    {
        auto const found = entries_.find(nsp);
        return found == entries_.end() ? clock::time_point::min() : found->second;
    }

    void asked(std::string_view nsp) { set(nsp, clock::never()); }
    void left(std::string_view nsp, clock::time_point now) { set(nsp, deadline_after(now, pause)); }

    // CONNECT or CONNECT_ERROR has arrived. Returns true if it was due.
    bool answered(std::string_view nsp) noexcept
    {
        auto const found = entries_.find(nsp);
        if (found == entries_.end() || found->second != clock::never())
            return false;
        entries_.erase(found);
        return true;
    }

    bool awaits_answer() const noexcept
    {
        return std::any_of(entries_.begin(), entries_.end(),
                           [](auto const& each) { return each.second == clock::never(); });
    }

    void clear() noexcept { entries_.clear(); }

private:
    void set(std::string_view nsp, clock::time_point opens_at)
    {
        entries_.insert_or_assign(std::string{nsp}, opens_at);
    }

    std::map<std::string, clock::time_point, std::less<>> entries_; // by namespace
};

} // namespace socketio::detail
