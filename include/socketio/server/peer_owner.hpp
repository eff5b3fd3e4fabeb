// The server, seen by the connection of a client. On the client's strand.
#pragma once

#include <socketio/core/log.hpp>
#include <socketio/core/value.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace socketio {

struct server_options;

namespace detail {

class peer_core;

class peer_owner {
public:
    virtual server_options const& settings() const noexcept = 0;
    // The client asks for a namespace. The owner asks this client in turn to hold the socket, or to refuse it.
    virtual void find(std::string const& name, value auth, std::shared_ptr<peer_core> const& client) = 0;
    virtual void forget(peer_core const& client) = 0;
    // In a step, since the log is user code.
    virtual void log(log_level level, std::string_view component, std::string_view text) = 0;
    // The client was cut off, since it did not read.
    virtual void count_cut_off() noexcept = 0;
    virtual void on_context_gone() noexcept = 0;

protected:
    peer_owner() = default;
    peer_owner(peer_owner const&) = default;
    peer_owner& operator=(peer_owner const&) = default;
    ~peer_owner() = default;
};

} // namespace detail
} // namespace socketio
