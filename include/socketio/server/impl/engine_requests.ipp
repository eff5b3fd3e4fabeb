// Passes a request to a new session, to its session, or to the program's handler, or refuses it.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/server/engine_server.hpp>
#include <socketio/server/random_id.hpp>
#include <socketio/session/codec_factory.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace socketio::detail {

// A path counts by its beginning, as in the reference. Requests for files below it go to the handler.
SOCKETIO_DECL bool engine_server::is_for_engine(http_request const& request, engine_query const& query) const
{
    if (!std::string_view{request.target}.starts_with(path_))
        return false;
    return query.names_transport || request.path().size() == path_.size();
}

SOCKETIO_DECL void engine_server::pass_on(std::shared_ptr<http_exchange>&& exchange, hooks& called)
{
    if (called.request && !exchange->upgrade())
        called.request(std::move(exchange));
    else
        exchange->answer({404, {{"Content-Type", "text/plain; charset=utf-8"}}, "There is nothing here.\n"});
}

SOCKETIO_DECL void engine_server::on_request(std::shared_ptr<http_exchange> exchange)
{
    auto const called = current_hooks();
    if (!called)
        return;
    http_request const& request = exchange->request();
    engine_query const query = read_engine_query(request.query());
    if (!is_for_engine(request, query)) {
        pass_on(std::move(exchange), *called);
        return;
    }
    exchange->add_headers(cors_headers(options_->cors, request));
    if (is_preflight(options_->cors, request)) {
        exchange->answer(preflight_response(options_->cors, request));
        return;
    }
    auto const session = query.sid.empty() ? nullptr : find(query.sid);
    bool const upgrade = exchange->upgrade() != nullptr;
    if (auto const reason = verify_request(*options_, request, query, upgrade,
            session ? std::optional{session->known()} : std::nullopt))
        refuse(exchange, *reason);
    else if (session) {
        add_hook_headers(*exchange, false);
        session->take(std::move(exchange));
    } else {
        ask(exchange, query);
    }
}

SOCKETIO_DECL void engine_server::add_hook_headers(http_exchange& exchange, bool initial) const
{
    string_pairs more;
    if (auto const called = current_hooks(); called && called->headers)
        called->headers(more, exchange.request(), initial);
    exchange.add_headers(std::move(more));
}

SOCKETIO_DECL void engine_server::refuse(std::shared_ptr<http_exchange> const& exchange, engine_refusal const& reason)
{
    exchange->answer(refusal_response(reason, exchange->upgrade() != nullptr));
    if (auto const called = current_hooks(); called && called->connection_error)
        called->connection_error(describe_refusal(reason, exchange->request()));
}

// The answer may come at once or later, on any thread. Only the first counts: a second would make two sessions.
SOCKETIO_DECL void engine_server::ask(std::shared_ptr<http_exchange> const& exchange, engine_query const& query)
{
    auto decided = [self = shared_from_this(), exchange, protocol = query.protocol,
                       once = shared_new<std::atomic<bool>>(false)](std::string message, bool allowed) {
        if (once->exchange(true))
            return;
        exchange->perform([self, exchange, protocol, message = std::move(message), allowed](strand const& on) {
            if (allowed)
                self->admit(on, exchange, protocol);
            else
                self->refuse(exchange, {refusal_code::forbidden, {{"message", message}}});
        });
    };
    if (options_->allowRequest)
        options_->allowRequest.ask(exchange->request(), std::move(decided));
    else
        decided({}, true);
}

SOCKETIO_DECL void engine_server::admit(strand const& on, std::shared_ptr<http_exchange> const& exchange, int protocol)
{
    if (protocol != 4) {
        refuse(exchange, {refusal_code::unsupported_version, {{"protocol", std::to_string(protocol)}}});
        return;
    }
    if (exchange->upgrade() && exchange->upgrade()->error) {
        refuse(exchange, {refusal_code::bad_request, {{"name", "TRANSPORT_HANDSHAKE_ERROR"}}});
        return;
    }
    add_hook_headers(*exchange, true);
    http_request request = exchange->request();
    request.body.clear();
    auto const session =
        std::make_shared<engine_session>(on, random_id(sources_), std::move(request), shared_from_this(), options_);
    auto const begin = [&] {
        if (exchange->upgrade())
            begin_websocket(session, *exchange);
        else
            begin_polling(session, exchange);
    };
    watch_memory(begin, [&] { session->starve(); });
}

// Returns false if the server is closed or has `most` sessions.
SOCKETIO_DECL bool engine_server::enroll(std::shared_ptr<engine_session> const& session, std::size_t most)
{
    std::lock_guard const lock{mutex_};
    if (closed_ || sessions_.size() >= most)
        return false;
    sessions_.emplace(session->sid(), session);
    return true;
}

// Sessions are limited: one connection could ask for any number, and each costs memory until it misses a ping.
SOCKETIO_DECL void engine_server::begin_polling(std::shared_ptr<engine_session> const& session,
    std::shared_ptr<http_exchange> const& exchange)
{
    if (!enroll(session, options_->connections)) {
        exchange->answer({503, {{"Content-Type", "text/plain; charset=utf-8"}, {"Retry-After", "5"}},
            "No session can begin now.\n"});
        return;
    }
    if (options_->cookie)
        exchange->add_headers({{"Set-Cookie", session_cookie(*options_->cookie, session->sid())}});
    session->start(exchange);
    announce(session);
}

SOCKETIO_DECL void engine_server::begin_websocket(std::shared_ptr<engine_session> const& session,
    http_exchange& exchange)
{
    std::string const protocol = choose_subprotocol(*options_, exchange.upgrade()->protocols, exchange.request());
    bool const base64 = read_engine_query(exchange.request().query()).base64;
    exchange.take_stream(session->serial(), protocol,
        [self = shared_from_this(), session, base64](upgraded_stream&& over) {
            if (!self->enroll(session, std::numeric_limits<std::size_t>::max())) { // the connections are limited
                over.connected.close();
                return;
            }
            auto const begin = [&] {
                session->start(std::move(over), base64);
                self->announce(session);
            };
            watch_memory(begin, [&] { session->starve(); });
        });
}

// The open packet leaves together with the owner's first messages.
SOCKETIO_DECL void engine_server::announce(std::shared_ptr<engine_session> const& session)
{
    scope_fail going_on{[&] { session->begin(); }};
    if (auto const called = current_hooks())
        called->session(session);
    going_on.done();
    session->begin();
}

} // namespace socketio::detail
