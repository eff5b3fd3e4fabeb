// The Engine.IO server: accepts, lets in or refuses, and knows every session by its id. It knows no Socket.IO.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/net/context_watch.hpp>
#include <socketio/net/listener.hpp>
#include <socketio/net/welcome.hpp>
#include <socketio/server/engine_session.hpp>
#include <socketio/server/options.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace socketio::detail {

class engine_server final : public engine_session_keeper,
                            public context_guest,
                            public std::enable_shared_from_this<engine_server> {
public:
    // Called from several threads at once if several run the context.
    struct hooks {
        // A new session, on its strand. Nothing has come of it yet: attach() belongs in here.
        unique_function<void(std::shared_ptr<engine_channel>)> session;
        unique_function<void(connection_failure const&)> connection_error;
    };

    // Listens at once, and accepts from start() on. Throws std::system_error when the port or the address cannot be had.
    static std::shared_ptr<engine_server> make(asio::any_io_executor executor, std::uint16_t port,
                                               std::shared_ptr<server_options const> options);
    engine_server(asio::any_io_executor const& executor, std::shared_ptr<server_options const> options);
    ~engine_server();

    // Any thread.
    void start(hooks told);
    std::uint16_t port() const noexcept { return port_; }
    std::size_t clients_count() const;
    // Nothing more is accepted, and every session is closed. `done` is called once all of them have ended, not inside
    // this call; never if the context goes first.
    void close(unique_function<void()> done);

    void add(engine_session* born) override;
    void remove(engine_session* dying) noexcept override;
    void on_ended(std::string const& sid) override;
    void context_gone() noexcept override;

private:
    class place; // counted while it lasts

    void secure();
    std::shared_ptr<void> take_place();
    void on_accepted(strand const& on, stream&& connected);
    void on_welcomed(strand const& on, welcome_result&& result, stream&& connected, std::shared_ptr<void> counted);
    void close_session(std::shared_ptr<engine_session> const& session);
    void tell_closed();

    std::shared_ptr<server_options const> const options_;
    context_watch& watch_;
    std::uint16_t port_ = 0;
    std::shared_ptr<tls_provider> tls_; // of a secure server
    std::shared_ptr<std::atomic<std::size_t>> const places_ = std::make_shared<std::atomic<std::size_t>>(0);

    mutable std::mutex mutex_; // guards what follows
    std::shared_ptr<listener> accepting_;
    std::shared_ptr<hooks> told_;
    std::set<std::shared_ptr<welcome>> welcomes_;
    std::map<std::string, std::shared_ptr<engine_session>, std::less<>> sessions_; // that have not ended
    std::set<engine_session*> all_;
    std::vector<unique_function<void()>> close_waiters_;
    bool closed_ = false;
};

// 20 characters that nobody can guess, as in the reference.
SOCKETIO_DECL std::string make_session_id();

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/server/impl/engine_server.ipp>
#endif
