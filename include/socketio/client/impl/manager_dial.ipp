// One attempt to connect: asks for the query and the headers, dials over one transport or several, and makes the
// Engine.IO session. The machine decides whether an answer belongs to the current attempt.
#pragma once

#include <socketio/client/manager_core.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/net/websocket_channel.hpp>

#include <algorithm>

namespace socketio::detail {

SOCKETIO_DECL void manager_core::begin(std::uint64_t attempt)
{
    if (!machine_.is_current(attempt))
        return;
    if (url_error_) {
        fail_open(connect_error{url_error_, url_error_words_}, false);
        return;
    }
    log(log_level::info, "manager", "connecting to " + origin(url_));
    ask_query(attempt);
}

// The message of a timeout names the unfinished stage.
SOCKETIO_DECL connect_error manager_core::timed_out() const
{
    std::string stage = "waiting for the provider of query or extraHeaders";
    if (machine_.phase() == connect_phase::handshake)
        stage = "waiting for the Engine.IO handshake";
    else if (runtime_->dialing)
        stage = runtime_->dialing->stage();
    return {error::timeout, make_error_code(error::timeout).message() + ": while " + stage};
}

SOCKETIO_DECL void manager_core::ask_query(std::uint64_t attempt)
{
    if (auto const* plain = settings_.query.if_value()) {
        ask_headers(attempt, *plain);
        return;
    }
    defer([this, attempt] {
        scope_fail asking{[this, attempt] { fail_provider(attempt, "query"); }};
        settings_.query.ask([weak = weak_from_this(), attempt](string_pairs query) {
            if (auto const self = weak.lock())
                self->perform([self, attempt, query = std::move(query)]() mutable {
                    self->ask_headers(attempt, std::move(query));
                });
        });
        asking.done();
    });
}

SOCKETIO_DECL void manager_core::ask_headers(std::uint64_t attempt, string_pairs query)
{
    if (!machine_.advance(attempt, connect_phase::asking_query))
        return;
    if (auto const* plain = settings_.extraHeaders.if_value()) {
        start_dial(attempt, query, *plain);
        return;
    }
    defer([this, attempt, query = std::move(query)]() mutable {
        scope_fail asking{[this, attempt] { fail_provider(attempt, "extraHeaders"); }};
        settings_.extraHeaders.ask([weak = weak_from_this(), attempt, query = std::move(query)](string_pairs headers) {
            if (auto const self = weak.lock())
                self->perform([self, attempt, query, headers = std::move(headers)] {
                    self->start_dial(attempt, query, headers);
                });
        });
        asking.done();
    });
}

// Query of the URL first, then of the options, then of the transport's options: name by name.
SOCKETIO_DECL std::string manager_core::request_target(transport_kind transport) const
{
    std::string target = settings_.path.starts_with('/') ? settings_.path : '/' + settings_.path;
    while (target.size() > 1 && target.ends_with('/'))
        target.pop_back();
    if (settings_.addTrailingSlash && !target.ends_with('/'))
        target += '/';
    string_pairs const from_url = parse_query(url_.query);
    auto const is_ours = [](std::string_view name) { return name == "EIO" || name == "transport" || name == "sid"; };
    auto const has = [](string_pairs const& pairs, std::string_view name) {
        return std::any_of(pairs.begin(), pairs.end(), [&](auto const& each) { return each.first == name; });
    };
    std::string parameters;
    auto const append = [&](string_pairs const& pairs, auto const& is_taken) {
        for (auto const& [name, text] : pairs)
            if (!is_ours(name) && !is_taken(name))
                append_query(parameters, name, text);
    };
    if (auto const own = settings_.transportOptions.find(std::string{to_string(transport)});
        own != settings_.transportOptions.end())
        append(own->second.query, [&](auto const& name) { return has(from_url, name) || has(asked_.query, name); });
    append(asked_.query, [&](auto const& name) { return has(from_url, name); });
    append(from_url, [](auto const&) { return false; });
    append_query(parameters, "EIO", "4");
    append_query(parameters, "transport", to_string(transport));
    return target + '?' + parameters;
}

// False: the attempt has failed, or the passphrase's function has cancelled it.
SOCKETIO_DECL bool manager_core::provide_tls(std::uint64_t attempt)
{
    if (runtime_->tls)
        return true;
    tls_maker const maker = registered_tls.load();
    if (!maker) {
        fail_open(connect_error{error::tls_not_available, make_error_code(error::tls_not_available).message()}, false);
        return false;
    }
    std::error_code ec;
    std::string message;
    auto made = maker(settings_.tls, role::client, ec, message);
    if (!machine_.is_current(attempt))
        return false;
    if (ec)
        fail_open(connect_error{ec, std::move(message)}, false);
    runtime_->tls = std::move(made);
    return !ec;
}

SOCKETIO_DECL void manager_core::start_dial(std::uint64_t attempt, string_pairs const& query,
                                             string_pairs const& headers)
{
    if (!machine_.advance(attempt, connect_phase::asking_headers))
        return;
    asked_ = {query, {}};
    for (auto const& [name, text] : headers) {
        if (!is_header_name(name) || !is_header_value(text)) {
            fail_open(connect_error{make_error_code(std::errc::invalid_argument),
                                    "extraHeaders: \"" + name + "\" is not a valid HTTP header"});
            return;
        }
        asked_.headers.push_back({name, text});
    }
    // A redirection may lead to https, where the program has TLS.
    bool const may_need_tls = url_.secure || (settings_.follow_redirects != 0 && registered_tls.load());
    if (may_need_tls && !provide_tls(attempt))
        return;
    transports_.begin(now());
    tried_.clear();
    dial_transport(attempt);
}

SOCKETIO_DECL void manager_core::dial_transport(std::uint64_t attempt)
{
    auto const transport = transports_.current();
    std::string target = request_target(transport);
    if (!is_request_target(target)) {
        fail_open(connect_error{error::bad_url, "the path \"" + settings_.path + "\" cannot be used in a request"},
                  false);
        return;
    }
    // A transport that hangs must leave time for the next one.
    transport_deadline_ = clock::never();
    if (transports_.has_next() && machine_.deadline() != clock::never())
        transport_deadline_ = deadline_after(now(), (machine_.deadline() - now()) / 2);
    if (transport == transport_kind::polling) {
        transport_deadline_ = std::min(transport_deadline_, limit_after(now(), settings_.requestTimeout));
        dial_polling(attempt, std::move(target));
    } else {
        dial_websocket(attempt, std::move(target));
    }
}

// The request gets what the options of the transport and the attempt add.
SOCKETIO_DECL void manager_core::complete(http_client_settings& request, transport_kind transport) const
{
    request.tls = runtime_->tls;
    request.headers = asked_.headers;
    auto const own = settings_.transportOptions.find(std::string{to_string(transport)});
    if (own != settings_.transportOptions.end())
        for (auto const& [name, text] : own->second.extraHeaders)
            request.headers.push_back({name, text});
}

SOCKETIO_DECL std::shared_ptr<dial_request> manager_core::websocket_request(url const& to, std::string target) const
{
    auto request = make_dial_request(to, std::move(target), settings_);
    complete(*request, transport_kind::websocket);
    if (settings_.withCredentials.value_or(false))
        request->cookies = cookies_;
    return request;
}

// `then` is called on the strand. A coroutine calls it, so that user code must wait for a turn of its own.
SOCKETIO_DECL std::shared_ptr<dial> manager_core::make_dial(std::shared_ptr<dial_request> request,
                                                            std::uint64_t number, on_dialed then)
{
    auto done = [self = shared_from_this(), number, then](dial_result&& result, stream&& connected) {
        self->lane_.run_ahead([&] { ((*self).*then)(number, std::move(result), std::move(connected)); });
    };
    return std::make_shared<dial>(lane_.serial(), std::move(request), std::move(done));
}

SOCKETIO_DECL void manager_core::dial_websocket(std::uint64_t attempt, std::string target)
{
    auto const made =
        make_dial(websocket_request(url_, std::move(target)), attempt, &manager_core::on_websocket_dialed);
    runtime_->dialing = made;
    made->start();
}

SOCKETIO_DECL void manager_core::on_websocket_dialed(std::uint64_t attempt, dial_result&& result, stream&& connected)
{
    if (accept_dialed(attempt, result))
        set_link(make_websocket(std::move(result), std::move(connected)));
}

// Returns true if the attempt goes on with this result.
SOCKETIO_DECL bool manager_core::accept_dialed(std::uint64_t attempt, dial_result& result)
{
    if (!machine_.advance(attempt, connect_phase::dialing))
        return false;
    runtime_->dialing.reset();
    using std::chrono::duration_cast;
    using us = std::chrono::microseconds;
    timings_ = {.resolve = duration_cast<us>(result.timings.resolving),
                .connect = duration_cast<us>(result.timings.connecting),
                .proxy = duration_cast<us>(result.timings.proxying),
                .tls = duration_cast<us>(result.timings.securing),
                .upgrade = duration_cast<us>(result.timings.answering)};
    upgraded_at_ = now();
    elsewhere_ = result.elsewhere;
    if (!result.error)
        return true;
    connect_error reason{result.error, std::move(result.message)};
    reason.set_http(result.http_status, std::move(result.http_body));
    reason.set_retry_after(result.retry_after);
    // Another transport does not reach such a server either, except through a proxy that refuses tunnels.
    if (result.error == error::bad_proxy)
        fail_open(std::move(reason), false);
    else
        fail_transport(reason, result.requested || (!url_.secure && result.timings.proxying != clock::duration{0}));
    return false;
}

// With `probed`: for a session on long-polling that may move here.
SOCKETIO_DECL std::shared_ptr<websocket_channel> manager_core::make_websocket(dial_result&& result,
    stream&& connected, engine_settings const* probed)
{
    engine session{role::client, {settings_.limits.message_size, settings_.limits.fragments}, sources_.random_seed()};
    if (result.deflate)
        session.compress_with(make_codec(role::client, *result.deflate, settings_.perMessageDeflate),
                              settings_.perMessageDeflate.threshold);
    auto made = std::make_shared<websocket_channel>(lane_.serial(), std::move(connected), std::move(session), *this,
        connection_options{settings_.limits.read_buffer, settings_.close_timeout});
    if (settings_.measure_round_trip)
        made->session().measure_round_trip();
    if (probed)
        made->session().probe(*probed);
    made->start(std::move(result.leftover));
    return made;
}

// The exception of a provider leaves through the executor; the attempt fails like any other.
SOCKETIO_DECL void manager_core::fail_provider(std::uint64_t attempt, std::string_view option)
{
    if (machine_.is_current(attempt))
        fail_open(connect_error{make_error_code(std::errc::operation_canceled),
                                std::string{option} + ": the provider threw"});
}

} // namespace socketio::detail
