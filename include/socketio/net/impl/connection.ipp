// The read loop, the write, and the end.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/net/connection.hpp>

#include <socketio/wire/frame.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace socketio::detail {

template <class Session>
basic_connection<Session>::basic_connection(
    strand const& on, stream&& below, Session&& session, connection_owner& owner, connection_options options)
    : strand_{on}, stream_{std::move(below)}, session_{std::move(session)}, owner_{&owner},
      options_{std::move(options)},
      linger_timer_{on}
{
    options_.read_buffer = std::max<std::size_t>(options_.read_buffer, 512);
}

template <class Session>
void basic_connection<Session>::start(byte_buffer leftover)
{
    std::size_t const wanted = std::max(std::min(first_read, options_.read_buffer), leftover.size());
    input_.reset(new char[wanted]);
    capacity_ = wanted;
    if (!leftover.empty())
        std::memcpy(input_.get(), leftover.data(), leftover.size());
    end_ = leftover.size();
    received_ = end_;
    frame_at_ = session_.output().size();
}

template <class Session>
auto basic_connection<Session>::next(clock::time_point now) -> event_type
{
    std::span<char> rest{input_.get() + begin_, end_ - begin_};
    event_type result;
    // The session was left halfway, so the connection ends.
    if (auto const failed = caught([&] { result = session_.next(rest, now); })) {
        ended_ = true;
        end_error_ = failed;
        rest = {};
        result = {};
    }
    begin_ = end_ - rest.size();
    if (result.type == event_type::kind::none && ended_ && !end_told_) {
        begin_ = end_;
        result = session_.end_of_stream(end_error_);
        end_told_ = true;
    }
    return result;
}

template <class Session>
bool basic_connection<Session>::started_with(std::string_view text) const noexcept
{
    return received_ == end_ && std::string_view{input_.get(), end_}.starts_with(text);
}

template <class Session>
void basic_connection<Session>::resume()
{
    if (reading_ || ended_ || closed_)
        return;
    if (auto const failed = caught([this] { read(); }))
        fail(failed);
}

// Called without memory. It is reported like an error of the stream, in a turn of its own.
template <class Session>
void basic_connection<Session>::fail(std::error_code ec) noexcept
{
    reading_ = false;
    post(strand_, [self = this->shared_from_this(), ec] { self->on_read(ec, 0); });
    reading_ = true;
}

// The buffer doubles while the peer keeps filling it. Beyond its usual size it grows only for a frame that needs it,
// and only as the bytes arrive. It shrinks again after many turns without such a frame.
template <class Session>
void basic_connection<Session>::make_room()
{
    std::size_t const pending = end_ - begin_;
    if (pending != 0 && begin_ != 0)
        std::memmove(input_.get(), input_.get() + begin_, pending);
    begin_ = 0;
    end_ = pending;

    std::size_t wanted = capacity_;
    bool const large = session_.wanted() > options_.read_buffer;
    if (full_read_ && capacity_ < options_.read_buffer)
        wanted = std::min(std::max(capacity_ * 2, session_.wanted()), options_.read_buffer);
    if (end_ == wanted)
        wanted = large ? std::min(wanted * 2, session_.wanted()) : wanted * 2;
    spare_turns_ = large ? 0 : spare_turns_ + 1;
    if (end_ == 0 && capacity_ > options_.read_buffer && spare_turns_ > 64)
        wanted = options_.read_buffer;
    full_read_ = false;
    if (wanted == capacity_)
        return;
    std::unique_ptr<char[]> moved{new char[wanted]};
    if (end_ != 0)
        std::memcpy(moved.get(), input_.get(), end_);
    input_ = std::move(moved);
    capacity_ = wanted;
}

template <class Session>
void basic_connection<Session>::read()
{
    make_room();
    reading_ = true;
    stream_.async_read_some(
        asio::buffer(input_.get() + end_, capacity_ - end_),
        [self = this->shared_from_this(), pinned = pin_owner()](std::error_code ec, std::size_t count) {
            self->on_read(ec, count);
        });
}

template <class Session>
void basic_connection<Session>::on_read(std::error_code ec, std::size_t count)
{
    reading_ = false;
    if (closed_)
        return;
    full_read_ = count == capacity_ - end_;
    end_ += count;
    received_ += count;
    if (ec) {
        ended_ = true;
        end_error_ = write_error_ ? write_error_ : (ec == asio_error(asio::error::eof) ? std::error_code{} : ec);
    }
    if (owner_)
        owner_->on_readable();
    else if (lingering_) // else abort() follows, and nothing may leave before
        linger();
}

