// What an answer means for the connection and the next request, and the message for every failure.
#pragma once

#include <socketio/net/http_client.hpp>
#include <socketio/wire/http_date.hpp>
#include <socketio/wire/proxy.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL std::error_code http_client::refuse(std::error_code ec, std::string message)
{
    answer_.message = std::move(message);
    return ec;
}

// What could be read in two ways is not read at all (RFC 9112, section 6.3): else a peer could smuggle answers.
SOCKETIO_DECL std::error_code http_client::check_head()
{
    http_head const& head = reader_.head();
    if (head.status == 101)
        return refuse(error::http_malformed, "the server switched to another protocol, unasked");
    std::size_t const codings = head.count("Transfer-Encoding");
    if (codings > 1 || (codings == 1 && !equals_ignoring_case(head.find("Transfer-Encoding"), "chunked")))
        return refuse(error::http_malformed, "the answer has a Transfer-Encoding other than chunked");
    bool const whole = !is_redirected() && codings == 0 && head.count("Content-Length") != 0;
    if (whole && body_reader{head, 0}.until_end())
        return refuse(error::http_malformed, "the answer has an invalid Content-Length");
    return {};
}

SOCKETIO_DECL std::error_code http_client::check_body(body_progress progress)
{
    if (progress == body_progress::limited)
        return refuse(error::message_too_large, "the answer to the " + request_.method + " request is longer than " +
                                                    std::to_string(request_.body_limit) + " bytes");
    return refuse(error::http_malformed, "the chunks of the answer to the " + request_.method + " request are invalid");
}

// The time after which the server closes an idle connection. A request should not meet that.
inline std::optional<std::chrono::seconds> announced_idle_time(http_head const& answer) noexcept
{
    constexpr std::string_view name = "timeout=";
    std::string_view list = answer.find("Keep-Alive");
    while (!list.empty()) {
        std::string_view const each = trim_http_blanks(list.substr(0, list.find(',')));
        std::uint64_t seconds = 0;
        if (equals_ignoring_case(each.substr(0, name.size()), name) &&
            parse_whole_number(each.substr(name.size()), 10, seconds))
            return std::chrono::seconds{std::min<std::uint64_t>(seconds, 86400)};
        std::size_t const comma = list.find(',');
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return std::nullopt;
}

// Bytes behind the answer belong to no request.
SOCKETIO_DECL void http_client::keep_or_close(bool until_end)
{
    http_head const& head = reader_.head();
    bool const chunked = head.count("Transfer-Encoding") != 0;
    bool const framed_twice = chunked && (head.count("Content-Length") != 0 || head.minor == 0);
    auto const idle = announced_idle_time(head);
    bool const kept = !until_end && stays_open(head) && !framed_twice && link_->input().empty() &&
                      !link_->is_writing() && !link_->write_error() && !(idle && idle->count() == 0);
    kept_until_ = idle ? deadline_after(sources_.now(), *idle - std::chrono::seconds{1}) : clock::never();
    if (!kept || caught([this] { link_->rest(); }))
        link_->close();
}

SOCKETIO_DECL bool http_client::may_repeat(std::error_code ec) noexcept
{
    bool const dead = ec && kept_ && !answer_.answered && ec != std::errc::not_enough_memory;
    if (!dead || request_.method != "GET" || repeated_)
        return false;
    repeated_ = true;
    return true;
}

SOCKETIO_DECL bool http_client::is_redirected()
{
    if (request_.method != "GET")
        return is_redirection(reader_.head());
    return request_.follow && redirections_.follows(reader_.head());
}

SOCKETIO_DECL std::error_code http_client::follow()
{
    std::string message;
    std::string const shown{reader_.head().find("Location").substr(0, 200)};
    if (request_.method != "GET")
        return refuse(error::redirect_invalid, "a " + request_.method + " request was redirected to " + shown +
                                                   ", which is not followed: use that URL");
    url next = linked_to_;
    std::string target = request_.target;
    if (auto const ec = redirections_.follow(reader_.head(), next, target, message))
        return refuse(ec, std::move(message));
    bool const same = same_origin(linked_to_, next);
    if (!settings_->asked)
        settings_->asked = linked_to_;
    settings_->target = target;
    request_.target = std::move(target);
    drop_secrets(settings_->headers, same, settings_->redirect_headers);
    drop_secrets(request_.headers, same, settings_->redirect_headers);
    settings_->elsewhere = !same_origin(*settings_->asked, next);
    settings_->to = std::move(next);
    return {};
}

SOCKETIO_DECL void http_client::describe(std::error_code& ec)
{
    std::string const what = "the " + request_.method + " request";
    if (!answer_.message.empty())
        return;
    if (ec == error::tls_not_available)
        answer_.message = ec.message();
    else if (opening_)
        answer_.message = server_.message();
    else if (ec == error::http_malformed)
        answer_.message = "the answer to " + what + " is not HTTP. Is the port right?";
    else if (is_cut_off(ec) && !answer_.answered)
        answer_.message = "the server closed the connection without answering " + what;
    else if (is_cut_off(ec))
        answer_.message = "the server closed the connection in the middle of the answer to " + what;
    if (answer_.message.empty())
        answer_.message = server_.stage().name + ": " + ec.message();
    if (ec == asio::error::eof)
        ec = error::closed;
}

// `done` does not throw, and may begin the next request.
SOCKETIO_DECL void http_client::finish(std::error_code ec) noexcept
{
    if (abandoned_ || !done_)
        return;
    http_head& head = reader_.head();
    auto const without_words = caught([&] {
        if (ec)
            describe(ec);
        answer_.message = to_displayable(answer_.message); // it may contain text of the peer
        if (head.status == 503 || head.status == 429)
            answer_.retry_after = parse_retry_after(
                head.find("Retry-After"), std::chrono::floor<std::chrono::seconds>(sources_.wall_now()));
    });
    if (without_words)
        answer_.message.clear();
    answer_.error = ec;
    answer_.status = head.status;
    answer_.reason = std::move(head.reason);
    answer_.headers = std::move(head.headers);
    if (ec)
        answer_.body.clear();
    opening_ = false;
    busy_ = false;
    auto done = std::exchange(done_, handler{});
    done(std::move(answer_));
}

} // namespace socketio::detail
