// The result of tls_options, made once for many connections: OpenSSL's context, and the checks beside it.
#pragma once

#include <socketio/core/role.hpp>
#include <socketio/net/tls/tls_failure.hpp>
#include <socketio/net/tls/openssl.hpp>
#include <socketio/net/tls_options.hpp>

#include <memory>
#include <string>
#include <vector>

namespace socketio::detail {

// Constant after construction, except for members that OpenSSL locks itself.
class tls_context {
public:
    // Returns null if the options cannot be used; `reason` then names the option. Calls the passphrase's function.
    static std::shared_ptr<tls_context const> make(tls_options const& from, role own, tls_failure& failure);

    SSL_CTX* handle() const noexcept { return ready_ ? ready_ : handle_.get(); }
    // The method of the BIO by which a tls_session reads and writes.
    BIO_METHOD const* wire() const noexcept { return wire_.get(); }

    role own() const noexcept { return own_; }
    std::string const& server_name() const noexcept { return server_name_; }
    std::vector<std::string> const& pinned_keys() const noexcept { return pinned_keys_; }
    tls_version minimum() const noexcept { return minimum_; }
    bool has_certificate() const noexcept { return has_certificate_; }
    // The context came ready, with the user's settings.
    bool is_the_users() const noexcept { return ready_ != nullptr; }
    bool accepts_any() const noexcept { return accepts_any_; }
    bool resumes() const noexcept { return resumes_; }

private:
    tls_context(tls_options const& from, role own);
    bool is_pin_list(tls_failure& failure) const;
    bool fill(tls_options const& from, tls_failure& failure);
    bool set_protocol(tls_options const& from, tls_failure& failure);
    bool set_trust(tls_options const& from, tls_failure& failure);
    bool set_revocations(tls_options const& from, tls_failure& failure);
    bool set_identity(tls_options const& from, tls_failure& failure);
    void set_server_role(bool asks_for_certificates);

    openssl_ptr<SSL_CTX> handle_;
    std::shared_ptr<void> owner_; // for a context that came ready
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
