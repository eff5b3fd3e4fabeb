// The state behind a `server`: its namespaces, its clients, and the engine below them. Any thread may call its members.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/core/log.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/net/context_watch.hpp>
#include <socketio/server/engine_server.hpp>
#include <socketio/server/http_responder.hpp>
#include <socketio/server/namespace_core.hpp>
#include <socketio/server/namespace_owner.hpp>
#include <socketio/server/peer_core.hpp>
#include <socketio/server/peer_owner.hpp>
#include <socketio/server/server_options.hpp>
#include <socketio/server/server_snapshot.hpp>
#include <socketio/session/channel.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::detail {

// Decides whether a namespace of that name is made.
using namespace_matcher = std::function<void(std::string_view name, value const& auth, std::function<void(bool)>)>;

// The same, decided by the name alone.
using name_matcher = std::function<bool(std::string_view name)>;

// The arguments of the engine's listeners.
struct engine_call : emitted {
    connection_failure const* failure = nullptr; // of "connection_error"
    string_pairs* headers = nullptr;             // of the other two events
    http_request const* request = nullptr;
};
using engine_emitter = emitter<engine_call>;

class server_core final : public std::enable_shared_from_this<server_core>, public peer_owner, public namespace_owner,
                          public context_observer {
public:
    static std::shared_ptr<server_core> make(asio::any_io_executor executor, server_options settings);
    server_core(asio::any_io_executor executor, server_options settings);
    ~server_core();

    server_options const& settings() const noexcept override { return *settings_; }
    asio::any_io_executor const& get_executor() const noexcept override { return executor_; }
    sources const& time_and_chance() const noexcept { return sources_; }

    void listen(std::uint16_t port);
    bool accept(std::shared_ptr<byte_stream> connected, std::string_view received, http_origin from);
    std::uint16_t port() const;
    std::size_t clients_count() const;
    server_snapshot snapshot() const;
    void count_cut_off() noexcept override { cut_off_.fetch_add(1, std::memory_order_relaxed); }
    // The namespace "/".
    std::shared_ptr<namespace_core> const& root() const noexcept { return root_; }
    std::shared_ptr<namespace_core> of(std::string_view name);
    std::shared_ptr<namespace_core> of(namespace_matcher matcher);
    std::shared_ptr<namespace_core> of_pattern(name_matcher pattern);
    // "connection_error", "initial_headers" and "headers".
    std::shared_ptr<engine_emitter> engine_events() { return {shared_from_this(), &engine_events_}; }
    // With null, requests outside of Socket.IO are answered with 404.
    void on_request(request_handler handler);
    void set_error_hook(error_hook hook);
    SOCKETIO_DECL void report(std::string_view nsp, event_error const& reason, bool handled) override;
    SOCKETIO_DECL void warn(std::string_view text) override;
    SOCKETIO_DECL void log(log_level level, std::string_view component, std::string_view text) override;
    // Stops accepting, and ends all sockets. Releases `kept` after the last listener.
    void close(std::shared_ptr<void> const& kept);
    bool is_gone() const noexcept override { return gone_.load(std::memory_order_acquire); }

    // On the client's strand.
    void add(std::shared_ptr<engine_session> const& channel);
    SOCKETIO_DECL void find(std::string const& name, value auth, std::shared_ptr<peer_core> const& client) override;
    SOCKETIO_DECL void forget(peer_core const& client) override;
    void on_context_gone() noexcept override { context_gone(); }
    SOCKETIO_DECL void clean_up(namespace_core& empty) override;
    SOCKETIO_DECL bool knows(namespace_core const& made) const override;

    SOCKETIO_DECL void context_gone() noexcept override;

private:
    class search;
    struct family {
        std::shared_ptr<namespace_matcher const> matcher;
        std::shared_ptr<namespace_core> parent;
        std::shared_ptr<name_matcher const> by_name; // if the name alone decides
    };

    std::shared_ptr<namespace_core> of_family(namespace_matcher matcher, std::shared_ptr<name_matcher const> by_name);
    std::shared_ptr<namespace_core> parent_of(std::string_view name) const;
    std::shared_ptr<namespace_core> make_namespace(std::string name);
    std::shared_ptr<namespace_core> known(std::string_view name) const;
    bool has_room_for_child();
    void sweep(std::vector<std::shared_ptr<namespace_core>>& last);
    // `to_call` receives the listeners for a new one. Returns null if there are too many namespaces.
    std::shared_ptr<namespace_core> child(std::string const& name, namespace_core& parent,
        std::vector<namespace_emitter::reference>& to_call);
    // Made by the first call. Null after the server is closed.
    std::shared_ptr<engine_server> engine();
    engine_server::hooks engine_hooks();
    void on_refused(connection_failure const& reason);
    void dispatch_headers(string_pairs& headers, http_request const& request, bool initial);
    void serve(std::shared_ptr<http_exchange> const& exchange);
    void drop_listeners();

    asio::any_io_executor const executor_;
    std::shared_ptr<server_options const> const settings_;
    sources const sources_;
    context_watch& watch_;
    std::shared_ptr<namespace_core> root_; // from make() on
    engine_emitter engine_events_;
    warnings warnings_;
    std::atomic<bool> gone_{false};
    std::atomic<std::size_t> refused_{0};
    std::atomic<std::size_t> cut_off_{0};

    mutable std::mutex mutex_; // guards the members below
    std::shared_ptr<engine_server> engine_;
    std::map<std::string, std::shared_ptr<namespace_core>, std::less<>> namespaces_;
    std::size_t children_ = 0; // the number of those in namespaces_ that clients have made
    // The children that were empty at their last check, each with the time of the next one.
    std::multimap<clock::time_point, std::shared_ptr<namespace_core>> deserted_;
    std::vector<family> families_;
    std::unordered_map<peer_core const*, std::shared_ptr<peer_core>> clients_;
    std::shared_ptr<request_handler const> request_;
    std::shared_ptr<error_hook const> error_hook_;
    server_snapshot past_; // of the clients that have gone
    bool closed_ = false;
};

} // namespace socketio::detail
