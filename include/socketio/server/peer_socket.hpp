// A socket, seen by the connection of its client. On the client's strand.
#pragma once

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/session/alarms.hpp>
#include <socketio/session/reasons.hpp>

#include <memory>
#include <string>
#include <system_error>

namespace socketio::detail {

class peer_socket {
public:
    virtual std::string const& namespace_name() const noexcept = 0;
    virtual std::weak_ptr<peer_socket> weak() noexcept = 0;
    virtual void on_packet(packet const& received) = 0;
    virtual void on_parse_error(std::error_code error) = 0;
    // Sends DISCONNECT to the client.
    virtual void leave(disconnect_reason reason) = 0;
    // The connection has ended. Nothing happens if the socket was not connected.
    virtual void on_connection_end(disconnect_reason reason) = 0;
    // The socket has never been connected, and will not be.
    virtual void abandon() = 0;
    virtual clock::time_point deadline() const noexcept = 0;
    virtual void expire(clock::time_point now) = 0;
    // The context is being destroyed.
    virtual void drop_everything() noexcept = 0;

    alarms::key& noted_deadline() noexcept { return noted_deadline_; } // of the connection alone

protected:
    peer_socket() = default;
    peer_socket(peer_socket const&) = delete;
    peer_socket& operator=(peer_socket const&) = delete;
    ~peer_socket() = default;

private:
    alarms::key noted_deadline_{};
};

} // namespace socketio::detail
