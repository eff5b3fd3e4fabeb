#include "support/peer.hpp"
#include "support/process.hpp"
#include "support/script.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <dirent.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace infrastructure_tests {

using namespace std::chrono_literals;

namespace {

// A plain TCP connection to this machine.
class tcp_connection {
public:
    explicit tcp_connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }

    bool connected() const { return connected_; }

    void send(std::string_view bytes) const { ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }

    // All bytes until these have come, or the end.
    std::string receive_until(std::string_view wanted) const
    {
        std::string received;
        while (received.find(wanted) == std::string::npos) {
            pollfd entry{socket_.get(), POLLIN, 0};
            if (::poll(&entry, 1, 20000) <= 0)
                return received + "(nothing more in time)";
            char buffer[1024];
            ssize_t const size = ::recv(socket_.get(), buffer, sizeof buffer, 0);
            if (size <= 0)
                return received + (size == 0 ? "(end)" : "(reset)");
            received.append(buffer, static_cast<std::size_t>(size));
        }
        return received;
    }

private:
    support::file_descriptor socket_;
    bool connected_ = false;
};

constexpr std::string_view upgrade_request =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

int open_files()
{
    int count = 0;
    DIR* const folder = ::opendir("/proc/self/fd");
    while (::readdir(folder) != nullptr)
        ++count;
    ::closedir(folder);
    return count;
}

} // namespace

TEST_CASE("a process talks in lines and sees the variables it is given")
{
    support::process shell({"sh", "-c", "read line; echo \"got $line\"; printf 'value %s\\n' \"$SUPPORT\"; cat"},
        {{"SUPPORT", "given"}});
    CHECK_FALSE(shell.try_line().has_value());
    shell.write_line("hello");
    CHECK(shell.read_line() == "got hello");
    CHECK(shell.read_line() == "value given");
}

TEST_CASE("a process that says nothing, has ended or does not exist is an exception")
{
    support::process silent({"sleep", "100"});
    CHECK_THROWS_WITH_AS(silent.read_line(20ms), "no line from sleep in time", std::runtime_error);
    support::process ended({"true"});
    CHECK_THROWS_WITH_AS(ended.read_line(), "true has ended", std::runtime_error);
    CHECK_THROWS_AS(ended.write_line("hello"), std::runtime_error);
    CHECK_THROWS_AS(support::process({"/no/such/program"}), std::system_error);
}

