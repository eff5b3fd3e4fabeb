// URLs and queries: what is accepted is clean, and comes back the same when it is written out again.
#include "fuzz.hpp"

#include <socketio/wire/http.hpp>
#include <socketio/wire/url.hpp>

#include <string>

namespace url_tests {

using namespace fuzz;
using namespace socketio::detail;

namespace {

bool same_place(url const& a, url const& b)
{
    return a.scheme == b.scheme && a.host == b.host && a.port == b.port && a.secure == b.secure && a.ipv6_literal == b.ipv6_literal;
}

void check_parts(url const& of)
{
    require(of.scheme == "http" || of.scheme == "https" || of.scheme == "ws" || of.scheme == "wss");
    require(of.secure == (of.scheme == "https" || of.scheme == "wss"));
    require(!of.host.empty() && of.port != 0);
    require(of.path.empty() || of.path.front() == '/');
    for (char const c : of.host)
        require(c > ' ' && c < '\x7F' && c != '/' && c != '?' && c != '#' && c != '@' && c != '[' && c != ']');
    for (char const c : of.path + of.query)
        require(static_cast<unsigned char>(c) > ' ' && c != '\x7F' && c != '#');
    require(of.path.find('?') == std::string::npos);
}

void check_url(std::string_view text)
{
    url parsed;
    parsed.host = "untouched";
    if (parse_url(text, parsed)) {
        require(parsed.host == "untouched" && parsed.scheme.empty() && parsed.port == 0);
        return;
    }
    require(text.size() <= 8192);
    check_parts(parsed);

    url again;
    require(!parse_url(origin(parsed), again) && same_place(parsed, again));
    require(again.path.empty() && again.query.empty() && origin(again) == origin(parsed));
    // What the name stands for does not change with what is behind it.
    std::string const longer = origin(parsed) + parsed.path + (parsed.query.empty() ? "" : "?") + parsed.query;
    if (longer.size() <= 8192) {
        require(!parse_url(longer, again) && same_place(parsed, again));
        require(again.path == parsed.path && again.query == parsed.query);
    }
    std::string const header = host_header(parsed);
    require(is_request_target(header) && is_header_value(header));
    require(!parse_url(parsed.scheme + "://" + header, again) && again.port == parsed.port);
    require(again.host == parsed.host.substr(0, parsed.host.find('%')));
}

void check_query(std::string_view text, bool plus_is_space)
{
    query_pairs const pairs = parse_query(text, plus_is_space);
    require(pairs.size() <= 1000);
    std::size_t size = 0;
    std::string again;
    for (auto const& [key, value] : pairs) {
        size += key.size() + value.size();
        append_query(again, key, value);
    }
    require(size <= text.size());
    require(parse_query(again, plus_is_space) == pairs);
    require(pairs.empty() || is_request_target(again));
}

} // namespace

FUZZ_TARGET(url)
{
    choices from{input};
    unsigned const how = from.byte() & 3u;
    std::vector<char> const exact = copy_of(from.rest());
    std::string_view const text = view_of(exact);
    if (how < 2)
        return check_query(text, how == 1);
    check_url(text);
    check_query(text.substr(text.find('?') == std::string_view::npos ? 0 : text.find('?') + 1), true);
}

} // namespace url_tests
