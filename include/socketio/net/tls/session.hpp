// One TLS connection, of either side, without I/O: bytes of the peer go in, bytes for the peer come out
// (RFC 8446, RFC 5246). Knows no sockets and waits for nothing.
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
    wants_input, // goes on when there is more from the peer
    closed,      // the peer has said that nothing more will come
    failed       // see failure(); an alert for the peer may be in output()
};

class tls_session {
public:
    // `host`: of a client, the server's name or address, which has to be in its certificate. `earlier`: a session
    // with the same server to resume, or null. Certificates are valid or not at the time that `from` tells.
    tls_session(std::shared_ptr<tls_context const> context, std::string host, SSL_SESSION* earlier, sources from = {});
    tls_session(tls_session const&) = delete;
    tls_session& operator=(tls_session const&) = delete;
    ~tls_session();

    // What came from the peer. The one before must be used up; this must stay until it is.
    void feed(std::span<char const> input);
    // What has to go to the peer: every operation may add to it.
    byte_buffer& output() noexcept { return wire_.output; }

    tls_progress handshake();
    // Fills `into` as far as the input reaches; says why there was not more.
    tls_progress read(std::span<char> into, std::size_t& count);
    tls_progress write(std::string_view text);
    // Says to the peer that nothing more will come; reading goes on.
    void shutdown();
    // The stream under a handshake has ended.
    void cut_off();

    tls_failure const& failure() const noexcept { return failure_; }
    bool resumed() const noexcept { return SSL_session_reused(ssl_.get()) == 1; }
    // A server that asked for a certificate and has not said a word since the handshake: if it hangs up now, it most
    // likely does not want this one. (With TLS 1.3 it may find that after the handshake, and node tells no reason.)
    bool waits_for_approval() const noexcept { return established_ && certificate_wanted_ && !heard_; }
    // What a later connection may resume, if there is such a thing. The newest comes some time after the handshake.
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
    tls_progress fail(tls_failure why);
    std::time_t wall_time() const noexcept;
    tls_circumstances circumstances() const noexcept;

    std::shared_ptr<tls_context const> context_;
    std::string host_;
    sources const sources_;
    tls_wire wire_;
    openssl_ptr<SSL> ssl_;
    tls_failure failure_;
    tls_failure refusal_; // of the peer's certificate
    std::string began_;   // with what the peer began, until the handshake is done
    int (*users_verification_)(int, X509_STORE_CTX*) = nullptr;
    bool certificate_wanted_ = false;
    bool pins_checked_ = false;
    bool established_ = false;
    bool heard_ = false; // there was text of the peer
};

} // namespace socketio::detail

#if defined(SOCKETIO_TLS_HEADER_ONLY)
#include <socketio/net/tls/impl/session.ipp>
#endif
