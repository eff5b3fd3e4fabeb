// The message of every error: what happened and, where it helps, what to do.
#pragma once

#include <socketio/core/error.hpp>

#include <cstdlib>
#include <stdexcept>

namespace socketio {
namespace detail {

SOCKETIO_DECL char const* error_words(error e) noexcept;
SOCKETIO_DECL char const* tls_error_words(error e) noexcept;

class category final : public std::error_category {
public:
    char const* name() const noexcept override { return "socketio"; }
    std::string message(int code) const override { return error_words(static_cast<error>(code)); }
};

SOCKETIO_DECL char const* error_words(error e) noexcept
{
    switch (e) {
    case error::timeout: return "timeout";
    case error::closed: return "the server closed the connection";
    case error::stopped: return "the client was stopped";
    case error::ping_timeout: return "ping timeout";
    case error::bad_url: return "the URL cannot be used";
    case error::tls_not_available:
        return "this program has no TLS: include <socketio/tls.hpp> in one of its source files and link OpenSSL (-lssl "
               "-lcrypto), or build with the option SOCKETIO_WITH_TLS; or use http:// or ws://";
    case error::unread_answers: return "the server asks for answers and does not read them";
    case error::bad_proxy: return "the proxy's URL cannot be used: http://host:port or socks5://host:port is needed";
    case error::proxy_unreachable: return "the proxy cannot be reached";
    case error::proxy_refused: return "the proxy refused to connect to the server";
    case error::proxy_authentication_required:
        return "the proxy wants to know who asks: set network.proxy.username and password, or authorization";
    case error::proxy_invalid: return "the proxy's answer is neither HTTP nor SOCKS 5";
    case error::http_malformed: return "the answer to the upgrade request is not valid HTTP";
    case error::upgrade_refused: return "the server refused the WebSocket upgrade";
    case error::handshake_invalid: return "the server's WebSocket handshake is not valid";
    case error::not_socketio: return "the server does not speak Socket.IO on this path";
    case error::wrong_protocol:
        return "the server speaks another Engine.IO version: a Socket.IO server of version 3 or later is needed";
    case error::redirect_insecure: return "the server redirected to a connection without TLS, which is never followed";
    case error::redirect_invalid: return "the server redirected to a place that cannot be used";
    case error::redirect_limit: return "the server redirected more often than the option follow_redirects allows";
    case error::poll_failed: return "xhr poll error";
    case error::post_failed: return "xhr post error";
    case error::frame_invalid: return "invalid WebSocket frame";
    case error::fragment_invalid: return "invalid WebSocket fragmentation";
    case error::close_invalid: return "invalid WebSocket close frame";
    case error::utf8_invalid: return "WebSocket text that is not UTF-8";
    case error::message_too_large: return "incoming message over the size limit";
    case error::deflate_invalid: return "compressed WebSocket message that cannot be inflated";
    case error::engine_packet_invalid: return "invalid Engine.IO packet";
    case error::engine_open_invalid: return "invalid Engine.IO open packet";
    case error::engine_unexpected: return "unexpected Engine.IO packet";
    case error::packet_unknown_type: return "unknown packet type";
    case error::packet_illegal_attachments: return "illegal attachments";
    case error::packet_too_many_attachments: return "too many attachments";
    case error::packet_invalid_payload: return "invalid payload";
    case error::packet_invalid_id: return "invalid acknowledgement id";
    case error::packet_invalid_namespace: return "invalid namespace";
    case error::packet_unexpected_binary: return "got binary data when not reconstructing a packet";
    case error::packet_unexpected_text: return "got plaintext data when reconstructing a packet";
    case error::json_too_deep: return "JSON nested too deeply";
    case error::json_invalid: return "invalid JSON";
    case error::json_too_large: return "JSON with too many values";
    case error::msgpack_invalid: return "invalid MessagePack";
    case error::packet_other_parser: return "a packet of another parser: do both sides use the same?";
    case error::packet_parser_failed: return "the parser has thrown an exception at a packet";
    case error::server_is_v2:
        return "It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client, but they are not "
               "compatible (more information here: https://socket.io/docs/v3/migrating-from-2-x-to-3-0/)";
    case error::connect_refused: return "the server refused the connection to the namespace";
    case error::disconnected: return "socket has been disconnected";
    case error::ack_timeout: return "operation has timed out";
    case error::payload_too_large: return "the packet is larger than the server's maxPayload or largest_message";
    case error::type_mismatch: return "an argument has another type than the listener expects";
    case error::buffer_full: return "the buffer is full";
    default: return tls_error_words(e);
    }
}

SOCKETIO_DECL char const* tls_error_words(error e) noexcept
{
    switch (e) {
    case error::tls_options_invalid: return "the options for TLS cannot be used";
    case error::tls_not_spoken: return "the peer does not speak TLS on this port";
    case error::tls_version_unsupported: return "the peer has no version of TLS in common with this side";
    case error::tls_handshake_failed: return "TLS failed";
    case error::tls_truncated: return "the connection was closed in the TLS handshake";
    case error::tls_host_mismatch: return "the certificate is for another host";
    case error::tls_certificate_expired: return "the certificate has expired";
    case error::tls_certificate_not_yet_valid: return "the certificate is not valid yet: is the clock right?";
    case error::tls_self_signed: return "the certificate is self-signed: to trust it, give it in options::tls.ca";
    case error::tls_unknown_authority:
        return "the certificate is signed by nobody who is trusted: give the authority in options::tls.ca";
    case error::tls_certificate_revoked: return "the certificate has been revoked";
    case error::tls_certificate_invalid: return "the certificate is not valid";
    case error::tls_pin_mismatch: return "no key of the certificate's chain is one of options::tls.pinned_keys";
    case error::tls_certificate_required:
        return "the peer wants a certificate of this side: give options::tls.cert and options::tls.key";
    case error::tls_certificate_refused:
        return "the peer refused the certificate of this side: does it trust who signed it?";
    default: return "unknown error";
    }
}

[[noreturn]] SOCKETIO_DECL void throw_misuse(std::string const& what)
{
#if SOCKETIO_HAS_EXCEPTIONS
    throw std::invalid_argument{what};
#else
    static_cast<void>(what);
    std::abort();
#endif
}

[[noreturn]] SOCKETIO_DECL void throw_failure(std::error_code reason, std::string const& what)
{
#if SOCKETIO_HAS_EXCEPTIONS
    throw std::system_error{reason, what};
#else
    static_cast<void>(reason);
    static_cast<void>(what);
    std::abort();
#endif
}

} // namespace detail

SOCKETIO_DECL std::error_category const& error_category() noexcept
{
    static detail::category const instance{};
    return instance;
}

} // namespace socketio
