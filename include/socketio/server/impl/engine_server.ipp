// Accepts connections, keeps the sessions, and ends them all.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/core/log.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/net/foreign_stream.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/server/engine_server.hpp>
#include <socketio/session/codec_factory.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL std::shared_ptr<engine_server> engine_server::make(asio::any_io_executor const& executor,
    std::shared_ptr<server_options const> options, hooks called)
{
    auto made = std::make_shared<engine_server>(executor, std::move(options), std::move(called));
    made->watch_.add(made.get());
    return made;
}

SOCKETIO_DECL engine_server::engine_server(asio::any_io_executor const& executor,
    std::shared_ptr<server_options const> options, hooks called)
    : options_{std::move(options)},
      path_{normal_path(options_->path)},
      rules_{make_rules()},
      sources_{sources_of(executor)},
      watch_{asio::use_service<context_watch>(asio::query(executor, asio::execution::context))},
      slots_{options_->connections},
      serial_{known_executor{executor}},
      hooks_{shared_new<hooks>(std::move(called))}
{
}

SOCKETIO_DECL engine_server::~engine_server()
{
    if (serial_)
        watch_.remove(this);
}

SOCKETIO_DECL engine_server::connection_rules engine_server::make_rules() const
{
    check_deflate_options(options_->perMessageDeflate);
    auto made = shared_new<http_rules>();
    made->limits = {options_->http.header_bytes, options_->http.headers};
    made->body_size = options_->maxHttpBufferSize;
    made->deflate = options_->perMessageDeflate;
    made->deflate.enabled = offers_deflate(made->deflate);
    made->request_timeout = options_->http.request_timeout;
    made->idle_timeout = options_->http.idle_timeout;
    return made;
}

SOCKETIO_DECL bool engine_server::listen(std::uint16_t port)
{
    std::unique_lock lock{mutex_};
    if (closed_ || accepting_)
        return false;
    auto const made = std::make_shared<acceptor>(serial_->get_inner_executor().any());
    lock.unlock();
    auto const rules = shared_new<http_rules>(*rules_);
    rules->tls = make_server_tls(options_->tls);
    if (auto const ec = made->open(options_->address, port))
        throw_failure(ec, "cannot listen on port " + std::to_string(port));
    lock.lock();
    if (closed_ || accepting_)
        return false;
    accepting_ = made;
    port_.store(made->port(), std::memory_order_relaxed);
    start(made, rules);
    return true;
}

// Called with the mutex locked. The accept loop holds this server while it runs.
SOCKETIO_DECL void engine_server::start(std::shared_ptr<acceptor> const& accepting, connection_rules const& rules)
{
    post(accepting->serial(), [self = shared_from_this(), accepting, rules] {
        {
            std::lock_guard const lock{self->mutex_};
            if (self->closed_)
                return;
        }
        accepting->start([self, rules](strand const& on, stream&& connected) {
            self->on_accepted(on, std::move(connected), rules, {});
        });
    });
}

SOCKETIO_DECL bool engine_server::accept(std::shared_ptr<byte_stream> connected, http_origin from)
{
    scope_fail not_taken{[&] { connected->close(); }};
    std::unique_lock lock{mutex_};
    if (closed_)
        return false;
    strand const own{serial_->get_inner_executor()};
    lock.unlock();
    auto above = shared_new<foreign_stream>(own, connected);
    bool const taken = on_accepted(own, stream{own, std::move(above)}, rules_, std::move(from));
    if (taken)
        not_taken.done();
    return taken;
}

SOCKETIO_DECL std::size_t engine_server::clients_count() const
{
    std::lock_guard const lock{mutex_};
    return sessions_.size();
}

