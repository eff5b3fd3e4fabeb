// One side of one namespace, of either role: its listeners, the acknowledgements that it waits for and those that the
// peer waits for, and its error reports. It knows no connection and no thread: those are its host's.
#pragma once

#include <socketio/codec/packet.hpp>
#include <socketio/codec/packet_parser.hpp>
#include <socketio/core/function.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/session/acks.hpp>
#include <socketio/session/event_emitter.hpp>
#include <socketio/session/owned_events.hpp>
#include <socketio/session/typed_listener.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::detail {

using error_hook = std::function<void(event_error const&)>;
using channel_steps = std::list<unique_function<void()>>;

// The needs of a channel, met by the socket that has it. Only members marked "any thread" are called off the strand.
class channel_host {
public:
    channel_host() = default;
    channel_host(channel_host const&) = delete;
    channel_host& operator=(channel_host const&) = delete;
    virtual ~channel_host() = default;

    // Any thread. The socket, kept alive.
    virtual std::shared_ptr<void> pin() = 0;
    // Any thread. Runs the command on the strand, in the order in which this thread asks. False if the strand has gone.
    virtual bool perform(unique_function<void()> command) = 0;
    // Any thread. True on the strand; then all that was asked for before has been done.
    virtual bool acts_now() = 0;
    // Any thread. Calls user code when there is no strand any more, if there is another place for it.
    virtual void call_elsewhere(unique_function<void()> call) = 0;
    // Calls user code later in this turn, or before all else that this turn has to call.
    virtual void defer(unique_function<void()> step) = 0;
    virtual void defer_first(unique_function<void()> step) = 0;
    // Calls the outgoing listeners with a packet that was written.
    virtual void defer_outgoing(channel_steps&& step) noexcept = 0;
    // An acknowledgement will be added, with this deadline; or the others change.
    virtual void note_deadline(clock::time_point at) = 0;
    virtual void changed() noexcept = 0;
    // The packet that asks for this acknowledgement need not be sent any more, if it still waits.
    virtual void forget_packet(std::uint64_t ack_id) = 0;
    // Any thread. Throws if one packet may not have so many attachments.
    virtual void check_attachments(std::string_view event, std::size_t count) const = 0;
    // Any thread. The time that deadlines are counted in.
    virtual clock::time_point time() const noexcept = 0;
    // Any thread. Bytes of one packet.
    virtual std::size_t packet_limit() const noexcept = 0;
    // Writes an answer, if the connection that asked is still there.
    virtual void write_answer(std::string_view text, std::span<bytes_view const> attachments, std::uint64_t epoch) = 0;
    // The hook may be null.
    virtual void report(event_error&& reason, std::shared_ptr<error_hook const> const& hook) = 0;
    // Any thread. The program has destroyed an ack without calling it.
    virtual void note_unanswered(std::uint64_t ack_id) = 0;
};

// The name of a received event; a number is named by its digits.
class event_name {
public:
    explicit event_name(value_view payload)
    {
        value_view const name = payload[std::size_t{0}];
        if (name.is_string())
            view_ = name.as_string();
        else
            take_digits(name);
    }
    event_name(event_name const&) = delete;
    event_name& operator=(event_name const&) = delete;

    std::string_view view() const noexcept { return view_; }

private:
    SOCKETIO_NOINLINE void take_digits(value_view name)
    {
        digits_ = name.to_json();
        view_ = digits_;
    }

    std::string digits_;
    std::string_view view_;
};

// It dies with its host, and is a part of it: whatever keeps one alive keeps the other.
class channel final : public call_context, public ack_target {
public:
    // `nsp` and `ack_ids` belong to the host. `parser`: null for JSON. `ack_timeout`: of emits without one of their
    // own; zero: never.
    channel(channel_host& host, std::string const& nsp, std::shared_ptr<packet_parser const> parser,
            std::atomic<std::uint64_t>& ack_ids, std::chrono::milliseconds ack_timeout = {}) noexcept
        : host_{host}, nsp_{nsp}, parser_{std::move(parser)}, ack_ids_{ack_ids}, ack_timeout_{ack_timeout}
    {
    }

    // Any thread.
    std::string const& nsp() const noexcept { return nsp_; }
    packet_parser const* parser() const noexcept { return parser_.get(); }
    std::shared_ptr<packet_parser const> const& share_parser() const noexcept { return parser_; }
    event_emitter& events() noexcept { return events_; }
    event_emitter& outgoing() noexcept { return outgoing_; }
    void set_error_hook(error_hook hook);
    // Removes all listeners and the error hook; those that come later are removed at once.
    void stop_listening();
    // With the next id, and a deadline that counts from now.
    pending_ack new_ack(std::string_view event, std::optional<std::chrono::milliseconds> timeout);
    // The same in place, for each question: to move one costs as much as to make it. `made` is new.
    void begin_ack(pending_ack& made, std::string_view event, std::optional<std::chrono::milliseconds> timeout);
    // Ends it with operation_canceled, unless it has ended.
    void cancel_ack(std::uint64_t id);
    // Ends it without calling its handler.
    void forget_ack(std::uint64_t id);
    // An emit that cannot be sent: a step calls its handler, if that takes errors, and otherwise the error hook.
    void fail_from_anywhere(std::string_view event, std::optional<pending_ack> waiting, std::error_code ec);
    // There is no strand any more.
    void end_elsewhere(std::shared_ptr<pending_ack> ended);
    SOCKETIO_DECL void report_from_anywhere(event_error reason) override;
    SOCKETIO_DECL void send_ack(std::string_view text, std::span<bytes_view const> attachments,
                                std::uint64_t epoch) override;
    void ack_dropped(std::uint64_t id) override { host_.note_unanswered(id); }

