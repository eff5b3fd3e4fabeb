#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/session/packet_queue.hpp>

#include <algorithm>
#include <cstring>

namespace socketio::detail {

SOCKETIO_DECL std::size_t packet_queue::size_of(std::string_view text, std::span<bytes_view const> attachments) noexcept
{
    std::size_t size = text.size();
    for (bytes_view const each : attachments)
        size += each.size() + sizeof(std::uint64_t);
    return size;
}

SOCKETIO_DECL void packet_queue::push(std::string_view text, std::span<bytes_view const> attachments,
                                      std::optional<std::uint64_t> ack, clock::time_point expires, bool compress)
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

SOCKETIO_DECL bool packet_queue::remove(std::uint64_t ack)
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

SOCKETIO_DECL void packet_queue::clear() noexcept
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

SOCKETIO_DECL std::size_t packet_queue::first_index(std::size_t& at) const noexcept
{
    std::size_t first = head_;
    for (; entries_[first].removed; ++first)
        at += entries_[first].size;
    return first;
}

SOCKETIO_DECL void packet_queue::mark_removed(entry& which) noexcept
{
    which.removed = true;
    removed_bytes_ += which.size;
    --count_;
}

SOCKETIO_DECL void packet_queue::skip_first() noexcept
{
    entry const& first = entries_[head_++];
    offset_ += first.size;
    if (first.removed)
        removed_bytes_ -= first.size;
}

SOCKETIO_DECL void packet_queue::sweep() noexcept
{
    while (head_ != entries_.size() && entries_[head_].removed)
        skip_first();
    if (count_ == 0)
        clear();
    else if (offset_ + removed_bytes_ > byte_size() + keep_ || entries_.size() > 2 * count_ + 64)
        static_cast<void>(caught([this] { compact(); }));
}

SOCKETIO_DECL void packet_queue::compact()
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

SOCKETIO_DECL void packet_queue::split(char const* at, entry const& from, std::vector<bytes_view>& attachments)
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

} // namespace socketio::detail
