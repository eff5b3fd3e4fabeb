// Look-up of the sources, and waits whose end the source decides.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/installed_sources.hpp>

#include <utility>

namespace socketio {

SOCKETIO_DECL void install_sources(asio::execution_context& on, std::shared_ptr<time_source> time,
                                   std::shared_ptr<random_source> random)
{
    asio::use_service<detail::installed_sources>(on).set({std::move(time), std::move(random)});
}

namespace detail {

SOCKETIO_DECL installed_sources* installed_sources::of(asio::execution_context& context)
{
    return asio::has_service<installed_sources>(context) ? &asio::use_service<installed_sources>(context) : nullptr;
}

SOCKETIO_DECL sources sources_of(asio::execution_context& context)
{
    auto const* const found = installed_sources::of(context);
    return found ? found->get() : sources{};
}

SOCKETIO_DECL void installed_sources::add(sourced_wait* wait)
{
    std::lock_guard const lock{mutex_};
    waits_.insert(wait);
}

SOCKETIO_DECL void installed_sources::remove(sourced_wait* wait) noexcept
{
    std::lock_guard const lock{mutex_};
    waits_.erase(wait);
}

// A dropped callback may own timers, which are removed then; therefore each is removed first.
SOCKETIO_DECL void installed_sources::shutdown()
{
    for (;;) {
        std::shared_ptr<sourced_wait> next;
        {
            std::lock_guard const lock{mutex_};
            if (waits_.empty())
                return;
            next = (*waits_.begin())->weak_from_this().lock();
            waits_.erase(waits_.begin());
        }
        if (next)
            next->drop();
    }
}

SOCKETIO_DECL std::shared_ptr<sourced_wait> sourced_wait::make(strand const& on)
{
    auto* const of = installed_sources::of(asio::query(on.get_inner_executor(), asio::execution::context));
    if (!of || !of->get().time())
        return nullptr;
    auto made = std::make_shared<sourced_wait>(on, *of);
    of->add(made.get());
    return made;
}

SOCKETIO_DECL sourced_wait::sourced_wait(strand const& on, installed_sources& of) : strand_{on}, of_{of} {}

// The source is called without the lock: it may hold one of its own while it calls back.
SOCKETIO_DECL void sourced_wait::begin(clock::time_point deadline, unique_function<void()> due)
{
    cancel();
    auto waiting = shared_new<unique_function<void()>>(std::move(due));
    std::uint64_t round = 0;
    {
        std::lock_guard const lock{mutex_};
        due_ = std::move(waiting);
        work_.emplace(strand_.get_inner_executor().any());
        round = ++round_;
    }
    scope_fail not_waiting{[this] { drop(); }};
    number_ = time().wait_until(deadline, [weak = weak_from_this(), round] {
        if (auto const self = weak.lock())
            self->fire(round);
    });
    not_waiting.done();
}

SOCKETIO_DECL void sourced_wait::cancel() noexcept
{
    leave_source();
    if (auto last = take_due())
        post(strand_, [last = std::move(last)] {});
}

SOCKETIO_DECL void sourced_wait::end() noexcept
{
    of_.remove(this);
    leave_source();
    drop();
}

SOCKETIO_DECL void sourced_wait::drop() noexcept { static_cast<void>(take_due()); }

SOCKETIO_DECL void sourced_wait::leave_source() noexcept
{
    if (auto const number = std::exchange(number_, std::nullopt))
        time().cancel(*number);
}

SOCKETIO_DECL std::shared_ptr<unique_function<void()>> sourced_wait::take_due() noexcept
{
    std::lock_guard const lock{mutex_};
    work_.reset();
    return std::exchange(due_, nullptr);
}

SOCKETIO_DECL void sourced_wait::fire(std::uint64_t round) noexcept
{
    std::lock_guard const lock{mutex_};
    if (round != round_ || !due_)
        return;
    post(strand_, [due = std::exchange(due_, nullptr)] { (*due)(); });
    work_.reset();
}

} // namespace detail
} // namespace socketio
