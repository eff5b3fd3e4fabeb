// Parses URLs and builds queries.
#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/utf8.hpp>
#include <socketio/wire/url.hpp>

#include <algorithm>

namespace socketio::detail {

inline constexpr std::size_t url_limit = 8192;
inline constexpr std::size_t query_pair_limit = 1000;

SOCKETIO_DECL bool take_url_scheme(std::string_view& text, url& out)
{
    std::size_t const mark = text.find("://");
    std::size_t const slash = text.find_first_of("/?#");
    // A "://" further back belongs to the path or the query.
    if (mark != std::string_view::npos && slash == mark + 1) {
        out.scheme = ascii_lower_case(text.substr(0, mark));
        text.remove_prefix(mark + 3);
    } else if (slash != std::string_view::npos && slash != 0 && text[slash - 1] == ':') {
        return false; // "http:/host" is a typing error, not a host named http
    } else {
        out.scheme = "https";
        out.assumed_scheme = true;
        if (text.starts_with("//"))
            text.remove_prefix(2);
    }
    out.secure = out.scheme == "https" || out.scheme == "wss";
    return out.secure || out.scheme == "http" || out.scheme == "ws";
}

SOCKETIO_DECL bool take_url_port(std::string_view text, url& out)
{
    out.port = out.secure ? 443 : 80;
    if (text.empty() || text == ":")
        return true;
    if (text.front() != ':' || text.size() > 6)
        return false;
    unsigned port = 0;
    for (char c : text.substr(1)) {
        if (!is_ascii_digit(c))
            return false;
        port = port * 10 + static_cast<unsigned>(c - '0');
    }
    out.port = static_cast<std::uint16_t>(port);
    return port != 0 && port <= 65535;
}

// Digits, colons and dots only: the resolver validates the address. A zone ("%eth0", in a URL "%25eth0": RFC
// 6874) stays with the host.
SOCKETIO_DECL bool take_url_ipv6(std::string_view text, url& out)
{
    std::size_t const zone = text.find('%');
    std::size_t colons = 0;
    for (char c : text.substr(0, zone)) {
        if (hex_digit(c) < 0 && c != ':' && c != '.')
            return false;
        colons += c == ':' ? 1 : 0;
    }
    if (colons < 2)
        return false;
    out.ipv6_literal = true;
    out.host = ascii_lower_case(text.substr(0, zone));
    if (zone == std::string_view::npos)
        return true;
    std::string_view name = text.substr(zone + 1);
    if (name.starts_with("25"))
        name.remove_prefix(2);
    for (char c : name) {
        if (!is_ascii_letter(c) && !is_ascii_digit(c) && c != '-' && c != '_' && c != '.')
            return false;
    }
    out.host.append(1, '%').append(name);
    return !name.empty();
}

SOCKETIO_DECL bool take_url_name(std::string_view text, url& out)
{
    for (char c : text) {
        if (!is_ascii_letter(c) && !is_ascii_digit(c) && c != '-' && c != '.' && c != '_' && c != '~')
            return false;
    }
    out.host = ascii_lower_case(text);
    return !text.empty();
}

SOCKETIO_DECL bool take_url_authority(std::string_view text, url& out)
{
    if (text.starts_with('[')) {
        std::size_t const end = text.find(']');
        return end != std::string_view::npos && take_url_ipv6(text.substr(1, end - 1), out)
            && take_url_port(text.substr(end + 1), out);
    }
    std::size_t const colon = text.find(':');
    return take_url_name(text.substr(0, colon), out)
        && take_url_port(colon == std::string_view::npos ? std::string_view{} : text.substr(colon), out);
}

SOCKETIO_DECL std::error_code parse_url(std::string_view text, url& out)
{
    if (text.size() > url_limit || !is_utf8(text))
        return error::bad_url;
    for (char c : text) {
        unsigned char const byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7F)
            return error::bad_url;
    }
    url result;
    if (!take_url_scheme(text, result))
        return error::bad_url;
    std::size_t const end = text.find_first_of("/?#");
    if (!take_url_authority(text.substr(0, end), result))
        return error::bad_url;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
    text = text.substr(0, text.find('#'));
    std::size_t const mark = text.find('?');
    result.path = text.substr(0, mark);
    if (mark != std::string_view::npos)
        result.query = text.substr(mark + 1);
    out = std::move(result);
    return {};
}

