// The state behind a `websocket`, of either role. All of it lives on one strand; members marked "any thread" hand
// over to it. It knows no public handle.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/core/role.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/connection.hpp>
#include <socketio/net/dial.hpp>
#include <socketio/net/lane.hpp>
#include <socketio/net/upgraded_stream.hpp>
#include <socketio/websocket/websocket_options.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace socketio::detail {

class websocket_core final : public std::enable_shared_from_this<websocket_core>,
                             public connection_owner,
                             public lane_owner,
                             public lane_recipient {
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

    websocket_core(strand const& on, websocket_options settings);
    ~websocket_core() = default;

    // Any thread. The order of one thread's calls is kept.
    void perform(unique_function<void()> command) { static_cast<void>(lane_.perform(std::move(command))); }
    bool send(opcode code, std::string_view payload);
    void close(std::uint16_t code, std::string_view reason);
    void stop() noexcept;
    phase current_phase() const noexcept { return phase_.load(std::memory_order_acquire); }
    std::size_t buffered_amount() const noexcept;
    std::string subprotocol() const;
    bool on_strand() const noexcept { return lane_.on_strand(); }

    // On the strand.
    void open(std::string const& url);
    // For a server: takes a connection whose handshake is done. It is read from hand_over() on.
    void accept(upgraded_stream&& over) { start(role::server, std::move(over)); }
    void agree(std::string subprotocol);
    // Calls the listener of connections, and begins to read.
    void hand_over(unique_function<void()> call_listener);
    void pause(bool paused);
    listeners& current_listeners() noexcept { return listeners_; }

    std::shared_ptr<void> pin() override { return weak_from_this().lock(); }
    SOCKETIO_DECL void on_readable() override;
    SOCKETIO_DECL void on_drained() override;

    SOCKETIO_DECL void on_turn() override;
    SOCKETIO_DECL void on_recover() override;
    SOCKETIO_DECL void on_turn_end() override;
    clock::time_point next_deadline() const noexcept override { return deadline_; }
    SOCKETIO_DECL void on_due() override;
    SOCKETIO_DECL void on_context_gone() noexcept override;
    std::shared_ptr<lane_recipient> recipient() override { return shared_from_this(); }
    SOCKETIO_DECL void take_packet(std::string_view payload, std::span<bytes_view const> none, std::uint32_t code,
                                   std::optional<pending_ack>&& waiting) override;

private:
    using link_type = basic_connection<websocket_session>;

    // Destroyed with the context.
    struct runtime {
        std::shared_ptr<dial> dialing;
        std::shared_ptr<link_type> link;
    };

    void dial_to(std::string const& address);
    void end_silently();
    void end_with(std::error_code ec);
    void take_events();
    bool provide_tls(dial_request& request);
    void end_later(websocket_close how);
    void on_dialed(dial_result&& result, stream&& connected);
    void start(role own, upgraded_stream&& over);
    void call_open_listener();
    void on_event(websocket_session_event const& event);
    void on_closed(websocket_session_event const& event);
    void end(websocket_close const& how);
    bool write(opcode code, std::string_view payload);
    void close_here(std::uint16_t code, std::string_view reason);
    void set_deadline(std::chrono::milliseconds limit) { deadline_ = limit_after(lane_.now(), limit); }
    void set_phase(phase to) noexcept { phase_.store(to, std::memory_order_release); }

    websocket_options const settings_;
    lane lane_;
    std::unique_ptr<runtime> runtime_ = std::make_unique<runtime>();
    std::atomic<phase> phase_{phase::idle};
    std::atomic<std::size_t> unsent_{0};  // bytes, at the end of the last turn
    std::atomic<std::size_t> handed_over_{0}; // bytes in the lane's inbox

    mutable std::mutex mutex_; // guards subprotocol_
    std::string subprotocol_;

    // On the strand only.
    listeners listeners_;
    clock::time_point deadline_ = clock::never();
    bool paused_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/websocket/impl/websocket_core.ipp>
#endif
