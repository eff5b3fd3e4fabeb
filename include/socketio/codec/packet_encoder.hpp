// Writes Socket.IO packets (protocol revision 5) directly into the output buffer. Knows neither frames nor Engine.IO.
#pragma once

#include <socketio/codec/packet.hpp>
#include <socketio/codec/packet_parser.hpp>
#include <socketio/core/bytes.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/core/function_ref.hpp>
#include <socketio/core/json_writer.hpp>
#include <socketio/core/spread.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

// Writes one event packet into the buffer and appends its attachments to the list.
using encode_event_ref = function_ref<void(byte_buffer&, std::vector<bytes_view>&)>;

// Writes the arguments of one event or answer: the only part that depends on their types.
using write_arguments_ref = function_ref<void(json_writer&)>;

// Writes <type>[<namespace>,][<id>]; the JSON follows. Returns the position of the packet.
SOCKETIO_DECL std::size_t begin_packet(byte_buffer& to, packet_type type, std::string_view nsp,
                                       std::optional<std::uint64_t> id);
// The number of attachments is known only at the end: the function then changes the type and inserts the number.
// Packets without attachments, nearly all, pay nothing for it.
SOCKETIO_DECL void end_packet(byte_buffer& to, std::size_t start, std::size_t attachments);

// The functions below encode with a parser, or as JSON without one.

// Writes an EVENT. Binary arguments of JSON are not copied: `attachments` points at them. A text that is not empty
// becomes the last argument.
SOCKETIO_DECL void encode_event_with(packet_parser const* by, byte_buffer& to, std::vector<bytes_view>& attachments,
                                     std::string_view nsp, std::optional<std::uint64_t> id, std::string_view event,
                                     write_arguments_ref arguments, std::string_view last = {});
template <class... Args>
void encode_event(packet_parser const* by, byte_buffer& to, std::vector<bytes_view>& attachments, std::string_view nsp,
                  std::optional<std::uint64_t> id, std::string_view event, Args const&... arguments)
{
    encode_event_with(by, to, attachments, nsp, id, event,
                      [&](json_writer& json) { (write_argument(json, arguments), ...); });
}

// Writes an ACK, the answer to the event with this id.
SOCKETIO_DECL void encode_ack_with(packet_parser const* by, byte_buffer& to, std::vector<bytes_view>& attachments,
                                   std::string_view nsp, std::uint64_t id, write_arguments_ref arguments);
template <class... Args>
void encode_ack(packet_parser const* by, byte_buffer& to, std::vector<bytes_view>& attachments, std::string_view nsp,
                std::uint64_t id, Args const&... arguments)
{
    encode_ack_with(by, to, attachments, nsp, id, [&](json_writer& json) { (write_argument(json, arguments), ...); });
}

// Appends an encoded EVENT of this namespace and inserts an ack id, which it must not have yet. Throws what the
// program's parser throws.
SOCKETIO_DECL void append_with_ack_id(packet_parser const* by, byte_buffer& to, std::string_view packet,
                                      std::string_view nsp, std::uint64_t id);
// The same with an additional argument, a text that needs no escapes.
SOCKETIO_DECL void append_with_argument(packet_parser const* by, byte_buffer& to, std::string_view packet,
                                        std::string_view nsp, std::string_view plain);

// Writes CONNECT, DISCONNECT or CONNECT_ERROR. A null `payload` stands for "no payload". An exception of the program's
// parser is the result: nobody calls this who could take it. Lack of memory is thrown.
[[nodiscard]] SOCKETIO_DECL std::error_code encode_control(packet_parser const* by, byte_buffer& to, packet_type type,
                                                           std::string_view nsp, value const* payload);

// The event's name in an encoded packet, for error messages.
SOCKETIO_DECL std::string name_of_encoded(packet_parser const* by, std::string_view packet);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/codec/impl/packet_encoder.ipp>
#endif
