// The sequence of one request: a connection, the request, its answer. Coroutines are inline in either mode, as in
// dial.ipp.
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
    post(strand_, [self = shared_from_this()] {
        if (self->abandoned_)
            return;
        if (auto const failed = caught([&] { run(self); })) // no memory for the coroutine
            self->fail(failed);
    });
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
    finish(reason);
}

SOCKETIO_DECL http_client_timings http_client::timings() const noexcept
{
    return {server_.resolving(), server_.connecting(), server_.proxying(), server_.securing(), answering_};
}

inline detached http_client::run(std::shared_ptr<http_client> self)
{
    std::error_code ec;
    for (;;) {
        ec = co_await self->exchange();
        if (self->abandoned_)
            break;
        if (self->may_repeat(ec))
            continue;
        if (ec)
            break;
        if (self->is_challenged())
            ec = co_await self->authorize();
        else if (self->is_redirected())
            ec = self->follow();
        else
            break;
        if (ec)
            break;
    }
    self->finish(ec);
}

// The end of a kept connection may be known to the system already. It needs a turn of the context until that is seen,
// and one or two until the strand hears of it; only then something is written.
inline constexpr int turns_before_writing = 3;

inline task<std::error_code> http_client::exchange()
{
    answer_ = {};
    reader_.reset();
    kept_ = false;
    std::error_code ec = check_request();
    if (ec)
        co_return ec;
    for (int left = turns_before_writing; left != 0 && may_use_link(); --left)
        ec = co_await turn();
    kept_ = may_use_link();
    if (!kept_) {
        ec = co_await open();
        if (ec)
            co_return ec;
    }
    send();
    ec = co_await read_answer();
    if (ec)
        link_->close();
    answering_ = sources_.now() - began_;
    co_return ec;
}

inline task<std::error_code> http_client::turn()
{
    std::error_code ec;
    auto const start = [this](auto done) {
        post(strand_, posted{[done = std::move(done)]() mutable { done(std::error_code{}); }});
    };
    operation passed{ec, start, keep_nothing{}};
    co_await passed;
    co_return ec;
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

inline task<std::error_code> http_client::open()
{
    if (abandoned_)
        co_return asio::error::operation_aborted;
    drop_link();
    opening_ = true;
    linked_to_ = settings_->to;
    std::error_code ec = co_await server_.open(linked_to_, true);
    if (!ec && abandoned_)
        ec = asio::error::operation_aborted;
    if (ec)
        co_return ec;
    link_ = std::make_shared<http_link>(strand_, server_.take_stream());
    opening_ = false;
    proxy_server const* const proxy = server_.plain_proxy();
    if (challenges_ == 0) // else the answer to a challenge is for this connection
        proxy_authorization_ = proxy && proxy->has_user() ? basic_authorization(proxy->username, proxy->password) : "";
    co_return ec;
}

SOCKETIO_DECL std::error_code http_client::check_request()
{
    if (is_request_target(request_.target) && is_header_name(request_.method))
        return {};
    return refuse(error::bad_url, "the path \"" + request_.target + "\" cannot be used in a request");
}

// The user's headers first, then those that the user has not set.
SOCKETIO_DECL std::vector<http_header> http_client::request_headers() const
{
    std::vector<http_header> headers = settings_->headers;
    auto const add = [&](std::string_view name, std::string_view value) {
        auto const named = [name](http_header const& each) { return equals_ignoring_case(each.name, name); };
        if (std::none_of(headers.begin(), headers.end(), named))
            headers.push_back({std::string{name}, std::string{value}});
    };
    auto const set = [&](std::string_view name, std::string_view value) {
        std::erase_if(headers, [name](http_header const& each) { return equals_ignoring_case(each.name, name); });
        add(name, value);
    };
    if (!request_.content_type.empty())
        set("Content-Type", request_.content_type);
    for (http_header const& each : request_.headers)
        add(each.name, each.value);
    if (installed_gunzip.load(std::memory_order_acquire))
        add("Accept-Encoding", "gzip");
    if (server_.plain_proxy() && !proxy_authorization_.empty())
        set("Proxy-Authorization", proxy_authorization_);
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
}

inline task<std::error_code> http_client::receive(std::size_t most)
{
    std::error_code ec;
    auto const start = [this, most](auto done) { link_->read(most, std::move(done)); };
    operation received{ec, start, keep_nothing{}};
    co_await received;
    if (ec && link_->write_error() && !abandoned_)
        ec = link_->write_error();
    co_return ec;
}

inline task<std::error_code> http_client::authorize()
{
    proxy_challenge challenge{.target = whole_target(), .attempt = challenges_++, .method = request_.method};
    std::error_code ec = co_await server_.authorize(reader_.head(), challenge, proxy_authorization_);
    if (ec)
        answer_.message = server_.message();
    co_return ec;
}

inline task<std::error_code> http_client::read_answer()
{
    std::error_code ec = co_await read_head();
    if (ec)
        co_return ec;
    keep_cookies(reader_.head(), settings_->cookies.get(), origin_of(linked_to_, request_.target),
                 std::chrono::floor<std::chrono::seconds>(sources_.wall_now()));
    ec = check_head();
    if (ec)
        co_return ec;
    if (is_redirected()) // its body says nothing
        link_->close();
    else
        ec = co_await read_body();
    co_return ec;
}

inline task<std::error_code> http_client::read_head()
{
    constexpr std::size_t piece = 2048;
    std::error_code ec;
    for (;;) {
        auto const progress = reader_.read(link_->input());
        if (progress == http_progress::failed)
            co_return reader_.error();
        if (progress == http_progress::complete)
            break;
        ec = co_await receive(piece);
        if (ec)
            break;
        answer_.answered = true;
    }
    co_return ec;
}

inline task<std::error_code> http_client::read_body()
{
    constexpr std::size_t piece = 16384;
    std::size_t const limit = body_limit();
    body_reader body{reader_.head(), limit};
    std::error_code ec;
    if (body.is_announced_too_long())
        co_return check_body(body_progress::limited);
    for (;;) {
        std::size_t consumed = 0;
        byte_buffer& input = link_->input();
        auto const progress = body.read(input.view(), consumed);
        input.consume(consumed);
        if (progress == body_progress::complete)
            break;
        if (progress != body_progress::incomplete)
            co_return check_body(progress);
        ec = co_await receive(piece);
        if (ec == asio::error::eof && body.until_end()) {
            ec.clear();
            break;
        }
        if (ec)
            co_return ec;
    }
    answer_.body = body.take();
    keep_or_close(body.until_end());
    co_return decode_body();
}

} // namespace socketio::detail
