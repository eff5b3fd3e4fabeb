// What can be said about a WebSocket, and what it tells. Names are those of socket.io-client and ws where they
// have the option.
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

// What one connection may cost. What is over a limit ends the connection, with an error that says so. A limit is
// lifted by a larger number.
struct websocket_bounds {
    std::uint64_t message_size = 16 * 1024 * 1024; // bytes of one incoming message
    std::size_t fragments = 65536;                 // of one incoming message
    std::size_t buffered = 16 * 1024 * 1024;       // bytes that wait to be sent: beyond it, send() refuses
    std::size_t header_bytes = 16 * 1024;          // of the peer's part of the opening handshake
    std::size_t headers = 100;
    std::size_t read_buffer = 64 * 1024;           // bytes; reached only when the peer keeps it full
};

// Of a client.
struct websocket_options {
    string_pairs extraHeaders{};          // of the upgrade request
    std::vector<std::string> protocols{}; // subprotocols that this side speaks, the best first
    bool autoConnect = true;              // otherwise open() begins
    deflate_options perMessageDeflate{};  // offered, if the program has zlib
    tls_options tls{};                    // of wss; needs <socketio/tls.hpp>
    network_options network{};            // proxies and other ways to the server
    unsigned follow_redirects = 0;        // of the upgrade request, at most so many
    std::vector<std::string> redirect_headers{}; // of extraHeaders, that go along to another origin: see socketio::options
    std::chrono::milliseconds timeout{20000};      // from the first step to the open connection; 0: no limit
    std::chrono::milliseconds close_timeout{5000}; // for the peer's part of the closing handshake
    websocket_bounds limits{};
};

// Of a server and its connections.
struct websocket_server_options {
    std::string address{};                // to listen on; empty: every address of this machine
    std::vector<std::string> protocols{}; // subprotocols, of which the first that a client names is chosen
    deflate_options perMessageDeflate{};  // accepted, if the program has zlib
    // With a certificate and its key this is a server of wss; with `ca`, clients must have a certificate of that.
    tls_options tls{};
    std::chrono::milliseconds timeout{10000};      // for a client's whole part of the opening handshake; 0: no limit
    std::chrono::milliseconds close_timeout{5000};
    std::size_t connections = 65536;      // at once; more are closed as they come
    websocket_bounds limits{};
};

// One whole message. What it shows is valid until the listener returns.
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

// How a connection ended, or why there was none.
struct websocket_close {
    // The status code that the peer sent (RFC 6455, section 7.4): 1005 if it sent none, 1006 if the connection
    // ended without a close frame, or never was open.
    std::uint16_t code = 1006;
    std::string reason{};    // the peer's words
    std::error_code error{}; // empty if both sides have said goodbye
    std::string message{};   // of an error, in words
    int http_status = 0;     // of a refused upgrade
    std::string http_body{}; // its start
};

// What a client asked for.
struct websocket_request {
    std::string target{};    // path and query, as they were sent
    string_pairs headers{};
    std::string subprotocol{}; // that was chosen, or nothing
};

} // namespace socketio
