// Pending acknowledgements: the emit, its deadline and the handler. Each of them ends exactly once. Time is an
// argument.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/session/pending_ack.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::detail {

// Ids ascend, so that look-up and removal in a sorted vector are cheap. Answers mostly arrive in order.
class acks {
public:
    std::size_t size() const noexcept { return count_; }

    // Makes sure that the next add() needs no memory.
    void reserve_one() { make_room(entries_); }

    void add(pending_ack&& ack)
    {
        reserve_one();
        bool const is_last = entries_.empty() || entries_.back().id < ack.id;
        in_order_ = count_ == 0 || (in_order_ && is_last && latest_ <= ack.deadline);
        latest_ = ack.deadline;
        earliest_ = count_ == 0 ? ack.deadline : std::min(earliest_, ack.deadline);
        ++count_;
        if (is_last)
            entries_.push_back(std::move(ack));
        else
            entries_.insert(lower_bound(ack.id), std::move(ack));
    }

    // Removes the pending ack of this id and returns it; std::nullopt if the id is unknown. With `answered`,
    // ignores an ack whose packet was not sent: the peer cannot have answered it.
    std::optional<pending_ack> take(std::uint64_t id, bool answered = false)
    {
        auto found = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
        if (found == entries_.end() || found->id != id)
            found = lower_bound(id);
        if (found == entries_.end() || found->id != id || !found->handler || (answered && found->buffered))
            return std::nullopt;
        std::optional<pending_ack> taken{std::move(*found)};
        found->handler.reset();
        forgotten();
        return taken;
    }

    // Puts an ack back that was taken, when memory ran out before it could end. It expires at once, with this error.
    void put_back(pending_ack&& ack, std::error_code error)
    {
        ack.deadline = clock::time_point::min();
        if (!ack.ended_by)
            ack.ended_by = error;
        add(std::move(ack));
    }

    // Removes the oldest one. Needs no memory.
    std::optional<pending_ack> take_first()
    {
        return count_ == 0 ? std::nullopt : take(entries_[head_].id);
    }

    void sent(std::uint64_t id) noexcept
    {
        auto const found = lower_bound(id);
        if (found != entries_.end() && found->id == id)
            found->buffered = false;
    }

    // No deadline is earlier than this; never() if there is no deadline.
    clock::time_point deadline() const noexcept { return count_ == 0 ? clock::never() : earliest_; }

    // Removes and returns those whose deadline has passed.
    std::vector<pending_ack> take_expired(clock::time_point now)
    {
        if (now < earliest_)
            return {};
        if (in_order_)
            return take_front(now);
        auto due = take_if([now](pending_ack const& each) { return each.deadline <= now; });
        earliest_ = clock::never();
        for (auto const& each : entries_)
            if (each.handler)
                earliest_ = std::min(earliest_, each.deadline);
        return due;
    }

    // Removes and returns those whose packet was sent: their answer cannot arrive any more.
    std::vector<pending_ack> take_sent()
    {
        return take_if([](pending_ack const& each) { return !each.buffered; });
    }

    std::vector<pending_ack> take_all()
    {
        return take_if([](pending_ack const&) { return true; });
    }

private:
    using entries = std::vector<pending_ack>;

    entries::iterator lower_bound(std::uint64_t id)
    {
        return std::lower_bound(entries_.begin() + static_cast<std::ptrdiff_t>(head_), entries_.end(), id,
                                [](pending_ack const& each, std::uint64_t wanted) { return each.id < wanted; });
    }

    template <class Which>
    entries take_if(Which which)
    {
        auto const is_taken = [&which](pending_ack const& each) { return each.handler && which(each); };
        entries taken;
        taken.reserve(static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), is_taken)));
        for (auto& each : entries_) {
            if (is_taken(each)) {
                taken.push_back(std::move(each));
                each.handler.reset(); // NOLINT(bugprone-use-after-move): says that it was taken
            }
        }
        std::erase_if(entries_, [](pending_ack const& each) { return !each.handler; });
        head_ = 0;
        count_ = entries_.size();
        return taken;
    }

    // The same as take_expired(), but reads only the acks that are due.
    entries take_front(clock::time_point now)
    {
        auto const is_there = [](pending_ack const& each) { return static_cast<bool>(each.handler); };
        auto const first = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
        auto const last = std::find_if(first, entries_.end(), [&](pending_ack const& each) {
            return is_there(each) && each.deadline > now;
        });
        entries due;
        due.reserve(static_cast<std::size_t>(std::count_if(first, last, is_there)));
        for (auto each = first; each != last; ++each) {
            if (is_there(*each)) {
                due.push_back(std::move(*each));
                each->handler.reset();
            }
        }
        count_ -= due.size();
        earliest_ = last == entries_.end() ? clock::never() : last->deadline;
        sweep();
        return due;
    }

    // An ended ack leaves a hole. Holes at the front are skipped; all are removed when they outnumber the acks.
    void forgotten()
    {
        --count_;
        sweep();
    }
    void sweep()
    {
        while (head_ < entries_.size() && !entries_[head_].handler)
            ++head_;
        if (entries_.size() > 3 * count_ + 64 || head_ == entries_.size()) {
            std::erase_if(entries_, [](pending_ack const& each) { return !each.handler; });
            head_ = 0;
        }
    }

    entries entries_;
    std::size_t head_ = 0;
    std::size_t count_ = 0;
    clock::time_point earliest_ = clock::never();
    clock::time_point latest_{};  // of the last one that was added
    bool in_order_ = true;        // deadlines ascend with the ids, as long as all emits have the same timeout
};

} // namespace socketio::detail
