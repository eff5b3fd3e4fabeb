// Names of events that a listener waits for in vain: "connected", where the library says "connect".
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/core/role.hpp>

#include <string>
#include <string_view>

namespace socketio::detail {

class listener_table;

// The sentence for a listener of a socket with a name that is nearly one of the library's, where nobody listens to the
// right one. Empty: there is nothing to say.
SOCKETIO_DECL std::string doubt_about(role side, std::string_view name, listener_table const& listeners);

// The event of the library that was probably meant. Empty: none; or it is that name itself.
SOCKETIO_DECL std::string_view meant_event(role side, std::string_view name) noexcept;

// The sentence for a listener of a manager, which has no other events than its own. Empty: that is one of them.
SOCKETIO_DECL std::string doubt_about_manager(std::string_view name);

// The event of a manager that was probably meant: the name itself if it is one. Empty: none.
SOCKETIO_DECL std::string_view meant_manager_event(std::string_view name) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/event_names.ipp>
#endif