TEST_CASE("a process leaves neither children nor open files behind")
{
    int const before = open_files();
    // Orphans become our children, so that their end can be awaited.
    REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    pid_t grandchild = 0;
    {
        support::process shell({"sh", "-c", "sleep 10 & echo $!; wait"});
        grandchild = std::stoi(shell.read_line());
        CHECK(::kill(shell.id(), 0) == 0);
    }
    CHECK(open_files() == before);
    int status = 0;
    CHECK(::waitpid(grandchild, &status, 0) == grandchild);
    CHECK(WIFSIGNALED(status));
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_CASE("npm's server starts on a free port and answers a WebSocket handshake")
{
    support::npm_server server(R"({"pingInterval":1234,"pingTimeout":567})");
    CHECK(server.port() != 0);
    CHECK(server.url() == "http://127.0.0.1:" + std::to_string(server.port()));
    tcp_connection const client(server.port());
    REQUIRE(client.connected());
    client.send(upgrade_request);
    std::string const answer = client.receive_until("maxPayload");
    CHECK(answer.find("HTTP/1.1 101 ") == 0);
    CHECK(answer.find(R"("pingInterval":1234,"pingTimeout":567)") != std::string::npos);
    CHECK(server.ask(R"({"do":"wait","what":"engine open","pick":"transport"})") == R"("websocket")");
    CHECK(server.ask(R"({"do":"sockets"})") == "[]");
}

TEST_CASE("npm's server says which command it could not carry out")
{
    support::npm_server server;
    CHECK_THROWS_WITH_AS(server.ask(R"({"do":"disconnect","nsp":"/custom"})"),
        R"(the peer says {"error":"nobody in /custom"})", std::runtime_error);
    CHECK_THROWS_AS(server.ask(R"({"do":"nonsense"})"), std::runtime_error);
    CHECK_THROWS_AS(server.ask("no json"), std::runtime_error);
    CHECK(server.count("listening") == 1);
}

TEST_CASE("npm's server leaves its port and comes back to it")
{
    support::npm_server server;
    CHECK(server.ask(R"({"do":"stop listening"})") == "true");
    CHECK_FALSE(tcp_connection(server.port()).connected());
    CHECK(server.ask(R"({"do":"listen"})") == std::to_string(server.port()));
    CHECK(tcp_connection(server.port()).connected());
    CHECK(server.ask(R"({"do":"restart","after":10})") == "true");
    CHECK(server.ask(R"({"do":"wait","what":"listening","count":3,"pick":"port"})") == std::to_string(server.port()));
    CHECK(tcp_connection(server.port()).connected());
}

TEST_CASE("a stopped server is there and says nothing")
{
    support::npm_server server;
    server.program().signal(SIGSTOP);
    CHECK_THROWS_AS(server.ask(R"({"do":"sockets"})", 50ms), std::runtime_error);
    server.program().signal(SIGCONT);
    CHECK(server.program().read_line() == "[]");
}

TEST_CASE("a raw server follows its script")
{
    support::script steps;
    steps.open(R"({"sid":"engine"})").text("42[\"a\\\"b\"]").binary("0102").raw("end").end();
    support::raw_server server(steps.plan());
    tcp_connection const client(server.port());
    client.send(upgrade_request);
    std::string const answer = client.receive_until("(no such thing)");
    CHECK(answer.find("HTTP/1.1 101 ") == 0);
    CHECK(answer.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
    CHECK(answer.find(R"(0{"sid":"engine","upgrades":[],"pingInterval":25000)") != std::string::npos);
    CHECK(answer.ends_with("\x81\x0a"
                           "42[\"a\\\"b\"]"
                           "\x82\x02\x01\x02"
                           "end(end)"));
    CHECK(server.log("request", "url") == R"(["/socket.io/?EIO=4&transport=websocket"])");
}

TEST_CASE("a raw server waits for CONNECT, reports what it hears and takes more steps")
{
    support::script steps;
    steps.accept("S1");
    support::raw_server server(steps.plan());
    tcp_connection const client(server.port());
    client.send(upgrade_request);
    client.receive_until("\r\n\r\n");
    // Masked with zeros: "40/n," and a ping.
    client.send(std::string_view("\x81\x85\0\0\0\0"
                                 "40/n,"
                                 "\x89\x81\0\0\0\0p",
        18));
    CHECK(client.receive_until("}").find(R"(40/n,{"sid":"S1"})") != std::string::npos);
    CHECK(server.ask(R"({"do":"wait","what":"ping","pick":"text"})") == R"("p")");
    CHECK(server.log("message", "text") == R"(["40/n,"])");
    server.run(support::script().hex("8100").frame(R"({"opcode":1,"fin":false,"text":"42"})").close(1001).steps());
    CHECK(client.receive_until("\xe9") == std::string_view("\x81\x00\x01\x02"
                                                            "42"
                                                            "\x88\x02\x03\xe9",
                                              10));
}

TEST_CASE("a raw server plays each connection another plan")
{
    constexpr auto refuse = R"({"refuse":{"status":503,"headers":{"Retry-After":"5"},"body":"later"}})";
    constexpr auto answer =
        R"({"answer":"HTTP/1.1 101 OK\r\nX: {accept}\r\n\r\n","steps":[{"raw":"more"},{"end":true}]})";
    support::raw_server server(support::plans(refuse, R"({"reset":true})", answer, R"({"silent":true})"));
    auto const converse = [&] {
        tcp_connection const client(server.port());
        client.send(upgrade_request);
        return client.receive_until("(no such thing)");
    };
    std::string const refused = converse();
    CHECK(refused.starts_with("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n"));
    CHECK(refused.ends_with("Retry-After: 5\r\n\r\nlater(end)"));
    CHECK(converse() == "(reset)");
    CHECK(converse() == "HTTP/1.1 101 OK\r\nX: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nmore(end)");
    tcp_connection const last(server.port());
    last.send(upgrade_request);
    CHECK(server.ask(R"({"do":"wait","what":"request","where":{"connection":3},"pick":"method"})") == R"("GET")");
    CHECK(server.count("tcp open") == 4);
}

} // namespace infrastructure_tests
