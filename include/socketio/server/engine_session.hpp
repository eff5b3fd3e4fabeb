// One Engine.IO session of a server: what carries it, its clock, and its end. All of it lives on one strand. It knows
// no Socket.IO and neither how requests find their session.
#pragma once

#include <socketio/net/connection.hpp>
#include <socketio/server/engine_channel.hpp>
#include <socketio/server/options.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace socketio::detail {

class engine_session;

// Whoever knows all sessions. Any thread.
class engine_session_keeper {
public:
    engine_session_keeper() = default;
    engine_session_keeper(engine_session_keeper const&) = delete;
    engine_session_keeper& operator=(engine_session_keeper const&) = delete;

    // From construction to destruction: whom to tell when the context goes.
    virtual void add(engine_session* born) = 0;
    virtual void remove(engine_session* dying) noexcept = 0;
    // Nothing of it is to be expected any more.
    virtual void on_ended(std::string const& sid) = 0;

protected:
    ~engine_session_keeper() = default;
};

// What a WebSocket brings along.
struct engine_websocket {
    stream connected;
    byte_buffer leftover{}; // came behind the request
    byte_buffer answer{};   // to the request, if it is still to be written
    std::optional<deflate_parameters> deflate{};
};

class engine_session final : public engine_channel,
                             public std::enable_shared_from_this<engine_session>,
                             public connection_owner {
public:
    engine_session(strand const& on, std::string sid, http_request request, std::shared_ptr<engine_session_keeper> keeper,
                   std::shared_ptr<server_options const> options);
    ~engine_session() override;

    // On the strand. Nothing is read before begin().
    void start(engine_websocket&& over);
    void begin();
    // Kept until the session has ended.
    void hold(std::shared_ptr<void> kept) noexcept { kept_ = std::move(kept); }
    // Nobody runs the context any more.
    void context_gone() noexcept;

    strand const& serial() const noexcept override { return runtime_->serial; }
    std::string const& sid() const noexcept override { return sid_; }
    http_request const& request() const noexcept override { return request_; }
    void attach(std::shared_ptr<engine_channel_owner> owner) override { owner_ = std::move(owner); }
    std::string_view transport() const noexcept override { return "websocket"; }
    void send_text(std::string_view message, bool compress) override;
    void send_binary(bytes_view message, bool compress) override;
    void flush() override;
    bool is_writable() override;
    std::size_t unsent() override;
    void close(close_reason reason, std::error_code why) override;
    void abort(close_reason reason, std::error_code why) override;

    std::shared_ptr<void> pin() override { return shared_from_this(); }
    void on_readable() override { pump(); }
    void on_drained() override;

private:
    // All that touches Asio; it dies with the context.
    struct runtime {
        explicit runtime(strand const& on) : serial{on}, timer{on} {}
        strand serial;
        deadline_timer timer;
        std::shared_ptr<connection> link;
    };

    bool alive() const noexcept { return !gone_.load(std::memory_order_acquire); }
    engine make_engine(engine_websocket const& over) const;
    void pump();
    void settle();
    void on_event(engine_event const& event);
    void on_due();
    void arm();
    void check_backlog();
    void end(close_reason reason, std::error_code why);
    void end_later(close_reason reason, std::error_code why);
    void tell_end(close_reason reason, std::error_code why);

    std::string const sid_;
    http_request const request_;
    std::shared_ptr<engine_session_keeper> const keeper_;
    std::shared_ptr<server_options const> const options_;
    std::unique_ptr<runtime> runtime_;
    std::atomic<bool> gone_{false};

    // On the strand only.
    std::shared_ptr<engine_channel_owner> owner_;
    std::shared_ptr<void> kept_;
    bool ended_ = false; // or about to be told so
    bool pumping_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/server/impl/engine_session.ipp>
#endif
