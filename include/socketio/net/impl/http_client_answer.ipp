// The consequences of an answer for the connection and the next request, and the message for every failure.
#pragma once

#include <socketio/net/http_client.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/core/caught.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace socketio::detail {

// An answer that could be read in two ways is refused (RFC 9112, section 6.3): else a peer could smuggle answers.
SOCKETIO_DECL std::error_code http_client::check_head()
{
    http_head const& head = reader_.head();
    std::size_t const codings = head.count("Transfer-Encoding");
    bool const chunked = codings == 1 && equals_ignoring_case(head.find("Transfer-Encoding"), "chunked");
    std::string_view wrong;
    if (head.status == 101)
        wrong = "the server switched to another protocol, unasked";
    else if (codings != 0 && !chunked)
        wrong = "the answer has a Transfer-Encoding other than chunked";
    else if (!chunked && head.count("Content-Length") != 0 && body_reader{head, 0}.until_end())
        wrong = "the answer has an invalid Content-Length";
    if (!wrong.empty())
        return refuse(error::http_malformed, {wrong});
    if (!is_post() || !is_redirection(head))
        return {};
    return refuse(error::redirect_invalid, {"a POST request was redirected to ", head.find("Location").substr(0, 200),
                                            ", which is not followed: use that URL"});
}

SOCKETIO_DECL std::error_code http_client::check_body(body_progress progress)
{
    // Neither the page of a proxy nor the body behind a POST is of interest.
    if (progress == body_progress::limited && (is_challenged() || is_post())) {
        link_->close();
        return {};
    }
    if (progress == body_progress::limited)
        return refuse(error::message_too_large, {"the answer to the ", request_words(), " is longer than ",
                                                 std::to_string(request_.body_limit), " bytes"});
    return refuse(error::http_malformed, {"the chunks of the answer to the ", request_words(), " are invalid"});
}

// "" if there is none.
inline std::string_view content_coding(http_head const& answer) noexcept
{
    std::string_view const coding = answer.find("Content-Encoding");
    if (answer.count("Content-Encoding") > 1)
        return "several codings";
    return equals_ignoring_case(coding, "identity") ? std::string_view{} : coding;
}

// Of the body as it comes. What gzip cannot compress gets a little longer.
SOCKETIO_DECL std::size_t http_client::body_limit()
{
    std::size_t const limit = request_.body_limit;
    std::size_t const more = content_coding(reader_.head()).empty() ? 0 : 64 + limit / 1000;
    return limit > std::numeric_limits<std::size_t>::max() - more ? limit : limit + more;
}

// Only gzip was asked for. The page of an error that is encoded otherwise is left out: its status says enough.
SOCKETIO_DECL std::error_code http_client::decode_body()
{
    std::string_view const coding = content_coding(reader_.head());
    if (coding.empty() || answer_body_.empty())
        return {};
    auto const gunzip = installed_gunzip.load(std::memory_order_acquire);
    std::error_code const ec =
        gunzip ? gunzip(coding, request_.body_limit, answer_body_) : make_error_code(error::http_malformed);
    if (ec == error::message_too_large)
        return check_body(body_progress::limited);
    if (!ec)
        return {};
    answer_body_.clear();
    if (reader_.head().status >= 300)
        return {};
    return refuse(ec, {"the answer is encoded as ", coding.substr(0, 50),
                       ec == error::http_malformed ? ", which was not asked for" : ", and cannot be inflated"});
}

// The time after which the server closes an idle connection. A request should not meet that.
inline std::optional<std::chrono::seconds> announced_idle_time(http_head const& answer) noexcept
{
    constexpr std::string_view name = "timeout=";
    std::string_view list = answer.find("Keep-Alive");
    while (!list.empty()) {
        std::string_view const each = take_list_item(list);
        std::uint64_t seconds = 0;
        if (equals_ignoring_case(each.substr(0, name.size()), name) &&
            parse_whole_number(each.substr(name.size()), 10, seconds))
            return std::chrono::seconds{std::min<std::uint64_t>(seconds, 86400)};
    }
    return std::nullopt;
}

// Bytes behind the answer belong to no request. Behind a refusal the rest of a large body may be left unread, as squid
// does it, and the next request with it.
SOCKETIO_DECL void http_client::keep_or_close(bool until_end)
{
    http_head const& head = reader_.head();
    bool const chunked = head.count("Transfer-Encoding") != 0;
    bool const framed_twice = chunked && (head.count("Content-Length") != 0 || head.minor == 0);
    bool const unread = head.status >= 400 && request_.body.size() > 4096;
    auto const idle = announced_idle_time(head);
    bool const kept = !until_end && stays_open(head) && !framed_twice && !unread && link_->input().empty() &&
                      !link_->is_writing() && !link_->write_error() && !(idle && idle->count() == 0);
    kept_until_ = idle ? deadline_after(sources_.now(), *idle - std::chrono::seconds{1}) : clock::never();
    if (!kept || caught([this] { link_->rest(); }))
        link_->close();
}

SOCKETIO_DECL bool http_client::may_repeat(std::error_code ec) noexcept
{
    // A connection that was dead before says so at once: it ends in order, or does not take all bytes. One that is
    // reset, or ends later, may have carried an answer that is lost, and with it events.
    constexpr std::chrono::seconds at_once{2};
    bool const in_order = ec == asio_error(asio::error::eof);
    bool const dead = ec && kept_ && !answered_ && (in_order || link_->write_was_short()) &&
                      ec != std::errc::not_enough_memory && sources_.now() - began_ < at_once;
    if (!dead || is_post() || repeated_)
        return false;
    repeated_ = true;
    return true;
}

// A proxy that was asked to pass the request on wants to know who asks.
SOCKETIO_DECL bool http_client::is_challenged() { return server_.plain_proxy() && reader_.head().status == 407; }

SOCKETIO_DECL void http_client::describe(std::error_code& ec)
{
    if (!message_.empty())
        return;
    if (ec == error::tls_not_available)
        message_ = ec.message();
    else if (opening_)
        message_ = server_.message();
    else if (ec == error::http_malformed)
        message_ = joined({"the answer to the ", request_words(), " is not HTTP. Is the port right?"});
    else if (is_cut_off(ec))
        message_ = joined({"the server closed the connection ",
                           answered_ ? "in the middle of the answer to the " : "without answering the ",
                           request_words()});
    if (message_.empty())
        message_ = joined({server_.stage().name, ": ", ec.message()});
    if (ec == asio_error(asio::error::eof))
        ec = error::closed;
}

// `done` does not throw, and may begin the next request.
SOCKETIO_DECL void http_client::finish(std::error_code ec) noexcept
{
    if (abandoned_ || !done_)
        return;
    http_client_answer answer;
    caught([&] {
        if (ec)
            describe(ec);
        answer.message = to_displayable(message_); // it may contain text of the peer
        answer.retry_after = retry_after();
    });
    answer.error = ec;
    answer.answered = answered_;
    static_cast<http_head&>(answer) = std::move(reader_.head());
    if (!ec)
        answer.body = std::move(answer_body_);
    busy_ = false;
    auto done = std::exchange(done_, handler{});
    done(std::move(answer));
}

} // namespace socketio::detail
