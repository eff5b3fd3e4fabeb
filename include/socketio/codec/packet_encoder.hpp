// Writes Socket.IO packets (protocol revision 5) straight into the buffer they leave from.
// Knows neither frames nor Engine.IO.
#pragma once

#include <socketio/codec/packet.hpp>
#include <socketio/core/bytes.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/core/function_ref.hpp>
#include <socketio/core/json_writer.hpp>
#include <socketio/core/spread.hpp>

#include <charconv>
#include <cstring>
#include <vector>

namespace socketio::detail {

inline void append_number(byte_buffer& to, std::uint64_t number)
{
    char* const at = to.prepare(20);
    auto const written = std::to_chars(at, at + 20, number);
    to.commit(static_cast<std::size_t>(written.ptr - at));
}

// <type>[<namespace>,][<id>]; the JSON follows. Returns where the packet starts.
inline std::size_t begin_packet(byte_buffer& to, packet_type type, std::string_view nsp, std::optional<std::uint64_t> id)
{
    std::size_t const start = to.size();
    to.push_back(static_cast<char>('0' + static_cast<int>(type)));
    if (nsp != "/") {
        to.append(nsp);
        to.push_back(',');
    }
    if (id)
        append_number(to, *id);
    return start;
}

// Only now is it known whether the packet has attachments: then its type changes and their
// number is inserted. Packets without attachments, nearly all, pay nothing for it.
inline void end_packet(byte_buffer& to, std::size_t start, std::size_t attachments)
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

// User code that writes one event packet into the buffer, and adds the attachments that it finds.
using encode_event_ref = function_ref<void(byte_buffer&, std::vector<bytes_view>&)>;

// An EVENT. Binary arguments are not copied: `attachments` looks at them.
template <class... Args>
void encode_event(byte_buffer& to, std::vector<bytes_view>& attachments, std::string_view nsp,
                  std::optional<std::uint64_t> id, std::string_view event, Args const&... arguments)
{
    std::size_t const start = begin_packet(to, packet_type::event, nsp, id);
    json_writer json{to, &attachments};
    json.begin_array();
    json.string(event);
    (write_argument(json, arguments), ...);
    json.end_array();
    end_packet(to, start, attachments.size());
}

// An ACK, the answer to the event with this id.
template <class... Args>
void encode_ack(byte_buffer& to, std::vector<bytes_view>& attachments, std::string_view nsp, std::uint64_t id,
                Args const&... arguments)
{
    std::size_t const start = begin_packet(to, packet_type::ack, nsp, id);
    json_writer json{to, &attachments};
    json.begin_array();
    (write_argument(json, arguments), ...);
    json.end_array();
    end_packet(to, start, attachments.size());
}

// An encoded EVENT of this namespace that has no ack id, with one.
inline void append_with_ack_id(byte_buffer& to, std::string_view packet, std::string_view nsp, std::uint64_t id)
{
    std::size_t head = 1;
    if (packet.front() != '2') // binary: the attachments' number comes first
        head = packet.find('-') + 1;
    if (nsp != "/")
        head += nsp.size() + 1;
    to.append(packet.substr(0, head));
    append_number(to, id);
    to.append(packet.substr(head));
}

// CONNECT, DISCONNECT and CONNECT_ERROR; `payload` may be null for "none".
inline void encode_control(byte_buffer& to, packet_type type, std::string_view nsp, value const* payload)
{
    begin_packet(to, type, nsp, std::nullopt);
    if (payload) {
        json_writer json{to};
        write(json, *payload);
    }
}

} // namespace socketio::detail
