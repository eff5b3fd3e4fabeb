// The opening handshake: what one side writes the other takes, whatever the user's headers are; and what
// arrives from a stranger is taken only if all of it is right.
#include "fuzz.hpp"

#include <socketio/wire/base64.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <array>
#include <string>
#include <vector>

namespace handshake_tests {

using namespace fuzz;
using namespace socketio::detail;

namespace {

http_head head_of(std::string_view text, role sender)
{
    http_head_reader reader{sender, {1u << 20, 1000}};
    std::size_t consumed = 0;
    require(reader.read(text, consumed) == http_progress::complete);
    require(consumed == text.size()); // nothing of it is taken for a body
    return reader.head();
}

std::string random_key(choices& from)
{
    std::array<unsigned char, 16> random{};
    for (unsigned char& each : random)
        each = static_cast<unsigned char>(from.byte());
    std::string decoded;
    std::string const key = make_websocket_key(random);
    require(key.size() == 24 && base64_decode(key, decoded) && decoded.size() == 16);
    require(decoded == std::string_view{reinterpret_cast<char const*>(random.data()), 16});
    return key;
}

std::string target_of(choices& from)
{
    std::string const text{from.text(64)};
    return is_request_target(text) ? text : "/socket.io/?EIO=4&transport=websocket";
}

// A client's request with headers of the user's that may be anything.
void request_and_answer(choices& from)
{
    std::string const key = random_key(from);
    std::string const target = target_of(from);
    std::vector<http_header> headers;
    while (!from.empty() && headers.size() < 20) {
        std::string name{from.text(40)};
        headers.push_back({std::move(name), std::string{from.text(80)}});
    }
    byte_buffer text;
    write_upgrade_request(text, {target, "example.org:3000", key, headers, {}});
    http_head const request = head_of(text.view(), role::client);
    require(request.method == "GET" && request.target == target && request.minor == 1);
    require(request.headers.size() <= 5 + headers.size());
    std::string understood;
    require(!check_upgrade_request(request, understood) && understood == key);

    byte_buffer answer;
    write_upgrade_response(answer, understood);
    http_head const response = head_of(answer.view(), role::server);
    require(!check_upgrade_response(response, key));
    std::string other = key;
    other[from.up_to(21)] ^= 1;
    require(bool{check_upgrade_response(response, other)});
}

void stranger_asks(std::string_view text)
{
    http_head_reader reader{role::client};
    std::size_t consumed = 0;
    if (reader.read(text, consumed) != http_progress::complete)
        return;
    std::string key = "untouched";
    http_head const& head = reader.head();
    if (check_upgrade_request(head, key)) {
        require(key == "untouched");
        return;
    }
    std::string random;
    require(key == head.find("Sec-WebSocket-Key") && base64_decode(key, random) && random.size() == 16);
    require(head.method == "GET" && head.count("host") == 1 && head.find("sec-websocket-version") == "13");
    byte_buffer answer;
    write_upgrade_response(answer, key);
    require(!check_upgrade_response(head_of(answer.view(), role::server), key));
}

void stranger_answers(std::string_view text, std::string_view subprotocols)
{
    http_head_reader reader{role::server};
    std::size_t consumed = 0;
    if (reader.read(text, consumed) != http_progress::complete)
        return;
    constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ=="; // of RFC 6455, section 1.3
    http_head const& head = reader.head();
    if (check_upgrade_response(head, key, subprotocols))
        return;
    require(head.status == 101 && head.minor >= 1);
    require(head.find("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    require(equals_ignoring_case(head.find("Upgrade"), "websocket") && head.has_token("Connection", "upgrade"));
    require(head.count("Sec-WebSocket-Extensions") == 0);
    std::string_view const chosen = head.find("Sec-WebSocket-Protocol");
    require(chosen.empty() || subprotocols.find(chosen) != std::string_view::npos);
}

} // namespace

FUZZ_TARGET(handshake)
{
    choices from{input};
    unsigned const how = from.byte() % 3;
    if (how == 0)
        return request_and_answer(from);
    std::string_view const subprotocols = how == 1 ? std::string_view{} : from.text(32);
    std::vector<char> const exact = copy_of(from.rest());
    if (how == 1)
        stranger_asks(view_of(exact));
    else
        stranger_answers(view_of(exact), subprotocols);
}

} // namespace handshake_tests
