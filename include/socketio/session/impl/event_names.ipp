#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/core/listener_table.hpp>
#include <socketio/session/event_names.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace socketio::detail {

struct wrong_name {
    std::string_view wrong;
    std::string_view meant;
};

// True if so many edits at most make one of the other, without regard to case: one letter less, more or another, or two
// that have changed places. Each edit more multiplies the time.
inline bool is_within(std::size_t edits, std::string_view a, std::string_view b) noexcept
{
    auto const same = [](char one, char other) { return ascii_lower(one) == ascii_lower(other); };
    auto const [at, there] = std::mismatch(a.begin(), a.end(), b.begin(), b.end(), same);
    a = {at, a.end()};
    b = {there, b.end()};
    if (a.empty() || b.empty())
        return a.size() + b.size() <= edits;
    if (edits == 0)
        return false;
    bool const swapped = a.size() > 1 && b.size() > 1 && same(a[0], b[1]) && same(a[1], b[0]);
    return is_within(edits - 1, a.substr(1), b.substr(1)) || is_within(edits - 1, a.substr(1), b) ||
           is_within(edits - 1, a, b.substr(1)) || (swapped && is_within(edits - 1, a.substr(2), b.substr(2)));
}

inline std::string_view find_meant(std::string_view name, std::span<std::string_view const> own,
                                   std::span<wrong_name const> wrong) noexcept
{
    if (std::find(own.begin(), own.end(), name) != own.end())
        return {};
    for (wrong_name const& each : wrong)
        if (each.wrong == name)
            return each.meant;
    for (std::string_view const each : own)
        if (is_within(1, name, each))
            return each;
    return {};
}

SOCKETIO_DECL std::string_view meant_event(role side, std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 4> clients{"connect", "connect_error", "disconnect", "reconnect"};
    static constexpr std::array<std::string_view, 2> servers{"disconnect", "disconnecting"};
    static constexpr std::array<wrong_name, 10> wrong_at_clients{{
        {"connected", "connect"}, {"connection", "connect"}, {"connect_failed", "connect_error"},
        {"connect_timeout", "connect_error"}, {"connection_error", "connect_error"},
        {"connection_failed", "connect_error"}, {"disconnected", "disconnect"}, {"disconnection", "disconnect"},
        {"disconnecting", "disconnect"}, {"reconnected", "reconnect"}}};
    static constexpr std::array<wrong_name, 2> wrong_at_servers{
        {{"disconnected", "disconnect"}, {"disconnection", "disconnect"}}};
    return side == role::client ? find_meant(name, clients, wrong_at_clients)
                                : find_meant(name, servers, wrong_at_servers);
}

// The words for an event that belongs to another object, and never comes to this one.
inline std::string_view other_owner(role side, std::string_view name) noexcept
{
    if (side == role::server)
        return name == "connect" || name == "connection" ? "a server or of a namespace" : "";
    bool const managers = name == "reconnect_attempt" || name == "reconnect_error" || name == "reconnect_failed";
    return managers ? "the manager, socket.io()" : "";
}

SOCKETIO_DECL std::string doubt_about(role side, std::string_view name, listener_table const& listeners)
{
    std::string said{"there is a listener of \""};
    said.append(name).append("\", which is ");
    if (auto const owner = other_owner(side, name); !owner.empty())
        return said.append("an event of ").append(owner);
    auto const meant = meant_event(side, name);
    if (meant.empty() || listeners.has(meant))
        return {};
    return said.append("no event of the library, and none of \"").append(meant).append("\": was that meant?");
}

// The event that a listener of a manager is advised to take, if it has named one of a socket.
inline std::string_view manager_event_for(std::string_view name) noexcept
{
    if (name == "connect")
        return "open";
    if (name == "disconnect")
        return "close";
    return name == "connect_error" ? "error" : "";
}

SOCKETIO_DECL std::string_view meant_manager_event(std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 13> own{
        "open", "error", "ping", "drain", "packet", "close", "reconnect_attempt", "reconnect", "reconnect_error",
        "reconnect_failed", "upgrading", "upgrade", "upgrade_error"};
    static constexpr std::array<wrong_name, 6> wrong{
        {{"reconnecting", "reconnect_attempt"}, {"connect_timeout", "error"}, {"connect_failed", "error"},
         {"connected", "open"}, {"opened", "open"}, {"disconnected", "close"}}};
    if (std::find(own.begin(), own.end(), name) != own.end())
        return name;
    if (auto const meant = find_meant(name, own, wrong); !meant.empty())
        return meant;
    constexpr std::size_t is_long = 7; // two letters of a shorter name make another word of it
    for (std::string_view const each : own)
        if (each.size() >= is_long && is_within(2, name, each))
            return each;
    return {};
}

SOCKETIO_DECL std::string doubt_about_manager(std::string_view name)
{
    auto const meant = meant_manager_event(name);
    if (meant == name && !name.empty())
        return {};
    std::string said{"there is a listener of \""};
    said.append(name).append("\", which is ");
    if (auto const there = manager_event_for(name); !there.empty())
        return said.append("an event of a socket: a manager has \"").append(there).append("\"");
    said.append("no event of a manager: ");
    if (meant.empty())
        return said.append("those of the server come to a socket");
    return said.append("was \"").append(meant).append("\" meant?");
}

} // namespace socketio::detail
