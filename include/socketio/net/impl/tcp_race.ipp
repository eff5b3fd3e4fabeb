// Begins attempts when address_race says so, and uses the first that succeeds.
#pragma once

#include <socketio/net/socket_options.hpp>
#include <socketio/net/tcp_race.hpp>

#include <utility>

namespace socketio::detail {

inline constexpr std::size_t listed_failures = 8;

SOCKETIO_DECL std::string endpoint_text(asio::ip::tcp::endpoint const& of)
{
    return of.address().to_string() + " port " + std::to_string(of.port());
}

SOCKETIO_DECL tcp_race::tcp_race(strand const& on, std::vector<asio::ip::tcp::endpoint> endpoints,
                                 network_options const& options, dial_stage& stage, std::string peer)
    : strand_{on}, endpoints_{std::move(endpoints)}, options_{options}, stage_{stage}, peer_{std::move(peer)},
      race_{endpoints_.size()}, timer_{on}, attempts_(endpoints_.size())
{
}

SOCKETIO_DECL void tcp_race::start(handler done)
{
    done_ = std::move(done);
    post(strand_, [self = shared_from_this()] { self->go_on(); });
}

SOCKETIO_DECL void tcp_race::cancel()
{
    post(strand_, [self = shared_from_this()] {
        if (self->done_)
            self->finish(asio_error(asio::error::operation_aborted), {}, self->closed_socket());
    });
}

// An exception here ends the race, and so the attempt.
SOCKETIO_DECL void tcp_race::go_on()
{
    if (auto const ec = caught([this] { begin_due(); }); ec && done_)
        finish(ec, {}, closed_socket());
}

SOCKETIO_DECL void tcp_race::begin_due()
{
    while (done_) {
        auto const index = race_.next(timer_.now());
        if (!index)
            break;
        begin(*index);
    }
    if (!done_)
        return;
    if (race_.lost()) {
        finish(endpoints_.empty() ? asio_error(asio::error::host_not_found) : last_error_, std::move(message_),
               closed_socket());
        return;
    }
    timer_.arm(race_.deadline(), [self = shared_from_this()] { self->go_on(); });
}

SOCKETIO_DECL void tcp_race::begin(std::size_t index)
{
    auto const& to = endpoints_[index];
    socket_type& socket = attempts_[index].emplace(strand_.get_inner_executor().any());
    std::string const others = under_way_ == 0 ? "" : " and " + std::to_string(under_way_) + " other addresses";
    stage_.enter("connect to " + peer_ + endpoint_text(to), "connecting to " + peer_ + endpoint_text(to) + others);
    std::string what;
    if (auto const ec = open_tcp_socket(socket, to, options_, what)) {
        note_failure(index, ec, what);
        return;
    }
    socket.async_connect(to, wait_handler_on(strand_, [self = shared_from_this(), index](std::error_code ec) {
        self->on_connected(index, ec);
    }));
    ++under_way_;
}

SOCKETIO_DECL void tcp_race::on_connected(std::size_t index, std::error_code ec)
{
    if (!done_)
        return;
    --under_way_;
    auto const failed = caught([&] {
        if (ec)
            note_failure(index, ec, {});
        else
            stage_.enter("connect to " + peer_ + endpoint_text(endpoints_[index]),
                         "connecting to " + peer_ + endpoint_text(endpoints_[index]));
    });
    if (failed)
        finish(failed, {}, closed_socket());
    else if (ec)
        go_on();
    else
        finish({}, {}, std::move(*attempts_[index]));
}

// With one address the stage names it; with several, each has its own reason.
SOCKETIO_DECL void tcp_race::note_failure(std::size_t index, std::error_code ec, std::string const& what)
{
    race_.failed();
    attempts_[index].reset();
    last_error_ = ec;
    std::string const reason = (what.empty() ? "" : what + ": ") + ec.message();
    if (endpoints_.size() == 1) {
        message_ = "connect to " + peer_ + endpoint_text(endpoints_[index]) + ": " + reason;
        return;
    }
    if (failures_++ == 0)
        message_ = "no address of " + (peer_.empty() ? std::string{"the host "} : peer_) + "could be reached: ";
    else if (failures_ <= listed_failures)
        message_ += "; ";
    if (failures_ <= listed_failures)
        message_ += endpoint_text(endpoints_[index]) + ": " + reason;
    else if (failures_ == endpoints_.size())
        message_ += "; and " + std::to_string(endpoints_.size() - listed_failures) + " more";
}

SOCKETIO_DECL void tcp_race::finish(std::error_code ec, std::string message, socket_type connected)
{
    timer_.cancel();
    for (auto& each : attempts_)
        each.reset();
    auto done = std::exchange(done_, handler{});
    done(ec, std::move(message), std::move(connected));
}

} // namespace socketio::detail
