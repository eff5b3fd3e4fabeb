// OpenSSL's own TLS server, typed at by a test; and ports that say a thing of ours, or nothing.
#pragma once

#include "process.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

// What is typed goes to the client, but for one-letter lines, which are commands (openssl-s_server's manual,
// "connected commands").
class openssl_server {
public:
    openssl_server(std::string const& cert, std::string const& key, std::vector<std::string> const& arguments = {})
        : program_(command(cert, key, arguments)), port_(listening())
    {
    }

    std::uint16_t port() const noexcept { return port_; }
    std::string url() const { return "https://localhost:" + std::to_string(port_); }
    void type(std::string line) { program_.write_line(std::move(line)); }
    // A line with these words, of what it prints from here on; if it has arrived.
    bool printed(std::string_view words)
    {
        while (auto const line = program_.try_line())
            if (line->find(words) != std::string::npos)
                return true;
        return false;
    }

private:
    static std::vector<std::string> command(
        std::string const& cert, std::string const& key, std::vector<std::string> const& arguments)
    {
        std::vector<std::string> all{"sh", "-c", "exec \"$@\" 2>/dev/null", "sh", "stdbuf", "-o0", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", cert, "-cert_chain", cert, "-key", key};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return all;
    }
    std::uint16_t listening()
    {
        for (;;) {
            std::string const line = program_.read_line();
            if (line.starts_with("ACCEPT "))
                return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
        }
    }

    process program_;
    std::uint16_t port_;
};

// Answers the first bytes of every connection with `said` and hangs up; without anything to say it stays there.
class raw_port {
public:
    raw_port(asio::io_context& context, std::optional<std::string> said)
        : state_(std::make_shared<state>(context, std::move(said)))
    {
        state::accept(state_);
    }
    raw_port(raw_port const&) = delete;
    raw_port& operator=(raw_port const&) = delete;
    ~raw_port() { close(); }

    std::string url() const { return "https://localhost:" + std::to_string(state_->port); }
    std::size_t heard() const noexcept { return state_->heard; }
    bool ended() const noexcept { return state_->ended; }
    void close()
    {
        std::error_code ignored;
        state_->acceptor.close(ignored);
        state_->socket.close(ignored);
    }

private:
    struct state {
        state(asio::io_context& context, std::optional<std::string> to_say)
            : acceptor(context, {asio::ip::address_v4::loopback(), 0}), socket(context), said(std::move(to_say)),
              port(acceptor.local_endpoint().port())
        {
        }
        static void accept(std::shared_ptr<state> const& self)
        {
            self->acceptor.async_accept(self->socket, [self](std::error_code ec) {
                if (!ec)
                    read(self);
            });
        }
        static void read(std::shared_ptr<state> const& self)
        {
            self->socket.async_read_some(asio::buffer(self->room), [self](std::error_code ec, std::size_t count) {
                self->heard += count;
                self->ended = bool(ec);
                if (!ec && self->said)
                    answer(self);
                else if (!ec)
                    read(self);
            });
        }
        static void answer(std::shared_ptr<state> const& self)
        {
            asio::async_write(self->socket, asio::buffer(*self->said), [self](std::error_code, std::size_t) {
                std::error_code ignored;
                self->socket.close(ignored);
                if (self->acceptor.is_open())
                    accept(self);
            });
        }

        asio::ip::tcp::acceptor acceptor;
        asio::ip::tcp::socket socket;
        std::optional<std::string> said;
        std::uint16_t port;
        std::array<char, 20000> room{};
        std::size_t heard = 0;
        bool ended = false;
    };

    std::shared_ptr<state> state_;
};

} // namespace support
