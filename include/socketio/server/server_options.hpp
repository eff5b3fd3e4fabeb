// The options of a server. Names and defaults are those of Socket.IO's and Engine.IO's servers where they have
// the option. Plain data, which the server copies. Its functions are called on any strand, and so on several
// threads at once if several run the context.
#pragma once

#include <socketio/core/log.hpp>
#include <socketio/net/http_message.hpp>
#include <socketio/net/tls_options.hpp>
#include <socketio/wire/permessage_deflate.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

class packet_parser;

// The pages of other origins that may poll the server (the Fetch standard, section 3.2). Off by default:
// browsers then permit only pages of the server's own origin. Every page may open a WebSocket: check its Origin
// in allowRequest.
struct cors_options {
    std::vector<std::string> origin{}; // "https://example.com"; "*" stands for all origins
    // Called for an origin that is not listed. The answer names a permitted origin, so that credentials work.
    std::function<bool(std::string_view origin)> originAllowed{};
    std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE";
    std::string allowedHeaders{}; // separated by commas; empty: those that the browser requests
    std::string exposedHeaders{}; // headers of the answers, separated by commas
    bool credentials = false;     // permits cookies and the like; cannot be combined with "*"
    std::optional<std::chrono::seconds> maxAge{}; // how long the browser may cache the answer
    bool preflight = true;        // answers OPTIONS with 204; otherwise it is handled like any other request

    bool enabled() const noexcept { return !origin.empty() || originAllowed; }
};

// SameSite of a cookie (draft-ietf-httpbis-rfc6265bis, section 4.1.2.7).
enum class same_site : std::uint8_t { unsaid, lax, strict, none };

// A cookie with the session's id, for load balancers (RFC 6265, section 4.1). The answer to the first poll sets it.
struct cookie_options {
    std::string name = "io";
    std::string path = "/";    // empty: left out
    std::string domain{};      // empty: left out
    bool httpOnly = true;      // hidden from the page's scripts
    bool secure = false;       // over TLS only
    same_site sameSite = same_site::lax;
    std::optional<std::chrono::seconds> maxAge{}; // not set: until the browser ends
};

// Decides which requests may connect: a callable that takes the request and returns a bool; or one that takes
// the request and an answer, and calls the answer once, now or later, from any thread. Its message goes to a
// refused client (empty: "Forbidden"). The request is valid during the call.
// A WebSocket request waits for the answer for http_bounds::request_timeout at most. If the callable throws, the
// request is answered with 500, and the exception leaves through the context.
class request_check {
public:
    // Takes the decision. Calls after the first have no effect.
    using answer = std::function<void(std::string message, bool allowed)>;

    request_check() = default;
    template <class F>
        requires(std::is_invocable_r_v<bool, F&, http_request const&> &&
                 !std::is_same_v<std::remove_cvref_t<F>, request_check>)
    request_check(F check)
        : check_{[check = std::move(check)](http_request const& request, answer const& tell) mutable {
              tell({}, check(request));
          }}
    {
    }
    template <class F>
        requires(std::is_invocable_v<F&, http_request const&, answer> && !std::is_invocable_v<F&, http_request const&>)
    request_check(F check) : check_{std::move(check)}
    {
    }

    explicit operator bool() const noexcept { return static_cast<bool>(check_); }
    void ask(http_request const& request, answer tell) const { check_(request, std::move(tell)); }

private:
    std::function<void(http_request const&, answer)> check_;
};

// Sessions that survive a lost connection for a while, per namespace, in this process. While it is on, each
// event that is neither volatile nor acknowledged has an additional argument: a text by which the client later
// reports the events that it has received.
struct connection_state_recovery {
    std::chrono::milliseconds maxDisconnectionDuration{120000}; // lifetime of stored sessions and events
    bool skipMiddlewares = true; // of the namespace, for recovered clients
    // The limits of stored data; the oldest is dropped first. `kept_events`: bytes of memory of the events,
    // including the names of rooms and the overhead (some 250 bytes for a small event), and as many bytes again
    // for the rooms of sessions. `kept_sessions`: sessions.
    std::size_t kept_events = 16u << 20;
    std::size_t kept_sessions = 100000;
};

// Makes the adapter of a namespace, see <socketio/server/adapter.hpp>. Called once for each namespace, when it
// is made. If the function returns null, the namespace uses the default adapter.
class adapter;
struct adapter_settings;
using adapter_factory = std::function<std::shared_ptr<adapter>(adapter_settings const&)>;

// The limits of one HTTP connection. Exceeding one is answered with 431 or 408, and the connection is closed.
struct http_bounds {
    std::size_t header_bytes = 16 * 1024; // bytes of one request's head
    std::size_t headers = 100;            // number of headers of one request
    std::chrono::milliseconds request_timeout{10000}; // for a request to arrive completely, TLS included; 0: no limit
    // Between two requests, for the client to accept each piece of an answer, and for a late answer when the
    // client sends no more data (it may have left: that looks the same); 0: no limit.
    std::chrono::milliseconds idle_timeout{60000};
};

// Compression of polls' answers with gzip, if the program has zlib (see <socketio/deflate.hpp>) and the client
// accepts it.
struct http_compression {
    bool enabled = true;
    std::size_t threshold = 1024; // bytes; shorter answers are sent uncompressed
};

