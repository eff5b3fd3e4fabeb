// The server, seen by its namespaces. Any thread may call its members.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/session/failure.hpp>

#include <string_view>

namespace socketio::detail {

class namespace_core;

class namespace_owner {
public:
    virtual asio::any_io_executor const& get_executor() const noexcept = 0;
    // The context was destroyed.
    virtual bool is_gone() const noexcept = 0;
    // `handled`: a hook of the socket has received it.
    virtual void report(std::string_view nsp, event_error const& reason, bool handled) = 0;
    // A likely mistake of the program: goes to the log, or without one to standard error, once.
    virtual void warn(std::string_view text) = 0;
    // The last client has left a namespace that was made for a client.
    virtual void clean_up(namespace_core& empty) = 0;
    virtual bool knows(namespace_core const& made) const = 0;

protected:
    namespace_owner() = default;
    namespace_owner(namespace_owner const&) = default;
    namespace_owner& operator=(namespace_owner const&) = default;
    ~namespace_owner() = default;
};

} // namespace socketio::detail
