// The errors of this library, as std::error_code with a category of its own. Misuse by the caller is reported to
// the caller at once. Errors of the peer or the network arrive as an event that carries one of these codes.
#pragma once

#include <socketio/core/config.hpp>

#include <string>
#include <system_error>

namespace socketio {

enum class error {
    // the connection
    timeout = 1,          // the connection was not established within `timeout`
    closed,               // the peer closed the connection
    stopped,              // this side closed it, or the io_context is gone
    ping_timeout,         // no ping within pingInterval + pingTimeout
    bad_url,              // the URL cannot be used
    tls_not_available,    // https or wss in a program without TLS
    unread_answers,       // the peer asks for more answers and does not read the earlier ones
    bad_proxy,            // the proxy's URL cannot be used
    proxy_unreachable,    // no connection to the proxy
    proxy_refused,        // the proxy does not connect to the server
    proxy_authentication_required, // the proxy requires a user name and a password, or rejects those given
    proxy_invalid,        // the answer of the proxy is neither HTTP nor SOCKS 5

    // the HTTP answer to the upgrade request (RFC 6455, section 4)
    http_malformed,       // not HTTP, or a header over its limit
    upgrade_refused,      // another status than 101
    handshake_invalid,    // a 101 whose headers break RFC 6455
    not_socketio,         // the server does not speak Socket.IO, or not on this path
    wrong_protocol,       // the server speaks another Engine.IO version
    redirect_insecure,    // a redirection from https or wss to http or ws
    redirect_invalid,     // a redirection without a usable Location
    redirect_limit,       // more redirections than `follow_redirects` allows

    // HTTP long-polling: a request got no answer, or one with another status than 200
    poll_failed,
    post_failed,

    // WebSocket (RFC 6455, sections 5 to 7)
    frame_invalid,        // reserved bits or opcodes, wrong masking, a bad control frame
    fragment_invalid,     // a continuation without a start, or a start inside a message
    close_invalid,        // a close frame with a bad code or length
    utf8_invalid,         // text that is not UTF-8
    message_too_large,    // over the limit for one incoming message (inflated), or packet with its attachments
    deflate_invalid,      // a compressed message that cannot be inflated (RFC 7692)

    // Engine.IO 4
    engine_packet_invalid, // empty, or of an unknown type
    engine_open_invalid,   // the open packet is missing, malformed, or came twice
    engine_unexpected,     // a packet that the peer must not send to this side

    // Socket.IO 5 (the decoder's errors end the connection with "parse error")
    packet_unknown_type,
    packet_illegal_attachments,   // the attachment count or a placeholder
    packet_too_many_attachments,
    packet_invalid_payload,
    packet_invalid_id,
    packet_invalid_namespace,
    packet_unexpected_binary,     // binary data when not reconstructing a packet
    packet_unexpected_text,       // text while attachments are missing
    json_too_deep,
    json_invalid,
    json_too_large,               // too many values
    msgpack_invalid,
    packet_other_parser,          // a text where the parser has binary messages, or the other way round
    packet_parser_failed,         // a parser of the program's own has thrown an exception
    server_is_v2,                 // CONNECT without a session id
    connect_refused,              // CONNECT_ERROR: a middleware or an unknown namespace
    disconnected,                 // acknowledgement: the socket has been disconnected
    ack_timeout,                  // acknowledgement: operation has timed out
    payload_too_large,            // an emit over the server's maxPayload, or over a server's own largest_message
    type_mismatch,                // an argument that does not fit the listener's parameter
    buffer_full,                  // a bounded buffer has no room for the event

    // TLS (the message of a connect_error has the details: which name, since when, what to do)
    tls_options_invalid,          // options::tls cannot be used: a file, a key, a passphrase; the client does not retry
    tls_not_spoken,               // the peer does not speak TLS on this port
    tls_version_unsupported,      // no version of TLS in common
    tls_handshake_failed,         // another failure: the message is OpenSSL's, or the peer's alert
    tls_truncated,                // the connection ended in the middle of the handshake
    tls_host_mismatch,            // the certificate is for other hosts
    tls_certificate_expired,
    tls_certificate_not_yet_valid, // or the clock here is wrong
    tls_self_signed,
    tls_unknown_authority,        // it is not signed by a trusted authority, or an intermediate certificate is missing
    tls_certificate_revoked,
    tls_certificate_invalid,      // another fault of the certificate
    tls_pin_mismatch,             // none of its keys is in pinned_keys
    tls_certificate_required,     // the peer requires a certificate of this side
    tls_certificate_refused       // the peer rejects the certificate of this side
};

SOCKETIO_DECL std::error_category const& error_category() noexcept;

inline std::error_code make_error_code(error e) noexcept
{
    return {static_cast<int>(e), error_category()};
}

namespace detail {

// Misuse by the caller: throws std::invalid_argument. With exceptions off, ends the program.
[[noreturn]] SOCKETIO_DECL void throw_misuse(std::string const& what);
// A system error in a constructor: throws std::system_error. With exceptions off, ends the program.
[[noreturn]] SOCKETIO_DECL void throw_failure(std::error_code reason, std::string const& what);

} // namespace detail
} // namespace socketio

template <>
struct std::is_error_code_enum<socketio::error> : std::true_type {};

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/error.ipp>
#endif
