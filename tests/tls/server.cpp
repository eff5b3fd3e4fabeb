// Our server over TLS: our client, npm's, OpenSSL's own, and those that do not speak it.
#include <socketio/server.hpp>
#include <socketio/tls.hpp>

#include "support/engine_requests.hpp"
#include "support/http_caller.hpp"
#include "support/server_fixture.hpp"
#include "support/tls.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::server_options;
using socketio::tls_options;
using support::http_caller;

namespace {
namespace secure_server {

struct house : support::tls_test {
    explicit house(server_options options = {}, tls_options more = {})
    {
        more.cert = trusted.chain(leaf);
        more.key = leaf.key();
        options.tls = std::move(more);
        io.emplace(context, std::uint16_t{0}, support::on_loopback(std::move(options)));
        io->on("connection", [this](socketio::server_socket socket) {
            heard.note(socket.handshake().secure ? "secure" : "not secure");
            socket.on("echo", [](socketio::value const& what, socketio::ack reply) { reply(what); });
            socket.on("disconnect", support::note_text(heard, "disconnect"));
            socket.conn().on("upgrade", [this](std::string_view to) { heard.note("upgrade " + std::string{to}); });
        });
        io->on_request([](socketio::http_request const& request) {
            return socketio::http_response{200, {}, std::string{request.secure ? "secure " : ""} + request.target + "\n"};
        });
    }

    std::string place() const { return "localhost:" + std::to_string(io->port()); }
    socketio::socket client(socketio::options options = {})
    {
        options.forceNew = true;
        return socketio::io(context, "https://" + place(), support::quick(trusting(std::move(options))));
    }
    // The honest are served.
    bool serves(socketio::options options = {})
    {
        auto socket = client(std::move(options));
        bool back = false;
        socket.emit("echo", "hello", [&](std::string const& text) { back = text == "hello"; });
        bool const served = until([&] { return back; });
        socket.disconnect();
        return served && until([&] { return io->snapshot().connections == 0; });
    }
    http_caller call() { return {context, io->port()}; }
    support::process start(std::vector<std::string> command)
    {
        return support::process{std::move(command), {{"NODE_PATH", support::places::node_modules()}}};
    }
    // The next line that holds these words.
    std::string await(support::process& program, std::string_view words)
    {
        std::string found;
        if (!until([&] {
                std::optional<std::string> line;
                while (found.empty() && (line = program.try_line()))
                    if (line->find(words) != std::string::npos)
                        found = *line;
                return !found.empty();
            }))
            throw std::runtime_error("not said: " + std::string{words});
        return found;
    }

    support::certificate leaf = trusted.leaf();
    std::optional<socketio::server> io;
};

std::string words_of(tls_options tls)
{
    asio::io_context context;
    try {
        socketio::server server{context, std::uint16_t{0}, support::on_loopback({.tls = std::move(tls)})};
    } catch (std::system_error const& why) {
        return why.what();
    }
    return "no error";
}

bool has(std::string const& text, std::string_view words)
{
    return text.find(words) != std::string::npos;
}

} // namespace secure_server
} // namespace

using secure_server::has;
using secure_server::words_of;

TEST_CASE_FIXTURE(secure_server::house, "our client talks to our server over TLS, and large events go both ways")
{
    auto socket = client();
    socketio::bytes sent(900'000);
    for (std::size_t i = 0; i != sent.size(); ++i)
        sent[i] = static_cast<std::byte>(i * 7 + i / 1000);
    socketio::bytes received;
    socket.emit("echo", sent, [&](socketio::bytes back) { received = std::move(back); });
    REQUIRE(until([&] { return !received.empty(); }));
    CHECK(received == sent);
    CHECK(heard.text() == "secure");
    int next = 0;
    for (int i = 0; i != 1000; ++i)
        socket.emit("echo", i, [&](int back) { next += back == next ? 1 : 0; });
    CHECK(until([&] { return next == 1000; }));
    socket.disconnect();
    CHECK(until_heard("disconnect: client namespace disconnect"));
    CHECK(until([&] { return io->snapshot().connections == 0; }));
}

TEST_CASE_FIXTURE(secure_server::house, "npm's client talks to our server over TLS, whichever way it comes")
{
    for (std::string_view const transports : {R"(["polling"])", R"(["websocket"])", R"(["polling","websocket"])"}) {
        CAPTURE(transports);
        std::string const options = R"({"forceNew":true,"transports":)" + std::string{transports} + R"(,"ca":)" +
                                    support::quoted(trusted.root.pem()) + "}";
        std::string const scenario =
            R"({"options":)" + options +
            R"(,"start":[["connect","/"],["ask","/",0,"echo","hello"]],)"
            R"("on":{"/ ack echo: [\"hello\"]":[[["disconnect","/"]]]},"until":"/ ack echo: [\"hello\"]"})";
        auto program = start({support::places::chosen("SOCKETIO_NODE", "node"), support::places::peers() + "/client.js",
            "https://" + place(), scenario});
        CHECK_FALSE(await(program, "ack echo").empty());
        CHECK(until_heard("disconnect: client namespace disconnect"));
        CHECK(heard.count("secure") == 1);
        heard.clear();
    }
}

