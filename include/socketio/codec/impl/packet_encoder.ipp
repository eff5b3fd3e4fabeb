#pragma once

#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/error.hpp>

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

// The payload of an EVENT, and of an ACK.
SOCKETIO_ALWAYS_INLINE void write_event(json_writer& to, std::string_view event, write_arguments_ref arguments,
                                        std::string_view last)
{
    to.begin_array();
    to.string(event);
    arguments(to);
    if (!last.empty())
        to.string(last);
    to.end_array();
}

SOCKETIO_DECL void write_answer(json_writer& to, write_arguments_ref arguments)
{
    to.begin_array();
    arguments(to);
    to.end_array();
}

// These are apart from the code of JSON's messages.
// Long-polling separates packets with this byte, so that a text of a peer could otherwise forge one.
inline void check_text(packet_parser const& by, std::string_view encoded)
{
    if (by.is_text() && encoded.find('\x1e') != std::string_view::npos)
        throw_misuse("socketio::packet_parser: an encoded text must not contain the byte 0x1E");
}

SOCKETIO_NOINLINE SOCKETIO_DECL void encode_other(packet_parser const& by, byte_buffer& to,
                                                  packet_parser::head const& head, packet_parser::write_data data)
{
    std::size_t const start = to.size();
    by.encode(to, head, &data);
    check_text(by, to.view().substr(start));
}

SOCKETIO_NOINLINE SOCKETIO_DECL void encode_other_event(packet_parser const& by, byte_buffer& to,
                                                        packet_parser::head const& head, std::string_view event,
                                                        write_arguments_ref arguments, std::string_view last)
{
    encode_other(by, to, head, [&](writer& into) { write_event(into, event, arguments, last); });
}

SOCKETIO_FLATTEN SOCKETIO_DECL void encode_event_with(packet_parser const* by, byte_buffer& to,
                                                      std::vector<bytes_view>& attachments, std::string_view nsp,
                                                      std::optional<std::uint64_t> id, std::string_view event,
                                                      write_arguments_ref arguments, std::string_view last)
{
    if (by)
        return encode_other_event(*by, to, {packet_type::event, nsp, id}, event, arguments, last);
    std::size_t const start = begin_packet(to, packet_type::event, nsp, id);
    json_writer json{to, &attachments};
    write_event(json, event, arguments, last);
    end_packet(to, start, attachments.size());
}

SOCKETIO_DECL void encode_ack_with(packet_parser const* by, byte_buffer& to, std::vector<bytes_view>& attachments,
                                   std::string_view nsp, std::uint64_t id, write_arguments_ref arguments)
{
    if (by)
        return encode_other(*by, to, {packet_type::ack, nsp, id},
                            [&](writer& into) { write_answer(into, arguments); });
    std::size_t const start = begin_packet(to, packet_type::ack, nsp, id);
    json_writer json{to, &attachments};
    write_answer(json, arguments);
    end_packet(to, start, attachments.size());
}

SOCKETIO_DECL void append_with_ack_id(packet_parser const* by, byte_buffer& to, std::string_view packet,
                                      std::string_view nsp, std::uint64_t id)
{
    if (by)
        return by->add_ack_id(to, packet, nsp, id);
    std::size_t head = 1;
    if (packet.front() != '2') // binary: the number of attachments comes first
        head = packet.find('-') + 1;
    if (!is_root(nsp))
        head += nsp.size() + 1;
    to.append(packet.substr(0, head));
    append_number(to, id);
    to.append(packet.substr(head));
}

SOCKETIO_DECL void append_with_argument(packet_parser const* by, byte_buffer& to, std::string_view packet,
                                        std::string_view nsp, std::string_view plain)
{
    if (by)
        return by->add_argument(to, packet, nsp, plain);
    to.append(packet.substr(0, packet.size() - 1)); // without the final bracket of the array
    to.append(",\"");
    to.append(plain);
    to.append("\"]");
}

SOCKETIO_DECL std::error_code encode_control(packet_parser const* by, byte_buffer& to, packet_type type,
                                             std::string_view nsp, value const* payload)
{
    auto const write_payload = [payload](writer& into) { write(into, *payload); };
    if (by) {
        packet_parser::write_data const data{write_payload};
        return run_parser([&] {
            std::size_t const start = to.size();
            by->encode(to, {type, nsp, std::nullopt}, payload ? &data : nullptr);
            check_text(*by, to.view().substr(start));
        });
    }
    begin_packet(to, type, nsp, std::nullopt);
    if (payload) {
        json_writer json{to};
        write_payload(json);
    }
    return {};
}

// The name in an encoded packet of JSON.
inline std::string_view name_in_text(std::string_view text) noexcept
{
    auto const from = text.find("[\"");
    if (from == std::string_view::npos)
        return {};
    std::string_view const name = text.substr(from + 2);
    return name.substr(0, name.find('"'));
}

SOCKETIO_DECL std::string name_of_encoded(packet_parser const* by, std::string_view packet)
{
    return by ? by->event_of(packet) : std::string{name_in_text(packet)};
}

} // namespace socketio::detail
