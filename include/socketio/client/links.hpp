// The content of public handles: shared owners of a manager's and a namespace's state. When the last copy of a
// handle is destroyed, its link reports that to the strand and returns without waiting.
#pragma once

#include <socketio/client/buffered_event.hpp>
#include <socketio/client/connection_snapshot.hpp>
#include <socketio/client/options.hpp>
#include <socketio/core/function.hpp>
#include <socketio/core/listeners.hpp>
#include <socketio/net/executor.hpp>
#include <socketio/session/failure.hpp>
#include <socketio/session/reconnect_values.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

// Only their names are declared here, so that a separately compiled program does not read the classes behind them.
namespace socketio::detail {

class manager_core;
class reconnect_rules;
class socket_core;
class socket_link;

class manager_link : public std::enable_shared_from_this<manager_link> {
public:
    static std::shared_ptr<manager_link> make(asio::any_io_executor executor, std::string_view url, options settings);
    explicit manager_link(std::shared_ptr<manager_core> core);
    manager_link(manager_link const&) = delete;
    manager_link& operator=(manager_link const&) = delete;
    ~manager_link();

    std::shared_ptr<socket_link> socket(std::string_view nsp, socket_options settings);
    // The same, but null if the namespace has a socket already.
    std::shared_ptr<socket_link> new_socket(std::string_view nsp, socket_options const& settings);
    void open();
    void close();
    reconnect_values rules() const;
    // `ended` is called in a step if this has ended the wait for an attempt.
    void set_reconnection(bool allowed, unique_function<void()> ended = {});
    void set_attempts(std::uint64_t value);
    void set_delay(std::chrono::milliseconds value);
    void set_delay_max(std::chrono::milliseconds value);
    void set_randomization(double value);
    void set_timeout(std::chrono::milliseconds value);
    void reconnect_now();
    // Calls `work` in a step, behind what this thread has asked for, and behind the listeners of that.
    void defer(unique_function<void()> work);
    std::shared_ptr<listener_table> events() const;
    // Tells in the log of a listener that is never called: the manager has no such event.
    void check_event(std::string_view name) const;
    callback_executor const& callbacks() const noexcept;
    asio::any_io_executor get_executor() const;
    connection_snapshot snapshot() const;
    manager_core& core() const noexcept { return *core_; }

private:
    struct known_sockets;

    std::shared_ptr<socket_link> make_socket(std::string const& name, socket_options settings);

    std::shared_ptr<manager_core> core_;
    std::unique_ptr<known_sockets> sockets_;
};

class socket_link {
public:
    socket_link(std::shared_ptr<manager_link> manager, std::shared_ptr<socket_core> core) noexcept;
    socket_link(socket_link const&) = delete;
    socket_link& operator=(socket_link const&) = delete;
    ~socket_link();

    void connect();
    void disconnect();

    // Of the socket, with the comments there.
    std::string id() const;
    std::string const& nsp() const noexcept;
    bool connected() const noexcept;
    bool recovered() const noexcept;
    bool active() const noexcept;
    recovery_state recovery() const;
    socket_snapshot snapshot() const;
    std::vector<buffered_event> buffered_events() const;
    void clear_send_buffer() const;
    std::size_t buffered_amount() const;
    void set_error_hook(std::function<void(event_error const&)> hook) const;
    std::shared_ptr<listener_table> outgoing() const;
    std::shared_ptr<listener_table> events() const;

    // Calls `done` in a step, once: see socket_core.
    std::uint64_t new_drain_id() const noexcept;
    void wait_for_drain(std::uint64_t id, unique_function<void(std::error_code)> done) const;

    std::weak_ptr<socket_core> weak_core() const noexcept { return core_; }
    socket_core& core() const noexcept { return *core_; }
    std::shared_ptr<manager_link> const& manager() const noexcept { return manager_; }
    callback_executor const& callbacks() const noexcept { return manager_->callbacks(); }
    asio::any_io_executor get_executor() const { return manager_->get_executor(); }

private:
    std::shared_ptr<manager_link> manager_;
    std::shared_ptr<socket_core> core_;
    std::atomic<bool> asked_{false}; // to connect
};

SOCKETIO_DECL void cancel_drain_of(socket_core& to, std::uint64_t id);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/links.ipp>
#endif
