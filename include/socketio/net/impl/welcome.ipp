// The sequence of one handshake, seen from the server.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/net/welcome.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL welcome::welcome(strand const& on, stream&& connected, welcome_rules rules)
    : strand_{on}, stream_{std::move(connected)}, rules_{std::move(rules)}, timer_{on},
      reader_{role::client, rules_.limits}
{
}

SOCKETIO_DECL void welcome::abandon() noexcept
{
    post(strand_, [self = shared_from_this()] {
        self->abandoned_ = true;
        self->done_.reset();
        self->timer_.cancel();
        self->end_stream();
    });
}

SOCKETIO_DECL void welcome::start(handler done)
{
    if (abandoned_)
        return;
    done_ = std::move(done);
    scope_fail turned_away{[this] {
        timer_.cancel();
        done_.reset();
        end_stream();
    }};
    if (auto const deadline = limit_after(timer_.now(), rules_.timeout); deadline != clock::never())
        timer_.arm(deadline, [self = shared_from_this()] { self->end_stream(); });
    run(shared_from_this());
    turned_away.done();
}

// Coroutines are inline in either mode: their frames hold lambdas, which g++ warns about otherwise.
inline detached welcome::run(std::shared_ptr<welcome> self)
{
    std::error_code ec = co_await self->secure();
    if (!ec)
        ec = co_await self->read_request();
    if (!ec)
        ec = co_await self->answer();
    self->finish(ec);
}

SOCKETIO_DECL void welcome::fail(std::error_code why) noexcept
{
    finish(why);
}

// `done` lets no exception out.
SOCKETIO_DECL void welcome::finish(std::error_code ec) noexcept
{
    timer_.cancel();
    if (abandoned_ || !done_)
        return;
    if (ec)
        end_stream();
    result_.error = ec;
    result_.request = std::move(reader_.head());
    result_.leftover = std::move(input_);
    auto done = std::exchange(done_, handler{});
    done(std::move(result_), std::move(stream_));
}

SOCKETIO_DECL void welcome::end_stream() noexcept
{
    if (auto const securing = securing_)
        securing->close();
    else
        stream_.close();
}

inline task<std::error_code> welcome::secure()
{
    std::error_code ec;
    if (!rules_.tls)
        co_return ec;
    auto const start = [this](auto done) {
        securing_ = rules_.tls->async_handshake(strand_, std::move(stream_), role::server, std::string{}, std::move(done));
    };
    auto const keep = [this](std::string&&, stream&& above) { stream_ = std::move(above); };
    operation secured{ec, start, keep};
    co_await secured;
    securing_.reset();
    co_return ec;
}

inline task<std::error_code> welcome::read_more()
{
    static constexpr std::size_t piece = 2048;
    std::error_code ec;
    char* const at = input_.prepare(piece);
    auto const start = [this, at](auto done) { stream_.async_read_some(asio::buffer(at, piece), std::move(done)); };
    auto const keep = [this](std::size_t count) { input_.commit(count); };
    operation received{ec, start, keep};
    co_await received;
    co_return ec;
}

inline task<std::error_code> welcome::send()
{
    std::error_code ec;
    auto const start = [this](auto done) {
        stream_.async_write(asio::buffer(output_.data(), output_.size()), std::move(done));
    };
    operation sent{ec, start, keep_nothing{}};
    co_await sent;
    co_return ec;
}

// A head that is none is answered too, so that whoever comes with a browser learns something.
inline task<std::error_code> welcome::read_request()
{
    for (;;) {
        std::size_t consumed = 0;
        auto const progress = reader_.read(input_.view(), consumed);
        if (progress != http_progress::incomplete) {
            input_.consume(consumed);
            co_return std::error_code{};
        }
        std::error_code const ec = co_await read_more();
        incomplete_ = ec == asio::error::eof && !input_.empty();
        if (incomplete_)
            co_return std::error_code{};
        if (ec)
            co_return ec;
    }
}

inline void write_refusal(byte_buffer& to, std::string_view status, std::string_view more, std::string_view words)
{
    std::string text = "HTTP/1.1 ";
    text.append(status).append("\r\nConnection: close\r\nContent-Type: text/plain\r\n").append(more);
    text.append("Content-Length: ").append(std::to_string(words.size())).append("\r\n\r\n").append(words);
    to.append(text);
}

// The first of the names that this side speaks.
inline std::string choose_subprotocol(std::vector<std::string> const& offered, std::vector<std::string> const& spoken)
{
    auto const chosen = std::find_first_of(offered.begin(), offered.end(), spoken.begin(), spoken.end());
    return chosen == offered.end() ? std::string{} : *chosen;
}

// Writes the answer; an error if it is a refusal.
SOCKETIO_DECL std::error_code welcome::judge()
{
    if (reader_.error() || incomplete_) {
        write_refusal(output_, "400 Bad Request", "", "This is not an HTTP/1.1 request.\n");
        return error::http_malformed;
    }
    http_head const& request = reader_.head();
    std::string key;
    deflate_negotiation deflate{rules_.deflate};
    std::vector<std::string> offered;
    std::error_code ec = check_upgrade_request(request, key, &deflate);
    if (!ec)
        ec = read_subprotocols(request, offered);
    if (ec) {
        bool const other_version = request.count("Sec-WebSocket-Version") != 0 && request.find("Sec-WebSocket-Version") != "13";
        if (other_version || request.count("Upgrade") == 0)
            write_refusal(output_, "426 Upgrade Required", "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
                "This is a WebSocket server (RFC 6455, version 13).\n");
        else
            write_refusal(output_, "400 Bad Request", "", "The WebSocket handshake is not valid (RFC 6455, section 4.2.1).\n");
        return ec;
    }
    result_.subprotocol = choose_subprotocol(offered, rules_.protocols);
    result_.deflate = deflate.agreed;
    write_upgrade_response(output_, key, result_.subprotocol, result_.deflate);
    return {};
}

inline task<std::error_code> welcome::answer()
{
    std::error_code const refused = judge();
    std::error_code ec = co_await send();
    if (!ec && refused)
        ec = co_await see_off();
    co_return refused ? refused : ec;
}

// Closing at once, with input unread, would reset the connection and could take the answer along.
inline task<std::error_code> welcome::see_off()
{
    stream_.shutdown_send();
    std::error_code ec;
    std::size_t read = 0;
    while (!ec && read < 64 * 1024) {
        input_.clear();
        ec = co_await read_more();
        read += input_.size();
    }
    input_.clear();
    co_return std::error_code{};
}

} // namespace socketio::detail
