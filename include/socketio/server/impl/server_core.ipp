// The server's clients and listeners, and its end.
#pragma once

#include <socketio/codec/engine_packet.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/server/server_core.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace socketio::detail {

// A client waits for the sum of both with one timer. A reference client whose timer gets more than that times out at
// once.
inline void check_heartbeat(server_options const& settings)
{
    auto const most = longest_interval;
    if (settings.pingInterval.count() <= 0 || settings.pingTimeout.count() <= 0 || settings.pingInterval > most ||
        settings.pingTimeout > most - settings.pingInterval)
        throw_misuse("server: pingInterval and pingTimeout are at least 1 ms each, and together at most " +
                     std::to_string(most.count()) + " ms (24.8 days)");
}

SOCKETIO_DECL std::shared_ptr<server_core> server_core::make(asio::any_io_executor executor, server_options settings)
{
    check_heartbeat(settings);
    auto made = std::make_shared<server_core>(std::move(executor), std::move(settings));
    made->watch_.add(made.get());
    made->root_ = made->of("/");
    return made;
}

SOCKETIO_DECL server_core::server_core(asio::any_io_executor executor, server_options settings)
    : executor_{std::move(executor)},
      settings_{shared_new<server_options const>(std::move(settings))},
      sources_{sources_of(executor_)},
      watch_{asio::use_service<context_watch>(asio::query(executor_, asio::execution::context))}
{
}

SOCKETIO_DECL server_core::~server_core()
{
    if (!is_gone())
        watch_.remove(this);
}

SOCKETIO_DECL void server_core::listen(std::uint16_t port)
{
    auto const on = engine();
    if (!on || !on->listen(port))
        throw_misuse("server: it listens already, or is closed");
}

SOCKETIO_DECL bool server_core::accept(std::shared_ptr<byte_stream> connected, std::string_view received,
    http_origin from)
{
    if (!connected)
        throw_misuse("server: accept() takes a stream");
    scope_fail not_taken{[&] { connected->close(); }};
    from.received.append(received);
    auto const on = engine();
    bool const taken = on && on->accept(connected, std::move(from));
    if (taken)
        not_taken.done();
    return taken;
}

SOCKETIO_DECL std::shared_ptr<engine_server> server_core::engine()
{
    std::lock_guard const lock{mutex_};
    if (!engine_ && !closed_)
        engine_ = engine_server::make(executor_, settings_, engine_hooks());
    return closed_ ? nullptr : engine_;
}

SOCKETIO_DECL engine_server::hooks server_core::engine_hooks()
{
    engine_server::hooks made;
    made.session = [weak = weak_from_this()](std::shared_ptr<engine_session> const& channel) {
        if (auto const self = weak.lock())
            self->add(channel);
        else
            channel->close(disconnect_reason::forced_close, error::stopped);
    };
    made.connection_error = [weak = weak_from_this()](connection_failure const& reason) {
        if (auto const self = weak.lock())
            self->on_refused(reason);
    };
    made.headers = [weak = weak_from_this()](string_pairs& headers, http_request const& request, bool initial) {
        if (auto const self = weak.lock())
            self->dispatch_headers(headers, request, initial);
    };
    made.request = [weak = weak_from_this()](std::shared_ptr<http_exchange> const& exchange) {
        if (auto const self = weak.lock())
            self->serve(exchange);
    };
    return made;
}

SOCKETIO_DECL void server_core::on_refused(connection_failure const& reason)
{
    refused_.fetch_add(1, std::memory_order_relaxed);
    engine_call call;
    call.failure = &reason;
    engine_events_.dispatch_from_anywhere("connection_error", call);
    if (!settings_->log)
        return;
    std::string text = "refused " + reason.request.address + ": " + reason.message;
    for (auto const& [name, about] : reason.context)
        text.append(", ").append(name).append(" \"").append(about.substr(0, 200)).append(1, '"');
    log(log_level::info, "engine", text);
}

// "initial_headers" comes before "headers", as in the reference.
SOCKETIO_DECL void server_core::dispatch_headers(string_pairs& headers, http_request const& request, bool initial)
{
    engine_call call;
    call.headers = &headers;
    call.request = &request;
    if (initial)
        engine_events_.dispatch_from_anywhere("initial_headers", call);
    engine_events_.dispatch_from_anywhere("headers", call);
}

SOCKETIO_DECL void server_core::serve(std::shared_ptr<http_exchange> const& exchange)
{
    std::unique_lock lock{mutex_};
    auto const handler = request_;
    lock.unlock();
    http_request const& request = exchange->request();
    if (handler)
        (*handler)(request, http_responder{exchange});
    else
        exchange->answer({404, {{"Content-Type", "text/plain; charset=utf-8"}}, "There is nothing here.\n"});
}

SOCKETIO_DECL void server_core::on_request(request_handler handler)
{
    auto made = handler ? shared_new<request_handler const>(std::move(handler)) : nullptr;
    std::lock_guard const lock{mutex_};
    if (!closed_)
        request_.swap(made);
}

SOCKETIO_DECL std::uint16_t server_core::port() const
{
    std::lock_guard const lock{mutex_};
    return engine_ ? engine_->port() : std::uint16_t{0};
}

