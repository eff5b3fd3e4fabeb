// The events that a stream stores, and the operations that wait for them.
#pragma once

#include <socketio/client/emitting.hpp>
#include <socketio/client/stream_base.hpp>
#include <socketio/core/value.hpp>
#include <socketio/session/buffer_limits.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace socketio {

struct stream_options {
    std::size_t limit = 64; // the maximum of waiting events, at least one
    when_full full = when_full::drop_oldest;
};

namespace detail {

template <class R>
inline constexpr bool awaitable_result_v = std::is_same_v<R, connect_error> || std::is_same_v<R, disconnect_details> ||
                                           std::is_same_v<R, ack> || (owns_its_data_v<R> && readable<R>);

// Copies the arguments of an event into results that outlive it.
template <class... R>
struct typed_results {
    static std::optional<std::tuple<R...>> read(event_call& call)
    {
        static_assert((awaitable_result_v<R> && ...),
                      "a result has a type that cannot be read or does not outlive the message: ask for std::string, "
                      "socketio::bytes, socketio::value, your own types, socketio::ack");
        std::optional<std::tuple<R...>> made;
        auto take = [&](R... results) { made.emplace(std::move(results)...); };
        call_typed(take, call, static_cast<std::tuple<R...>*>(nullptr), std::index_sequence_for<R...>{});
        return made;
    }
};
struct first_argument {
    static std::optional<std::tuple<value>> read(event_call& call)
    {
        return std::tuple<value>{call.args.empty() ? value{} : call.args[0].to_value()};
    }
};
struct name_and_arguments {
    static std::optional<std::tuple<std::string, array>> read(event_call& call)
    {
        array all;
        for (value_view const each : call.args)
            all.push_back(each.to_value());
        return std::tuple<std::string, array>{call.event, std::move(all)};
    }
};

// Either events that wait, or takers that wait for events. Shared by the listener that feeds it, the
// `event_stream` if there is one, and pending operations.
template <class... R>
class stream_state final : public stream_base {
public:
    // A pending operation that waits for an event.
    struct taker {
        unique_function<void(std::error_code, R...)> done;
        alarm_key deadline{};
    };

    // `one_only`: it ends with the first event, even one that cannot be read.
    stream_state(socket_link const& of, stream_options settings, bool one_only)
        : stream_base{of}, settings_{settings}, one_only_{one_only}
    {
        if (settings_.limit == 0)
            settings_.limit = 1;
    }

    std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

    // Any thread.
    void take(std::shared_ptr<taker> by, std::optional<std::chrono::milliseconds> limit)
    {
        perform([self = self_as_this(), by = std::move(by), limit] { self->admit(by, limit); });
    }
    void cancel(std::shared_ptr<taker> const& which)
    {
        perform([self = self_as_this(), which] {
            self->give_up(which, make_error_code(std::errc::operation_canceled));
        });
    }

    // The listener may be running, so that its removal may not be complete.
    void close()
    {
        perform([self = self_as_this()] { self->end(make_error_code(std::errc::operation_canceled)); });
    }

    // On the strand, called by the listener.
    template <class Read>
    void arrived(event_call& call)
    {
        auto event = Read::read(call);
        if (!event) {
            if (one_only_)
                end(error::type_mismatch);
        } else if (!takers_.empty()) {
            finish(take_first(takers_), {}, std::move(*event));
        } else {
            keep(std::move(*event));
        }
    }

private:
    using results = std::tuple<R...>;

    std::shared_ptr<stream_state> self_as_this() { return std::static_pointer_cast<stream_state>(shared_from_this()); }

    template <class T>
    static T take_first(std::deque<T>& from)
    {
        T first = std::move(from.front());
        from.pop_front();
        return first;
    }

    void admit(std::shared_ptr<taker> const& by, std::optional<std::chrono::milliseconds> limit)
    {
        if (!kept_.empty()) {
            finish_later(by, {}, take_first(kept_));
        } else if (ended_) {
            finish_later(by, ended_, {});
        } else {
            takers_.push_back(by);
            if (limit)
                by->deadline = set_alarm(*limit, [self = self_as_this(), by] { self->give_up(by, error::timeout); });
        }
    }

    void keep(results&& event)
    {
        if (ended_)
            return;
        if (kept_.size() >= settings_.limit) {
            if (settings_.full == when_full::fail)
                ended_ = error::buffer_full;
            else
                dropped_.fetch_add(1, std::memory_order_relaxed);
            if (settings_.full != when_full::drop_oldest)
                return;
            kept_.pop_front();
        }
        kept_.push_back(std::move(event));
    }

    void give_up(std::shared_ptr<taker> const& which, std::error_code why)
    {
        if (std::erase(takers_, which) != 0)
            finish_later(which, why, {});
    }

    // Completes, but not inside the initiating function.
    void finish_later(std::shared_ptr<taker> const& which, std::error_code why, results&& event)
    {
        defer([self = self_as_this(), which, why, event = std::make_shared<results>(std::move(event))] {
            self->finish(which, why, std::move(*event));
        });
    }

    void finish(std::shared_ptr<taker> const& which, std::error_code why, results&& event)
    {
        clear_alarm(which->deadline);
        std::apply([&](R&... each) { which->done(why, std::move(each)...); }, event);
    }

    void end(std::error_code why) override
    {
        if (!ended_)
            ended_ = why;
        for (auto const& each : std::exchange(takers_, {}))
            finish_later(each, ended_, {});
    }

    void drop() noexcept override
    {
        auto const takers = std::exchange(takers_, {});
        auto const events = std::exchange(kept_, {});
    }

    stream_options settings_;
    bool const one_only_;
    std::atomic<std::uint64_t> dropped_{0};

    // On the strand.
    std::deque<results> kept_;
    std::deque<std::shared_ptr<taker>> takers_;
    std::error_code ended_;
};

template <class Read, class... R>
stored_listener make_stream_listener(std::shared_ptr<stream_state<R...>> const& to)
{
    return [to, source = stream_source{to}](emitted& call) {
        to->template arrived<Read>(static_cast<event_call&>(call));
    };
}

// Begins to wait for an event of a stream.
template <class... R, class Handler>
void start_taking(std::shared_ptr<stream_state<R...>> const& from, std::optional<std::chrono::milliseconds> limit,
                  Handler&& handler)
{
    using state = stream_state<R...>;
    auto const executor = from->get_executor();
    if (!executor)
        return;
    auto by = std::make_shared<typename state::taker>();
    if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
        slot.assign([of = std::weak_ptr<state>{from},
                     which = std::weak_ptr<typename state::taker>{by}](asio::cancellation_type) {
            auto const stream = of.lock();
            auto const taker = which.lock();
            if (stream && taker)
                stream->cancel(taker);
        });
    by->done = completion<std::decay_t<Handler>, R...>{std::forward<Handler>(handler), executor};
    from->take(std::move(by), limit);
}

} // namespace detail
} // namespace socketio
