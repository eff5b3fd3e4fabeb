// At most one read and one write are pending below, and each owns the stream.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/net/tls/tls_stream.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

// The completion of an operation below. If it is dropped, because the io_context was destroyed, the waiting
// handlers are released: one of them may own this stream, and they would keep each other alive for ever.
class tls_stream::continuation {
public:
    using member = void (tls_stream::*)(std::error_code, std::size_t);

    continuation(std::shared_ptr<tls_stream> on, member next) noexcept : on_{std::move(on)}, next_{next} {}
    continuation(continuation&&) noexcept = default;
    continuation& operator=(continuation&&) = delete;
    ~continuation()
    {
        if (on_ && !on_->starting_)
            on_->drop();
    }
    void operator()(std::error_code ec, std::size_t count)
    {
        auto const on = std::move(on_);
        (on.get()->*next_)(ec, count);
    }

private:
    std::shared_ptr<tls_stream> on_;
    member next_;
};

SOCKETIO_TLS_DECL tls_stream::tls_stream(strand const& on, stream&& below, std::shared_ptr<tls_context const> context,
                                         std::string const& host, std::shared_ptr<kept_tls_session> kept)
    : strand_{on}, below_{std::move(below)},
      session_{std::move(context), host, kept && kept->host == host ? kept->session.get() : nullptr, sources_of(on)},
      kept_{std::move(kept)},
      host_{host}
{
}

SOCKETIO_TLS_DECL void tls_stream::start(tls_provider::handler done)
{
    opened_ = std::move(done);
    flag_guard const calling{calling_};
    scope_fail not_begun{[this] {
        close();
        opened_.reset();
    }};
    shake();
    not_begun.done();
}

SOCKETIO_TLS_DECL void tls_stream::shake()
{
    tls_progress const progress = session_.handshake();
    flush();
    if (progress == tls_progress::wants_input)
        read_below();
    else
        end_handshake(session_.failure());
}

SOCKETIO_TLS_DECL void tls_stream::end_handshake(tls_failure failure)
{
    if (failure.code) {
        // A session that the server rejected must not be offered again.
        if (kept_)
            kept_->session.reset();
        close();
    }
    stream made = failure.code ? stream{strand_} : stream{strand_, shared_from_this()};
    completed_ = true;
    auto ended = [above = std::move(made), done = std::move(opened_), failure = std::move(failure)]() mutable {
        done(failure.code, std::move(failure.message), std::move(above));
    };
    if (calling_)
        post(strand_, std::move(ended));
    else
        ended();
}

// The buffer doubles while the peer fills it.
SOCKETIO_TLS_DECL void tls_stream::read_below()
{
    if (full_read_ && capacity_ < largest_read) {
        std::size_t const larger = capacity_ == 0 ? first_read : capacity_ * 2;
        input_.reset(new char[larger]);
        capacity_ = larger;
    }
    flag_guard const starting{starting_};
    below_.async_read_some(asio::buffer(input_.get(), capacity_),
                           continuation{shared_from_this(), &tls_stream::on_read});
}

// If memory runs out, the pending operation completes with an error in a turn of its own, unless it has completed.
SOCKETIO_TLS_DECL void tls_stream::on_read(std::error_code ec, std::size_t count)
{
    completed_ = false;
    watch_memory([&] { take_read(ec, count); },
                 [this] {
                     if (!completed_)
                         post(strand_, [self = shared_from_this()] { self->starve(); });
                 });
}

SOCKETIO_TLS_DECL void tls_stream::starve()
{
    std::error_code const ec = make_error_code(std::errc::not_enough_memory);
    if (opened_)
        end_handshake({ec, "TLS handshake: " + ec.message()});
    else if (reader_)
        end_read(ec, 0);
}

SOCKETIO_TLS_DECL void tls_stream::take_read(std::error_code ec, std::size_t count)
{
    if (closed_)
        ec = asio_error(asio::error::operation_aborted);
    full_read_ = count == capacity_;
    if (!ec)
        session_.feed({input_.get(), count});
    if (opened_) {
        if (!ec) {
            shake();
            return;
        }
        bool const cut = is_cut_off(ec);
        if (cut)
            session_.cut_off();
        end_handshake(cut ? session_.failure() : tls_failure{ec, "TLS handshake: " + ec.message()});
    } else if (ec) {
        end_read(judge_end(ec), 0);
    } else {
        decrypt();
    }
}

SOCKETIO_TLS_DECL std::error_code tls_stream::judge_end(std::error_code ec) const noexcept
{
    return is_cut_off(ec) && session_.waits_for_approval() ? make_error_code(error::tls_certificate_refused) : ec;
}

