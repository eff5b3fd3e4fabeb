// Turns, and the work before, in and after them.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/net/lane.hpp>

namespace socketio::detail {

// A turn holds output back, so that the output of one batch of input leaves in one write. If a listener throws, the
// rest follows in a turn of its own.
class lane::turn {
public:
    explicit turn(lane& on) : on_{on}
    {
        if (on_.depth_++ == 0)
            on_.look_at_clock();
    }
    turn(turn const&) = delete;
    turn& operator=(turn const&) = delete;
    ~turn()
    {
        --on_.depth_;
        if (!finished_)
            on_.post_turn();
    }
    void finish()
    {
        on_.run_steps();
        if (on_.depth_ == 1)
            on_.settle();
        finished_ = true;
    }

private:
    lane& on_;
    bool finished_ = false;
};

SOCKETIO_DECL lane::lane(lane_owner& owner, strand const& on, std::size_t keep)
    : owner_{owner}, runtime_{on},
      watch_{asio::use_service<context_watch>(asio::query(on.get_inner_executor(), asio::execution::context))},
      inbox_{keep}, draining_{keep}
{
    watch_.add(this);
}

SOCKETIO_DECL lane::~lane()
{
    if (watched_.load(std::memory_order_acquire))
        watch_.remove(this);
}

SOCKETIO_DECL void lane::run(function_ref<void()> work)
{
    turn now{*this};
    watch_memory(
        [&] {
            recover();
            drain_inbox();
            work();
            now.finish();
        },
        [this] { starve(); });
}

SOCKETIO_DECL void lane::run_ahead(function_ref<void()> work) noexcept
{
    look_at_clock();
    if (caught(work))
        starve();
    post_turn();
}

// Before an act outside a turn, a turn is posted: so no work waits for a turn that found no memory.
SOCKETIO_DECL bool lane::acts_now()
{
    if (!on_strand() || writing_)
        return false;
    if (depth_ == 0) {
        post_turn();
        look_at_clock();
    }
    drain_inbox();
    return true;
}

SOCKETIO_DECL bool lane::perform(step command)
{
    if (acts_now()) {
        watch_memory(command, [this] { starve(); });
        return true;
    }
    std::lock_guard const lock{mutex_};
    if (!alive())
        return false;
    inbox_.add(std::move(command));
    wake();
    return true;
}

SOCKETIO_DECL bool lane::hand_over(lane_recipient& to, std::string_view text, std::span<bytes_view const> attachments,
                                   std::uint32_t flags, std::optional<pending_ack>&& waiting)
{
    std::lock_guard const lock{mutex_};
    if (!alive())
        return false;
    inbox_.add(to, text, attachments, flags, std::move(waiting));
    wake();
    return true;
}

SOCKETIO_DECL bool lane::hand_over(std::shared_ptr<lane_recipient> recipient)
{
    std::lock_guard const lock{mutex_};
    if (!alive())
        return false;
    inbox_.add(std::move(recipient));
    wake();
    return true;
}

SOCKETIO_DECL std::size_t lane::waiting_bytes()
{
    std::lock_guard const lock{mutex_};
    return inbox_.byte_size();
}

// Many commands cost one wake-up. Called with the mutex held.
SOCKETIO_DECL void lane::wake()
{
    has_mail_.store(true, std::memory_order_release);
    if (waking_)
        return;
    post(runtime_->serial, [this, self = owner_.pin()] { on_mail(); });
    waking_ = true;
}

SOCKETIO_DECL void lane::on_mail()
{
    {
        std::lock_guard const lock{mutex_};
        waking_ = false;
    }
    run([] {});
}

// Commands of other threads come before the current work on the strand, so that the order of each thread is kept.
SOCKETIO_DECL void lane::drain_inbox()
{
    if (draining_now_ || !has_mail_.load(std::memory_order_acquire))
        return;
    flag_guard const guard{draining_now_};
    take_all();
    {
        std::lock_guard const lock{mutex_};
        draining_.swap(inbox_);
        has_mail_.store(false, std::memory_order_release);
    }
    take_all();
}

// An exception leaves the rest to the next turn: nothing is lost or repeated.
SOCKETIO_DECL void lane::take_all()
{
    scope_fail going_on{[this] { has_mail_.store(true, std::memory_order_release); }};
    auto const take = [this] {
        while (!draining_.empty())
            draining_.take_first();
    };
    watch_memory(take, [this] { starve(); });
    draining_.clear();
    going_on.done();
}

SOCKETIO_DECL void lane::run_steps()
{
    if (running_steps_)
        return;
    flag_guard const guard{running_steps_};
    while (!steps_.empty())
        run_first(steps_);
}

// Work that found no memory may have stopped anywhere.
SOCKETIO_DECL void lane::recover()
{
    if (!starved_ || !alive())
        return;
    owner_.on_recover();
    starved_ = false;
}

SOCKETIO_DECL void lane::settle()
{
    if (!alive())
        return;
    owner_.on_turn_end();
    if (!steps_.empty() || starved_)
        post_turn();
    arm();
}

SOCKETIO_DECL void lane::post_turn()
{
    if (turn_posted_ || !alive())
        return;
    post(runtime_->serial, [this, self = owner_.pin()] {
        turn_posted_ = false;
        run([this] {
            run_steps();
            owner_.on_turn();
        });
    });
    turn_posted_ = true;
}

SOCKETIO_DECL void lane::post_due()
{
    post(runtime_->serial, [this, self = owner_.pin()] { on_time(); });
}

SOCKETIO_DECL void lane::arm()
{
    auto const next = owner_.next_deadline();
    if (!runtime_->timer.covers(next))
        runtime_->timer.arm(next, [this, self = owner_.pin()] { on_time(); });
}

SOCKETIO_DECL void lane::on_time()
{
    run([this] {
        run_steps();
        owner_.on_due();
    });
}

SOCKETIO_DECL bool lane::retire()
{
    {
        std::lock_guard const lock{mutex_};
        if (!steps_.empty() || !draining_.empty() || !inbox_.empty())
            return false;
        gone_.store(true, std::memory_order_release);
    }
    runtime_->timer.cancel();
    return true;
}

// The context is being destroyed. The remaining work is moved out first and destroyed last, since it may hold the
// owner.
SOCKETIO_DECL void lane::context_gone() noexcept
{
    auto const self = owner_.pin();
    if (!self)
        return;
    gone_.store(true, std::memory_order_release);
    watch_.remove(this); // the owner may have called this
    watched_.store(false, std::memory_order_release);
    lane_inbox left{0};
    lane_inbox interrupted{0};
    interrupted.swap(draining_);
    {
        std::lock_guard const lock{mutex_};
        left.swap(inbox_);
    }
    auto const steps = std::exchange(steps_, {});
    owner_.on_context_gone();
    interrupted.abandon();
    left.abandon();
    runtime_.reset();
}

} // namespace socketio::detail
