// What can be said about a server. Names and defaults are those of Socket.IO's and Engine.IO's servers where they have the
// option. Plain data; the server copies it, and what is called is called on any strand, so on several threads at once if
// several run the context.
#pragma once

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

// Which pages of other origins may poll the server (the Fetch standard, section 3.2). Off by default: then browsers let
// only pages of the server's own origin. A WebSocket is opened by any page: look at its Origin in allowRequest.
struct cors_options {
    std::vector<std::string> origin{}; // "https://example.com"; "*" stands for every one
    // Asked about an origin that is not listed; who is allowed is told so by name, so that credentials work.
    std::function<bool(std::string_view origin)> originAllowed{};
    std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE";
    std::string allowedHeaders{}; // with commas between; empty: those that the browser asks for
    std::string exposedHeaders{}; // with commas between, of the answers
    bool credentials = false;     // cookies and the like are sent along; does not go with "*"
    std::optional<std::chrono::seconds> maxAge{}; // how long the browser may remember the answer
    bool preflight = true;        // OPTIONS is answered here, with 204; otherwise it goes on like any other request

    bool enabled() const noexcept { return !origin.empty() || originAllowed; }
};

// SameSite of a cookie (draft-ietf-httpbis-rfc6265bis, section 4.1.2.7).
enum class same_site : std::uint8_t { unsaid, lax, strict, none };

// A cookie with the session's id, for load balancers (RFC 6265, section 4.1). It is set by the answer to the first poll.
struct cookie_options {
    std::string name = "io";
    std::string path = "/";    // empty: left out
    std::string domain{};      // empty: left out
    bool httpOnly = true;      // not for the page's scripts
    bool secure = false;       // over TLS only
    same_site sameSite = same_site::lax;
    std::optional<std::chrono::seconds> maxAge{}; // none: until the browser ends
};

// Says who may connect: a callable that takes the request and returns whether; or one that takes the request and an
// answer, and calls that once, now or later, from any thread, with a message for who is not allowed ("Forbidden" if it is
// empty). The request is valid during the call. Who waits for an answer over WebSocket waits for http_bounds::request_timeout
// at most. Of one that throws the request is answered 500, and the exception leaves through the context.
class request_check {
public:
    // What is called with the decision; calls after the first do nothing.
    using answer = std::function<void(std::string message, bool allowed)>;

    request_check() = default;
    template <class F>
        requires(std::is_invocable_r_v<bool, F&, http_request const&> && !std::is_same_v<std::remove_cvref_t<F>, request_check>)
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

// Sessions that survive a lost connection for a while, in each namespace for itself, in this process. While it is on, each
// event that is not volatile and asks for no answer has one argument more, a text, by which the client says later what it
// had.
struct connection_state_recovery {
    std::chrono::milliseconds maxDisconnectionDuration{120000}; // how long sessions and events are kept
    bool skipMiddlewares = true; // of the namespace, for those who come back
    // Kept for those who may come back; the oldest go first: bytes of memory that events take, the names of rooms and the
    // bookkeeping included (some 250 for a small one), and as many for the rooms of sessions; and sessions.
    std::size_t kept_events = 16u << 20;
    std::size_t kept_sessions = 100000;
};

// How a namespace gets its adapter, see <socketio/server/adapter.hpp>: called once for each, whenever it is made; with
// null, it gets the usual one.
class adapter;
struct adapter_settings;
using adapter_factory = std::function<std::shared_ptr<adapter>(adapter_settings const&)>;

// What one HTTP connection may cost. Over a limit it is answered 431 or 408, and closed.
struct http_bounds {
    std::size_t header_bytes = 16 * 1024; // of one request's head
    std::size_t headers = 100;            // of one request
    std::chrono::milliseconds request_timeout{10000}; // for a request to arrive as a whole, TLS included; 0: no limit
    // Between two requests, for each piece of an answer to be taken, and for an answer to come that a client waits for which
    // sends nothing more (or has left: that looks the same); 0: no limit.
    std::chrono::milliseconds idle_timeout{60000};
};

// Of what polls are answered, with gzip, if the program has zlib (see <socketio/deflate.hpp>) and the client reads it.
struct http_compression {
    bool enabled = true;
    std::size_t threshold = 1024; // bytes; shorter answers are sent as they are
};

struct server_options {
    std::string path = "/socket.io/";  // of Socket.IO's requests; with or without the slash at its end
    std::string address{};             // an IP address to listen on; empty: every one of this machine, IPv4 and IPv6
    // With a certificate and its key, or a context, this is a server of https and wss, and of nothing else; `ca` and its
    // siblings make it ask for clients' certificates. It needs OpenSSL, see <socketio/tls.hpp>.
    tls_options tls{};

