// The Socket.IO side of one Engine.IO session: decodes its packets and passes them to the sockets of their namespaces.
#pragma once

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/emitter.hpp>
#include <socketio/core/function.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/net/http_message.hpp>
#include <socketio/net/lane.hpp>
#include <socketio/server/encoded_packet.hpp>
#include <socketio/server/engine_session_owner.hpp>
#include <socketio/server/peer_owner.hpp>
#include <socketio/server/peer_socket.hpp>
#include <socketio/server/server_snapshot.hpp>
#include <socketio/server/socket_handshake.hpp>
#include <socketio/session/alarms.hpp>
#include <socketio/session/failure.hpp>
#include <socketio/session/reasons.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::detail {

class engine_session;

// The arguments of a connection's listener.
struct connection_call : emitted {
    std::string_view about; // the transport, or the reason
};
using connection_emitter = emitter<connection_call>;

class peer_core final : public std::enable_shared_from_this<peer_core>, public engine_session_owner, public lane_owner {
public:
    static std::shared_ptr<peer_core> make(std::shared_ptr<peer_owner> const& owner,
                                           std::shared_ptr<engine_session> const& session);
    peer_core(std::shared_ptr<peer_owner> const& owner, std::shared_ptr<engine_session> const& session);
    ~peer_core();

    // Any thread, see lane::perform(). Returns false if the client has gone.
    bool perform(unique_function<void()> command) { return lane_.perform(std::move(command)); }
    bool on_strand() const noexcept { return lane_.on_strand(); }
    bool acts_now() { return lane_.acts_now(); }
    bool hand_over(lane_recipient& to, std::string_view text, std::span<bytes_view const> attachments,
                   std::uint32_t flags, std::optional<pending_ack>&& waiting)
    {
        return lane_.hand_over(to, text, attachments, flags, std::move(waiting));
    }

    http_request const& request() const noexcept { return request_; }
    // The part that all namespaces share: without `auth` and times.
    socketio::handshake const& handshake() const noexcept { return handshake_; }
    std::string const& sid() const noexcept { return sid_; }
    std::string_view transport() const noexcept { return transport_.load(std::memory_order_relaxed); }
    client_snapshot snapshot() const noexcept;
    // Adds the bytes of an event that waits for a middleware. Returns false if more bytes wait than may.
    bool add_waiting(std::size_t bytes) noexcept;
    void remove_waiting(std::size_t bytes) noexcept { waiting_.fetch_sub(bytes, std::memory_order_relaxed); }
    // The events "upgrade" and "close".
    std::shared_ptr<connection_emitter> connection_events() { return {shared_from_this(), &connection_events_}; }

    // On the strand.
    bool is_open() const noexcept { return open_; }
    // Calls user code later in this turn: an exception of it leaves through the executor, and the next step follows.
    void defer(unique_function<void()> step) { lane_.defer(std::move(step)); }
    // The same for steps whose memory is allocated already.
    void defer(std::list<unique_function<void()>>&& steps) noexcept { lane_.defer(std::move(steps)); }
    // The same, before all other steps.
    void defer_first(std::list<unique_function<void()>>&& steps) noexcept { lane_.defer_first(std::move(steps)); }
    void defer_first(unique_function<void()> step) { lane_.defer_first(std::move(step)); }
    // Returns false if the packet was dropped: it is volatile and would have to wait.
    bool send(encoded_packet const& packet, send_flags flags);
    bool send(std::string_view text, std::span<bytes_view const> attachments, send_flags flags);
    // The packets that `these` sends count as one for send_limit.
    template <class Sends>
    void send_as_one(Sends these)
    {
        if (!open_)
            return;
        std::size_t const before = unsent();
        {
            flag_guard const guard{sending_as_one_};
            these();
        }
        check_unread(before);
    }
    // The session accepts packets. It may have ended although this client does not know it yet.
    bool can_write() const noexcept;
    // A packet that user code writes straight into the output, while can_write(). Without end() nothing of it remains.
    // No inbox may be drained before it is destroyed.
    class message {
    public:
        message(peer_core& to, bool compress);
        message(message const&) = delete;
        message& operator=(message const&) = delete;
        ~message();

        // Runs user code, whose own emits have to wait.
        void encode(encode_event_ref encode);
        std::span<bytes_view const> attachments() const noexcept { return attachments_; }
        // Bytes of the packet, with its attachments.
        std::size_t size() const noexcept;
        void end();

