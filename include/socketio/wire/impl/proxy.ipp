// Parses a proxy's URL, and finds a server in a list.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/wire/base64.hpp>
#include <socketio/wire/ip_address.hpp>
#include <socketio/wire/proxy.hpp>
#include <socketio/wire/url.hpp>

#include <optional>
#include <utility>

namespace socketio::detail {

inline bool take_proxy_scheme(std::string_view& text, proxy_server& out)
{
    std::size_t const mark = text.find("://");
    std::string_view const scheme = mark == std::string_view::npos ? "http" : text.substr(0, mark);
    if (equals_ignoring_case(scheme, "http"))
        out.kind = proxy_kind::http;
    else if (equals_ignoring_case(scheme, "socks5") || equals_ignoring_case(scheme, "socks5h"))
        out.kind = proxy_kind::socks5;
    else
        return false;
    text.remove_prefix(mark == std::string_view::npos ? 0 : mark + 3);
    return true;
}

inline void take_proxy_user(std::string_view& text, proxy_server& out)
{
    std::size_t const at = text.rfind('@');
    if (at == std::string_view::npos)
        return;
    std::string_view const user = text.substr(0, at);
    std::size_t const colon = user.find(':');
    out.username = percent_decode(user.substr(0, colon), false);
    if (colon != std::string_view::npos)
        out.password = percent_decode(user.substr(colon + 1), false);
    text.remove_prefix(at + 1);
}

SOCKETIO_DECL std::error_code parse_proxy_url(std::string_view text, proxy_server& out)
{
    proxy_server found;
    if (!take_proxy_scheme(text, found))
        return error::bad_proxy;
    std::size_t const path = text.find_first_of("/?#", text.rfind('@') == std::string_view::npos ? 0 : text.rfind('@'));
    if (path != std::string_view::npos && text.substr(path) != "/")
        return error::bad_proxy;
    text = text.substr(0, path);
    take_proxy_user(text, found);
    url address;
    if (parse_url("http://" + std::string{text}, address))
        return error::bad_proxy;
    found.host = address.host;
    bool const named = text.find(':', text.starts_with('[') ? text.find(']') : 0) != std::string_view::npos;
    found.port = named || found.kind == proxy_kind::http ? address.port : std::uint16_t{1080};
    out = std::move(found);
    return {};
}

// "name", "name:port", "[address]:port". An IPv6 address without brackets has no port.
struct no_proxy_entry {
    std::string_view host;
    std::string_view port;
};

inline no_proxy_entry split_no_proxy(std::string_view text) noexcept
{
    if (text.starts_with('[')) {
        std::size_t const end = text.find(']');
        if (end == std::string_view::npos)
            return {};
        std::string_view const rest = text.substr(end + 1);
        return {text.substr(1, end - 1), rest.starts_with(':') ? rest.substr(1) : std::string_view{}};
    }
    std::size_t const colon = text.find(':');
    if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
        return {text, {}};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

inline bool is_below_domain(std::string_view host, std::string_view domain) noexcept
{
    if (domain.starts_with('.'))
        domain.remove_prefix(1);
    if (domain.ends_with('.'))
        domain.remove_suffix(1);
    if (domain.empty() || host.size() < domain.size())
        return false;
    std::size_t const at = host.size() - domain.size();
    return equals_ignoring_case(host.substr(at), domain) && (at == 0 || host[at - 1] == '.');
}

inline bool no_proxy_names(std::string_view text, std::string_view host, std::optional<ip_address> const& address,
                           std::uint16_t port)
{
    if (text == "*")
        return true;
    no_proxy_entry const entry = split_no_proxy(text);
    if (!entry.port.empty() && entry.port != std::to_string(port))
        return false;
    if (auto const network = parse_ip_network(entry.host))
        return address && network->contains(*address);
    return !address && is_below_domain(host, entry.host);
}

SOCKETIO_DECL bool needs_no_proxy(std::span<std::string const> entries, std::string_view host, std::uint16_t port)
{
    if (host.ends_with('.'))
        host.remove_suffix(1);
    auto const address = parse_ip_address(host.substr(0, host.find('%')));
    for (std::string_view list : entries) {
        while (!list.empty()) {
            std::size_t const end = list.find_first_of(", \t");
            std::string_view const item = list.substr(0, end);
            if (!item.empty() && no_proxy_names(item, host, address, port))
                return true;
            list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
        }
    }
    return false;
}

inline std::string first_of(environment const& variable, std::initializer_list<char const*> names)
{
    for (char const* name : names) {
        std::string text = variable(name);
        if (!text.empty())
            return text;
    }
    return {};
}

SOCKETIO_DECL std::string proxy_from_environment(environment const& variable, bool secure)
{
    if (secure)
        return first_of(variable, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
    return first_of(variable, {"http_proxy", "all_proxy", "ALL_PROXY"});
}

SOCKETIO_DECL std::string no_proxy_from_environment(environment const& variable)
{
    return first_of(variable, {"no_proxy", "NO_PROXY"});
}

SOCKETIO_DECL std::string authority(std::string_view host, std::uint16_t port)
{
    bool const bracketed = host.find(':') != std::string_view::npos;
    std::string result{bracketed ? "[" : ""};
    // A zone has a meaning on this machine only.
    result.append(bracketed ? host.substr(0, host.find('%')) : host).append(bracketed ? "]:" : ":");
    return result.append(std::to_string(port));
}

SOCKETIO_DECL void write_connect_request(byte_buffer& to, std::string_view target, std::string_view authorization)
{
    to.append(std::string_view{"CONNECT "});
    to.append(target);
    to.append(std::string_view{" HTTP/1.1\r\nHost: "});
    to.append(target);
    if (!authorization.empty() && is_header_value(authorization)) {
        to.append(std::string_view{"\r\nProxy-Authorization: "});
        to.append(authorization);
    }
    to.append(std::string_view{"\r\n\r\n"});
}

SOCKETIO_DECL std::string basic_authorization(std::string_view username, std::string_view password)
{
    return "Basic " + base64_encode(std::string{username} + ':' + std::string{password});
}

SOCKETIO_DECL bool stays_open(http_head const& answer) noexcept
{
    if (answer.has_token("Connection", "close") || answer.has_token("Proxy-Connection", "close"))
        return false;
    return answer.minor >= 1 || answer.has_token("Connection", "keep-alive") ||
           answer.has_token("Proxy-Connection", "keep-alive");
}

} // namespace socketio::detail
