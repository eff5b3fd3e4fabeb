// The state behind a `server_namespace`: its middleware, its listeners and its rooms. Any thread may call its members.
#pragma once

#include <socketio/core/emitter.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/core/value.hpp>
#include <socketio/server/adapter.hpp>
#include <socketio/server/namespace_owner.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

class namespace_core;
class server_socket_core;

// The arguments of a namespace's listener, or of the server's.
struct namespace_call : emitted {
    std::shared_ptr<server_socket_core> socket{}; // of "connection" and "connect"
    std::shared_ptr<namespace_core> made{};       // of "new_namespace"
};
using namespace_emitter = emitter<namespace_call>;

// A middleware of clients, and the function that it calls to decide.
using decide = std::function<void(std::optional<connect_error>)>;
using socket_middleware = std::function<void(std::shared_ptr<server_socket_core> const&, decide)>;

// The limits of one event or answer to a client.
struct sending_limits {
    std::size_t bytes = static_cast<std::size_t>(-1); // its attachments included
    std::size_t attachments = static_cast<std::size_t>(-1);
};

class namespace_core final : public std::enable_shared_from_this<namespace_core> {
public:
    namespace_core(std::weak_ptr<namespace_owner> owner, std::string name, std::shared_ptr<adapter> rooms,
        sending_limits limits, sources const& time_and_chance);
    namespace_core(namespace_core const&) = delete;
    namespace_core& operator=(namespace_core const&) = delete;
    ~namespace_core();

    std::string const& name() const noexcept { return name_; }
    sending_limits const& limits() const noexcept { return limits_; }
    packet_parser const* parser() const noexcept { return adapter_->settings().parser.get(); }
    adapter& rooms() const noexcept { return *adapter_; }
    sources const& time_and_chance() const noexcept { return sources_; }
    // The server's executor, for work of its own; empty after the context was destroyed.
    asio::any_io_executor executor() const;
    std::atomic<std::uint64_t>& ack_ids() noexcept { return next_ack_; } // of all its sockets
    std::uint64_t new_ack_id() noexcept { return next_ack_.fetch_add(1, std::memory_order_relaxed); }

    // "connection" and "connect"; and, of the server's first namespace, "new_namespace".
    std::shared_ptr<namespace_emitter> events() { return {shared_from_this(), &events_}; }
    void use(socket_middleware middleware);
    std::vector<std::weak_ptr<socket_middleware const>> middleware() const;
    // Throws std::invalid_argument if no event of that name, or with so many attachments, may be emitted.
    void check_emit(std::string_view event, std::size_t attachments) const;
    // Visits the namespace, or those that its pattern has made.
    template <class Visit>
    void for_each(Visit visit)
    {
        for_each_shared([&](std::shared_ptr<namespace_core> const& each) { visit(*each); });
    }
    template <class Visit>
    void for_each_shared(Visit visit)
    {
        if (!is_parent_) {
            visit(shared_from_this());
            return;
        }
        for (auto const& each : children())
            visit(each);
    }

    // A socket has gone.
    void removed();
    // The last socket has left, and the namespace was removed, while the next one was arriving.
    bool has_gone() const;
    void report(event_error const& reason, bool handled = false);
    void warn(std::string_view text) const;
    // True for the first call.
    bool checks_names() noexcept
    {
        return !names_checked_.load(std::memory_order_relaxed) &&
               !names_checked_.exchange(true, std::memory_order_relaxed);
    }
    // The same later, from any thread.
    void report_later(event_error reason);

    // Makes this a parent: the model of a pattern's namespaces, without sockets of its own.
    void become_parent() noexcept { is_parent_ = true; }
    bool is_parent() const noexcept { return is_parent_; }
    void adopt(std::shared_ptr<namespace_core> const& child);
    // A pattern made it for a client: it is removed after its last socket.
    void become_clients() noexcept { is_clients_ = true; }
    // Notes that a session is stored here for a client that may return.
    void note_session();
    clock::time_point kept_until() const noexcept { return kept_until_.load(std::memory_order_relaxed); }
    // For the server, which holds its lock.
    bool is_listed() const noexcept { return is_listed_; }
    void set_listed(bool listed) noexcept { is_listed_ = listed; }
    void close();

private:
    std::vector<std::shared_ptr<namespace_core>> children() const;
    void disown(std::uint64_t child) noexcept;

    std::weak_ptr<namespace_owner> const owner_;
    std::string const name_;
    std::shared_ptr<adapter> const adapter_;
    sending_limits const limits_;
    sources const sources_;
    std::atomic<std::uint64_t> next_ack_{0};
    std::atomic<bool> names_checked_{false};
    bool is_parent_ = false;
    bool is_clients_ = false;
    bool is_listed_ = false;
    std::atomic<clock::time_point> kept_until_{clock::time_point::min()};
    std::weak_ptr<namespace_core> parent_;
    std::uint64_t child_number_ = 0; // among the parent's children

    namespace_emitter events_;

    mutable std::mutex mutex_; // guards the members below
    std::vector<std::shared_ptr<socket_middleware const>> middleware_;
    std::map<std::uint64_t, std::weak_ptr<namespace_core>> children_; // in the order in which they were made
    std::uint64_t next_child_ = 0;
    bool closed_ = false;
};

} // namespace socketio::detail