// Returns true if a write has begun.
template <class Session>
bool basic_connection<Session>::write()
{
    if (sending_ || closed_ || write_error_ || said_end_)
        return false;
    if (writing_.empty()) {
        session_.complete_output();
        if (session_.output().empty())
            return false;
        writing_.swap(session_.output());
        answers_sending_ = std::exchange(answers_, 0);
        session_.set_backlog(writing_.size() > piece_size);
    }
    write_piece();
    return true;
}

template <class Session>
void basic_connection<Session>::write_piece()
{
    piece_ = writing_.size() - written_;
    if (piece_ > piece_size) {
        piece_ = piece_size;
        if (session_.has_urgent())
            make_way();
    }
    sending_ = true;
    auto const failed = caught([this] {
        stream_.async_write(asio::buffer(writing_.data() + written_, piece_),
            [self = this->shared_from_this(), pinned = pin_owner()](std::error_code ec, std::size_t) {
                self->on_written(ec);
            });
    });
    if (failed)
        post(strand_, [self = this->shared_from_this(), failed] { self->on_written(failed); });
}

// Urgent output is placed in front of the next frame, over bytes that are already written. The piece ends at that
// place, or begins with it.
template <class Session>
void basic_connection<Session>::make_way()
{
    std::size_t const least = std::max(written_, Session::urgent_room);
    while (frame_at_ < least)
        frame_at_ += static_cast<std::size_t>(frame_size(writing_.data() + frame_at_));
    if (frame_at_ != written_) {
        piece_ = std::min(piece_, frame_at_ - written_);
        return;
    }
    std::array<char, Session::urgent_room> urgent;
    std::size_t const size = session_.write_urgent(urgent.data());
    frame_at_ = written_ -= size;
    std::memcpy(writing_.data() + written_, urgent.data(), size);
}

template <class Session>
void basic_connection<Session>::end_write() noexcept
{
    writing_.clear();
    writing_.shrink(keep_written);
    written_ = frame_at_ = answers_sending_ = 0;
    session_.set_backlog(false);
}

template <class Session>
void basic_connection<Session>::flush()
{
    if (!write() && lingering_)
        linger();
}

template <class Session>
void basic_connection<Session>::on_written(std::error_code ec)
{
    sending_ = false;
    if (!ec) {
        sent_ += piece_;
        written_ += piece_;
    }
    if (ec || written_ == writing_.size())
        end_write();
    if (closed_)
        return;
    if (ec) {
        // The read side reports it: a peer that is gone in one direction is gone.
        write_error_ = ec;
        stream_.close();
        if (lingering_)
            end_stream();
        return;
    }
    if (write())
        return;
    if (lingering_)
        linger();
    else if (owner_)
        owner_->on_drained();
}

template <class Session>
void basic_connection<Session>::close() noexcept
{
    owner_ = nullptr;
    if (closed_ || lingering_)
        return;
    lingering_ = true;
    auto const failed = caught([this] {
        session_.close();
        linger_timer_.arm(deadline_after(linger_timer_.now(), options_.close_timeout),
                          [self = this->shared_from_this()] { self->end_stream(); });
    });
    if (failed) {
        post(strand_, [self = this->shared_from_this()] { self->end_stream(); });
        return;
    }
    // Not now: a listener may be looking at a message that lies in the input.
    post(strand_, [self = this->shared_from_this()] { self->linger(); });
}

// Without an owner: drops all input until both close frames have been sent.
template <class Session>
void basic_connection<Session>::linger() noexcept
{
    if (!closed_ && caught([this] { swallow(); }))
        end_stream();
}

template <class Session>
void basic_connection<Session>::swallow()
{
    while (begin_ != end_) {
        auto const before = begin_;
        next(clock::time_point{});
        if (begin_ == before)
            break;
    }
    write();
    if (write_error_ || ended_) {
        end_stream();
        return;
    }
    // Closing with input unread would reset the connection, and the last output could be lost: so it waits for the
    // peer's end of the stream.
    if (session_.finished() && session_.output().empty())
        say_end();
    resume();
}

// Never during a write: a connection that is aborted then ends without it.
template <class Session>
void basic_connection<Session>::say_end() noexcept
{
    if (!sending_ && !write_error_ && !std::exchange(said_end_, true))
        stream_.shutdown_send();
}

template <class Session>
void basic_connection<Session>::end_stream() noexcept
{
    if (closed_)
        return;
    closed_ = true;
    say_end();
    stream_.close();
    options_.slot.reset();
    linger_timer_.cancel();
}

template <class Session>
void basic_connection<Session>::abort() noexcept
{
    owner_ = nullptr;
    end_stream();
}

#if !defined(SOCKETIO_HEADER_ONLY)
template class basic_connection<engine>;
template class basic_connection<websocket_session>;
#endif

} // namespace socketio::detail
