// Reads, writes and the end. At most one read and one write are under way, and each holds the connection.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/net/http_connection.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL http_connection::http_connection(strand const& on, stream&& connected,
    std::shared_ptr<http_rules const> rules, std::shared_ptr<http_connection_owner> owner, std::shared_ptr<void> slot,
    http_origin from)
    : strand_{on},
      stream_{std::move(connected)},
      rules_{std::move(rules)},
      owner_{std::move(owner)},
      number_{owner_->count_connection()},
      slot_{std::move(slot)},
      timer_{on},
      address_{from.address.empty() ? stream_.peer_address() : std::move(from.address)},
      secure_{from.secure || rules_->tls},
      reader_{role::client, rules_->limits},
      input_{std::move(from.received)}
{
}

SOCKETIO_DECL void http_connection::start()
{
    if (phase_ == phase::ended)
        return;
    guarded([this] {
        arm(rules_->request_timeout);
        if (rules_->tls)
            secure();
        else
            proceed();
    });
}

SOCKETIO_DECL void http_connection::secure()
{
    phase_ = phase::securing;
    securing_ = rules_->tls->async_handshake(strand_, std::move(stream_), role::server, {},
        [self = shared_from_this()](std::error_code ec, std::string const& why, stream above) {
            self->securing_.reset();
            if (self->phase_ != phase::securing) {
                above.close();
                return;
            }
            self->stream_ = std::move(above);
            self->phase_ = phase::head;
            if (!ec)
                self->guarded([&] { self->read(); });
            else
                self->on_insecure(why.empty() ? ec.message() : why);
        });
}

SOCKETIO_DECL void http_connection::on_insecure(std::string_view why)
{
    scope_end const always{[self = shared_from_this()] { self->end(); }};
    owner_->on_insecure(address_, why);
}

SOCKETIO_DECL void http_connection::retire()
{
    post(strand_, [self = shared_from_this()] {
        self->retired_ = true;
        bool const idle = self->phase_ == phase::head && self->input_.empty();
        if (idle || self->phase_ == phase::securing)
            self->end();
    });
}

SOCKETIO_DECL void http_connection::abort()
{
    post(strand_, [self = shared_from_this()] { self->end(); });
}

// The timer is armed for the earliest deadline, and checks again when it fires.
SOCKETIO_DECL void http_connection::arm(std::chrono::milliseconds limit)
{
    deadline_ = limit_after(timer_.now(), limit);
    if (deadline_ != clock::never())
        timer_.arm(deadline_, [self = shared_from_this()] { self->on_due(); });
}

// One limit covers a whole handshake.
SOCKETIO_DECL void http_connection::arm_step(std::chrono::milliseconds limit)
{
    if (!rules_->handshake_only)
        arm(limit);
}

SOCKETIO_DECL void http_connection::on_due()
{
    if (phase_ == phase::ended || deadline_ == clock::never())
        return;
    bool const in_request = (phase_ == phase::head && !input_.empty()) || phase_ == phase::body;
    if (timer_.now() >= deadline_ && (!in_request || rules_->handshake_only))
        end();
    else
        guarded([this] {
            if (timer_.now() < deadline_)
                timer_.arm(deadline_, [self = shared_from_this()] { self->on_due(); });
            else
                refuse(408, "The request took too long.\n");
        });
}

SOCKETIO_DECL void http_connection::read()
{
    bool const served = phase_ == phase::ready || phase_ == phase::serving || phase_ == phase::answering;
    // The next request may ask for an upgrade, for which no read may be under way.
    std::size_t const most = phase_ == phase::answering ? 1 : read_ahead;
    bool const enough = served && (upgrading_ || input_.size() >= most);
    if (reading_ || enough || peer_ended_ || phase_ == phase::ended)
        return;
    reading_ = true;
    stream_.async_read_some(asio::buffer(room_), [self = shared_from_this()](std::error_code ec, std::size_t count) {
        self->guarded([&] { self->on_read(ec, count); });
    });
}

