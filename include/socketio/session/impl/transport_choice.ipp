#pragma once

#include <socketio/session/transport_choice.hpp>

#include <algorithm>
#include <chrono>

namespace socketio::detail {

inline constexpr std::chrono::minutes websocket_distrust{10};

SOCKETIO_DECL bool parse_transport(std::string_view name, transport_kind& out) noexcept
{
    for (transport_kind const each : {transport_kind::polling, transport_kind::websocket}) {
        if (name == to_string(each)) {
            out = each;
            return true;
        }
    }
    return false;
}

SOCKETIO_DECL bool transport_choice::allows(transport_kind which) const noexcept
{
    return std::find(rules_.allowed.begin(), rules_.allowed.end(), which) != rules_.allowed.end();
}

SOCKETIO_DECL void transport_choice::begin(clock::time_point now)
{
    at_ = 0;
    order_ = rules_.allowed;
    if (order_.size() < 2)
        return;
    std::erase_if(order_, [&](transport_kind each) { return distrusts(each, now); });
    if (rules_.remember && remembered_)
        std::stable_partition(order_.begin(), order_.end(),
            [](transport_kind each) { return each == transport_kind::websocket; });
}

SOCKETIO_DECL bool transport_choice::may_upgrade(clock::time_point now, std::span<std::string const> upgrades) const
{
    transport_kind const up = transport_kind::websocket;
    auto const is_up = [name = to_string(up)](std::string const& each) { return each == name; };
    return rules_.upgrade && current() == transport_kind::polling && allows(up) && !distrusts(up, now) &&
           std::any_of(upgrades.begin(), upgrades.end(), is_up);
}

SOCKETIO_DECL void transport_choice::distrust_websocket(clock::time_point now) noexcept
{
    distrusted_until_ = deadline_after(now, websocket_distrust);
    forget();
}

} // namespace socketio::detail
