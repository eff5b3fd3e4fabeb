// The checks that every parser's packets undergo, and changes of encoded packets for parsers without their own.
#pragma once

#include <socketio/codec/packet_parser.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/utf8.hpp>

#include <memory>
#include <new>
#include <string>
#include <system_error>

namespace socketio {
namespace detail {

inline bool is_event_payload(value_view payload) noexcept
{
    if (!payload.is_array() || payload.size() == 0)
        return false;
    value_view const name = payload[std::size_t{0}];
    return name.is_number() || (name.is_string() && !is_reserved_event(name.as_string()));
}

SOCKETIO_DECL bool is_valid_payload(packet const& p) noexcept
{
    switch (p.type) {
    case packet_type::connect: return !p.has_payload || p.payload.is_object();
    case packet_type::disconnect: return !p.has_payload;
    case packet_type::connect_error: return !p.has_payload || p.payload.is_string() || p.payload.is_object();
    case packet_type::event:
    case packet_type::binary_event: return p.has_payload && is_event_payload(p.payload);
    case packet_type::ack:
    case packet_type::binary_ack: return p.has_payload && p.payload.is_array();
    }
    return false;
}

// The parts of a packet around its payload may be values, too.
inline json_limits limits_of_whole(json_limits of) noexcept
{
    constexpr std::size_t around = 32;
    constexpr auto most = static_cast<std::size_t>(-1) - around;
    return {.depth = (of.depth < max_json_depth ? of.depth : max_json_depth) + 1,
        .values = (of.values < most ? of.values : most) + around};
}

#if SOCKETIO_HAS_EXCEPTIONS
SOCKETIO_DECL std::error_code code_of_parser_exception() noexcept
{
    try {
        throw;
    } catch (std::bad_alloc const&) { // for a size in the message, perhaps
        return make_error_code(std::errc::not_enough_memory);
    } catch (std::system_error const& thrown) {
        return thrown.code() ? thrown.code() : make_error_code(error::packet_parser_failed);
    } catch (...) {
        return error::packet_parser_failed;
    }
}
#endif

// A message of a peer must not end the loop of a program, whatever its parser makes of it.
inline std::error_code decode_safely(packet_parser const& by, std::span<char> message, value_builder& to, packet& out)
{
#if SOCKETIO_HAS_EXCEPTIONS
    try {
        return by.decode(message, to, out);
    } catch (...) {
        return code_of_parser_exception();
    }
#else
    return by.decode(message, to, out);
#endif
}

} // namespace detail

SOCKETIO_DECL std::error_code packet_parser::read(std::span<char> message, bool is_text,
                                                  std::shared_ptr<value_builder>& memory, detail::json_limits limits,
                                                  packet& out) const
{
    out = packet{};
    if (is_text != this->is_text())
        return error::packet_other_parser;
    if (!memory)
        memory = std::make_shared<value_builder>();
    memory->start(detail::limits_of_whole(limits));
    if (auto const ec = detail::decode_safely(*this, message, *memory, out))
        return ec;
    if (memory->error())
        return memory->error();
    if (!detail::is_utf8(out.nsp))
        return error::packet_invalid_namespace;
    out.attachments = 0;
    if (out.type > packet_type::connect_error)
        return error::packet_unknown_type;
    return detail::is_valid_payload(out) ? std::error_code{} : make_error_code(error::packet_invalid_payload);
}

SOCKETIO_DECL void packet_parser::shrink(value_builder& memory, std::size_t keep) const { memory.shrink(keep); }

// `how` sees an event of this side, decoded.
SOCKETIO_DECL void packet_parser::change(std::string_view event, detail::function_ref<void(packet&)> how) const
{
    std::string copy{event};
    std::shared_ptr<value_builder> memory;
    packet sent;
    if (read(copy, is_text(), memory, {.depth = max_json_depth}, sent))
        detail::throw_misuse("socketio::packet_parser: cannot read what it has written");
    how(sent);
}

SOCKETIO_DECL void packet_parser::add_ack_id(output& to, std::string_view event, std::string_view,
                                             std::uint64_t id) const
{
    change(event, [&](packet& sent) {
        auto const write = [&](writer& into) { detail::write(into, sent.payload); };
        write_data const data{write};
        encode(to, {sent.type, sent.nsp, id}, &data);
    });
}

SOCKETIO_DECL void packet_parser::add_argument(output& to, std::string_view event, std::string_view,
                                               std::string_view text) const
{
    change(event, [&](packet& sent) {
        auto const write = [&](writer& into) {
            into.begin_array();
            for (value_view const each : sent.payload.elements())
                detail::write(into, each);
            into.string(text);
            into.end_array();
        };
        write_data const data{write};
        encode(to, {sent.type, sent.nsp, sent.id}, &data);
    });
}

SOCKETIO_DECL std::string packet_parser::event_of(std::string_view packet) const
{
    std::string copy{packet};
    std::shared_ptr<value_builder> memory;
    socketio::packet sent;
    if (read(copy, is_text(), memory, {.depth = max_json_depth}, sent)) // the name is only for an error's message
        return {};
    return std::string{sent.payload[std::size_t{0}].as_string()};
}

} // namespace socketio
