// Compressed messages: what one side deflates the other inflates, wherever it is cut; and whatever a stranger
// sends, no more comes out of it than was allowed. Empty without zlib.
#if defined(SOCKETIO_WITH_ZLIB)

#include "frames.hpp"
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/core/error.hpp>
#include <socketio/session/zlib_codec.hpp>
#include <socketio/wire/message_reader.hpp>
#include <socketio/wire/permessage_deflate.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inflate_tests {

using namespace fuzz;
using namespace socketio;
using namespace socketio::detail;

namespace {

struct setting {
    deflate_options options;
    deflate_parameters agreed;
    std::size_t size;
    std::size_t fragments;
};

setting setting_of(choices& from)
{
    unsigned const how = from.byte();
    setting result{{}, {}, (how & 1u) != 0 ? 100000 : from.up_to(300), 1 + from.up_to(20)};
    result.agreed.client_no_context_takeover = (how & 2u) != 0;
    if ((how & 4u) != 0)
        result.agreed.client_max_window_bits = 8 + static_cast<int>(how >> 4 & 7u);
    result.options.level = static_cast<int>(how >> 3 & 1u) * 9;
    result.options.memory_level = 1;
    return result;
}

struct message {
    opcode code{};
    std::string payload;
    bool operator==(message const&) const = default;
};

// A server's reading end.
struct reader {
    explicit reader(setting const& with) : messages{true, with.size, with.fragments}, size{with.size}
    {
        messages.inflate_with(make_zlib_codec(role::server, with.agreed, with.options).inflater);
    }

    void take(std::string_view piece)
    {
        if (error)
            return;
        input.arrive(piece);
        for (;;) {
            std::span<char> left = input.left();
            auto const one = messages.next(left, error);
            input.leave(left);
            require(!one || !error);
            if (!one)
                return;
            require(one->payload.size() <= (is_control(one->code) ? max_control_payload : size));
            require(one->code != opcode::text || check_utf8(view_of(one->payload)) == verdict::whole);
            heard.push_back({one->code, std::string{view_of(one->payload)}});
        }
    }

    message_reader messages;
    std::size_t size;
    stream input;
    std::vector<message> heard;
    std::error_code error{};
};

void append_in_frames(std::string& to, opcode code, bool compressed, std::string_view payload, std::size_t at_once)
{
    std::uint8_t reserved = compressed ? 4 : 0;
    do {
        std::string_view const part = payload.substr(0, at_once);
        payload.remove_prefix(part.size());
        append_frame(to, {.fin = payload.empty(), .reserved = reserved, .code = code, .masked = true, .mask = 0x12345678}, part);
        code = opcode::continuation;
        reserved = 0;
    } while (!payload.empty());
}

// Client's messages; `spoilt` tells that they need not arrive.
std::string sent_by_client(choices& from, setting const& with, std::vector<message>& sent, bool& spoilt)
{
    message_codec const codec = make_zlib_codec(role::client, with.agreed, with.options);
    std::string result;
    while (!from.empty() && result.size() < 300000) {
        unsigned const how = from.byte();
        std::string data{from.text(200)};
        if ((how & 1u) != 0) // as it is, and hardly ever valid
            spoilt = true;
        else
            for (std::size_t n = (how & 0xC0u) == 0xC0 ? from.up_to(10) : 0; n != 0 && data.size() < 60000; --n)
                data += data;
        opcode const code = (how & 2u) != 0 ? opcode::binary : opcode::text;
        if (code == opcode::text && (how & 1u) == 0)
            data = to_well_formed(data);
        std::size_t const at_once = (how & 8u) != 0 ? 1 + data.size() / 5 : data.size() + 100;
        if ((how & 5u) != 0) { // raw: with or without the mark
            append_in_frames(result, code, (how & 1u) != 0, data, at_once);
        } else {
            auto const small = codec.deflater->deflate(data);
            require(small.has_value());
            append_in_frames(result, code, true, *small, at_once);
        }
        spoilt = spoilt || data.size() > with.size || (how & 8u) != 0;
        sent.push_back({code, std::move(data)});
    }
    return result;
}

void check_messages(choices& from)
{
    setting const with = setting_of(from);
    choices const cuts{from.text(32)};
    std::vector<message> sent;
    bool spoilt = false;
    std::string const bytes = sent_by_client(from, with, sent, spoilt);
    reader whole{with};
    whole.take(bytes);
    reader cut{with};
    in_pieces(bytes, cuts, [&cut](std::string_view piece) { cut.take(piece); });
    // Of two faults that come together either may be told.
    require(whole.heard == cut.heard && bool{whole.error} == bool{cut.error});
    require(spoilt || (whole.heard == sent && !whole.error));
}

// Straight into the inflater: bounded, and never without progress.
void check_inflater(choices& from)
{
    setting const with = setting_of(from);
    auto const inflater = make_zlib_codec(role::server, with.agreed, with.options).inflater;
    std::size_t const room = 1 + from.up_to(1000);
    byte_buffer out;
    std::error_code ec;
    while (!from.empty() && !ec) {
        std::vector<char> const exact = copy_of(from.text(255));
        std::string_view piece = view_of(exact);
        for (bool more = !piece.empty(); more && !ec;) {
            std::size_t const before = piece.size();
            out.clear();
            more = inflater->inflate(piece, out, room, ec);
            require(out.size() <= room && piece.size() <= before && lies_in(piece, exact));
            require(!more || ec || piece.size() < before || out.size() != 0);
        }
        if (!ec && from.flag())
            ec = inflater->finish();
    }
}

void check_offer(choices& from)
{
    http_head head;
    head.headers.push_back({"Sec-WebSocket-Extensions", std::string{from.text(255)}});
    deflate_options options;
    options.server_max_window_bits = 8 + static_cast<int>(from.up_to(7));
    options.client_max_window_bits = 8 + static_cast<int>(from.up_to(7));
    std::optional<deflate_parameters> agreed;
    if (!accept_deflate_offer(head, options, agreed) && agreed) {
        require(agreed->server_max_window_bits.value_or(15) >= 8 && agreed->server_max_window_bits.value_or(15) <= 15);
        require(agreed->client_max_window_bits.value_or(15) >= 8 && agreed->client_max_window_bits.value_or(15) <= 15);
        require(is_header_value(write_deflate_answer(*agreed)));
    }
    std::optional<deflate_parameters> understood;
    if (read_deflate_answer(head, &options, understood))
        require(!understood);
    // Ours, at least, fit each other.
    http_head offer;
    offer.headers.push_back({"Sec-WebSocket-Extensions", write_deflate_offer(options)});
    agreed.reset();
    require(!accept_deflate_offer(offer, deflate_options{}, agreed) && agreed);
    http_head answer;
    answer.headers.push_back({"Sec-WebSocket-Extensions", write_deflate_answer(*agreed)});
    require(!read_deflate_answer(answer, &options, understood) && understood);
}

} // namespace

FUZZ_TARGET(inflate)
{
    choices from{input};
    switch (from.byte() % 4) {
    case 0: return check_offer(from);
    case 1: return check_inflater(from);
    default: return check_messages(from);
    }
}

} // namespace inflate_tests
#endif
