// A session over HTTP long-polling, and its way to a WebSocket.
#pragma once

#include <socketio/server/engine_session.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

// How often a poll that stands in the way of an upgrade is ended.
inline constexpr std::chrono::milliseconds noop_pause{100};
// never() says that it does not linger.
inline constexpr clock::time_point latest_linger = clock::never() - clock::duration{1};

SOCKETIO_DECL void engine_session::start(std::shared_ptr<http_exchange> first)
{
    auto const& offered = options_->transports;
    engine_settings settings{sid_, {}, options_->pingInterval, options_->pingTimeout, options_->maxHttpBufferSize};
    if (options_->allowUpgrades && std::find(offered.begin(), offered.end(), "websocket") != offered.end())
        settings.upgrades.emplace_back("websocket");
    polling_ = std::make_unique<polling>(std::move(settings));
    polling_->open(time());
    on_poll(std::move(first));
}

SOCKETIO_DECL void engine_session::take(std::shared_ptr<http_exchange> exchange)
{
    if (alive())
        post(runtime_->serial, [self = shared_from_this(), exchange = std::move(exchange)]() mutable {
            self->guarded([&] { self->on_request(std::move(exchange)); });
        });
}

// The gate has looked before, but much may have happened since.
SOCKETIO_DECL void engine_session::on_request(std::shared_ptr<http_exchange> exchange)
{
    if (!alive())
        return;
    std::string const& method = exchange->request().method;
    bool const lingers = linger_deadline_ != clock::never();
    if (ended_ && !lingers)
        keeper_->refuse(exchange, {refusal_code::unknown_sid, {{"sid", sid_}}});
    else if (exchange->upgrade())
        begin_upgrade(std::move(exchange));
    else if (!polling_)
        keeper_->refuse(exchange, {refusal_code::bad_request,
            {{"name", "TRANSPORT_MISMATCH"}, {"transport", "polling"}, {"previousTransport", "websocket"}}});
    else if (method == "GET")
        on_poll(std::move(exchange));
    else if (method == "POST")
        on_data(std::move(exchange));
    else
        exchange->answer({405, {{"Allow", "GET, POST"}}, {}});
    if (alive())
        settle();
}

SOCKETIO_DECL void engine_session::on_poll(std::shared_ptr<http_exchange> exchange)
{
    if (runtime_->poll) {
        on_overlap(exchange);
        return;
    }
    exchange->on_gone(runtime_->serial, [weak = weak_from_this(), key = std::weak_ptr<http_exchange>{exchange}](bool for_good) {
        auto const self = weak.lock();
        auto const gone = key.lock();
        if (self && gone && self->alive() && self->runtime_->poll == gone)
            self->on_poll_left(for_good);
    });
    left_poll_due_ = next_poll_due_ = clock::never();
    runtime_->poll = std::move(exchange);
    if (linger_deadline_ != clock::never())
        on_last_poll();
}

SOCKETIO_DECL void engine_session::on_data(std::shared_ptr<http_exchange> exchange)
{
    if (runtime_->data) {
        on_overlap(exchange);
        return;
    }
    runtime_->data = std::move(exchange);
    if (equals_ignoring_case(find_header(runtime_->data->request(), "Content-Type"), "application/octet-stream")) {
        end(disconnect_reason::transport_error, error::engine_packet_invalid);
        bad_data_ = true;
    } else if (!ended_) {
        polling_->feed(runtime_->data->take_body());
        pump();
    }
}

// A client that sends nothing more on the poll's connection has left, or waits. It is answered before long, and if it is
// still there it polls again.
SOCKETIO_DECL void engine_session::on_poll_left(bool for_good)
{
    if (for_good) {
        runtime_->poll.reset();
        end(disconnect_reason::transport_error, error::closed);
    } else {
        left_poll_due_ = deadline_after(time(), options_->close_timeout);
        arm();
    }
}

// Two polls at once, or two bodies: nobody could say which comes first.
SOCKETIO_DECL void engine_session::on_overlap(std::shared_ptr<http_exchange> const& exchange)
{
    exchange->answer(refusal_response({refusal_code::bad_request, {}}, false));
    end(disconnect_reason::transport_error, error::engine_unexpected);
}

SOCKETIO_DECL void engine_session::settle_polling()
{
    if (runtime_->data && (ended_ || !polling_->has_input()))
        answer_data();
    if (ended_ || !runtime_->poll)
        return;
    bool const told = polling_->has_output();
    if (!told && time() >= noop_due_) {
        polling_->send_noop();
        noop_due_ = deadline_after(time(), noop_pause);
    } else if (!told && time() >= left_poll_due_) {
        polling_->send_noop();
    }
    if (!polling_->has_output())
        return;
    send_output();
    if (told)
        post(runtime_->serial, [self = shared_from_this()] { self->tell_drained(); });
}

// True if the body is gzip now.
inline bool compress_body(std::string& body, http_compression const& how, http_request const& request)
{
    auto const gzip = installed_gzip.load(std::memory_order_acquire);
    if (!how.enabled || !gzip || body.size() < how.threshold || !http_list_has(find_header(request, "Accept-Encoding"), "gzip"))
        return false;
    std::string smaller;
    if (!gzip(body, smaller))
        return false;
    body = std::move(smaller);
    return true;
}

// To the poll that waits.
SOCKETIO_DECL void engine_session::send_output()
{
    auto const poll = std::exchange(runtime_->poll, nullptr);
    if (std::exchange(left_poll_due_, clock::never()) != clock::never() && !upgrading_)
        next_poll_due_ = deadline_after(time(), options_->close_timeout);
    bool const may_compress = polling_->may_compress();
    std::string payload = polling_->take_output();
    if (may_compress && compress_body(payload, options_->httpCompression, poll->request()))
        poll->add_headers({{"Content-Encoding", "gzip"}});
    answer_poll(*poll, std::move(payload));
}

