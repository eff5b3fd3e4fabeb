// From a request's path to a file within the folder.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/server/file_names.hpp>
#include <socketio/server/served_file.hpp>
#include <socketio/server/static_files.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/http_date.hpp>
#include <socketio/wire/url.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio {

namespace detail {

inline std::string_view content_type_of(std::string_view extension) noexcept
{
    constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"html", "text/html; charset=utf-8"}, {"htm", "text/html; charset=utf-8"}, {"css", "text/css; charset=utf-8"},
        {"js", "text/javascript; charset=utf-8"}, {"mjs", "text/javascript; charset=utf-8"},
        {"json", "application/json"},
        {"map", "application/json"}, {"webmanifest", "application/manifest+json"}, {"wasm", "application/wasm"},
        {"txt", "text/plain; charset=utf-8"}, {"md", "text/markdown; charset=utf-8"},
        {"csv", "text/csv; charset=utf-8"},
        {"xml", "application/xml"}, {"svg", "image/svg+xml"}, {"png", "image/png"}, {"jpg", "image/jpeg"},
        {"jpeg", "image/jpeg"}, {"gif", "image/gif"}, {"webp", "image/webp"}, {"avif", "image/avif"},
        {"ico", "image/x-icon"}, {"woff", "font/woff"}, {"woff2", "font/woff2"}, {"ttf", "font/ttf"},
        {"otf", "font/otf"},
        {"mp3", "audio/mpeg"}, {"ogg", "audio/ogg"}, {"wav", "audio/wav"}, {"mp4", "video/mp4"}, {"webm", "video/webm"},
        {"pdf", "application/pdf"}, {"zip", "application/zip"}};
    for (auto const& each : known)
        if (equals_ignoring_case(each.first, extension))
            return each.second;
    return "application/octet-stream";
}

// The target of a request: the names on the path to a file, or to a folder if the path ends in a slash.
struct file_path {
    std::vector<std::string> names;
    bool folder = false;
};

// Converts a name in a URL, which is UTF-8, and back.
inline std::filesystem::path path_from_url(std::string_view name)
{
#if defined(_WIN32)
    return std::filesystem::path{std::u8string{name.begin(), name.end()}};
#else
    return std::filesystem::path{name};
#endif
}

inline std::string path_words(std::filesystem::path const& path)
{
#if defined(_WIN32)
    auto const text = path.u8string(); // string() throws for characters outside of the machine's code page
    return {text.begin(), text.end()};
#else
    return path.string();
#endif
}

inline std::optional<file_path> split_file_path(std::string_view path, bool hidden_files)
{
    file_path found;
    while (path.starts_with('/') && path.size() > 1) {
        path.remove_prefix(1);
        std::size_t const end = std::min(path.find('/'), path.size());
        found.names.push_back(percent_decode(path.substr(0, end), false));
        if (!is_plain_name(found.names.back(), hidden_files))
            return std::nullopt;
        path.remove_prefix(end);
    }
    found.folder = path == "/";
    if (!found.folder && (found.names.empty() || !path.empty()))
        return std::nullopt;
    return found;
}

// Both paths must be free of links.
inline bool is_within(std::filesystem::path const& folder, std::filesystem::path const& file)
{
    return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

inline http_response status_page(int status, std::string text)
{
    return {status, {{"Content-Type", "text/plain; charset=utf-8"}, {"X-Content-Type-Options", "nosniff"}},
            std::move(text)};
}

inline http_response failure_page(std::error_code ec)
{
    switch (int const status = status_of_failure(ec)) {
    case 403: return status_page(status, "Forbidden");
    case 404: return status_page(status, "Not Found");
    case 503: {
        http_response busy = status_page(status, "Service Unavailable");
        busy.headers.emplace_back("Retry-After", "5");
        return busy;
    }
    default: return status_page(500, "The file cannot be read");
    }
}

inline std::string_view request_header(http_request const& request, std::string_view name) noexcept
{
    for (auto const& each : request.headers)
        if (equals_ignoring_case(each.first, name))
            return each.second;
    return {};
}

inline std::string_view without_weakness(std::string_view tag) noexcept
{
    return tag.starts_with("W/") ? tag.substr(2) : tag;
}

// RFC 9110, section 13.1.2. Tags of this library have no comma.
inline bool matches_any(std::string_view list, std::string_view tag) noexcept
{
    while (!list.empty()) {
        std::string_view const each = take_list_item(list);
        if (each == "*" || without_weakness(each) == without_weakness(tag))
            return true;
    }
    return false;
}

struct file_version {
    std::uintmax_t size = 0;
    std::filesystem::file_time_type time{};

    http_time modified() const
    {
#if defined(_MSVC_STL_VERSION) // MSVC's file_clock has no to_sys, and other libraries have no clock_cast yet
        return std::chrono::floor<std::chrono::seconds>(std::chrono::clock_cast<std::chrono::system_clock>(time));
#else
        return std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(time));
#endif
    }
    // Weak: two versions of one length, written within one tick of the file system's clock, look the same.
    std::string tag() const
    {
        std::array<char, 48> text{};
        auto const ticks = static_cast<std::uint64_t>(time.time_since_epoch().count());
        auto end = std::to_chars(text.data(), text.data() + 16, static_cast<std::uint64_t>(size), 16).ptr;
        *end++ = '-';
        end = std::to_chars(end, text.data() + text.size(), ticks, 16).ptr;
        return "W/\"" + std::string(text.data(), end) + '"';
    }
    bool is_what_the_peer_has(http_request const& request) const
    {
        if (std::string_view const tags = request_header(request, "if-none-match"); !tags.empty())
            return matches_any(tags, tag());
        auto const since = parse_http_date(request_header(request, "if-modified-since"));
        return since && modified() <= *since;
    }
};

