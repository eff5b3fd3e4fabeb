// The targets of the requests of one polling session. Each is different, so that nothing on the way answers from a
// cache.
#pragma once

#include <socketio/core/config.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::detail {

class polling_target {
public:
    polling_target() = default;
    // `base`: path and query, with EIO and transport. `parameter`: the name of the changing one; empty: there is none.
    void begin(std::string&& base, std::string_view parameter, std::uint64_t seed)
    {
        parameter_ = parameter;
        base_ = std::move(base);
        state_ = seed;
    }

    // Of the next request; before the handshake `sid` is empty.
    std::string next(std::string_view sid);
    // Of the request that moves the session to WebSocket.
    std::string websocket(std::string_view sid) const;
    std::string const& base() const noexcept { return base_; }
    // The request that had the last next() was redirected to this target.
    void move_to(std::string target);

private:
    void change_stamp();

    std::string base_;
    std::string parameter_;
    std::string stamp_{}; // of the last request: "&t=", and eight digits
    std::uint64_t state_ = 0;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/polling_target.ipp>
#endif
