// Requests, their answers, and the way out.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/net/client_polling_channel.hpp>
#include <socketio/net/polling_refusal.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL client_polling_channel::client_polling_channel(std::shared_ptr<http_client> polls,
    client_polling_options& options, engine_channel_owner& owner)
    : polling_channel_base{owner}, options_{options}, polls_{std::move(polls)},
      posts_{http_client::make(polls_->serial(), polls_->settings())}, linger_timer_{polls_->serial()}
{
    polling_.limit_packets(options_.packets_per_request);
}

SOCKETIO_DECL void client_polling_channel::start(std::string&& handshake) noexcept
{
    received_ += handshake.size();
    polling_.feed(std::move(handshake));
}

SOCKETIO_DECL engine_event client_polling_channel::receive(clock::time_point now, engine_channel_owner& to)
{
    while (owner_) {
        engine_event event = polling_.next(now);
        check_size(event);
        if (event.type == engine_event::kind::none && failure_) // what came before it is received first
            event = *std::exchange(failure_, std::nullopt);
        heard_ = heard_ || event.type != engine_event::kind::none;
        switch (event.type) {
        case engine_event::kind::text: to.on_text(event.payload); break;
        case engine_event::kind::binary: to.on_binary(event.payload); break;
        case engine_event::kind::closed:
            may_say_so_ = may_say_so_ && event.reason != disconnect_reason::transport_close;
            return event;
        default: return event;
        }
    }
    return {};
}

SOCKETIO_DECL void client_polling_channel::check_size(engine_event& event) const
{
    bool const has_message = event.type == engine_event::kind::text || event.type == engine_event::kind::binary;
    if (!has_message || event.payload.size() <= options_.message_size)
        return;
    event.type = engine_event::kind::closed;
    event.reason = disconnect_reason::transport_error;
    event.error = error::message_too_large;
    event.payload = {};
}

// The POST leaves first: a server may answer the poll with what the POST has asked for.
SOCKETIO_DECL channel_status client_polling_channel::settle()
{
    if (owner_ && polling_.is_open() && !paused_ && !failure_) {
        if (posting_ == 0 && polling_.has_output())
            begin_post();
        if (!getting_ && !polling_.has_input() && poll_due_ == clock::never())
            begin_poll();
    }
    return status();
}

// A POST over posts_, a GET over polls_.
SOCKETIO_DECL void client_polling_channel::ask(http_client& over, std::string&& body)
{
    bool const post = &over == posts_.get();
    http_client_request request{.method = post ? "POST" : "GET",
                                .target = options_.targets.next(polling_.settings().sid),
                                .body = std::move(body),
                                .content_type = post ? "text/plain;charset=UTF-8" : "",
                                .body_limit = post ? refusal_body_size : options_.payload_size};
    // Weak, for the handler belongs to a part of this.
    std::shared_ptr<void> pinned = owner_ ? owner_->pin() : nullptr;
    auto done = [weak = weak_from_this(), pinned = std::move(pinned), post](http_client_answer&& answer) {
        if (auto const self = weak.lock())
            post ? self->on_posted(std::move(answer)) : self->on_polled(std::move(answer));
    };
    over.request(std::move(request), std::move(done));
}

SOCKETIO_DECL void client_polling_channel::begin_poll()
{
    ask(*polls_, {});
    getting_ = true;
    poll_deadline_ = limit_after(linger_timer_.now(), options_.request_timeout);
}

SOCKETIO_DECL void client_polling_channel::begin_post()
{
    std::string payload = polling_.take_output();
    std::size_t const size = payload.size();
    ask(*posts_, std::move(payload));
    posting_ = size;
    std::size_t const left = std::min(answers_, polling_.unsent()); // the payload may be a part of the output
    answers_posting_ = answers_ - left;
    answers_ = left;
    auto const limit = options_.request_timeout.count() > 0 ? options_.request_timeout : settings().ping_timeout;
    post_deadline_ = limit_after(linger_timer_.now(), limit);
}

SOCKETIO_DECL void client_polling_channel::on_polled(http_client_answer&& answer)
{
    getting_ = false;
    poll_deadline_ = clock::never();
    if (!owner_) {
        go_on_leaving();
        return;
    }
    received_ += answer.body.size();
    if (!answer.error && answer.status == 200) {
        repeated_ = false;
        note_answer();
        polling_.feed(std::move(answer.body));
    } else if (!may_repeat(answer)) {
        fail(error::poll_failed, answer);
    }
    post_turn();
}

// A turn of its own: the owner may throw in it, the HTTP client's call must not, and a listener may be looking at a
// message.
SOCKETIO_DECL void client_polling_channel::post_turn()
{
    detail::post(polls_->serial(),
                 [self = shared_from_this(), pinned = owner_ ? owner_->pin() : nullptr] { self->take_turn(); });
}

SOCKETIO_DECL void client_polling_channel::take_turn()
{
    if (owner_ && std::exchange(drained_, false) && is_writable())
        owner_->on_drained();
    if (owner_)
        owner_->on_readable();
    else
        go_on_leaving();
}

