// Accepts connections, and passes them to the listener of connections.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/net/find_header.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/websocket/websocket_acceptor.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::detail {

SOCKETIO_DECL std::shared_ptr<websocket_acceptor> websocket_acceptor::make(asio::any_io_executor const& executor,
                                                                           std::uint16_t port,
                                                                           websocket_server_options settings)
{
    auto made = std::make_shared<websocket_acceptor>(executor, std::move(settings));
    made->rules_ = made->make_rules();
    made->accepting_ = std::make_shared<acceptor>(executor);
    if (auto const ec = made->accepting_->open(made->settings_.address, port))
        throw_failure(ec, "cannot listen on port " + std::to_string(port));
    made->port_ = made->accepting_->port();
    made->watch_.add(made.get());
    made->start();
    return made;
}

SOCKETIO_DECL websocket_acceptor::websocket_acceptor(asio::any_io_executor const& executor,
    websocket_server_options settings)
    : settings_{std::move(settings)},
      watch_{asio::use_service<context_watch>(asio::query(executor, asio::execution::context))},
      slots_{settings_.connections}
{
}

SOCKETIO_DECL websocket_acceptor::~websocket_acceptor()
{
    if (accepting_)
        watch_.remove(this);
}

// The accept loop holds this object while it runs.
SOCKETIO_DECL void websocket_acceptor::start()
{
    post(accepting_->serial(), [self = shared_from_this()] {
        std::shared_ptr<acceptor> accepting;
        {
            std::lock_guard const lock{self->mutex_};
            accepting = self->closed_ ? nullptr : self->accepting_;
        }
        if (accepting)
            accepting->start(
                [self](strand const& on, stream&& connected) { self->on_accepted(on, std::move(connected)); });
    });
}

SOCKETIO_DECL void websocket_acceptor::on_connection(connection_listener listener)
{
    auto next = shared_new<connection_listener const>(std::move(listener));
    std::lock_guard const lock{mutex_};
    listener_.swap(next);
}

SOCKETIO_DECL void websocket_acceptor::close()
{
    http_connections left;
    std::shared_ptr<connection_listener const> last;
    std::lock_guard const lock{mutex_};
    if (std::exchange(closed_, true) || !accepting_)
        return;
    left.swap(connections_);
    last.swap(listener_);
    post(accepting_->serial(), [accepting = accepting_] { accepting->close(); });
    for (auto const& each : left)
        each->abort();
}

// The context is being destroyed.
SOCKETIO_DECL void websocket_acceptor::context_gone() noexcept
{
    auto const self = weak_from_this().lock();
    if (!self)
        return;
    http_connections left;
    std::shared_ptr<connection_listener const> last;
    std::shared_ptr<acceptor> accepting;
    std::lock_guard const lock{mutex_};
    closed_ = true;
    left.swap(connections_);
    last.swap(listener_);
    accepting.swap(accepting_);
    if (accepting)
        accepting->close();
    for (auto const& each : left)
        each->context_gone();
}

SOCKETIO_DECL std::shared_ptr<http_rules const> websocket_acceptor::make_rules() const
{
    auto made = shared_new<http_rules>();
    made->limits = {settings_.limits.header_bytes, settings_.limits.headers};
    made->body_size = settings_.limits.header_bytes;
    made->deflate = settings_.perMessageDeflate;
    made->deflate.enabled = offers_deflate(made->deflate);
    made->tls = make_server_tls(settings_.tls);
    made->request_timeout = settings_.timeout;
    made->idle_timeout = settings_.timeout;
    made->close_timeout = settings_.timeout;
    made->handshake_only = true;
    return made;
}

SOCKETIO_DECL void websocket_acceptor::on_accepted(strand const& on, stream&& connected)
{
    auto slot = slots_.acquire();
    if (!slot) {
        connected.close();
        return;
    }
    auto const made =
        std::make_shared<http_connection>(on, std::move(connected), rules_, shared_from_this(), std::move(slot));
    {
        std::lock_guard const lock{mutex_};
        if (closed_)
            return;
        connections_.insert(made);
    }
    post(on, [made] { made->start(); });
}

SOCKETIO_DECL void websocket_acceptor::on_end(std::shared_ptr<http_connection> const& of) noexcept
{
    std::lock_guard const lock{mutex_};
    connections_.erase(of);
}

inline http_response refuse_handshake(http_request const& request)
{
    http_response made{400, {{"Content-Type", "text/plain"}},
        "The WebSocket handshake is not valid (RFC 6455, section 4.2.1).\n"};
    std::string_view const version = find_header(request, "Sec-WebSocket-Version");
    if ((!version.empty() && version != "13") || find_header(request, "Upgrade").empty()) {
        made.status = 426;
        made.headers.insert(made.headers.end(), {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}});
        made.body = "This is a WebSocket server (RFC 6455, version 13).\n";
    }
    return made;
}

// Chooses the first of the client's names that this side supports.
inline std::string choose_subprotocol(std::vector<std::string> const& offered, std::vector<std::string> const& spoken)
{
    auto const chosen = std::find_first_of(offered.begin(), offered.end(), spoken.begin(), spoken.end());
    return chosen == offered.end() ? std::string{} : *chosen;
}

SOCKETIO_DECL void websocket_acceptor::on_request(std::shared_ptr<http_exchange> exchange)
{
    if (exchange->upgrade() && !exchange->upgrade()->error)
        exchange->perform([self = shared_from_this(), exchange](strand const& on) { self->take(on, *exchange); });
    else
        exchange->answer(refuse_handshake(exchange->request()));
}

SOCKETIO_DECL void websocket_acceptor::take(strand const& on, http_exchange& exchange)
{
    http_request const& asked = exchange.request();
    websocket_request request{asked.target, asked.headers,
        choose_subprotocol(exchange.upgrade()->protocols, settings_.protocols)};
    std::string const chosen = request.subprotocol;
    exchange.take_stream(on, chosen,
        [self = shared_from_this(), on, request = std::move(request)](upgraded_stream&& over) mutable {
            // Without memory the connection is closed.
            static_cast<void>(caught([&] { self->on_upgraded(on, std::move(request), std::move(over)); }));
        });
}

// User code waits for a turn of its own.
SOCKETIO_DECL void websocket_acceptor::on_upgraded(strand const& on, websocket_request request, upgraded_stream&& over)
{
    std::shared_ptr<connection_listener const> listener;
    {
        std::lock_guard const lock{mutex_};
        listener = listener_;
    }
    websocket_options own;
    own.close_timeout = settings_.close_timeout;
    own.limits = settings_.limits;
    own.perMessageDeflate = settings_.perMessageDeflate;
    auto const core = std::make_shared<websocket_core>(on, std::move(own));
    core->agree(request.subprotocol);
    core->accept(std::move(over));
    post(on, [core, listener = std::move(listener), handle = socketio::websocket{core},
                 request = std::move(request)]() mutable {
        // Without a listener the last handle is destroyed here, which closes the connection as "going away".
        core->hand_over([&] {
            socketio::websocket const last = std::move(handle);
            if (listener && *listener)
                (*listener)(last, request);
        });
    });
}

} // namespace socketio::detail
