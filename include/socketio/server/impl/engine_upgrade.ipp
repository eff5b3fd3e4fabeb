// The requests of a session, and its way from polling to a WebSocket.
#pragma once

#include <socketio/net/find_header.hpp>
#include <socketio/server/engine_session.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void engine_session::start(std::shared_ptr<http_exchange> first)
{
    auto const& offered = options_->transports;
    engine_settings settings{sid_, {}, options_->pingInterval, options_->pingTimeout, options_->maxHttpBufferSize};
    if (options_->allowUpgrades && std::find(offered.begin(), offered.end(), "websocket") != offered.end())
        settings.upgrades.emplace_back("websocket");
    auto const& compression = options_->httpCompression;
    polling_options const how{compression.enabled, compression.threshold, options_->close_timeout};
    runtime_->polling =
        std::make_shared<polling_channel>(runtime_->serial, runtime_->timer, std::move(settings), *this, how);
    runtime_->channel = runtime_->polling;
    runtime_->polling->open();
    runtime_->polling->take_poll(std::move(first));
}

SOCKETIO_DECL void engine_session::take(std::shared_ptr<http_exchange> exchange)
{
    if (alive())
        post(runtime_->serial, [self = shared_from_this(), exchange = std::move(exchange)]() mutable {
            self->guarded([&] { self->on_request(std::move(exchange)); });
        });
}

// Checks again, since the session may have changed after the gate's check.
SOCKETIO_DECL void engine_session::on_request(std::shared_ptr<http_exchange> exchange)
{
    if (!alive())
        return;
    std::string const& method = exchange->request().method;
    auto const polling = runtime_->polling;
    if (ended_ && !lingering_)
        keeper_->refuse(exchange, {refusal_code::unknown_sid, {{"sid", sid_}}});
    else if (exchange->upgrade())
        begin_upgrade(exchange);
    else if (!polling)
        keeper_->refuse(exchange, {refusal_code::bad_request, {{"name", "TRANSPORT_MISMATCH"}, {"transport", "polling"},
                                                                  {"previousTransport", "websocket"}}});
    else if (method == "GET")
        polling->take_poll(std::move(exchange));
    else if (method == "POST")
        polling->take_data(std::move(exchange));
    else
        exchange->answer({405, {{"Allow", "GET, POST"}}, {}});
    if (alive())
        settle();
}

// A WebSocket that comes too late, or beside another one, is accepted and closed, as in the reference: its client
// cannot read an HTTP answer.
SOCKETIO_DECL void engine_session::begin_upgrade(std::shared_ptr<http_exchange> const& exchange)
{
    http_upgrade const& asked = *exchange->upgrade();
    if (ended_ || !options_->allowUpgrades || asked.error) {
        exchange->answer(refusal_response({refusal_code::bad_request, {}}, true));
        return;
    }
    std::string const protocol = choose_subprotocol(*options_, asked.protocols, exchange->request());
    bool const wanted = runtime_->polling && !upgrading_;
    if (wanted) {
        upgrading_ = true;
        upgrade_deadline_ = deadline_after(time(), options_->upgradeTimeout);
        runtime_->polling->begin_upgrade();
    }
    bool const base64 = read_engine_query(exchange->request().query()).base64;
    exchange->take_stream(runtime_->serial, protocol,
        [self = shared_from_this(), base64, wanted](upgraded_stream&& over) {
            self->guarded([&] {
                if (wanted)
                    self->on_candidate(std::move(over), base64);
                else
                    self->reject_upgrade(std::move(over), base64);
            });
        });
}

SOCKETIO_DECL void engine_session::on_candidate(upgraded_stream&& over, bool base64)
{
    if (!alive() || ended_ || !upgrading_ || runtime_->candidate) {
        over.connected.close();
        return;
    }
    engine made = make_engine(over, base64);
    made.probe();
    runtime_->candidate = connect(std::move(over), std::move(made));
    pump();
}

SOCKETIO_DECL void engine_session::reject_upgrade(upgraded_stream&& over, bool base64)
{
    if (!alive()) {
        over.connected.close();
        return;
    }
    engine made = make_engine(over, base64);
    connect(std::move(over), std::move(made))->close();
}

// Returns true if the session may have events now.
SOCKETIO_DECL bool engine_session::pump_candidate(clock::time_point now)
{
    while (alive() && !ended_ && runtime_->candidate) {
        auto const candidate = runtime_->candidate;
        engine_event const event = candidate->receive(now, *this);
        switch (event.type) {
        case engine_event::kind::none: return false;
        case engine_event::kind::probed: runtime_->polling->probed(now); break;
        case engine_event::kind::upgraded: upgrade(); return true;
        default: drop_candidate(); return false;
        }
    }
    return false;
}

// The output that no poll has fetched leaves over the WebSocket, before everything else.
SOCKETIO_DECL void engine_session::upgrade()
{
    auto const polling = std::exchange(runtime_->polling, nullptr);
    runtime_->channel = std::exchange(runtime_->candidate, nullptr);
    upgrading_ = false;
    upgrade_deadline_ = clock::never();
    over_websocket_.store(true, std::memory_order_release);
    polling->hand_over(*runtime_->channel);
    runtime_->channel->take_pulse(*polling); // begun anew, it would send the next ping too late for the client
    if (auto const owner = owner_)
        owner->on_upgraded();
}

SOCKETIO_DECL void engine_session::drop_candidate()
{
    upgrading_ = false;
    upgrade_deadline_ = clock::never();
    if (runtime_->polling)
        runtime_->polling->end_upgrade();
    if (auto const candidate = std::exchange(runtime_->candidate, nullptr))
        candidate->close();
}

} // namespace socketio::detail
