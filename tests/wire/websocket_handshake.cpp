#include <socketio/wire/websocket_handshake.hpp>

#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

namespace websocket_handshake_tests {

using namespace socketio::detail;
using socketio::error;

namespace {

constexpr std::string_view rfc_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view rfc_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

http_head read_head(role sender, std::string_view text)
{
    http_head_reader reader{sender};
    std::size_t consumed = 0;
    CHECK(reader.read(text, consumed) == http_progress::complete);
    CHECK(consumed == text.size());
    return reader.head();
}

http_head good_response()
{
    http_head head;
    head.status = 101;
    head.headers = {{"Upgrade", "WebSocket"}, {"Connection", "upgrade"}, {"Sec-WebSocket-Accept", std::string{rfc_accept}}};
    return head;
}

http_head good_request()
{
    http_head head;
    head.method = "GET";
    head.target = "/";
    head.headers = {{"Host", "h"}, {"Upgrade", "websocket"}, {"Connection", "keep-alive, Upgrade"},
                    {"Sec-WebSocket-Key", std::string{rfc_key}}, {"Sec-WebSocket-Version", "13"}};
    return head;
}

void refused(http_head const& head)
{
    std::string key = "before";
    CHECK(check_upgrade_request(head, key) == error::handshake_invalid);
    CHECK(key == "before");
}

} // namespace

TEST_CASE("the key and its answer are those of RFC 6455, section 1.3")
{
    unsigned char const nonce[] = {'t', 'h', 'e', ' ', 's', 'a', 'm', 'p', 'l', 'e', ' ', 'n', 'o', 'n', 'c', 'e'};
    CHECK(make_websocket_key(nonce) == rfc_key);
    CHECK(websocket_accept(rfc_key) == rfc_accept);
}

TEST_CASE("the request is written as it should be")
{
    byte_buffer out;
    write_upgrade_request(out, {.target = "/socket.io/?EIO=4", .host = "h:3000", .key = rfc_key});
    CHECK(out.view() == "GET /socket.io/?EIO=4 HTTP/1.1\r\nHost: h:3000\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
}

TEST_CASE("the user's headers follow, but neither override the handshake nor break the head")
{
    std::vector<http_header> const headers = {
        {"Authorization", "Bearer x"}, {"host", "other"},  {"UPGRADE", "h2c"},    {"Connection", "close"},
        {"sec-websocket-key", "k"},    {"Sec-WebSocket-Extensions", "permessage-deflate"},
        {"Sec-WebSocket-Protocol", "p"}, {"X", "a\r\nY: b"}, {"Z\r\n", "c"},      {"Cookie", "d"}};
    byte_buffer out;
    write_upgrade_request(out, {.target = "/", .host = "h", .key = rfc_key, .headers = headers, .subprotocols = "a, b"});
    http_head const head = read_head(role::client, out.view());
    REQUIRE(head.headers.size() == 8);
    CHECK(head.find("Host") == "other");
    CHECK(head.find("Upgrade") == "websocket");
    CHECK(head.find("Connection") == "Upgrade");
    CHECK(head.find("Sec-WebSocket-Key") == rfc_key);
    CHECK(head.find("Sec-WebSocket-Protocol") == "a, b");
    CHECK(head.headers[6].value == "Bearer x");
    CHECK(head.headers[7].value == "d");
}

TEST_CASE("each side accepts what the other writes")
{
    byte_buffer out;
    write_upgrade_request(out, {.target = "/", .host = "h", .key = rfc_key});
    std::string key;
    CHECK_FALSE(check_upgrade_request(read_head(role::client, out.view()), key));
    CHECK(key == rfc_key);
    out.clear();
    write_upgrade_response(out, key);
    CHECK_FALSE(check_upgrade_response(read_head(role::server, out.view()), rfc_key));
}

TEST_CASE("an answer takes further headers, but not those that would change what it says")
{
    byte_buffer plain;
    write_upgrade_response(plain, rfc_key);
    byte_buffer out;
    write_upgrade_response(out, rfc_key, {}, std::nullopt,
        {{"X-Mine", "yes"}, {"upgrade", "h2c"}, {"Connection", "close"}, {"sec-websocket-protocol", "chat"}, {"Content-Length", "5"},
         {"Transfer-Encoding", "chunked"}, {"X-Split", "a\r\nX-Other: b"}, {"X Space", "a"}, {"", "a"}, {"Set-Cookie", "a=b"}});
    std::string expected{plain.view()};
    expected.insert(expected.size() - 2, "X-Mine: yes\r\nSet-Cookie: a=b\r\n");
    CHECK(out.view() == expected);
}

TEST_CASE("another status than 101 is a refusal, whatever its headers")
{
    http_head head = good_response();
    CHECK_FALSE(check_upgrade_response(head, rfc_key));
    for (int status : {100, 200, 301, 400, 503}) {
        head.status = status;
        CHECK(check_upgrade_response(head, rfc_key) == error::upgrade_refused);
    }
}

TEST_CASE("a 101 with a header missing, doubled or wrong is invalid")
{
    for (std::size_t i = 0; i < 3; ++i) {
        http_head head = good_response();
        head.headers[i].value += "x";
        CHECK(check_upgrade_response(head, rfc_key) == error::handshake_invalid);
        head.headers.erase(head.headers.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(check_upgrade_response(head, rfc_key) == error::handshake_invalid);
        head = good_response();
        head.headers.push_back(head.headers[i]);
        head.headers.back().value += "y";
        CHECK(static_cast<bool>(check_upgrade_response(head, rfc_key)) == (i != 1)); // Connection is a list
    }
    CHECK(check_upgrade_response(good_response(), "another key") == error::handshake_invalid);
    http_head old = good_response();
    old.minor = 0;
    CHECK(check_upgrade_response(old, rfc_key) == error::handshake_invalid);
}

TEST_CASE("an extension or a subprotocol that was not asked for is invalid")
{
    http_head head = good_response();
    head.headers.push_back({"Sec-WebSocket-Extensions", "permessage-deflate"});
    CHECK(check_upgrade_response(head, rfc_key) == error::handshake_invalid);
    head = good_response();
    head.headers.push_back({"Sec-WebSocket-Protocol", "b"});
    CHECK(check_upgrade_response(head, rfc_key) == error::handshake_invalid);
    CHECK(check_upgrade_response(head, rfc_key, "a, c") == error::handshake_invalid);
    CHECK_FALSE(check_upgrade_response(head, rfc_key, "a, b,c"));
    head.headers.back().value = "";
    CHECK(check_upgrade_response(head, rfc_key, "a") == error::handshake_invalid);
}

TEST_CASE("the subprotocols of a request are tokens with commas between, each once")
{
    auto const read = [](std::vector<std::string> const& headers) {
        http_head head;
        for (auto const& each : headers)
            head.headers.push_back({"sec-websocket-PROTOCOL", each});
        std::vector<std::string> names{"left over"};
        auto const ec = read_subprotocols(head, names);
        std::string all;
        for (auto const& each : names)
            all += each + '|';
        return ec ? ec == error::handshake_invalid && names.empty() ? "invalid" : "odd" : all;
    };
    CHECK(read({}) == "");
    CHECK(read({"a"}) == "a|");
    CHECK(read({"b, a ,\tc"}) == "b|a|c|");
    CHECK(read({"b, a", "c"}) == "b|a|c|");
    CHECK(read({"A,a"}) == "A|a|"); // names are compared exactly
    for (char const* const list : {"", " ", ",", "a,", ",a", "a,,b", "a b", "a,a", "a;b", "a/1", "\xc3\xa4"})
        CHECK_MESSAGE(read({list}) == "invalid", list);
    CHECK(read({"a", "b,a"}) == "invalid");
    std::string many = "x";
    for (int i = 0; i != 5000; ++i)
        many += "," + std::to_string(i);
    CHECK(read({many}).size() == many.size() + 1);
}

TEST_CASE("a request is refused when any part of it is missing or wrong")
{
    std::string key;
    CHECK_FALSE(check_upgrade_request(good_request(), key));
    CHECK(key == rfc_key);
    for (std::size_t i = 0; i < 5; ++i) {
        http_head head = good_request();
        head.headers.erase(head.headers.begin() + static_cast<std::ptrdiff_t>(i));
        refused(head);
        if (i == 0)
            continue;
        head = good_request();
        head.headers[i].value = "x" + head.headers[i].value;
        if (i != 2)
            refused(head);
    }
    http_head head = good_request();
    head.method = "POST";
    refused(head);
    head = good_request();
    head.minor = 0;
    refused(head);
    for (std::string_view bad : {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25jZTEy", "short="}) {
        head = good_request();
        head.headers[3].value = bad;
        refused(head);
    }
}

} // namespace websocket_handshake_tests
