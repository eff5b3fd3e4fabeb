// Encoded packets that wait, in order: text and attachments lie in one flat buffer, so that waiting
// costs a packet no allocation of its own. A packet and its attachments are one entry.
#pragma once

#include <socketio/core/bytes.hpp>

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
        std::size_t text = 0;      // of these, the packet's text
        std::uint32_t attachments = 0;
        std::optional<std::uint64_t> ack{};
        bool removed = false;
    };

    packet_queue() = default;
    // Empty, it holds on to so many bytes of memory for the next burst.
    explicit packet_queue(std::size_t keep) noexcept : keep_{keep} {}

    bool empty() const noexcept { return count_ == 0; }
    std::size_t size() const noexcept { return count_; }
    std::size_t byte_size() const noexcept { return bytes_.size() - offset_ - removed_bytes_; }
    // Bytes held, for what waits and for what comes.
    std::size_t memory() const noexcept { return bytes_.capacity(); }

    void push(std::string_view text, std::span<bytes_view const> attachments, std::optional<std::uint64_t> ack)
    {
        std::size_t const start = bytes_.size();
        bytes_.append(text);
        for (bytes_view const each : attachments) {
            std::uint64_t const length = each.size();
            bytes_.append(&length, sizeof length);
            bytes_.append(each);
        }
        entries_.push_back({bytes_.size() - start, text.size(), static_cast<std::uint32_t>(attachments.size()), ack});
        ++count_;
    }

    // The packet whose acknowledgement has this id will not be sent. False if it is not here.
    bool remove(std::uint64_t ack)
    {
        for (std::size_t i = head_; i != entries_.size(); ++i) {
            if (!entries_[i].removed && entries_[i].ack == ack) {
                entries_[i].removed = true;
                removed_bytes_ += entries_[i].size;
                --count_;
                sweep();
                return true;
            }
        }
        return false;
    }

    // Shows the first packet, if there is one, as (text, attachments).
    template <class Look>
    void peek(Look look) const
    {
        if (empty())
            return;
        std::vector<bytes_view> attachments;
        std::size_t at = offset_;
        std::size_t first = head_;
        for (; entries_[first].removed; ++first)
            at += entries_[first].size;
        split(bytes_.data() + at, entries_[first], attachments);
        look(std::string_view{bytes_.data() + at, entries_[first].text}, std::span<bytes_view const>{attachments});
    }

    // Hands the packets over, front first, as (text, attachments, ack), until `take` says false (that
    // packet stays). `take` may only push, which ends its views; what it pushes is handed over too.
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
                if (!take(std::string_view{at, next.text}, std::span<bytes_view const>{attachments}, next.ack))
                    return;
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
        bytes_.clear();
        bytes_.shrink(keep_);
    }

private:
    void skip_first() noexcept
    {
        entry const& first = entries_[head_++];
        offset_ += first.size;
        if (first.removed)
            removed_bytes_ -= first.size;
    }

    // While nothing is handed over, for days perhaps, packets may come and be removed again: what they
    // held is given back when it is the greater part.
    void sweep()
    {
        while (head_ != entries_.size() && entries_[head_].removed)
            skip_first();
        if (count_ == 0)
            clear();
        else if (offset_ + removed_bytes_ > byte_size() + keep_ || entries_.size() > 2 * count_ + 64)
            compact();
    }

    void compact()
    {
        byte_buffer kept;
        kept.prepare(byte_size());
        for (std::size_t i = head_; i != entries_.size(); ++i) {
            if (!entries_[i].removed)
                kept.append(bytes_.data() + offset_, entries_[i].size);
            offset_ += entries_[i].size;
        }
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
        std::erase_if(entries_, [](entry const& each) { return each.removed; });
        bytes_.swap(kept);
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
    std::size_t offset_ = 0;        // of the first entry, in bytes_
    std::size_t removed_bytes_ = 0; // behind that, of removed entries
    std::size_t count_ = 0;
};

} // namespace socketio::detail