    private:
        peer_core& to_;
        engine_session& session_;
        std::size_t const before_; // bytes that the client had not read yet
        engine_channel::message const at_;
        std::vector<bytes_view> attachments_;
        bool ended_ = false;
    };
    void send_control(packet_type type, std::string_view nsp, value const* payload);
    // A socket begins with the middleware; is connected; has gone, while its last steps hold it.
    void connecting(std::shared_ptr<peer_socket> socket);
    void joined(std::shared_ptr<peer_socket> socket);
    void left(peer_socket const& socket) noexcept;
    // This side leaves the namespace, and the client may not know it yet.
    void note_leaving(peer_socket const& socket);
    // Asks the server for the namespace of that name.
    void connect_to_namespace(std::string const& nsp, value auth);
    // Tells the client that the namespace refuses it.
    void refuse(std::string_view nsp, std::string_view message, value const& data);
    // Every socket leaves, as after its disconnect(), and the connection is closed.
    void disconnect_all();
    // Closes the connection. Its end will end the sockets.
    void close();
    // The server closes: all sockets end with that reason. Releases `kept` after the last listener.
    void shut_down(std::shared_ptr<void> kept);
    // Disconnects the client if more bytes wait for middleware than may.
    void check_waiting();
    // The cause of the connection's end, for the listeners of "disconnect".
    disconnect_details end_details() const;
    // Notes the deadline of a socket that has not ended.
    void note_deadline(peer_socket& of, clock::time_point at);
    void forget_deadline(peer_socket& of);

    void context_gone() noexcept override { lane_.context_gone(); }
    SOCKETIO_DECL void on_readable() override;
    SOCKETIO_DECL void on_text(std::span<char> message) override;
    SOCKETIO_DECL void on_binary(std::span<char> message) override;
    void on_drained() override { counts_.unsent.store(0, std::memory_order_relaxed); }
    SOCKETIO_DECL void on_upgraded() override;
    SOCKETIO_DECL void on_closed(disconnect_reason reason, std::error_code ec) override;

    std::shared_ptr<void> pin() override { return weak_from_this().lock(); }
    SOCKETIO_DECL void on_turn() override;
    SOCKETIO_DECL void on_recover() override;
    SOCKETIO_DECL void on_turn_end() override;
    SOCKETIO_DECL clock::time_point next_deadline() const noexcept override;
    SOCKETIO_DECL void on_due() override;
    SOCKETIO_DECL void on_context_gone() noexcept override;

private:
    // Written by the strand alone.
    struct counts {
        std::atomic<std::size_t> received{0};
        std::atomic<std::size_t> sent{0};
        std::atomic<std::size_t> dropped{0};
        std::atomic<std::size_t> unsent{0};
        std::atomic<std::size_t> sockets{0};
    };

    static void count(std::atomic<std::size_t>& one) noexcept
    {
        one.store(one.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    void dispatch(std::string_view event, std::string_view about);
    void log_end();
    void go_down();
    void release();
    void decided(std::string_view nsp);
    void shrink_buffers(std::size_t message_size, packet const& last);
    void on_packet(packet const& received);
    void on_connect(packet const& received);
    void fail(std::error_code ec);
    void end_sockets(disconnect_reason reason);
    std::size_t unsent();
    void note_sent(std::size_t before);
    void check_unread(std::size_t before);
    void cut_off(disconnect_reason reason, std::string message_text);

    http_request const request_;
    socketio::handshake const handshake_;
    std::string const sid_;
    std::atomic<char const*> transport_;
    counts counts_;
    connection_emitter connection_events_;
    std::size_t const namespace_limit_;
    std::size_t const waiting_limit_;
    std::size_t const send_limit_;
    std::atomic<std::size_t> waiting_{0};
    lane lane_;

    // On the strand only.
    std::shared_ptr<engine_session> session_; // until the end
    std::shared_ptr<peer_owner> owner_; // until the end, so that it can pass on the context's end
    packet_decoder decoder_;
    bool const sends_binary_; // its packets are binary messages
    std::map<std::string, std::shared_ptr<peer_socket>, std::less<>> sockets_; // by namespace
    // By namespace, until the middleware has decided. Null while the server looks for the namespace.
    std::map<std::string, std::shared_ptr<peer_socket>, std::less<>> connecting_;
    std::set<std::string, std::less<>> left_;       // namespaces that this side has left: the client may not know
    std::vector<std::shared_ptr<void>> kept_;
    alarms deadlines_; // one for each socket, at its deadline or before
    clock::time_point connect_deadline_ = clock::never();
    std::error_code ended_by_;
    std::string cut_off_; // the message, if the client was cut off
    std::size_t largest_ = 0; // bytes of the largest packet since the output was last empty
    bool open_ = true;
    bool sending_as_one_ = false;
    std::optional<disconnect_reason> closing_; // set until the sockets have ended
    bool leaving_ = false;       // the sockets have ended, and the last step follows
};

} // namespace socketio::detail
