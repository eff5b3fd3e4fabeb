// A client that polls and then upgrades, byte by byte, and a server whose allocations fail.
#include <socketio/server.hpp>

#include <doctest/doctest.h>

#include "memory/failing_memory.hpp"
#include "memory/on_one_context.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace memory;

// A connection without Asio, whose own allocations do not fail.
class raw_connection {
public:
    explicit raw_connection(std::uint16_t port) : handle_{::socket(AF_INET, SOCK_STREAM, 0)}
    {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(connect(handle_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
    }
    raw_connection(raw_connection const&) = delete;
    raw_connection& operator=(raw_connection const&) = delete;
    ~raw_connection() { close(handle_); }

    void write(std::string_view bytes) const
    {
        static_cast<void>(send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    // What has come so far.
    std::string const& read()
    {
        char piece[2048];
        ssize_t count = 0;
        while ((count = recv(handle_, piece, sizeof piece, MSG_DONTWAIT)) > 0)
            got_.append(piece, static_cast<std::size_t>(count));
        ended_ = ended_ || count == 0;
        return got_;
    }
    bool has(std::string_view text) { return read().find(text) != std::string::npos; }
    bool ended() const noexcept { return ended_; }

private:
    int handle_;
    std::string got_;
    bool ended_ = false;
};

class polls final : public on_one_context {
public:
    void hold() override
    {
        twice([this] { open_server(); });
        sparing_.emplace();
        bool const all = talk().empty();
        sparing_.reset();
        if (all)
            wait([this] { return members_.empty(); });
    }

    std::string examine() override
    {
        if (!server_)
            return "there is no server";
        server_->disconnectSockets(true);
        if (!patiently([this] { return members_.empty(); }))
            return "a socket does not end";
        patience_ = true;
        auto words = talk();
        if (!patiently([this] { return members_.empty(); }) && words.empty())
            return "the new socket does not end";
        return words;
    }

    bool end() override
    {
        members_.clear();
        if (server_)
            server_->close();
        return run_out();
    }

private:
    void open_server()
    {
        if (!server_)
            server_.emplace(context_, std::uint16_t{0},
                            socketio::server_options{.address = "127.0.0.1", .close_timeout = 100ms});
        server_->off("connection");
        server_->on("connection", [this](socketio::server_socket socket) {
            socket.on("disconnect", [this, id = socket.id()] {
                std::erase_if(members_, [&](auto const& each) { return each.id() == id; });
            });
            socket.on("echo", [socket](std::string const& text) { socket.emit("echo", text); });
            socket.on("file", [socket](socketio::bytes const& file) { socket.emit("file", file); });
            members_.push_back(socket);
        });
    }

    // Empty, or words for what did not come.
    std::string talk()
    {
        std::string const opened = call("GET", "", "");
        auto const at = opened.find("\"sid\":\"");
        if (at == std::string::npos)
            return "there is no session";
        std::string const session = "&sid=" + opened.substr(at + 7, opened.find('"', at + 7) - at - 7);
        call("POST", session, "40");
        if (call("GET", session, "").find("40{") == std::string::npos)
            return "the namespace is not entered";
        call("POST", session, "42[\"echo\",\"over polling\"]");
        if (call("GET", session, "").find("42[\"echo\",\"over polling\"]") == std::string::npos)
            return "no event comes";
        call("POST", session, "451-[\"file\",{\"_placeholder\":true,\"num\":0}]\x1e" "bAQIDBA==");
        if (call("GET", session, "").find("\x1e" "bAQIDBA==") == std::string::npos)
            return "no attachment comes";
        return upgrade(session);
    }
    std::string upgrade(std::string const& session)
    {
        raw_connection socket{server_->port()};
        socket.write("GET /socket.io/?EIO=4&transport=websocket" + session + " HTTP/1.1\r\nHost: a\r\n"
                     "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
        if (!comes(socket, "\r\n\r\n"))
            return "the upgrade is not answered";
        socket.write(frame("2probe"));
        if (!comes(socket, "3probe"))
            return "the probe is not answered";
        socket.write(frame("5"));
        socket.write(frame("42[\"echo\",\"over a WebSocket\"]"));
        if (!comes(socket, "42[\"echo\",\"over a WebSocket\"]"))
            return "no event comes after the upgrade";
        return {};
    }
    // Masked with zeros.
    static std::string frame(std::string_view text)
    {
        return std::string{'\x81', static_cast<char>(0x80 | text.size()), 0, 0, 0, 0}.append(text);
    }

    std::string call(std::string const& method, std::string const& session, std::string const& body)
    {
        std::optional<raw_connection> connection;
        std::string const about = "Content-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        connection.emplace(server_->port());
        connection->write(method + " /socket.io/?EIO=4&transport=polling" + session + " HTTP/1.1\r\nHost: a\r\n" +
                          "Connection: close\r\n" + (body.empty() ? "" : about) + "\r\n" + body);
        until([&] { return connection->read(), connection->ended(); });
        return connection->read();
    }
    bool comes(raw_connection& over, std::string_view text)
    {
        until([&] { return over.has(text) || over.ended(); });
        return over.has(text);
    }
    // The server's allocations are those that fail.
    template <class Condition>
    void until(Condition condition)
    {
        auto const met = [&] {
            spared const own;
            return condition();
        };
        sparing_.reset();
        patience_ ? patiently(met) : wait(met);
        sparing_.emplace();
    }

    std::optional<socketio::server> server_;
    std::vector<socketio::server_socket> members_;
    std::optional<spared> sparing_; // while the client is at work, not the server
    bool patience_ = false;
};

} // namespace

TEST_CASE("whichever allocation fails, the server takes clients that poll, and upgrades them")
{
    fail_each_allocation([] { return std::make_unique<polls>(); });
}
