// The waits of a virtual clock.
#pragma once

#include <socketio/testing/virtual_time.hpp>

#include <algorithm>

namespace socketio::testing {

SOCKETIO_TESTING_DECL clock::time_point virtual_time::now() noexcept
{
    std::lock_guard const lock{mutex_};
    return now_;
}

SOCKETIO_TESTING_DECL std::chrono::system_clock::time_point virtual_time::wall_now() noexcept
{
    std::lock_guard const lock{mutex_};
    return wall_at_start_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(now_ - start);
}

SOCKETIO_TESTING_DECL std::uint64_t virtual_time::wait_until(clock::time_point deadline, callback due)
{
    std::lock_guard const lock{mutex_};
    deadlines_.emplace(++last_, deadline);
    waits_.emplace(key{deadline, last_}, std::move(due));
    return last_;
}

// The callback is destroyed without the lock: it may own what waits, too.
SOCKETIO_TESTING_DECL void virtual_time::cancel(std::uint64_t wait) noexcept
{
    callback last;
    std::lock_guard const lock{mutex_};
    auto const found = deadlines_.find(wait);
    if (found == deadlines_.end())
        return;
    auto const entry = waits_.find(key{found->second, wait});
    last = std::move(entry->second);
    waits_.erase(entry);
    deadlines_.erase(found);
}

SOCKETIO_TESTING_DECL clock::time_point virtual_time::next() const
{
    std::lock_guard const lock{mutex_};
    return waits_.empty() ? clock::never() : waits_.begin()->first.first;
}

SOCKETIO_TESTING_DECL std::size_t virtual_time::waiting() const
{
    std::lock_guard const lock{mutex_};
    return waits_.size();
}

SOCKETIO_TESTING_DECL bool virtual_time::step(clock::time_point latest)
{
    callback due;
    {
        std::lock_guard const lock{mutex_};
        if (waits_.empty() || waits_.begin()->first.first > latest)
            return false;
        auto nearest = waits_.extract(waits_.begin());
        deadlines_.erase(nearest.key().second);
        now_ = (std::max)(now_, nearest.key().first);
        due = std::move(nearest.mapped());
    }
    due();
    return true;
}

SOCKETIO_TESTING_DECL void virtual_time::turn_to(clock::time_point moment)
{
    while (step(moment))
        continue;
    stand_at(moment);
}

SOCKETIO_TESTING_DECL void virtual_time::stand_at(clock::time_point moment)
{
    std::lock_guard const lock{mutex_};
    now_ = (std::max)(now_, moment);
}

SOCKETIO_TESTING_DECL void virtual_time::set_wall(std::chrono::system_clock::time_point now)
{
    std::lock_guard const lock{mutex_};
    wall_at_start_ = now - std::chrono::duration_cast<std::chrono::system_clock::duration>(now_ - start);
}

SOCKETIO_TESTING_DECL void virtual_time::drop() noexcept
{
    std::map<key, callback> last;
    std::lock_guard const lock{mutex_};
    last.swap(waits_);
    deadlines_.clear();
}

} // namespace socketio::testing
