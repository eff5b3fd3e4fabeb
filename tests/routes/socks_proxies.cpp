// SOCKS 5 by a proxy in the test.
#include "routes.hpp"

#include <chrono>
#include <vector>

using namespace std::chrono_literals;
using namespace std::string_literals;
using socketio::error;
using support::check_words;
using support::scripted_tcp_server;
using support::scripted_connection;

namespace {

socketio::options through(std::string url, socketio::options from = {})
{
    from.network.proxy.url = std::move(url);
    return from;
}

auto const granted = "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"s;

// Takes the greeting and the request, both noted, and answers with this.
std::string take_request(scripted_connection& client, std::string const& user = {})
{
    client.read(user.empty() ? 3 : 4);
    client.write(user.empty() ? "\x05\x00"s : "\x05\x02"s);
    std::string said;
    if (!user.empty()) {
        said = client.read(user.size());
        client.write(said == user ? "\x01\x00"s : "\x01\x01"s);
    }
    std::string const head = client.read(5);
    if (head.size() == 5 && head[3] == 3)
        return client.read(static_cast<unsigned char>(head[4]) + std::size_t{2});
    return head.size() == 5 ? head.substr(4) + client.read(head[3] == 4 ? 17 : 5) : "";
}

} // namespace

TEST_CASE_FIXTURE(route_test, "the proxy resolves the server's name")
{
    std::string asked;
    scripted_tcp_server proxy{[&](scripted_connection& client) {
        asked = take_request(client);
        client.write(granted);
        client.relay(server.port());
    }};
    for (char const* const scheme : {"socks5", "socks5h"}) {
        REQUIRE(converses("http://does-not-exist.invalid:8080", through(proxy.url(scheme), {.forceNew = true})));
        CHECK(asked == "does-not-exist.invalid\x1f\x90"s);
    }
    REQUIRE(converses("http://127.0.0.1:80", through(proxy.url("socks5"))));
    CHECK(asked == "\x7f\x00\x00\x01\x00\x50"s);
}

TEST_CASE_FIXTURE(route_test, "a name and a password are said to a proxy that asks")
{
    std::string const user = "\x01\x04user\x06secret";
    scripted_tcp_server proxy{[&](scripted_connection& client) {
        if (!take_request(client, user).empty()) {
            client.write(granted);
            client.relay(server.port());
        }
    }};
    REQUIRE(converses(server.url(), through("socks5://user:secret@" + proxy.authority())));
    auto separate = through(proxy.url("socks5"), {.forceNew = true});
    separate.network.proxy.username = "user";
    separate.network.proxy.password = "secret";
    REQUIRE(converses(server.url(), separate));
    auto const wrong = refused(server.url(), through("socks5://user:Secret@" + proxy.authority(), {.forceNew = true}));
    check_words(wrong, error::proxy_authentication_required, "the proxy " + proxy.authority() + ": it refused to connect: it does not accept");
    CHECK_FALSE(has(wrong.message(), "Secret"));
}

TEST_CASE_FIXTURE(route_test, "a proxy that refuses says why, in words")
{
    scripted_tcp_server proxy{[&](scripted_connection& client) {
        take_request(client);
        client.write("\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"s);
        client.read_to_end();
    }};
    check_words(refused(server.url(), through(proxy.url("socks5"))), error::proxy_refused, "not allowed by its rules (SOCKS reply 2)");
    scripted_tcp_server picky{[&](scripted_connection& client) {
        client.read(3);
        client.write("\x05\xff"s);
    }};
    check_words(refused(server.url(), through(picky.url("socks5"))), error::proxy_authentication_required,
        "it wants a user name and a password: set network.proxy.username and password");
}

TEST_CASE_FIXTURE(route_test, "what is no SOCKS, or too much of it, is the proxy's fault")
{
    scripted_tcp_server http{[](scripted_connection& client) { client.write("HTTP/1.1 400 Bad Request\r\n\r\n"); client.read_to_end(); }};
    check_words(refused(server.url(), through(http.url("socks5"))), error::proxy_invalid, "its answer is not SOCKS 5");
    scripted_tcp_server eager{[&](scripted_connection& client) { client.write("\x05\x00"s + granted); client.read_to_end(); }};
    check_words(refused(server.url(), through(eager.url("socks5"))), error::proxy_invalid, "it answered before it was asked");
    scripted_tcp_server chatty{[&](scripted_connection& client) { take_request(client); client.write(granted + "x"); client.read_to_end(); }};
    check_words(refused(server.url(), through(chatty.url("socks5"))), error::proxy_invalid, "before the server was asked");
    scripted_tcp_server rude{[&](scripted_connection& client) { take_request(client); }};
    check_words(refused(server.url(), through(rude.url("socks5"))), error::proxy_refused, "it closed the connection instead");
}

TEST_CASE_FIXTURE(route_test, "a proxy that falls silent is a timeout that says so, at every step")
{
    for (int const steps : {0, 1}) {
        scripted_tcp_server silent{[&](scripted_connection& client) {
            if (steps == 1)
                take_request(client);
            client.read_to_end();
        }};
        check_words(refused(server.url(), through(silent.url("socks5"), {.timeout = 50ms})), error::timeout,
            "timeout: while waiting for the answer of the proxy " + silent.authority());
    }
}
