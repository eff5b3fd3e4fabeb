// A client that says HTTP as it is told to, bytes and all, and takes the answers apart. Plain Asio in the test's own
// context; it knows nothing of the library.
#pragma once

#include "run_until.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace support {

inline std::string in_small_letters(std::string text)
{
    for (char& each : text)
        each = each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
    return text;
}

struct http_reply {
    int status = 0;
    std::string head{}; // with its empty line
    std::string body{};

    // The values of all headers of that name, in any case, with ", " between them.
    std::string header(std::string_view name) const
    {
        std::string result;
        std::string const begin = in_small_letters("\r\n" + std::string{name} + ": "), all = in_small_letters(head);
        for (std::size_t at = all.find(begin); at != std::string::npos; at = all.find(begin, at + 2)) {
            std::size_t const from = at + begin.size();
            result += (result.empty() ? "" : ", ") + head.substr(from, head.find("\r\n", from) - from);
        }
        return result;
    }
};

// A body in chunks that begins at `at`, if it is there as a whole; moves `at` behind it.
inline std::optional<std::string> read_chunks(std::string const& bytes, std::size_t& at)
{
    std::string body;
    for (std::size_t from = at;;) {
        std::size_t const line = bytes.find("\r\n", from);
        if (line == std::string::npos)
            return std::nullopt;
        std::size_t const size = std::stoul(bytes.substr(from, line - from), nullptr, 16);
        if (bytes.size() < line + 2 + size + 2)
            return std::nullopt;
        body += bytes.substr(line + 2, size);
        from = line + 2 + size + 2;
        if (size == 0) {
            at = from;
            return body;
        }
    }
}

// The first whole answer of `bytes`, which is taken off.
inline std::optional<http_reply> take_reply(std::string& bytes, bool bodiless = false)
{
    std::size_t const end = bytes.find("\r\n\r\n");
    if (end == std::string::npos)
        return std::nullopt;
    http_reply result;
    result.head = bytes.substr(0, end + 4);
    result.status = std::stoi(result.head.substr(9, 3));
    std::size_t at = end + 4;
    if (result.header("Transfer-Encoding") == "chunked" && !bodiless) {
        auto body = read_chunks(bytes, at);
        if (!body)
            return std::nullopt;
        result.body = std::move(*body);
    } else {
        std::string const length = result.header("Content-Length");
        std::size_t const size = bodiless || length.empty() ? 0 : std::stoul(length);
        if (bytes.size() < at + size)
            return std::nullopt;
        result.body = bytes.substr(at, size);
        at += size;
    }
    bytes.erase(0, at);
    return result;
}

inline std::string get_request(std::string_view target, std::string_view headers = "")
{
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: test\r\n" + std::string{headers} + "\r\n";
}

inline std::string post_request(std::string_view target, std::string_view body, std::string_view headers = "")
{
    return "POST " + std::string{target} + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string{headers} + "\r\n" + std::string{body};
}

class http_caller {
public:
    http_caller(asio::io_context& context, std::uint16_t port) : context_{context}, line_{std::make_shared<line>(context)}
    {
        line_->socket.connect({asio::ip::address_v4::loopback(), port});
        line_->socket.set_option(asio::ip::tcp::no_delay{true});
        read(line_);
    }
    http_caller(http_caller&&) = default;
    http_caller& operator=(http_caller&&) = delete;
    ~http_caller()
    {
        if (line_)
            leave();
    }

    // All of it, blocking: for what fits into the system's buffers.
    void send(std::string_view bytes)
    {
        std::error_code ignored; // the server may have left
        asio::write(line_->socket, asio::buffer(bytes.data(), bytes.size()), ignored);
    }
    void say_no_more()
    {
        std::error_code ignored;
        line_->socket.shutdown(asio::socket_base::shutdown_send, ignored);
    }
    void leave()
    {
        std::error_code ignored;
        line_->socket.close(ignored);
    }

    // The next answer; throws where none comes.
    http_reply reply(bool bodiless = false)
    {
        std::optional<http_reply> result;
        if (!run_until(context_, [&] { return (result = take_reply(line_->received, bodiless)).has_value(); }))
            throw std::runtime_error("no answer: " + line_->received);
        return std::move(*result);
    }
    http_reply ask(std::string_view request)
    {
        send(request);
        return reply();
    }
    http_reply get(std::string_view target, std::string_view headers = "") { return ask(get_request(target, headers)); }
    http_reply post(std::string_view target, std::string_view body, std::string_view headers = "")
    {
        return ask(post_request(target, body, headers));
    }

    bool until_ended()
    {
        return run_until(context_, [this] { return line_->ended; });
    }
    // What has come and was not taken.
    std::string& received() noexcept { return line_->received; }
    bool ended() const noexcept { return line_->ended; }

private:
    struct line {
        explicit line(asio::io_context& context) : socket{context} {}
        asio::ip::tcp::socket socket;
        std::array<char, 4096> room{};
        std::string received{};
        bool ended = false;
    };

    static void read(std::shared_ptr<line> const& on)
    {
        on->socket.async_read_some(asio::buffer(on->room), [on](std::error_code ec, std::size_t count) {
            on->received.append(on->room.data(), count);
            on->ended = static_cast<bool>(ec);
            if (!ec)
                read(on);
        });
    }

    asio::io_context& context_;
    std::shared_ptr<line> line_;
};

} // namespace support
