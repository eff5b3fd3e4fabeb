// The life of a client's connection as one state: closed, waiting, opening, open, and again from the start.
// Events and times go in, the next action comes out. Knows no socket, calls no user code and does not throw.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/config.hpp>
#include <socketio/session/backoff.hpp>
#include <socketio/session/reconnect_values.hpp>

#include <chrono>
#include <cstdint>

namespace socketio::detail {

enum class connect_phase : std::uint8_t {
    closed,
    waiting,        // for the time of the next attempt
    announced,      // the listeners of "reconnect_attempt" run: they may cancel the attempt
    asking_query,   // from here to handshake: opening
    asking_headers,
    dialing,
    handshake,      // of Engine.IO
    open
};

// The next action of the caller.
struct connect_action {
    enum class kind : std::uint8_t {
        none,
        begin,    // begin the attempt with the number `attempt`: ask for the query
        time_out, // the attempt took too long: report failed()
        announce, // emit "reconnect_attempt" with the number `attempt`, then report announced()
        wait,     // wait until `until`
        give_up   // emit "reconnect_failed"
    };
    kind type = kind::none;
    std::uint64_t attempt = 0;
    clock::time_point until = clock::never();
    bool reconnect_error = false; // and emit "reconnect_error" after that
};

class connect_machine {
public:
    connect_machine(backoff_rule rule, std::uint64_t seed) noexcept : backoff_{rule, seed} {}

    connect_phase phase() const noexcept { return phase_; }
    bool is_open() const noexcept { return phase_ == connect_phase::open; }
    bool is_opening() const noexcept { return is_busy() && !is_open(); }
    // An attempt to reconnect is due or under way.
    bool is_reconnecting() const noexcept { return reconnecting_; }
    // Idle, although the connection is wanted: the machine gave up, or memory ran out.
    bool is_stranded() const noexcept { return wanted_ && !is_busy() && phase_ != connect_phase::waiting; }
    // Attempts since the connection was last stable, including the one that is awaited.
    std::uint64_t attempts() const noexcept { return backoff_.attempts(); }
    // The time at which tick() is due.
    clock::time_point deadline() const noexcept { return deadline_; }

    // The caller wants a connection: begin, or none if there is one.
    connect_action open(clock::time_point now, std::chrono::milliseconds timeout) noexcept;
    // The listeners of "reconnect_attempt" have run: begin, unless one of them cancelled the attempt.
    connect_action announced(clock::time_point now, std::chrono::milliseconds timeout) noexcept;

    std::uint64_t attempt() const noexcept { return attempt_; }
    // True if this attempt is still under way. Ask it after every wait.
    bool is_current(std::uint64_t attempt) const noexcept { return is_opening() && attempt == attempt_; }
    // The same, and leaves the phase `done`. A second answer of that phase returns false.
    bool advance(std::uint64_t attempt, connect_phase done) noexcept;
    // The same attempt goes on with another transport: back to dialing, in the time that is left.
    void dial_again() noexcept { phase_ = connect_phase::dialing; }
    // Returns the number of attempts of a reconnection, or 0 for a first connection.
    std::uint64_t opened(clock::time_point now) noexcept;

    // The attempt has failed, or the connection was lost. The caller drops it, reports it, and calls next().
    void failed() noexcept { enter(connect_phase::closed); }
    // `was_good`: otherwise it counts as a failed attempt, however long it has lived.
    void lost(clock::time_point now, backoff_rule rule, bool was_good = true) noexcept;
    // Wait, give_up or none. `asked`: the server's minimum (Retry-After).
    connect_action next(clock::time_point now, reconnect_values const& values,
                        std::chrono::milliseconds asked = {}) noexcept;
    // Called instead, if another attempt would fail in the same way.
    void abandon() noexcept;

    // The connection is no longer wanted. Returns true if there is one to end; lost() follows.
    bool close() noexcept;
    // Ends the wait for the next attempt: without one, or with one at once, which is the first. Returns true if there
    // was a wait.
    bool stop_waiting() noexcept;
    connect_action reconnect_now() noexcept;

    // The time is `now`: returns time_out, announce or none.
    connect_action tick(clock::time_point now) noexcept;

private:
    bool is_busy() const noexcept { return phase_ >= connect_phase::asking_query; }
    void enter(connect_phase phase, clock::time_point deadline = clock::never()) noexcept;
    connect_action begin(clock::time_point now, std::chrono::milliseconds timeout) noexcept;
    connect_action announce() noexcept;

    connect_phase phase_ = connect_phase::closed;
    bool wanted_ = true; // false after close() and abandon()
    bool reconnecting_ = false;
    std::uint64_t attempt_ = 0; // the number of the last attempt; it never decreases
    clock::time_point deadline_ = clock::never();
    backoff backoff_;
    attempt_pace pace_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/connect_machine.ipp>
#endif