TEST_CASE_FIXTURE(secure_server::house, "a client that does not know the authority is refused, by its own doing")
{
    auto stranger = failure("https://" + place(), {.tls = {.ca = support::authorities{"Other"}.root.pem()}});
    REQUIRE(stranger);
    CHECK(stranger->code() == socketio::error::tls_unknown_authority);
    auto const untold = failure("http://" + place(), {});
    CHECK(untold.has_value());
    CHECK(serves());
}

TEST_CASE_FIXTURE(secure_server::house, "OpenSSL's client is served, in either version")
{
    for (char const* const version : {"-tls1_2", "-tls1_3"}) {
        auto program = start({"sh", "-c", "exec \"$@\" 2>/dev/null", "sh", "openssl", "s_client", "-connect", place(),
            "-servername", "localhost", "-CAfile", folder.write("root", trusted.root.pem()), "-verify_return_error",
            "-verify_hostname", "localhost", "-alpn", "h2,http/1.1", version, "-crlf", "-ign_eof"});
        CHECK(has(await(program, "ALPN protocol"), "http/1.1"));
        CHECK(has(await(program, "Verify return code"), "0 (ok)"));
        program.write_line("GET /page HTTP/1.1\nHost: a\n\nGET /other HTTP/1.1\nHost: a\nConnection: close\n");
        CHECK(await(program, "secure /page") == "secure /page");
        CHECK(await(program, "secure /other") == "secure /other");
        CHECK(until([&] { return io->snapshot().connections == 0; }));
    }
}

TEST_CASE_FIXTURE(secure_server::house, "what is older than TLS 1.2 is refused, and so is to negotiate again")
{
    for (char const* const version : {"-tls1", "-tls1_1"}) {
        auto program = start({"sh", "-c", "exec \"$@\" 2>&1", "sh", "openssl", "s_client", "-connect", place(), version,
            "-cipher", "DEFAULT@SECLEVEL=0"});
        CHECK_FALSE(await(program, "alert protocol version").empty());
    }
    auto program = start({"sh", "-c", "exec \"$@\" 2>&1", "sh", "openssl", "s_client", "-connect", place(), "-tls1_2"});
    await(program, "Verify return code");
    program.write_line("R");
    CHECK_FALSE(await(program, "no renegotiation").empty());
    program.stop();
    CHECK(serves());
}

TEST_CASE_FIXTURE(secure_server::house, "a client that speaks no TLS is left, and the others are served")
{
    for (std::string const& said : {support::get_request("/"), std::string{"\x16\x03\x01\x00\x05hello", 10},
             std::string(100000, '\x16'), std::string(20, '\0')}) {
        auto caller = call();
        caller.send(said);
        CHECK(caller.until_ended());
        CHECK(caller.received().find("HTTP") == std::string::npos);
    }
    CHECK(serves());
}

TEST_CASE("the log has handshakes that fail, with the address and the reason")
{
    std::vector<std::string> told;
    secure_server::house house{{.log = [&](socketio::log_level level, std::string_view component, std::string_view text) {
        CHECK(level == socketio::log_level::info);
        told.push_back(std::string{component} + ": " + std::string{text});
    }}};
    auto caller = house.call();
    caller.send(support::get_request("/"));
    CHECK(caller.until_ended());
    REQUIRE(told.size() == 1);
    CHECK(told[0].starts_with("engine: the TLS handshake with 127.0.0.1 failed: the client does not speak TLS on this "
                              "port (it said \"GET / HTTP/1.1"));
    CHECK(house.serves());
    CHECK(told.size() == 1);
}

TEST_CASE("a handshake that is never finished has its time")
{
    secure_server::house house{{.http = {.request_timeout = 300ms}}};
    auto silent = house.call(), half = house.call();
    half.send(std::string_view{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11});
    CHECK(silent.until_ended());
    CHECK(half.until_ended());
    CHECK(silent.received().empty());
    CHECK(house.serves());
}

