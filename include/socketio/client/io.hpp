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
// "connect_error".
inline socket io(asio::any_io_executor executor, std::string_view url, options settings = {})
{
    detail::url parsed;
    std::string_view const nsp = detail::parse_url(url, parsed) || parsed.path.empty() ? "/" : std::string_view{parsed.path};
    provided<object> auth = settings.auth;
    manager made{std::move(executor), url, std::move(settings)};
    return made.socket(nsp, {.auth = std::move(auth)});
}

template <class Context>
    requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
socket io(Context& context, std::string_view url, options settings = {})
{
    return io(asio::any_io_executor{context.get_executor()}, url, std::move(settings));
}

} // namespace socketio
