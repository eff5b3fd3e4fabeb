// The sequence of one attempt, and the words for its failures.
#pragma once

#include <socketio/core/random.hpp>
#include <socketio/net/dial.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace socketio::detail {

inline constexpr std::size_t refusal_body_limit = 4096;

inline std::string fresh_websocket_key()
{
    std::array<unsigned char, 16> nonce{};
    fill_random(nonce);
    return make_websocket_key(nonce);
}

SOCKETIO_DECL dial::dial(strand const& on, dial_request request, handler done)
    : strand_{on}, request_{std::move(request)}, done_{std::move(done)}, resolver_{on.get_inner_executor().any()},
      stream_{on}, body_timer_{on}, reader_{role::server, request_.limits}
{
}

SOCKETIO_DECL void dial::abandon() noexcept
{
    abandoned_ = true;
    done_.reset();
    resolver_.cancel();
    body_timer_.cancel();
    stream_.close();
    if (securing_)
        securing_->close();
}

// Coroutines are inline in either mode: their frames hold lambdas, which g++ warns about otherwise.
inline detached dial::run(std::shared_ptr<dial> self)
{
    self->stage_began_ = clock::now();
    std::error_code ec = co_await self->resolve();
    self->result_.resolving = self->lap();
    if (!ec)
        ec = co_await self->connect();
    self->result_.connecting = self->lap();
    if (!ec)
        ec = co_await self->secure();
    self->result_.securing = self->lap();
    if (!ec)
        ec = co_await self->shake_hands();
    self->result_.upgrading = self->lap();
    self->finish(ec);
}

// The time since the stage before.
SOCKETIO_DECL clock::duration dial::lap() noexcept
{
    auto const began = std::exchange(stage_began_, clock::now());
    return stage_began_ - began;
}

SOCKETIO_DECL void dial::start() { run(shared_from_this()); }

// A literal address needs no resolver, and so no thread that waits for one.
inline task<std::error_code> dial::resolve()
{
    stage_ = "resolve " + request_.to.host;
    std::error_code ec;
    auto const literal = asio::ip::make_address(request_.to.host, ec);
    if (!ec) {
        endpoints_.emplace_back(literal, request_.to.port);
        co_return ec;
    }
    auto const start = [this](auto done) {
        resolver_.async_resolve(request_.to.host, std::to_string(request_.to.port),
                                asio::bind_executor(strand_, std::move(done)));
    };
    auto const keep = [this](asio::ip::tcp::resolver::results_type const& found) {
        for (auto const& each : found)
            endpoints_.push_back(each.endpoint());
    };
    operation resolved{ec, start, keep};
    co_await resolved;
    co_return ec;
}

inline task<std::error_code> dial::connect()
{
    std::error_code ec = asio::error::host_not_found;
    for (auto const& endpoint : endpoints_) {
        if (abandoned_)
            co_return asio::error::operation_aborted;
        stage_ = "connect to " + endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
        stream_.close();
        auto const start = [this, &endpoint](auto done) {
            stream_.socket().async_connect(endpoint, asio::bind_executor(strand_, std::move(done)));
        };
        operation connected{ec, start, keep_nothing{}};
        co_await connected;
        if (!ec)
            break;
    }
    co_return ec;
}

inline task<std::error_code> dial::shake_hands()
{
    stage_ = "WebSocket handshake";
    // Small packets leave at once: what belongs together is already in one buffer.
    std::error_code ignored;
    stream_.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    key_ = fresh_websocket_key();
    std::string const host = host_header(request_.to);
    byte_buffer request;
    write_upgrade_request(request, {.target = request_.target, .host = host, .key = key_, .headers = request_.headers,
                                    .deflate = request_.deflate ? &*request_.deflate : nullptr});
    std::error_code ec = co_await send(request.view());
    if (!ec)
        ec = co_await read_head();
    if (!ec)
        ec = check_answer();
    if (ec == error::upgrade_refused)
        ec = co_await read_refusal();
    co_return ec;
}

inline task<std::error_code> dial::send(std::string_view bytes)
{
    std::error_code ec;
    auto const start = [this, bytes](auto done) {
        stream_.async_write(asio::buffer(bytes.data(), bytes.size()), std::move(done));
    };
    operation sent{ec, start, keep_nothing{}};
    co_await sent;
    co_return ec;
}

inline task<std::error_code> dial::read_more()
{
    static constexpr std::size_t piece = 2048;
    std::error_code ec;
    char* const at = input_.prepare(piece);
    auto const start = [this, at](auto done) {
        stream_.async_read_some(asio::buffer(at, piece), std::move(done));
    };
    auto const keep = [this](std::size_t count) { input_.commit(count); };
    operation received{ec, start, keep};
    co_await received;
    co_return ec;
}

// Informational responses before the answer are passed over (RFC 9110, section 15.2).
inline task<std::error_code> dial::read_head()
{
    for (;;) {
        std::size_t consumed = 0;
        auto const progress = reader_.read(input_.view(), consumed);
        if (progress == http_progress::failed)
            co_return reader_.error();
        if (progress == http_progress::complete) {
            input_.consume(consumed);
            int const status = reader_.head().status;
            if (status < 100 || status > 199 || status == 101)
                co_return std::error_code{};
            reader_.reset();
            continue;
        }
        std::error_code const ec = co_await read_more();
        if (ec)
            co_return ec;
    }
}