TEST_CASE_FIXTURE(secure_server::house,
    "clients that leave in the handshake, or in the middle of a record, leave nothing behind")
{
    for (int i = 0; i != 10; ++i) {
        auto caller = call();
        caller.send(std::string_view{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", static_cast<std::size_t>(i)});
        if (i % 2 == 0)
            REQUIRE(until([&] { return context.poll() == 0; }));
    }
    CHECK(until([&] { return io->snapshot().connections == 0; }));
    CHECK(serves());
}

TEST_CASE_FIXTURE(secure_server::house, "a server that closes ends handshakes and says goodbye to clients")
{
    auto socket = client({.reconnection = false});
    REQUIRE(until_connected(socket));
    heard.follow(socket, "client ");
    auto silent = call();
    REQUIRE(until([&] { return io->snapshot().connections == 2; }));
    bool closed = false;
    io->close([&](std::error_code) { closed = true; });
    CHECK(until([&] { return closed; }));
    CHECK(until_heard("client disconnect: transport close"));
    CHECK(silent.until_ended());
    CHECK(idle());
}

TEST_CASE("who has no certificate is not served where one is wanted")
{
    support::authorities guests{"Guests"};
    secure_server::house house{{}, {.ca = guests.root.pem()}};
    auto const guest = guests.leaf({.name = "guest"});
    CHECK(house.serves({.tls = {.ca = house.trusted.root.pem(), .cert = guests.chain(guest), .key = guest.key()}}));
    auto const stranger = house.trusted.leaf({.name = "stranger"});
    CHECK(house.failure("https://" + house.place(), {.tls = {.ca = house.trusted.root.pem()}}));
    CHECK(house.failure("https://" + house.place(),
        {.tls = {.ca = house.trusted.root.pem(), .cert = house.trusted.chain(stranger), .key = stranger.key()}}));
    CHECK(house.heard.count("secure") == 1);
}

TEST_CASE("a server whose certificate or key is not right does not begin, and says what is wrong")
{
    support::authorities trusted;
    auto const leaf = trusted.leaf(), other = trusted.leaf();
    support::temporary_folder folder;
    CHECK(has(words_of({.cert = leaf.pem(), .key = other.key()}), "the key does not belong to the certificate"));
    CHECK(has(words_of({.cert = "no PEM", .key = leaf.key()}), "options::tls.cert"));
    CHECK(has(words_of({.cert = leaf.pem(), .key = "no PEM"}), "options::tls.key"));
    CHECK(has(words_of({.cert = leaf.pem()}), "options::tls.cert"));
    CHECK(has(words_of({.cert_file = folder.path("none"), .key = leaf.key()}), folder.path("none")));
    CHECK(has(words_of({.cert = leaf.pem(), .key_file = folder.path("none")}), folder.path("none")));
    CHECK(has(words_of({.cert_file = folder.name(), .key = leaf.key()}), folder.name()));
    CHECK(has(words_of({.cert = leaf.pem(), .key = leaf.encrypted_key("secret")}), "passphrase"));
    CHECK(has(words_of({.ca = "no PEM", .cert = leaf.pem(), .key = leaf.key()}), "options::tls.ca"));
    CHECK(has(words_of({.cert = leaf.pem(), .key = leaf.key(), .ciphers = "NONE"}), "options::tls.ciphers"));
    CHECK(words_of({.cert = leaf.pem(), .key = leaf.key()}) == "no error");
    CHECK(words_of({.cert = leaf.pem() + leaf.key()}) == "no error");
    CHECK(words_of({.cert = leaf.pem(), .key = leaf.encrypted_key("secret"), .passphrase = [] { return "secret"; }}) ==
          "no error");
    CHECK(words_of({.cert_file = folder.write("cert", leaf.pem()), .key_file = folder.write("key", leaf.key())}) == "no error");
}

TEST_CASE("half of what TLS needs does not make a server without TLS")
{
    support::authorities trusted;
    auto const leaf = trusted.leaf();
    CHECK(has(words_of({.key = leaf.key()}), "options::tls.cert"));
    CHECK(has(words_of({.key_file = "key.pem"}), "options::tls.cert"));
    CHECK(has(words_of({.ca = trusted.root.pem()}), "options::tls.cert"));
    CHECK(has(words_of({.crl_file = "list.pem"}), "list.pem"));
}
