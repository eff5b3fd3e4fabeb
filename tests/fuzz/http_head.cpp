// HTTP heads of both senders: bounded, the same in pieces as in one, and the same again when written out.
#include "fuzz.hpp"

#include <socketio/wire/http.hpp>

#include <string>

namespace http_head_tests {

using namespace fuzz;
using namespace socketio::detail;

namespace {

struct outcome {
    http_progress progress = http_progress::incomplete;
    std::size_t consumed = 0;
    bool operator==(outcome const&) const = default;
};

outcome read_once(http_head_reader& reader, std::string_view data)
{
    std::vector<char> const exact = copy_of(data);
    outcome result;
    std::size_t consumed = 0;
    result.progress = reader.read(view_of(exact), consumed);
    require((result.progress == http_progress::failed) == bool{reader.error()});
    if (result.progress == http_progress::complete)
        result.consumed = consumed;
    return result;
}

void check_head(http_head const& head, role sender, http_limits limits)
{
    require(head.headers.size() <= limits.headers);
    require(head.minor >= 0 && head.minor <= 9);
    if (sender == role::server)
        require(head.status >= 100 && head.status <= 999 && is_header_value(head.reason));
    else
        require(is_header_name(head.method) && is_request_target(head.target));
    for (http_header const& each : head.headers) {
        require(is_header_name(each.name) && is_header_value(each.value));
        require(trim_http_blanks(each.value) == each.value);
        require(head.count(each.name) >= 1);
    }
    require(head.find("") == "" && head.count("") == 0 && !head.has_token("", ""));
}

std::string written(http_head const& head, role sender)
{
    std::string const version = "HTTP/1." + std::to_string(head.minor);
    std::string result = sender == role::server ? version + ' ' + std::to_string(head.status) + ' ' + head.reason
                                                          : head.method + ' ' + head.target + ' ' + version;
    for (http_header const& each : head.headers)
        result += "\r\n" + each.name + ": " + each.value;
    return result + "\r\n\r\n";
}

bool same(http_head const& a, http_head const& b)
{
    bool equal = a.status == b.status && a.reason == b.reason && a.method == b.method && a.target == b.target &&
                 a.minor == b.minor && a.headers.size() == b.headers.size();
    for (std::size_t i = 0; equal && i != a.headers.size(); ++i)
        equal = a.headers[i].name == b.headers[i].name && a.headers[i].value == b.headers[i].value;
    return equal;
}

} // namespace

FUZZ_TARGET(http_head)
{
    choices from{input};
    unsigned const how = from.byte();
    role const sender = (how & 1u) != 0 ? role::server : role::client;
    http_limits const limits = (how & 2u) != 0 ? http_limits{} : http_limits{from.up_to(400), from.up_to(5)};
    choices const cuts{from.text(32)};
    std::string_view const data = from.rest();

    http_head_reader whole{sender, limits};
    outcome const expected = read_once(whole, data);
    require(expected.consumed <= data.size() && expected.consumed <= limits.bytes);
    require(expected.progress != http_progress::incomplete || data.size() < limits.bytes);
    require(read_once(whole, data) == expected);

    http_head_reader cut{sender, limits};
    outcome last;
    std::size_t arrived = 0;
    in_pieces(data, cuts, [&](std::string_view piece) {
        arrived += piece.size();
        outcome const next = read_once(cut, data.substr(0, arrived));
        require(last.progress == http_progress::incomplete || next == last); // the end is the end
        last = next;
    });
    require(data.empty() || last == expected);
    if (expected.progress != http_progress::complete)
        return;

    require(data.substr(0, expected.consumed).ends_with("\r\n"));
    check_head(whole.head(), sender, limits);
    require(data.empty() || same(whole.head(), cut.head()));
    std::string const text = written(whole.head(), sender);
    http_head_reader again{sender, {text.size() + 1, limits.headers}};
    require(read_once(again, text) == outcome{http_progress::complete, text.size()});
    require(same(again.head(), whole.head()));
    again.reset();
    require(read_once(again, text).progress == http_progress::complete);
}

} // namespace http_head_tests
