// The content of public handles: shared owners of a manager's and a namespace's state. When the last copy of a
// handle is destroyed, its link reports that to the strand and returns without waiting.
#pragma once

#include <socketio/client/options.hpp>
#include <socketio/client/reconnect_rules.hpp>
#include <socketio/client/connection_snapshot.hpp>
#include <socketio/client/socket_core.hpp>
#include <socketio/net/executor.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::detail {

class manager_core;
class socket_link;

class manager_link : public std::enable_shared_from_this<manager_link> {
public:
    static std::shared_ptr<manager_link> make(asio::any_io_executor executor, std::string_view url, options settings);
    explicit manager_link(std::shared_ptr<manager_core> core) noexcept;
    manager_link(manager_link const&) = delete;
    manager_link& operator=(manager_link const&) = delete;
    ~manager_link();

    std::shared_ptr<socket_link> socket(std::string_view nsp, socket_options settings);
    // The same, but null if the namespace has a socket already.
    std::shared_ptr<socket_link> new_socket(std::string_view nsp, socket_options const& settings);
    void open();
    void close();
    reconnect_rules& rules() const noexcept;
    void reconnection(bool allowed);
    void reconnect_now();
    std::shared_ptr<event_emitter> events() const;
    callback_executor const& callbacks() const noexcept;
    asio::any_io_executor get_executor() const;
    connection_snapshot snapshot() const;
    manager_core& core() const noexcept { return *core_; }

private:
    std::shared_ptr<socket_link> make_socket(std::string const& name, socket_options settings);

    std::shared_ptr<manager_core> core_;
    std::recursive_mutex mutex_; // destructors inside the lock may ask for another socket
    std::map<std::string, std::weak_ptr<socket_link>, std::less<>> links_;
};

class socket_link {
public:
    socket_link(std::shared_ptr<manager_link> manager, std::shared_ptr<socket_core> core) noexcept;
    socket_link(socket_link const&) = delete;
    socket_link& operator=(socket_link const&) = delete;
    ~socket_link();

    void connect();
    void disconnect();
    void emit_event(std::string_view event, std::optional<pending_ack>&& waiting,
                    encode_event_ref encode, buffer_policy const& rule);
    // Throws like emit_event, for a packet that is sent later.
    void check_emit(std::string_view event, std::size_t attachments) const;
    void send(packet_queue const& packet, pending_ack waiting, buffer_policy const& rule);
    std::weak_ptr<socket_core> weak_core() const noexcept { return core_; }
    std::shared_ptr<event_emitter> outgoing() const { return {core_, &core_->outgoing()}; }
    std::shared_ptr<event_emitter> events() const { return {core_, &core_->events()}; }
    socket_core& core() const noexcept { return *core_; }
    std::shared_ptr<manager_link> const& manager() const noexcept { return manager_; }
    callback_executor const& callbacks() const noexcept { return manager_->callbacks(); }

private:
    std::shared_ptr<manager_link> manager_;
    std::shared_ptr<socket_core> core_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/links.ipp>
#endif
