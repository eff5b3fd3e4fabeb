// One request after the other. At most one read and one write are under way, and each holds the connection.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/net/http_connection.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL http_connection::http_connection(strand const& on, stream&& connected, std::shared_ptr<http_rules const> rules,
                                               std::shared_ptr<http_connection_owner> owner, std::shared_ptr<void> counted,
                                               http_origin from)
    : strand_{on}, stream_{std::move(connected)}, rules_{std::move(rules)}, owner_{std::move(owner)}, counted_{std::move(counted)},
      timer_{on}, address_{from.address.empty() ? stream_.peer_address() : std::move(from.address)},
      secure_{from.secure || rules_->tls}, reader_{role::client, rules_->limits}, input_{std::move(from.received)}
{
}

SOCKETIO_DECL void http_connection::start()
{
    if (phase_ == phase::ended)
        return;
    guarded([this] {
        arm(rules_->request_timeout);
        if (rules_->tls)
            secure();
        else
            proceed();
    });
}

SOCKETIO_DECL void http_connection::secure()
{
    phase_ = phase::securing;
    securing_ = rules_->tls->async_handshake(strand_, std::move(stream_), role::server, {},
        [self = shared_from_this()](std::error_code ec, std::string const&, stream above) {
            self->securing_.reset();
            if (self->phase_ != phase::securing) {
                above.close();
                return;
            }
            self->stream_ = std::move(above);
            self->phase_ = phase::head;
            if (ec)
                self->end();
            else
                self->guarded([&] { self->read(); });
        });
}

SOCKETIO_DECL void http_connection::retire()
{
    post(strand_, [self = shared_from_this()] {
        self->retired_ = true;
        bool const idle = self->phase_ == phase::head && self->input_.empty();
        if (idle || self->phase_ == phase::securing)
            self->end();
    });
}

// The timer is armed for what comes first, and looks again when it fires.
SOCKETIO_DECL void http_connection::arm(std::chrono::milliseconds limit)
{
    deadline_ = limit_after(timer_.now(), limit);
    if (deadline_ != clock::never())
        timer_.arm(deadline_, [self = shared_from_this()] { self->on_due(); });
}

SOCKETIO_DECL void http_connection::on_due()
{
    if (phase_ == phase::ended || deadline_ == clock::never())
        return;
    if (timer_.now() >= deadline_ && !(phase_ == phase::head && !input_.empty()) && phase_ != phase::body)
        end();
    else
        guarded([this] {
            if (timer_.now() < deadline_)
                timer_.arm(deadline_, [self = shared_from_this()] { self->on_due(); });
            else
                refuse(408, "The request took too long.\n");
        });
}

SOCKETIO_DECL void http_connection::read()
{
    bool const served = phase_ == phase::ready || phase_ == phase::serving || phase_ == phase::answering;
    // The next request may ask for an upgrade, for which no read may be under way.
    std::size_t const most = phase_ == phase::answering ? 1 : read_ahead;
    bool const enough = served && (upgrading_ || input_.size() >= most);
    if (reading_ || enough || peer_ended_ || phase_ == phase::ended)
        return;
    reading_ = true;
    stream_.async_read_some(asio::buffer(room_), [self = shared_from_this()](std::error_code ec, std::size_t count) {
        self->guarded([&] { self->on_read(ec, count); });
    });
}

SOCKETIO_DECL void http_connection::on_read(std::error_code ec, std::size_t count)
{
    reading_ = false;
    if (phase_ == phase::ended)
        return;
    if (ec == asio::error::eof && phase_ != phase::closing) {
        on_last_request();
        return;
    }
    if (ec) {
        end();
        return;
    }
    if (phase_ == phase::closing) {
        read();
        return;
    }
    bool const first = phase_ == phase::head && input_.empty();
    input_.append(room_.data(), count);
    if (first && turn_ != 0)
        arm(rules_->request_timeout);
    proceed();
}