SOCKETIO_DECL void engine_server::close(unique_function<void()> done)
{
    std::lock_guard const lock{mutex_};
    if (!serial_)
        return;
    if (done)
        close_waiters_.push_back(std::move(done));
    if (!std::exchange(closed_, true)) {
        if (accepting_)
            post(accepting_->serial(), [accepting = accepting_] { accepting->close(); });
        for (auto const& each : connections_)
            each->retire();
        for (auto const& [sid, session] : sessions_)
            close_session(session);
    }
    complete_close();
}

SOCKETIO_DECL void engine_server::close_session(std::shared_ptr<engine_session> const& session)
{
    post(session->serial(), [session] { session->shut_down(); });
}

// Called with the mutex locked.
SOCKETIO_DECL void engine_server::complete_close()
{
    if (!closed_ || !sessions_.empty() || !serial_)
        return;
    for (auto& each : std::exchange(close_waiters_, {}))
        post(*serial_, std::move(each));
}

SOCKETIO_DECL void engine_server::add(engine_session* born)
{
    std::lock_guard const lock{mutex_};
    all_.insert(born);
}

SOCKETIO_DECL void engine_server::remove(engine_session* dying) noexcept
{
    std::lock_guard const lock{mutex_};
    all_.erase(dying);
}

SOCKETIO_DECL void engine_server::on_ended(std::string const& sid)
{
    std::shared_ptr<engine_session> last; // outlives the lock
    std::lock_guard const lock{mutex_};
    if (auto const found = sessions_.find(sid); found != sessions_.end()) {
        last = std::move(found->second);
        sessions_.erase(found);
    }
    complete_close();
}

// The context is being destroyed. Objects released here may hold this server and sessions: they are destroyed last.
SOCKETIO_DECL void engine_server::context_gone() noexcept
{
    auto const self = weak_from_this().lock();
    if (!self)
        return;
    std::vector<std::shared_ptr<engine_session>> living;
    http_connections connections;
    std::shared_ptr<acceptor> accepting;
    std::shared_ptr<hooks> last;
    std::vector<unique_function<void()>> waiting;
    decltype(sessions_) known;
    {
        std::lock_guard const lock{mutex_};
        closed_ = true;
        for (engine_session* const each : all_) {
            if (auto session = each->weak_from_this().lock())
                living.push_back(std::move(session));
        }
        connections.swap(connections_);
        accepting.swap(accepting_);
        serial_.reset();
        last.swap(hooks_);
        waiting.swap(close_waiters_);
        known.swap(sessions_);
    }
    if (accepting)
        accepting->close();
    for (auto const& each : connections)
        each->context_gone();
    for (auto const& each : living)
        each->context_gone();
}

SOCKETIO_DECL bool engine_server::on_accepted(strand const& on, stream&& connected, connection_rules const& rules,
    http_origin&& from)
{
    auto slot = slots_.acquire();
    if (!slot) {
        connected.close();
        return false;
    }
    auto const made = std::make_shared<http_connection>(on, std::move(connected), rules, shared_from_this(),
        std::move(slot), std::move(from));
    {
        std::lock_guard const lock{mutex_};
        if (closed_)
            return false;
        connections_.insert(made);
    }
    post(on, [made] { made->start(); });
    return true;
}

SOCKETIO_DECL void engine_server::on_insecure(std::string_view address, std::string_view why)
{
    if (options_->log)
        options_->log(log_level::info, "engine",
                      log_text(joined({"the TLS handshake with ", address, " failed: ", why})));
}

SOCKETIO_DECL void engine_server::on_end(std::shared_ptr<http_connection> const& of) noexcept
{
    std::lock_guard const lock{mutex_};
    connections_.erase(of);
}

SOCKETIO_DECL std::shared_ptr<engine_session> engine_server::find(std::string const& sid) const
{
    std::lock_guard const lock{mutex_};
    auto const found = sessions_.find(sid);
    return found == sessions_.end() ? nullptr : found->second;
}

SOCKETIO_DECL std::shared_ptr<engine_server::hooks> engine_server::current_hooks() const
{
    std::lock_guard const lock{mutex_};
    return hooks_;
}

} // namespace socketio::detail