inline char const* reason_of_bad_url(std::string_view text)
{
    if (text.empty())
        return "it is empty";
    if (text.size() > url_limit)
        return "it is longer than 8192 bytes";
    auto const is_space = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
    if (!is_utf8(text) || std::find_if(text.begin(), text.end(), is_space) != text.end())
        return "it has a space or a control character, which a URL writes as %20 and the like";
    url parsed;
    if (!take_url_scheme(text, parsed))
        return "it begins with neither http://, https://, ws:// nor wss://";
    text = text.substr(0, text.find_first_of("/?#"));
    if (text.empty())
        return "it names no host";
    if (text.find('@') != std::string_view::npos)
        return "a user name and a password are not taken from a URL: see the options auth and extraHeaders";
    if (text.front() == '[')
        return "what is in brackets is no IPv6 address, or what follows is no port from 1 to 65535";
    std::size_t const colon = text.find(':');
    if (!take_url_name(text.substr(0, colon), parsed))
        return "a host has letters of ASCII, digits, dots and hyphens (\"xn--...\" for others)";
    return "its port is not a number from 1 to 65535";
}

// User info and the query are left out: they may hold secrets.
SOCKETIO_DECL std::string describe_bad_url(std::string_view text)
{
    constexpr std::size_t shown_most = 200;
    std::string_view shown = text.substr(0, text.find_first_of("?#"));
    std::string said{make_error_code(error::bad_url).message()};
    said += ": \"";
    if (text.find('@', shown.size()) != std::string_view::npos) { // a password may have one of these characters
        shown = "...";
    } else if (auto const at = shown.rfind('@'); at != std::string_view::npos) {
        said += "...";
        shown.remove_prefix(at);
    }
    said += to_displayable(shown.substr(0, shown_most));
    return said.append(shown.size() > shown_most ? "...\": " : "\": ").append(reason_of_bad_url(text));
}

SOCKETIO_DECL std::string origin(url const& of)
{
    std::string result = of.scheme + "://";
    if (of.ipv6_literal) {
        std::size_t const zone = of.host.find('%');
        result.append(1, '[').append(of.host, 0, zone);
        if (zone != std::string::npos)
            result.append("%25").append(of.host, zone + 1);
        result.push_back(']');
    } else {
        result.append(of.host);
    }
    return result.append(1, ':').append(std::to_string(of.port));
}

SOCKETIO_DECL std::string host_header(url const& of)
{
    std::string result;
    // A zone has a meaning on this machine only and is not sent (RFC 6874, section 4).
    if (of.ipv6_literal)
        result.append(1, '[').append(of.host, 0, of.host.find('%')).append(1, ']');
    else
        result = of.host;
    if (of.port != (of.secure ? 443 : 80))
        result.append(1, ':').append(std::to_string(of.port));
    return result;
}

SOCKETIO_DECL bool same_origin(url const& a, url const& b) noexcept
{
    return a.secure == b.secure && a.port == b.port && a.host == b.host;
}

SOCKETIO_DECL std::string request_target(url const& of)
{
    return (of.path.empty() ? "/" : of.path) + (of.query.empty() ? "" : '?' + of.query);
}

// RFC 3986, section 5.2.4, for a path that begins with a slash.
inline std::string remove_dot_segments(std::string_view path)
{
    std::string result;
    while (!path.empty()) {
        std::size_t const end = path.find('/', 1);
        std::string_view const segment = path.substr(0, end);
        bool const last = end == std::string_view::npos;
        path.remove_prefix(last ? path.size() : end);
        if (segment == "/..")
            result.resize(result.rfind('/') == std::string::npos ? 0 : result.rfind('/'));
        else if (segment != "/.")
            result.append(segment);
        if (last && (segment == "/." || segment == "/.."))
            result.push_back('/');
    }
    return result.empty() ? "/" : result;
}

