// What one side has emitted to the other, in its order, and what of it has arrived.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace property {

struct entry {
    bool needed = true;            // it may be missing only where a connection was lost
    std::int64_t broadcast = -1;   // the number of the broadcast that it is a part of
    std::chrono::nanoseconds at{}; // virtual time
    unsigned arrivals = 0;
};

// Functions that receive return what is wrong, or nothing.
class emit_log {
public:
    std::size_t add(bool needed, std::int64_t broadcast = -1, std::chrono::nanoseconds at = {})
    {
        entries_.push_back({needed, broadcast, at});
        return entries_.size() - 1;
    }
    std::size_t size() const noexcept { return entries_.size(); }
    entry const& at(std::size_t n) const { return entries_.at(n); }
    void need_nothing()
    {
        for (entry& each : entries_)
            each.needed = false;
    }
    void need_no_broadcast()
    {
        for (entry& each : entries_)
            each.needed = each.needed && each.broadcast < 0;
    }

    // The n-th entry has arrived on a line where `last` was the one before, and which has begun with `from`.
    std::string receive(std::size_t n, std::optional<std::size_t>& last, std::size_t from)
    {
        if (n >= entries_.size())
            return "was never emitted";
        if (++entries_[n].arrivals > 1)
            return "has arrived before";
        if (last && n <= *last)
            return "arrives behind number " + std::to_string(*last);
        auto const missing = first_needed(last ? *last + 1 : from, n);
        last = n;
        return missing ? "arrives, and number " + std::to_string(*missing) + " does not" : std::string{};
    }
    // The same for a sender that tries again: an entry may come again, but the first of each come in order.
    std::string receive_again(std::size_t n, std::optional<std::size_t>& last)
    {
        bool const is_late = n < entries_.size() && last && n < *last && !entries_[n].needed; // it was given up
        if (n >= entries_.size() || (entries_[n].arrivals == 0 && !is_late))
            return receive(n, last, 0);
        ++entries_[n].arrivals;
        return {};
    }
    // The number of the first entry in [from, to) that must not be missing.
    std::optional<std::size_t> first_needed(std::size_t from, std::size_t to) const
    {
        for (std::size_t n = from; n < to; ++n)
            if (entries_[n].needed)
                return n;
        return std::nullopt;
    }
    // Where a broadcast stands at or behind `from`.
    std::optional<std::size_t> find(std::int64_t broadcast, std::size_t from) const
    {
        for (std::size_t n = from; n < entries_.size(); ++n)
            if (entries_[n].broadcast == broadcast)
                return n;
        return std::nullopt;
    }

private:
    std::vector<entry> entries_;
};

} // namespace property
