// One request after the other over one connection, as far as the server and proxies permit it.
#pragma once

#include <socketio/net/http_client.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/wire/http_request.hpp>
#include <socketio/wire/proxy.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL http_client::http_client(strand const& on, std::shared_ptr<http_client_settings> settings)
    : http_requester{on, std::move(settings), true}
{
}

SOCKETIO_NOINLINE SOCKETIO_DECL std::shared_ptr<http_client>
http_client::make(strand const& on, std::shared_ptr<http_client_settings> settings)
{
    return std::make_shared<http_client>(on, std::move(settings));
}

SOCKETIO_DECL void http_client::request(http_client_request&& what, handler&& done)
{
    if (abandoned_)
        return;
    in_a_turn(static_cast<step>(&http_client::exchange));
    request_ = std::move(what);
    target_ = std::move(request_.target); // nothing may throw any more: the request is on its way
    done_ = std::move(done);
    redirections_ = redirections{request_.follow && !is_post() ? settings_->follow_redirects : 0};
    answering_ = {};
    repeated_ = false;
    challenges_ = 0;
    busy_ = true;
}

SOCKETIO_DECL void http_client::abandon() noexcept
{
    busy_ = false;
    done_.reset();
    http_requester::abandon();
}

SOCKETIO_DECL void http_client::close_idle() noexcept
{
    if (busy_)
        return;
    if (link_ && link_->is_resting())
        link_->shutdown_send();
    drop_link();
}

SOCKETIO_DECL void http_client::in_a_turn(step next)
{
    post(strand_, [self = shared_from_this(), this, next] { take(next, {}); });
}

SOCKETIO_DECL void http_client::exchange(std::error_code) { begin(); }

// The end of a kept connection may be known to the system already. It needs a turn of the context until that is seen,
// and one or two until the strand hears of it; only then something is written.
inline constexpr unsigned turns_before_writing = 3;

SOCKETIO_DECL void http_client::reach()
{
    answer_body_.clear();
    turns_ = turns_before_writing;
    if (is_request_target(target_))
        wait_a_turn({});
    else
        finish(refuse(error::bad_url, {"the path \"", target_, "\" cannot be used in a request"}));
}

SOCKETIO_DECL void http_client::wait_a_turn(std::error_code)
{
    kept_ = may_use_link();
    if (!kept_) {
        connect();
    } else if (turns_ == 0) {
        send();
    } else {
        --turns_;
        in_a_turn(static_cast<step>(&http_client::wait_a_turn));
    }
}

// The redirections of another connection of the session hold for this one, too.
SOCKETIO_DECL bool http_client::may_use_link() const noexcept
{
    return link_ && link_->is_resting() && same_origin(linked_to_, settings_->to) && sources_.now() < kept_until_;
}

SOCKETIO_DECL void http_client::on_open()
{
    proxy_server const* const proxy = server_.plain_proxy();
    if (challenges_ == 0) // else the answer to a challenge is for this connection
        proxy_authorization_ = proxy && proxy->has_user() ? basic_authorization(proxy->username, proxy->password) : "";
}

SOCKETIO_DECL std::string_view http_client::request_words() const noexcept
{
    return is_post() ? "POST request" : "GET request";
}

// A proxy gets the whole URL (RFC 9112, section 3.2.2).
SOCKETIO_DECL std::string http_client::whole_target() const
{
    return server_.plain_proxy() ? joined({"http://", host_header(linked_to_), target_}) : target_;
}

inline bool has_header(std::vector<http_header> const& headers, std::string_view name) noexcept
{
    for (http_header const& each : headers)
        if (equals_ignoring_case(each.name, name))
            return true;
    return false;
}

// Head and body in one write: some servers count the pieces.
SOCKETIO_DECL void http_client::write_request(byte_buffer& to)
{
    server_.stage().enter(std::string{request_words()}, is_post() ? "waiting for the answer to the POST request"
                                                     : "waiting for the answer to the GET request");
    to.reserve(1024 + request_.body.size());
    std::string const host = host_header(linked_to_);
    std::vector<http_header> const headers = user_headers();
    std::string const target = whole_target();
    bool const gzip = installed_gunzip.load(std::memory_order_acquire) && !has_header(headers, "Accept-Encoding");
    std::array<http_header_view, 3> const own{
        {{"Content-Type", request_.content_type},
         {"Accept-Encoding", gzip ? "gzip" : ""},
         {"Proxy-Authorization", server_.plain_proxy() ? std::string_view{proxy_authorization_} : std::string_view{}}}};
    http_request_text what{.method = request_.method, .target = target, .host = host, .headers = headers, .own = own};
    if (is_post())
        what.body = request_.body;
    write_http_request(to, what);
}

SOCKETIO_DECL void http_client::take_head()
{
    std::error_code ec = check_head();
    if (!ec) {
        body_.emplace(reader_.head(), body_limit());
        if (!body_->is_announced_too_long()) {
            read_body();
            return;
        }
        ec = check_body(body_progress::limited);
    }
    end_exchange(ec);
}

SOCKETIO_DECL void http_client::take_body(body_progress progress, std::error_code ec)
{
    until_end_ = ec == asio_error(asio::error::eof) && body_->until_end();
    if (until_end_ || progress == body_progress::complete) {
        if (is_accepted_post() && link_->is_writing()) // it counts only as a whole
            link_->await_written(then(static_cast<step>(&http_client::keep_body)));
        else
            keep_body({});
    } else if (ec) {
        end_exchange(link_->write_error() ? link_->write_error() : ec);
    } else {
        end_exchange(check_body(progress));
    }
}

SOCKETIO_DECL void http_client::keep_body(std::error_code)
{
    answer_body_ = body_->take();
    keep_or_close(until_end_);
    // A server that calls such a request good has not read all of its body.
    end_exchange(is_accepted_post() && link_->write_error() ? link_->write_error() : decode_body());
}

SOCKETIO_DECL bool http_client::is_accepted_post() noexcept
{
    return is_post() && reader_.head().status / 100 == 2;
}

SOCKETIO_DECL bool http_client::goes_on(std::error_code ec)
{
    if (may_repeat(ec)) {
        begin();
        return true;
    }
    if (ec || !is_challenged())
        return false;
    authorize(std::static_pointer_cast<http_client>(shared_from_this()));
    return true;
}

// Coroutines are inline in either mode, as in http_requester.ipp.
inline detached http_client::authorize(std::shared_ptr<http_client> self)
{
    proxy_challenge challenge{
        .target = self->whole_target(), .attempt = self->challenges_++, .method = std::string{self->request_.method}};
    std::error_code ec = co_await self->server_.authorize(self->reader_.head(), challenge, self->proxy_authorization_);
    self->take(static_cast<step>(&http_client::authorized), ec);
}

SOCKETIO_DECL void http_client::authorized(std::error_code ec)
{
    if (ec)
        finish(refuse(ec, {server_.authorize_message()}));
    else
        begin();
}

} // namespace socketio::detail
