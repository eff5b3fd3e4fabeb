// Waiting polls, incoming bodies, and the last poll of a session.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/net/find_header.hpp>
#include <socketio/net/polling_channel.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/wire/http.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

// The interval at which a poll that delays an upgrade is answered.
inline constexpr std::chrono::milliseconds noop_pause{100};
// never() means that it does not linger.
inline constexpr clock::time_point latest_linger = clock::never() - clock::duration{1};

SOCKETIO_DECL polling_channel::polling_channel(strand const& on, deadline_timer const& time, engine_settings settings,
    engine_channel_owner& owner, polling_options options)
    : polling_channel_base{std::move(settings), owner}, strand_{on}, time_{time}, options_{options}
{
}

// As engine.io answers it.
inline http_response bad_request_response()
{
    return {400, {{"Content-Type", "application/json"}}, R"({"code":3,"message":"Bad request"})"};
}

SOCKETIO_DECL void polling_channel::take_poll(std::shared_ptr<http_exchange> exchange)
{
    if (poll_) {
        on_overlap(*exchange);
        return;
    }
    std::weak_ptr<void> const pinned = owner_ ? owner_->pin() : nullptr;
    exchange->on_gone(strand_,
        [weak = weak_from_this(), pinned, key = std::weak_ptr<http_exchange>{exchange}](bool for_good) {
            auto const owner = pinned.lock();
            auto const self = weak.lock();
            auto const gone = key.lock();
            if (owner && self && gone && self->poll_ == gone)
                self->on_poll_left(for_good);
        });
    left_poll_due_ = next_poll_due_ = clock::never();
    poll_ = std::move(exchange);
    if (lingers())
        on_last_poll();
}

SOCKETIO_DECL void polling_channel::take_data(std::shared_ptr<http_exchange> exchange)
{
    if (data_) {
        on_overlap(*exchange);
        return;
    }
    data_ = std::move(exchange);
    if (equals_ignoring_case(find_header(data_->request(), "Content-Type"), "application/octet-stream")) {
        bad_data_ = true;
        fail(disconnect_reason::transport_error, error::engine_packet_invalid);
    } else if (owner_) {
        std::string body = data_->take_body();
        received_ += body.size();
        polling_.feed(std::move(body));
        owner_->on_readable();
    }
}

// A client that has ended its sending on the poll's connection has left, or waits. Its poll is answered soon: a client
// that waits polls again.
SOCKETIO_DECL void polling_channel::on_poll_left(bool for_good)
{
    if (for_good) {
        poll_.reset();
        fail(disconnect_reason::transport_error, error::closed);
    } else {
        left_poll_due_ = deadline_after(time_.now(), options_.close_timeout);
        if (owner_)
            owner_->on_readable(); // checks the deadline
    }
}

// Ends the session: two polls at once, or two bodies, have no order.
SOCKETIO_DECL void polling_channel::on_overlap(http_exchange& exchange)
{
    exchange.answer(bad_request_response());
    fail(disconnect_reason::transport_error, error::engine_unexpected);
}

SOCKETIO_DECL void polling_channel::fail(disconnect_reason reason, std::error_code ec)
{
    if (!owner_)
        return;
    failure_ = engine_event{.type = engine_event::kind::closed, .reason = reason, .error = ec};
    owner_->on_readable();
}

SOCKETIO_DECL engine_event polling_channel::ended(engine_event const& with) noexcept
{
    ended_by_ = with.reason;
    bad_data_ = bad_data_ || with.reason == disconnect_reason::parse_error;
    return with;
}

SOCKETIO_DECL engine_event polling_channel::receive(clock::time_point now, engine_channel_owner& to)
{
    while (owner_) {
        if (failure_)
            return ended(*std::exchange(failure_, std::nullopt));
        engine_event const event = polling_.next(now);
        switch (event.type) {
        case engine_event::kind::text: to.on_text(event.payload); break;
        case engine_event::kind::binary: to.on_binary(event.payload); break;
        case engine_event::kind::closed: return ended(event);
        default: return event;
        }
    }
    return {};
}

SOCKETIO_DECL engine_event polling_channel::tick(clock::time_point now)
{
    if (now >= linger_deadline_)
        stop_lingering();
    if (!owner_)
        return {};
    if (now >= next_poll_due_)
        return ended(
            {.type = engine_event::kind::closed, .reason = disconnect_reason::transport_error, .error = error::closed});
    engine_event const event = polling_.tick(now);
    return event.type == engine_event::kind::closed ? ended(event) : event;
}

SOCKETIO_DECL clock::time_point polling_channel::deadline() const noexcept
{
    if (lingers())
        return linger_deadline_;
    if (!owner_)
        return clock::never();
    auto const poll = poll_ ? std::min(noop_due_, left_poll_due_) : clock::never();
    return std::min({polling_.deadline(), poll, next_poll_due_});
}

