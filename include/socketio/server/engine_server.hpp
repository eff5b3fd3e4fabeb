// The Engine.IO server: accepts or refuses clients, and finds sessions by their ids. It knows no Socket.IO.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/net/context_watch.hpp>
#include <socketio/net/http_connection.hpp>
#include <socketio/net/acceptor.hpp>
#include <socketio/net/byte_stream.hpp>
#include <socketio/net/connection_slots.hpp>
#include <socketio/server/engine_session.hpp>
#include <socketio/server/server_options.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace socketio::detail {

class engine_server final : public engine_session_keeper,
                            public http_connection_owner,
                            public context_observer,
                            public std::enable_shared_from_this<engine_server> {
public:
    // Called from several threads at once if several run the context.
    struct hooks {
        // A new session, on its strand, before its first message. The hook calls attach().
        unique_function<void(std::shared_ptr<engine_session>)> session;
        unique_function<void(connection_failure const&)> connection_error;
        // The headers of an answer to an accepted client; `initial`: the answer that begins the session.
        unique_function<void(string_pairs&, http_request const&, bool initial)> headers;
        // A request that is not for the engine; without this hook it is answered 404.
        unique_function<void(std::shared_ptr<http_exchange>)> request;
    };

    static std::shared_ptr<engine_server> make(asio::any_io_executor const& executor,
        std::shared_ptr<server_options const> options, hooks called);
    engine_server(asio::any_io_executor const& executor, std::shared_ptr<server_options const> options, hooks called);
    ~engine_server();

    // Any thread. Throws std::system_error when the port or the address is not available. Returns false if the server
    // is closed or listens already.
    bool listen(std::uint16_t port);
    // Serves a stream that is connected to a client. Returns false, and closes the stream, if the server is closed or
    // the limit of connections is reached.
    bool accept(std::shared_ptr<byte_stream> connected, http_origin from);
    std::uint16_t port() const noexcept { return port_.load(std::memory_order_relaxed); }
    std::size_t clients_count() const;
    std::size_t connections() const noexcept { return slots_.taken(); }
    // Stops accepting, and closes every session. Calls `done` when all of them have ended, not inside this call; never
    // if the context is destroyed first.
    void close(unique_function<void()> done);

    SOCKETIO_DECL void add(engine_session* born) override;
    SOCKETIO_DECL void remove(engine_session* dying) noexcept override;
    SOCKETIO_DECL void on_ended(std::string const& sid) override;
    SOCKETIO_DECL void refuse(std::shared_ptr<http_exchange> const& exchange, engine_refusal const& reason) override;
    SOCKETIO_DECL void on_request(std::shared_ptr<http_exchange> exchange) override;
    SOCKETIO_DECL void on_insecure(std::string_view address, std::string_view why) override;
    SOCKETIO_DECL void on_end(std::shared_ptr<http_connection> const& of) noexcept override;
    SOCKETIO_DECL void context_gone() noexcept override;

private:
    using connection_rules = std::shared_ptr<http_rules const>;

    connection_rules make_rules() const;
    void start(std::shared_ptr<acceptor> const& accepting, connection_rules const& rules);
    bool on_accepted(strand const& on, stream&& connected, connection_rules const& rules, http_origin&& from);
    bool is_for_engine(http_request const& request, engine_query const& query) const;
    void pass_on(std::shared_ptr<http_exchange>&& exchange, hooks& called);
    void add_hook_headers(http_exchange& exchange, bool initial) const;
    void ask(std::shared_ptr<http_exchange> const& exchange, engine_query const& query);
    void admit(strand const& on, std::shared_ptr<http_exchange> const& exchange, int protocol);
    bool enroll(std::shared_ptr<engine_session> const& session, std::size_t most);
    void begin_polling(std::shared_ptr<engine_session> const& session, std::shared_ptr<http_exchange> const& exchange);
    void begin_websocket(std::shared_ptr<engine_session> const& session, http_exchange& exchange);
    void announce(std::shared_ptr<engine_session> const& session);
    std::shared_ptr<engine_session> find(std::string const& sid) const;
    std::shared_ptr<hooks> current_hooks() const;
    void close_session(std::shared_ptr<engine_session> const& session);
    void complete_close();

    std::shared_ptr<server_options const> const options_;
    std::string const path_;
    connection_rules const rules_; // without TLS
    sources const sources_;
    context_watch& watch_;
    std::atomic<std::uint16_t> port_{0};
    connection_slots const slots_;

    mutable std::mutex mutex_; // guards the members below
    std::optional<strand> serial_; // until the context is destroyed
    std::shared_ptr<acceptor> accepting_; // null: it does not listen
    std::shared_ptr<hooks> hooks_;
    http_connections connections_;
    std::map<std::string, std::shared_ptr<engine_session>, std::less<>> sessions_; // that have not ended
    std::set<engine_session*> all_;
    std::vector<unique_function<void()>> close_waiters_;
    bool closed_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/server/impl/engine_requests.ipp>
#include <socketio/server/impl/engine_server.ipp>
#endif
