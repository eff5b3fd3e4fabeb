// What is made of tls_options once, for many connections: OpenSSL's context, and what is checked beside it.
#pragma once

#include <socketio/core/role.hpp>
#include <socketio/net/tls/tls_failure.hpp>
#include <socketio/net/tls/openssl.hpp>
#include <socketio/net/tls_options.hpp>

#include <memory>
#include <string>
#include <vector>

namespace socketio::detail {

// Does not change once it is made, except for what OpenSSL locks by itself.
class tls_context {
public:
    // Null where the options cannot be used; `why` then says which and how. Calls the passphrase's function.
    static std::shared_ptr<tls_context const> make(tls_options const& from, role own, tls_failure& why);

    SSL_CTX* handle() const noexcept { return ready_ ? ready_ : handle_.get(); }
    // Of the BIO by which a tls_session reads and writes.
    BIO_METHOD const* wire() const noexcept { return wire_.get(); }

    role own() const noexcept { return own_; }
    std::string const& server_name() const noexcept { return server_name_; }
    std::vector<std::string> const& pinned_keys() const noexcept { return pinned_keys_; }
    tls_version minimum() const noexcept { return minimum_; }
    bool has_certificate() const noexcept { return has_certificate_; }
    // Came ready, and is set up as the user wants it.
    bool is_the_users() const noexcept { return ready_ != nullptr; }
    bool accepts_any() const noexcept { return accepts_any_; }
    bool resumes() const noexcept { return resumes_; }

private:
    tls_context(tls_options const& from, role own);
    bool is_pin_list(tls_failure& why) const;
    bool fill(tls_options const& from, tls_failure& why);
    bool set_protocol(tls_options const& from, tls_failure& why);
    bool set_trust(tls_options const& from, tls_failure& why);
    bool set_revocations(tls_options const& from, tls_failure& why);
    bool set_identity(tls_options const& from, tls_failure& why);
    void set_server_role(bool asks_for_certificates);

    openssl_ptr<SSL_CTX> handle_;
    std::shared_ptr<void> owner_; // of a context that came ready
    SSL_CTX* ready_ = nullptr;
    openssl_ptr<BIO_METHOD> wire_;
    role own_;
    std::string server_name_;
    std::vector<std::string> pinned_keys_;
    tls_version minimum_;
    bool has_certificate_ = false;
    bool accepts_any_;
    bool resumes_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_TLS_HEADER_ONLY)
#include <socketio/net/tls/impl/context.ipp>
#endif
