// The manager: one connection to one server, which its namespaces share, and the effort to keep it.
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
// Its events, for `on`, `once` and `off` (see listens): "open", "error" (connect_error), "ping", "drain" (all is written),
// "packet" (packet const&), "close" (std::string_view reason, disconnect_details const&), "reconnect_attempt" (number, from 1),
// "reconnect" (number of attempts), "reconnect_error" (connect_error), "reconnect_failed".
class manager : public listens<manager> {
public:
    // Opens at once unless `autoConnect` is off. The URL names the server ("http://host:3000"); its
    // path is ignored here. A URL that cannot be used is told by an "error" event.
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

    // The socket of a namespace. There is one for each: asked again, the same, and `settings` are ignored.
    // Connects at once unless `autoConnect` is off.
    inline class socket socket(std::string_view nsp, socket_options settings = {});

    // Opens the connection, or does nothing if that is under way. `connect` is the same.
    void open() { link_->open(); }
    void connect() { open(); }
    // Closes the connection of all namespaces, which hear "disconnect" with "forced close", and stops
    // reconnecting. `disconnect` is the same.
    void close() { link_->close(); }
    void disconnect() { close(); }

    // The options of these names, to be read and changed while the manager runs. A getter returns what
    // this thread has set before. After the context has ended they still do, without any effect.
    //
    // Switched off while an attempt is being waited for, `reconnection` ends the waiting; an attempt that
    // is under way is the last. Switched on again, it counts from the next loss, or failed attempt, on.
    bool reconnection() const { return rules().read().reconnection; }
    manager& reconnection(bool allowed)
    {
        link_->reconnection(allowed);
        return *this;
    }
    // 0: no limit. Looked at after the next failure or loss.
    std::uint64_t reconnectionAttempts() const { return rules().read().attempts; }
    manager& reconnectionAttempts(std::uint64_t value)
    {
        rules().change([&](detail::reconnect_values& values) { values.attempts = value; });
        return *this;
    }
    // These three count from the next wait on; one that has begun takes as long as it would have.
    std::chrono::milliseconds reconnectionDelay() const { return rules().read().wait.delay; }
    manager& reconnectionDelay(std::chrono::milliseconds value)
    {
        rules().change([&](detail::reconnect_values& values) { values.wait.delay = value; });
        return *this;
    }
    std::chrono::milliseconds reconnectionDelayMax() const { return rules().read().wait.delay_max; }
    manager& reconnectionDelayMax(std::chrono::milliseconds value)
    {
        rules().change([&](detail::reconnect_values& values) { values.wait.delay_max = value; });
        return *this;
    }
    // 0 to 1; what is outside is taken as the nearest.
    double randomizationFactor() const { return rules().read().wait.randomization; }
    manager& randomizationFactor(double value)
    {
        rules().change([&](detail::reconnect_values& values) { values.wait.randomization = value; });
        return *this;
    }
    // 0: no limit. Counts from the next attempt to connect on.
    std::chrono::milliseconds timeout() const { return rules().read().timeout; }
    manager& timeout(std::chrono::milliseconds value)
    {
        rules().change([&](detail::reconnect_values& values) { values.timeout = value; });
        return *this;
    }

    // While an attempt to reconnect is being waited for: makes it at once, and counts attempts and delay
    // from the first again. Otherwise does nothing. For when the network has come back, or changed.
    void reconnect_now() { link_->reconnect_now(); }

    // The connection in numbers, as it was after the last turn on the strand (there: as it is).
    connection_snapshot snapshot() const { return link_->snapshot(); }
    asio::any_io_executor get_executor() const { return link_->get_executor(); }

    friend bool operator==(manager const& a, manager const& b) noexcept { return a.link_ == b.link_; }

private:
    template <class>
    friend class listens;

    std::shared_ptr<detail::event_emitter> events() const { return link_->events(); }
    template <class Listener>
    listener_handle add_listener(std::string_view event, Listener&& listener, bool once) const
    {
        return detail::listen(events(), event, std::forward<Listener>(listener), once, link_->callbacks());
    }
    detail::reconnect_rules& rules() const noexcept { return link_->rules(); }

    std::shared_ptr<detail::manager_link> link_;
};

} // namespace socketio
