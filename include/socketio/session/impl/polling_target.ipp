#pragma once

#include <socketio/session/polling_target.hpp>
#include <socketio/wire/url.hpp>

#include <array>

namespace socketio::detail {

// Eight digits to the base 36. The step has no factor in common with the number of such texts, so that none repeats
// for a long time.
inline std::string next_stamp(std::uint64_t& state)
{
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    constexpr std::uint64_t texts = 2821109907456; // 36^8
    state = (state % texts + 1102924309513) % texts;
    std::array<char, 8> stamp;
    std::uint64_t rest = state;
    for (char& each : stamp) {
        each = digits[static_cast<std::size_t>(rest % digits.size())];
        rest /= digits.size();
    }
    return {stamp.data(), stamp.size()};
}

SOCKETIO_DECL std::string polling_target::next(std::string_view sid)
{
    std::string target = base_;
    if (!parameter_.empty())
        append_query(target, parameter_, next_stamp(state_));
    if (!sid.empty())
        append_query(target, "sid", sid);
    return target;
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

SOCKETIO_DECL void polling_target::move_to(std::string_view target)
{
    auto const path_end = target.find('?');
    std::string base{target.substr(0, path_end)};
    base += '?';
    std::string_view rest = path_end == std::string_view::npos ? std::string_view{} : target.substr(path_end + 1);
    while (!rest.empty()) {
        auto const end = rest.find('&');
        std::string_view const pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        std::string_view const name = pair.substr(0, pair.find('='));
        if (!pair.empty() && name != parameter_ && name != "sid")
            base.append(base.ends_with('?') ? "" : "&").append(pair);
    }
    base_ = std::move(base);
}

} // namespace socketio::detail
