// W6 and W7: connections, many at once and one after the other.
#pragma once

#include "measure.hpp"
#include "peer.hpp"

#include <cstdint>
#include <vector>

namespace bench {

// Opens n at once and keeps them. Returns how many were connected.
inline std::uint64_t open_all(loop& on, request const& asked, std::uint64_t n, std::vector<socketio::socket>& kept)
{
    std::uint64_t connected = 0;
    std::uint64_t failed = 0;
    auto const one_less = [&] {
        if (connected + failed == n)
            on.done();
    };
    for (std::uint64_t i = 0; i != n; ++i) {
        auto& socket = kept.emplace_back(make_client(on, asked));
        socket.once("connect", [&] {
            ++connected;
            one_less();
        });
        socket.once("connect_error", [&] {
            ++failed;
            one_less();
        });
    }
    on.run();
    return connected;
}

// From construction to the "connect" event, in ns; negative if it never came.
inline std::int64_t connect_once(loop& on, request const& asked)
{
    std::int64_t const began = now_ns();
    std::int64_t connected = began - 1;
    {
        auto const socket = make_client(on, asked);
        socketio::scoped_listener const listener = socketio::socket{socket}.once("connect", [&] {
            connected = now_ns();
            on.done();
        });
        on.run();
    }
    on.run(); // to the end of the closing handshake
    return connected - began;
}

} // namespace bench
