// From the functions of client to the options of a manager.
#pragma once

#include <socketio/compat/client_options.hpp>
#include <socketio/compat/message_convert.hpp>
#include <socketio/core/utf8.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sio::detail {

using string_map = std::map<std::string, std::string>;

// The delays in milliseconds, with the defaults of the original.
struct reconnect_settings {
    int attempts = -1; // 0: no reconnection; negative: no limit
    unsigned delay = 5000;
    unsigned delay_max = 25000;

    std::uint64_t limit() const noexcept { return attempts > 0 ? static_cast<std::uint64_t>(attempts) : 0; }
    void set_delay(unsigned millis) noexcept
    {
        delay = millis;
        delay_max = std::max(delay_max, millis);
    }
    void set_delay_max(unsigned millis) noexcept
    {
        delay_max = millis;
        delay = std::min(delay, millis);
    }
    // The wait behind `made` attempts.
    std::chrono::milliseconds wait(std::uint64_t made) const noexcept
    {
        std::uint64_t grown = delay;
        for (; made != 0 && grown != 0 && grown < delay_max; --made)
            grown *= 2;
        return std::chrono::milliseconds{std::min<std::uint64_t>(grown, delay_max)};
    }
};

// With the slash that a program may leave out. Throws std::invalid_argument for a name that cannot be sent.
inline std::string namespace_name(std::string const& nsp)
{
    std::string name = (nsp.starts_with('/') ? "" : "/") + nsp;
    if (name.find(',') != std::string::npos || !socketio::detail::is_utf8(name))
        socketio::detail::throw_misuse('"' + socketio::detail::to_well_formed(name) +
                                       "\" cannot be the name of a namespace");
    return name;
}

// The path of a URL, which names the Socket.IO server here; empty if there is none.
inline std::string_view path_of(std::string_view uri)
{
    auto const scheme = uri.find("://");
    std::string_view const rest = uri.substr(scheme == std::string_view::npos ? 0 : scheme + 3);
    auto const begin = rest.find_first_of("/?#");
    if (begin == std::string_view::npos || rest[begin] != '/')
        return {};
    std::string_view const path = rest.substr(begin, rest.find_first_of("?#", begin) - begin);
    return path == "/" ? std::string_view{} : path;
}

struct connection_settings {
    std::string uri{};
    string_map query{};
    string_map headers{};
    message::ptr auth{};
    reconnect_settings reconnect{};
    socketio::proxy_options proxy{}; // without a URL: that of the options

    socketio::options over(socketio::options settings) const
    {
        settings.autoConnect = false;
        settings.callback_executor = {};
        settings.query = socketio::string_pairs(query.begin(), query.end());
        settings.extraHeaders = socketio::string_pairs(headers.begin(), headers.end());
        settings.path = "/socket.io/";
        if (std::string_view const path = path_of(uri); !path.empty())
            settings.path = path;
        settings.addTrailingSlash = settings.path.ends_with('/');
        settings.reconnection = reconnect.attempts != 0;
        settings.reconnectionAttempts = reconnect.limit();
        settings.reconnectionDelay = std::chrono::milliseconds{reconnect.delay};
        settings.reconnectionDelayMax = std::chrono::milliseconds{reconnect.delay_max};
        if (!proxy.url.empty())
            settings.network.proxy = proxy;
        return settings;
    }

    // Throws std::invalid_argument if `auth` is not an object: servers refuse anything else.
    socketio::socket_options of_namespaces(socketio::options const& settings) const
    {
        socketio::socket_options made{.ackTimeout = settings.ackTimeout, .retries = settings.retries,
                                      .deduplication_id = settings.deduplication_id,
                                      .send_buffer = settings.send_buffer,
                                      .connect_timeout = settings.connect_timeout};
        if (made.connect_timeout == std::chrono::milliseconds{0})
            made.connect_timeout = std::chrono::seconds{20}; // the original's
        if (!auth)
            return made;
        socketio::value content = socketio::to_value(auth);
        if (!content.is_object())
            socketio::detail::throw_misuse("auth must be an object_message");
        made.auth = std::move(*content.if_object());
        return made;
    }
};

} // namespace sio::detail
