// The manager: one connection to one server, shared by its namespaces and re-established after a loss.
#pragma once

#include <socketio/client/links.hpp>
#include <socketio/client/options.hpp>
#include <socketio/net/executor.hpp>
#include <socketio/net/listens.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace socketio {

class socket;

// A handle; copies refer to the same manager, which ends when the last handle of it and of its
// sockets is gone. All members may be called from any thread. Listeners run on the manager's strand.
//
// Its events, for `on`, `once` and `off` (see listens): "open", "error" (connect_error), "ping", "drain" (all output is
// written), "packet" (packet const&), "close" (std::string_view reason, disconnect_details const&), "reconnect_attempt"
// (number, from 1), "reconnect" (number of attempts), "reconnect_error" (connect_error), "reconnect_failed"; for a
// session that moves from long-polling to WebSocket "upgrading" and "upgrade" (std::string_view transport), or
// "upgrade_error" (connect_error). A listener of any other event is told in the log, since it is never called.
class manager : public listens<manager> {
public:
    // Opens at once unless `autoConnect` is off. The URL names the server ("http://host:3000"); its path is
    // ignored here. For an invalid URL, "error" is emitted.
    template <class Context>
        requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
    manager(Context& context, std::string_view url, options settings = {})
        : manager(asio::any_io_executor{context.get_executor()}, url, std::move(settings))
    {
    }
    manager(asio::any_io_executor executor, std::string_view url, options settings = {})
        : link_{detail::manager_link::make(std::move(executor), url, std::move(settings))}
    {
    }
    explicit manager(std::shared_ptr<detail::manager_link> link) noexcept : link_{std::move(link)} {}

    // The socket of a namespace. A second call for a namespace returns the same socket, and ignores `settings`.
    // Connects at once unless `autoConnect` is off.
    class socket socket(std::string_view nsp, socket_options settings = {});

    // Opens the connection. Has no effect if that is under way. `connect` is the same.
    void open() { link_->open(); }
    void connect() { open(); }
    // Closes the connection of all namespaces, which emit "disconnect" with "forced close", and stops
    // reconnecting. `disconnect` is the same.
    void close() { link_->close(); }
    void disconnect() { close(); }

    // The options of these names, which can be read and changed at run time. A getter returns the last value
    // that this thread has set. After the context has ended, they have no effect.
    //
    // Switched off during the wait for an attempt, `reconnection` ends the wait. An attempt under way is the
    // last one. Switched on again, it applies from the next loss or failed attempt on.
    bool reconnection() const { return link_->rules().reconnection; }
    manager& reconnection(bool allowed)
    {
        link_->set_reconnection(allowed);
        return *this;
    }
    // 0: no limit. Checked after the next failure or loss.
    std::uint64_t reconnectionAttempts() const { return link_->rules().attempts; }
    manager& reconnectionAttempts(std::uint64_t value)
    {
        link_->set_attempts(value);
        return *this;
    }
    // These three apply from the next wait on; they do not change a wait that has begun.
    std::chrono::milliseconds reconnectionDelay() const { return link_->rules().wait.delay; }
    manager& reconnectionDelay(std::chrono::milliseconds value)
    {
        link_->set_delay(value);
        return *this;
    }
    std::chrono::milliseconds reconnectionDelayMax() const { return link_->rules().wait.delay_max; }
    manager& reconnectionDelayMax(std::chrono::milliseconds value)
    {
        link_->set_delay_max(value);
        return *this;
    }
    // 0 to 1; other values become the nearest of these.
    double randomizationFactor() const { return link_->rules().wait.randomization; }
    manager& randomizationFactor(double value)
    {
        link_->set_randomization(value);
        return *this;
    }
    // 0: no limit. Applies from the next attempt on.
    std::chrono::milliseconds timeout() const { return link_->rules().timeout; }
    manager& timeout(std::chrono::milliseconds value)
    {
        link_->set_timeout(value);
        return *this;
    }

    // During the wait for an attempt to reconnect: attempts it at once, and resets the attempts and the delay.
    // Otherwise has no effect. Call it when the network has returned, or changed.
    void reconnect_now() { link_->reconnect_now(); }

    // The state of the connection as numbers, after the last turn on the strand (on the strand: now).
    connection_snapshot snapshot() const { return link_->snapshot(); }
    asio::any_io_executor get_executor() const { return link_->get_executor(); }

    friend bool operator==(manager const& a, manager const& b) noexcept { return a.link_ == b.link_; }

private:
    template <class>
    friend class listens;

    std::shared_ptr<detail::listener_table> events() const { return link_->events(); }
    template <class Listener>
    listener_handle add_listener(std::string_view event, Listener&& listener, bool once) const
    {
        link_->check_event(event);
        return detail::listen(events(), event, std::forward<Listener>(listener), once, link_->callbacks());
    }

    std::shared_ptr<detail::manager_link> link_;
};

} // namespace socketio
