// Which transport a client's attempt to connect uses, and whether a session on long-polling looks for WebSocket. Events
// and times go in. Knows no connection.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

enum class transport_kind : std::uint8_t { polling, websocket };

// The reference's names.
constexpr std::string_view to_string(transport_kind which) noexcept
{
    return which == transport_kind::polling ? "polling" : "websocket";
}

struct transport_rules {
    std::vector<transport_kind> allowed{transport_kind::websocket}; // in order; not empty, each once
    bool try_all = true;  // within one attempt
    bool upgrade = true;  // from polling to WebSocket
    bool remember = false; // begin with WebSocket, if the connection before had it
};

// True for a name of a transport; fills `out`.
SOCKETIO_DECL bool parse_transport(std::string_view name, transport_kind& out) noexcept;

class transport_choice {
public:
    explicit transport_choice(transport_rules rules) : rules_{std::move(rules)}, order_{rules_.allowed} {}

    bool allows(transport_kind which) const noexcept;

    // An attempt begins.
    void begin(clock::time_point now);
    transport_kind current() const noexcept { return order_[at_]; }
    // The attempt may go on with another transport.
    bool has_next() const noexcept { return rules_.try_all && at_ + 1 < order_.size(); }
    void next() noexcept { ++at_; }

    // The session is open, or has moved to WebSocket.
    void opened() noexcept { remembered_ = current() == transport_kind::websocket; }
    void upgraded() noexcept { remembered_ = true; }
    // An attempt failed, a probe began, or a connection was lost by an error (engine.io-client/lib/socket.ts).
    void forget() noexcept { remembered_ = false; }

    // A session that is open on polling may try this one of the server's upgrades.
    bool may_upgrade(clock::time_point now, std::span<std::string const> upgrades) const;

    // A WebSocket has opened and then stayed silent: something on the way holds its frames back. It is not tried for a
    // while, as long as there is another transport.
    void distrust_websocket(clock::time_point now) noexcept;
    void trust_websocket() noexcept { distrusted_until_ = clock::time_point::min(); }

private:
    bool distrusts(transport_kind which, clock::time_point now) const noexcept
    {
        return which == transport_kind::websocket && now < distrusted_until_;
    }

    transport_rules rules_;
    std::vector<transport_kind> order_; // of the attempt
    std::size_t at_ = 0;
    clock::time_point distrusted_until_ = clock::time_point::min();
    bool remembered_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/transport_choice.ipp>
#endif
