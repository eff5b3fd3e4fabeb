// io(): a socket in one call.
#pragma once

#include <socketio/client/manager.hpp>
#include <socketio/client/options.hpp>
#include <socketio/client/socket.hpp>

#include <string_view>
#include <utility>

namespace socketio {

// Connects to a namespace of a server: "http://host:3000" for the main one, "http://host:3000/admin" for
// another. It connects when `executor`'s context runs. Do not destroy the context before the last emit or
// connect; handles may outlive it. Returns at once; the result is a "connect" or a "connect_error". If the
// context already runs on another thread, use `.autoConnect = false`, add the listeners, then call connect().
// A handle that is captured in `settings` (log, query, extraHeaders, auth) keeps its own connection alive
// until the context is destroyed.
//
// As in the reference (socket.io-client/lib/index.ts, lookup()), calls for several namespaces of one server
// share one connection: that of an earlier call on this executor with the same origin and `path`, as long as
// it has no socket of this namespace. The options of the earlier call apply then. `forceNew`, or `multiplex`
// off, makes a connection of its own.
[[nodiscard("keep the socketio::socket: with its last copy the connection ends")]]
SOCKETIO_DECL socket io(asio::any_io_executor executor, std::string_view url, options settings = {});
[[nodiscard("keep the socketio::socket: with its last copy the connection ends")]]
SOCKETIO_DECL socket io(asio::io_context& context, std::string_view url, options settings = {});

template <class Context>
    requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
[[nodiscard("keep the socketio::socket: with its last copy the connection ends")]]
socket io(Context& context, std::string_view url, options settings = {})
{
    return io(asio::any_io_executor{context.get_executor()}, url, std::move(settings));
}

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/io.ipp>
#endif
