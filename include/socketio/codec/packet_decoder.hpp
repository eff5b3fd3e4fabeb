// Reads Socket.IO packets (protocol revision 5) from messages, attachments included. Every error ends the
// connection with "parse error", because the reference throws: class Decoder in socket.io-parser/lib/index.ts.
#pragma once

#include <socketio/codec/packet.hpp>
#include <socketio/codec/packet_parser.hpp>
#include <socketio/core/bytes.hpp>
#include <socketio/core/error.hpp>

#include <memory>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::detail {

class packet_decoder {
public:
    // Without a parser packets are JSON.
    explicit packet_decoder(packet_limits limits = {}, std::shared_ptr<packet_parser const> parser = nullptr)
        : limits_{limits}, parser_{std::move(parser)}
    {
    }
    packet_parser const* parser() const noexcept { return parser_.get(); }

    // Takes a text message (without the Engine.IO type). True: `out` is a complete packet, which points into
    // `message` and into this decoder until the next call. False without an error: attachments are missing.
    bool text(std::span<char> message, packet& out, std::error_code& ec);

    // Takes a binary message, which is the next attachment, or a packet of a parser with binary messages.
    bool binary(std::span<char> message, packet& out, std::error_code& ec);

    // Drops an incomplete packet, for example when its connection is lost.
    void reset() noexcept;

    // Releases memory that a large packet left behind: of each buffer with more than `keep` bytes.
    void shrink(std::size_t keep);
    // The same if the last message, of `size` bytes, may have left so much.
    void shrink_after(std::size_t size, packet const& last, std::size_t keep);

private:
    std::error_code read_head(std::string_view message, packet& out, std::size_t& head_size) const;
    std::error_code read_payload(std::span<char> json, packet& out);
    std::error_code await_attachments(std::span<char> message, std::size_t head_size, packet& out);

    bool whole(std::span<char> message, bool is_text, packet& out, std::error_code& ec);

    packet_limits limits_;
    std::shared_ptr<packet_parser const> parser_; // null: JSON
    json_document json_;
    packet pending_;
    std::size_t missing_ = 0;            // attachments that have not arrived yet
    std::uint64_t room_ = 0;             // bytes that they may have
    byte_buffer text_;                   // the text of a packet with missing attachments
    std::vector<byte_buffer> received_;  // its attachments so far; the buffers stay for the next packet
    std::vector<bytes_view> attachments_;
    std::shared_ptr<value_builder> memory_; // of the parser's packets
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/codec/impl/packet_decoder.ipp>
#endif
