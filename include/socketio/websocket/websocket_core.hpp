// The state behind a `websocket`, of either role. All of it lives on one strand; members marked "any thread" hand
// over to it. It knows no public handle.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/core/role.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/connection.hpp>
#include <socketio/net/context_watch.hpp>
#include <socketio/net/dial.hpp>
#include <socketio/websocket/websocket_options.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

class websocket_core final : public std::enable_shared_from_this<websocket_core>,
                             public connection_owner,
                             public context_observer {
public:
    enum class phase : std::uint8_t { idle, opening, open, closing, closed };

    // Shared, since a listener may be replaced by itself.
    struct listeners {
        std::shared_ptr<unique_function<void()>> open;
        std::shared_ptr<unique_function<void(websocket_message const&)>> message;
        std::shared_ptr<unique_function<void(bytes_view)>> ping, pong;
        std::shared_ptr<unique_function<void()>> drain;
        std::shared_ptr<unique_function<void(websocket_close const&)>> close;
    };

    static std::shared_ptr<websocket_core> make(strand const& on, websocket_options settings);
    websocket_core(strand const& on, websocket_options settings);
    ~websocket_core();

    // Any thread. What is asked for in one thread is done in that order.
    void perform(unique_function<void()> command);
    bool send(opcode code, std::string_view payload);
    void close(std::uint16_t code, std::string_view reason);
    void stop() noexcept;
    phase where() const noexcept { return phase_.load(std::memory_order_acquire); }
    std::size_t buffered_amount() const noexcept;
    std::string subprotocol() const;
    bool on_strand() const noexcept { return alive() && runtime_->serial.running_in_this_thread(); }

    // On the strand.
    void open(std::string const& url);
    // Of a server: a connection whose handshake is done. It is read from begin() on. `counted` is kept until the stream is
    // closed, which is later than the end that is told.
    void accept(stream&& connected, byte_buffer leftover, std::optional<deflate_parameters> const& deflate,
                std::shared_ptr<void> counted);
    void agree(std::string subprotocol);
    // Calls what listens to connections, and begins.
    void hand_over(unique_function<void()> heard);
    void begin();
    void pause(bool paused);
    listeners& heard_by() noexcept { return listeners_; }

    std::shared_ptr<void> pin() override { return shared_from_this(); }
    void on_readable() override { pump(); }
    SOCKETIO_DECL void on_drained() override;
    SOCKETIO_DECL void context_gone() noexcept override;

private:
    using link_type = basic_connection<websocket_session>;

    // All that touches Asio; it dies with the context.
    struct runtime {
        explicit runtime(strand const& on) : serial{on}, timer{on} {}
        strand serial;
        deadline_timer timer;
        std::shared_ptr<dial> dialing;
        std::shared_ptr<link_type> link;
    };

    bool alive() const noexcept { return !gone_.load(std::memory_order_acquire); }
    template <class Work>
    void turn(Work work);
    void drain_inbox();
    void run_drained();
    void dial_to(std::string const& address);
    void end_unheard();
    void end_with(std::error_code why);
    void take_events();
    void on_time();
    bool provide_tls(dial_request& request);
    void end_later(websocket_close how);
    void fail_later(std::error_code why) noexcept;
    void on_dialed(dial_result&& result, stream&& connected);
    void start(role own, stream&& connected, byte_buffer leftover, std::optional<deflate_parameters> const& deflate,
               std::shared_ptr<void> counted = {});
    void tell_open();
    void pump();
    void settle();
    void on_event(websocket_session_event const& event);
    void on_closed(websocket_session_event const& event);
    void end(websocket_close how);
    bool write(opcode code, std::string_view payload);
    void close_here(std::uint16_t code, std::string_view reason);
    void arm(std::chrono::milliseconds limit);
    void on_due();
    void go(phase to) noexcept { phase_.store(to, std::memory_order_release); }

    websocket_options const settings_;
    std::unique_ptr<runtime> runtime_;
    context_watch& watch_;
    std::atomic<bool> gone_{false};
    std::atomic<phase> phase_{phase::idle};
    std::atomic<std::size_t> unsent_{0};  // as it was after the last turn
    std::atomic<std::size_t> handed_over_{0}; // bytes in the inbox

    mutable std::mutex mutex_; // guards inbox_, waking_ and subprotocol_
    std::string subprotocol_;
    std::vector<unique_function<void()>> inbox_;
    bool waking_ = false;
    std::atomic<bool> has_mail_{false};
    std::atomic<bool> stopped_{false}; // no handle is left

    // On the strand only.
    listeners listeners_;
    clock::time_point deadline_ = clock::never();
    bool paused_ = false;
    bool pumping_ = false;
    bool draining_ = false;
    bool starved_ = false; // there was no memory
    std::vector<unique_function<void()>> drained_; // of the inbox, from next_drained_ on to be done
    std::size_t next_drained_ = 0;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/websocket/impl/websocket_core.ipp>
#endif
