// The sequence of one request: a connection, the request, its answer. It is a chain of steps, not a coroutine: a poll
// then costs no frame for each of them.
#pragma once

#include <socketio/net/http_client.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/wire/cookie_headers.hpp>
#include <socketio/wire/http_request.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL http_client::http_client(strand const& on, std::shared_ptr<http_client_settings> settings)
    : strand_{on}, settings_{std::move(settings)}, sources_{sources_of(on)},
      server_{on, settings_->network, settings_->limits, settings_->tls}, reader_{settings_->limits}
{
}

SOCKETIO_DECL http_client::~http_client()
{
    if (link_)
        link_->close();
}

SOCKETIO_DECL void http_client::request(http_client_request what, handler done)
{
    if (abandoned_)
        return;
    post(strand_, [self = shared_from_this()] { self->take(&http_client::exchange, {}); });
    request_ = std::move(what);
    done_ = std::move(done);
    answer_ = {};
    redirections_ = redirections{settings_->follow_redirects};
    repeated_ = false;
    challenges_ = 0;
    busy_ = true;
}

SOCKETIO_DECL void http_client::abandon() noexcept
{
    abandoned_ = true;
    busy_ = false;
    done_.reset();
    body_.reset();
    server_.abandon();
    if (link_)
        link_->close();
}

SOCKETIO_DECL void http_client::close_idle() noexcept
{
    if (busy_)
        return;
    if (link_ && link_->is_resting())
        link_->shutdown_send();
    drop_link();
}

SOCKETIO_DECL void http_client::fail(std::error_code reason) noexcept
{
    server_.close();
    drop_link();
    body_.reset();
    finish(reason);
}

SOCKETIO_DECL http_client_timings http_client::timings() const noexcept
{
    return {server_.resolving(), server_.connecting(), server_.proxying(), server_.securing(), answering_};
}

SOCKETIO_DECL void http_client::take(step next, std::error_code ec) noexcept
{
    if (abandoned_)
        return;
    if (auto const failed = caught([&] { (this->*next)(ec); }))
        fail(failed);
}

// The end of a kept connection may be known to the system already. It needs a turn of the context until that is seen,
// and one or two until the strand hears of it; only then something is written.
inline constexpr unsigned turns_before_writing = 3;

SOCKETIO_DECL void http_client::exchange(std::error_code)
{
    answer_ = {};
    reader_.reset();
    body_.reset();
    turns_ = turns_before_writing;
    if (auto const ec = check_request())
        finish(ec);
    else
        wait_a_turn({});
}

SOCKETIO_DECL void http_client::wait_a_turn(std::error_code)
{
    kept_ = may_use_link();
    if (kept_ && turns_ != 0) {
        --turns_;
        post(strand_, [self = shared_from_this()] { self->take(&http_client::wait_a_turn, {}); });
    } else if (kept_) {
        send();
    } else {
        open(shared_from_this());
    }
}

// The redirections of another connection of the session hold for this one, too.
SOCKETIO_DECL bool http_client::may_use_link() const noexcept
{
    return link_ && link_->is_resting() && same_origin(linked_to_, settings_->to) && sources_.now() < kept_until_;
}

SOCKETIO_DECL void http_client::drop_link() noexcept
{
    if (!link_)
        return;
    link_->close();
    received_ += link_->received();
    sent_ += link_->sent();
    link_.reset();
}

inline detached http_client::open(std::shared_ptr<http_client> self)
{
    self->drop_link();
    self->opening_ = true;
    self->linked_to_ = self->settings_->to;
    std::error_code ec = co_await self->server_.open(self->linked_to_, true);
    self->take(&http_client::opened, ec);
}

SOCKETIO_DECL void http_client::opened(std::error_code ec)
{
    if (ec) {
        finish(ec);
        return;
    }
    link_ = std::make_shared<http_link>(strand_, server_.take_stream());
    opening_ = false;
    proxy_server const* const proxy = server_.plain_proxy();
    if (challenges_ == 0) // else the answer to a challenge is for this connection
        proxy_authorization_ = proxy && proxy->has_user() ? basic_authorization(proxy->username, proxy->password) : "";
    send();
}

SOCKETIO_DECL std::error_code http_client::check_request()
{
    if (is_request_target(request_.target) && is_header_name(request_.method))
        return {};
    return refuse(error::bad_url, "the path \"" + request_.target + "\" cannot be used in a request");
}

inline bool has_header(std::vector<http_header> const& headers, std::string_view name) noexcept
{
    return std::any_of(headers.begin(), headers.end(),
                       [name](http_header const& each) { return equals_ignoring_case(each.name, name); });
}

inline void set_header(std::vector<http_header>& headers, std::string_view name, std::string const& text)
{
    std::erase_if(headers, [name](http_header const& each) { return equals_ignoring_case(each.name, name); });
    headers.push_back({std::string{name}, text});
}

