// The sequence of one request: a connection, the request, its answer.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/net/http_requester.hpp>
#include <socketio/wire/cookie_headers.hpp>
#include <socketio/wire/http_date.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL http_requester::http_requester(strand const& on, std::shared_ptr<http_client_settings> settings,
                                             bool plain)
    : strand_{on}, settings_{std::move(settings)}, sources_{sources_of(on)},
      server_{on, settings_->network, settings_->limits, settings_->tls}, redirections_{settings_->follow_redirects},
      reader_{settings_->limits}, plain_{plain}
{
}

SOCKETIO_DECL http_requester::~http_requester()
{
    if (link_)
        link_->close();
}

SOCKETIO_DECL void http_requester::abandon() noexcept
{
    abandoned_ = true;
    body_.reset();
    server_.abandon();
    if (link_)
        link_->close();
}

SOCKETIO_DECL void http_requester::fail(std::error_code reason) noexcept
{
    server_.close();
    drop_link();
    body_.reset();
    finish(reason);
}

SOCKETIO_DECL request_timings http_requester::timings() const noexcept
{
    return {server_.resolving(), server_.connecting(), server_.proxying(), server_.securing(), answering_};
}

SOCKETIO_DECL void http_requester::take(step next, std::error_code ec) noexcept
{
    if (abandoned_)
        return;
    if (auto const failed = caught([&] { (this->*next)(ec); }))
        fail(failed);
}

SOCKETIO_DECL unique_function<void(std::error_code)> http_requester::then(step next)
{
    return [self = shared_from_this(), next](std::error_code ec) { self->take(next, ec); };
}

SOCKETIO_DECL void http_requester::drop_link() noexcept
{
    if (!link_)
        return;
    link_->close();
    received_ += link_->received();
    sent_ += link_->sent();
    link_.reset();
}

SOCKETIO_DECL void http_requester::begin()
{
    reader_.reset();
    message_.clear();
    answered_ = false;
    reach();
}

SOCKETIO_DECL void http_requester::connect() { open(shared_from_this()); }

// Coroutines are inline in either mode: their frames contain lambdas, and g++ warns otherwise.
inline detached http_requester::open(std::shared_ptr<http_requester> self)
{
    self->drop_link();
    self->opening_ = true;
    self->linked_to_ = self->settings_->to;
    std::error_code ec = co_await self->server_.open(self->linked_to_, self->plain_);
    self->take(&http_requester::opened, ec);
}

SOCKETIO_DECL void http_requester::opened(std::error_code ec)
{
    if (ec) {
        finish(ec);
        return;
    }
    link_ = std::make_shared<http_link>(strand_, server_.take_stream());
    opening_ = false;
    on_open();
    send();
}

SOCKETIO_DECL std::vector<http_header> http_requester::user_headers() const
{
    std::vector<http_header> headers = settings_->headers;
    add_cookies(headers, settings_->cookies.get(), origin_of(linked_to_, target_), wall_now());
    return headers;
}

SOCKETIO_DECL void http_requester::send()
{
    byte_buffer text;
    write_request(text);
    began_ = sources_.now();
    link_->write(std::move(text));
    ++requests_;
    read_on();
}

SOCKETIO_DECL void http_requester::await_more(std::size_t most) { link_->read(most, then(&http_requester::received)); }

// Takes from the input what has come of the answer.
SOCKETIO_DECL void http_requester::read_on()
{
    constexpr std::size_t piece = 2048;
    auto const progress = reader_.read(link_->input());
    if (progress == http_progress::incomplete)
        await_more(piece);
    else if (progress == http_progress::failed)
        end_exchange(reader_.error());
    else
        on_head();
}

SOCKETIO_DECL void http_requester::on_head()
{
    keep_cookies(reader_.head(), settings_->cookies.get(), origin_of(linked_to_, target_), wall_now());
    if (!redirections_.follows(reader_.head())) {
        take_head();
    } else { // its body says nothing
        link_->close();
        end_exchange({});
    }
}

SOCKETIO_DECL void http_requester::read_body()
{
    constexpr std::size_t piece = 16384;
    std::size_t consumed = 0;
    byte_buffer& input = link_->input();
    auto const progress = body_->read(input.view(), consumed);
    input.consume(consumed);
    if (progress == body_progress::incomplete)
        await_more(piece);
    else
        take_body(progress, {});
}

SOCKETIO_DECL void http_requester::received(std::error_code ec)
{
    answered_ = answered_ || !ec;
    if (!ec && body_)
        read_body();
    else if (!ec)
        read_on();
    else if (body_)
        take_body(body_progress::incomplete, ec);
    else
        end_exchange(link_->write_error() ? link_->write_error() : ec);
}

SOCKETIO_DECL void http_requester::end_exchange(std::error_code ec)
{
    if (ec)
        link_->close();
    body_.reset();
    answering_ += sources_.now() - began_;
    if (goes_on(ec))
        return;
    bool const redirected = !ec && redirections_.follows(reader_.head());
    if (redirected)
        ec = follow();
    if (redirected && !ec)
        begin();
    else
        finish(ec);
}

SOCKETIO_DECL std::error_code http_requester::refuse(std::error_code ec,
                                                     std::initializer_list<std::string_view> message)
{
    message_ = joined(message);
    return ec;
}

// Later requests of the session go to the new place, too.
SOCKETIO_DECL std::error_code http_requester::follow()
{
    url next = linked_to_;
    if (auto const ec = redirections_.follow(reader_.head(), next, target_, message_))
        return ec;
    if (!settings_->asked)
        settings_->asked = linked_to_;
    drop_secrets(settings_->headers, same_origin(linked_to_, next), settings_->redirect_headers);
    settings_->elsewhere = !same_origin(*settings_->asked, next);
    settings_->target = target_;
    settings_->to = std::move(next);
    return {};
}

SOCKETIO_DECL std::optional<std::chrono::seconds> http_requester::retry_after()
{
    http_head const& head = reader_.head();
    if (head.status != 503 && head.status != 429)
        return std::nullopt;
    return parse_retry_after(head.find("Retry-After"), wall_now());
}

} // namespace socketio::detail
