// A session's way from long-polling to WebSocket: a probe beside the polls, a pause, and the move. It decides when;
// the manager dials and changes its connection.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/net/client_polling_channel.hpp>
#include <socketio/net/opening.hpp>
#include <socketio/net/websocket_channel.hpp>

#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace socketio::detail {

// All members are for the strand.
class transport_upgrade {
public:
    enum class progress : std::uint8_t {
        none,
        upgrading, // the server has answered the probe: no request begins from now on
        ready,     // all requests have ended: finish() follows
        failed     // the session stays on polling, see error()
    };

    // At `deadline` it fails. `from` lives until finish() or abandon() has returned.
    transport_upgrade(client_polling_channel& from, clock::time_point deadline) noexcept
        : from_{from}, deadline_{deadline}
    {
    }
    transport_upgrade(transport_upgrade const&) = delete;
    transport_upgrade& operator=(transport_upgrade const&) = delete;

    // A WebSocket is dialled.
    void dial(std::shared_ptr<opening> dialing) noexcept { dialing_ = std::move(dialing); }
    // The WebSocket is there, with a session that probes.
    void probe(std::shared_ptr<websocket_channel> candidate) noexcept;
    void fail(std::error_code code, std::string message) noexcept;
    void abandon() noexcept;

    // Called when the input of polling has been received, until it returns none.
    progress advance(clock::time_point now, engine_channel_owner& owner);
    std::error_code error() const noexcept { return error_; }
    std::string const& message() const noexcept { return message_; }
    // Moves the session. Returns the new connection.
    std::shared_ptr<websocket_channel> finish();

    // At the end of a turn.
    void settle();
    clock::time_point deadline() const noexcept { return deadline_; }

private:
    std::string stage() const;
    progress receive(clock::time_point now, engine_channel_owner& owner);

    client_polling_channel& from_;
    std::shared_ptr<opening> dialing_;
    std::shared_ptr<websocket_channel> candidate_;
    clock::time_point deadline_;
    std::error_code error_;
    std::string message_;
    bool pausing_ = false;
    bool failed_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/transport_upgrade.ipp>
#endif
