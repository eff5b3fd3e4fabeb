// Writes the packets of all namespaces of one manager into its connection, while there is one that is open.
// It knows no namespace. On the strand only.
#pragma once

#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/bytes.hpp>
#include <socketio/net/engine_channel.hpp>
#include <socketio/net/lane.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace socketio::detail {

class packet_writer {
public:
    // `binary`: packets are binary messages.
    explicit packet_writer(lane& on, bool binary = false) noexcept : lane_{on}, binary_{binary} {}
    packet_writer(packet_writer const&) = delete;
    packet_writer& operator=(packet_writer const&) = delete;

    // The connection is open; it belongs to the manager. Call close() before its destruction.
    void open(engine_channel& link) noexcept { link_ = &link; }
    void close() noexcept { link_ = nullptr; }
    bool is_open() const noexcept { return link_ != nullptr; }

    // It is open, and its heartbeat has not expired.
    bool can_write();
    // The operating system has accepted all written data.
    bool is_writable() { return link_ && link_->is_writable(); }
    // Bytes that it has not accepted.
    std::size_t unsent() const noexcept { return link_ ? link_->unsent() : 0; }
    // The server reads too slowly for a socket with this limit: the socket keeps its packets, see held_back().
    bool holds_back(std::size_t most_unsent) noexcept;
    // A connected socket keeps its packets.
    bool& held_back() noexcept { return held_back_; }
    // Bytes of answers that the operating system has not accepted.
    std::size_t unread_answers() const noexcept { return link_ ? link_->unread_answers() : 0; }
    std::uint64_t packets() const noexcept { return packets_; }

    // Returns false if there is no connection, or if the packet exceeds the server's limit. If it throws, no
    // part is written.
    bool write(std::string_view text, std::span<bytes_view const> attachments, bool compress = true);
    bool write_answer(std::string_view text, std::span<bytes_view const> attachments);

    // A packet that user code writes into the output of an open connection. It is removed unless end() is called.
    class message {
    public:
        message(packet_writer& by, bool compress);
        message(message const&) = delete;
        message& operator=(message const&) = delete;
        ~message();

        std::span<bytes_view const> encode(encode_event_ref encode);
        // The server takes messages of that size.
        bool fits() const;
        void end();

    private:
        packet_writer& by_;
        engine_channel& link_;
        engine_channel::message const at_;
        bool ended_ = false;
    };
    // A packet that is encoded here, since it cannot be written in place; valid until the next one.
    struct encoded {
        std::string_view text;
        std::span<bytes_view const> attachments;
    };
    encoded encode(encode_event_ref encode);

private:
    bool fits(std::string_view text, std::span<bytes_view const> attachments) const noexcept
    {
        return link_ && (binary_ ? link_->binary_fits(text.size()) : link_->fits(text.size() + 1, attachments));
    }
    void write_event(encode_event_ref encode, byte_buffer& into);

    lane& lane_;
    bool const binary_;
    engine_channel* link_ = nullptr;
    bool held_back_ = false;
    std::uint64_t packets_ = 0;
    byte_buffer scratch_;
    std::vector<bytes_view> attachments_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/packet_writer.ipp>
#endif
