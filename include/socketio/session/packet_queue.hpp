// A queue of encoded packets. Texts and attachments share one flat buffer, so that a waiting packet needs no
// allocation of its own. A packet and its attachments are one entry.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/core/scope.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace socketio::detail {

class packet_queue {
public:
    struct entry {
        std::size_t size = 0;      // bytes of this entry in the buffer
        std::size_t text = 0;      // bytes of the packet's text among them
        std::uint32_t attachments = 0;
        std::optional<std::uint64_t> ack{};
        clock::time_point expires = clock::never();
        bool compress = true; // the packet may be sent compressed
        bool removed = false;
    };

    packet_queue() = default;
    // An empty queue keeps up to `keep` bytes of memory for the next burst.
    explicit packet_queue(std::size_t keep) noexcept : keep_{keep} {}

    bool empty() const noexcept { return count_ == 0; }
    std::size_t size() const noexcept { return count_; }
    std::size_t byte_size() const noexcept { return bytes_.size() - offset_ - removed_bytes_; }
    // Bytes allocated, for present and for future packets.
    std::size_t memory() const noexcept { return bytes_.capacity(); }

    // The number of bytes that a packet adds to byte_size().
    static std::size_t size_of(std::string_view text, std::span<bytes_view const> attachments) noexcept;

    void push(std::string_view text, std::span<bytes_view const> attachments, std::optional<std::uint64_t> ack,
              clock::time_point expires = clock::never(), bool compress = true);

    // Removes the packet whose acknowledgement has this id. Returns false if it is not here.
    bool remove(std::uint64_t ack);

    // Removes the first packet, which must exist, after it called `gone` with (text, ack).
    template <class Gone>
    void remove_first(Gone gone)
    {
        std::size_t at = offset_;
        entry& first = entries_[first_index(at)];
        gone(std::string_view{bytes_.data() + at, first.text}, first.ack);
        mark_removed(first);
        sweep();
    }

    // No packet expires earlier than this; never() if no packet expires.
    clock::time_point deadline() const noexcept { return earliest_; }

    // Removes the expired packets and calls `gone` for each with (text, ack).
    template <class Gone>
    void remove_expired(clock::time_point now, Gone gone)
    {
        if (now < earliest_)
            return;
        earliest_ = clock::never();
        scope_fail again{[&] { earliest_ = now; }};
        std::size_t at = offset_;
        for (std::size_t i = head_; i != entries_.size(); ++i) {
            entry& each = entries_[i];
            if (!each.removed && each.expires <= now) {
                gone(std::string_view{bytes_.data() + at, each.text}, each.ack);
                mark_removed(each);
            }
            if (!each.removed)
                earliest_ = each.expires < earliest_ ? each.expires : earliest_;
            at += each.size;
        }
        again.done();
        sweep();
    }

    // Calls `look` for all packets, front first, with (text, attachments).
    template <class Look>
    void for_each(Look look) const
    {
        std::vector<bytes_view> attachments;
        std::size_t at = offset_;
        for (std::size_t i = head_; i != entries_.size(); ++i) {
            entry const& each = entries_[i];
            if (!each.removed) {
                attachments.clear();
                split(bytes_.data() + at, each, attachments);
                look(std::string_view{bytes_.data() + at, each.text}, std::span<bytes_view const>{attachments});
            }
            at += each.size;
        }
    }

    // Calls `look` for the first packet, if there is one, with (text, attachments).
    template <class Look>
    void peek(Look look) const
    {
        if (empty())
            return;
        std::vector<bytes_view> attachments;
        std::size_t at = offset_;
        entry const& first = entries_[first_index(at)];
        split(bytes_.data() + at, first, attachments);
        look(std::string_view{bytes_.data() + at, first.text}, std::span<bytes_view const>{attachments});
    }

    // Passes the packets to `take`, front first, as (text, attachments, ack, compress), until it returns false;
    // that packet stays. `take` may only push, which invalidates its views. Packets that it pushes are passed
    // on, too.
    template <class Take>
    void drain(Take take)
    {
        std::vector<bytes_view> attachments;
        while (head_ != entries_.size()) {
            entry const next = entries_[head_];
            if (!next.removed) {
                char const* const at = bytes_.data() + offset_;
                attachments.clear();
                if (next.attachments != 0)
                    split(at, next, attachments);
                if (!take(std::string_view{at, next.text}, std::span<bytes_view const>{attachments}, next.ack,
                          next.compress)) {
                    sweep();
                    return;
                }
                --count_;
            }
            skip_first();
        }
        clear();
    }

    void clear() noexcept;

private:
    // The index of the first packet that is not removed. Adds the bytes before it to `at`.
    std::size_t first_index(std::size_t& at) const noexcept;

    void mark_removed(entry& which) noexcept;
    void skip_first() noexcept;
    // A partly drained queue may stay so for days, while packets are added and removed. Their memory is released
    // when it is the greater part, and if memory for the copy is available.
    void sweep() noexcept;
    void compact();
    static void split(char const* at, entry const& from, std::vector<bytes_view>& attachments);

    std::size_t keep_ = 64 * 1024;
    byte_buffer bytes_;
    std::vector<entry> entries_;
    std::size_t head_ = 0;
    std::size_t offset_ = 0;        // position of the first entry in bytes_
    std::size_t removed_bytes_ = 0; // bytes of removed entries behind offset_
    std::size_t count_ = 0;
    clock::time_point earliest_ = clock::never();
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/packet_queue.ipp>
#endif
