// The sequence of one attempt.
#pragma once

#include <socketio/net/conversation.hpp>
#include <socketio/net/dial.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/wire/cookie_headers.hpp>

#include <array>
#include <chrono>
#include <utility>

namespace socketio::detail {

inline std::string fresh_websocket_key(sources const& from)
{
    std::array<unsigned char, 16> nonce{};
    from.fill_random(nonce);
    return make_websocket_key(nonce);
}

SOCKETIO_DECL dial::dial(strand const& on, dial_request request, handler done)
    : strand_{on}, request_{std::move(request)}, asked_{request_.to}, done_{std::move(done)},
      server_{on, request_.network, request_.limits, request_.tls}, body_timer_{on},
      reader_{request_.limits}, redirections_{request_.follow_redirects}
{
}

SOCKETIO_DECL void dial::abandon() noexcept
{
    abandoned_ = true;
    done_.reset();
    server_.abandon();
    body_timer_.cancel();
}

SOCKETIO_DECL void dial::fail(std::error_code reason) noexcept
{
    server_.close();
    finish(reason);
}

SOCKETIO_DECL void dial::start() { run(shared_from_this()); }

// Coroutines are inline in either mode: their frames contain lambdas, and g++ warns otherwise.
inline detached dial::run(std::shared_ptr<dial> self)
{
    std::error_code ec;
    for (;;) {
        ec = co_await self->attempt();
        if (self->abandoned_ || !self->is_redirection(ec))
            break;
        ec = self->follow();
        if (ec)
            break;
    }
    self->finish(ec);
}

inline task<std::error_code> dial::attempt()
{
    shaking_hands_ = false;
    std::error_code ec = co_await server_.open(request_.to);
    if (ec)
        co_return ec;
    auto const began = body_timer_.now();
    ec = co_await shake_hands();
    result_.upgrading += body_timer_.now() - began;
    co_return ec;
}

inline task<std::error_code> dial::shake_hands()
{
    shaking_hands_ = true;
    result_.requested = true;
    server_.stage().enter("WebSocket handshake", "waiting for the answer to the upgrade request");
    reader_.reset();
    input_.clear();
    byte_buffer request;
    write_request_to(request);
    std::error_code ec = co_await send_all(server_.connected(), request.view());
    if (!ec)
        ec = co_await read_head();
    if (!ec)
        ec = check_answer();
    if (ec == error::upgrade_refused && !is_redirection(ec))
        ec = co_await read_refusal();
    co_return ec;
}

// The user's headers, with the jar's cookies added to the user's own.
SOCKETIO_DECL void dial::write_request_to(byte_buffer& to)
{
    key_ = fresh_websocket_key(sources_of(strand_));
    std::string const host = host_header(request_.to);
    std::vector<http_header> headers = request_.headers;
    add_cookies(headers, request_.cookies.get(), origin_of(request_.to, request_.target), body_timer_.wall_now());
    write_upgrade_request(to, {.target = request_.target, .host = host, .key = key_, .headers = headers,
                               .subprotocols = request_.subprotocols,
                               .deflate = request_.deflate ? &*request_.deflate : nullptr});
}

inline task<std::error_code> dial::read_head()
{
    std::error_code ec;
    for (;;) {
        auto const progress = reader_.read(input_);
        if (progress == http_progress::failed)
            co_return reader_.error();
        if (progress == http_progress::complete)
            break;
        ec = co_await receive_some(server_.connected(), input_);
        if (ec)
            co_return ec;
    }
    keep_cookies(reader_.head(), request_.cookies.get(), origin_of(request_.to, request_.target),
                 body_timer_.wall_now());
    co_return ec;
}

SOCKETIO_DECL std::error_code dial::check_answer()
{
    http_head const& head = reader_.head();
    // The reference's server accepts another protocol version first, and then rejects it in HTTP.
    if (head.status == 101 && input_.view().starts_with("HTTP/1."))
        return error::wrong_protocol;
    deflate_negotiation deflate{request_.deflate.value_or(deflate_options{.enabled = false})};
    auto const ec = check_upgrade_response(head, key_, request_.subprotocols, &deflate);
    result_.deflate = deflate.agreed;
    if (!ec)
        result_.subprotocol = head.find("Sec-WebSocket-Protocol");
    return ec;
}

// `done` does not throw.
SOCKETIO_DECL void dial::finish(std::error_code ec) noexcept
{
    if (abandoned_ || !done_)
        return;
    // The message may contain text of the peer.
    auto const without_message = caught([&] {
        if (ec)
            describe(ec);
        result_.message = to_displayable(result_.message);
    });
    if (without_message)
        result_.message.clear();
    result_.error = ec;
    result_.resolving = server_.resolving();
    result_.connecting = server_.connecting();
    result_.proxying = server_.proxying();
    result_.securing = server_.securing();
    result_.elsewhere = !same_origin(asked_, request_.to);
    result_.leftover = std::move(input_);
    auto done = std::exchange(done_, handler{});
    done(std::move(result_), server_.take_stream());
}

} // namespace socketio::detail