struct server_options {
    std::string path = "/socket.io/";  // of Socket.IO's requests; with or without the final slash
    // an IP address to listen on; empty: all addresses of this machine, IPv4 and IPv6
    std::string address{};
    // With a certificate and its key, or a context, the server speaks https and wss only. `ca` and related
    // options make it request clients' certificates. It needs OpenSSL, see <socketio/tls.hpp>.
    tls_options tls{};

    std::chrono::milliseconds connectTimeout{45000};  // for a client's first connection to a namespace; 0: no limit
    // The sum is at most 24.8 days, the maximum of JavaScript's timers; each is at least 1 ms.
    std::chrono::milliseconds pingInterval{25000};    // from a ping's answer to the next ping
    std::chrono::milliseconds pingTimeout{20000};     // for a ping's answer
    std::chrono::milliseconds upgradeTimeout{10000};  // for an upgrade that has begun
    // Bytes of one message of a client, after decompression, or of one HTTP body. An event's attachments are
    // messages of their own, at most `attachments`. Exceeding it ends the session with "transport error"; a body
    // is answered with 413. Bodies for on_request() have the same limit.
    std::size_t maxHttpBufferSize = 1000000;
    std::vector<std::string> transports{"polling", "websocket"}; // the supported ones
    bool allowUpgrades = true;         // from "polling" to "websocket"
    request_check allowRequest{};      // called for each new session, before it exists; empty: all requests are allowed
    // Chooses one of the subprotocols that a WebSocket client offers (RFC 6455, section 1.9). Called only if
    // some are offered. An empty result, or a name that was not offered, chooses none; browsers and ws then end
    // the connection. Without this function the first is chosen, as in the reference. An exception leaves
    // through the context, and the client is answered with 500.
    std::function<std::string(std::vector<std::string> const& offered, http_request const&)> handleProtocols{};
    cors_options cors{};
    std::optional<cookie_options> cookie{}; // not set: no cookie
    http_compression httpCompression{};
    // Compression of WebSocket messages, if the program has zlib. Off by default, as in the reference.
    deflate_options perMessageDeflate{.enabled = false};

    // How packets become messages; not set: JSON. All clients need the same. See <socketio/msgpack.hpp> and
    // packet_parser.
    std::shared_ptr<packet_parser const> parser{};

    // not set: a reconnecting client gets a new session
    std::optional<connection_state_recovery> connectionStateRecovery{};
    // Removes a namespace that a pattern made for clients together with its last socket and its last stored
    // session. The reference keeps them by default, so that clients can fill the memory with names.
    bool cleanupEmptyChildNamespaces = true;
    std::size_t child_namespaces = 100000; // that patterns have made for clients, at a time; further ones are refused
    adapter_factory adapter{};         // empty: rooms in this process

    std::size_t namespaces = 1000;     // per client, including those it was removed from; one more ends its session
    // TCP connections at once, of all clients: further ones are closed on arrival. With as many sessions, a new
    // session over polling is answered with 503.
    std::size_t connections = 65536;
    // Bytes that a client may leave unread. The send that exceeds it ends the session with "transport error";
    // the disconnect_details of "disconnect" have the numbers. The largest packet since the output was last
    // empty does not count: one packet of any size is always accepted. All events that a recovered client has
    // missed count as one packet.
    std::size_t send_limit = 16 * 1024 * 1024;
    // Bytes of one event or answer to a client, attachments included. A larger one is not sent: its handler
    // receives error::payload_too_large, or on_error without a handler that takes errors. For a broadcast this
    // is reported once.
    std::size_t largest_message = 256 * 1024 * 1024;
    // Binary values of one event or answer to a client; more throw std::invalid_argument. Clients have limits of
    // their own, as the client of this library has.
    std::size_t sent_attachments = 1000;
    // For a client's packets: the number of binary values in one, and the nesting of arrays and objects, at most
    // max_json_depth (1024). Exceeding them ends the session with "forced close", after "error".
    std::size_t attachments = 10;
    std::size_t json_depth = 128;
    // Bytes of stored events of a client, in all its namespaces, that wait for a middleware of packets
    // (server_socket::use) with a late decision. Exceeding it ends the session with "forced close". A larger
    // event may pass, but not wait.
    std::size_t waiting_limit = 16 * 1024 * 1024;
    // For the peer's part of WebSocket's closing handshake, or for its poll to fetch the final packets. A poll
    // whose client sends no more data on that connection is answered within this time, and the client has as
    // long to poll again.
    std::chrono::milliseconds close_timeout{5000};
    http_bounds http{};
    // Receives a line for what an operator wants to know, with the component "engine" or "socket": a client that was
    // refused, and why; a connection that ended by an error; an event that its listener could not take. None for a
    // message that arrives or leaves as it should. Not set: only the likely mistakes of the program are told, on
    // standard error, each once: such a listener, unless on_error is set, and a listener of "disconnected".
    // `log = socketio::no_log` silences these, too.
    log_handler log{};
};

// The reason why a client was refused, or got no session: the event "connection_error" of the engine.
struct connection_failure {
    // 0 Transport unknown, 1 Session ID unknown, 2 Bad handshake method, 3 Bad request, 4 Forbidden,
    // 5 Unsupported protocol version
    int code = 3;
    std::string message{};  // the text of the code
    http_request request{};
    // Details, with the reference's names: {"transport", "carrier-pigeon"}, {"message", the message of
    // allowRequest}, ...
    string_pairs context{};
};

} // namespace socketio
