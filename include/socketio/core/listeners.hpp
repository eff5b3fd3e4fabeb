// The type of a stored listener, and the calls that remove listeners. The table is in listener_table.hpp: handles hold
// one without knowing its class.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/core/function.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace socketio::detail {

class listener_table;
struct listener_entry;

// The base of what listeners are called with: an event and its arguments.
struct emitted {
    listener_entry* current_entry = nullptr; // of the listener that is being called
};

// Knows the class behind the argument, since it was added to a table of such calls.
using stored_listener = unique_function<void(emitted&)>;

// For handles; defined with the table. Any thread.
SOCKETIO_DECL void remove_listener(listener_table& from, std::uint64_t which);
SOCKETIO_DECL void remove_listeners(listener_table& from, std::string_view event);
SOCKETIO_DECL void remove_named_listeners(listener_table& from);
SOCKETIO_DECL void remove_any_listeners(listener_table& from);
SOCKETIO_DECL bool has_listeners(listener_table const& in, std::string_view event);
SOCKETIO_DECL std::vector<std::uint64_t> listener_ids(listener_table const& in, std::string_view event);
SOCKETIO_DECL std::vector<std::uint64_t> any_listener_ids(listener_table const& in);

} // namespace socketio::detail
