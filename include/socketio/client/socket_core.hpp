// The state behind a `socket`: one namespace of one manager. Members marked "any thread" may be called from anywhere,
// all others on the manager's strand only.
#pragma once

#include <socketio/client/options.hpp>
#include <socketio/client/connection_snapshot.hpp>
#include <socketio/client/send_buffer.hpp>
#include <socketio/codec/packet.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/core/value.hpp>
#include <socketio/net/lane_inbox.hpp>
#include <socketio/session/alarms.hpp>
#include <socketio/session/channel.hpp>
#include <socketio/session/reasons.hpp>
#include <socketio/session/retry_queue.hpp>

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio::detail {

class lane;
class packet_writer;
class socket_owner;

class socket_core final : public lane_recipient,
                          public std::enable_shared_from_this<socket_core>,
                          private channel_host {
public:
    socket_core(std::shared_ptr<socket_owner> const& owner, std::string nsp, socket_options settings);

    // Any thread.
    std::string const& nsp() const noexcept { return nsp_; }
    packet_parser const* parser() const noexcept { return channel_.parser(); }
    std::string id() const;
    bool connected() const noexcept { return connected_.load(std::memory_order_acquire); }
    bool active() const noexcept { return active_.load(std::memory_order_acquire); }
    // connect() has reached the strand.
    bool has_begun() const noexcept { return begun_.load(std::memory_order_relaxed); }
    clock::time_point now() const noexcept { return time(); }
    channel& get_channel() noexcept { return channel_; }
    pending_ack new_ack(std::string_view event, std::optional<std::chrono::milliseconds> timeout)
    {
        return channel_.new_ack(event, timeout);
    }
    void begin_ack(pending_ack& made, std::string_view event, std::optional<std::chrono::milliseconds> timeout)
    {
        channel_.begin_ack(made, event, timeout);
    }
    // For the retries queue: with a ticket that is no ack id, since every try has one of its own.
    pending_ack new_retried(std::string_view event);
    std::uint64_t retry_limit() const noexcept { return retry_limit_; }
    // Sends it until it is acknowledged; `emit.waiting.id` is its ticket for cancel_ack().
    void enqueue(retried_emit emit);
    // Ends it with operation_canceled, unless it has ended.
    void cancel_ack(std::uint64_t id);
    bool adds_deduplication_id() const noexcept { return deduplication_id_; }
    std::string new_deduplication_id();
    // Bytes of this socket that the operating system has not accepted yet, including those of the connection.
    std::size_t buffered_amount() const;
    std::vector<buffered_event> buffered_events() const { return send_buffer_.events(channel_.share_parser()); }
    // An event, of user code or encoded already. They throw for reserved names and too many attachments.
    void emit_event(std::string_view event, std::optional<pending_ack>&& waiting, encode_event_ref encode,
                    buffer_policy const& rule);
    void send_encoded(std::string_view text, std::span<bytes_view const> attachments,
                      std::optional<pending_ack>&& waiting,
                      buffer_policy const& rule);
    static void check_event(std::string_view event);
    SOCKETIO_DECL void check_attachments(std::string_view event, std::size_t count) const override;
    void clear_send_buffer();
    // Calls `done` in a step, once: when nothing is buffered, when cancelled, or when the last handle goes.
    void wait_for_drain(std::uint64_t id, unique_function<void(std::error_code)> done);
    void cancel_drain(std::uint64_t id);
    std::uint64_t new_drain_id() noexcept { return next_drain_id_.fetch_add(1, std::memory_order_relaxed); }
    bool recovered() const noexcept { return recovered_.load(std::memory_order_acquire); }
    recovery_state recovery() const;
    socket_snapshot snapshot();
    void set_error_hook(error_hook hook) { channel_.set_error_hook(std::move(hook)); }
    event_emitter& events() noexcept { return channel_.events(); }
    void stop_listening() { channel_.stop_listening(); }
    event_emitter& outgoing() noexcept { return channel_.outgoing(); }

    // Calls of the user.
    void connect();
    void disconnect();
    // The last handle was destroyed, and with it all listeners.
    void release();

    // Events of the manager. `attempts`: the number of attempts that the reconnection took; 0 for a first connection.
    void on_manager_open(std::uint64_t attempts);
    void on_manager_close(disconnect_reason reason, disconnect_details const& details);
    void on_manager_error(connect_error const& reason);
    void on_packet(packet const& received);
    // Another attempt would fail, too: the user must connect() again.
    void give_up() { active_ = false; }
    void expire(clock::time_point now);
    clock::time_point deadline() const noexcept;
    // A CONNECT is this socket's own, as it is now, and so is the answer.
    bool awaits_answer() const noexcept { return active() && connecting_ && !held_; }
    // Continues with a CONNECT that had to wait, if it may be sent now.
    void join_if_held();
    void drop_everything() noexcept;
    // After a turn that found no memory: repeats its unfinished ends.
    void recover();

    // Sends the kept packets of a connected socket, as far as the server reads; `all`: without that check.
    void flush_send_buffer(bool all = false);
    // After a turn in which it changed: publishes its numbers for other threads.
    void publish() noexcept;
    // After a turn, when all written data was sent: completes the waits for the drain if no data is buffered.
    // Returns false if there are no more waits.
    bool complete_drains();
    // Used by the manager only.
    struct manager_entry {
        bool joined = false;    // it is one of the manager's
        std::size_t changed = 0; // 1 and up: its position among those that have changed in this turn
        alarms::key deadline{};  // that the manager looks after
    };
    manager_entry& managed() noexcept { return managed_; }
    // For changes of it.
    alarms& timers() noexcept { return changed(), timers_; }

    std::shared_ptr<lane_recipient> recipient() override { return shared_from_this(); }
    SOCKETIO_DECL void take_packet(std::string_view text, std::span<bytes_view const> attachments,
                                   std::uint32_t compress,
                                   std::optional<pending_ack>&& waiting) override;
    SOCKETIO_DECL void join() override;
    void never_joined() noexcept override { drop_everything(); }

private:
    void emit_here(std::string_view event, std::optional<pending_ack>&& waiting, encode_event_ref encode,
                   buffer_policy const& rule);
    void encode_in_place(std::string_view event, std::optional<pending_ack>&& waiting, encode_event_ref encode,
                         bool compress);
    void send_or_drop(std::string_view text, std::span<bytes_view const> attachments,
                      std::optional<pending_ack>&& waiting,
                      buffer_policy const& rule);
    void send_or_keep(std::string_view text, std::span<bytes_view const> attachments,
                      std::optional<pending_ack>&& waiting,
                      buffer_policy const& rule);
    // A packet of the send buffer; false: it must stay there.
    bool send_kept(std::string_view text, std::span<bytes_view const> attachments, std::optional<std::uint64_t> id,
                   bool compress);
    // Puts it into the send buffer, if there is room.
    void keep(std::string_view text, std::span<bytes_view const> attachments, std::optional<pending_ack>&& waiting,
              buffer_policy const& rule);
    bool can_write();
    bool must_wait();
    void ask_auth();
    void fail_auth(std::uint64_t attempt, connect_error reason);
    void send_connect(object auth);
    void on_connect(value_view payload);
    void send_retried();
    void on_try_end(std::uint64_t ticket, ack_result& result);
    bool cancel_retried(std::uint64_t ticket);
    void end_retries(std::error_code ec);
    void take_recovery(value_view pid);
    void take_offset(args const& arguments);
    void buffer_early(packet const& event);
    void add_recovery(object& auth) const;
    void on_connect_error(packet const& received);
    void on_disconnect();
    void on_event(packet const& received);
    void deliver(value_view payload, std::optional<std::uint64_t> ack_id);
    void deliver_kept();
    void refuse(std::string_view event, std::optional<pending_ack>&& waiting);
    void expire_emits(clock::time_point now);
    bool make_room_for_retry(std::size_t size);
    void refuse_retry(retried_emit&& emit);
    using drains = std::map<std::uint64_t, unique_function<void(std::error_code)>>;
    void end_drain(drains::iterator which, std::error_code ec);
    void end_drains(std::error_code ec);
    using steps = std::list<unique_function<void()>>;
    void leave();
    void leave(steps last_steps);
    void leave_connected(steps last_steps);
    void on_close(disconnect_reason reason, disconnect_details details);
    void dispatch_error(connect_error reason);
    steps connected_steps();
    steps error_step(connect_error reason);
    steps disconnect_step(disconnect_reason reason, disconnect_details details);
    void set_connected(bool connected, std::string id);
    void log(log_level level, std::string_view text);
    void check_names();
    void warn_of_namespace();

    // For the channel. A change is published after this turn, which then checks the deadline.
    SOCKETIO_DECL void changed() noexcept override;
    void note_deadline(clock::time_point) override { changed(); }
    std::shared_ptr<void> pin() override { return shared_from_this(); }
    SOCKETIO_DECL bool perform(unique_function<void()> command) override;
    SOCKETIO_DECL bool acts_now() override;
    void call_elsewhere(unique_function<void()>) override {} // the context is destroyed
    SOCKETIO_DECL void defer(unique_function<void()> step) override;
    SOCKETIO_DECL void defer_first(unique_function<void()> step) override;
    SOCKETIO_DECL void defer_outgoing(channel_steps&& step) noexcept override;
    void forget_packet(std::uint64_t ack_id) override { send_buffer_.remove(ack_id); }
    clock::time_point time() const noexcept override { return time_and_chance_.now(); }
    std::size_t packet_limit() const noexcept override { return static_cast<std::size_t>(-1); } // it is the server's
    SOCKETIO_DECL void write_answer(std::string_view text, std::span<bytes_view const> attachments,
                                    std::uint64_t epoch) override;
    SOCKETIO_DECL void report(event_error&& reason, std::shared_ptr<error_hook const> const& hook) override;
    SOCKETIO_DECL void note_unanswered(std::uint64_t ack_id) override;

    std::weak_ptr<socket_owner> weak_owner_;
    // Alive on the strand, and while a handle is.
    socket_owner& owner_;
    lane& lane_;
    packet_writer& writer_;
    options const& options_;
    sources const& time_and_chance_;
    std::string const nsp_;
    provided<object> auth_;
    std::chrono::milliseconds const connect_timeout_;
    std::uint64_t const retry_limit_;
    bool const deduplication_id_;
    std::atomic<std::uint64_t> next_ack_id_{0};
    channel channel_;
    std::atomic<bool> recovered_{false};
    std::atomic<bool> connected_{false};
    std::atomic<bool> active_{false};
    std::atomic<bool> begun_{false};
    std::atomic<std::uint64_t> next_ticket_{0};
    std::atomic<std::uint64_t> next_drain_id_{0};
    std::atomic<std::uint64_t> next_deduplication_id_{0};
    std::string const deduplication_prefix_;
    std::atomic<std::size_t> dropped_{0}; // because a buffer was full
    // The values after the last turn.
    struct {
        std::atomic<std::size_t> acks{0}, retried_events{0}, retried_bytes{0}, early_bytes{0};
        std::atomic<std::uint32_t> joined_after{0}; // microseconds
    } published_;
    mutable std::mutex mutex_; // guards id_ and recovery_
    std::string id_;
    recovery_state recovery_;

    alarms timers_;
    send_buffer send_buffer_;
    drains drains_; // operations that wait until all is sent
    retry_queue retries_;
    owned_events early_;
    std::string early_offset_; // of the last of these
    manager_entry managed_;
    bool released_ = false;
    bool flush_due_ = false; // connected, and the step that sends the send buffer is still to come
    bool names_checked_ = false;
    bool watches_drain_ = false;
    bool held_ = false;                 // CONNECT must wait
    bool connecting_ = false;           // CONNECT is in flight, or the provider of auth is being asked
    std::uint64_t connect_attempt_ = 0;
    clock::time_point asked_at_{};
    clock::duration joined_after_{};
    clock::time_point answer_deadline_ = clock::never(); // of CONNECT
    std::uint64_t reconnected_after_ = 0; // of the CONNECT that is on its way
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/socket_buffer.ipp>
#include <socketio/client/impl/socket_channel.ipp>
#include <socketio/client/impl/socket_core.ipp>
#include <socketio/client/impl/socket_emit.ipp>
#include <socketio/client/impl/socket_join.ipp>
#include <socketio/client/impl/socket_recovery.ipp>
#include <socketio/client/impl/socket_retries.ipp>
#endif
