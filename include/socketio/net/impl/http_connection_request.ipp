// One request after the other: its head, its body, its exchange, and its answer.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/net/http_connection.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <chrono>
#include <iterator>
#include <memory>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void http_connection::read_head()
{
    std::size_t consumed = 0;
    http_progress const progress = reader_.read(input_.view(), consumed);
    if (progress == http_progress::complete) {
        input_.consume(consumed);
        on_head();
    } else if (progress == http_progress::failed) {
        auto const& limits = rules_->limits;
        bool const large = !rules_->handshake_only &&
                           (input_.size() >= limits.bytes || reader_.head().headers.size() >= limits.headers);
        refuse(large ? 431 : 400,
            large ? "The head of the request is too large.\n" : "This is not an HTTP/1.1 request.\n");
    }
}

SOCKETIO_DECL void http_connection::on_head()
{
    http_head const& head = reader_.head();
    keep_alive_ = rules_->handshake_only ? false
                  : head.minor == 0      ? head.has_token("Connection", "keep-alive")
                                         : !head.has_token("Connection", "close");
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
    // Other offered protocols (h2c, by some clients with every request) are ignored. So is a request for WebSocket
    // before the answer to an earlier request: a read is under way, which cannot be passed on.
    bool const asked =
        head.minor != 0 && head.has_token("Upgrade", "websocket") && head.has_token("Connection", "Upgrade");
    upgrading_ = asked && phase_ == phase::ready && !reading_;
}

// A client that asks first whether it may send the body gets 100 Continue, unless the body has come already.
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
    if (!rules_->handshake_only)
        deadline_ = clock::never();
    if (peer_ended_)
        arm_step(rules_->idle_timeout);
    if (upgrading_) // without a read it is not noticed if the client leaves
        arm_step(rules_->request_timeout);
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
    owner_->on_request(
        std::make_shared<http_exchange>(weak_from_this(), ++request_number_, std::move(request), std::move(upgrade)));
}

SOCKETIO_DECL void http_connection::answer(std::uint64_t request_number, http_response const& with)
{
    if (phase_ != phase::serving || request_number != request_number_)
        return;
    left_.reset();
    left_on_.reset();
    guarded([&] { respond(with); });
}

// A request that cannot be read ends the connection, since the start of the next one is unknown.
SOCKETIO_DECL void http_connection::refuse(int status, std::string_view message)
{
    keep_alive_ = false;
    form_ = {};
    respond({status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string{message}});
}

SOCKETIO_DECL void http_connection::respond(http_response const& with)
{
    keep_alive_ = keep_alive_ && !retired_ && !(peer_ended_ && input_.empty());
    form_.keep_alive = keep_alive_;
    source_left_ = write_http_answer(output_, with, form_, timer_.wall_now());
    if (source_left_ != 0)
        source_ = with.source;
    phase_ = phase::answering;
    arm_step(rules_->idle_timeout);
    write();
}

SOCKETIO_DECL void http_connection::tell_gone(std::uint64_t request_number, strand const& to,
    unique_function<void(bool)> gone)
{
    bool const ended = phase_ == phase::ended;
    if (!ended && (phase_ != phase::serving || request_number != request_number_))
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

SOCKETIO_DECL void http_connection::take_stream(std::uint64_t request_number, strand const& to, upgraded_stream&& made,
                                                unique_function<void(upgraded_stream&&)> taken)
{
    if (phase_ != phase::serving || !upgrading_ || request_number != request_number_)
        return;
    scope_fail lost{[this] { end(); }};
    made.connected = std::move(stream_);
    made.leftover = std::move(input_);
    made.slot = std::move(slot_);
    made.connected.move_to(to);
    post(to, [taken = std::move(taken), made = std::move(made)]() mutable { taken(std::move(made)); });
    lost.done();
    end();
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

// Called when there is no memory for an answer.
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
    dispatch(on->strand_, [on, number = request_number_, with = std::move(with)] { on->answer(number, with); });
    given_up.done();
}

SOCKETIO_DECL void http_exchange::on_gone(strand const& to, unique_function<void(bool)> gone)
{
    auto const on = on_.lock();
    if (!on)
        post(to, [gone = std::move(gone)]() mutable { gone(true); });
    else if (on->alive())
        dispatch(on->strand_, [on, number = request_number_, to, gone = std::move(gone)]() mutable {
            on->tell_gone(number, to, std::move(gone));
        });
}

SOCKETIO_DECL void http_exchange::take_stream(strand const& to, std::string_view subprotocol,
                                              unique_function<void(upgraded_stream&&)> taken)
{
    if (answered_.exchange(true))
        return;
    auto const on = on_.lock();
    if (!on || !on->alive())
        return;
    scope_fail given_up{[this] { give_up(); }};
    upgraded_stream made{.connected = stream{to}, .deflate = upgrade_->deflate};
    write_upgrade_response(made.answer, upgrade_->key, subprotocol, upgrade_->deflate, headers_);
    post(on->strand_, [on, number = request_number_, to, made = std::move(made), taken = std::move(taken)]() mutable {
        on->guarded([&] { on->take_stream(number, to, std::move(made), std::move(taken)); });
    });
    given_up.done();
}

} // namespace socketio::detail