    std::chrono::milliseconds connectTimeout{45000};  // for a client's first connection to a namespace; 0: no limit
    // Together at most 24.8 days, as JavaScript's timers; at least 1 ms each.
    std::chrono::milliseconds pingInterval{25000};    // from a ping's answer to the next ping
    std::chrono::milliseconds pingTimeout{20000};     // for a ping's answer
    std::chrono::milliseconds upgradeTimeout{10000};  // for an upgrade that has begun
    // Bytes of one message of a client, once it is inflated, or of one HTTP body; an event's attachments are messages of
    // their own, `attachments` at most. Over it the session ends with "transport error", and the body is answered 413. Bodies for
    // on_request() have the same limit.
    std::size_t maxHttpBufferSize = 1000000;
    std::vector<std::string> transports{"polling", "websocket"}; // that are spoken
    bool allowUpgrades = true;         // from "polling" to "websocket"
    request_check allowRequest{};      // asked for each new session, before there is one; none: all are allowed
    // Chooses one of the subprotocols that a WebSocket's client offers (RFC 6455, section 1.9); it is asked only if some are
    // offered. Empty, or a name that is not among them: none is chosen, and browsers and ws then end the connection. Without
    // this the first is chosen, as by the reference. An exception leaves through the context; the client is answered 500.
    std::function<std::string(std::vector<std::string> const& offered, http_request const&)> handleProtocols{};
    cors_options cors{};
    std::optional<cookie_options> cookie{}; // none: no cookie
    http_compression httpCompression{};
    // Of WebSocket messages, if the program has zlib. As in the reference it is off unless it is named.
    deflate_options perMessageDeflate{.enabled = false};

    std::optional<connection_state_recovery> connectionStateRecovery{}; // none: whoever comes back is a stranger
    // Those that a pattern made for clients go with their last socket, and with the last session that is kept for one. In
    // the reference they stay by default: there clients can fill the memory by names.
    bool cleanupEmptyChildNamespaces = true;
    std::size_t child_namespaces = 100000; // that patterns have made for clients, at a time: more are refused
    adapter_factory adapter{};         // none: rooms in this process

    std::size_t namespaces = 1000;     // that one client may be in, or was put out of; one more ends its session
    // TCP connections at once, of all clients: more are closed as they come. While there are as many sessions, none over
    // polling begins: 503.
    std::size_t connections = 65536;
    // Bytes that a client may leave unread: over it the session is cut off, with "transport error", in the send that goes
    // over it; "disconnect" has the numbers in its disconnect_details. The largest packet since nothing waited is not
    // counted: whatever its size, one is always taken. All that a recovered client has missed counts as one packet.
    std::size_t send_limit = 16 * 1024 * 1024;
    // Bytes of one event or answer to a client, its attachments included. A larger one is not sent: its handler is told
    // error::payload_too_large, or on_error if there is none that takes errors; of a broadcast that is told once.
    std::size_t largest_message = 256 * 1024 * 1024;
    // Binary values of one event or answer to a client; more are misuse. Clients have limits of their own, as ours has.
    std::size_t sent_attachments = 1000;
    // Of a client's packets: binary values of one, and how deep arrays and objects may nest, at most max_json_depth (1024).
    // Over them the session ends with "forced close", after "error".
    std::size_t attachments = 10;
    std::size_t json_depth = 128;
    // Bytes of a client's events, of all its namespaces and as they are kept here, that wait for a middleware of packets
    // (server_socket::use) which decides later: over it the session is cut off, with "forced close". An event that is
    // larger than this may pass, but not wait.
    std::size_t waiting_limit = 16 * 1024 * 1024;
    // For the peer's part of WebSocket's closing handshake, or for its poll to fetch what was said last. A poll whose client
    // sends nothing more on that connection is answered within this time, and the client has as long to poll again.
    std::chrono::milliseconds close_timeout{5000};
    http_bounds http{};
};

// Why somebody was not let in, or did not get a session: the event "connection_error" of the engine.
struct connection_failure {
    // 0 Transport unknown, 1 Session ID unknown, 2 Bad handshake method, 3 Bad request, 4 Forbidden,
    // 5 Unsupported protocol version
    int code = 3;
    std::string message{};  // the words of the code
    http_request request{};
    // Details, by the reference's names: {"transport", "carrier-pigeon"}, {"message", what allowRequest said}, ...
    string_pairs context{};
};

} // namespace socketio
