// Decides which names in a URL's path may be names of files. Pure; the rules of Windows work on every system.
#pragma once

#include <socketio/core/utf8.hpp>
#include <socketio/wire/http.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace socketio::detail {

#if defined(_WIN32)
inline constexpr bool files_of_windows = true;
#else
inline constexpr bool files_of_windows = false;
#endif

// True for the form of the second names that Windows gives to files, "GITCON~1.TXT": six characters, a tilde and
// a number, at most eight in all, and an extension of three. It may stand for a hidden file.
inline bool looks_like_short_name(std::string_view name) noexcept
{
    std::size_t const dot = std::min(name.find('.'), name.size());
    std::string_view const base = name.substr(0, dot);
    std::string_view const ending = name.substr(std::min(dot + 1, name.size()));
    std::size_t const tilde = base.rfind('~');
    if (tilde == std::string_view::npos || tilde == 0 || tilde + 1 == base.size() || base.size() > 8)
        return false;
    bool const numbered = base.find_first_not_of("0123456789", tilde + 1) == std::string_view::npos;
    return numbered && ending.size() <= 3 && ending.find('.') == std::string_view::npos;
}

// A device, with any extension.
inline bool is_windows_device(std::string_view name) noexcept
{
    std::string_view const base = trim_http_blanks(name.substr(0, name.find('.')));
    for (std::string_view const each : {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"})
        if (equals_ignoring_case(base, each))
            return true;
    bool const port = equals_ignoring_case(base.substr(0, 3), "COM") || equals_ignoring_case(base.substr(0, 3), "LPT");
    // Superscript digits count, too, as UTF-8 and as Latin-1.
    std::string_view const rest = port ? base.substr(3) : std::string_view{};
    return (rest.size() == 1 && std::string_view{"0123456789\xb9\xb2\xb3"}.find(rest[0]) != std::string_view::npos) ||
           rest == "\xc2\xb9" || rest == "\xc2\xb2" || rest == "\xc2\xb3";
}

// True if Windows would use another file than the one of exactly that name: it drops final dots and blanks, a
// colon separates drives and streams, and invalid UTF-8 has no name of its own.
inline bool is_windows_alias(std::string_view name) noexcept
{
    return name.ends_with('.') || name.ends_with(' ') || name.find(':') != std::string_view::npos || !is_utf8(name) ||
           is_windows_device(name);
}

// True if a decoded name can only denote an entry of its folder, and may be shown.
inline bool is_plain_name(std::string_view name, bool hidden_files, bool windows = files_of_windows) noexcept
{
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(std::string_view{"/\\\0", 3}) != std::string_view::npos)
        return false;
    if (windows && (is_windows_alias(name) || (!hidden_files && looks_like_short_name(name))))
        return false;
    return hidden_files || name.front() != '.' || name == ".well-known";
}

} // namespace socketio::detail
