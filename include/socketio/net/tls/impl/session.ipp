// Drives one SSL object. OpenSSL's error queue is empty before and after each of its operations.
#pragma once

#include <socketio/net/tls/session.hpp>

#include <algorithm>
#include <chrono>

namespace socketio::detail {

SOCKETIO_TLS_DECL tls_session::tls_session(std::shared_ptr<tls_context const> context, std::string host,
                                           SSL_SESSION* earlier, sources from)
    : context_{std::move(context)}, host_{std::move(host)}, sources_{std::move(from)}
{
    if (!context_->server_name().empty())
        host_ = context_->server_name();
    if (host_.ends_with('.'))
        host_.pop_back();
    ERR_clear_error();
    make(earlier);
    if (!ssl_)
        failure_ = {error::tls_handshake_failed, "TLS: " + take_reason()};
    ERR_clear_error();
}

SOCKETIO_TLS_DECL tls_session::~tls_session()
{
    // Otherwise OpenSSL treats a session that ends without close_notify as broken, and never resumes it.
    if (ssl_ && established_ && !failure_.code)
        SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

SOCKETIO_TLS_DECL void tls_session::make(SSL_SESSION* earlier)
{
    openssl_ptr<SSL> made{SSL_new(context_->handle())};
    BIO* const bio = BIO_new(context_->wire());
    if (!made || !bio) {
        BIO_free(bio);
        return;
    }
    wire_.owner = this;
    BIO_set_data(bio, &wire_);
    SSL_set_bio(made.get(), bio, bio);
    ssl_ = std::move(made);
    SSL_set_options(ssl_.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_set_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_set_msg_callback(ssl_.get(), on_message);
    SSL_set_msg_callback_arg(ssl_.get(), this);
    if (sources_.time())
        X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl_.get()), wall_time());
    users_verification_ = SSL_get_verify_callback(ssl_.get());
    if (context_->own() == role::server) {
        SSL_set_accept_state(ssl_.get());
        SSL_set_verify(ssl_.get(), SSL_get_verify_mode(ssl_.get()), on_verified);
        return;
    }
    SSL_set_connect_state(ssl_.get());
    static constexpr unsigned char http[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_set_alpn_protos(ssl_.get(), http, sizeof http);
    if (!expect_host())
        failure_ = {error::tls_handshake_failed, "TLS: \"" + host_ + "\" is no host that a certificate could be for"};
    if (earlier)
        SSL_set_session(ssl_.get(), earlier);
}

// For a client. A ready context of the user is verified, too: Asio's contexts do not verify by default.
SOCKETIO_TLS_DECL bool tls_session::expect_host()
{
    bool const any = context_->accepts_any();
    SSL_set_verify(ssl_.get(), any ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, on_verified);
    X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl_.get());
    std::string const address = host_.substr(0, host_.find('%')); // without the zone of a link-local address
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, address.c_str()) == 1)
        return true;
    if (host_.empty() || host_.size() > 253 || host_.find('\0') != std::string::npos)
        return false;
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return X509_VERIFY_PARAM_set1_host(wanted, host_.data(), host_.size()) == 1 &&
           SSL_set_tlsext_host_name(ssl_.get(), host_.c_str()) == 1;
}

SOCKETIO_TLS_DECL std::time_t tls_session::wall_time() const noexcept
{
    return std::chrono::system_clock::to_time_t(sources_.wall_now());
}

SOCKETIO_TLS_DECL tls_circumstances tls_session::circumstances() const noexcept
{
    return {context_->own(), host_, context_->minimum(), certificate_wanted_, context_->has_certificate(),
            wall_time()};
}

SOCKETIO_TLS_DECL void tls_session::on_message(int sent, int, int type, void const* data, std::size_t size, SSL*,
                                               void* self) noexcept
{
    if (sent == 0 && type == SSL3_RT_HANDSHAKE && size != 0 &&
        *static_cast<unsigned char const*>(data) == SSL3_MT_CERTIFICATE_REQUEST)
        static_cast<tls_session*>(self)->certificate_wanted_ = true;
}

// Called for every certificate of the chain, the peer's own last.
SOCKETIO_TLS_DECL int tls_session::on_verified(int ok, X509_STORE_CTX* verifying) noexcept
{
    auto* const ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verifying, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& self = *static_cast<tls_session*>(tls_wire::of(SSL_get_rbio(ssl)).owner);
    // A missing revocation list for a certificate is not an error.
    if (ok == 0 && X509_STORE_CTX_get_error(verifying) == X509_V_ERR_UNABLE_TO_GET_CRL &&
        !self.context_->is_the_users()) {
        X509_STORE_CTX_set_error(verifying, X509_V_OK);
        ok = 1;
    }
    if (ok == 0 && !self.refusal_.code)
        self.refusal_ = certificate_failure(verifying, self.circumstances());
    if (self.users_verification_)
        ok = self.users_verification_(ok, verifying);
    if (ok == 1)
        self.refusal_ = {};
    // The whole chain is known when the peer's own certificate is verified.
    bool const last = ok == 1 && X509_STORE_CTX_get_error_depth(verifying) == 0;
    if (last && !self.context_->accepts_any() && !self.check_pins(X509_STORE_CTX_get0_chain(verifying))) {
        X509_STORE_CTX_set_error(verifying, X509_V_ERR_APPLICATION_VERIFICATION);
        ok = 0;
    }
    return ok;
}

