#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/core/listener_table.hpp>
#include <socketio/session/event_names.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace socketio::detail {

struct wrong_name {
    std::string_view wrong;
    std::string_view meant;
};

// Without regard to case: one letter is missing, is too many, or is another one; or nothing.
inline bool is_nearly(std::string_view a, std::string_view b) noexcept
{
    if (a.size() > b.size())
        std::swap(a, b);
    if (b.size() - a.size() > 1)
        return false;
    auto const same = [](char one, char other) { return ascii_lower(one) == ascii_lower(other); };
    auto const [at, there] = std::mismatch(a.begin(), a.end(), b.begin(), same);
    if (at == a.end())
        return true;
    return std::equal(a.size() == b.size() ? at + 1 : at, a.end(), there + 1, b.end(), same);
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
        if (is_nearly(name, each))
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

} // namespace socketio::detail