SOCKETIO_DECL channel_status polling_channel::settle()
{
    if (data_ && (!owner_ || !polling_.has_input()))
        answer_data();
    if (owner_ && poll_) {
        bool const has_messages = polling_.has_output();
        if (!has_messages)
            send_noop_if_due();
        if (polling_.has_output())
            send_output();
        if (has_messages)
            post(strand_, [self = shared_from_this(), pinned = owner_->pin()] { self->call_on_drained(); });
    }
    return status();
}

SOCKETIO_DECL void polling_channel::call_on_drained()
{
    if (owner_)
        owner_->on_drained();
}

SOCKETIO_DECL void polling_channel::send_noop_if_due()
{
    auto const now = time_.now();
    if (now >= noop_due_) {
        polling_.send_noop();
        noop_due_ = deadline_after(now, noop_pause);
    } else if (now >= left_poll_due_) {
        polling_.send_noop();
    }
}

SOCKETIO_DECL channel_status polling_channel::status() const noexcept
{
    return {.bytes_received = received_, .bytes_sent = sent_, .unsent = unsent(), .deadline = deadline()};
}

// Returns true if the body is gzip now.
inline bool compress_body(std::string& body, polling_options const& how, http_request const& request)
{
    auto const gzip = installed_gzip.load(std::memory_order_acquire);
    if (!how.compress || !gzip || body.size() < how.compress_from ||
        !http_list_has(find_header(request, "Accept-Encoding"), "gzip"))
        return false;
    std::string smaller;
    if (!gzip(body, smaller))
        return false;
    body = std::move(smaller);
    return true;
}

// Answers the waiting poll.
SOCKETIO_DECL void polling_channel::send_output()
{
    bool const may_compress = polling_.may_compress();
    std::string payload = polling_.take_output();
    answers_ = 0;
    if (std::exchange(left_poll_due_, clock::never()) != clock::never() && !upgrading_)
        next_poll_due_ = deadline_after(time_.now(), options_.close_timeout);
    if (may_compress && compress_body(payload, options_, poll_->request()))
        poll_->add_headers({{"Content-Encoding", "gzip"}});
    answer_poll(std::move(payload));
}

SOCKETIO_DECL void polling_channel::answer_poll(std::string payload)
{
    sent_ += payload.size();
    auto const poll = std::exchange(poll_, nullptr);
    poll->answer(
        {200, {{"Content-Type", "text/plain; charset=UTF-8"}, {"Cache-Control", "no-store"}}, std::move(payload)});
}

SOCKETIO_DECL void polling_channel::answer_data()
{
    auto const data = std::exchange(data_, nullptr);
    if (std::exchange(bad_data_, false))
        data->answer(bad_request_response());
    else
        data->answer({200, {{"Content-Type", "text/html"}, {"Cache-Control", "no-store"}}, "ok"});
}

SOCKETIO_DECL void polling_channel::end_poll(engine_packet_type with)
{
    if (poll_)
        answer_poll(std::string(1, static_cast<char>('0' + static_cast<int>(with))));
}

SOCKETIO_DECL void polling_channel::end_upgrade() noexcept
{
    upgrading_ = false;
    noop_due_ = clock::never();
}

// The output that no poll has fetched leaves first.
SOCKETIO_DECL void polling_channel::hand_over(engine_channel& to)
{
    end_poll(engine_packet_type::noop);
    send_over(to);
    if (data_)
        answer_data();
    owner_ = nullptr;
}

SOCKETIO_DECL void polling_channel::close() noexcept
{
    if (!std::exchange(owner_, nullptr))
        return;
    auto const failed = caught([this] {
        if (ended_by_)
            end_poll(*ended_by_ == disconnect_reason::transport_close ? engine_packet_type::noop
                                                                      : engine_packet_type::close);
        else
            linger();
    });
    if (failed)
        stop_lingering();
}

// The output goes to the waiting poll, or to the next one, and the close packet to the poll after it. For npm's client
// acts on a close packet before the messages of the same payload.
SOCKETIO_DECL void polling_channel::linger()
{
    if (poll_ && !polling_.has_output()) {
        end_poll(engine_packet_type::close);
        return;
    }
    linger_deadline_ = std::min(deadline_after(time_.now(), options_.close_timeout), latest_linger);
    if (poll_)
        on_last_poll();
}

SOCKETIO_DECL void polling_channel::on_last_poll()
{
    if (polling_.has_output()) {
        send_output();
        return;
    }
    end_poll(engine_packet_type::close);
    stop_lingering();
}

SOCKETIO_DECL void polling_channel::abort() noexcept
{
    owner_ = nullptr;
    static_cast<void>(caught([this] { end_poll(engine_packet_type::close); }));
}

} // namespace socketio::detail
