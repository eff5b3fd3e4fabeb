// Unguessable ids of sessions and sockets.
#pragma once

#include <socketio/core/sources.hpp>

#include <array>
#include <string>

namespace socketio::detail {

// Twenty characters of base64url, the format of the reference's ids.
inline std::string random_id(sources const& from)
{
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<unsigned char, 20> random{};
    from.fill_random(random);
    std::string id;
    for (auto const each : random)
        id.push_back(alphabet[each & 63]);
    return id;
}

} // namespace socketio::detail
