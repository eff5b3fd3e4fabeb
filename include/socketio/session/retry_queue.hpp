// The queue of the option `retries`: events that are sent one at a time, each until the peer acknowledges it. It
// decides what to send and when to give up. It does not send.
#pragma once

#include <socketio/session/acks.hpp>
#include <socketio/session/packet_queue.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <utility>

namespace socketio::detail {

struct retried_emit {
    packet_queue packet;                                // exactly one packet, without an ack id: each try has its own
    pending_ack waiting;                                // the user's acknowledgement; a plain emit has no handler
    std::optional<std::chrono::milliseconds> timeout{}; // for one try
    clock::time_point expires = clock::never();         // later tries do not begin
    bool compress = true;
    std::uint64_t tries = 0;
    bool in_flight = false;
};

class retry_queue {
public:
    bool empty() const noexcept { return emits_.empty(); }
    std::size_t size() const noexcept { return emits_.size(); }

    std::size_t byte_size() const noexcept { return bytes_; }

    void push(retried_emit&& emit)
    {
        emits_.push_back(std::move(emit));
        bytes_ += emits_.back().packet.byte_size();
        earliest_ = std::min(earliest_, emits_.back().expires);
    }

    // The packet to send now, which counts as a try. Null while one is in flight, or if the queue is empty.
    retried_emit* next() noexcept
    {
        if (emits_.empty() || emits_.front().in_flight)
            return nullptr;
        emits_.front().in_flight = true;
        ++emits_.front().tries;
        return &emits_.front();
    }

    // The result of next() was not sent.
    void take_back() noexcept
    {
        emits_.front().in_flight = false;
        --emits_.front().tries;
    }

    // A try of the emit with this ticket has ended. Returns the emit if it is over: answered, expired, or tried
    // once and `retries` times more.
    std::optional<retried_emit> ended(std::uint64_t ticket, bool answered, std::uint64_t retries, clock::time_point now)
    {
        if (emits_.empty() || emits_.front().waiting.id != ticket)
            return std::nullopt;
        emits_.front().in_flight = false;
        if (!answered && emits_.front().tries <= retries && now < emits_.front().expires) {
            earliest_ = std::min(earliest_, emits_.front().expires);
            return std::nullopt;
        }
        return take(emits_.begin());
    }

    std::optional<retried_emit> remove(std::uint64_t ticket)
    {
        for (auto it = emits_.begin(); it != emits_.end(); ++it)
            if (it->waiting.id == ticket)
                return take(it);
        return std::nullopt;
    }

    // Removes the oldest packet that is not in flight.
    std::optional<retried_emit> take_oldest_waiting()
    {
        auto const oldest =
            std::find_if(emits_.begin(), emits_.end(), [](retried_emit const& each) { return !each.in_flight; });
        return oldest == emits_.end() ? std::nullopt : take(oldest);
    }

    // No waiting packet expires earlier than this; never() if no packet expires.
    clock::time_point deadline() const noexcept { return earliest_; }

    // Removes an expired packet that is not in flight.
    std::optional<retried_emit> take_expired(clock::time_point now)
    {
        if (now < earliest_)
            return std::nullopt;
        earliest_ = clock::never();
        for (auto it = emits_.begin(); it != emits_.end(); ++it) {
            if (it->in_flight)
                continue;
            if (it->expires <= now) {
                earliest_ = now; // there may be more of them
                return take(it);
            }
            earliest_ = std::min(earliest_, it->expires);
        }
        return std::nullopt;
    }

    std::list<retried_emit> take_all() noexcept
    {
        bytes_ = 0;
        earliest_ = clock::never();
        return std::exchange(emits_, {});
    }

private:
    std::optional<retried_emit> take(std::list<retried_emit>::iterator which)
    {
        bytes_ -= which->packet.byte_size();
        std::optional<retried_emit> taken{std::move(*which)};
        emits_.erase(which);
        return taken;
    }

    std::list<retried_emit> emits_;
    std::size_t bytes_ = 0;
    clock::time_point earliest_ = clock::never();
};

} // namespace socketio::detail
