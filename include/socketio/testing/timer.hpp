// A timer of the program's own that follows the time of its context.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/completion.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/net/suspend_watch.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace socketio::testing {

// As asio::steady_timer, but in virtual time where the context has a time_source, and else in real time. So a program
// that is written with it runs unchanged in a world and outside of one. One wait at a time; not thread-safe.
class timer {
public:
    using clock_type = socketio::clock;
    using duration = clock_type::duration;
    using time_point = clock_type::time_point;

    explicit timer(asio::any_io_executor executor) : state_{std::make_shared<state>(std::move(executor))} {}
    template <class Context>
    requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
    explicit timer(Context& context) : timer{asio::any_io_executor{context.get_executor()}} {}
    timer(timer&&) noexcept = default;
    timer& operator=(timer&& other) noexcept
    {
        if (state_)
            state_->cancel();
        state_ = std::move(other.state_);
        return *this;
    }
    ~timer()
    {
        if (state_)
            state_->cancel();
    }

    // The time that deadlines are measured in.
    time_point now() const noexcept { return state_->from.now(); }
    // Sets the deadline. A wait that is pending ends with asio::error::operation_aborted.
    void expires_at(time_point deadline)
    {
        state_->cancel();
        state_->deadline = deadline;
    }
    template <class Count, class Period>
    void expires_after(std::chrono::duration<Count, Period> wait)
    {
        expires_at(detail::deadline_after(now(), std::chrono::ceil<duration>(wait)));
    }
    void cancel() { state_->cancel(); }

    // Ends at the deadline, or with asio::error::operation_aborted. Takes any completion token of the signature
    // void(std::error_code).
    template <class Token>
    auto async_wait(Token&& token)
    {
        return asio::async_initiate<Token, detail::completion_signature<>>(
            [kept = state_](auto&& handler) {
                using handler_type = std::decay_t<decltype(handler)>;
                kept->begin([last = detail::completion<handler_type>{std::move(handler), kept->executor}](
                                std::error_code ec) mutable { last(ec); });
            },
            token);
    }

private:
    struct state : std::enable_shared_from_this<state> {
        explicit state(asio::any_io_executor on)
            : executor{std::move(on)}, from{detail::sources_of(executor)}, real{executor}
        {}

        void begin(detail::unique_function<void(std::error_code)> then)
        {
            cancel();
            waiter = std::move(then);
            std::uint64_t const own = ++round;
            auto due = [weak = weak_from_this(), own] {
                if (auto const self = weak.lock(); self && self->round == own)
                    self->finish({});
            };
            if (from.time()) {
                wait = from.time()->wait_until(deadline, std::move(due));
            } else {
                real.expires_at(detail::clock_timer::time_point{deadline.time_since_epoch()});
                real.async_wait([due = std::move(due)](detail::asio_error_code) mutable { due(); });
            }
        }
        void cancel() noexcept
        {
            ++round;
            if (auto const last = std::exchange(wait, std::nullopt))
                from.time()->cancel(*last);
            else
                real.cancel();
            if (waiter)
                finish(detail::asio_error(asio::error::operation_aborted));
        }
        void finish(std::error_code ec)
        {
            wait.reset();
            asio::post(executor, [then = std::exchange(waiter, {}), ec]() mutable { then(ec); });
        }

        asio::any_io_executor const executor;
        detail::sources const from;
        detail::clock_timer real;
        time_point deadline{};
        detail::unique_function<void(std::error_code)> waiter;
        std::optional<std::uint64_t> wait; // its number at the time_source
        std::uint64_t round = 0;           // of the last wait
    };

    std::shared_ptr<state> state_;
};

} // namespace socketio::testing