// A server that answers each poll at once, and says nothing, would keep both sides busy for ever.
SOCKETIO_DECL void client_polling_channel::note_answer()
{
    constexpr unsigned empty_limit = 20;
    constexpr std::chrono::milliseconds put_off{50};
    empty_answers_ = std::exchange(heard_, false) ? 0 : empty_answers_ + 1;
    if (empty_answers_ >= empty_limit)
        poll_due_ = deadline_after(linger_timer_.now(), put_off);
}

// A proxy may have given up a poll that the server never saw. If the server did see it, the next answer says so.
SOCKETIO_DECL bool client_polling_channel::may_repeat(http_client_answer const& answer) noexcept
{
    bool const by_proxy = answer.status == 502 || answer.status == 504 || answer.status == 408;
    return !answer.error && by_proxy && !std::exchange(repeated_, true);
}

SOCKETIO_DECL void client_polling_channel::on_posted(http_client_answer&& answer)
{
    std::size_t const size = std::exchange(posting_, 0);
    answers_posting_ = 0;
    post_deadline_ = clock::never();
    bool const good = !answer.error && answer.status == 200;
    if (good)
        sent_ += size;
    if (!owner_) {
        if (good)
            go_on_leaving();
        else
            stop();
        return;
    }
    if (!good)
        fail(error::post_failed, answer);
    post_failed_ = !good;
    drained_ = good;
    post_turn();
}

SOCKETIO_DECL void client_polling_channel::fail(error kind, http_client_answer const& answer) noexcept
{
    if (failure_)
        return;
    may_say_so_ = may_say_so_ && !answer.error;
    if (caught([&] { failure_text_ = polling_failure(answer, !polling_.settings().sid.empty()); }))
        failure_text_.clear();
    failure_ = closed(kind, answer.status);
}

SOCKETIO_DECL engine_event client_polling_channel::closed(error kind, int status) noexcept
{
    return {.type = engine_event::kind::closed,
            .payload = failure_text_,
            .reason = disconnect_reason::transport_error,
            .error = kind,
            .http_status = static_cast<std::uint16_t>(status)};
}

SOCKETIO_DECL channel_status client_polling_channel::status() const noexcept
{
    return {.bytes_received = received_,
            .bytes_sent = sent_,
            .requests = polls_->requests() + posts_->requests(),
            .unsent = unsent(),
            .deadline = deadline()};
}

SOCKETIO_DECL clock::time_point client_polling_channel::deadline() const noexcept
{
    return owner_ ? std::min({polling_.deadline(), poll_due_, poll_deadline_, post_deadline_}) : clock::never();
}

SOCKETIO_DECL engine_event client_polling_channel::tick(clock::time_point now)
{
    if (!owner_)
        return {};
    if (now >= poll_due_)
        poll_due_ = clock::never(); // it begins at the end of this turn
    bool const late_post = now >= post_deadline_;
    if (!late_post && now < poll_deadline_)
        return polling_.tick(now);
    may_say_so_ = false;
    failure_text_ = late_post ? "no answer to a POST in time" : "no answer to a poll within requestTimeout";
    return closed(late_post ? error::post_failed : error::poll_failed);
}

SOCKETIO_DECL void client_polling_channel::hand_over(engine_channel& to)
{
    send_over(to);
    stop();
}

// The output is still sent, and behind it the packet that ends the session. The poll under way is answered when the
// server has read that.
SOCKETIO_DECL void client_polling_channel::close() noexcept
{
    if (!std::exchange(owner_, nullptr))
        return;
    if (caught([this] { leave(); }))
        stop();
}

SOCKETIO_DECL void client_polling_channel::leave()
{
    if (!may_say_so_ || settings().sid.empty()) {
        stop();
        return;
    }
    leaving_ = true;
    if (post_failed_) // what is left would arrive without what was in that request
        polling_.forget_output();
    constexpr std::chrono::milliseconds longest = std::chrono::hours{24}; // the timer keeps this alive
    linger_timer_.arm(deadline_after(linger_timer_.now(), std::min(options_.close_timeout, longest)),
        [self = shared_from_this()] { self->stop(); });
    post_deadline_ = poll_deadline_ = clock::never();
    post_turn();
}

// The close packet has a request of its own: npm's server acts on it before the messages of the same payload.
SOCKETIO_DECL void client_polling_channel::go_on_leaving() noexcept
{
    if (!leaving_ || posting_ != 0)
        return;
    auto const failed = caught([this] {
        if (!polling_.has_output() && !std::exchange(said_so_, true))
            polling_.send_close();
        if (polling_.has_output())
            begin_post();
        else if (!getting_)
            stop();
    });
    if (failed)
        stop();
}

SOCKETIO_DECL void client_polling_channel::stop() noexcept
{
    owner_ = nullptr;
    leaving_ = false;
    getting_ = false;
    posting_ = 0;
    polls_->abandon();
    posts_->abandon();
    linger_timer_.cancel();
}

SOCKETIO_DECL void client_polling_channel::abort() noexcept
{
    stop();
}

} // namespace socketio::detail
