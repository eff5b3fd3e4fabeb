// Decides when each address of a host is tried (RFC 8305, sections 4 and 5): a little after the one before, or
// at once when one has failed. Knows the addresses by number only. Time is an argument.
#pragma once

#include <socketio/core/clock.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace socketio::detail {

class address_race {
public:
    static constexpr std::chrono::milliseconds attempt_delay{250};

    explicit address_race(std::size_t addresses) noexcept : addresses_{addresses} {}

    // The next address to try now, each exactly once. Call it until it returns std::nullopt.
    std::optional<std::size_t> next(clock::time_point now) noexcept
    {
        if (begun_ == addresses_ || now < next_at_)
            return std::nullopt;
        next_at_ = deadline_after(now, attempt_delay);
        return begun_++;
    }

    // An attempt has failed.
    void failed() noexcept
    {
        ++failed_;
        next_at_ = {};
    }

    // The time at which next() may return another address; never() once all have been tried.
    clock::time_point deadline() const noexcept { return begun_ == addresses_ ? clock::never() : next_at_; }

    // All addresses have failed.
    bool lost() const noexcept { return failed_ == addresses_; }

private:
    std::size_t addresses_;
    std::size_t begun_ = 0;
    std::size_t failed_ = 0;
    clock::time_point next_at_{};
};

// Alternates the two address families, beginning with that of the first address. Within a family the order stays.
template <class Address, class IsV6>
void interleave_families(std::vector<Address>& addresses, IsV6 is_v6)
{
    if (addresses.empty())
        return;
    bool const first = is_v6(addresses.front());
    std::vector<Address> own, other;
    for (auto& each : addresses)
        (is_v6(each) == first ? own : other).push_back(std::move(each));
    addresses.clear();
    for (std::size_t i = 0; i < own.size() || i < other.size(); ++i) {
        if (i < own.size())
            addresses.push_back(std::move(own[i]));
        if (i < other.size())
            addresses.push_back(std::move(other[i]));
    }
}

} // namespace socketio::detail
