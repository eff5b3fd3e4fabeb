// Reads Socket.IO packets (protocol revision 5) out of messages, attachments included.
// Every error ends the connection with "parse error" (SEMANTICS: the reference's parser throws).
#pragma once

#include <socketio/codec/packet.hpp>
#include <socketio/core/bytes.hpp>
#include <socketio/core/error.hpp>

#include <span>
#include <system_error>
#include <vector>

namespace socketio::detail {

class packet_decoder {
public:
    explicit packet_decoder(packet_limits limits = {}) : limits_{limits} {}

    // A text message (without the Engine.IO type). True: `out` is a whole packet, which looks into
    // `message` and into this decoder until the next call. False without error: attachments are to come.
    bool text(std::span<char> message, packet& out, std::error_code& ec);

    // A binary message: the next attachment.
    bool binary(std::span<char> message, packet& out, std::error_code& ec);

    // Forgets a packet that is half read, as when its connection is gone.
    void reset() noexcept;

    // Gives memory back that one large packet left behind.
    void shrink(std::size_t keep);

private:
    std::error_code read_head(std::string_view message, packet& out, std::size_t& head_size) const;
    std::error_code read_payload(std::span<char> json, packet& out);
    std::error_code await_attachments(std::span<char> message, std::size_t head_size, packet& out);

    packet_limits limits_;
    json_document json_;
    packet pending_;
    std::size_t missing_ = 0;            // attachments still to come
    std::uint64_t room_ = 0;             // bytes that they may have
    byte_buffer text_;                   // the text of a packet whose attachments are still to come
    std::vector<byte_buffer> received_;  // its attachments so far; kept for the next such packet
    std::vector<bytes_view> attachments_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/codec/impl/packet_decoder.ipp>
#endif
