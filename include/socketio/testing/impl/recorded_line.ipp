// Lines to JSON and back.
#pragma once

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/core/ascii.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/testing/failure.hpp>
#include <socketio/testing/recorded_line.hpp>
#include <socketio/testing/wire_reader.hpp>
#include <socketio/testing/wiretap.hpp>
#include <socketio/wire/base64.hpp>
#include <socketio/wire/url.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace socketio::detail {

SOCKETIO_TESTING_DECL std::string packet_text::text() const
{
    return joined({begin, nsp == "/" ? std::string_view{} : nsp, nsp == "/" ? "" : ",",
        id ? std::to_string(*id) : std::string{}, json});
}

SOCKETIO_TESTING_DECL packet_text split_packet(std::string_view text)
{
    packet_text made;
    std::size_t at = (std::min)(text.size(), std::size_t{1});
    if (text.starts_with('4') && text.size() > 1) {
        at = 2;
        auto const behind = std::find_if_not(text.begin() + 2, text.end(), is_ascii_digit);
        if ((text[1] == '5' || text[1] == '6') && behind != text.end() && *behind == '-')
            at = static_cast<std::size_t>(behind - text.begin()) + 1;
        made.begin = text.substr(0, at);
        if (at < text.size() && text[at] == '/') {
            auto const end = (std::min)(text.find(',', at), text.size());
            made.nsp = text.substr(at, end - at);
            at = (std::min)(end + 1, text.size());
        }
        std::uint64_t id = 0;
        if (auto const [end, ec] = std::from_chars(text.data() + at, text.data() + text.size(), id);
            ec == std::errc{}) {
            made.id = id;
            at = static_cast<std::size_t>(end - text.data());
        }
    } else {
        made.begin = text.substr(0, at);
    }
    made.json = text.substr(at);
    return made;
}

// True if something was hidden.
inline bool hide_members(value& in, testing::secret_names const& secrets)
{
    bool hidden = false;
    if (auto* const elements = in.if_array())
        for (auto& each : *elements)
            hidden = hide_members(each, secrets) || hidden;
    if (auto* const members = in.if_object())
        for (auto& [name, data] : *members) {
            if (is_secret(name, secrets)) {
                data = "***";
                hidden = true;
            } else {
                hidden = hide_members(data, secrets) || hidden;
            }
        }
    return hidden;
}

SOCKETIO_TESTING_DECL std::string hide_secrets(std::string_view packet, testing::secret_names const& secrets)
{
    auto parts = split_packet(packet);
    auto data = value::from_json(parts.json);
    if (!data || !hide_members(*data, secrets))
        return std::string{packet};
    parts.json = data->to_json();
    return parts.text();
}

