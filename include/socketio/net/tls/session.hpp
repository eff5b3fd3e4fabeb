// One TLS connection, of either side, without I/O: bytes from the peer go in, bytes for the peer come out (RFC
// 8446, RFC 5246). Knows no sockets and does not wait.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/net/tls/context.hpp>
#include <socketio/net/tls/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace socketio::detail {

enum class tls_progress : std::uint8_t {
    done,
    wants_input, // continue with more input from the peer
    closed,      // the peer has closed its direction
    failed       // see failure(); an alert for the peer may be in output()
};

class tls_session {
public:
    // `host`: for a client, the server's name or address, which must be in its certificate. `earlier`: a session
    // with the same server to resume, or null. Certificates must be valid at the time of `from`.
    tls_session(std::shared_ptr<tls_context const> context, std::string host, SSL_SESSION* earlier, sources from = {});
    tls_session(tls_session const&) = delete;
    tls_session& operator=(tls_session const&) = delete;
    ~tls_session();

    // Adds input from the peer. The earlier input must be consumed; this one must stay valid until then.
    void feed(std::span<char const> input);
    // The bytes for the peer: every operation may add some.
    byte_buffer& output() noexcept { return wire_.output; }

    tls_progress handshake();
    // Fills `into` as far as the input suffices. The result says why there was not more.
    tls_progress read(std::span<char> into, std::size_t& count);
    tls_progress write(std::string_view text);
    // Tells the peer that no more data will come; reading continues.
    void shutdown();
    // The stream ended during a handshake.
    void cut_off();

    tls_failure const& failure() const noexcept { return failure_; }
    bool resumed() const noexcept { return SSL_session_reused(ssl_.get()) == 1; }
    // The server asked for a certificate and has sent no data since the handshake. If it closes now, it most
    // likely rejects the certificate. (With TLS 1.3 it may decide after the handshake, and Node.js gives no
    // reason.)
    bool waits_for_approval() const noexcept { return established_ && certificate_wanted_ && !received_; }
    // The session that a later connection may resume, or null. The newest one arrives some time after the handshake.
    openssl_ptr<SSL_SESSION> resumable() const;

private:
    static int on_verified(int ok, X509_STORE_CTX* verifying) noexcept;
    static void on_message(int sent, int, int type, void const* data, std::size_t size, SSL*, void* self) noexcept;

    void make(SSL_SESSION* earlier);
    bool expect_host();
    bool looks_like_tls() const noexcept;
    bool check_pins(STACK_OF(X509)* chain);
    bool accept_peer();
    tls_progress judge(int result);
    tls_progress fail(tls_failure failure);
    std::time_t wall_time() const noexcept;
    tls_circumstances circumstances() const noexcept;

    std::shared_ptr<tls_context const> context_;
    std::string host_;
    sources const sources_;
    tls_wire wire_;
    openssl_ptr<SSL> ssl_;
    tls_failure failure_;
    tls_failure refusal_; // for the peer's certificate
    std::string began_;   // the first bytes of the peer, until the handshake is done
    int (*users_verification_)(int, X509_STORE_CTX*) = nullptr;
    bool certificate_wanted_ = false;
    bool pins_checked_ = false;
    bool established_ = false;
    bool received_ = false; // the peer has sent application data
};

} // namespace socketio::detail

#if defined(SOCKETIO_TLS_HEADER_ONLY)
#include <socketio/net/tls/impl/session.ipp>
#endif
