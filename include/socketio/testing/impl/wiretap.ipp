// From bytes to what they mean.
#pragma once

#include <socketio/codec/engine_packet.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/session/base64_packet.hpp>
#include <socketio/testing/wiretap.hpp>

#include <limits>
#include <utility>

namespace socketio::detail {

inline constexpr std::size_t largest_tapped = std::numeric_limits<std::uint32_t>::max();

SOCKETIO_TESTING_DECL wiretap::way::way(bool is_up, std::shared_ptr<packet_parser const> parser)
    : up{is_up},
      head{is_up ? role::client : role::server, {.bytes = 65536, .headers = 1000}},
      messages{is_up, largest_tapped, 100'000},
      packets{{.attachments = 100'000}, std::move(parser)}
{}

SOCKETIO_TESTING_DECL wiretap::wiretap(testing::secret_names const& secrets,
    std::shared_ptr<packet_parser const> parser, listener tell)
    : secrets_{secrets}, tell_{std::move(tell)}, up_{true, parser}, down_{false, parser}
{}

SOCKETIO_TESTING_DECL void wiretap::read(bool up, std::string_view bytes)
{
    way& of = up ? up_ : down_;
    if (of.silent) {
        of.consumed += bytes.size();
        return;
    }
    of.input += bytes;
    while (!of.silent && !of.input.empty())
        if (!(websocket_ ? read_websocket(of) : read_http(of)))
            return;
    if (of.silent)
        consume(of, of.input.size());
}

SOCKETIO_TESTING_DECL bool wiretap::read_http(way& of)
{
    if (!of.body)
        return read_head(of);
    std::size_t consumed = 0;
    auto const progress = of.body->read(of.input, consumed);
    consume(of, consumed);
    of.silent = progress == body_progress::failed || progress == body_progress::limited;
    if (progress == body_progress::complete)
        end_body(of);
    return progress == body_progress::complete && !of.input.empty();
}

SOCKETIO_TESTING_DECL bool wiretap::read_head(way& of)
{
    std::size_t consumed = 0;
    auto const progress = of.head.read(of.input, consumed);
    of.silent = progress == http_progress::failed;
    if (progress != http_progress::complete)
        return false;
    http_head const head = of.head.head();
    of.head.reset();
    consume(of, consumed);
    if (of.up) {
        asked_.push_back(head.method);
        tell(of, testing::level::frames, joined({head.method, " ", describe_target(head.target, secrets_)}));
    } else {
        tell(of, testing::level::frames,
            joined({std::to_string(head.status), head.reason.empty() ? "" : " ", head.reason}));
        if (head.status >= 200 && !asked_.empty())
            asked_.pop_front();
        websocket_ = head.status == 101;
        compressed_ = websocket_ && !head.find("Sec-WebSocket-Extensions").empty();
    }
    bool const may_have_body =
        of.up ? head.count("Content-Length") + head.count("Transfer-Encoding") != 0 : head.status >= 200;
    if (may_have_body) {
        of.body.emplace(head, largest_tapped);
        std::size_t nothing = 0;
        if (of.body->read({}, nothing) == body_progress::complete)
            of.body.reset();
    }
    return !of.input.empty();
}

SOCKETIO_TESTING_DECL void wiretap::end_body(way& of)
{
    auto const body = of.body->take();
    of.body.reset();
    on_payload(of, body);
}

// Packets of Engine.IO, between which stands U+001E. Bodies of other answers are not shown.
SOCKETIO_TESTING_DECL void wiretap::on_payload(way& of, std::string_view body)
{
    if (body.empty() || !((body.front() >= '0' && body.front() <= '6') || body.front() == 'b') || body == "ok")
        return;
    while (!body.empty()) {
        auto const end = body.find('\x1e');
        on_text(of, std::string{body.substr(0, end)});
        body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    }
}

SOCKETIO_TESTING_DECL bool wiretap::read_websocket(way& of)
{
    std::span<char> rest{of.input};
    std::error_code ec;
    if (compressed_) {
        tell(of, testing::level::frames, joined({std::to_string(rest.size()), " bytes of compressed frames"}));
        consume(of, of.input.size());
        return false;
    }
    auto const message = of.messages.next(rest, ec);
    if (ec) {
        of.silent = true;
        tell(of, testing::level::frames, "no WebSocket frame: " + ec.message());
        return false;
    }
    of.consumed += of.input.size() - rest.size();
    if (message)
        on_message(of, *message);
    of.input.erase(0, of.input.size() - rest.size());
    return message.has_value();
}

SOCKETIO_TESTING_DECL void wiretap::on_message(way& of, whole_message const& message)
{
    std::string text{message.payload.data(), message.payload.size()};
    auto const size = joined({" frame, ", std::to_string(text.size()), text.size() == 1 ? " byte" : " bytes"});
    switch (message.code) {
    case opcode::text:
        tell(of, testing::level::frames, "text" + size);
        on_text(of, std::move(text));
        break;
    case opcode::binary: {
        tell(of, testing::level::frames, "binary" + size);
        packet received;
        std::error_code ec;
        if (of.packets.binary(text, received, ec))
            on_packet(of, received);
        else if (ec)
            tell(of, testing::level::packets, "no packet: " + ec.message());
        break;
    }
    case opcode::close: tell(of, testing::level::frames, describe_close(text)); break;
    case opcode::ping: tell(of, testing::level::frames, "WebSocket ping"); break;
    case opcode::pong: tell(of, testing::level::frames, "WebSocket pong"); break;
    default: break;
    }
}

SOCKETIO_TESTING_DECL void wiretap::on_text(way& of, std::string text)
{
    packet received;
    std::error_code ec;
    if (is_base64_packet(text)) {
        std::span<char> data;
        if (!read_base64_packet(text, data) && of.packets.binary(data, received, ec))
            on_packet(of, received);
        return;
    }
    engine_packet outer;
    if (read_engine_packet(text, outer)) {
        tell(of, testing::level::packets, "no packet of Engine.IO");
        return;
    }
    if (outer.type != engine_packet_type::message)
        tell(of, testing::level::packets, describe_engine_packet(text, secrets_));
    else if (of.packets.text(outer.data, received, ec))
        on_packet(of, received);
    else if (ec)
        tell(of, testing::level::packets, "no packet: " + ec.message());
}

SOCKETIO_TESTING_DECL std::string describe_close(std::string_view payload)
{
    auto const byte = [payload](
                          std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(payload[i])); };
    auto const code = payload.size() < 2 ? std::string{} : " " + std::to_string(byte(0) << 8 | byte(1));
    return joined({"close", code, payload.size() > 2 ? " " : "", payload.size() > 2 ? payload.substr(2) : ""});
}

SOCKETIO_TESTING_DECL std::string describe_engine_packet(std::string_view text, testing::secret_names const& secrets)
{
    constexpr std::string_view names[] = {"open", "close", "ping", "pong", "message", "upgrade", "noop"};
    auto const name = names[static_cast<std::size_t>(text.front() - '0')];
    auto const rest = text.substr(1);
    if (text.front() == '0')
        if (auto const settings = value::from_json(rest))
            return "open " + describe(*settings, secrets);
    return rest.empty() ? std::string{name} : joined({name, " ", rest});
}

SOCKETIO_TESTING_DECL testing::happening describe_packet(packet const& of, testing::secret_names const& secrets)
{
    testing::happening what;
    what.type = of.type;
    what.nsp = of.nsp;
    what.id = of.id;
    if (of.has_payload && !of.payload.is_null())
        what.data = of.payload.to_value();
    if (of.is_event()) {
        what.event = of.payload[std::size_t{0}].as_string();
        array arguments;
        for (std::size_t i = 1; i < of.payload.size(); ++i)
            arguments.push_back(of.payload[i].to_value());
        what.data = std::move(arguments);
    }
    auto const shown = what.data.is_null() ? std::string{} : describe_arguments(what.data, secrets);
    auto const with_data = [&](std::string_view before) { return joined({before, shown.empty() ? "" : " ", shown}); };
    switch (of.type) {
    case packet_type::connect: what.meaning = with_data("connect"); break;
    case packet_type::disconnect: what.meaning = "disconnect"; break;
    case packet_type::connect_error: what.meaning = with_data("connect_error"); break;
    case packet_type::event:
    case packet_type::binary_event: what.meaning = with_data("event " + value{what.event}.to_json()); break;
    case packet_type::ack:
    case packet_type::binary_ack: what.meaning = with_data("ack"); break;
    }
    if (of.id)
        what.meaning += joined({of.is_ack() ? " of " : " wants ack ", std::to_string(*of.id)});
    if (!is_root(of.nsp))
        what.meaning += joined({" in ", of.nsp});
    return what;
}

SOCKETIO_TESTING_DECL void wiretap::on_packet(way& of, packet const& received)
{
    tell_({of.up, of.consumed, describe_packet(received, secrets_)});
}

SOCKETIO_TESTING_DECL void wiretap::tell(way& of, testing::level level, std::string meaning)
{
    testing::happening what;
    what.level = level;
    what.meaning = std::move(meaning);
    tell_({of.up, of.consumed, std::move(what)});
}

SOCKETIO_TESTING_DECL void wiretap::consume(way& of, std::size_t count)
{
    of.input.erase(0, count);
    of.consumed += count;
}

} // namespace socketio::detail