// A read without a whole byte of plain text continues below.
SOCKETIO_TLS_DECL void tls_stream::decrypt()
{
    std::size_t count = 0;
    std::size_t const before = session_.output().size();
    tls_progress const progress = session_.read({static_cast<char*>(into_.data()), into_.size()}, count);
    owed_ += session_.output().size() - before;
    flush();
    if (owed_ > most_owed)
        end_read(asio_error(asio::error::no_buffer_space), 0);
    else if (count != 0)
        end_read({}, count);
    else if (progress == tls_progress::closed)
        end_read(judge_end(asio_error(asio::error::eof)), 0);
    else if (progress == tls_progress::failed)
        end_read(session_.failure().code, 0);
    else
        read_below();
}

SOCKETIO_TLS_DECL void tls_stream::async_read_some(asio::mutable_buffer into, handler done)
{
    reader_ = std::move(done);
    into_ = into;
    flag_guard const calling{calling_};
    scope_fail not_begun{[this] { reader_.reset(); }};
    if (closed_)
        end_read(asio_error(asio::error::operation_aborted), 0);
    else
        decrypt();
    not_begun.done();
}

SOCKETIO_TLS_DECL void tls_stream::async_write(asio::const_buffer from, handler done)
{
    writer_ = std::move(done);
    writing_for_ = from.size();
    left_ = false;
    flag_guard const calling{calling_};
    scope_fail not_begun{[this] { writer_.reset(); }};
    if (closed_)
        end_write(asio_error(asio::error::operation_aborted));
    else if (write_error_)
        end_write(write_error_);
    else if (session_.write({static_cast<char const*>(from.data()), from.size()}) != tls_progress::done)
        end_write(session_.failure().code ? session_.failure().code : make_error_code(error::tls_handshake_failed));
    else
        flush();
    if (writer_ && !sending_)
        end_write({});
    not_begun.done();
}

SOCKETIO_TLS_DECL void tls_stream::flush()
{
    if (sending_ || closed_ || write_error_ || ended_below_ || session_.output().empty())
        return;
    writing_.swap(session_.output());
    scope_fail as_before{[this] { writing_.swap(session_.output()); }};
    flag_guard const starting{starting_};
    below_.async_write(asio::buffer(writing_.data(), writing_.size()),
                       continuation{shared_from_this(), &tls_stream::on_written});
    sending_ = true;
    as_before.done();
}

SOCKETIO_TLS_DECL void tls_stream::on_written(std::error_code ec, std::size_t count)
{
    sending_ = false;
    left_ = left_ || count != 0;
    writing_.clear();
    writing_.shrink(keep_written);
    if (closed_)
        ec = asio_error(asio::error::operation_aborted);
    write_error_ = ec;
    if (auto const failed = caught([this] { flush(); }))
        write_error_ = ec = failed;
    if (sending_)
        return;
    owed_ = 0;
    session_.output().shrink(keep_written);
    if (shutting_ && !ec)
        end_below();
    if (writer_)
        end_write(ec);
}

// A write that fails does not know how many of its bytes have left. All of them count, if any has.
SOCKETIO_TLS_DECL void tls_stream::end_write(std::error_code ec)
{
    complete(writer_, ec, ec && !left_ ? 0 : writing_for_);
}

SOCKETIO_TLS_DECL void tls_stream::complete(handler& waiting, std::error_code ec, std::size_t count)
{
    handler done = std::move(waiting);
    completed_ = true;
    if (calling_)
        post(strand_, [done = std::move(done), ec, count]() mutable { done(ec, count); });
    else
        done(ec, count);
}

SOCKETIO_TLS_DECL void tls_stream::shutdown_send() noexcept
{
    if (shutting_ || closed_)
        return;
    shutting_ = true;
    if (auto const failed = caught([this] {
            session_.shutdown();
            flush();
        }))
        write_error_ = failed;
    if (!sending_ && !write_error_)
        end_below();
}

SOCKETIO_TLS_DECL void tls_stream::end_below() noexcept
{
    if (!std::exchange(ended_below_, true))
        below_.shutdown_send();
}

SOCKETIO_TLS_DECL void tls_stream::close() noexcept
{
    if (std::exchange(closed_, true))
        return;
    if (auto newest = kept_ ? session_.resumable() : nullptr) {
        kept_->session.reset();
        static_cast<void>(caught([&] {
            kept_->host = host_;
            kept_->session = std::move(newest);
        }));
    }
    below_.close();
}

SOCKETIO_TLS_DECL void tls_stream::drop() noexcept
{
    closed_ = true;
    auto const opened = std::move(opened_);
    auto const reader = std::move(reader_);
    auto const last = std::move(writer_);
}

} // namespace socketio::detail
