// The commands and packets that other threads pass to a strand, in order. Packets lie in one buffer, so that a packet
// costs no allocation of its own. It has no lock.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/function.hpp>
#include <socketio/session/acks.hpp>
#include <socketio/session/packet_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace socketio::detail {

// Takes packets that other threads encoded. All calls come on the strand.
class lane_recipient {
public:
    lane_recipient() = default;
    lane_recipient(lane_recipient const&) = delete;
    lane_recipient& operator=(lane_recipient const&) = delete;

    // Held while a packet waits for it. Any thread.
    virtual std::shared_ptr<lane_recipient> recipient() = 0;
    // `flags` are the recipient's own. It may throw std::bad_alloc only: it is called again in the next turn then, and
    // `waiting` must still be there. Everything else is checked before hand_over().
    virtual void take_packet(std::string_view text, std::span<bytes_view const> attachments, std::uint32_t flags,
                             std::optional<pending_ack>&& waiting) = 0;
    // The recipient itself was passed to the strand. If this throws, it is called again in the next turn.
    virtual void join() {}
    // The execution context was destroyed before that.
    virtual void never_joined() noexcept {}

protected:
    ~lane_recipient() = default;
};

class lane_inbox {
public:
    // When empty, each of its buffers keeps up to `keep` bytes of memory for the next burst.
    explicit lane_inbox(std::size_t keep) noexcept : packets_{keep}, keep_{keep} {}

    bool empty() const noexcept { return next_ == order_.size(); }
    // Bytes of the packets, with their attachments.
    std::size_t byte_size() const noexcept { return packets_.byte_size(); }

    // These add completely or, when they throw, not at all.
    void add(unique_function<void()>&& command);
    void add(lane_recipient& to, std::string_view text, std::span<bytes_view const> attachments, std::uint32_t flags,
             std::optional<pending_ack>&& waiting);
    void add(std::shared_ptr<lane_recipient> recipient);

    // Takes the first entry. A command that throws counts as done; the other entries stay.
    void take_first();
    void clear() noexcept;
    void swap(lane_inbox& other) noexcept;
    // Drops all entries, and informs the recipients that should have joined.
    void abandon() noexcept;

private:
    enum class kind : std::uint8_t { packet, packet_with_ack, command, recipient };
    struct entry {
        kind type;
        std::shared_ptr<lane_recipient> to{};
        std::size_t count = 1; // packets in a row, of the kind without ack
    };

    void take_command();
    void take_packets(entry& from);
    template <class T>
    void empty_out(std::vector<T>& which) noexcept
    {
        which.clear();
        if (which.capacity() > keep_ / sizeof(T))
            std::vector<T>{}.swap(which);
    }

    std::vector<entry> order_;
    packet_queue packets_;
    std::vector<pending_ack> acks_;
    std::vector<unique_function<void()>> commands_;
    std::size_t next_ = 0; // the number of entries taken so far; likewise of acks and commands
    std::size_t next_ack_ = 0;
    std::size_t next_command_ = 0;
    std::size_t keep_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/lane_inbox.ipp>
#endif
