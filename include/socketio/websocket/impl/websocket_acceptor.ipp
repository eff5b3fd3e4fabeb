// From the port to the listener of connections.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/websocket/websocket_acceptor.hpp>

#include <system_error>
#include <utility>

namespace socketio::detail {

class websocket_acceptor::place {
public:
    explicit place(std::shared_ptr<std::atomic<std::size_t>> count) : count_{std::move(count)} {}
    place(place const&) = delete;
    place& operator=(place const&) = delete;
    ~place() { --*count_; }

private:
    std::shared_ptr<std::atomic<std::size_t>> count_;
};

SOCKETIO_DECL std::shared_ptr<websocket_acceptor> websocket_acceptor::make(asio::any_io_executor executor, std::uint16_t port,
                                                                           websocket_server_options settings)
{
    auto made = std::make_shared<websocket_acceptor>(executor, std::move(settings));
    made->tls_ = make_server_tls(made->settings_.tls);
    made->accepting_ = std::make_shared<acceptor>(executor);
    if (auto const ec = made->accepting_->open(made->settings_.address, port))
        throw_failure(ec, "cannot listen on port " + std::to_string(port));
    made->port_ = made->accepting_->port();
    made->watch_.add(made.get());
    made->start();
    return made;
}

SOCKETIO_DECL websocket_acceptor::websocket_acceptor(asio::any_io_executor const& executor, websocket_server_options settings)
    : settings_{std::move(settings)},
      watch_{asio::use_service<context_watch>(asio::query(executor, asio::execution::context))}
{
}

SOCKETIO_DECL websocket_acceptor::~websocket_acceptor()
{
    if (accepting_)
        watch_.remove(this);
}

// The accept loop holds this for as long as it runs.
SOCKETIO_DECL void websocket_acceptor::start()
{
    post(accepting_->serial(), [self = shared_from_this()] {
        std::shared_ptr<acceptor> accepting;
        {
            std::lock_guard const lock{self->mutex_};
            accepting = self->closed_ ? nullptr : self->accepting_;
        }
        if (accepting)
            accepting->start([self](strand const& on, stream&& connected) { self->on_accepted(on, std::move(connected)); });
    });
}

SOCKETIO_DECL void websocket_acceptor::on_connection(connection_listener heard)
{
    auto next = std::make_shared<connection_listener const>(std::move(heard));
    std::lock_guard const lock{mutex_};
    heard_by_.swap(next);
}

SOCKETIO_DECL void websocket_acceptor::close()
{
    std::set<std::shared_ptr<welcome>> turned_away;
    std::shared_ptr<connection_listener const> last;
    std::lock_guard const lock{mutex_};
    if (std::exchange(closed_, true) || !accepting_)
        return;
    turned_away.swap(welcomes_);
    last.swap(heard_by_);
    post(accepting_->serial(), [accepting = accepting_] { accepting->close(); });
    for (auto const& each : turned_away)
        each->abandon();
}

// Nobody runs the context any more.
SOCKETIO_DECL void websocket_acceptor::context_gone() noexcept
{
    auto const self = weak_from_this().lock();
    if (!self)
        return;
    std::set<std::shared_ptr<welcome>> left;
    std::shared_ptr<connection_listener const> last;
    std::shared_ptr<acceptor> accepting;
    std::lock_guard const lock{mutex_};
    closed_ = true;
    left.swap(welcomes_);
    last.swap(heard_by_);
    accepting.swap(accepting_);
    if (accepting)
        accepting->close();
}

SOCKETIO_DECL std::shared_ptr<void> websocket_acceptor::acquire_slot()
{
    if (++*places_ <= settings_.connections)
        return std::make_shared<place>(places_);
    --*places_;
    return nullptr;
}

SOCKETIO_DECL void websocket_acceptor::on_accepted(strand const& on, stream&& connected)
{
    auto counted = acquire_slot();
    if (!counted) {
        connected.close();
        return;
    }
    welcome_rules rules{settings_.protocols, settings_.perMessageDeflate,
                        nullptr, {settings_.limits.header_bytes, settings_.limits.headers}, settings_.timeout};
    rules.deflate.enabled = offers_deflate(rules.deflate);
    rules.tls = tls_;
    auto const made = std::make_shared<welcome>(on, std::move(connected), std::move(rules));
    {
        std::lock_guard const lock{mutex_};
        if (closed_)
            return;
        welcomes_.insert(made);
    }
    scope_fail forgotten{[&] {
        std::lock_guard const lock{mutex_};
        welcomes_.erase(made);
    }};
    auto done = [weak = weak_from_this(), on, counted = std::move(counted), key = std::weak_ptr<welcome>{made}](
                    welcome_result&& result, stream&& accepted) mutable {
        auto const self = weak.lock();
        if (!self)
            return;
        {
            std::lock_guard const lock{self->mutex_};
            self->welcomes_.erase(key.lock());
        }
        // For want of memory it goes; its stream closes with it.
        static_cast<void>(caught([&] { self->on_welcomed(on, std::move(result), std::move(accepted), std::move(counted)); }));
    };
    post(on, [self = shared_from_this(), made, done = std::move(done)]() mutable {
        scope_fail turned_away{[&] {
            std::lock_guard const lock{self->mutex_};
            self->welcomes_.erase(made);
        }};
        made->start(std::move(done));
        turned_away.done();
    });
    forgotten.done();
}

// Called by a coroutine, so user code has to wait for a turn of its own.
SOCKETIO_DECL void websocket_acceptor::on_welcomed(strand const& on, welcome_result&& result, stream&& connected,
                                                   std::shared_ptr<void> counted)
{
    std::shared_ptr<connection_listener const> heard;
    {
        std::lock_guard const lock{mutex_};
        heard = heard_by_;
    }
    if (result.error || !heard || !*heard) {
        connected.close();
        return;
    }
    websocket_options own;
    own.close_timeout = settings_.close_timeout;
    own.limits = settings_.limits;
    own.perMessageDeflate = settings_.perMessageDeflate;
    auto const core = std::make_shared<websocket_core>(on, std::move(own));
    websocket_request request{std::move(result.request.target), {}, std::move(result.subprotocol)};
    for (auto& each : result.request.headers)
        request.headers.emplace_back(std::move(each.name), std::move(each.value));
    core->agree(request.subprotocol);
    core->accept(std::move(connected), std::move(result.leftover), result.deflate, std::move(counted));
    post(on, [core, heard = std::move(heard), handle = socketio::websocket{core}, request = std::move(request)]() mutable {
        core->hand_over([&] { (*heard)(std::move(handle), request); });
    });
}

} // namespace socketio::detail
