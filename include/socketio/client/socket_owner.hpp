// The services of a manager for its namespaces.
#pragma once

#include <socketio/client/options.hpp>
#include <socketio/client/packet_writer.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/session/connect_throttle.hpp>
#include <socketio/session/failure.hpp>
#include <socketio/session/reasons.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <system_error>

namespace socketio::detail {

class socket_core;

// All calls come on the strand, except for those marked "any thread".
class socket_owner {
public:
    // Shared by all its sockets; they live as long as this.
    struct parts {
        lane& strand;
        packet_writer& writer;
        options const& settings;
        sources const& time_and_chance;
    };

    socket_owner() = default;
    socket_owner(socket_owner const&) = delete;
    socket_owner& operator=(socket_owner const&) = delete;

    virtual parts shared() noexcept = 0;
    // Any thread. Written bytes that the operating system has not accepted yet.
    virtual std::size_t unsent() noexcept = 0;

    virtual void open() = 0;
    virtual bool is_reconnecting() const noexcept = 0;
    // A namespace has become inactive; the connection closes with the last active one.
    virtual void close_if_unused() = 0;
    virtual void join(std::shared_ptr<socket_core> const& joined) = 0;
    virtual void forget(socket_core const& which) = 0;
    // The server is the one that the program has named, or the options permit sending it auth.
    virtual bool may_tell_auth() const noexcept = 0;
    virtual connect_throttle& gate() noexcept = 0;
    // Ends the connection.
    virtual void lose(disconnect_reason reason, disconnect_details details) = 0;
    // The same, for an error of the transport.
    virtual void fail(std::error_code ec) = 0;
    // The server has read on: connected sockets send their kept packets.
    virtual void flush_held_back() = 0;
    // Checks after each turn whether all output was sent, until this socket has no more waits for it.
    virtual void watch_drain(socket_core& which) = 0;
    // At the end of this turn, its deadline and its numbers are processed.
    virtual void note_changed(socket_core& which) noexcept = 0;
    virtual void log(log_level level, std::string_view component, std::string_view text) = 0;
    // A likely mistake of the program: goes to the log, or without one to standard error, once for each `place`.
    virtual void warn(std::string_view component, std::string_view place, std::string_view text) = 0;

protected:
    ~socket_owner() = default;
};

} // namespace socketio::detail
