// The life of a client's connection as one state: closed, waiting, opening, open, and again from the start. Events and
// times go in, the next thing to do comes out. It knows no socket, calls no user code and never throws.
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
    announced,      // "reconnect_attempt" is being told: its listeners may call the attempt off
    asking_query,   // from here to handshake: opening
    asking_headers,
    dialing,
    handshake,      // of Engine.IO
    open
};

// What the caller does next.
struct connect_action {
    enum class kind : std::uint8_t {
        none,
        begin,    // begin the attempt with the number `attempt`: ask for the query
        time_out, // the attempt took too long: report failed()
        announce, // tell "reconnect_attempt" with the number `attempt`, then report announced()
        wait,     // nothing before `until`
        give_up   // tell "reconnect_failed"
    };
    kind type = kind::none;
    std::uint64_t attempt = 0;
    clock::time_point until = clock::never();
    bool reconnect_error = false; // and after that tell "reconnect_error"
};

class connect_machine {
public:
    connect_machine(backoff_rule rule, std::uint64_t seed) noexcept : backoff_{rule, seed} {}

    connect_phase phase() const noexcept { return phase_; }
    bool is_open() const noexcept { return phase_ == connect_phase::open; }
    bool is_opening() const noexcept { return is_busy() && !is_open(); }
    // An attempt to reconnect is due or under way.
    bool is_reconnecting() const noexcept { return reconnecting_; }
    // Nothing is under way, though the connection is wanted: it was given up, or no memory was left to go on.
    bool is_stranded() const noexcept { return wanted_ && !is_busy() && phase_ != connect_phase::waiting; }
    // Since the connection was last stable: those made and the one that is waited for.
    std::uint64_t attempts() const noexcept { return backoff_.attempts(); }
    // When tick() is due.
    clock::time_point deadline() const noexcept { return deadline_; }

    // A connection is asked for: begin, or none if there is one.
    connect_action open(clock::time_point now, std::chrono::milliseconds timeout) noexcept;
    // The listeners of "reconnect_attempt" have run: begin, unless one of them called the attempt off.
    connect_action announced(clock::time_point now, std::chrono::milliseconds timeout) noexcept;

    // Whether this attempt is under way still: asked after all that it has waited for.
    bool is_current(std::uint64_t attempt) const noexcept { return is_opening() && attempt == attempt_; }
    // The same, and `done` is the phase that it was in and leaves. A second answer finds that it has been left.
    bool advance(std::uint64_t attempt, connect_phase done) noexcept;
    // The number of attempts that this took, if it is a connection again; 0 for a first one.
    std::uint64_t opened(clock::time_point now) noexcept;

    // The attempt has failed, or the connection was lost. The caller drops it, reports it, and asks for what is next().
    void failed() noexcept { enter(connect_phase::closed); }
    void lost(clock::time_point now, backoff_rule rule) noexcept;
    // Wait, give_up or none. `asked`: what the server wants at least (Retry-After).
    connect_action next(clock::time_point now, reconnect_values const& values,
                        std::chrono::milliseconds asked = {}) noexcept;
    // Instead: another attempt would fail in the same way.
    void abandon() noexcept;

    // The connection is not wanted any more. True: there is something to end, which is lost().
    bool close() noexcept;
    // Ends the wait for the next attempt: without one, or with one at once, which is the first.
    void stop_waiting() noexcept;
    connect_action reconnect_now() noexcept;

    // Time has passed: time_out, announce or none.
    connect_action tick(clock::time_point now) noexcept;

private:
    bool is_busy() const noexcept { return phase_ >= connect_phase::asking_query; }
    void enter(connect_phase phase, clock::time_point deadline = clock::never()) noexcept;
    connect_action begin(clock::time_point now, std::chrono::milliseconds timeout) noexcept;
    connect_action announce() noexcept;

    connect_phase phase_ = connect_phase::closed;
    bool wanted_ = true; // not after close(), and not after abandon()
    bool reconnecting_ = false;
    std::uint64_t attempt_ = 0; // counts all of them, and never down
    clock::time_point deadline_ = clock::never();
    backoff backoff_;
    attempt_pace pace_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/connect_machine.ipp>
#endif