SOCKETIO_DECL void http_connection::on_read(std::error_code ec, std::size_t count)
{
    reading_ = false;
    if (phase_ == phase::ended)
        return;
    if (ec == asio_error(asio::error::eof) && phase_ != phase::closing) {
        on_last_request();
        return;
    }
    if (ec) {
        end();
        return;
    }
    if (phase_ == phase::closing) {
        drained_ += count;
        if (rules_->handshake_only && drained_ >= most_drained)
            end();
        else
            read();
        return;
    }
    bool const first = phase_ == phase::head && input_.empty();
    input_.append(room_.data(), count);
    if (first && request_number_ != 0)
        arm(rules_->request_timeout);
    proceed();
}

// A client may end its sending after its requests (RFC 9112, section 9.6) and still wait for the answers. A client that
// has left looks the same, so late answers have a limit.
SOCKETIO_DECL void http_connection::on_last_request()
{
    peer_ended_ = true;
    if (phase_ == phase::head && input_.empty()) {
        end();
        return;
    }
    if (phase_ == phase::serving) {
        arm_step(rules_->idle_timeout);
        tell_left(false);
    }
    proceed();
}

// The owner may throw, so its call is the last action here.
SOCKETIO_DECL void http_connection::proceed()
{
    if (phase_ == phase::head)
        read_head();
    if (phase_ == phase::body)
        read_body();
    if (peer_ended_ && (phase_ == phase::head || phase_ == phase::body))
        refuse(400, "The request has no end.\n");
    read();
    if (phase_ == phase::ready)
        serve();
}

// Writes one piece, so that the time limit counts for each piece of a large answer.
SOCKETIO_DECL void http_connection::write()
{
    if (sending_)
        return;
    if (written_ == writing_.size()) {
        written_ = 0;
        writing_.clear();
        writing_.shrink(kept_room);
        writing_.swap(output_);
        if (!pull()) {
            end();
            return;
        }
    }
    if (writing_.empty())
        return;
    sending_ = true;
    std::size_t const size = std::min(writing_.size() - written_, write_size);
    stream_.async_write(asio::buffer(writing_.data() + written_, size),
                        [self = shared_from_this()](std::error_code ec, std::size_t count) {
                            self->guarded([&] { self->on_written(ec, count); });
                        });
}

// Reads the next piece of a body. Returns false if there is none: the connection must end, so that the client does not
// take its part for the whole.
SOCKETIO_DECL bool http_connection::pull()
{
    if (source_left_ == 0)
        return true;
    scope_fail broken{[this] { end(); }};
    auto const room = static_cast<std::size_t>(std::min<std::uint64_t>(source_left_, piece_size));
    std::size_t const count = std::min(source_.read(writing_.prepare(room), room), room);
    broken.done();
    writing_.commit(count);
    source_left_ -= count;
    if (source_left_ == 0)
        source_ = {};
    return count != 0;
}

SOCKETIO_DECL void http_connection::on_written(std::error_code ec, std::size_t count)
{
    sending_ = false;
    written_ += count;
    if (phase_ == phase::ended)
        return;
    if (ec) {
        end();
        return;
    }
    write();
    if (phase_ != phase::answering)
        return;
    if (sending_)
        arm_step(rules_->idle_timeout);
    else if (keep_alive_)
        next_request();
    else
        drain_before_close();
}

SOCKETIO_DECL void http_connection::next_request()
{
    reader_.reset();
    body_.reset();
    upgrading_ = false;
    phase_ = phase::head;
    input_.shrink(kept_room);
    arm(input_.empty() ? rules_->idle_timeout : rules_->request_timeout);
    if ((retired_ || peer_ended_) && input_.empty())
        end();
    else
        proceed();
}

// Closing at once, with input unread, would reset the connection, and the answer could be lost.
SOCKETIO_DECL void http_connection::drain_before_close()
{
    phase_ = phase::closing;
    stream_.shutdown_send();
    if (peer_ended_) {
        end();
        return;
    }
    arm_step(rules_->close_timeout);
    read();
}

SOCKETIO_DECL void http_connection::end() noexcept
{
    if (std::exchange(phase_, phase::ended) == phase::ended)
        return;
    if (auto const securing = std::exchange(securing_, nullptr))
        securing->close();
    stream_.close();
    timer_.cancel();
    slot_.reset();
    source_ = {};
    tell_left(true);
    left_on_.reset();
    std::exchange(owner_, nullptr)->on_end(shared_from_this());
}

} // namespace socketio::detail
