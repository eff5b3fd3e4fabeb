// What lies between a URL and a connection: a proxy's answers, bodies of refusals, cookies, dates, addresses, and the
// extensions that a handshake speaks of.
#include "fuzz.hpp"

#include <socketio/wire/body_reader.hpp>
#include <socketio/wire/cookies.hpp>
#include <socketio/wire/http_date.hpp>
#include <socketio/wire/ip_address.hpp>
#include <socketio/wire/permessage_deflate.hpp>
#include <socketio/wire/proxy.hpp>
#include <socketio/wire/socks5.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace ways_tests {

using namespace fuzz;
using namespace socketio::detail;

namespace {

constexpr std::size_t longest = 600; // of what is cut into pieces, each of which is copied
constexpr http_time now{std::chrono::seconds{1'700'000'000}};

struct told {
    int outcome = 0;
    std::string text;
    std::size_t consumed = 0;
    bool operator==(told const&) const = default;
};

// However the bytes are cut, the reader comes to the same end, and takes no byte that is not there.
template <class Make, class Step>
told in_pieces(std::string_view bytes, std::size_t piece, Make make, Step step)
{
    auto reader = make();
    told result;
    std::string held;
    std::size_t total = 0;
    for (std::size_t at = 0; at < bytes.size() && result.outcome == 0; at += piece) {
        held.append(bytes.substr(at, piece));
        std::vector<char> const exact = copy_of(held);
        std::size_t consumed = 0;
        result.outcome = step(reader, view_of(exact), consumed);
        require(consumed <= exact.size());
        held.erase(0, consumed);
        total += consumed;
    }
    result.consumed = total;
    return result;
}

void check_socks(std::string_view bytes, bool with_user, std::size_t piece)
{
    auto const make = [&] { return with_user ? socks5_client{"host.example", 80, "name", "secret"} : socks5_client{"host.example", 80}; };
    std::string sent;
    auto const step = [&](socks5_client& client, std::string_view data, std::size_t& consumed) {
        sent += client.take_output();
        auto const progress = client.read(data, consumed);
        require((progress == socks5_progress::failed) == static_cast<bool>(client.error()));
        require(client.message().size() < 4096);
        return static_cast<int>(progress);
    };
    told const whole = in_pieces(bytes, bytes.size() + 1, make, step);
    std::string const once = std::exchange(sent, {});
    told const cut = in_pieces(bytes, piece, make, step);
    require(whole.outcome == cut.outcome && whole.consumed == cut.consumed);
    require(once.size() < 1024 && sent.size() < 1024);
    if (!with_user)
        require(once.find("secret") == std::string::npos);
}

void check_body(choices& from)
{
    http_head head;
    head.status = 403;
    bool const chunked = from.flag();
    head.headers.push_back(chunked ? http_header{"Transfer-Encoding", "chunked"} : http_header{"Content-Length", std::string{from.text(30)}});
    std::size_t const limit = from.up_to(300);
    std::size_t const piece = from.up_to(50) + 1;
    std::string_view const bytes = from.rest().substr(0, longest);
    auto const read = [&](std::size_t step_size, std::string& body) {
        auto reader = body_reader{head, limit};
        auto const step = [&](body_reader& by, std::string_view data, std::size_t& consumed) {
            int const progress = static_cast<int>(by.read(data, consumed));
            require(by.body().size() <= limit);
            body = by.body();
            return progress;
        };
        return in_pieces(bytes, step_size, [&] { return reader; }, step);
    };
    std::string once, again;
    require(read(bytes.size() + 1, once).outcome == read(piece, again).outcome);
    require(once == again);
}

void check_cookies(choices& from)
{
    cookie_jar jar;
    for (int i = 0; i != 60 && !from.empty(); ++i) {
        cookie_origin const place{from.flag() ? "a.example.org" : "example.org", from.flag() ? "/socket.io/" : "/", from.flag()};
        std::string_view const set = from.text(5000);
        if (is_header_value(set)) // nothing else comes out of a head
            jar.set(set, place, now);
        require(jar.size() <= cookie_jar::most_cookies);
    }
    cookie_origin const to{"a.example.org", "/socket.io/", from.flag()};
    std::string const header = jar.header(to, now + std::chrono::seconds{from.up_to(65535)});
    require(is_header_value(header));
    require(header.size() <= cookie_jar::most_cookies * (cookie_jar::most_bytes + 2));
    require(jar.header({"other.org", "/socket.io/", true}, now).empty());
}

void check_texts(std::string_view text)
{
    if (auto const date = parse_http_date(text))
        require(*date >= http_time{std::chrono::sys_days{std::chrono::year{1601} / 1 / 1}} &&
                *date < http_time{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}});
    if (auto const wait = parse_retry_after(text, now))
        require(wait->count() >= 0 && wait->count() <= 101LL * 366 * 86400);
    if (auto const address = parse_ip_address(text))
        require(ip_network{*address, 0}.contains(*address) && ip_network{*address, 128}.contains(*address));
    if (auto const network = parse_ip_network(text))
        require(network->prefix <= 128);
    proxy_server proxy;
    proxy.host = "untouched";
    if (parse_proxy_url(text, proxy))
        require(proxy.host == "untouched" && proxy.port == 0);
    else
        require(proxy.kind != proxy_kind::none && !proxy.host.empty() && proxy.port != 0);
    std::string const entry{text};
    static_cast<void>(needs_no_proxy({&entry, 1}, "host.example.org", 80));
}

void check_negotiation(std::string_view text, bool server)
{
    http_head head;
    head.headers.push_back({"Sec-WebSocket-Extensions", std::string{text}});
    socketio::deflate_options const options{.server_max_window_bits = 12, .client_max_window_bits = 11};
    std::optional<deflate_parameters> agreed;
    auto const ec = server ? accept_deflate_offer(head, options, agreed) : read_deflate_answer(head, &options, agreed);
    require(!ec || !agreed);
    if (!agreed)
        return;
    // A server has 12 bits at most, a client 11, whatever the peer has written.
    require(agreed->server_max_window_bits.value_or(15) <= 12 && agreed->client_max_window_bits.value_or(11) <= 15);
    if (server)
        require(is_header_value(write_deflate_answer(*agreed)));
}

} // namespace

FUZZ_TARGET(ways)
{
    choices from{input};
    switch (from.byte() % 6) {
    case 0: {
        bool const with_user = from.flag();
        std::size_t const piece = from.up_to(20) + 1;
        return check_socks(from.rest().substr(0, longest), with_user, piece);
    }
    case 1: return check_body(from);
    case 2: return check_cookies(from);
    case 3: return check_negotiation(from.rest(), true);
    case 4: return check_negotiation(from.rest(), false);
    default: return check_texts(from.rest());
    }
}

} // namespace ways_tests