SOCKETIO_TLS_DECL bool tls_session::check_pins(STACK_OF(X509)* chain)
{
    auto const& pins = context_->pinned_keys();
    if (pins.empty())
        return true;
    for (int i = 0; i < sk_X509_num(chain); ++i)
        if (std::find(pins.begin(), pins.end(), public_key_pin(sk_X509_value(chain, i))) != pins.end()) {
            pins_checked_ = true;
            return true;
        }
    std::string const found = sk_X509_num(chain) > 0 ? public_key_pin(sk_X509_value(chain, 0)) : "none";
    refusal_ = {error::tls_pin_mismatch,
                "no public key of the server's certificates is one of options::tls.pinned_keys; "
                "the key of its own is " +
                    found + ": is this the server that was meant, or has it a new key?"};
    return false;
}

// With any certificate accepted, the peer has only proved that it holds the key of its own certificate.
SOCKETIO_TLS_DECL bool tls_session::accept_peer()
{
    if (context_->pinned_keys().empty() || pins_checked_ || resumed())
        return true;
    if (!context_->accepts_any())
        return check_pins(SSL_get0_verified_chain(ssl_.get()));
    openssl_ptr<X509> const own{SSL_get_peer_certificate(ssl_.get())};
    STACK_OF(X509)* const alone = sk_X509_new_null();
    if (own)
        sk_X509_push(alone, own.get());
    bool const right = check_pins(alone);
    sk_X509_free(alone);
    return right;
}

SOCKETIO_TLS_DECL void tls_session::feed(std::span<char const> input)
{
    constexpr std::size_t enough = 64;
    wire_.input = input;
    if (!established_ && began_.size() < enough)
        began_.append(input.data(), std::min(input.size(), enough - began_.size()));
}

// A record begins with its type, 20 to 23, and the major version 3 (RFC 8446, section 5.1).
SOCKETIO_TLS_DECL bool tls_session::looks_like_tls() const noexcept
{
    bool const type = began_.empty() || (began_[0] >= 20 && began_[0] <= 23);
    return type && (began_.size() < 2 || began_[1] == 3);
}

SOCKETIO_TLS_DECL tls_progress tls_session::fail(tls_failure failure)
{
    ERR_clear_error();
    failure_ = std::move(failure);
    return tls_progress::failed;
}

SOCKETIO_TLS_DECL tls_progress tls_session::judge(int result)
{
    int const result_code = SSL_get_error(ssl_.get(), result);
    if (result_code == SSL_ERROR_WANT_READ || result_code == SSL_ERROR_ZERO_RETURN) {
        ERR_clear_error();
        return result_code == SSL_ERROR_WANT_READ ? tls_progress::wants_input : tls_progress::closed;
    }
    tls_failure failure = take_failure(circumstances());
    if (wire_.starved)
        failure = {make_error_code(std::errc::not_enough_memory), "TLS: no memory"};
    else if (refusal_.code)
        failure = std::move(refusal_);
    else if (failure.code == error::tls_not_spoken)
        failure = not_tls(began_, context_->own());
    return fail(std::move(failure));
}

SOCKETIO_TLS_DECL tls_progress tls_session::handshake()
{
    if (failure_.code)
        return tls_progress::failed;
    if (!looks_like_tls())
        return fail(not_tls(began_, context_->own()));
    ERR_clear_error();
    int const result = SSL_do_handshake(ssl_.get());
    if (result != 1)
        return judge(result);
    established_ = true;
    began_ = {};
    if (accept_peer())
        return tls_progress::done;
    // Sent instead of this side's final packets, which would confirm the connection and perhaps identify this side.
    output().clear();
    return fail(std::move(refusal_));
}

SOCKETIO_TLS_DECL void tls_session::cut_off()
{
    if (!failure_.code)
        fail(hung_up(circumstances(), began_.empty()));
}

SOCKETIO_TLS_DECL tls_progress tls_session::read(std::span<char> into, std::size_t& count)
{
    count = 0;
    if (failure_.code)
        return tls_progress::failed;
    ERR_clear_error();
    while (count != into.size()) {
        std::size_t part = 0;
        int const result = SSL_read_ex(ssl_.get(), into.data() + count, into.size() - count, &part);
        if (result != 1)
            return judge(result);
        count += part;
        received_ = true;
    }
    return tls_progress::done;
}

SOCKETIO_TLS_DECL tls_progress tls_session::write(std::string_view text)
{
    if (failure_.code)
        return tls_progress::failed;
    ERR_clear_error();
    std::size_t written = 0;
    if (text.empty())
        return tls_progress::done;
    int const result = SSL_write_ex(ssl_.get(), text.data(), text.size(), &written);
    return result == 1 ? tls_progress::done : judge(result);
}

SOCKETIO_TLS_DECL void tls_session::shutdown()
{
    if (!established_ || failure_.code)
        return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

SOCKETIO_TLS_DECL openssl_ptr<SSL_SESSION> tls_session::resumable() const
{
    if (!established_ || failure_.code)
        return {};
    openssl_ptr<SSL_SESSION> session{SSL_get1_session(ssl_.get())};
    return session && SSL_SESSION_is_resumable(session.get()) == 1 ? std::move(session) : nullptr;
}

} // namespace socketio::detail
