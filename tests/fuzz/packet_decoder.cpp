// Socket.IO packets out of a sequence of text and binary messages: bounded, looking at nothing but their
// messages, the same again when written, and no trace left by what was broken off.
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/session/owned_events.hpp>

#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace packet_decoder_tests {

using namespace fuzz;
using namespace socketio;
using namespace socketio::detail;

namespace {

// The messages of one packet so far, which stay where they are.
struct messages {
    std::list<std::vector<char>> all;
    std::list<std::string> as_sent;

    std::vector<char>& add(std::string_view sent)
    {
        as_sent.emplace_back(sent);
        return all.emplace_back(copy_of(sent));
    }
    void clear()
    {
        all.clear();
        as_sent.clear();
    }
};

// Binary data anywhere in it is one of the attachments.
void check_binary(value_view from, messages const& sent)
{
    if (from.is_binary()) {
        bool found = false;
        for (auto const& each : sent.as_sent)
            found = found || (&each != &sent.as_sent.front() && each == as_text(from.as_binary()));
        require(found);
    }
    for (value_view const each : from.elements())
        check_binary(each, sent);
    for (auto const member : from.members())
        check_binary(member.value, sent);
}

void check_payload(packet const& p)
{
    switch (p.type) {
    case packet_type::connect: require(!p.has_payload || p.payload.is_object()); break;
    case packet_type::disconnect: require(!p.has_payload); break;
    case packet_type::connect_error: require(!p.has_payload || p.payload.is_object() || p.payload.is_string()); break;
    case packet_type::event:
    case packet_type::binary_event:
        require(p.payload.is_array() && p.payload.size() != 0);
        require(!is_reserved_event(p.payload[std::size_t{0}].as_string()));
        break;
    case packet_type::ack:
    case packet_type::binary_ack: require(p.payload.is_array()); break;
    }
}

std::string text_of(value_view payload, std::vector<bytes_view>& attachments)
{
    byte_buffer text;
    json_writer writer{text, &attachments};
    writer.keep_infinity();
    write(writer, payload);
    return std::string{text.view()};
}

// Written again and read again it says the same.
void check_round_trip(packet const& p)
{
    std::vector<bytes_view> attachments;
    byte_buffer text;
    std::size_t const start = begin_packet(text, p.is_ack() ? packet_type::ack : p.is_event() ? packet_type::event : p.type, p.nsp, p.id);
    if (p.has_payload)
        text.append(text_of(p.payload, attachments));
    end_packet(text, start, attachments.size());

    packet_decoder reader{{attachments.size(), {}}};
    std::vector<char> message = copy_of(text.view());
    std::list<std::vector<char>> binaries;
    packet again;
    std::error_code ec;
    bool whole = reader.text(message, again, ec);
    for (bytes_view const each : attachments) {
        require(!whole && !ec);
        whole = reader.binary(binaries.emplace_back(copy_of(as_text(each))), again, ec);
    }
    require(whole && !ec);
    require(again.nsp == p.nsp && again.id == p.id && again.has_payload == p.has_payload);
    require(again.is_event() == p.is_event() && again.is_ack() == p.is_ack());
    require(again.payload.to_value() == p.payload.to_value());
}

void check_kept(packet const& p)
{
    if (!p.is_event())
        return;
    owned_events events;
    events.push(p);
    require(events.byte_size() != 0);
    owned_event kept = events.pop();
    require(events.empty() && events.byte_size() == 0 && kept.id() == p.id);
    std::vector<bytes_view> before;
    std::vector<bytes_view> after;
    require(text_of(kept.payload(), after) == text_of(p.payload, before));
    require(after.size() == before.size());
    for (std::size_t i = 0; i != after.size(); ++i)
        require(as_text(after[i]) == as_text(before[i]));
}

struct session {
    packet_limits limits;
    packet_decoder decoder{limits};
    messages sent{};
    std::size_t missing = 0;

    void take(bool binary, std::string_view text)
    {
        if (missing == 0)
            sent.clear();
        bool const expected = binary == (missing != 0);
        packet p;
        std::error_code ec;
        std::vector<char>& message = sent.add(text);
        bool const whole = binary ? decoder.binary(message, p, ec) : decoder.text(message, p, ec);
        require(!whole || !ec);
        require(expected || ec == (binary ? error::packet_unexpected_binary : error::packet_unexpected_text));
        if (ec)
            return give_up();
        if (binary)
            require(whole == (--missing == 0));
        else if (!whole)
            missing = p.attachments;
        require(missing <= limits.attachments);
        if (whole)
            check(p);
    }

    // The connection is gone; the decoder serves the next one.
    void give_up()
    {
        decoder.reset();
        decoder.shrink(0);
        missing = 0;
        sent.clear();
        require(works("2[\"still\",1]") && !works("2[\"still\",1"));
        decoder.reset();
    }
    bool works(std::string_view text)
    {
        std::vector<char> message = copy_of(text);
        packet p;
        std::error_code ec;
        return decoder.text(message, p, ec) && !ec && p.is_event() && p.payload.size() == 2;
    }

    void check(packet const& p)
    {
        require(p.attachments == sent.all.size() - 1);
        require((p.attachments != 0) == (p.type == packet_type::binary_event || p.type == packet_type::binary_ack));
        require(p.nsp.starts_with('/') && p.nsp.find(',') == std::string_view::npos);
        check_payload(p);
        check_binary(p.payload, sent);
        check_round_trip(p);
        check_kept(p);
    }
};

} // namespace

FUZZ_TARGET(packet_decoder)
{
    choices from{input};
    unsigned const how = from.byte();
    session now{{how >> 1 & 15u, {(how & 1u) != 0 ? max_json_depth : 1 + from.up_to(12)}}};
    while (!from.empty()) {
        unsigned const next = from.byte();
        std::string_view const text = (next & 2u) != 0 ? from.rest() : from.text(400);
        bool const binary = (next & 1u) != 0;
        if (binary || check_utf8(text) == verdict::whole)
            now.take(binary, text);
    }
}

} // namespace packet_decoder_tests
