#pragma once

#include <socketio/session/polling_target.hpp>
#include <socketio/wire/url.hpp>

#include <array>

namespace socketio::detail {

// Eight digits to the base 36. The step has no factor in common with the number of such texts, so that none repeats
// for a long time.
SOCKETIO_DECL std::string polling_target::next(std::string_view sid)
{
    if (!parameter_.empty())
        change_stamp();
    std::string target = base_ + stamp_;
    if (!sid.empty())
        append_query(target, "sid", sid);
    return target;
}

SOCKETIO_DECL void polling_target::change_stamp()
{
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    constexpr std::uint64_t texts = 2821109907456; // 36^8
    state_ = (state_ % texts + 1102924309513) % texts;
    std::array<char, 8> text;
    std::uint64_t rest = state_;
    for (char& each : text) {
        each = digits[static_cast<std::size_t>(rest % digits.size())];
        rest /= digits.size();
    }
    stamp_ = '&';
    append_query(stamp_, parameter_, {text.data(), text.size()});
}

SOCKETIO_DECL std::string polling_target::websocket(std::string_view sid) const
{
    constexpr std::string_view own = "transport=polling";
    std::string target = base_;
    if (auto const at = target.rfind(own); at != std::string::npos)
        target.replace(at, own.size(), "transport=websocket");
    append_query(target, "sid", sid);
    return target;
}

// Most servers repeat the query, and with it the stamp.
SOCKETIO_DECL void polling_target::move_to(std::string target)
{
    if (auto const at = target.find(stamp_); at != std::string::npos)
        target.erase(at, stamp_.size());
    if (target.find('?') == std::string::npos)
        target += '?';
    base_ = std::move(target);
}

} // namespace socketio::detail