// A client may say that it sends nothing more as soon as it has asked (RFC 9112, section 9.6), and has then its answers to
// come. A client that has left looks the same, so there is a limit for answers that come late.
SOCKETIO_DECL void http_connection::on_last_request()
{
    peer_ended_ = true;
    if (phase_ == phase::head && input_.empty()) {
        end();
        return;
    }
    if (phase_ == phase::serving) {
        arm(rules_->idle_timeout);
        tell_left(false);
    }
    proceed();
}

// What the owner does may throw, so nothing is left to be done then.
SOCKETIO_DECL void http_connection::proceed()
{
    if (phase_ == phase::head)
        read_head();
    if (phase_ == phase::body)
        read_body();
    if (peer_ended_ && (phase_ == phase::head || phase_ == phase::body))
        refuse(400, "The request has no end.\n");
    read();
    if (phase_ == phase::ready)
        serve();
}

SOCKETIO_DECL void http_connection::read_head()
{
    std::size_t consumed = 0;
    http_progress const progress = reader_.read(input_.view(), consumed);
    if (progress == http_progress::complete) {
        input_.consume(consumed);
        on_head();
    } else if (progress == http_progress::failed) {
        auto const& limits = rules_->limits;
        bool const large = input_.size() >= limits.bytes || reader_.head().headers.size() >= limits.headers;
        refuse(large ? 431 : 400, large ? "The head of the request is too large.\n" : "This is not an HTTP/1.1 request.\n");
    }
}

SOCKETIO_DECL void http_connection::on_head()
{
    http_head const& head = reader_.head();
    keep_alive_ = head.minor == 0 ? head.has_token("Connection", "keep-alive") : !head.has_token("Connection", "close");
    if (std::size_t const hosts = head.count("Host"); hosts > 1 || (hosts == 0 && head.minor != 0)) {
        refuse(400, "A request has one Host header.\n");
        return;
    }
    std::uint64_t length = 0;
    switch (request_framing(head, length)) {
    case body_framing::none: phase_ = phase::ready; break;
    case body_framing::invalid: refuse(400, "The length of the body is not clear.\n"); return;
    case body_framing::unknown: refuse(501, "The transfer coding is not known.\n"); return;
    case body_framing::length:
        if (length > rules_->body_size) {
            refuse(413, "The body is too large.\n");
            return;
        }
        [[fallthrough]];
    case body_framing::chunked: expect_body(); break;
    }
    // Other protocols that are offered (h2c, by some clients with every request) are not taken up; nor is what was asked
    // for ahead of the answer to an earlier request: a read is under way, which nobody can take over.
    bool const asked = head.minor != 0 && head.has_token("Upgrade", "websocket") && head.has_token("Connection", "Upgrade");
    upgrading_ = asked && phase_ == phase::ready && !reading_;
}

// Whoever asks first whether the body is welcome is told so, unless it has come anyway.
SOCKETIO_DECL void http_connection::expect_body()
{
    body_.emplace(reader_.head(), rules_->body_size);
    phase_ = phase::body;
    if (input_.empty() && reader_.head().minor != 0 && reader_.head().has_token("Expect", "100-continue")) {
        output_.append(std::string_view{"HTTP/1.1 100 Continue\r\n\r\n"});
        write();
    }
}

SOCKETIO_DECL void http_connection::read_body()
{
    std::size_t consumed = 0;
    body_progress const progress = body_->read(input_.view(), consumed);
    input_.consume(consumed);
    if (progress == body_progress::complete)
        phase_ = phase::ready;
    else if (progress == body_progress::limited)
        refuse(413, "The body is too large.\n");
    else if (progress == body_progress::failed)
        refuse(400, "The body is not framed as it should be.\n");
}

SOCKETIO_DECL std::optional<http_upgrade> http_connection::judge_upgrade()
{
    if (!upgrading_)
        return std::nullopt;
    http_upgrade result;
    deflate_negotiation deflate{rules_->deflate};
    result.error = check_upgrade_request(reader_.head(), result.key, &deflate);
    if (!result.error)
        result.error = read_subprotocols(reader_.head(), result.protocols);
    result.deflate = deflate.agreed;
    return result;
}

