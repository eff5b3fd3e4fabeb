#pragma once

#include <socketio/codec/packet_encoder.hpp>

#include <charconv>
#include <cstring>

namespace socketio::detail {

inline void append_number(byte_buffer& to, std::uint64_t number)
{
    char* const at = to.prepare(20);
    auto const written = std::to_chars(at, at + 20, number);
    to.commit(static_cast<std::size_t>(written.ptr - at));
}

SOCKETIO_DECL std::size_t begin_packet(byte_buffer& to, packet_type type, std::string_view nsp,
                                       std::optional<std::uint64_t> id)
{
    std::size_t const start = to.size();
    to.push_back(static_cast<char>('0' + static_cast<int>(type)));
    if (!is_root(nsp)) {
        to.append(nsp);
        to.push_back(',');
    }
    if (id)
        append_number(to, *id);
    return start;
}

SOCKETIO_DECL void end_packet(byte_buffer& to, std::size_t start, std::size_t attachments)
{
    if (attachments == 0)
        return;
    char digits[24];
    auto written = std::to_chars(digits, digits + sizeof digits, attachments).ptr;
    *written++ = '-';
    auto const extra = static_cast<std::size_t>(written - digits);
    std::size_t const rest = to.size() - start - 1;
    to.prepare(extra);
    char* const type = to.data() + start;
    std::memmove(type + 1 + extra, type + 1, rest);
    std::memcpy(type + 1, digits, extra);
    to.commit(extra);
    *type = *type == '2' ? '5' : '6';
}

SOCKETIO_DECL void encode_event_with(byte_buffer& to, std::vector<bytes_view>& attachments, std::string_view nsp,
                                     std::optional<std::uint64_t> id, std::string_view event,
                                     write_arguments_ref arguments, std::string_view last)
{
    std::size_t const start = begin_packet(to, packet_type::event, nsp, id);
    json_writer json{to, &attachments};
    json.begin_array();
    json.string(event);
    arguments(json);
    if (!last.empty())
        json.string(last);
    json.end_array();
    end_packet(to, start, attachments.size());
}

SOCKETIO_DECL void encode_ack_with(byte_buffer& to, std::vector<bytes_view>& attachments, std::string_view nsp,
                                   std::uint64_t id, write_arguments_ref arguments)
{
    std::size_t const start = begin_packet(to, packet_type::ack, nsp, id);
    json_writer json{to, &attachments};
    json.begin_array();
    arguments(json);
    json.end_array();
    end_packet(to, start, attachments.size());
}

SOCKETIO_DECL void append_with_ack_id(byte_buffer& to, std::string_view packet, std::string_view nsp, std::uint64_t id)
{
    std::size_t head = 1;
    if (packet.front() != '2') // binary: the number of attachments comes first
        head = packet.find('-') + 1;
    if (!is_root(nsp))
        head += nsp.size() + 1;
    to.append(packet.substr(0, head));
    append_number(to, id);
    to.append(packet.substr(head));
}

SOCKETIO_DECL void encode_control(byte_buffer& to, packet_type type, std::string_view nsp, value const* payload)
{
    begin_packet(to, type, nsp, std::nullopt);
    if (payload) {
        json_writer json{to};
        write(json, *payload);
    }
}

} // namespace socketio::detail
