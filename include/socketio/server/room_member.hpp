// A socket, seen by the rooms that it is in. Any thread may call its members.
#pragma once

#include <socketio/core/value.hpp>
#include <socketio/server/encoded_packet.hpp>
#include <socketio/server/socket_handshake.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <system_error>

namespace socketio::detail {

class room_member {
public:
    virtual std::string const& id() const noexcept = 0;
    virtual socketio::handshake const& handshake() const noexcept = 0;
    virtual value data() const = 0;
    virtual void send(shared_packet packet, send_flags flags) = 0;
    // `answered` is called with the first argument of the answer, or with the error that took its place.
    virtual void ask(shared_packet packet, std::uint64_t id, send_flags flags,
                     std::function<void(std::error_code, value)> answered) = 0;
    virtual void forget_ack(std::uint64_t id) = 0;
    virtual void disconnect(bool close) = 0;

protected:
    room_member() = default;
    room_member(room_member const&) = default;
    room_member& operator=(room_member const&) = default;
    ~room_member() = default;
};

} // namespace socketio::detail