SOCKETIO_DECL void http_connection::serve()
{
    phase_ = phase::serving;
    deadline_ = clock::never();
    if (peer_ended_)
        arm(rules_->idle_timeout);
    if (upgrading_) // nothing is read meanwhile, so that nobody sees the client leave
        arm(rules_->request_timeout);
    auto upgrade = judge_upgrade();
    http_head& head = reader_.head();
    http_request request;
    request.method = std::move(head.method);
    request.target = std::move(head.target);
    request.address = address_;
    request.secure = secure_;
    request.headers.reserve(head.headers.size());
    for (auto& each : head.headers)
        request.headers.emplace_back(std::move(each.name), std::move(each.value));
    if (body_)
        request.body = body_->take();
    form_ = {request.method == "HEAD", keep_alive_, head.minor == 0};
    owner_->on_request(std::make_shared<http_exchange>(weak_from_this(), ++turn_, std::move(request), std::move(upgrade)));
}

SOCKETIO_DECL void http_connection::answer(std::uint64_t turn, http_response const& with)
{
    if (phase_ != phase::serving || turn != turn_)
        return;
    left_.reset();
    left_on_.reset();
    guarded([&] { respond(with); });
}

// What cannot be read ends the connection: nobody knows where the next request would begin.
SOCKETIO_DECL void http_connection::refuse(int status, std::string_view words)
{
    keep_alive_ = false;
    form_ = {};
    respond({status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string{words}});
}

SOCKETIO_DECL void http_connection::respond(http_response const& with)
{
    keep_alive_ = keep_alive_ && !retired_ && !(peer_ended_ && input_.empty());
    form_.keep_alive = keep_alive_;
    source_left_ = write_http_answer(output_, with, form_, timer_.wall_now());
    if (source_left_ != 0)
        source_ = with.source;
    phase_ = phase::answering;
    arm(rules_->idle_timeout);
    write();
}

// A piece of it, so that a large answer is as long under way as the client needs while it takes one after the other.
SOCKETIO_DECL void http_connection::write()
{
    if (sending_)
        return;
    if (written_ == writing_.size()) {
        written_ = 0;
        writing_.clear();
        writing_.shrink(kept_room);
        writing_.swap(output_);
        if (!pull()) {
            end();
            return;
        }
    }
    if (writing_.empty())
        return;
    sending_ = true;
    std::size_t const size = std::min(writing_.size() - written_, write_size);
    stream_.async_write(asio::buffer(writing_.data() + written_, size),
                        [self = shared_from_this()](std::error_code ec, std::size_t count) {
                            self->guarded([&] { self->on_written(ec, count); });
                        });
}

// The next piece of a body. False if there is none: the client must not take what it has for all of it.
SOCKETIO_DECL bool http_connection::pull()
{
    if (source_left_ == 0)
        return true;
    scope_fail broken{[this] { end(); }};
    auto const room = static_cast<std::size_t>(std::min<std::uint64_t>(source_left_, piece_size));
    std::size_t const count = std::min(source_.read(writing_.prepare(room), room), room);
    broken.done();
    writing_.commit(count);
    source_left_ -= count;
    if (source_left_ == 0)
        source_ = {};
    return count != 0;
}

SOCKETIO_DECL void http_connection::on_written(std::error_code ec, std::size_t count)
{
    sending_ = false;
    written_ += count;
    if (phase_ == phase::ended)
        return;
    if (ec) {
        end();
        return;
    }
    write();
    if (phase_ != phase::answering)
        return;
    if (sending_)
        arm(rules_->idle_timeout);
    else if (keep_alive_)
        next_request();
    else
        see_off();
}

SOCKETIO_DECL void http_connection::next_request()
{
    reader_.reset();
    body_.reset();
    upgrading_ = false;
    phase_ = phase::head;
    input_.shrink(kept_room);
    arm(input_.empty() ? rules_->idle_timeout : rules_->request_timeout);
    if ((retired_ || peer_ended_) && input_.empty())
        end();
    else
        proceed();
}

// Closing at once, with input unread, would reset the connection and could take the answer along.
SOCKETIO_DECL void http_connection::see_off()
{
    phase_ = phase::closing;
    stream_.shutdown_send();
    if (peer_ended_) {
        end();
        return;
    }
    arm(rules_->close_timeout);
    read();
}

