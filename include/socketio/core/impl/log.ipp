#pragma once

#include <socketio/core/log.hpp>
#include <socketio/core/text_hash.hpp>
#include <socketio/core/utf8.hpp>

#include <algorithm>
#include <cstdio>

namespace socketio::detail {

SOCKETIO_DECL std::string log_text(std::string_view text)
{
    constexpr std::size_t most = 1000;
    std::string shown = to_displayable(text.substr(0, most));
    if (shown.size() <= most && text.size() <= most)
        return shown;
    std::size_t end = std::min(shown.size(), most - 3);
    while (end != 0 && (static_cast<unsigned char>(shown[end]) & 0xC0) == 0x80)
        --end;
    shown.resize(end);
    return shown += "...";
}

SOCKETIO_DECL bool warnings::is_new(std::string_view place)
{
    std::size_t const hash = text_hash{}(place);
    std::lock_guard const lock{mutex_};
    bool const noted = std::find(places_.begin(), places_.end(), hash) != places_.end();
    if (noted || places_.size() == most_places)
        return false;
    places_.push_back(hash);
    return true;
}

// The lock is not held while the line is written: that may block.
SOCKETIO_DECL void warnings::tell(std::string_view component, std::string_view place, std::string_view text)
{
    if (!is_new(place))
        return;
    std::string line{"socketio: "};
    line.append(component).append(": ").append(log_text(text)).append(" (told once; the option log tells all)\n");
    std::fputs(line.c_str(), stderr);
}

} // namespace socketio::detail
