// The sequence of one attempt.
#pragma once

#include <socketio/net/conversation.hpp>
#include <socketio/net/dial.hpp>
#include <socketio/net/installed_sources.hpp>

#include <array>
#include <chrono>
#include <utility>

namespace socketio::detail {

inline constexpr unsigned most_informational = 16;

inline std::string fresh_websocket_key(sources const& from)
{
    std::array<unsigned char, 16> nonce{};
    from.fill_random(nonce);
    return make_websocket_key(nonce);
}

inline cookie_origin origin_of(dial_request const& request) noexcept
{
    std::string_view const target = request.target;
    return {request.to.host, target.substr(0, target.find('?')), request.to.secure};
}

SOCKETIO_DECL dial::dial(strand const& on, dial_request request, handler done)
    : strand_{on}, request_{std::move(request)}, asked_{request_.to}, done_{std::move(done)},
      connector_{on, request_.network, request_.limits, stage_}, stream_{on}, body_timer_{on},
      reader_{role::server, request_.limits}
{
}

SOCKETIO_DECL void dial::abandon() noexcept
{
    abandoned_ = true;
    done_.reset();
    connector_.cancel();
    body_timer_.cancel();
    stream_.close();
    if (securing_)
        securing_->close();
}

SOCKETIO_DECL void dial::fail(std::error_code reason) noexcept
{
    stream_.close();
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
    std::error_code ec = co_await connect();
    if (ec)
        co_return ec;
    auto began = body_timer_.now();
    ec = co_await secure();
    result_.securing += body_timer_.now() - began;
    if (ec)
        co_return ec;
    began = body_timer_.now();
    ec = co_await shake_hands();
    result_.upgrading += body_timer_.now() - began;
    co_return ec;
}

inline task<std::error_code> dial::connect()
{
    std::error_code ec = co_await connector_.connect(request_.to);
    stream_ = connector_.take_stream();
    result_.resolving = connector_.resolving();
    result_.connecting = connector_.connecting();
    result_.proxying = connector_.proxying();
    if (ec)
        result_.message = std::move(connector_.message());
    if (abandoned_)
        stream_.close();
    co_return ec;
}

inline task<std::error_code> dial::shake_hands()
{
    shaking_hands_ = true;
    stage_.enter("WebSocket handshake", "waiting for the answer to the upgrade request");
    reader_.reset();
    input_.clear();
    byte_buffer request;
    write_request_to(request);
    std::error_code ec = co_await send_all(stream_, request.view());
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
    if (request_.cookies) {
        std::string cookies;
        for (http_header const& each : headers)
            if (equals_ignoring_case(each.name, "Cookie"))
                cookies = join_cookies(cookies, each.value);
        std::erase_if(headers, [](http_header const& each) { return equals_ignoring_case(each.name, "Cookie"); });
        cookies = join_cookies(cookies, request_.cookies->header(origin_of(request_), body_timer_.wall_now()));
        if (!cookies.empty())
            headers.push_back({"Cookie", std::move(cookies)});
    }
    write_upgrade_request(to, {.target = request_.target, .host = host, .key = key_, .headers = headers,
                               .subprotocols = request_.subprotocols,
                               .deflate = request_.deflate ? &*request_.deflate : nullptr});
}

// Skips informational responses before the answer (RFC 9110, section 15.2).
inline task<std::error_code> dial::read_head()
{
    std::error_code ec;
    unsigned informational = 0;
    for (;;) {
        std::size_t consumed = 0;
        auto const progress = reader_.read(input_.view(), consumed);
        if (progress == http_progress::failed)
            co_return reader_.error();
        if (progress == http_progress::complete) {
            input_.consume(consumed);
            int const status = reader_.head().status;
            if (status < 100 || status > 199 || status == 101)
                break;
            if (++informational > most_informational)
                co_return error::http_malformed;
            reader_.reset();
            continue;
        }
        ec = co_await receive_some(stream_, input_);
        if (ec)
            co_return ec;
    }
    keep_cookies();
    co_return ec;
}

SOCKETIO_DECL void dial::keep_cookies()
{
    if (!request_.cookies)
        return;
    for (http_header const& each : reader_.head().headers)
        if (equals_ignoring_case(each.name, "Set-Cookie"))
            request_.cookies->set(each.value, origin_of(request_), body_timer_.wall_now());
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
    result_.elsewhere = !same_origin(asked_, request_.to);
    result_.leftover = std::move(input_);
    auto done = std::exchange(done_, handler{});
    done(std::move(result_), std::move(stream_));
}

} // namespace socketio::detail
