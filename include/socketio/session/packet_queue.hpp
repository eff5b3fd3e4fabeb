// A queue of encoded packets. Texts and attachments share one flat buffer, so that a waiting packet needs no
// allocation of its own. A packet and its attachments are one entry.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/caught.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/core/scope.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
    static std::size_t size_of(std::string_view text, std::span<bytes_view const> attachments) noexcept
    {
        std::size_t size = text.size();
        for (bytes_view const each : attachments)
            size += each.size() + sizeof(std::uint64_t);
        return size;
    }

    void push(std::string_view text, std::span<bytes_view const> attachments, std::optional<std::uint64_t> ack,
              clock::time_point expires = clock::never(), bool compress = true)
    {
        // Allocates all memory first, so that a failure leaves no part of the packet behind.
        std::size_t const size = size_of(text, attachments);
        char* const at = bytes_.prepare(size);
        entries_.push_back({size, text.size(), static_cast<std::uint32_t>(attachments.size()), ack, expires, compress});
        std::copy_n(text.data(), text.size(), at);
        bytes_.commit(text.size());
        for (bytes_view const each : attachments) {
            std::uint64_t const length = each.size();
            bytes_.append(&length, sizeof length);
            bytes_.append(each);
        }
        earliest_ = std::min(earliest_, expires);
        ++count_;
    }

    // Removes the packet whose acknowledgement has this id. Returns false if it is not here.
    bool remove(std::uint64_t ack)
    {
        for (std::size_t i = head_; i != entries_.size(); ++i) {
            if (!entries_[i].removed && entries_[i].ack == ack) {
                mark_removed(entries_[i]);
                sweep();
                return true;
            }
        }
        return false;
    }

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
                earliest_ = std::min(earliest_, each.expires);
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

    void clear() noexcept
    {
        entries_.clear();
        head_ = 0;
        count_ = 0;
        offset_ = 0;
        removed_bytes_ = 0;
        earliest_ = clock::never();
        bytes_.clear();
        bytes_.shrink(keep_);
    }

private:
    // The index of the first packet that is not removed. Adds the bytes before it to `at`.
    std::size_t first_index(std::size_t& at) const noexcept
    {
        std::size_t first = head_;
        for (; entries_[first].removed; ++first)
            at += entries_[first].size;
        return first;
    }

    void mark_removed(entry& which) noexcept
    {
        which.removed = true;
        removed_bytes_ += which.size;
        --count_;
    }

    void skip_first() noexcept
    {
        entry const& first = entries_[head_++];
        offset_ += first.size;
        if (first.removed)
            removed_bytes_ -= first.size;
    }

    // A partly drained queue may stay so for days, while packets are added and removed. Their memory is released
    // when it is the greater part, and if memory for the copy is available.
    void sweep() noexcept
    {
        while (head_ != entries_.size() && entries_[head_].removed)
            skip_first();
        if (count_ == 0)
            clear();
        else if (offset_ + removed_bytes_ > byte_size() + keep_ || entries_.size() > 2 * count_ + 64)
            static_cast<void>(caught([this] { compact(); }));
    }

    void compact()
    {
        byte_buffer copy;
        copy.prepare(byte_size());
        for (std::size_t i = head_; i != entries_.size(); ++i) {
            if (!entries_[i].removed)
                copy.append(bytes_.data() + offset_, entries_[i].size);
            offset_ += entries_[i].size;
        }
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
        std::erase_if(entries_, [](entry const& each) { return each.removed; });
        bytes_.swap(copy);
        head_ = 0;
        offset_ = 0;
        removed_bytes_ = 0;
    }

    static void split(char const* at, entry const& from, std::vector<bytes_view>& attachments)
    {
        at += from.text;
        for (std::uint32_t i = 0; i != from.attachments; ++i) {
            std::uint64_t length = 0;
            std::memcpy(&length, at, sizeof length);
            at += sizeof length;
            attachments.push_back(as_bytes({at, static_cast<std::size_t>(length)}));
            at += length;
        }
    }

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
