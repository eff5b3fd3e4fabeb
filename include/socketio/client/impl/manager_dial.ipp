// One attempt to connect: asks for the query and the headers, dials, and makes the Engine.IO session. The
// machine decides whether an answer belongs to the current attempt.
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
        fail_open(connect_error{url_error_, url_error_.message()}, false);
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

SOCKETIO_DECL std::string manager_core::request_target(string_pairs const& query) const
{
    std::string target = settings_.path.starts_with('/') ? settings_.path : '/' + settings_.path;
    while (target.size() > 1 && target.ends_with('/'))
        target.pop_back();
    if (settings_.addTrailingSlash && !target.ends_with('/'))
        target += '/';
    string_pairs const from_url = parse_query(url_.query);
    auto const is_ours = [](std::string_view name) { return name == "EIO" || name == "transport" || name == "sid"; };
    auto const in_url = [&](std::string_view name) {
        return std::any_of(from_url.begin(), from_url.end(), [&](auto const& each) { return each.first == name; });
    };
    std::string parameters;
    for (auto const& [name, text] : query)
        if (!is_ours(name) && !in_url(name))
            append_query(parameters, name, text);
    for (auto const& [name, text] : from_url)
        if (!is_ours(name))
            append_query(parameters, name, text);
    append_query(parameters, "EIO", "4");
    append_query(parameters, "transport", "websocket");
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
    dial_request request = make_dial_request(url_, request_target(query), settings_);
    request.cookies = cookies_;
    for (auto const& [name, text] : headers) {
        if (!is_header_name(name) || !is_header_value(text)) {
            fail_open(connect_error{make_error_code(std::errc::invalid_argument),
                                    "extraHeaders: \"" + name + "\" is not a valid HTTP header"});
            return;
        }
        request.headers.push_back({name, text});
    }
    if (!is_request_target(request.target)) {
        fail_open(connect_error{error::bad_url, "the path \"" + settings_.path + "\" cannot be used in a request"},
                  false);
        return;
    }
    // A redirection may lead to https, where the program has TLS.
    bool const may_need_tls = url_.secure || (settings_.follow_redirects != 0 && registered_tls.load());
    if (may_need_tls && !provide_tls(attempt))
        return;
    request.tls = runtime_->tls;
    // Called by a coroutine, so that user code must wait for a turn of its own.
    auto done = [self = shared_from_this(), attempt](dial_result&& result, stream&& connected) {
        self->lane_.run_ahead([&] { self->on_dialed(attempt, std::move(result), std::move(connected)); });
    };
    runtime_->dialing = std::make_shared<dial>(lane_.serial(), std::move(request), std::move(done));
    runtime_->dialing->start();
}

SOCKETIO_DECL void manager_core::on_dialed(std::uint64_t attempt, dial_result&& result, stream&& connected)
{
    if (!machine_.advance(attempt, connect_phase::dialing))
        return;
    runtime_->dialing.reset();
    using std::chrono::duration_cast;
    using us = std::chrono::microseconds;
    timings_ = {.resolve = duration_cast<us>(result.resolving),
                .connect = duration_cast<us>(result.connecting),
                .proxy = duration_cast<us>(result.proxying),
                .tls = duration_cast<us>(result.securing),
                .upgrade = duration_cast<us>(result.upgrading)};
    upgraded_at_ = now();
    if (result.error) {
        connect_error reason{result.error, std::move(result.message)};
        reason.set_http(result.http_status, std::move(result.http_body));
        reason.set_retry_after(result.retry_after);
        bool const again = result.error != error::bad_proxy;
        fail_open(reason, again);
        return;
    }
    elsewhere_ = result.elsewhere;
    runtime_->link = make_channel(std::move(result), std::move(connected));
}

// Another transport would be one more case here.
SOCKETIO_DECL std::shared_ptr<engine_channel> manager_core::make_channel(dial_result&& result, stream&& connected)
{
    engine session{role::client, {settings_.limits.message_size, settings_.limits.fragments}, sources_.random_seed()};
    if (result.deflate)
        session.compress_with(make_codec(role::client, *result.deflate, settings_.perMessageDeflate),
                              settings_.perMessageDeflate.threshold);
    auto made = std::make_shared<websocket_channel>(lane_.serial(), std::move(connected), std::move(session), *this,
        connection_options{settings_.limits.read_buffer, settings_.close_timeout});
    if (settings_.measure_round_trip)
        made->session().measure_round_trip();
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
