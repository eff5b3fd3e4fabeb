// Connections that are lost under TLS, and sessions that are resumed.
#include <socketio/client.hpp>

#include "support/peer.hpp"
#include "support/tls.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using support::secure_url;

namespace {

struct loss_test : support::tls_test {
    support::certificate leaf = trusted.leaf();

    // What the server says of the session, connection by connection.
    std::string reused_by(support::peer& server, socketio::options settings)
    {
        auto socket = socketio::io(context, secure_url(server), trusting(std::move(settings)));
        heard.follow(socket);
        for (int i = 1; i != 4; ++i) {
            if (!until([&] { return heard.count("connect") == i; }))
                return "not connected";
            round_trip(socket); // by then the server's tickets have come
            server.ask(R"({"do":"lose","how":"reset"})");
        }
        return server.log("secure", "reused");
    }
};

} // namespace

TEST_CASE_FIXTURE(loss_test, "a connection that ends without goodbye is a \"transport close\", and there is another")
{
    for (char const* const how : {"terminate", "reset", "close"}) {
        CAPTURE(how);
        support::npm_server server(serving(leaf));
        auto settings = support::quick(trusting());
        settings.forceNew = true;
        auto socket = socketio::io(context, secure_url(server), settings);
        heard.clear();
        heard.follow(socket);
        REQUIRE(until_heard("connect"));
        server.ask(R"({"do":"lose","how":)" + support::quoted(how) + "}");
        REQUIRE(until_heard("reconnect: 1"));
        CHECK(heard.text() == "connect | disconnect: transport close | connect | reconnect: 1");
    }
}

TEST_CASE_FIXTURE(loss_test, "a reconnection resumes the session, in either version of TLS")
{
    for (char const* const version : {R"("maxVersion":"TLSv1.2")", R"("minVersion":"TLSv1.3")"}) {
        CAPTURE(version);
        heard.clear();
        support::npm_server server(serving(leaf, version));
        CHECK(reused_by(server, support::quick()).starts_with("[false,true,true"));
    }
}

TEST_CASE_FIXTURE(loss_test, "no session is resumed when that is not wanted")
{
    support::npm_server server(serving(leaf));
    auto settings = support::quick();
    settings.tls.session_resumption = false;
    CHECK(reused_by(server, settings).starts_with("[false,false,false"));
}

TEST_CASE_FIXTURE(loss_test, "a client asks for a name and HTTP/1.1, and for no name where the URL has an address")
{
    support::npm_server server(serving(leaf));
    CHECK_FALSE(failure(secure_url(server), trusting()));
    CHECK_FALSE(failure(secure_url(server, "127.0.0.1"), trusting()));
    CHECK(server.log("secure", "host") == R"(["localhost",null])");
    CHECK(server.log("secure", "alpn") == R"(["http/1.1","http/1.1"])");
    CHECK(server.log("secure", "protocol") == R"(["TLSv1.3","TLSv1.3"])");
}

TEST_CASE_FIXTURE(loss_test, "several threads share managers with TLS")
{
    support::npm_server server(serving(leaf));
    asio::io_context shared;
    std::atomic<int> answers{0};
    std::vector<socketio::socket> sockets;
    {
        support::client_group const threads(shared, 3);
        for (int i = 0; i != 4; ++i) {
            auto settings = support::quick(trusting());
            settings.forceNew = true;
            sockets.push_back(socketio::io(shared, secure_url(server), settings));
        }
        for (int round = 0; round != 50; ++round)
            for (auto& each : sockets)
                each.emit("echo", round, [&](int) { ++answers; });
        CHECK(until([&] { return answers == 200; }));
    }
}
