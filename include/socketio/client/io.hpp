// io(): a socket in one call.
#pragma once

#include <socketio/client/manager.hpp>
#include <socketio/client/socket.hpp>
#include <socketio/wire/url.hpp>

#include <string_view>
#include <utility>

namespace socketio {

// Connects to a namespace of a server: "http://host:3000" for the main one, "http://host:3000/admin" for
// another. Nothing happens before `executor`'s context runs; it must not be destroyed before the last
// emit or connect, though handles may outlive it. Returns at once; how it went is told by "connect" or
// "connect_error". Where the context runs already on another thread, use `.autoConnect = false`, add the
// listeners, then call connect(). A handle that is captured in `settings` (log, query, extraHeaders, auth)
// keeps its own connection alive until the context goes.
inline socket io(asio::any_io_executor executor, std::string_view url, options settings = {})
{
    detail::url parsed;
    std::string_view const nsp = detail::parse_url(url, parsed) || parsed.path.empty() ? "/" : std::string_view{parsed.path};
    socket_options own{.auth = settings.auth,
                       .ackTimeout = settings.ackTimeout,
                       .retries = settings.retries,
                       .deduplication_id = settings.deduplication_id,
                       .send_buffer = settings.send_buffer,
                       .connect_timeout = settings.connect_timeout,
                       .recovery = settings.recovery};
    manager made{std::move(executor), url, std::move(settings)};
    return made.socket(nsp, std::move(own));
}

template <class Context>
    requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
socket io(Context& context, std::string_view url, options settings = {})
{
    return io(asio::any_io_executor{context.get_executor()}, url, std::move(settings));
}

} // namespace socketio
