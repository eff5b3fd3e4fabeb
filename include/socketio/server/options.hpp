// What can be said about a server. Names are those of Socket.IO's and Engine.IO's servers where they have the option.
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

// Which pages of other origins may talk to the server (the Fetch standard, section 3.2). Off by default: then browsers
// let only pages of the server's own origin.
struct cors_options {
    std::vector<std::string> origin{}; // "https://example.com"; "*" stands for every one
    // Asked about an origin that is not listed; who is allowed is told so by name, so that credentials work.
    std::function<bool(std::string_view origin)> originAllowed{};
    std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE";
    std::string allowedHeaders{}; // empty: those that the browser asks for
    std::string exposedHeaders{};
    bool credentials = false;     // cookies and the like are sent along; does not go with "*"
    std::optional<std::chrono::seconds> maxAge{}; // how long the browser may remember the answer
    bool preflight = true;        // OPTIONS is answered here, with 204; otherwise it goes on like any other request

    bool enabled() const noexcept { return !origin.empty() || originAllowed; }
};

enum class same_site : std::uint8_t { unsaid, lax, strict, none };

// A cookie with the session's id, for load balancers.
struct cookie_options {
    std::string name = "io";
    std::string path = "/";
    std::string domain{};
    bool httpOnly = true;
    bool secure = false;
    same_site sameSite = same_site::lax;
    std::optional<std::chrono::seconds> maxAge{};
};

// Says who may connect: a callable that takes the request and returns whether; or one that takes the request and an
// answer, and calls that once, now or later, from any thread, with a message for who is not allowed.
class request_check {
public:
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

// Sessions that survive a lost connection for a while.
struct connection_state_recovery {
    std::chrono::milliseconds maxDisconnectionDuration{120000};
    bool skipMiddlewares = true; // for those who come back
    // Bytes of events, and sessions, that are kept for those who may come back; the oldest go first.
    std::size_t kept_events = 16u << 20;
    std::size_t kept_sessions = 100000;
};

// How a namespace gets its adapter, see <socketio/server/adapter.hpp>.
class adapter;
struct adapter_settings;
using adapter_factory = std::function<std::shared_ptr<adapter>(adapter_settings const&)>;

// What one HTTP connection may cost.
struct http_bounds {
    std::size_t header_bytes = 16 * 1024; // of one request's head
    std::size_t headers = 100;
    std::chrono::milliseconds request_timeout{10000}; // for a request to arrive as a whole; 0: no limit
    std::chrono::milliseconds idle_timeout{60000};    // between two requests; 0: no limit
};

// Of what polls are answered, with gzip, if the program has zlib (see <socketio/deflate.hpp>) and the client reads it.
struct http_compression {
    bool enabled = true;
    std::size_t threshold = 1024; // bytes; shorter answers are sent as they are
};

struct server_options {
    std::string path = "/socket.io/";  // with or without the slash at its end
    std::string address{};             // to listen on; empty: every address of this machine
    tls_options tls{};                 // with a certificate and its key this is a server of https and wss

    std::chrono::milliseconds connectTimeout{45000};  // for a client to connect to a namespace
    std::chrono::milliseconds pingInterval{25000};
    std::chrono::milliseconds pingTimeout{20000};     // for a ping's answer
    std::chrono::milliseconds upgradeTimeout{10000};  // for an upgrade that has begun
    std::size_t maxHttpBufferSize = 1000000;          // bytes of one message, or of one body
    std::vector<std::string> transports{"polling", "websocket"};
    bool allowUpgrades = true;
    request_check allowRequest{};      // asked for each new session
    cors_options cors{};
    std::optional<cookie_options> cookie{};
    http_compression httpCompression{};
    // Of WebSocket messages, if the program has zlib. As in the reference it is off unless it is named.
    deflate_options perMessageDeflate{.enabled = false};

    std::optional<connection_state_recovery> connectionStateRecovery{};
    bool cleanupEmptyChildNamespaces = false;
    adapter_factory adapter{};         // none: rooms in this process

    std::size_t namespaces = 1000;              // that one client may be in, or have been
    std::size_t connections = 65536;            // TCP connections at once; more are closed as they come
    std::size_t send_limit = 16 * 1024 * 1024;  // bytes that a client may leave unread; beyond it, it is cut off
    std::chrono::milliseconds close_timeout{5000}; // for the peer's part of WebSocket's closing handshake
    http_bounds http{};
};

// Why somebody was not let in, or did not get a session: the event "connection_error" of the engine.
struct connection_failure {
    // 0 Transport unknown, 1 Session ID unknown, 2 Bad handshake method, 3 Bad request, 4 Forbidden,
    // 5 Unsupported protocol version
    int code = 3;
    std::string message{};
    http_request request{};
    string_pairs context{}; // details, such as {"transport", "carrier-pigeon"}
};

} // namespace socketio