SOCKETIO_DECL void http_connection::tell_gone(std::uint64_t turn, strand const& to, unique_function<void(bool)> gone)
{
    bool const ended = phase_ == phase::ended;
    if (!ended && (phase_ != phase::serving || turn != turn_))
        return;
    left_ = std::make_shared<unique_function<void(bool)>>(std::move(gone));
    left_on_ = to;
    if (ended || peer_ended_)
        tell_left(ended);
}

SOCKETIO_DECL void http_connection::tell_left(bool for_good)
{
    if (left_)
        post(*left_on_, [left = left_, for_good] { (*left)(for_good); });
    if (for_good)
        left_.reset();
}

SOCKETIO_DECL void http_connection::take_stream(std::uint64_t turn, strand const& to, unique_function<void(http_stream&&)> taken)
{
    if (phase_ != phase::serving || !upgrading_ || turn != turn_)
        return;
    http_stream result{std::move(stream_), std::move(input_), std::move(counted_)};
    scope_fail lost{[this] { end(); }};
    result.connected.move_to(to);
    post(to, [taken = std::move(taken), result = std::move(result)]() mutable { taken(std::move(result)); });
    lost.done();
    end();
}

SOCKETIO_DECL void http_connection::end() noexcept
{
    if (std::exchange(phase_, phase::ended) == phase::ended)
        return;
    if (auto const securing = std::exchange(securing_, nullptr))
        securing->close();
    stream_.close();
    timer_.cancel();
    counted_.reset();
    source_ = {};
    tell_left(true);
    left_on_.reset();
    std::exchange(owner_, nullptr)->on_end(shared_from_this());
}

SOCKETIO_DECL http_exchange::~http_exchange()
{
    if (answered_)
        return;
    auto const failed = caught([this] {
        answer({500, {{"Content-Type", "text/plain; charset=utf-8"}}, "Nobody has answered this request.\n"});
    });
    if (failed && !answered_)
        give_up();
}

// There is no memory for an answer.
SOCKETIO_DECL void http_exchange::give_up() noexcept
{
    if (auto const on = on_.lock(); on && on->alive())
        post(on->strand_, [on] { on->end(); });
}

SOCKETIO_DECL void http_exchange::add_headers(string_pairs more)
{
    headers_.insert(headers_.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

SOCKETIO_DECL void http_exchange::perform(unique_function<void(strand const&)> work)
{
    if (auto const on = on_.lock(); on && on->alive())
        post(on->strand_, [on, work = std::move(work)]() mutable { work(on->strand_); });
}

SOCKETIO_DECL void http_exchange::answer(http_response with)
{
    if (answered_.exchange(true))
        return;
    auto const on = on_.lock();
    if (!on || !on->alive())
        return;
    scope_fail given_up{[this] { give_up(); }};
    with.headers.insert(with.headers.end(), headers_.begin(), headers_.end());
    dispatch(on->strand_, [on, turn = turn_, with = std::move(with)] { on->answer(turn, with); });
    given_up.done();
}

SOCKETIO_DECL void http_exchange::on_gone(strand const& to, unique_function<void(bool)> gone)
{
    auto const on = on_.lock();
    if (!on)
        post(to, [gone = std::move(gone)]() mutable { gone(true); });
    else if (on->alive())
        dispatch(on->strand_, [on, turn = turn_, to, gone = std::move(gone)]() mutable { on->tell_gone(turn, to, std::move(gone)); });
}

SOCKETIO_DECL void http_exchange::take_stream(strand const& to, unique_function<void(http_stream&&)> taken)
{
    if (answered_.exchange(true))
        return;
    auto const on = on_.lock();
    if (!on || !on->alive())
        return;
    scope_fail given_up{[this] { give_up(); }};
    post(on->strand_, [on, turn = turn_, to, taken = std::move(taken)]() mutable {
        on->guarded([&] { on->take_stream(turn, to, std::move(taken)); });
    });
    given_up.done();
}

} // namespace socketio::detail
