// https and wss against node's TLS and npm's socket.io.
#include <socketio/tls.hpp>

#include "support/peer.hpp"
#include "support/tls.hpp"

#include <doctest/doctest.h>

#include <string>

using support::tls_test;

TEST_CASE_FIXTURE(tls_test, "a client connects over https and wss when the certificate is right, and says how long TLS took")
{
    auto const leaf = trusted.leaf();
    support::npm_server server(serving(leaf));
    for (std::string const& url : {support::secure_url(server), "wss" + support::secure_url(server).substr(5)}) {
        auto socket = socketio::io(context, url, trusting({.forceNew = true}));
        REQUIRE(until_connected(socket));
        CHECK(round_trip(socket));
        CHECK(socket.io().snapshot().last_connect.tls.count() > 0);
    }
}

TEST_CASE_FIXTURE(tls_test, "certificates may be in files")
{
    auto const leaf = trusted.leaf();
    support::npm_server server(serving(leaf));
    socketio::options settings;
    settings.tls.ca_file = folder.write("root", trusted.root.pem());
    CHECK_FALSE(failure(support::secure_url(server), settings));
}

TEST_CASE_FIXTURE(tls_test, "megabytes go both ways and arrive as they were")
{
    auto const leaf = trusted.leaf();
    support::npm_server server(serving(leaf, "", R"("maxHttpBufferSize":100000000)"));
    auto socket = socketio::io(context, support::secure_url(server), trusting());
    socketio::bytes sent(5'000'001);
    for (std::size_t i = 0; i != sent.size(); ++i)
        sent[i] = static_cast<std::byte>(i * 7 + i / 1000);
    socketio::bytes received;
    socket.emit("echo", sent, [&](socketio::bytes back) { received = std::move(back); });
    REQUIRE(until([&] { return !received.empty(); }));
    CHECK(received == sent);
}

TEST_CASE_FIXTURE(tls_test, "many messages go both ways at once, in order")
{
    auto const leaf = trusted.leaf();
    support::npm_server server(serving(leaf));
    auto socket = socketio::io(context, support::secure_url(server), trusting());
    int next = 0;
    bool in_order = true;
    for (int i = 0; i != 5000; ++i)
        socket.emit("echo", i, std::string(static_cast<std::size_t>(i % 300), 'x'), [&](int back) { in_order = in_order && back == next++; });
    CHECK(until([&] { return next == 5000; }));
    CHECK(in_order);
}
