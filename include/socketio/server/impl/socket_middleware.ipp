// The middleware of packets, which stands between an event and its listeners.
#pragma once

#include <socketio/core/shared_new.hpp>
#include <socketio/server/server_socket_core.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void server_socket_core::use(packet_middleware middleware)
{
    auto made = shared_new<packet_middleware const>(std::move(middleware));
    std::lock_guard const lock{mutex_};
    if (channel_.events().is_closed())
        return;
    middleware_.push_back(std::move(made));
    has_middleware_.store(true, std::memory_order_release);
}

SOCKETIO_DECL std::vector<std::weak_ptr<packet_middleware const>> server_socket_core::middleware() const
{
    std::lock_guard const lock{mutex_};
    return {middleware_.begin(), middleware_.end()};
}

// Asks the middleware about one event, one after the other, and stores the event meanwhile. It holds them weakly, since
// a middleware may store its decision, and so this object. The stored event counts for the client while one is pending.
class server_socket_core::middleware_run : public std::enable_shared_from_this<middleware_run> {
public:
    middleware_run(std::shared_ptr<server_socket_core> of, packet const& received, std::string_view event, ack reply)
        : socket_{std::move(of)}, event_{event}, id_{received.id}, reply_{std::move(reply)},
          middleware_{socket_->middleware()}
    {
        kept_.emplace(received);
    }
    middleware_run(middleware_run const&) = delete;
    middleware_run& operator=(middleware_run const&) = delete;
    ~middleware_run() { wait_no_more(); }

    void run()
    {
        auto const asked = next_ == middleware_.size() ? nullptr : middleware_[next_].lock();
        if (asked && !socket_->channel_.ended())
            ask(*asked);
        else
            finish();
    }

private:
    args arguments() const { return args{kept_->payload()}.rest(1); }

    void ask(packet_middleware const& middleware)
    {
        std::size_t const at = ++next_;
        wait();
        middleware(event_, arguments(), [self = shared_from_this(), at](std::optional<connect_error> refused) {
            self->decide(at, std::move(refused));
        });
    }

    // Copies of the decision may live longer than the event.
    void finish()
    {
        if (!socket_->channel_.ended() && next_ == middleware_.size()) {
            event_call call{socket_->channel_, event_, arguments(), id_};
            call.reply = reply_;
            socket_->channel_.dispatch_reserved(call);
        }
        kept_.reset();
    }

    // Only the first decision of each counts.
    void decide(std::size_t at, std::optional<connect_error> refused)
    {
        auto const& client = socket_->client_;
        client->perform([self = shared_from_this(), at, refused = std::move(refused)]() mutable {
            if (self->decided_ >= at)
                return;
            self->decided_ = at;
            self->wait_no_more();
            if (refused)
                self->refuse(std::move(*refused));
            else
                self->socket_->client_->defer([self] { self->run(); });
        });
    }

    void refuse(connect_error reason)
    {
        socket_->refuse(std::move(reason));
        socket_->client_->defer([self = shared_from_this()] { self->kept_.reset(); });
    }

    // The check comes after the middleware has returned: then an immediate decision counts nothing.
    void wait()
    {
        waiting_ = sizeof *this + event_.size() + kept_->size();
        if (!socket_->client_->add_waiting(waiting_))
            socket_->client_->defer([client = socket_->client_] { client->check_waiting(); });
    }
    void wait_no_more() { socket_->client_->remove_waiting(std::exchange(waiting_, 0)); }

    std::shared_ptr<server_socket_core> const socket_;
    std::string const event_;
    std::optional<std::uint64_t> const id_;
    ack const reply_;
    std::vector<std::weak_ptr<packet_middleware const>> const middleware_;
    std::optional<owned_event> kept_;
    std::size_t next_ = 0;
    std::size_t decided_ = 0;
    std::size_t waiting_ = 0;
};

// Catch-all listeners are called before the middleware decides, as in the reference.
SOCKETIO_DECL void server_socket_core::on_event(packet const& received)
{
    event_name const name{received.payload};
    args const arguments = args{received.payload}.rest(1);
    if (!has_middleware_.load(std::memory_order_acquire)) {
        channel_.dispatch(name.view(), arguments, received.id);
        return;
    }
    event_call call{channel_, name.view(), arguments, received.id};
    auto const next = std::make_shared<middleware_run>(shared_from_this(), received, name.view(), call.the_ack());
    client_->defer([next] { next->run(); });
    channel_.events().dispatch_any(call);
}

} // namespace socketio::detail