    // On the strand, as all below.
    SOCKETIO_DECL void report(event_error reason) override;
    SOCKETIO_DECL ack make_ack(std::uint64_t id) override;
    std::shared_ptr<call_context> hold() override { return self(); }

    // The connection that answers belong to.
    std::uint64_t epoch() const noexcept { return epoch_.load(std::memory_order_relaxed); }
    void begin_epoch() noexcept { epoch_.fetch_add(1, std::memory_order_relaxed); }
    // The socket has left for good: from here on failed ends happen elsewhere, see channel_host::call_elsewhere().
    void end() noexcept { ended_ = true; }
    bool ended() const noexcept { return ended_; }

    // Calls the listeners of an event of the peer's.
    void dispatch(std::string_view event, args arguments, std::optional<std::uint64_t> ack_id);
    // Calls the listeners of an event of this library's own.
    void dispatch_reserved(event_call& call) { events_.dispatch_reserved(call.event, call); }
    void on_ack(packet const& received);

    // For changes.
    acks& pending() noexcept { return host_.changed(), acks_; }
    acks const& waiting() const noexcept { return acks_; }
    // Calls `write`, and waits for the acknowledgement of its packet, unless that throws.
    template <class Write>
    void ask(pending_ack&& waiting, Write write)
    {
        acks_.reserve_one();
        host_.note_deadline(waiting.deadline);
        write();
        acks_.add(std::move(waiting));
    }
    void expire(clock::time_point now);
    void end_acks(std::vector<pending_ack> ended, std::error_code ec);
    // In a step, since the handler is user code. Without memory for the step, `ended` is as before.
    void end_ack(pending_ack&& ended, std::error_code ec);
    // The same, of one that nothing else keeps.
    void end_taken(pending_ack ended, std::error_code ec);
    // There was no memory to end it: it is kept to be ended so.
    void keep_ended(pending_ack& ended, std::error_code ec);
    // All that are left, at once and without memory. To be called in a step.
    void end_all_now();
    // `end` gets the acknowledgement of a packet that is kept until that has been done.
    template <class End>
    void end_kept(std::optional<std::uint64_t> id, End end)
    {
        auto waiting = id ? pending().take(*id) : std::nullopt;
        scope_fail as_before{[&] {
            if (waiting && waiting->handler)
                pending().add(std::move(*waiting));
        }};
        end(std::move(waiting));
        as_before.done();
    }
    void fail_emit(std::string_view event, std::optional<pending_ack>&& waiting, std::error_code ec);

    // Calls `write_now`, which returns false if it writes nothing. The outgoing listeners see the packet as the peer
    // does, in a step, which has all its memory before.
    template <class Write>
    bool write(std::string_view text, std::span<bytes_view const> attachments, Write write_now)
    {
        if (outgoing_.untouched())
            return write_now();
        outgoing_call listeners = prepare_outgoing(text, attachments);
        if (!write_now())
            return false;
        written_.splice(written_.end(), listeners.event);
        host_.defer_outgoing(std::move(listeners.step));
        return true;
    }

    // The context is being destroyed.
    void drop_everything() noexcept;

private:
    struct outgoing_call {
        std::list<owned_event> event;
        channel_steps step;
    };

    std::shared_ptr<channel> self() { return {host_.pin(), this}; }
    std::shared_ptr<error_hook const> hook() const;
    void finish_ack(pending_ack& ended, std::error_code ec, args arguments);
    outgoing_call prepare_outgoing(std::string_view text, std::span<bytes_view const> attachments);
    void dispatch_outgoing();

    channel_host& host_;
    std::string const& nsp_;
    std::shared_ptr<packet_parser const> const parser_;
    std::atomic<std::uint64_t>& ack_ids_;
    std::chrono::milliseconds const ack_timeout_;
    event_emitter events_;
    event_emitter outgoing_;
    std::atomic<std::uint64_t> epoch_{0};
    mutable std::mutex mutex_; // guards error_hook_
    std::shared_ptr<error_hook const> error_hook_;

    // On the strand only.
    acks acks_;
    std::list<owned_event> written_; // as many steps will pass them to the outgoing listeners
    bool ended_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/channel.ipp>
#endif