// The user's headers first, then those that the user has not set.
SOCKETIO_DECL std::vector<http_header> http_client::request_headers() const
{
    std::vector<http_header> headers = settings_->headers;
    for (http_header const& each : request_.headers)
        if (!has_header(headers, each.name))
            headers.push_back(each);
    if (!request_.content_type.empty())
        set_header(headers, "Content-Type", request_.content_type);
    if (installed_gunzip.load(std::memory_order_acquire) && !has_header(headers, "Accept-Encoding"))
        headers.push_back({"Accept-Encoding", "gzip"});
    if (server_.plain_proxy() && !proxy_authorization_.empty())
        set_header(headers, "Proxy-Authorization", proxy_authorization_);
    add_cookies(headers, settings_->cookies.get(), origin_of(linked_to_, request_.target),
                std::chrono::floor<std::chrono::seconds>(sources_.wall_now()));
    return headers;
}

// A proxy gets the whole URL (RFC 9112, section 3.2.2).
SOCKETIO_DECL std::string http_client::whole_target() const
{
    return server_.plain_proxy() ? "http://" + host_header(linked_to_) + request_.target : request_.target;
}

// Head and body in one write: some servers count the pieces.
SOCKETIO_DECL void http_client::send()
{
    bool const post = request_.method == "POST";
    std::string const what_waits = request_.method + " request";
    server_.stage().enter(what_waits, "waiting for the answer to the " + what_waits);
    byte_buffer text;
    text.reserve(1024 + request_.body.size());
    std::string const host = host_header(linked_to_);
    std::vector<http_header> const headers = request_headers();
    std::string const target = whole_target();
    http_request_text what{request_.method, target, host, headers};
    if (post)
        what.body = request_.body;
    write_http_request(text, what);
    began_ = sources_.now();
    link_->write(std::move(text));
    ++requests_;
    read_on();
}

SOCKETIO_DECL void http_client::await_more(std::size_t most)
{
    link_->read(most, [self = shared_from_this()](std::error_code ec) { self->take(&http_client::received, ec); });
}

// Takes from the input what has come of the answer.
SOCKETIO_DECL void http_client::read_on()
{
    constexpr std::size_t piece = 2048;
    if (body_) {
        read_body();
        return;
    }
    auto const progress = reader_.read(link_->input());
    if (progress == http_progress::incomplete)
        await_more(piece);
    else if (progress == http_progress::failed)
        end_exchange(reader_.error());
    else if (begin_body())
        read_body();
}

// Returns false if that ended the exchange.
SOCKETIO_DECL bool http_client::begin_body()
{
    keep_cookies(reader_.head(), settings_->cookies.get(), origin_of(linked_to_, request_.target),
                 std::chrono::floor<std::chrono::seconds>(sources_.wall_now()));
    std::error_code ec = check_head();
    if (!ec && is_redirected()) { // its body says nothing
        link_->close();
    } else if (!ec) {
        body_.emplace(reader_.head(), body_limit());
        if (!body_->is_announced_too_long())
            return true;
        ec = check_body(body_progress::limited);
    }
    end_exchange(ec);
    return false;
}

SOCKETIO_DECL void http_client::read_body()
{
    constexpr std::size_t piece = 16384;
    std::size_t consumed = 0;
    byte_buffer& input = link_->input();
    auto const progress = body_->read(input.view(), consumed);
    input.consume(consumed);
    if (progress == body_progress::incomplete) {
        await_more(piece);
    } else if (progress == body_progress::complete) {
        take_body(false);
    } else {
        end_exchange(check_body(progress));
    }
}

SOCKETIO_DECL void http_client::received(std::error_code ec)
{
    if (!ec) {
        answer_.answered = true;
        read_on();
    } else if (ec == asio_error(asio::error::eof) && body_ && body_->until_end()) {
        take_body(true);
    } else {
        end_exchange(link_->write_error() ? link_->write_error() : ec);
    }
}

SOCKETIO_DECL void http_client::take_body(bool until_end)
{
    answer_.body = body_->take();
    keep_or_close(until_end);
    int const status = reader_.head().status;
    bool const cut_off = request_.method == "POST" && link_->write_error() && status >= 200 && status < 300;
    // A server that calls such a request good has not read all of its body.
    end_exchange(cut_off ? link_->write_error() : decode_body());
}

SOCKETIO_DECL void http_client::end_exchange(std::error_code ec)
{
    if (ec)
        link_->close();
    body_.reset();
    answering_ = sources_.now() - began_;
    bool const again = may_repeat(ec);
    if (!again && !ec && is_challenged()) {
        authorize(shared_from_this());
        return;
    }
    bool const redirected = !again && !ec && is_redirected();
    if (redirected)
        ec = follow();
    if (again || (redirected && !ec))
        exchange({});
    else
        finish(ec);
}

inline detached http_client::authorize(std::shared_ptr<http_client> self)
{
    proxy_challenge challenge{
        .target = self->whole_target(), .attempt = self->challenges_++, .method = self->request_.method};
    std::error_code ec = co_await self->server_.authorize(self->reader_.head(), challenge, self->proxy_authorization_);
    self->take(&http_client::authorized, ec);
}

SOCKETIO_DECL void http_client::authorized(std::error_code ec)
{
    if (!ec) {
        exchange({});
        return;
    }
    answer_.message = server_.message();
    finish(ec);
}

} // namespace socketio::detail
