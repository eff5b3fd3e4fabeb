// One strand and the order of the work on it: commands and packets of other threads, turns, steps, one deadline, and
// the end of the execution context. It knows no connection; its owner does the work.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/core/function.hpp>
#include <socketio/core/function_ref.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/context_watch.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/lane_inbox.hpp>

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace socketio::detail {

// The actor that has a lane. All calls come on the strand, inside a turn, unless it says otherwise.
class lane_owner {
public:
    lane_owner() = default;
    lane_owner(lane_owner const&) = delete;
    lane_owner& operator=(lane_owner const&) = delete;

    // Held by all pending operations. Null while the owner is being destroyed. Any thread.
    virtual std::shared_ptr<void> pin() = 0;
    // A turn of its own, after an exception or after acts outside a turn: the owner continues interrupted work.
    virtual void on_turn() = 0;
    // The last turn found no memory for work that must be complete. If this throws, it is called again.
    virtual void on_recover() = 0;
    // The end of the outermost turn.
    virtual void on_turn_end() = 0;
    // never() if there is none.
    virtual clock::time_point next_deadline() const noexcept = 0;
    // That deadline has come, or must be checked.
    virtual void on_due() = 0;
    // The context is being destroyed: no turn follows. Not called on the strand.
    virtual void on_context_gone() noexcept = 0;

protected:
    ~lane_owner() = default;
};

class lane final : public context_observer {
public:
    using step = unique_function<void()>;

    // `keep`: bytes of memory that each empty buffer of the inbox holds on to.
    lane(lane_owner& owner, strand const& on, std::size_t keep);
    ~lane();

    // Any thread.
    bool alive() const noexcept { return !gone_.load(std::memory_order_acquire); }
    bool on_strand() const noexcept { return alive() && runtime_->serial.running_in_this_thread(); }
    // Returns true on the strand, unless user code writes into the output: the caller may act inline. All earlier
    // commands have been executed then, and the end of a turn follows.
    bool acts_now();
    // Runs `command` now on the strand, or later there, in this thread's order. Returns false if it will never run.
    bool perform(step command);
    // For destructors. A command that finds no memory is repeated in a turn, which it must allow.
    template <class Command>
    void perform_surely(Command const& command) noexcept
    {
        if (!caught([&] { perform(command); }))
            return;
        std::lock_guard const lock{mutex_};
        if (alive())
            post(runtime_->serial, [this, self = owner_.pin(), command] { run(command); });
    }
    // Passes a packet to the strand, as perform() does, but never inline.
    bool hand_over(lane_recipient& to, std::string_view text, std::span<bytes_view const> attachments,
                   std::uint32_t flags, std::optional<pending_ack>&& waiting);
    bool hand_over(std::shared_ptr<lane_recipient> recipient);
    // Bytes of packets that were passed here and not taken yet.
    std::size_t waiting_bytes();

    // On the strand.
    // Reads the clock; nothing else does.
    clock::time_point time() const noexcept { return alive() ? runtime_->timer.now() : clock::now(); }
    strand const& serial() const noexcept { return runtime_->serial; }
    // The time at the beginning of the turn, or of the last act outside one.
    clock::time_point now() const noexcept { return now_; }
    // One turn: earlier commands, then `work`, then the steps. Inside another turn it is a part of that. If it throws,
    // the rest follows in a turn of its own.
    void run(function_ref<void()> work);
    // For coroutines, which must not call user code: a turn of its own follows `work`.
    void run_ahead(function_ref<void()> work) noexcept;
    void run_steps();
    // User code is called in steps: after the listener that runs now, in order. Each may throw.
    void defer(step next) { steps_.push_back(std::move(next)); }
    // The same for steps whose memory is allocated already.
    void defer(std::list<step>&& steps) noexcept { steps_.splice(steps_.end(), steps); }
    // The same, before all other steps.
    void defer_first(step next) { steps_.push_front(std::move(next)); }
    void defer_first(std::list<step>&& steps) noexcept { steps_.splice(steps_.begin(), steps); }
    bool has_steps() const noexcept { return !steps_.empty(); }
    // There was no memory for work that must be complete: the next turn begins with on_recover().
    void starve() noexcept { starved_ = true; }
    // The owner's deadline has changed outside a turn.
    void arm();
    // Requests a call of on_turn() in a turn of its own. Many requests cause one turn.
    void post_turn();
    // Requests a call of on_due() in a turn of its own.
    void post_due();
    // The end of the owner: takes nothing from now on, and no turn follows. Does nothing, and returns false, if work is
    // left.
    bool retire();
    // True while user code writes into the output: its own calls have to wait.
    bool& writing() noexcept { return writing_; }

    SOCKETIO_DECL void context_gone() noexcept override;

private:
    class turn;

    // Destroyed with the context.
    struct runtime {
        explicit runtime(strand const& on) : serial{on}, timer{on} {}
        strand serial;
        deadline_timer timer;
    };

    void look_at_clock() noexcept { now_ = time(); }
    void wake();
    void on_mail();
    void drain_inbox();
    void take_all();
    void recover();
    void settle();
    void on_time();

    lane_owner& owner_;
    std::optional<runtime> runtime_;
    context_watch& watch_;
    std::atomic<bool> gone_{false};
    std::atomic<bool> watched_{true};

    std::mutex mutex_; // guards inbox_ and waking_
    lane_inbox inbox_;
    bool waking_ = false;
    std::atomic<bool> has_mail_{false};

    // On the strand only.
    lane_inbox draining_;
    std::list<step> steps_; // a list, since it is mostly empty, and then needs no memory
    clock::time_point now_{};
    unsigned depth_ = 0;
    bool turn_posted_ = false;
    bool running_steps_ = false;
    bool draining_now_ = false;
    bool starved_ = false;
    bool writing_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/lane.ipp>
#endif
