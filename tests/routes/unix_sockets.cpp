// Servers behind Unix-domain sockets.
#include "routes.hpp"
#include "support/temporary_folder.hpp"

#include <asio/local/stream_protocol.hpp>

#include <unistd.h>

#include <cerrno>
#include <string>

using socketio::error;
using support::check_words;
using support::scripted_tcp_server;
using support::scripted_connection;
using asio::local::stream_protocol;

TEST_CASE_FIXTURE(route_test, "a server is reached at a path, and the URL says what it is asked")
{
    support::temporary_folder const folder;
    std::string const path = folder.path("server");
    scripted_tcp_server peer{stream_protocol::endpoint{path}, [&](scripted_connection& client) {
        std::string const head = client.read_head();
        client.relay(server.port(), head);
    }};
    socketio::options settings;
    settings.network.unix_socket = path;
    REQUIRE(converses("http://does-not-exist.invalid:8080", settings));
    CHECK(has(peer.notes().at(0), "\r\nHost: does-not-exist.invalid:8080\r\n"));
}

#if defined(__linux__)
TEST_CASE_FIXTURE(route_test, "an abstract name begins with @")
{
    std::string const name = "socketio-test-" + std::to_string(::getpid());
    scripted_tcp_server peer{stream_protocol::endpoint{std::string(1, '\0') + name}, [&](scripted_connection& client) { client.relay(server.port()); }};
    socketio::options settings;
    settings.network.unix_socket = "@" + name;
    settings.network.proxy.url = "http://does-not-exist.invalid"; // does not apply
    REQUIRE(converses(server.url(), settings));
    CHECK(peer.visitors() == 1);
}
#endif

TEST_CASE_FIXTURE(route_test, "a path where nobody listens, or that is too long, is told")
{
    support::temporary_folder const folder;
    socketio::options settings;
    settings.network.unix_socket = folder.path("nobody");
    check_words(refused(server.url(), settings), std::error_code(ENOENT, asio::error::get_system_category()),
        "connect to the Unix-domain socket " + folder.path("nobody") + ": ");
    settings.network.unix_socket = std::string(200, 'x');
    check_words(refused(server.url(), settings), make_error_code(std::errc::filename_too_long), "connect to the Unix-domain socket xxx");
}