SOCKETIO_DECL void engine_session::answer_poll(http_exchange& poll, std::string payload)
{
    poll.answer({200, {{"Content-Type", "text/plain; charset=UTF-8"}, {"Cache-Control", "no-store"}}, std::move(payload)});
}

SOCKETIO_DECL void engine_session::answer_data()
{
    auto const data = std::exchange(runtime_->data, nullptr);
    if (std::exchange(bad_data_, false))
        data->answer(refusal_response({refusal_code::bad_request, {}}, false));
    else
        data->answer({200, {{"Content-Type", "text/html"}, {"Cache-Control", "no-store"}}, "ok"});
}

SOCKETIO_DECL void engine_session::end_poll(engine_packet_type with)
{
    if (auto const poll = std::exchange(runtime_->poll, nullptr))
        answer_poll(*poll, std::string(1, static_cast<char>('0' + static_cast<int>(with))));
}

// What was sent goes to the poll that waits, or to the next; the close packet to the one behind it, since npm's client acts
// on a close packet before it hears the messages of the same payload.
SOCKETIO_DECL void engine_session::linger()
{
    if (runtime_->poll && !polling_->has_output()) {
        end_poll(engine_packet_type::close);
        return;
    }
    linger_deadline_ = std::min(deadline_after(time(), options_->close_timeout), latest_linger);
    if (runtime_->poll)
        on_last_poll();
}

SOCKETIO_DECL void engine_session::on_last_poll()
{
    if (polling_->has_output()) {
        send_output();
        return;
    }
    end_poll(engine_packet_type::close);
    on_lingered();
}

SOCKETIO_DECL void engine_session::on_lingered()
{
    linger_deadline_ = clock::never();
    keeper_->on_ended(sid_);
    arm(); // a timer that nobody needs would keep the context at work
}

// One that comes too late, or beside another one, is let in and closed, as in the reference: a WebSocket's client cannot
// see what an HTTP answer says.
SOCKETIO_DECL void engine_session::begin_upgrade(std::shared_ptr<http_exchange> exchange)
{
    http_upgrade const& asked = *exchange->upgrade();
    if (ended_ || !options_->allowUpgrades || asked.error) {
        exchange->answer(refusal_response({refusal_code::bad_request, {}}, true));
        return;
    }
    std::string const protocol = choose_subprotocol(*options_, asked.protocols, exchange->request());
    bool const wanted = polling_ && !upgrading_;
    if (wanted) {
        upgrading_ = true;
        upgrade_deadline_ = deadline_after(time(), options_->upgradeTimeout);
    }
    byte_buffer answer;
    write_upgrade_response(answer, asked.key, protocol, asked.deflate, exchange->headers());
    bool const base64 = read_engine_query(exchange->request().query()).base64;
    exchange->take_stream(runtime_->serial,
        [self = shared_from_this(), answer = std::move(answer), deflate = asked.deflate, base64, wanted](http_stream&& over) mutable {
            engine_websocket brought{std::move(over.connected), std::move(over.leftover), std::move(answer), deflate,
                                     std::move(over.counted), base64};
            self->guarded([&] {
                if (wanted)
                    self->on_candidate(std::move(brought));
                else
                    self->turn_away(std::move(brought));
            });
        });
}

SOCKETIO_DECL void engine_session::on_candidate(engine_websocket&& over)
{
    if (!alive() || ended_ || !upgrading_ || runtime_->candidate) {
        over.connected.close();
        return;
    }
    engine made = make_engine(over);
    made.probe();
    runtime_->candidate = connect(std::move(over), std::move(made));
    pump();
}

SOCKETIO_DECL void engine_session::turn_away(engine_websocket&& over)
{
    if (!alive()) {
        over.connected.close();
        return;
    }
    engine made = make_engine(over);
    connect(std::move(over), std::move(made))->close();
}

// True if there may be events of the session now.
SOCKETIO_DECL bool engine_session::pump_candidate(clock::time_point now)
{
    while (alive() && !ended_ && runtime_->candidate) {
        engine_event const event = runtime_->candidate->next(now);
        switch (event.type) {
        case engine_event::kind::none: return false;
        case engine_event::kind::probed: noop_due_ = now; break;
        case engine_event::kind::upgraded: upgrade(); return true;
        default: drop_candidate(); return false;
        }
    }
    return false;
}

// What no poll has fetched leaves over the WebSocket, ahead of everything else.
SOCKETIO_DECL void engine_session::upgrade()
{
    end_poll(engine_packet_type::noop);
    runtime_->link = std::exchange(runtime_->candidate, nullptr);
    upgrading_ = false;
    upgrade_deadline_ = noop_due_ = left_poll_due_ = next_poll_due_ = clock::never();
    over_websocket_.store(true, std::memory_order_release);
    engine& to = runtime_->link->session();
    polling_->hand_over([&](std::string_view text) { to.send_text(text); }, [&](bytes_view data) { to.send_binary(data); });
    if (runtime_->data)
        answer_data();
    polling_.reset();
    if (auto const owner = owner_)
        owner->on_upgraded();
}

SOCKETIO_DECL void engine_session::drop_candidate()
{
    upgrading_ = false;
    upgrade_deadline_ = noop_due_ = clock::never();
    if (auto const candidate = std::exchange(runtime_->candidate, nullptr))
        candidate->close();
}

} // namespace socketio::detail
