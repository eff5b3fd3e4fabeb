// What requests to an Engine.IO server say, and its answers.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace support {

constexpr std::string_view polling_target = "/socket.io/?EIO=4&transport=polling";
constexpr std::string_view websocket_target = "/socket.io/?EIO=4&transport=websocket";
constexpr std::string_view upgrade_headers = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                             "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

inline std::string with_sid(std::string_view target, std::string_view sid)
{
    return std::string{target} + "&sid=" + std::string{sid};
}

// Of the answer to the first poll, or of the first message of a WebSocket; empty where it is none.
inline std::string sid_in(std::string_view open_packet)
{
    constexpr std::string_view begin = R"(0{"sid":")";
    return std::string{open_packet.starts_with(begin) ? open_packet.substr(begin.size(), 20) : std::string_view{}};
}

// The body of a refusal.
inline std::string refusal_body(int code, std::string_view message)
{
    return R"({"code":)" + std::to_string(code) + R"(,"message":")" + std::string{message} + R"("})";
}

// Packets with separators between them.
inline std::string payload_of(std::initializer_list<std::string_view> packets)
{
    std::string all;
    for (auto const each : packets)
        all.append(each).push_back('\x1e');
    all.pop_back();
    return all;
}

} // namespace support
