// The state behind a `server_socket`: one client in one namespace. It lives on the strand of the client's connection;
// members marked "any thread" may be called from anywhere.
#pragma once

#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/value.hpp>
#include <socketio/server/adapter.hpp>
#include <socketio/server/namespace_core.hpp>
#include <socketio/server/peer_core.hpp>
#include <socketio/server/peer_socket.hpp>
#include <socketio/server/room_member.hpp>
#include <socketio/server/socket_handshake.hpp>
#include <socketio/session/channel.hpp>
#include <socketio/session/reasons.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

// A middleware of packets.
using packet_middleware = std::function<void(std::string_view, args const&, decide)>;

class server_socket_core final : public std::enable_shared_from_this<server_socket_core>, public peer_socket,
                                 public room_member, private channel_host, private lane_recipient {
public:
    server_socket_core(std::shared_ptr<namespace_core> nsp, std::shared_ptr<peer_core> client, value auth,
                       std::optional<adapter_session> session);

    // Any thread.
    std::string const& id() const noexcept override { return id_; }
    socketio::handshake const& handshake() const noexcept override { return *handshake_; }
    std::shared_ptr<socketio::handshake const> share_handshake() const noexcept { return handshake_; }
    namespace_core& nsp() const noexcept { return *nsp_; }
    std::shared_ptr<namespace_core> const& share_nsp() const noexcept { return nsp_; }
    peer_core& client() const noexcept { return *client_; }
    std::shared_ptr<peer_core> const& share_client() const noexcept { return client_; }
    // Still true for listeners of "disconnecting", as in the reference, and false for all other callers.
    bool connected() const noexcept
    {
        return connected_.load(std::memory_order_acquire) ||
               (disconnecting_.load(std::memory_order_relaxed) && client_->on_strand());
    }
    bool recovered() const noexcept { return recovered_; }
    SOCKETIO_DECL value data() const override;
    void with_data(std::function<void(value&)> const& change);
    channel& get_channel() noexcept { return channel_; }
    std::shared_ptr<event_emitter> events() { return {shared_from_this(), &channel_.events()}; }
    std::shared_ptr<event_emitter> outgoing() { return {shared_from_this(), &channel_.outgoing()}; }
    void use(packet_middleware middleware);
    void set_error_hook(error_hook hook) { channel_.set_error_hook(std::move(hook)); }
    SOCKETIO_DECL void send(shared_packet packet, send_flags flags) override;
    SOCKETIO_DECL void ask(shared_packet packet, std::uint64_t id, send_flags flags,
                           std::function<void(std::error_code, value)> answered) override;
    void forget_ack(std::uint64_t id) override { channel_.forget_ack(id); }
    // An event for this socket alone; `waiting` is set if it wants an answer. It is written in place if it can leave
    // at once.
    void emit_event(std::string_view event, std::optional<pending_ack>&& waiting, encode_event_ref encode,
                    send_flags flags);
    // The same, already encoded.
    void emit(shared_packet packet, std::optional<pending_ack> waiting, send_flags flags);
    // The same; the text is copied unless it can leave at once.
    void emit(std::string_view text, std::span<bytes_view const> attachments, std::optional<pending_ack> waiting,
              send_flags flags);
    // The same for emitWithAck.
    void emit_asking(shared_packet packet, pending_ack waiting, send_flags flags);
    void begin_ack(pending_ack& made, std::string_view event, std::optional<std::chrono::milliseconds> timeout)
    {
        channel_.begin_ack(made, event, timeout);
    }
    void cancel_ack(std::uint64_t id) { channel_.cancel_ack(id); }
    SOCKETIO_DECL void disconnect(bool close) override;

    // On the strand.
    void on_connect();
    std::string const& namespace_name() const noexcept override { return nsp_->name(); }
    std::weak_ptr<peer_socket> weak() noexcept override { return weak_from_this(); }
    SOCKETIO_DECL void on_packet(packet const& received) override;
    SOCKETIO_DECL void on_parse_error(std::error_code ec) override;
    void check_names();
    SOCKETIO_DECL void leave(disconnect_reason reason) override;
    void on_connection_end(disconnect_reason reason) override { static_cast<void>(on_close(reason)); }
    SOCKETIO_DECL void abandon() override;
    clock::time_point deadline() const noexcept override { return channel_.waiting().deadline(); }
    void expire(clock::time_point now) override { channel_.expire(now); }
    SOCKETIO_DECL void drop_everything() noexcept override;

private:
    class middleware_run;

    // Returns false if it was not connected.
    bool on_close(disconnect_reason reason, bool by_this_side = false);
    void enter();
    void emit_in_place(std::string_view event, std::optional<pending_ack>&& waiting, encode_event_ref encode,
                       bool compress);
    void write(encoded_packet const& packet, send_flags flags);
    void write(std::string_view text, std::span<bytes_view const> attachments, send_flags flags);
    void write_asking(std::string_view text, std::span<bytes_view const> attachments, pending_ack&& waiting,
                      send_flags flags);
    void on_event(packet const& received);
    void refuse(connect_error reason);
    void tell(std::string const& event, std::string_view text);
    void cleanup(bool recoverable);
    unique_function<void()> end_listening();
    void stop_listening();
    std::vector<std::weak_ptr<packet_middleware const>> middleware() const;

    // Calls of the channel.
    std::shared_ptr<void> pin() override { return shared_from_this(); }
    bool perform(unique_function<void()> command) override { return client_->perform(std::move(command)); }
    bool acts_now() override { return client_->acts_now(); }
    SOCKETIO_DECL void call_elsewhere(unique_function<void()> call) override;
    void defer(unique_function<void()> step) override { client_->defer(std::move(step)); }
    void defer_first(unique_function<void()> step) override { client_->defer_first(std::move(step)); }
    void defer_outgoing(channel_steps&& step) noexcept override { client_->defer(std::move(step)); }
    void note_deadline(clock::time_point at) override { client_->note_deadline(*this, at); }
    void changed() noexcept override {}
    void forget_packet(std::uint64_t) override {}
    SOCKETIO_DECL void check_attachments(std::string_view event, std::size_t count) const override;
    SOCKETIO_DECL clock::time_point time() const noexcept override;
    SOCKETIO_DECL std::size_t packet_limit() const noexcept override;
    SOCKETIO_DECL void write_answer(std::string_view text, std::span<bytes_view const> attachments,
                                    std::uint64_t epoch) override;
    SOCKETIO_DECL void report(event_error&& reason, std::shared_ptr<error_hook const> const& hook) override;
    void note_unanswered(std::uint64_t) override {}

    // Calls of the lane.
    std::shared_ptr<lane_recipient> recipient() override { return {shared_from_this(), this}; }
    SOCKETIO_DECL void take_packet(std::string_view text, std::span<bytes_view const> attachments, std::uint32_t flags,
                                   std::optional<pending_ack>&& waiting) override;

    std::shared_ptr<namespace_core> const nsp_;
    std::shared_ptr<peer_core> const client_;
    std::optional<adapter_session> session_; // restored, until it is connected
    std::string const id_;
    std::string const pid_;
    bool const recovered_;
    std::shared_ptr<socketio::handshake const> const handshake_;
    std::atomic<bool> connected_{false};
    std::atomic<bool> disconnecting_{false};
    std::atomic<bool> has_middleware_{false};
    channel channel_;

    mutable std::mutex mutex_; // guards data_ and middleware_
    value data_;
    std::vector<std::shared_ptr<packet_middleware const>> middleware_;
};

// A namespace has no other members of rooms.
inline std::shared_ptr<server_socket_core> socket_of(std::shared_ptr<room_member> const& member) noexcept
{
    return std::static_pointer_cast<server_socket_core>(member);
}

} // namespace socketio::detail
