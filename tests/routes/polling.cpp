// Long-polling by a Unix-domain socket, and its move to WebSocket there.
#include "routes.hpp"
#include "support/peer.hpp"
#include "support/temporary_folder.hpp"

#include <asio/local/stream_protocol.hpp>

#include <string>
#include <vector>

using asio::local::stream_protocol;
using support::scripted_connection;
using support::scripted_tcp_server;

TEST_CASE_FIXTURE(support::client_test, "each transport, and the way from one to the other, goes by a Unix-domain socket")
{
    support::npm_server npm;
    support::temporary_folder const folder;
    std::string const path = folder.path("server");
    scripted_tcp_server peer{stream_protocol::endpoint{path}, [&](scripted_connection& client) {
        std::string const head = client.read_head();
        client.relay(npm.port(), head);
    }};
    for (std::vector<std::string> const& transports :
        std::vector<std::vector<std::string>>{{"polling"}, {"websocket"}, {"polling", "websocket"}}) {
        socketio::options settings;
        settings.network.unix_socket = path;
        settings.transports = transports;
        settings.forceNew = true;
        auto socket = socketio::io(context, "http://does-not-exist.invalid:8080", support::quick(settings));
        REQUIRE(until_connected(socket));
        REQUIRE(until([&] { return socket.io().snapshot().transport == transports.back(); }));
        REQUIRE(round_trip(socket));
    }
    for (std::string const& head : peer.notes())
        CHECK(has(head, "\r\nHost: does-not-exist.invalid:8080\r\n"));
}
