// The options of a client connection. Names and defaults are those of socket.io-client where it has the option.
#pragma once

#include <socketio/core/log.hpp>
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
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {

class packet_parser;

// The limits of one connection. Exceeding one ends the connection, with an error that names the limit.
struct client_limits {
    std::uint64_t message_size = 16 * 1024 * 1024;      // bytes of one incoming message
    std::size_t fragments = 65536;                      // WebSocket fragments of one incoming message
    // per packet, in and out; the default of the reference's decoder (socket.io-parser/lib/index.ts)
    std::size_t attachments = 10;
    // Bytes of one incoming packet with attachments: the text, the attachments, and the attachments again for each use.
    std::uint64_t packet_size = 64 * 1024 * 1024;
    std::size_t json_depth = 128;                       // nesting of an incoming payload, at most max_json_depth (1024)
    std::size_t json_values = 1024 * 1024;              // values and keys of an incoming payload, 16 bytes each
    std::size_t payload_size = 64 * 1024 * 1024;        // bytes of one answer to a poll, inflated
    // Packets that one request of long-polling sends; 0: as many as wait. The default is what python-socketio's server
    // takes: it drops all of a larger request and reports success.
    std::size_t packets_per_request = 16;
    std::size_t header_bytes = 16 * 1024;               // bytes of the answer to the upgrade request
    std::size_t headers = 100;
    std::size_t read_buffer = 64 * 1024;                // bytes; reached only if the server keeps it full
    // Bytes of stored events that arrived before the answer to CONNECT. Each value counts with 16 bytes.
    std::size_t early_events = 1024 * 1024;
    // Bytes of acknowledgements that the server has requested and does not read, besides those that the
    // operating system has accepted.
    std::size_t unread_answers = 16 * 1024 * 1024;
};

// The data that a server with connection state recovery needs to resume a lost session.
struct recovery_state {
    std::string pid{};    // the session's private id; empty: no session to recover
    std::string offset{}; // offset of the last delivered event
    bool operator==(recovery_state const&) const = default;
};

// The options of one namespace.
struct socket_options {
    // Sent with CONNECT. A provider is called for every connection.
    provided<object> auth{};
    // The timeout of an acknowledgement without a timeout() of its own; 0: no limit.
    std::chrono::milliseconds ackTimeout{0};
    // Above 0, every event that is not volatile waits in a queue. One event is in flight at a time, and the next
    // one leaves when the server has acknowledged it. A try fails by ackTimeout (or timeout()) or by a
    // disconnect. After `retries` further tries the handler receives the last error; without such a handler, the
    // error hook receives it.
    // If only an answer is lost, the server receives the event again. A handler there that does not acknowledge
    // blocks the queue.
    std::uint64_t retries = 0;
    // Adds a last argument to every event of that queue: a text that is unique to the event and the same for
    // each of its tries, so that the server recognizes a repetition.
    bool deduplication_id = false;
    // Limits of the events that wait for the connection or for a slow server, and separately of the retries
    // queue. With limits, a client leaves at most 64 KiB (or `bytes`, if that is less) unsent in a connection.
    // Further events wait here, while answers to the server are still sent.
    // A dropped event ends its acknowledgement with error::buffer_full. With when_full::fail, an event without a
    // handler for it is reported to the error hook, like every failed emit.
    buffer_limits send_buffer{};
    // The limit from the open connection to the namespace's answer, including auth's provider; 0: no limit, as
    // in the reference. After it, "connect_error" reports error::timeout, and connect() tries again.
    std::chrono::milliseconds connect_timeout{0};
    // The state of an earlier socket, perhaps of an earlier process: the client asks the server to resume its session.
    recovery_state recovery{};
};

// Options of one transport alone.
struct transport_options {
    string_pairs extraHeaders{}; // in addition to those of options
    string_pairs query{};        // likewise; those of options and of the URL take precedence
};

struct options {
    // See socket_options. (Repeated, because a designated initializer cannot name a member of a base.)
    provided<object> auth{};
    std::chrono::milliseconds ackTimeout{0};
    std::uint64_t retries = 0;
    bool deduplication_id = false;
    buffer_limits send_buffer{};
    std::chrono::milliseconds connect_timeout{0};
    recovery_state recovery{};

    // Makes io() open a connection of its own, even if it could share one.
    bool forceNew = false;
    bool multiplex = true;
    // Query of the upgrade request. Parameters in the URL take precedence, name by name.
    provided<string_pairs> query{};
    // Headers of the upgrade request.
    provided<string_pairs> extraHeaders{};
    // The path of the Socket.IO server. (The URL's path is the namespace.)
    std::string path = "/socket.io";
    bool addTrailingSlash = true;
    // The transports that may be used, in the order in which an attempt tries them: "websocket" and "polling" (HTTP
    // long-polling). The reference's default is {"polling", "websocket"}.
#if defined(SOCKETIO_NO_POLLING)
    std::vector<std::string> transports{"websocket"};
#else
    std::vector<std::string> transports{"websocket", "polling"};
#endif
    // Goes on to the next transport within one attempt, where that could help: not if the server cannot be reached at
    // all. The first of them then has at most half of `timeout`. Off, only the first one is tried, as in the
    // reference.
    bool tryAllTransports = true;
    // Moves a session from long-polling to WebSocket, if the server offers it and `transports` has it.
    bool upgrade = true;
    // Begins with WebSocket if the last connection of this manager had it and did not end with an error.
    bool rememberUpgrade = false;
    // By the name of the transport.
    std::map<std::string, transport_options> transportOptions{};
    // The limit for each request of long-polling. The handshake counts as one, with the way to the server, redirections
    // and a proxy's questions. 0: none for a poll, which the heartbeat ends, and pingTimeout for a request that sends.
    std::chrono::milliseconds requestTimeout{0};
    // Adds a parameter of this name, with another value each time, to the requests of long-polling, so that nothing on
    // the way answers from a cache.
    bool timestampRequests = true;
    std::string timestampParam = "t";
    // WebSocket subprotocols to offer, the preferred one first. The server may choose one of them, or none.
    std::vector<std::string> protocols{};
    // Stores the server's cookies in memory and sends them with later requests and attempts (RFC 6265). Not set: for
    // long-polling and its upgrade only, since several servers need a cookie to keep a session at one of them.
    std::optional<bool> withCredentials{};
    // The maximum number of redirections of the upgrade request (301, 302, 303, 307, 308); 0: redirections are
    // errors. A redirection from https or wss to http or ws always is.
    unsigned follow_redirects = 0;
    // Names of `extraHeaders` to send to another origin (another scheme, host or port) after a redirection.
    // Otherwise it receives only Accept, Accept-Encoding, Accept-Language, Cache-Control, Pragma and User-Agent.
    // Host and Proxy-Authorization are never passed on.
    std::vector<std::string> redirect_headers{};
    // Sends `auth` and the recovery state to such an origin, too. Otherwise its CONNECT is empty, and the
    // provider of `auth` is not called.
    bool redirect_auth = false;

    bool autoConnect = true;
    bool reconnection = true;
    std::uint64_t reconnectionAttempts = 0;             // 0: no limit
    std::chrono::milliseconds reconnectionDelay{1000};
    std::chrono::milliseconds reconnectionDelayMax{5000};
    double randomizationFactor = 0.5;                   // 0 to 1
    // The lifetime after which a connection resets the attempts; 0: it does so at once, as in the reference. If
    // it is lost earlier, the delay continues to grow, and so do the number in "reconnect_attempt" and the count
    // for reconnectionAttempts: for servers that accept and drop connections. One that is lost within a minute, before
    // the server has answered any CONNECT, does not reset them in any case.
    std::chrono::milliseconds stable_after{0};
    // The longest delay that a server's Retry-After (in an answer with status 503 or 429) can cause.
    // randomizationFactor adds to it; 0: Retry-After is ignored.
    std::chrono::milliseconds retry_after_max{std::chrono::minutes{5}};
    // The limit from the first step to the Engine.IO handshake; 0: no limit.
    std::chrono::milliseconds timeout{20000};

    // For a URL with https or wss; needs <socketio/tls.hpp>.
    tls_options tls{};

    // The executor of listeners, acknowledgement handlers and the error hook, instead of the strand: the event
    // loop of a desktop program, for example. deliver_on and asio::bind_executor take precedence. They are not
    // called inside the call that causes them. `log` and the providers stay on the strand; completion tokens
    // have executors of their own.
    socketio::callback_executor callback_executor{};

    // Compression, if the program has zlib: see deflate_options. The client offers it, and the server may
    // decline (npm's does by default).
    deflate_options perMessageDeflate{};

    // See connection_snapshot::round_trip. Off by default, since the reference's client sends no such pings.
    bool measure_round_trip = false;

    // How packets become messages; not set: JSON. The server needs the same. See <socketio/msgpack.hpp> and
    // packet_parser.
    std::shared_ptr<packet_parser const> parser{};

    // Proxies, addresses, sockets.
    network_options network{};

    client_limits limits{};
    std::chrono::milliseconds close_timeout{5000};      // for the server's part of the closing handshake
    std::optional<std::uint64_t> random_seed{};         // of the backoff, for reproducible tests
    // Receives a line for everything that matters about the connection, none for a message that arrives or leaves as
    // it should. On the manager's strand. Not set: only the likely mistakes of the program are told, on standard error,
    // each once: a listener that an event does not fit (unless on_error is set), a listener of "connected", a handle
    // that is destroyed before the context runs. `log = socketio::no_log` silences these, too.
    log_handler log{};
};

} // namespace socketio
