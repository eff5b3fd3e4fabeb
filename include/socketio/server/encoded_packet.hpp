// A packet that was encoded once and is sent to many.
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

// The text of an EVENT as it goes over the wire (Socket.IO protocol, revision 5), and its attachments in order.
struct encoded_packet {
    detail::byte_buffer text;
    std::vector<bytes> attachments;

    std::size_t size() const noexcept { return size_of(text.view(), attachments); }

    // Bytes of memory that it takes behind a shared_packet, with what the heap takes for each piece.
    std::size_t memory() const noexcept
    {
        constexpr std::size_t piece = 2 * sizeof(void*);
        std::size_t all = piece + sizeof *this + 2 * sizeof(void*) + piece + text.capacity();
        if (!attachments.empty())
            all += piece + attachments.capacity() * sizeof(bytes);
        for (auto const& each : attachments)
            all += piece + each.capacity();
        return all;
    }

    template <class Attachments>
    static std::size_t size_of(std::string_view text, Attachments const& attachments) noexcept
    {
        std::size_t all = text.size();
        for (auto const& each : attachments)
            all += each.size();
        return all;
    }
};

using shared_packet = std::shared_ptr<encoded_packet const>;

namespace detail {

inline shared_packet share_packet(std::string_view text, std::span<bytes_view const> attachments)
{
    auto made = std::make_shared<encoded_packet>();
    made->text.reserve(text.size());
    made->text.append(text);
    made->attachments.reserve(attachments.size());
    for (bytes_view const each : attachments)
        made->attachments.emplace_back(each.begin(), each.end());
    return made;
}

// The same packet with one more argument, a string that needs no escapes.
inline shared_packet with_argument(encoded_packet const& from, std::string_view plain)
{
    auto made = std::make_shared<encoded_packet>();
    std::string_view const text = from.text.view();
    made->text.reserve(text.size() + plain.size() + 3);
    made->text.append(text.substr(0, text.size() - 1)); // without the array's end
    made->text.append(",\"");
    made->text.append(plain);
    made->text.append("\"]");
    made->attachments = from.attachments;
    return made;
}

// The same packet with an acknowledgement id.
inline shared_packet with_ack_id(encoded_packet const& from, std::string_view nsp, std::uint64_t id)
{
    auto made = std::make_shared<encoded_packet>();
    append_with_ack_id(made->text, from.text.view(), nsp, id);
    made->attachments = from.attachments;
    return made;
}

} // namespace detail
} // namespace socketio
