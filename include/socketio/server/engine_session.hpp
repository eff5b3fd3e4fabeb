// One Engine.IO session of a server: its id, its transport, the upgrade to another one, and its end. All of it
// runs on one strand. It knows neither Socket.IO nor the search for a request's session.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/net/http_exchange.hpp>
#include <socketio/net/polling_channel.hpp>
#include <socketio/net/websocket_channel.hpp>
#include <socketio/server/engine_gate.hpp>
#include <socketio/server/engine_session_owner.hpp>
#include <socketio/server/server_options.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace socketio::detail {

class engine_session;

// The server, which knows all sessions. Any thread.
class engine_session_keeper {
public:
    engine_session_keeper() = default;
    engine_session_keeper(engine_session_keeper const&) = delete;
    engine_session_keeper& operator=(engine_session_keeper const&) = delete;

    // From construction to destruction, so that the keeper can call it when the context is destroyed.
    virtual void add(engine_session* born) = 0;
    virtual void remove(engine_session* dying) noexcept = 0;
    // The session has ended, and answers no further request.
    virtual void on_ended(std::string const& sid) = 0;
    // Refuses a request that names a session but does not suit it.
    virtual void refuse(std::shared_ptr<http_exchange> const& exchange, engine_refusal const& reason) = 0;

protected:
    ~engine_session_keeper() = default;
};

class engine_session final : public std::enable_shared_from_this<engine_session>, public engine_channel_owner {
public:
    engine_session(strand const& on, std::string sid, http_request request,
        std::shared_ptr<engine_session_keeper> keeper, std::shared_ptr<server_options const> options);
    ~engine_session();

    // Any thread; the results never change.
    strand const& serial() const noexcept { return runtime_->serial; }
    std::string const& sid() const noexcept { return sid_; }
    // The request that the session began with, without its body.
    http_request const& request() const noexcept { return request_; }
    // "polling" or "websocket". Any thread.
    std::string_view transport() const noexcept { return known().websocket ? "websocket" : "polling"; }
    // The facts for the gate. Any thread.
    engine_known known() const noexcept { return {over_websocket_.load(std::memory_order_acquire)}; }
    // A request that names this session. Any thread.
    void take(std::shared_ptr<http_exchange> exchange);

    // The members below belong to the strand. One start() is called, once. Nothing is read before begin().
    void start(upgraded_stream&& over, bool base64);
    void start(std::shared_ptr<http_exchange> first);
    // Called once, by the receiver of the new session.
    void attach(std::shared_ptr<engine_session_owner> owner) { owner_ = std::move(owner); }
    void begin();
    // Closes it, and waits for no poll.
    void shut_down();
    // The context is being destroyed: the strand no longer runs.
    void context_gone() noexcept;
    // Ends the session, since there was no memory for a change that must be complete.
    void starve() noexcept;

    // Inside the owner's on_readable(): calls it with each message that has come. After a close() inside a call no
    // message follows.
    void receive();
    // Messages, as in engine_channel; a closed or closing session sends none. The output accumulates until flush(), or
    // until the end of the input that is being received.
    bool is_open() const noexcept { return !ended_; }
    engine_channel::message begin_message(bool compress, bool binary = false)
    {
        return runtime_->channel->begin_message(compress, binary);
    }
    byte_buffer& output() noexcept { return runtime_->channel->output(); }
    std::size_t message_size(engine_channel::message const& of) const noexcept
    {
        return runtime_->channel->message_size(of);
    }
    void abandon(engine_channel::message const& of) noexcept;
    void end_message(engine_channel::message const& of, std::span<bytes_view const> attachments);
    void send_packet(std::string_view text, std::span<bytes_view const> attachments, bool compress,
                     bool binary = false);
    void send_text(std::string_view message, bool compress) { send_packet(message, {}, compress); }
    void send_binary(bytes_view message, bool compress);
    void flush();
    // All output was handed over: to the operating system, or to a poll that waits for more.
    bool is_writable() { return !ended_ && runtime_->channel->is_writable(); }
    // Bytes of output that were not handed over.
    std::size_t unsent() { return ended_ ? 0 : runtime_->channel->unsent(); }

    // Ends the session: the output is still sent, and no more input is received. on_closed() follows, not inside this
    // call, with `reason` and `ec`.
    void close(disconnect_reason reason, std::error_code ec);
    // The same, but drops the output: for peers that do not read.
    void abort(disconnect_reason reason, std::error_code ec);

private:
    // The members that use Asio; they are destroyed with the context.
    struct runtime {
        explicit runtime(strand const& on) : serial{on}, timer{on} {}
        strand serial;
        deadline_timer timer;
        std::shared_ptr<engine_channel> channel;      // null once the session has ended
        std::shared_ptr<polling_channel> polling;     // until an upgrade; what requests go to
        std::shared_ptr<websocket_channel> candidate; // of an upgrade that has begun
    };

    // Calls of the transports. Messages without an owner are dropped.
    std::shared_ptr<void> pin() override { return shared_from_this(); }
    SOCKETIO_DECL void on_readable() override;
    void on_text(std::span<char>) override {}
    void on_binary(std::span<char>) override {}
    SOCKETIO_DECL void on_drained() override;

    bool alive() const noexcept { return !gone_.load(std::memory_order_acquire); }
    clock::time_point time() const noexcept { return runtime_->timer.now(); }
    // With `base64` the client accepts no binary messages.
    engine make_engine(upgraded_stream const& over, bool base64) const;
    std::shared_ptr<websocket_channel> connect(upgraded_stream&& over, engine&& session);
    template <class Work>
    void guarded(Work work)
    {
        watch_memory(work, [this] { starve(); });
    }
    void pump();
    void take_events(clock::time_point now);
    void settle();
    void on_due();
    void arm();
    void end(engine_event const& with);
    void end_later(disconnect_reason reason, std::error_code ec);
    void call_on_closed(disconnect_reason reason, std::error_code ec);
    void check_lingering();

    // The upgrade.
    void on_request(std::shared_ptr<http_exchange> exchange);
    void begin_upgrade(std::shared_ptr<http_exchange> const& exchange);
    void on_candidate(upgraded_stream&& over, bool base64);
    void reject_upgrade(upgraded_stream&& over, bool base64);
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
    std::shared_ptr<engine_session_owner> owner_;
    clock::time_point upgrade_deadline_ = clock::never();
    bool upgrading_ = false; // from the request on
    bool lingering_ = false; // ended, but found by its id while a poll may fetch the last output
    bool ended_ = false;     // on_closed() may still follow
    bool pumping_ = false;
    std::atomic<bool> over_websocket_{false};
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/server/impl/engine_session.ipp>
#include <socketio/server/impl/engine_upgrade.ipp>
#endif
