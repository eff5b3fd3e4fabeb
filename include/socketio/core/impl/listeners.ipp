#pragma once

#include <socketio/core/listener_table.hpp>
#include <socketio/core/listeners.hpp>

namespace socketio::detail {

SOCKETIO_DECL void remove_listener(listener_table& from, std::uint64_t which) { from.off(which); }

SOCKETIO_DECL void remove_listeners(listener_table& from, std::string_view event) { from.off(event); }

SOCKETIO_DECL void remove_named_listeners(listener_table& from) { from.off_named(); }

SOCKETIO_DECL void remove_any_listeners(listener_table& from) { from.off_any(); }

SOCKETIO_DECL bool has_listeners(listener_table const& in, std::string_view event) { return in.has(event); }

SOCKETIO_DECL std::vector<std::uint64_t> listener_ids(listener_table const& in, std::string_view event)
{
    return in.ids(event);
}

SOCKETIO_DECL std::vector<std::uint64_t> any_listener_ids(listener_table const& in) { return in.any_ids(); }

} // namespace socketio::detail