SOCKETIO_TESTING_DECL std::string describe_packet_text(std::string_view packet, testing::secret_names const& secrets)
{
    if (std::string data; packet.starts_with('b') && base64_decode(packet.substr(1), data))
        return joined({"<", std::to_string(data.size()), data.size() == 1 ? " byte>" : " bytes>"});
    if (packet.empty() || packet.front() < '0' || packet.front() > '6')
        return describe(value{packet});
    if (packet.front() != '4')
        return describe_engine_packet(packet, secrets);
    std::string copy{packet.substr(1)};
    packet_decoder decoder{{.attachments = 100'000}};
    socketio::packet received;
    std::error_code ec;
    return decoder.text(copy, received, ec) ? describe_packet(received, secrets).meaning : std::string{packet};
}

SOCKETIO_TESTING_DECL std::string describe_line(recorded_line const& of, testing::secret_names const& secrets)
{
    std::string text;
    switch (of.type) {
    case recorded_line::kind::request: text = of.method + " " + describe_target(of.target, secrets); break;
    case recorded_line::kind::answer: text = joined({std::to_string(of.status), " ", of.reason}); break;
    case recorded_line::kind::text: text = describe_packet_text(of.payload, secrets); break;
    case recorded_line::kind::binary: text = joined({"<", std::to_string(of.payload.size()), " bytes>"}); break;
    case recorded_line::kind::close: text = describe_close(of.payload); break;
    case recorded_line::kind::ping: text = "WebSocket ping"; break;
    case recorded_line::kind::pong: text = "WebSocket pong"; break;
    case recorded_line::kind::end: text = "the end of the connection"; break;
    }
    std::string_view before = ": ";
    for (auto const& each : of.packets) {
        text += joined({before, describe_packet_text(each, secrets)});
        before = "; ";
    }
    return text;
}

SOCKETIO_TESTING_DECL std::vector<std::string> split_payload(std::string_view body)
{
    std::vector<std::string> made;
    if (body.empty() || body == "ok" || !((body.front() >= '0' && body.front() <= '6') || body.front() == 'b'))
        return made;
    for (std::size_t at = 0; at <= body.size();) {
        auto const end = (std::min)(body.find('\x1e', at), body.size());
        made.emplace_back(body.substr(at, end - at));
        at = end + 1;
    }
    return made;
}

inline query_pairs query_of(std::string_view target)
{
    auto const at = target.find('?');
    auto made = parse_query(at == std::string_view::npos ? std::string_view{} : target.substr(at + 1));
    std::erase_if(made, [](auto const& each) { return each.first == "t"; });
    std::sort(made.begin(), made.end());
    return made;
}

SOCKETIO_TESTING_DECL bool same_target(std::string_view a, std::string_view b)
{
    return a.substr(0, a.find('?')) == b.substr(0, b.find('?')) && query_of(a) == query_of(b);
}

SOCKETIO_TESTING_DECL std::string query_member(std::string_view target, std::string_view name)
{
    for (auto& [key, text] : query_of(target))
        if (key == name)
            return std::move(text);
    return {};
}

inline std::uint16_t close_code(std::string_view payload)
{
    auto const byte = [payload](
                          std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(payload[i])); };
    return payload.size() < 2 ? std::uint16_t{0} : static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
}

SOCKETIO_TESTING_DECL std::string to_json_line(recorded_line const& of, testing::secret_names const& secrets)
{
    object made{{"at", static_cast<double>(of.at.count()) / 1e6}, {"from", of.from_client ? "client" : "server"},
        {"exchange", of.exchange}};
    switch (of.type) {
    case recorded_line::kind::request: made.append("request", of.method + " " + of.target); break;
    case recorded_line::kind::answer:
        made.append("answer", of.status);
        made.append("reason", of.reason);
        break;
    case recorded_line::kind::text: made.append("text", of.payload); break;
    case recorded_line::kind::binary: made.append("binary", base64_encode(of.payload)); break;
    case recorded_line::kind::close:
        made.append("close", close_code(of.payload));
        made.append("reason", of.payload.size() > 2 ? of.payload.substr(2) : std::string{});
        break;
    case recorded_line::kind::ping: made.append("ping", base64_encode(of.payload)); break;
    case recorded_line::kind::pong: made.append("pong", base64_encode(of.payload)); break;
    case recorded_line::kind::end: made.append("end", of.payload); break;
    }
    if (of.type == recorded_line::kind::request || of.type == recorded_line::kind::answer) {
        array headers;
        for (auto const& [name, text] : of.headers)
            headers.push_back(value{array{name, text}});
        made.append("headers", std::move(headers));
        array packets;
        for (auto const& each : of.packets)
            packets.push_back(each);
        if (!of.packets.empty())
            made.append("packets", std::move(packets));
        else if (!of.payload.empty())
            made.append("body", of.payload);
    }
    if (auto means = describe_line(of, secrets);
        !of.packets.empty() || (of.type == recorded_line::kind::text && means != of.payload))
        made.append("means", std::move(means));
    return value{std::move(made)}.to_json();
}

// Takes the members of one line, each once.
class line_members {
public:
    line_members(object members, std::string const& where) : left_{std::move(members)}, where_{where} {}

    bool has(std::string_view name) const { return left_.contains(name); }
    template <class T>
    T take(std::string_view name)
    {
        auto const* const found = left_.find(name);
        if (found == nullptr)
            fail(joined({"\"", name, "\" is missing"}));
        auto made = found->get<T>();
        if (!made)
            fail(joined({"\"", name, "\" cannot be ", found->to_json()}));
        left_.erase(name);
        return std::move(*made);
    }
    std::string take_text(std::string_view name) { return has(name) ? take<std::string>(name) : std::string{}; }
    std::string take_bytes(std::string_view name)
    {
        std::string made;
        if (!base64_decode(take<std::string>(name), made))
            fail(joined({"\"", name, "\" is not base64"}));
        return made;
    }
    void end() const
    {
        if (!left_.empty())
            fail(joined({"\"", left_.begin()->first, "\" is unknown here"}));
    }
    [[noreturn]] void fail(std::string const& why) const { throw_failure(joined({where_, ": ", why})); }

private:
    object left_;
    std::string const& where_;
};

SOCKETIO_TESTING_DECL recorded_line from_json_line(object const& members, std::string const& where)
{
    using kind = recorded_line::kind;
    line_members from{members, where};
    recorded_line made;
    auto const seconds = from.take<double>("at");
    if (!(seconds >= 0 && seconds < 1e9))
        from.fail("\"at\" is no time");
    made.at = std::chrono::microseconds{std::llround(seconds * 1e6)};
    auto const side = from.take<std::string>("from");
    if (side != "client" && side != "server")
        from.fail("\"from\" is neither \"client\" nor \"server\"");
    made.from_client = side == "client";
    made.exchange = from.take<std::uint64_t>("exchange");
    if (from.has("means"))
        from.take<std::string>("means"); // for people
    if (from.has("request")) {
        made.type = kind::request;
        auto const line = from.take<std::string>("request");
        auto const space = line.find(' ');
        if (space == std::string::npos || !made.from_client)
            from.fail("\"request\" is no request of a client");
        made.method = line.substr(0, space);
        made.target = line.substr(space + 1);
    } else if (from.has("answer")) {
        made.type = kind::answer;
        made.status = from.take<int>("answer");
        made.reason = from.take_text("reason");
        if (made.from_client || made.status < 100 || made.status > 999)
            from.fail("\"answer\" is no answer of a server");
    } else if (from.has("text")) {
        made.payload = from.take<std::string>("text");
    } else if (from.has("binary")) {
        made.type = kind::binary;
        made.payload = from.take_bytes("binary");
    } else if (from.has("close")) {
        made.type = kind::close;
        auto const code = from.take<std::uint16_t>("close");
        auto const reason = from.take_text("reason");
        made.payload = code == 0 ? std::string{} : close_payload(code, reason);
    } else if (from.has("ping") || from.has("pong")) {
        made.type = from.has("ping") ? kind::ping : kind::pong;
        made.payload = from.take_bytes(made.type == kind::ping ? "ping" : "pong");
    } else if (from.has("end")) {
        made.type = kind::end;
        made.payload = from.take<std::string>("end");
    } else {
        from.fail("the line says nothing that is known: request, answer, text, binary, close, ping, pong, end");
    }
    if (made.type == kind::request || made.type == kind::answer) {
        made.headers = from.take<std::vector<std::pair<std::string, std::string>>>("headers");
        if (from.has("packets"))
            made.packets = from.take<std::vector<std::string>>("packets");
        made.payload = from.take_text("body");
    }
    from.end();
    made.number = 0;
    return made;
}

} // namespace socketio::detail
