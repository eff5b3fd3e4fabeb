// Long-polling over https: its conversation, its move to WebSocket, and a certificate that is not trusted.
#include <socketio/client.hpp>
#include <socketio/tls.hpp>

#include "support/peer.hpp"
#include "support/tls.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using socketio::error;
using support::secure_url;

namespace {

struct secure_polling_test : support::tls_test {
    support::certificate leaf = trusted.leaf();

    socketio::options over(std::vector<std::string> transports)
    {
        auto settings = support::quick(trusting({.forceNew = true}));
        settings.transports = std::move(transports);
        return settings;
    }
};

} // namespace

TEST_CASE_FIXTURE(secure_polling_test, "a conversation goes over https by polling alone, and moves to WebSocket over TLS")
{
    support::npm_server server(serving(leaf, "", R"("maxHttpBufferSize":100000000)"));
    for (std::vector<std::string> const& transports :
        std::vector<std::vector<std::string>>{{"polling"}, {"polling", "websocket"}}) {
        auto socket = socketio::io(context, secure_url(server), over(transports));
        REQUIRE(until([&] { return socket.connected() && socket.io().snapshot().transport == transports.back(); }));
        socketio::bytes const sent(2'000'001, std::byte{7});
        bool same = false;
        socket.emit("echo", sent, [&](socketio::bytes const& back) { same = back == sent; });
        REQUIRE(until([&] { return same; }));
        CHECK(socket.io().snapshot().last_connect.tls.count() > 0);
    }
}

TEST_CASE_FIXTURE(secure_polling_test, "a lost session over https begins again, and its connections resume TLS")
{
    support::npm_server server(serving(leaf));
    auto socket = socketio::io(context, secure_url(server), over({"polling"}));
    heard.follow(socket);
    REQUIRE(until_heard("connect"));
    REQUIRE(round_trip(socket));
    server.ask(R"({"do":"lose","how":"close"})");
    REQUIRE(until_heard("reconnect: 1"));
    REQUIRE(round_trip(socket));
    CHECK(server.log("secure", "reused").find("true") != std::string::npos);
}

TEST_CASE_FIXTURE(secure_polling_test, "a certificate that is not trusted ends either transport, and is told once")
{
    support::npm_server server(serving(leaf));
    for (std::vector<std::string> const& transports :
        std::vector<std::vector<std::string>>{{"polling"}, {"websocket", "polling"}}) {
        socketio::options settings = support::once_only({.forceNew = true});
        settings.transports = transports;
        auto const why = failure(secure_url(server), settings);
        REQUIRE(why);
        CHECK(why->code() == error::tls_unknown_authority);
        CHECK(why->attempts().size() == 1);
    }
}