SOCKETIO_DECL std::error_code dial::check_answer()
{
    http_head const& head = reader_.head();
    // The reference's server accepts another protocol version first and says no afterwards, in HTTP.
    if (head.status == 101 && input_.view().starts_with("HTTP/1."))
        return error::wrong_protocol;
    deflate_negotiation deflate{request_.deflate.value_or(deflate_options{.enabled = false})};
    auto const ec = check_upgrade_response(head, key_, {}, &deflate);
    result_.deflate = deflate.agreed;
    return ec;
}

// Takes a chunked body apart (RFC 9112, section 7.1). True when it is complete, or broken.
inline bool join_chunks(std::string_view from, std::string& body)
{
    for (;;) {
        std::size_t const line_end = from.find("\r\n");
        if (line_end == std::string_view::npos)
            return false;
        std::size_t size = 0;
        auto const read = std::from_chars(from.data(), from.data() + line_end, size, 16);
        if (read.ec != std::errc{} || size == 0)
            return true;
        from.remove_prefix(line_end + 2);
        body.append(from.substr(0, size));
        if (from.size() < size || from.size() - size < 2)
            return false;
        from.remove_prefix(size + 2);
    }
}

SOCKETIO_DECL bool dial::body_is_complete()
{
    http_head const& head = reader_.head();
    if (input_.size() >= refusal_body_limit)
        return true;
    if (head.has_token("Transfer-Encoding", "chunked")) {
        std::string body;
        return join_chunks(input_.view(), body);
    }
    std::string_view const length = head.find("Content-Length");
    std::size_t expected = 0;
    auto const read = std::from_chars(length.data(), length.data() + length.size(), expected);
    return !length.empty() && read.ec == std::errc{} && input_.size() >= expected;
}

// The body of a refusal says most. It is read to its end, or for a second, or up to a limit.
inline task<std::error_code> dial::read_refusal()
{
    body_timer_.arm(clock::now() + std::chrono::seconds{1}, [self = shared_from_this()] { self->stream_.close(); });
    std::error_code ec;
    while (!ec && !body_is_complete())
        ec = co_await read_more();
    body_timer_.cancel();
    co_return error::upgrade_refused;
}

inline std::string refusal_words(http_head const& head, std::string const& body, std::string const& target)
{
    std::string words = "the server refused the WebSocket upgrade: HTTP " + std::to_string(head.status);
    if (!head.reason.empty())
        words += ' ' + head.reason;
    if (head.status == 404 || (head.status >= 200 && head.status < 300))
        return words + ". Is this a Socket.IO server, and is the path " + target.substr(0, target.find('?')) + " right?";
    if (head.status >= 300 && head.status < 400)
        return words + ", redirected to " + std::string{head.find("Location").substr(0, 200)};
    if (body.find("Transport unknown") != std::string::npos)
        return words + ", \"Transport unknown\". Allow the transport \"websocket\" on the server.";
    std::string const quoted = body.substr(0, 200);
    return quoted.empty() ? words : words + ", \"" + quoted + '"';
}

// Finds the narrowest error and the words for it.
SOCKETIO_DECL void dial::describe(std::error_code& ec)
{
    http_head const& head = reader_.head();
    std::string const path = request_.target.substr(0, request_.target.find('?'));
    bool const shaking = stage_ == "WebSocket handshake";
    if (ec == error::upgrade_refused) {
        result_.http_status = head.status;
        if (head.has_token("Transfer-Encoding", "chunked"))
            join_chunks(input_.view().substr(0, refusal_body_limit), result_.http_body);
        else
            result_.http_body = std::string{input_.view().substr(0, refusal_body_limit)};
        result_.words = refusal_words(head, result_.http_body, request_.target);
        if (result_.http_body.find("Unsupported protocol version") != std::string::npos)
            ec = error::wrong_protocol;
        else if (head.status == 404 || (head.status >= 200 && head.status < 300))
            ec = error::not_socketio;
    }
    if (ec == error::wrong_protocol)
        result_.words = ec.message();
    else if (shaking && (ec == asio::error::eof || ec == asio::error::connection_reset)) {
        ec = error::not_socketio;
        result_.words = "the server closed the connection without answering the upgrade request. Is this a Socket.IO "
                        "server, and is the path " + path + " right?";
    } else if (shaking && ec == error::http_malformed) {
        result_.words = "the answer to the upgrade request is not HTTP. Is this a Socket.IO server, and is the port right?";
    } else if (result_.words.empty()) {
        result_.words = stage_ + ": " + ec.message();
    }
}

SOCKETIO_DECL void dial::finish(std::error_code ec)
{
    if (abandoned_ || !done_)
        return;
    if (ec)
        describe(ec);
    result_.error = ec;
    result_.leftover = std::move(input_);
    auto const done = std::exchange(done_, handler{});
    const_cast<handler&>(done)(std::move(result_), std::move(stream_));
}

} // namespace socketio::detail
