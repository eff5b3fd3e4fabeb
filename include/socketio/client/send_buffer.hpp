// The unsent packets of one namespace, within limits. The strand changes it; any thread may read it.
#pragma once

#include <socketio/client/buffer_policy.hpp>
#include <socketio/client/buffered_event.hpp>
#include <socketio/codec/packet_parser.hpp>
#include <socketio/core/bytes.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/session/buffer_limits.hpp>
#include <socketio/session/packet_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

class send_buffer {
public:
    explicit send_buffer(buffer_limits limits) noexcept : limits_{limits} {}

    // Any thread.
    std::size_t size() const
    {
        std::lock_guard const lock{mutex_};
        return packets_.size();
    }
    std::size_t byte_size() const
    {
        std::lock_guard const lock{mutex_};
        return packets_.byte_size();
    }
    std::vector<buffered_event> events(std::shared_ptr<packet_parser const> const& parser) const;

    // On the strand, as all below.
    bool empty() const noexcept { return packets_.empty(); }
    clock::time_point deadline() const noexcept { return packets_.deadline(); }
    buffer_limits const& limits() const noexcept { return limits_; }
    // The limits also apply to packets for a server that does not read: beyond that many unsent bytes, packets
    // are stored.
    bool is_bounded() const noexcept { return limits_.events != 0 || limits_.bytes != 0; }
    std::size_t most_unsent() const noexcept
    {
        constexpr std::size_t most = 64 * 1024;
        return limits_.bytes != 0 && limits_.bytes < most ? limits_.bytes : most;
    }

    // Returns false if there is no room for it. `drop` is called for each packet, as (text, ack), that is
    // removed to make room.
    template <class Drop>
    bool push(std::string_view text, std::span<bytes_view const> attachments, std::optional<std::uint64_t> ack,
              buffer_policy const& policy, Drop drop)
    {
        std::size_t const size = packet_queue::size_of(text, attachments);
        auto const fits = [&] { return limits_.admit(packets_.size(), packets_.byte_size(), size); };
        bool const drops = limits_.full == when_full::drop_oldest && limits_.fits(size);
        if (!drops && !fits())
            return false;
        std::lock_guard const lock{mutex_};
        while (!fits())
            packets_.remove_first(drop);
        packets_.push(text, attachments, ack, policy.expires, policy.compress);
        return true;
    }

    void remove(std::uint64_t ack)
    {
        std::lock_guard const lock{mutex_};
        packets_.remove(ack);
    }
    // Calls `gone` for each packet as (text, ack). If it throws, that packet stays, with all behind it.
    template <class Gone>
    void remove_all(Gone gone)
    {
        std::lock_guard const lock{mutex_};
        while (!packets_.empty())
            packets_.remove_first(gone);
    }
    template <class Gone>
    void remove_expired(clock::time_point now, Gone gone)
    {
        std::lock_guard const lock{mutex_};
        packets_.remove_expired(now, gone);
    }
    // Passes the packets on in order, as (text, attachments, ack, compress), until `take` returns false.
    template <class Take>
    void drain(Take take)
    {
        std::lock_guard const lock{mutex_};
        packets_.drain(take);
    }
    void clear() noexcept
    {
        std::lock_guard const lock{mutex_};
        packets_.clear();
    }

private:
    buffer_limits const limits_;
    mutable std::mutex mutex_; // guards packets_ against readers off the strand
    packet_queue packets_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/send_buffer.ipp>
#endif
