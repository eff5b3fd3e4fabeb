// Joins a stream and a session: one read at a time into one buffer, one write at a time out of
// another. It decides nothing; its owner takes the events and chooses the time to write.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/connection_owner.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/session/engine.hpp>
#include <socketio/session/websocket_session.hpp>

#include <chrono>
#include <memory>
#include <span>

namespace socketio::detail {

struct connection_options {
    std::size_t read_buffer = 64 * 1024;         // bytes; grows up to this while the peer is busy
    std::chrono::milliseconds close_timeout{5000}; // for the peer's part of the closing handshake
    std::shared_ptr<void> slot{};                  // released when the stream is closed
};

// `Session` makes events of the bytes: an engine, or a websocket_session.
template <class Session>
class basic_connection : public std::enable_shared_from_this<basic_connection<Session>> {
public:
    using event_type = typename Session::event_type;

    basic_connection(strand const& on, stream&& below, Session&& session, connection_owner& owner,
        connection_options options);

    // `leftover`: bytes that came with the handshake. The owner should call next() after this.
    void start(byte_buffer leftover);

    strand const& serial() const noexcept { return strand_; }
    Session& session() noexcept { return session_; }
    Session const& session() const noexcept { return session_; }
    std::uint64_t bytes_received() const noexcept { return received_; }
    std::uint64_t bytes_sent() const noexcept { return sent_; }
    // Returns whether the stream began with these bytes. Valid for the first read only.
    bool started_with(std::string_view text) const noexcept;

    // Returns the next event, or `none` when more bytes are needed. An event's payload lies in the read buffer
    // until resume().
    event_type next(clock::time_point now);
    bool has_input() const noexcept { return begin_ != end_ || (ended_ && !end_told_); }

    // After a turn: continues to read when the input is used up.
    void resume();
    // Writes the output, after the write that is under way, if there is one.
    void flush();
    // The operating system has taken all output.
    bool is_writable() { return !sending_ && !closed_ && !write_error_ && session_.output().empty(); }
    // Bytes that the operating system has not taken yet.
    std::size_t unsent() { return in_flight() + session_.output().size(); }
    // Counts bytes of the output as an answer that the peer has asked for.
    void count_answer(std::size_t size) noexcept { answers_ += size; }
    // Bytes of such answers that the operating system has not taken yet.
    std::size_t unread_answers() const noexcept { return answers_ + answers_sending_; }
    // Between two events: the answers to the first part of a large batch leave before the rest is handled. At most
    // one such write per turn.
    void flush_early()
    {
        if (!sending_ && session_.output().size() >= worth_a_write)
            write();
    }

    // Calls the owner no more. The output is still sent, the closing handshake is made within close_timeout, then the
    // stream is closed.
    void close() noexcept;
    // Calls the owner no more, and closes the stream at once.
    void abort() noexcept;

protected:
    bool is_owned() const noexcept { return owner_ != nullptr; }
    // Bytes of the write that is under way.
    std::size_t in_flight() const noexcept { return writing_.size() - written_; }
    // Calls the owner no more; abort() follows.
    void detach() noexcept { owner_ = nullptr; }

private:
    static constexpr std::size_t first_read = 2 * 1024; // the input buffer of an idle connection
    static constexpr std::size_t keep_written = 256 * 1024;
    static constexpr std::size_t worth_a_write = 2 * 1024;
    static constexpr std::size_t piece_size = 64 * 1024; // of a large output: urgent frames leave between two pieces

    void make_room();
    void read();
    bool write();
    void write_piece();
    void make_way();
    void end_write() noexcept;
    void on_read(std::error_code ec, std::size_t count);
    void on_written(std::error_code ec);
    void linger() noexcept;
    void swallow();
    void fail(std::error_code ec) noexcept;
    void say_end() noexcept;
    void end_stream() noexcept;
    std::shared_ptr<void> pin_owner() { return owner_ ? owner_->pin() : nullptr; }

    strand strand_;
    stream stream_;
    Session session_;
    connection_owner* owner_;
    connection_options options_;
    deadline_timer linger_timer_;

    std::unique_ptr<char[]> input_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    bool full_read_ = false;    // the last read filled the whole buffer
    unsigned spare_turns_ = 0;  // turns in a row that needed no more than the usual buffer
    byte_buffer writing_;
    std::size_t written_ = 0;  // bytes of it that the operating system has taken
    std::size_t piece_ = 0;    // the bytes behind that which are under way
    std::size_t frame_at_ = 0; // position of a frame's beginning; at first behind the answer to the upgrade
    std::size_t answers_ = 0;         // in the session's output
    std::size_t answers_sending_ = 0; // in writing_
    bool reading_ = false;
    bool sending_ = false;
    bool lingering_ = false;
    bool said_end_ = false; // the peer was told that this side sends no more
    bool closed_ = false;
    bool ended_ = false;
    bool end_told_ = false;
    std::error_code end_error_;
    std::error_code write_error_;
};

using connection = basic_connection<engine>;

#if !defined(SOCKETIO_HEADER_ONLY)
extern template class basic_connection<engine>;
extern template class basic_connection<websocket_session>;
#endif

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/connection.ipp>
#endif
