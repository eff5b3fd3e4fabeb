// Answers other than 101: redirections to follow, refusals, and the message for every failure.
#pragma once

#include <socketio/net/conversation.hpp>
#include <socketio/net/dial.hpp>
#include <socketio/wire/body_reader.hpp>
#include <socketio/wire/http_date.hpp>

#include <chrono>
#include <utility>

namespace socketio::detail {

inline constexpr std::size_t refusal_body_limit = 4096;

SOCKETIO_DECL bool dial::is_redirection(std::error_code ec)
{
    return ec == error::upgrade_refused && redirections_.follows(reader_.head());
}

SOCKETIO_DECL std::error_code dial::refuse(std::error_code ec, std::string message)
{
    result_.http_status = reader_.head().status;
    result_.message = std::move(message);
    return ec;
}

// Redirects the request to the answer's Location.
SOCKETIO_DECL std::error_code dial::follow()
{
    server_.close();
    std::string message;
    url const before = request_.to;
    if (auto const ec = redirections_.follow(reader_.head(), request_.to, request_.target, message))
        return refuse(ec, std::move(message));
    drop_secrets(request_.headers, same_origin(before, request_.to), request_.redirect_headers);
    return {};
}

// The body of a refusal explains it best. It is read to its end, for a second at most, up to a limit.
inline task<std::error_code> dial::read_refusal()
{
    body_timer_.arm(deadline_after(body_timer_.now(), std::chrono::seconds{1}),
                    [self = shared_from_this()] { self->server_.close(); });
    body_reader body{reader_.head(), refusal_body_limit};
    std::error_code ec;
    for (;;) {
        std::size_t consumed = 0;
        auto const progress = body.read(input_.view(), consumed);
        input_.consume(consumed);
        if (progress != body_progress::incomplete)
            break;
        ec = co_await receive_some(server_.connected(), input_);
        if (ec)
            break;
    }
    body_timer_.cancel();
    result_.http_body = body.body();
    co_return error::upgrade_refused;
}

// The words of nginx, Apache and Go for a request without TLS.
SOCKETIO_DECL bool wants_https(std::string_view body) noexcept
{
    auto const has = [body](std::string_view words) { return body.find(words) != std::string_view::npos; };
    return has("request was sent to HTTPS port") || has("speaking plain HTTP to an SSL") ||
           has("HTTP request to an HTTPS server");
}

inline std::string refusal_message(http_head const& head, std::string const& body, std::string const& path)
{
    std::string message = "the server refused the WebSocket upgrade: HTTP " + std::to_string(head.status);
    if (!head.reason.empty())
        message += ' ' + head.reason;
    if (head.status == 404 || (head.status >= 200 && head.status < 300))
        return message + ". Is this a Socket.IO server, and is the path " + path + " right?";
    if (head.status >= 300 && head.status < 400)
        return message + ", redirected to " + std::string{head.find("Location").substr(0, 200)} +
               ". Use that URL, or allow it by the option follow_redirects.";
    if (body.find("Transport unknown") != std::string::npos)
        return message + ", \"Transport unknown\". Allow the transport \"websocket\" on the server.";
    if (wants_https(body))
        return message + ", since it speaks https on this port: use https:// or wss://";
    std::string const quoted = body.substr(0, 200);
    return quoted.empty() ? message : message + ", \"" + quoted + '"';
}

SOCKETIO_DECL void dial::describe_refusal(std::error_code& ec)
{
    http_head const& head = reader_.head();
    result_.http_status = head.status;
    result_.message = refusal_message(head, result_.http_body, request_.target.substr(0, request_.target.find('?')));
    if (head.status == 503 || head.status == 429)
        result_.retry_after = parse_retry_after(head.find("Retry-After"), body_timer_.wall_now());
    if (result_.http_body.find("Unsupported protocol version") != std::string::npos)
        ec = error::wrong_protocol;
    else if (head.status == 404 || (head.status >= 200 && head.status < 300))
        ec = error::not_socketio;
}

// An alert, or another record (RFC 8446, section 5.1).
inline bool begins_with_tls(std::string_view answer) noexcept
{
    return answer.size() >= 2 && answer[0] >= 0x15 && answer[0] <= 0x16 && answer[1] == 0x03;
}

SOCKETIO_DECL char const* doubt_about_tls(url const& to) noexcept
{
    return to.secure ? "" : " Or does it speak https on this port?";
}

// Finds the most specific error and its message.
SOCKETIO_DECL void dial::describe(std::error_code& ec)
{
    std::string const path = request_.target.substr(0, request_.target.find('?'));
    if (ec == error::upgrade_refused)
        describe_refusal(ec);
    if (ec == error::wrong_protocol || ec == error::tls_not_available) {
        result_.message = ec.message();
    } else if (shaking_hands_ && is_cut_off(ec)) {
        ec = error::not_socketio;
        result_.message = "the server closed the connection without answering the upgrade request. Is this a Socket.IO "
                        "server, and is the path " + path + " right?" + doubt_about_tls(request_.to);
    } else if (shaking_hands_ && ec == error::http_malformed && begins_with_tls(input_.view())) {
        result_.message = "the server speaks TLS on this port: use https:// or wss://";
    } else if (shaking_hands_ && ec == error::http_malformed) {
        result_.message =
            "the answer to the upgrade request is not HTTP. Is this a Socket.IO server, and is the port right?";
    } else if (result_.message.empty()) {
        result_.message = server_.message();
        if (result_.message.empty())
            result_.message = server_.stage().name + ": " + ec.message();
    }
}

} // namespace socketio::detail
