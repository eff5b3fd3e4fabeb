// TLS over a stream: moves bytes between a tls_session and the stream below. Makes no decisions for either.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/byte_stream.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/net/tls/session.hpp>
#include <socketio/net/tls_provider.hpp>

#include <memory>
#include <string>

namespace socketio::detail {

// The newest session with one server, passed from one connection to the next.
struct kept_tls_session {
    std::string host;
    openssl_ptr<SSL_SESSION> session;
};

class tls_stream final : public byte_stream, public std::enable_shared_from_this<tls_stream> {
public:
    // `kept`: null if sessions are not resumed.
    tls_stream(strand const& on, stream&& below, std::shared_ptr<tls_context const> context, std::string const& host,
               std::shared_ptr<kept_tls_session> kept);

    // Call it once, first. After an error the stream is closed.
    void start(tls_provider::handler done);

    SOCKETIO_DECL void async_read_some(asio::mutable_buffer into, handler done) override;
    SOCKETIO_DECL void async_write(asio::const_buffer from, handler done) override;
    SOCKETIO_DECL void shutdown_send() noexcept override;
    SOCKETIO_DECL void close() noexcept override;

private:
    class continuation;
    static constexpr std::size_t first_read = 2 * 1024; // the buffer of an idle connection
    static constexpr std::size_t largest_read = 16 * 1024;
    static constexpr std::size_t keep_written = 256 * 1024;
    static constexpr std::size_t most_owed = 64 * 1024; // TLS's own answers for a peer that does not read them

    void shake();
    void end_handshake(tls_failure failure);
    void read_below();
    void on_read(std::error_code ec, std::size_t count);
    void take_read(std::error_code ec, std::size_t count);
    void starve();
    void decrypt();
    void flush();
    void on_written(std::error_code ec, std::size_t count);
    void end_read(std::error_code ec, std::size_t count) { complete(reader_, ec, count); }
    void end_write(std::error_code ec);
    void end_below() noexcept;
    void complete(handler& waiting, std::error_code ec, std::size_t count);
    std::error_code judge_end(std::error_code ec) const noexcept;
    void drop() noexcept;

    strand strand_;
    stream below_;
    tls_session session_;
    std::shared_ptr<kept_tls_session> kept_;
    std::string host_;

    tls_provider::handler opened_; // during the handshake
    handler reader_;
    asio::mutable_buffer into_;
    handler writer_;
    std::size_t writing_for_ = 0; // bytes of the pending write
    bool left_ = false;           // something was written since it began
    std::unique_ptr<char[]> input_;
    std::size_t capacity_ = 0;
    byte_buffer writing_;
    std::size_t owed_ = 0; // unsent bytes of TLS's own answers
    std::error_code write_error_;
    bool calling_ = false; // inside a call of the owner, which must not complete an operation
    bool starting_ = false; // an operation below is being started; it drops its handler if it throws
    bool completed_ = false;     // in this turn a pending operation was completed
    bool full_read_ = true;
    bool sending_ = false;
    bool shutting_ = false;
    bool ended_below_ = false; // no more writes below
    bool closed_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_TLS_HEADER_ONLY)
#include <socketio/net/tls/impl/tls_stream.ipp>
#endif
