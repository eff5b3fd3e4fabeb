// One Engine.IO session of a server: what carries it, its clock, and its end. All of it lives on one strand. It knows
// no Socket.IO and neither how requests find their session.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/net/connection.hpp>
#include <socketio/net/http_exchange.hpp>
#include <socketio/server/engine_channel.hpp>
#include <socketio/server/engine_gate.hpp>
#include <socketio/server/server_options.hpp>
#include <socketio/session/polling.hpp>

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
    // A request that named a session was not for it.
    virtual void refuse(std::shared_ptr<http_exchange> const& exchange, engine_refusal const& why) = 0;

protected:
    ~engine_session_keeper() = default;
};

// What a WebSocket brings along.
struct engine_websocket {
    stream connected;
    byte_buffer leftover{}; // came behind the request
    byte_buffer answer{};   // to the request, if it is still to be written
    std::optional<deflate_parameters> deflate{};
    std::shared_ptr<void> counted{}; // to be kept as long as the connection
    bool base64 = false; // its client takes no binary messages
};

class engine_session final : public engine_channel,
                             public std::enable_shared_from_this<engine_session>,
                             public connection_owner {
public:
    engine_session(strand const& on, std::string sid, http_request request, std::shared_ptr<engine_session_keeper> keeper,
                   std::shared_ptr<server_options const> options);
    SOCKETIO_DECL ~engine_session() override;

    // On the strand; one of these, once. Nothing is read before begin().
    void start(engine_websocket&& over);
    void start(std::shared_ptr<http_exchange> first);
    void begin();
    // A request that names this session. Any thread.
    void take(std::shared_ptr<http_exchange> exchange);
    // What the gate asks. Any thread.
    engine_known known() const noexcept { return {over_websocket_.load(std::memory_order_acquire)}; }
    // On the strand: closes it, and waits for no poll.
    void shut_down();
    // Nobody runs the context any more.
    void context_gone() noexcept;

    strand const& serial() const noexcept override { return runtime_->serial; }
    std::string const& sid() const noexcept override { return sid_; }
    http_request const& request() const noexcept override { return request_; }
    void attach(std::shared_ptr<engine_channel_owner> owner) override { owner_ = std::move(owner); }
    std::string_view transport() const noexcept override { return known().websocket ? "websocket" : "polling"; }
    SOCKETIO_DECL void send_text(std::string_view message, bool compress) override;
    SOCKETIO_DECL void send_binary(bytes_view message, bool compress) override;
    SOCKETIO_DECL void send_packet(std::string_view text, std::span<bytes_view const> attachments, bool compress) override;
    SOCKETIO_DECL void flush() override;
    SOCKETIO_DECL bool is_writable() override;
    SOCKETIO_DECL std::size_t unsent() override;
    SOCKETIO_DECL void close(disconnect_reason reason, std::error_code why) override;
    SOCKETIO_DECL void abort(disconnect_reason reason, std::error_code why) override;

    std::shared_ptr<void> pin() override { return shared_from_this(); }
    SOCKETIO_DECL void on_readable() override;
    SOCKETIO_DECL void on_drained() override;

    // There was no memory for something that was to be done whole: the session ends.
    void starve() noexcept;

private:
    // All that touches Asio; it dies with the context.
    struct runtime {
        explicit runtime(strand const& on) : serial{on}, timer{on} {}
        strand serial;
        deadline_timer timer;
        std::shared_ptr<connection> link;      // null while it is polling
        std::shared_ptr<connection> candidate; // the WebSocket of an upgrade that has begun
        std::shared_ptr<http_exchange> poll;   // that waits
        std::shared_ptr<http_exchange> data;   // whose body is being told
    };

    bool alive() const noexcept { return !gone_.load(std::memory_order_acquire); }
    clock::time_point time() const noexcept { return runtime_->timer.now(); }
    engine make_engine(engine_websocket const& over) const;
    std::shared_ptr<connection> connect(engine_websocket&& over, engine&& session);
    template <class Work>
    void guarded(Work work)
    {
        watch_memory(work, [this] { starve(); });
    }
    void pump();
    engine_event next_event(clock::time_point now);
    void settle();
    void on_event(engine_event const& event);
    void on_due();
    void arm();
    void end(disconnect_reason reason, std::error_code why);
    void end_later(disconnect_reason reason, std::error_code why);
    void tell_end(disconnect_reason reason, std::error_code why);
    void tell_drained();

    // Polling and the upgrade.
    void on_request(std::shared_ptr<http_exchange> exchange);
    void on_poll(std::shared_ptr<http_exchange> exchange);
    void on_data(std::shared_ptr<http_exchange> exchange);
    void on_poll_left(bool for_good);
    void on_overlap(std::shared_ptr<http_exchange> const& exchange);
    void settle_polling();
    void send_output();
    void answer_poll(http_exchange& poll, std::string payload);
    void answer_data();
    void end_poll(engine_packet_type with);
    void linger();
    void on_last_poll();
    void on_lingered();
    void begin_upgrade(std::shared_ptr<http_exchange> exchange);
    void on_candidate(engine_websocket&& over);
    void turn_away(engine_websocket&& over);
    bool pump_candidate(clock::time_point now);
    void upgrade();
    void drop_candidate();
    clock::time_point deadline() const;

    std::string const sid_;
    http_request const request_;
    std::shared_ptr<engine_session_keeper> const keeper_;
    std::shared_ptr<server_options const> const options_;
    std::unique_ptr<runtime> runtime_;
    std::atomic<bool> gone_{false};

    // On the strand only.
    std::shared_ptr<engine_channel_owner> owner_;
    std::unique_ptr<polling> polling_;
    clock::time_point upgrade_deadline_ = clock::never();
    clock::time_point noop_due_ = clock::never(); // for a poll that stands in the way of the upgrade
    clock::time_point left_poll_due_ = clock::never(); // for the answer to a poll whose client sends nothing more there
    clock::time_point next_poll_due_ = clock::never(); // by which such a client has to poll again
    clock::time_point linger_deadline_ = clock::never(); // until when a poll may fetch what was said last
    bool upgrading_ = false;   // from the request on
    bool bad_data_ = false;    // the body that is being told made no sense
    bool ended_ = false; // or about to be told so
    bool pumping_ = false;
    std::atomic<bool> over_websocket_{false};
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/server/impl/engine_polling.ipp>
#include <socketio/server/impl/engine_session.ipp>
#endif
