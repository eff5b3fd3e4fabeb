// The options of a WebSocket, and the arguments of its listeners. Names are those of socket.io-client and ws
// where they have the option.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/provided.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/tls_options.hpp>
#include <socketio/wire/permessage_deflate.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio {

// The limits of one connection. Exceeding one ends the connection, with an error that names the limit. To lift a
// limit, use a larger number.
struct websocket_bounds {
    std::uint64_t message_size = 16 * 1024 * 1024; // bytes of one incoming message
    std::size_t fragments = 65536;                 // of one incoming message
    std::size_t buffered = 16 * 1024 * 1024;       // bytes that wait to be sent: beyond it, send() returns false
    std::size_t header_bytes = 16 * 1024;          // bytes of the peer's part of the opening handshake
    std::size_t headers = 100;
    std::size_t read_buffer = 64 * 1024;           // bytes; reached only if the peer keeps it full
};

// The options of a client.
struct websocket_options {
    string_pairs extraHeaders{};          // headers of the upgrade request
    std::vector<std::string> protocols{}; // subprotocols that this side supports, the preferred one first
    bool autoConnect = true;              // otherwise open() begins
    deflate_options perMessageDeflate{};  // offered, if the program has zlib
    tls_options tls{};                    // for wss; needs <socketio/tls.hpp>
    network_options network{};            // proxies and other routes to the server
    unsigned follow_redirects = 0;        // the maximum for the upgrade request
    std::vector<std::string> redirect_headers{}; // headers to send to another origin, too: see socketio::options
    std::chrono::milliseconds timeout{20000};      // from the first step to the open connection; 0: no limit
    std::chrono::milliseconds close_timeout{5000}; // for the peer's part of the closing handshake
    websocket_bounds limits{};
};

// The options of a server and of its connections.
struct websocket_server_options {
    std::string address{};                // to listen on; empty: every address of this machine
    std::vector<std::string> protocols{}; // subprotocols; the first one in a client's list that is among them is chosen
    deflate_options perMessageDeflate{};  // accepted, if the program has zlib
    // With a certificate and its key the server speaks wss. With `ca`, clients must have a certificate of that
    // authority.
    tls_options tls{};
    std::chrono::milliseconds timeout{10000};      // for a client's whole part of the opening handshake; 0: no limit
    std::chrono::milliseconds close_timeout{5000};
    std::size_t connections = 65536;      // at once; further ones are closed on arrival
    websocket_bounds limits{};
};

// One whole message. Its data is valid until the listener returns.
class websocket_message {
public:
    websocket_message(std::string_view payload, bool text) noexcept : payload_{payload}, text_{text} {}

    bool is_text() const noexcept { return text_; }
    std::string_view text() const noexcept { return payload_; } // valid UTF-8, if is_text()
    bytes_view data() const noexcept { return detail::as_bytes(payload_); }
    std::size_t size() const noexcept { return payload_.size(); }

private:
    std::string_view payload_;
    bool text_;
};

// The end of a connection, or the reason why it was not established.
struct websocket_close {
    // The peer's status code (RFC 6455, section 7.4): 1005 without one, 1006 if the connection ended without a
    // close frame or was never open.
    std::uint16_t code = 1006;
    std::string reason{};    // the peer's text
    std::error_code error{}; // empty if both sides have sent a close frame
    std::string message{};   // the error as text
    int http_status = 0;     // for a refused upgrade
    std::string http_body{}; // its beginning
};

// A client's upgrade request.
struct websocket_request {
    std::string target{};    // path and query, unchanged
    string_pairs headers{};
    std::string subprotocol{}; // the chosen one, or empty
};

} // namespace socketio
