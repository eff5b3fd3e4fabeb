// A packet is {type, data, nsp, id}: what may be added to it later, an id or another argument, needs no other encoding.
// The checks are those of class Decoder in socket.io-msgpack-parser/index.js, and for events those of JSON.
#pragma once

#include <socketio/codec/msgpack_parser.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/core/msgpack_reader.hpp>
#include <socketio/core/msgpack_writer.hpp>

#include <string_view>
#include <utility>

namespace socketio::detail {

// The members of a received packet. A key may occur once.
struct msgpack_members {
    value_view type{}, nsp{}, data{}, id{};
    bool has_type = false, has_nsp = false, has_data = false, has_id = false;

    bool take(value_view packet) noexcept
    {
        for (auto const [key, data_of] : packet.members())
            if (!(key == "type" ? once(type, has_type, data_of) : key == "nsp" ? once(nsp, has_nsp, data_of)
                  : key == "data" ? once(data, has_data, data_of) : key != "id" || once(id, has_id, data_of)))
                return false;
        has_data = has_data && !value_builder::is_undefined(data);
        has_id = has_id && !value_builder::is_undefined(id);
        return true;
    }

private:
    static bool once(value_view& into, bool& has, value_view from) noexcept
    {
        into = from;
        return !std::exchange(has, true);
    }
};

class msgpack_packets final : public packet_parser {
public:
    std::string_view name() const noexcept override { return "MessagePack"; }

    void encode(output& to, head const& of, write_data const* data) const override
    {
        msgpack_writer into{to};
        unsigned const members = 2u + (data ? 1 : 0) + (of.id ? 1 : 0);
        to.push_back(static_cast<char>(0x80 | members));
        to.append(type_key);
        to.push_back(static_cast<char>(of.type));
        if (data) {
            to.append(data_key);
            write_in_form(into, *data);
        }
        append_nsp(to, of.nsp);
        if (of.id)
            append_id(to, *of.id);
    }

    std::error_code decode(std::span<char> message, value_builder& to, packet& out) const override
    {
        if (auto const ec = read_msgpack(message, to))
            return ec;
        msgpack_members found;
        if (!to.root().is_object() || !found.take(to.root()))
            return error::packet_invalid_payload;
        std::uint64_t type = 0;
        if (!read_unsigned(found.type, type) || type > static_cast<std::uint64_t>(packet_type::connect_error))
            return error::packet_unknown_type;
        if (!found.nsp.is_string())
            return error::packet_invalid_namespace;
        if (std::uint64_t id = 0; found.has_id) {
            if (!read_unsigned(found.id, id))
                return error::packet_invalid_id;
            out.id = id;
        }
        out.type = static_cast<packet_type>(type);
        out.nsp = found.nsp.as_string();
        out.has_payload = found.has_data;
        out.payload = found.data;
        bool const lacks_reason = out.type == packet_type::connect_error && !out.has_payload;
        return lacks_reason ? make_error_code(error::packet_invalid_payload) : std::error_code{};
    }

    void add_ack_id(output& to, std::string_view event, std::string_view, std::uint64_t id) const override
    {
        to.push_back(static_cast<char>(event.front() + 1)); // one more member
        to.append(event.substr(1));
        append_id(to, id);
    }

    // The array of the arguments gets another size, and the text comes behind its last element.
    void add_argument(output& to, std::string_view event, std::string_view nsp, std::string_view text) const override
    {
        std::size_t const start = 1 + type_key.size() + 1 + data_key.size();
        output behind;
        append_nsp(behind, nsp);
        if (event.front() != static_cast<char>(0x83) || !event.ends_with(behind.view()))
            return packet_parser::add_argument(to, event, nsp, text); // it has an id
        auto const first = static_cast<unsigned char>(event[start]);
        std::size_t const width = first < 0xDC ? 0 : first == 0xDC ? 2 : 4;
        std::uint64_t const size = width == 0 ? first & 0xFu : load_big_endian(event.data() + start + 1, width);
        std::size_t const from = start + 1 + width;
        to.append(event.substr(0, start));
        append_array(to, size + 1);
        to.append(event.substr(from, event.size() - behind.size() - from));
        msgpack_writer{to}.string(text);
        to.append(behind.view());
    }

private:
    static constexpr std::string_view type_key = "\xA4type";
    static constexpr std::string_view data_key = "\xA4" "data";
    static constexpr std::string_view nsp_key = "\xA3nsp";
    static constexpr std::string_view id_key = "\xA2id";

    static void append_nsp(output& to, std::string_view nsp)
    {
        to.append(nsp_key);
        msgpack_writer{to}.string(nsp);
    }
    static void append_id(output& to, std::uint64_t id)
    {
        to.append(id_key);
        msgpack_writer{to}.unsigned_integer(id);
    }
    static void append_array(output& to, std::uint64_t size)
    {
        msgpack_writer into{to};
        into.end_array(into.begin_array(), static_cast<std::size_t>(size));
    }
};

} // namespace socketio::detail

namespace socketio {

SOCKETIO_MSGPACK_DECL msgpack_parser_choice::operator std::shared_ptr<packet_parser const>() const
{
    return std::make_shared<detail::msgpack_packets const>();
}

} // namespace socketio