inline void encode_beyond_ascii(std::string& text)
{
    std::string result;
    for (char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80)
            append_uri_component(result, {&c, 1});
        else
            result.push_back(c);
    }
    text = std::move(result);
}

inline bool begins_with_scheme(std::string_view text) noexcept
{
    std::size_t const colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || !is_ascii_letter(text.front()))
        return false;
    for (char c : text.substr(0, colon)) {
        if (!is_ascii_letter(c) && !is_ascii_digit(c) && c != '+' && c != '-' && c != '.')
            return false;
    }
    return true;
}

// The reference as a whole URL: with a scheme, an authority, and a path that begins with a slash or is empty.
inline std::string absolute_url(url const& base, std::string_view target, std::string_view reference)
{
    reference = reference.substr(0, reference.find('#'));
    if (begins_with_scheme(reference))
        return std::string{reference};
    if (reference.starts_with("//"))
        return base.scheme + ':' + std::string{reference};
    std::string result = origin(base);
    std::string_view const path = target.substr(0, target.find('?'));
    if (reference.empty())
        return result.append(target);
    if (reference.starts_with('/'))
        return result.append(reference);
    if (reference.starts_with('?'))
        return result.append(path).append(reference);
    return result.append(path.substr(0, path.rfind('/') + 1)).append(reference);
}

SOCKETIO_DECL std::error_code resolve_url(url const& base, std::string_view target, std::string_view reference,
                                          url& out)
{
    std::string const text = absolute_url(base, target, reference);
    // "http:there" and "mailto:you" have a scheme, but no authority.
    std::size_t const colon = text.find(':');
    url result;
    if (text.compare(colon, 3, "://") != 0 || parse_url(text, result))
        return error::bad_url;
    result.path = remove_dot_segments(result.path);
    encode_beyond_ascii(result.path);
    encode_beyond_ascii(result.query);
    out = std::move(result);
    return {};
}

SOCKETIO_DECL void append_uri_component(std::string& to, std::string_view raw)
{
    constexpr std::string_view plain = "-_.!~*'()";
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char c : raw) {
        if (is_ascii_letter(c) || is_ascii_digit(c) || plain.find(c) != std::string_view::npos) {
            to.push_back(c);
            continue;
        }
        unsigned const byte = static_cast<unsigned char>(c);
        to.push_back('%');
        to.push_back(digits[byte >> 4]);
        to.push_back(digits[byte & 15]);
    }
}

SOCKETIO_DECL void append_query(std::string& to, std::string_view key, std::string_view value)
{
    if (!to.empty() && to.back() != '?' && to.back() != '&')
        to.push_back('&');
    append_uri_component(to, key);
    to.push_back('=');
    append_uri_component(to, value);
}

SOCKETIO_DECL std::string percent_decode(std::string_view text, bool plus_is_space)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        int const high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        int const low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            result.push_back(static_cast<char>(static_cast<unsigned char>(high * 16 + low)));
            i += 2;
        } else {
            result.push_back(text[i] == '+' && plus_is_space ? ' ' : text[i]);
        }
    }
    return result;
}

SOCKETIO_DECL query_pairs parse_query(std::string_view query, bool plus_is_space)
{
    query_pairs result;
    while (!query.empty() && result.size() < query_pair_limit) {
        std::size_t const end = query.find('&');
        std::string_view const item = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (item.empty())
            continue;
        std::size_t const equals = item.find('=');
        std::string_view const value = equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1);
        result.emplace_back(percent_decode(item.substr(0, equals), plus_is_space),
                            percent_decode(value, plus_is_space));
    }
    return result;
}

} // namespace socketio::detail
