// What can be said about a connection when it is made. Names and defaults are those of
// socket.io-client wherever it has the option.
#pragma once

#include <socketio/core/provided.hpp>
#include <socketio/core/value.hpp>
#include <socketio/net/callback_executor.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/tls_options.hpp>
#include <socketio/session/buffer_limits.hpp>
#include <socketio/wire/permessage_deflate.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {

enum class log_level : std::uint8_t { debug, info, warning };

// Called on the manager's strand. `component` is "manager", "socket" or "engine".
using log_handler = std::function<void(log_level, std::string_view component, std::string_view text)>;

// What one connection may cost. What is over a limit ends the connection, with an error that says so.
struct client_limits {
    std::uint64_t message_size = 16 * 1024 * 1024;      // bytes of one incoming message
    std::size_t fragments = 65536;                      // WebSocket fragments of one incoming message
    std::size_t attachments = 10;                       // per packet, in and out, as the reference's parser
    // Bytes of one incoming packet with attachments: its text and they; and they as often as the text uses them.
    std::uint64_t packet_size = 64 * 1024 * 1024;
    std::size_t json_depth = 128;                       // nesting of an incoming payload, at most max_json_depth (1024)
    std::size_t json_values = 1024 * 1024;              // values and keys of an incoming payload, 16 bytes each
    std::size_t header_bytes = 16 * 1024;               // of the answer to the upgrade request
    std::size_t headers = 100;
    std::size_t read_buffer = 64 * 1024;                // bytes; reached only when the server keeps it full
    std::size_t early_events = 1024 * 1024;             // bytes that events before CONNECT are kept in
    // Bytes of acknowledgements that the server has asked for and does not read, beyond those that the operating
    // system has taken.
    std::size_t unread_answers = 16 * 1024 * 1024;
};

// What a server with connection state recovery needs to take a session up again where it was lost.
struct recovery_state {
    std::string pid{};    // the session's private id; empty: there is nothing to recover
    std::string offset{}; // of the last event that was delivered
    bool operator==(recovery_state const&) const = default;
};

// What concerns one namespace.
struct socket_options {
    // Sent with CONNECT; asked for anew at every connection.
    provided<object> auth{};
    // How long an acknowledgement is waited for, unless timeout() says otherwise; 0: no limit.
    std::chrono::milliseconds ackTimeout{0};
    // Above 0, every event that is not volatile waits in a queue: one is on its way at a time, and the next
    // leaves when the server has acknowledged it. A try fails by ackTimeout (or timeout()) or by a
    // disconnect; after so many retries more the handler is told the last error, and the error hook if there
    // is no such handler. The server gets an event more than once when only the answer was lost, and a
    // handler there that does not acknowledge holds up the queue.
    std::uint64_t retries = 0;
    // Adds a last argument to every event of that queue: a text that is the same for each of its tries, and
    // that no other event has, so that the server can tell what it has had already.
    bool deduplication_id = false;
    // Of the events that wait for the connection, or for a server that does not read, and by itself of the
    // retries queue. With limits, no more is written to a connection while 64 KiB of it (or `bytes`, if that is
    // less) are unsent; what is emitted then waits here, while answers to the server go on. An event that is
    // dropped ends its acknowledgement with error::buffer_full; with when_full::fail one that has no handler for
    // it is told to the error hook, as any emit that fails.
    buffer_limits send_buffer{};
    // From the open connection to the namespace's answer, what auth's provider takes included; 0: no limit,
    // as the reference. Then "connect_error" with error::timeout tells it, and it takes a connect() to
    // try again.
    std::chrono::milliseconds connect_timeout{0};
    // Of an earlier socket, perhaps of an earlier process: the server is asked to resume its session.
    recovery_state recovery{};
};

struct options {
    // See socket_options. (Said again here, since designated initializers do not reach into a base.)
    provided<object> auth{};
    std::chrono::milliseconds ackTimeout{0};
    std::uint64_t retries = 0;
    bool deduplication_id = false;
    buffer_limits send_buffer{};
    std::chrono::milliseconds connect_timeout{0};
    recovery_state recovery{};

    // Whether io() makes a connection of its own even where it could share one.
    bool forceNew = false;
    bool multiplex = true;
    // Query of the upgrade request. Parameters in the URL win over these, name by name.
    provided<string_pairs> query{};
    // Headers of the upgrade request.
    provided<string_pairs> extraHeaders{};
    // Where the server listens for Socket.IO. (The URL's path is the namespace.)
    std::string path = "/socket.io";
    bool addTrailingSlash = true;
    // WebSocket subprotocols to offer, best first. The server may choose one of them, or none.
    std::vector<std::string> protocols{};
    // Whether cookies that the server sets are kept, in memory, and sent with later attempts (RFC 6265).
    bool withCredentials = false;
    // How many redirections of the upgrade request are followed (301, 302, 303, 307, 308); 0: none. From https or wss
    // to http or ws never.
    unsigned follow_redirects = 0;
    // Names of `extraHeaders` that go along when a redirection leads to another origin (another scheme, host or port). Otherwise
    // only Accept, Accept-Encoding, Accept-Language, Cache-Control, Pragma and User-Agent do; Host and Proxy-Authorization
    // never.
    std::vector<std::string> redirect_headers{};
    // Whether such an origin is told `auth` and what recovers the session. Otherwise its CONNECT is empty, and no provider
    // of `auth` is asked.
    bool redirect_auth = false;

    bool autoConnect = true;
    bool reconnection = true;
    std::uint64_t reconnectionAttempts = 0;             // 0: no limit
    std::chrono::milliseconds reconnectionDelay{1000};
    std::chrono::milliseconds reconnectionDelayMax{5000};
    double randomizationFactor = 0.5;                   // 0 to 1
    // How long a connection must stand for its attempts to be forgotten; 0: it need not, as the reference.
    // If it is lost earlier, the delay goes on growing, and reconnectionAttempts and the number in
    // "reconnect_attempt" count on: for servers that accept and drop.
    std::chrono::milliseconds stable_after{0};
    // The most that a server's Retry-After (in an answer of 503 or 429) can put off the next attempt, which then comes
    // a bit later still, by randomizationFactor; 0: it is not listened to.
    std::chrono::milliseconds retry_after_max{std::chrono::minutes{5}};
    // From the first step to the Engine.IO handshake; 0: no limit.
    std::chrono::milliseconds timeout{20000};

    // Of a URL with https or wss; needs <socketio/tls.hpp>.
    tls_options tls{};

    // Where listeners, acknowledgement handlers and the error hook are called, instead of on the strand, unless
    // they say otherwise (deliver_on, asio::bind_executor): a desktop program's loop, say. Never inside the
    // call that causes them. `log` and the providers stay on the strand; completion tokens bring executors of
    // their own.
    socketio::callback_executor callback_executor{};

    // Compression, if the program has zlib: see deflate_options. It is offered to the server, which may decline
    // (npm's does, unless its option of the same name says otherwise).
    deflate_options perMessageDeflate{};

    // See connection_snapshot::round_trip. Off, since the reference's client sends no such pings.
    bool measure_round_trip = false;

    // Proxies, addresses, sockets.
    network_options network{};

    client_limits limits{};
    std::chrono::milliseconds close_timeout{5000};      // for the server's part of the closing handshake
    std::optional<std::uint64_t> random_seed{};         // of the backoff, for tests that repeat
    log_handler log{};
};

} // namespace socketio
