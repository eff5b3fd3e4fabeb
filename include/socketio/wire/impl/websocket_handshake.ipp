// Writes and checks the two heads of the WebSocket handshake.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/wire/base64.hpp>
#include <socketio/wire/http_request.hpp>
#include <socketio/wire/websocket_handshake.hpp>
#include <socketio/wire/sha1.hpp>

#include <array>
#include <set>

namespace socketio::detail {

inline void append_http_header(byte_buffer& to, std::string_view name, std::string_view value)
{
    to.append(name);
    to.append(std::string_view{": "});
    to.append(value);
    to.append(std::string_view{"\r\n"});
}

inline bool is_handshake_header(std::string_view name) noexcept
{
    constexpr std::string_view prefix = "Sec-WebSocket-";
    return equals_ignoring_case(name, "Upgrade") || equals_ignoring_case(name, "Connection")
        || equals_ignoring_case(name.substr(0, prefix.size()), prefix);
}

SOCKETIO_DECL std::string make_websocket_key(std::span<unsigned char const, 16> random)
{
    return base64_encode({reinterpret_cast<char const*>(random.data()), random.size()});
}

SOCKETIO_DECL std::string websocket_accept(std::string_view key)
{
    std::string text{key};
    text.append("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    auto const digest = sha1(text);
    return base64_encode({reinterpret_cast<char const*>(digest.data()), digest.size()});
}

inline bool is_upgrade_header(std::string_view name) noexcept
{
    return equals_ignoring_case(name, "Host") || is_handshake_header(name);
}

SOCKETIO_DECL void write_upgrade_request(byte_buffer& to, upgrade_request const& request)
{
    bool const offers = request.deflate != nullptr && request.deflate->enabled;
    std::string const offer = offers ? write_deflate_offer(*request.deflate) : std::string{};
    std::array<http_header_view, 4> const own{{{"Sec-WebSocket-Key", request.key},
                                               {"Sec-WebSocket-Version", "13"},
                                               {"Sec-WebSocket-Protocol", request.subprotocols},
                                               {"Sec-WebSocket-Extensions", offer}}};
    write_request_head(to,
        {.method = "GET", .target = request.target, .host = request.host, .headers = request.headers, .own = own},
        "Upgrade: websocket\r\nConnection: Upgrade\r\n", &is_upgrade_header);
    to.append(std::string_view{"\r\n"});
}

// The subprotocol is absent, or one of the requested ones (names are compared exactly).
inline bool subprotocol_fits(http_head const& head, std::string_view asked) noexcept
{
    std::size_t const count = head.count("Sec-WebSocket-Protocol");
    std::string_view const chosen = head.find("Sec-WebSocket-Protocol");
    while (count == 1 && !chosen.empty() && !asked.empty())
        if (take_list_item(asked) == chosen)
            return true;
    return count == 0;
}

SOCKETIO_DECL std::error_code check_upgrade_response(http_head const& head, std::string_view key,
                                                     std::string_view subprotocols, deflate_negotiation* deflate)
{
    if (head.status != 101)
        return error::upgrade_refused;
    bool const valid = head.minor >= 1
        && head.count("Upgrade") == 1 && equals_ignoring_case(head.find("Upgrade"), "websocket")
        && head.has_token("Connection", "Upgrade")
        && head.count("Sec-WebSocket-Accept") == 1 && head.find("Sec-WebSocket-Accept") == websocket_accept(key)
        && subprotocol_fits(head, subprotocols);
    if (!valid)
        return error::handshake_invalid;
    std::optional<deflate_parameters> agreed;
    std::error_code const ec =
        read_deflate_answer(head, deflate && deflate->options.enabled ? &deflate->options : nullptr, agreed);
    if (deflate && !ec)
        deflate->agreed = agreed;
    return ec;
}

SOCKETIO_DECL std::error_code check_upgrade_request(http_head const& head, std::string& key_out,
                                                    deflate_negotiation* deflate)
{
    std::string_view const key = head.find("Sec-WebSocket-Key");
    std::string random;
    bool const valid = head.method == "GET" && head.minor >= 1
        && head.count("Host") == 1
        && head.has_token("Upgrade", "websocket")
        && head.has_token("Connection", "Upgrade")
        && head.count("Sec-WebSocket-Version") == 1 && head.find("Sec-WebSocket-Version") == "13"
        && head.count("Sec-WebSocket-Key") == 1 && key.size() == 24
        && base64_decode(key, random) && random.size() == 16;
    if (!valid)
        return error::handshake_invalid;
    if (deflate != nullptr && deflate->options.enabled) {
        deflate->agreed.reset();
        if (auto const ec = accept_deflate_offer(head, deflate->options, deflate->agreed))
            return ec;
    }
    key_out = key;
    return {};
}

SOCKETIO_DECL std::error_code read_subprotocols(http_head const& head, std::vector<std::string>& to)
{
    to.clear();
    std::set<std::string_view> seen;
    for (http_header const& header : head.headers) {
        if (!equals_ignoring_case(header.name, "Sec-WebSocket-Protocol"))
            continue;
        std::string_view rest = header.value;
        for (bool more = true; more;) {
            std::size_t const comma = rest.find(',');
            std::string_view const name = trim_http_blanks(rest.substr(0, comma));
            if (!is_header_name(name) || !seen.insert(name).second) { // a token, as a header's name is
                to.clear();
                return error::handshake_invalid;
            }
            to.emplace_back(name);
            more = comma != std::string_view::npos;
            rest.remove_prefix(more ? comma + 1 : rest.size());
        }
    }
    return {};
}

inline bool announces_body(std::string_view name) noexcept
{
    return equals_ignoring_case(name, "Content-Length") || equals_ignoring_case(name, "Transfer-Encoding");
}

SOCKETIO_DECL void write_upgrade_response(byte_buffer& to, std::string_view key, std::string_view subprotocol,
                                          std::optional<deflate_parameters> const& deflate, string_pairs const& more)
{
    to.append(std::string_view{"HTTP/1.1 101 Switching Protocols\r\n"});
    append_http_header(to, "Upgrade", "websocket");
    append_http_header(to, "Connection", "Upgrade");
    append_http_header(to, "Sec-WebSocket-Accept", websocket_accept(key));
    if (!subprotocol.empty())
        append_http_header(to, "Sec-WebSocket-Protocol", subprotocol);
    if (deflate)
        append_http_header(to, "Sec-WebSocket-Extensions", write_deflate_answer(*deflate));
    for (auto const& [name, text] : more) {
        if (is_header_name(name) && is_header_value(text) && !is_handshake_header(name) && !announces_body(name))
            append_http_header(to, name, text);
    }
    to.append(std::string_view{"\r\n"});
}

} // namespace socketio::detail
