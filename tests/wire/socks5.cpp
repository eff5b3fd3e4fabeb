#include <socketio/wire/socks5.hpp>

#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace socks5_tests {

using namespace socketio::detail;
using namespace std::string_literals;

namespace {

constexpr auto incomplete = socks5_progress::incomplete;
constexpr auto connected = socks5_progress::connected;
constexpr auto failed = socks5_progress::failed;

// What came and was not used stays for the next time, as in a read buffer.
struct talk {
    socks5_client client;
    std::string input{};

    socks5_progress hear(std::string const& bytes)
    {
        input += bytes;
        std::size_t consumed = 0;
        auto const progress = client.read(input, consumed);
        input.erase(0, consumed);
        return progress;
    }
};

void refused(socks5_client const& client, socketio::error why, std::string_view words)
{
    CHECK(client.error() == why);
    CHECK(client.message().find(words) != std::string::npos);
}

talk asked()
{
    talk made{{"host", 80}};
    CHECK(made.hear("\x05\x00"s) == incomplete);
    return made;
}

auto const granted = "\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x90"s;

} // namespace

TEST_CASE("without a password one round says so, the next names the server")
{
    talk to{{"example.com", 8080}};
    CHECK(to.client.take_output() == "\x05\x01\x00"s);
    CHECK(to.client.take_output().empty());
    CHECK(to.hear("\x05\x00"s) == incomplete);
    CHECK(to.client.take_output() == "\x05\x01\x00\x03\x0b"s + "example.com\x1f\x90"s);
    CHECK(to.hear(granted + "server") == connected);
    CHECK(to.input == "server");
}

TEST_CASE("an address goes as an address, without its zone")
{
    talk ipv4{{"10.0.0.1", 443}};
    static_cast<void>(ipv4.client.take_output());
    ipv4.hear("\x05\x00"s);
    CHECK(ipv4.client.take_output() == "\x05\x01\x00\x01\x0a\x00\x00\x01\x01\xbb"s);
    talk ipv6{{"fe80::1%eth0", 443}};
    static_cast<void>(ipv6.client.take_output());
    ipv6.hear("\x05\x00"s);
    CHECK(ipv6.client.take_output() == "\x05\x01\x00\x04\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01\xbb"s);
}

TEST_CASE("a name and a password are offered, and said if the proxy asks")
{
    talk to{{"h", 80, "user", "pass"}};
    CHECK(to.client.take_output() == "\x05\x02\x00\x02"s);
    CHECK(to.hear("\x05\x02"s) == incomplete);
    CHECK(to.client.take_output() == "\x01\x04user\x04pass"s);
    CHECK(to.hear("\x01\x00"s) == incomplete);
    CHECK(to.client.take_output() == "\x05\x01\x00\x03\x01h\x00\x50"s);
    CHECK(to.hear(granted) == connected);
    talk open{{"h", 80, "user", "pass"}};
    static_cast<void>(open.client.take_output());
    CHECK(open.hear("\x05\x00"s) == incomplete);
    CHECK(open.client.take_output() == "\x05\x01\x00\x03\x01h\x00\x50"s);
}

TEST_CASE("the answers may come byte by byte, with any kind of address")
{
    for (auto const& answer : {granted, "\x05\x00\x00\x03\x04host\x00\x50"s, "\x05\x00\x00\x04"s + std::string(18, 'x'),
             "\x05\x00\x00\x03\x00\x00\x50"s}) {
        talk to{{"h", 80, "user", "pass"}};
        std::string const all = "\x05\x02\x01\x00"s + answer;
        for (std::size_t i = 0; i + 1 < all.size(); ++i)
            CHECK(to.hear(all.substr(i, 1)) == incomplete);
        CHECK(to.hear(all.substr(all.size() - 1)) == connected);
        CHECK(to.input.empty());
    }
}

TEST_CASE("a proxy that refuses says why, with two bytes as with ten")
{
    for (auto const& [reply, words] : {std::pair{1, "general failure"}, {2, "not allowed by its rules"},
             {3, "network unreachable"}, {4, "host unreachable"}, {5, "connection refused (SOCKS reply 5)"},
             {6, "time to live expired"}, {7, "command not supported"}, {8, "address type not supported"},
             {99, "unknown reply (SOCKS reply 99)"}}) {
        auto short_answer = asked();
        CHECK(short_answer.hear("\x05"s + static_cast<char>(reply)) == failed);
        refused(short_answer.client, socketio::error::proxy_refused, words);
        auto long_answer = asked();
        CHECK(long_answer.hear("\x05"s + static_cast<char>(reply) + std::string(8, '\0')) == failed);
        CHECK(long_answer.hear(granted) == failed);
    }
}

TEST_CASE("a proxy that wants a name and a password, or others, is told apart")
{
    talk nobody{{"h", 80}};
    CHECK(nobody.hear("\x05\xff"s) == failed);
    refused(nobody.client, socketio::error::proxy_authentication_required, "set network.proxy.username");
    talk somebody{{"h", 80, "u", "p"}};
    CHECK(somebody.hear("\x05\xff"s) == failed);
    refused(somebody.client, socketio::error::proxy_authentication_required, "neither");
    talk wrong{{"h", 80, "u", "p"}};
    wrong.hear("\x05\x02"s);
    CHECK(wrong.hear("\x01\x01"s) == failed);
    refused(wrong.client, socketio::error::proxy_authentication_required, "does not accept");
}

TEST_CASE("garbage is told as soon as it can be seen")
{
    talk http{{"h", 80}};
    CHECK(http.hear("H") == failed);
    refused(http.client, socketio::error::proxy_invalid, "not SOCKS 5");
    talk unasked{{"h", 80}};
    CHECK(unasked.hear("\x05\x02"s) == failed);
    CHECK(unasked.client.error() == socketio::error::proxy_invalid);
    auto late = asked();
    CHECK(late.hear("\x04") == failed);
    CHECK(late.client.error() == socketio::error::proxy_invalid);
    auto strange = asked();
    CHECK(strange.hear("\x05\x00\x00\x02\x00"s) == failed);
    refused(strange.client, socketio::error::proxy_invalid, "unknown type of address");
    CHECK(strange.client.take_output().empty());
}

TEST_CASE("what does not fit into SOCKS 5 fails before a byte is sent")
{
    socks5_client long_host{std::string(256, 'h'), 80};
    std::size_t consumed = 0;
    CHECK(long_host.take_output().empty());
    CHECK(long_host.read("", consumed) == failed);
    CHECK(long_host.error() == socketio::error::proxy_refused);
    CHECK_FALSE(socks5_client(std::string(255, 'h'), 80).error());
    CHECK(socks5_client("h", 80, std::string(256, 'u'), "p").error() == socketio::error::proxy_authentication_required);
    CHECK(socks5_client("h", 80, "u", std::string(256, 'p')).error() == socketio::error::proxy_authentication_required);
    CHECK(socks5_client("h", 80, "", "p").error() == socketio::error::proxy_authentication_required);
}

} // namespace socks5_tests