SOCKETIO_DECL std::size_t server_core::clients_count() const
{
    std::lock_guard const lock{mutex_};
    return engine_ ? engine_->clients_count() : 0;
}

SOCKETIO_DECL void server_core::add(std::shared_ptr<engine_session> const& channel)
{
    auto const client = peer_core::make(shared_from_this(), channel);
    std::unique_lock lock{mutex_};
    clients_.emplace(client.get(), client);
    ++past_.sessions_opened;
    bool const late = closed_;
    lock.unlock();
    if (late)
        client->perform([client] { client->shut_down(nullptr); });
}

inline void add_up(server_snapshot& to, client_snapshot const& one) noexcept
{
    to.sockets += one.sockets;
    to.packets_received += one.packets_received;
    to.packets_sent += one.packets_sent;
    to.dropped_events += one.dropped_events;
    to.unsent_bytes += one.unsent_bytes;
    to.most_unsent_bytes = std::max(to.most_unsent_bytes, one.unsent_bytes);
}

SOCKETIO_DECL void server_core::forget(peer_core const& client)
{
    std::shared_ptr<peer_core> last;
    std::lock_guard const lock{mutex_};
    if (auto const found = clients_.find(&client); found != clients_.end()) {
        last = std::move(found->second);
        auto numbers = last->snapshot();
        numbers.sockets = 0;
        add_up(past_, numbers);
        clients_.erase(found);
    }
}

SOCKETIO_DECL server_snapshot server_core::snapshot() const
{
    std::lock_guard const lock{mutex_};
    server_snapshot result = past_;
    for (auto const& each : clients_)
        add_up(result, each.second->snapshot());
    result.refused = refused_.load(std::memory_order_relaxed);
    result.cut_off = cut_off_.load(std::memory_order_relaxed);
    if (engine_) {
        result.sessions = engine_->clients_count();
        result.connections = engine_->connections();
    }
    return result;
}

SOCKETIO_DECL void server_core::set_error_hook(error_hook hook)
{
    auto made = hook ? shared_new<error_hook const>(std::move(hook)) : nullptr;
    std::lock_guard const lock{mutex_};
    if (!closed_)
        error_hook_.swap(made);
}

// The place is without the namespace, which a client may have chosen: it has only so many.
SOCKETIO_DECL void server_core::report(std::string_view nsp, event_error const& reason, bool handled)
{
    std::unique_lock lock{mutex_};
    auto const hook = handled ? nullptr : error_hook_;
    lock.unlock();
    if (hook)
        (*hook)(reason);
    if (settings_->log)
        log(log_level::warning, "socket", std::string{nsp} + ' ' + reason.message());
    else if (!handled && !hook && reason.code == error::type_mismatch)
        warnings_.tell("socket", place_of({}, reason), std::string{nsp} + ' ' + reason.message());
}

SOCKETIO_DECL void server_core::warn(std::string_view text)
{
    if (settings_->log)
        log(log_level::warning, "socket", text);
    else
        warnings_.tell("socket", text, text);
}

SOCKETIO_DECL void server_core::log(log_level level, std::string_view component, std::string_view text)
{
    if (settings_->log)
        settings_->log(level, component, log_text(text));
}

SOCKETIO_DECL void server_core::close(std::shared_ptr<void> const& kept)
{
    std::vector<std::shared_ptr<peer_core>> clients;
    std::shared_ptr<engine_server> engine;
    {
        std::lock_guard const lock{mutex_};
        closed_ = true;
        engine = engine_;
        for (auto const& each : clients_)
            clients.push_back(each.second);
    }
    if (is_gone())
        return;
    // Not in the order of addresses: runs with a seed are equal.
    std::sort(clients.begin(), clients.end(), [](auto const& a, auto const& b) { return a->sid() < b->sid(); });
    for (auto const& each : clients)
        each->perform([each, kept] { each->shut_down(kept); });
    if (engine)
        engine->close([kept] {});
    drop_listeners();
}

// Listeners may hold any object, this server included.
SOCKETIO_DECL void server_core::drop_listeners()
{
    std::vector<std::shared_ptr<namespace_core>> all;
    std::vector<family> families;
    std::shared_ptr<error_hook const> hook;
    std::shared_ptr<request_handler const> request;
    {
        std::lock_guard const lock{mutex_};
        for (auto const& each : namespaces_)
            all.push_back(each.second);
        families.swap(families_);
        hook.swap(error_hook_);
        request.swap(request_);
    }
    engine_events_.close();
    for (auto const& each : families)
        all.push_back(each.parent);
    for (auto const& each : all)
        each->close();
}

// The context is being destroyed.
SOCKETIO_DECL void server_core::context_gone() noexcept
{
    auto const self = weak_from_this().lock();
    if (!self)
        return;
    watch_.remove(this); // a client may have called this
    gone_.store(true, std::memory_order_release);
    std::unordered_map<peer_core const*, std::shared_ptr<peer_core>> clients;
    std::shared_ptr<engine_server> engine;
    {
        std::lock_guard const lock{mutex_};
        closed_ = true;
        clients.swap(clients_);
        engine.swap(engine_);
    }
    for (auto const& each : clients)
        each.second->context_gone();
    drop_listeners();
}

} // namespace socketio::detail
