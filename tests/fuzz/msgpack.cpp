// MessagePack to values: nothing is seen that is not in the input, and what was read is the same again after it was
// written, in the shortest form. As packets they are no others than JSON's.
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/msgpack.hpp>

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/core/value_view.hpp>

#include <memory>
#include <string>
#include <vector>

namespace msgpack_tests {

using namespace fuzz;
using namespace socketio;
using namespace socketio::detail;

namespace {

constexpr std::size_t depth = 128;

struct counts {
    std::size_t nodes = 0;
    std::size_t deepest = 0;
    bool has_nan = false;
};

void look_at(value_view from, std::size_t level, counts& seen)
{
    ++seen.nodes;
    if ((from.is_array() || from.is_object()) && level + 1 > seen.deepest)
        seen.deepest = level + 1;
    if (from.is_string())
        require(check_utf8(from.as_string()) == verdict::whole);
    if (from.type() == value_type::number && from.as_double() != from.as_double())
        seen.has_nan = true;
    std::size_t count = 0;
    for (value_view const each : from.elements()) {
        look_at(each, level + 1, seen);
        ++count;
    }
    require(!from.is_array() || count == from.size());
    count = 0;
    for (auto const member : from.members()) {
        require(check_utf8(member.key) == verdict::whole && from.find(member.key).has_value());
        ++seen.nodes;
        look_at(member.value, level + 1, seen);
        ++count;
    }
    require(!from.is_object() || count == from.size());
}

std::error_code read(std::span<char const> message, value_builder& to, json_limits limits)
{
    to.start(limits);
    return read_msgpack(message, to);
}

std::string packed(value_view from)
{
    byte_buffer to;
    msgpack_writer into{to};
    write_in_form(into, [&](writer& one) { detail::write(one, from); });
    return std::string{to.view()};
}

void check_limits(std::string_view input, counts const& seen)
{
    std::vector<char> const message = copy_of(input);
    value_builder built;
    require(!read(message, built, {.depth = depth, .values = seen.nodes}));
    json_limits const one_less{.depth = depth, .values = seen.nodes - 1};
    require(seen.nodes == 1 || read(message, built, one_less) == error::json_too_large);
    require(seen.deepest == 0 || read(message, built, {.depth = seen.deepest - 1}) == error::json_too_deep);
}

// An event is the same after it was encoded again, and with an id and another argument it is no other.
void check_event(packet_parser const& by, packet const& event)
{
    auto const write = [&](writer& into) { detail::write(into, event.payload); };
    packet_parser::write_data const data{write};
    byte_buffer encoded;
    by.encode(encoded, {packet_type::event, event.nsp, {}}, &data);
    byte_buffer changed;
    by.add_argument(changed, encoded.view(), event.nsp, "last");
    byte_buffer asking;
    by.add_ack_id(asking, changed.view(), event.nsp, 7);
    std::vector<char> message = copy_of(asking.view());
    packet again;
    std::shared_ptr<value_builder> memory;
    require(!by.read(message, false, memory, {.depth = depth}, again));
    require(again.is_event() && again.id == 7u && again.nsp == event.nsp);
    require(again.payload.size() == event.payload.size() + 1);
    require(again.payload[event.payload.size()].as_string() == "last");
    for (std::size_t i = 0; i < event.payload.size() && i < 20; ++i)
        require(again.payload[i].to_json() == event.payload[i].to_json());
}

// The same bytes as a packet: either an error, or one of the protocol's.
void check_packet(std::string_view input)
{
    std::shared_ptr<packet_parser const> const by = msgpack_parser;
    packet_decoder decoder{{.json = {.depth = depth}}, by};
    std::vector<char> message = copy_of(input);
    packet got;
    std::error_code ec;
    require(decoder.binary(message, got, ec) == !ec);
    if (ec)
        return;
    require(got.type <= packet_type::connect_error && got.attachments == 0);
    require(!got.is_event() || (got.payload.is_array() && got.payload.size() != 0));
    require(!got.is_ack() || got.payload.is_array());
    if (got.is_event())
        check_event(*by, got);
}

} // namespace

FUZZ_TARGET(msgpack)
{
    check_packet(input);
    std::vector<char> const message = copy_of(input);
    value_builder built;
    if (std::error_code const why = read(message, built, {.depth = depth})) {
        require(why == error::msgpack_invalid || why == error::json_too_deep);
        return;
    }
    value_view const root = built.root();
    counts seen;
    look_at(root, 0, seen);
    require(seen.nodes == built.size() && seen.deepest <= depth);
    check_limits(input, seen);

    std::string const once = packed(root);
    require(once == packed(root));
    value_builder again;
    require(!read(once, again, {.depth = depth}));
    require(packed(again.root()) == once);
    require(root.to_json() == again.root().to_json());
    require(seen.has_nan || root.to_value() == again.root().to_value());
}

} // namespace msgpack_tests
