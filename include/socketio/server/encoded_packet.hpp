// A packet that is encoded once and sent to many clients.
#pragma once

#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace socketio {

// The attachments of a packet, copied once. Copies of this object share them.
class packet_attachments {
public:
    packet_attachments() = default;
    packet_attachments(std::span<bytes_view const> from) { copy(from); }
    packet_attachments(std::vector<bytes> const& from) { copy(from); }

    bool empty() const noexcept { return content_ == nullptr; }
    std::size_t size() const noexcept { return views().size(); }
    bytes_view operator[](std::size_t i) const { return views()[i]; }
    auto begin() const noexcept { return views().begin(); }
    auto end() const noexcept { return views().end(); }
    std::span<bytes_view const> views() const noexcept
    {
        return content_ ? std::span<bytes_view const>{content_->views} : std::span<bytes_view const>{};
    }
    std::size_t byte_size() const noexcept { return content_ ? content_->data.size() : 0; }

    // Bytes of memory, including the heap's overhead for each piece.
    std::size_t memory() const noexcept
    {
        constexpr std::size_t piece = 2 * sizeof(void*);
        if (!content_)
            return 0;
        return 3 * piece + sizeof(content) + 2 * sizeof(void*) + content_->data.capacity() +
               content_->views.capacity() * sizeof(bytes_view);
    }

private:
    struct content {
        bytes data; // all attachments, one behind the other
        std::vector<bytes_view> views;
    };

    template <class Parts>
    void copy(Parts const& from)
    {
        if (from.empty())
            return;
        auto const made = std::make_shared<content>();
        std::size_t size = 0;
        for (auto const& each : from)
            size += each.size();
        made->data.reserve(size);
        made->views.reserve(from.size());
        for (auto const& each : from) {
            std::size_t const start = made->data.size();
            made->data.insert(made->data.end(), each.begin(), each.end());
            made->views.emplace_back(made->data.data() + start, each.size());
        }
        content_ = made;
    }

    std::shared_ptr<content const> content_;
};

// The text of an EVENT in the format of the Socket.IO protocol, revision 5, and its attachments in order; or the one
// message of the server's parser.
struct encoded_packet {
    detail::byte_buffer text;
    packet_attachments attachments{};

    std::size_t size() const noexcept { return text.size() + attachments.byte_size(); }

    // Bytes of memory of a shared_packet, including the heap's overhead for each piece.
    std::size_t memory() const noexcept
    {
        constexpr std::size_t piece = 2 * sizeof(void*);
        return piece + sizeof *this + 2 * sizeof(void*) + piece + text.capacity() + attachments.memory();
    }

    static std::size_t size_of(std::string_view text, std::span<bytes_view const> attachments) noexcept
    {
        std::size_t all = text.size();
        for (bytes_view const each : attachments)
            all += each.size();
        return all;
    }
};

using shared_packet = std::shared_ptr<encoded_packet const>;

namespace detail {

// How a packet is sent.
struct send_flags {
    bool is_volatile = false;
    bool compress = true;
};

inline shared_packet share_packet(std::string_view text, std::span<bytes_view const> attachments)
{
    auto made = std::make_shared<encoded_packet>();
    made->text.reserve(text.size());
    made->text.append(text);
    made->attachments = attachments;
    return made;
}

// The same packet with an additional argument, a string that needs no escapes.
inline shared_packet with_argument(packet_parser const* parser, encoded_packet const& from, std::string_view nsp,
                                   std::string_view plain)
{
    auto made = std::make_shared<encoded_packet>();
    constexpr std::size_t around = 3; // in JSON
    made->text.reserve(from.text.size() + plain.size() + around);
    append_with_argument(parser, made->text, from.text.view(), nsp, plain);
    made->attachments = from.attachments;
    return made;
}

// The same packet with an acknowledgement id.
inline shared_packet with_ack_id(packet_parser const* parser, encoded_packet const& from, std::string_view nsp,
                                 std::uint64_t id)
{
    auto made = std::make_shared<encoded_packet>();
    append_with_ack_id(parser, made->text, from.text.view(), nsp, id);
    made->attachments = from.attachments;
    return made;
}

} // namespace detail
} // namespace socketio