// An error, too, if it is not a regular file.
inline file_version look_at_file(std::filesystem::path const& file, std::error_code& ec)
{
    file_version found;
    bool const regular = std::filesystem::is_regular_file(file, ec); // opening a pipe, for example, could block
    if (!ec && !regular)
        ec = std::make_error_code(std::errc::no_such_file_or_directory);
    if (!ec)
        found.size = std::filesystem::file_size(file, ec);
    if (!ec)
        found.time = std::filesystem::last_write_time(file, ec);
    return found;
}

// Files up to this size are read at once. Larger ones would stay in memory for each client that reads slowly.
inline constexpr std::uintmax_t held_file_size = 64 * 1024;

// Serves the size determined before: the file may grow in the meantime.
inline std::error_code give_file(http_response& to, std::filesystem::path const& file, std::uintmax_t size)
{
    served_file opened;
    if (auto const ec = opened.open(file))
        return ec;
    if (size > held_file_size) {
        to.source = {size, [opened](char* into, std::size_t room) mutable { return opened.read(into, room); }};
        return {};
    }
    to.body.resize(static_cast<std::size_t>(size));
    to.body.resize(opened.read(to.body.data(), to.body.size()));
    return opened.failed() ? std::make_error_code(std::errc::io_error) : std::error_code{};
}

// Redirects from a folder's name without the final slash: relative links in its page would be wrong otherwise.
// The Location is relative to the request, so that a proxy may serve the server below a path of its own.
inline http_response redirect_to_folder(file_path const& asked, std::string_view query)
{
    std::string where;
    append_uri_component(where, asked.names.back());
    where += '/';
    if (!query.empty() && is_request_target(query))
        where.append("?").append(query);
    http_response moved = status_page(301, "Moved Permanently");
    moved.headers.emplace_back("Location", std::move(where));
    return moved;
}

} // namespace detail

struct file_server::state {
    std::filesystem::path folder;
    serve_files_options settings;

    // Resolves links. An error if the file is outside of the folder.
    std::filesystem::path find(std::filesystem::path const& wanted, std::error_code& ec) const
    {
        auto const top = std::filesystem::canonical(folder, ec);
        auto found = ec ? top : std::filesystem::canonical(wanted, ec);
        if (!ec && !detail::is_within(top, found))
            ec = std::make_error_code(std::errc::no_such_file_or_directory);
        return found;
    }
    std::string content_type(std::filesystem::path const& file) const
    {
        std::string const extension = detail::path_words(file.extension());
        std::string_view const bare = std::string_view{extension}.substr(extension.empty() ? 0 : 1);
        for (auto const& each : settings.content_types)
            if (detail::equals_ignoring_case(each.first, bare))
                return each.second;
        return std::string{detail::content_type_of(bare)};
    }
    // `named` is the name in the URL; the target of a link may have another name.
    http_response send(http_request const& request, std::filesystem::path const& file,
                       std::filesystem::path const& named) const
    {
        std::error_code ec;
        auto const version = detail::look_at_file(file, ec);
        if (ec)
            return detail::failure_page(ec);
        if (version.size > settings.file_size)
            return detail::status_page(500,
                                       "This file is larger than what is served here (serve_files_options::file_size)");
        http_response answer{304,
                             {{"ETag", version.tag()}, {"Last-Modified", detail::format_http_date(version.modified())}},
                             {}};
        if (!settings.cache_control.empty())
            answer.headers.emplace_back("Cache-Control", settings.cache_control);
        if (version.is_what_the_peer_has(request))
            return answer;
        ec = detail::give_file(answer, file, version.size);
        if (ec)
            return detail::failure_page(ec);
        answer.status = 200;
        answer.headers.emplace_back("Content-Type", content_type(named));
        answer.headers.emplace_back("X-Content-Type-Options", "nosniff");
        return answer;
    }
};

SOCKETIO_DECL file_server::file_server(std::filesystem::path const& folder, serve_files_options settings)
{
    std::error_code ec;
    auto top = std::filesystem::absolute(folder, ec);
    if (!ec && !std::filesystem::is_directory(top, ec) && !ec)
        ec = std::make_error_code(std::errc::not_a_directory);
    if (ec)
        detail::throw_failure(ec, "serve_files: " + detail::path_words(folder));
    state_ = std::make_shared<state const>(state{std::move(top), std::move(settings)});
}

// For HEAD, the connection omits the body but reports its length.
SOCKETIO_DECL http_response file_server::operator()(http_request const& request) const
{
    if (request.method != "GET" && request.method != "HEAD") {
        http_response refused = detail::status_page(405, "Method Not Allowed");
        refused.headers.emplace_back("Allow", "GET, HEAD");
        return refused;
    }
    auto const& settings = state_->settings;
    auto const asked = detail::split_file_path(request.path(), settings.hidden_files);
    if (!asked)
        return detail::status_page(404, "Not Found");
    std::filesystem::path wanted = state_->folder;
    for (auto const& each : asked->names)
        wanted /= detail::path_from_url(each);
    std::error_code ec;
    auto found = state_->find(wanted, ec);
    bool const is_folder = !ec && std::filesystem::is_directory(found, ec);
    if (is_folder) {
        wanted /= detail::path_from_url(settings.index);
        found = state_->find(wanted, ec);
    }
    if (ec)
        return detail::failure_page(ec);
    if ((is_folder && settings.index.empty()) || (asked->folder && !is_folder))
        return detail::status_page(404, "Not Found");
    if (is_folder && !asked->folder)
        return detail::redirect_to_folder(*asked, request.query());
    return state_->send(request, found, wanted);
}

} // namespace socketio
