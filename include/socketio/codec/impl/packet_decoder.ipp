// The head of a packet is read here, its payload by the JSON reader. The checks are those of decodeString() in
// the reference's socket.io-parser/lib/index.ts.
#pragma once

#include <socketio/codec/packet_decoder.hpp>

#include <charconv>

namespace socketio::detail {

// Removes decimal digits from the front of `text`. Returns false if the number does not fit.
inline bool take_number(std::string_view& text, std::uint64_t& number) noexcept
{
    auto const read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{})
        return false;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    return true;
}

inline bool starts_with_digit(std::string_view text) noexcept
{
    return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

inline bool has_attachments(packet_type type) noexcept
{
    return type == packet_type::binary_event || type == packet_type::binary_ack;
}

inline std::error_code take_attachments(std::string_view& rest, std::size_t limit, packet& out) noexcept
{
    std::uint64_t count = 0;
    if (!starts_with_digit(rest) || !take_number(rest, count) || rest.empty() || rest.front() != '-' || count == 0)
        return error::packet_illegal_attachments;
    if (count > limit)
        return error::packet_too_many_attachments;
    rest.remove_prefix(1);
    out.attachments = static_cast<std::size_t>(count);
    return {};
}

// At the end of the text, the comma behind a namespace may be missing: "40/admin" is valid.
inline void take_namespace(std::string_view& rest, packet& out) noexcept
{
    if (rest.empty() || rest.front() != '/')
        return;
    std::size_t const comma = rest.find(',');
    out.nsp = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
}

SOCKETIO_DECL std::error_code packet_decoder::read_head(std::string_view message, packet& out,
                                                        std::size_t& head_size) const
{
    out = packet{};
    if (message.empty() || message.front() < '0' || message.front() > '6')
        return error::packet_unknown_type;
    out.type = static_cast<packet_type>(message.front() - '0');
    std::string_view rest = message.substr(1);
    if (has_attachments(out.type))
        if (auto const ec = take_attachments(rest, limits_.attachments, out))
            return ec;
    take_namespace(rest, out);
    if (starts_with_digit(rest)) {
        std::uint64_t id = 0;
        if (!take_number(rest, id))
            return error::packet_invalid_id;
        out.id = id;
    }
    head_size = message.size() - rest.size();
    return {};
}

SOCKETIO_DECL std::error_code packet_decoder::read_payload(std::span<char> json, packet& out)
{
    if (!json.empty()) {
        if (auto const ec = json_.parse(json, limits_.json, has_attachments(out.type)))
            return ec == error::json_invalid ? make_error_code(error::packet_invalid_payload) : ec;
        out.has_payload = true;
        out.payload = json_.root();
    }
    return is_valid_payload(out) ? std::error_code{} : make_error_code(error::packet_invalid_payload);
}

SOCKETIO_DECL bool packet_decoder::text(std::span<char> message, packet& out, std::error_code& ec)
{
    if (parser_)
        return whole(message, true, out, ec);
    if (missing_ != 0) {
        ec = error::packet_unexpected_text;
        return false;
    }
    std::size_t head_size = 0;
    ec = read_head({message.data(), message.size()}, out, head_size);
    if (ec)
        return false;
    if (out.attachments != 0) {
        ec = await_attachments(message, head_size, out);
        return false;
    }
    ec = read_payload(message.subspan(head_size), out);
    return !ec;
}

SOCKETIO_NOINLINE SOCKETIO_DECL std::error_code
packet_decoder::await_attachments(std::span<char> message, std::size_t head_size, packet& out)
{
    if (message.size() > limits_.size)
        return error::message_too_large;
    room_ = limits_.size - message.size();
    text_.clear();
    text_.append(message.data(), message.size());
    // The views of the head must point into the copy, which outlives this message.
    if (auto const ec = read_head(text_.view(), out, head_size))
        return ec;
    if (auto const ec = read_payload({text_.data() + head_size, text_.size() - head_size}, out))
        return ec;
    pending_ = out;
    missing_ = out.attachments;
    if (received_.size() < missing_)
        received_.resize(missing_);
    return {};
}

SOCKETIO_DECL bool packet_decoder::binary(std::span<char> message, packet& out, std::error_code& ec)
{
    if (parser_)
        return whole(message, false, out, ec);
    ec.clear();
    if (missing_ == 0) {
        ec = error::packet_unexpected_binary;
        return false;
    }
    if (message.size() > room_) {
        ec = error::message_too_large;
        return false;
    }
    room_ -= message.size();
    std::size_t const index = pending_.attachments - missing_;
    if (--missing_ != 0) {
        received_[index].clear();
        received_[index].append(message.data(), message.size());
        return false;
    }
    attachments_.clear();
    for (std::size_t i = 0; i != index; ++i)
        attachments_.push_back(as_bytes(received_[i].view()));
    // The last attachment, most often the only one, is used without a copy.
    attachments_.push_back(as_bytes({message.data(), message.size()}));
    ec = json_.attach(attachments_, limits_.size);
    out = pending_;
    return !ec;
}

SOCKETIO_NOINLINE SOCKETIO_DECL bool packet_decoder::whole(std::span<char> message, bool is_text, packet& out,
                                                           std::error_code& ec)
{
    ec = parser_->read(message, is_text, memory_, limits_.json, out);
    return !ec;
}

SOCKETIO_DECL void packet_decoder::reset() noexcept
{
    missing_ = 0;
    text_.clear();
}

SOCKETIO_DECL void packet_decoder::shrink(std::size_t keep)
{
    if (missing_ != 0)
        return;
    text_.clear();
    text_.shrink(keep);
    for (auto& each : received_) {
        each.clear();
        each.shrink(keep);
    }
    json_.shrink(keep);
    if (memory_)
        parser_->shrink(*memory_, keep);
}

SOCKETIO_DECL void packet_decoder::shrink_after(std::size_t size, packet const& last, std::size_t keep)
{
    constexpr std::size_t nodes = 16; // bytes on the tape for a byte of the message, at most
    if (size > keep / nodes || last.attachments != 0)
        shrink(keep);
}

} // namespace socketio::detail
