// Makes an execution context notice that the machine was suspended. Asio waits on a clock that stands still
// then, so that its timers would be late by that time. Deadlines at a time_source are not watched, so the clock
// here is always the system's.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/net/asio.hpp>

#if defined(__linux__) && (defined(ASIO_HAS_POSIX_STREAM_DESCRIPTOR) || defined(BOOST_ASIO_HAS_POSIX_STREAM_DESCRIPTOR))
#define SOCKETIO_HAS_SLEEPLESS_TIMER 1
#include SOCKETIO_ASIO(posix/stream_descriptor.hpp)
#endif

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>

namespace socketio::detail {

using clock_timer = asio::basic_waitable_timer<clock>;

// One for each context. With Linux's timer that continues during suspend there is no cost at rest. Elsewhere it
// checks once a second while a timer is armed. It counts as work of the context for that time only.
class suspend_watch final : public asio::execution_context::service {
public:
    using key_type = suspend_watch;
    inline static asio::execution_context::id id;

    // The time of one timer. Empty while it is not armed; the node is kept, so that arming does not allocate.
    class entry {
    public:
        entry() = default;
        explicit operator bool() const noexcept { return armed_; }

    private:
        friend class suspend_watch;
        using moments = std::multiset<clock::time_point>;
        bool armed_ = false;
        moments::iterator position_{};
        moments::node_type kept_{};
    };

    explicit suspend_watch(asio::execution_context& context) : asio::execution_context::service{context} {}

    // From any thread. `on` is an executor of this context. If memory runs out, the timer is not watched.
    void add(entry& of, clock::time_point deadline, asio::any_io_executor const& on) noexcept;
    void remove(entry& of) noexcept;

private:
    // The delay of a check behind the timer's time, so that the timers of a busy context are rarely checked.
    static constexpr std::chrono::milliseconds grace{250};
    static constexpr std::chrono::seconds without_help{1};

    struct waiting {
        explicit waiting(asio::any_io_executor const& on);
        clock_timer look_again;
        clock_timer wake_all;
#if defined(SOCKETIO_HAS_SLEEPLESS_TIMER)
        asio::posix::stream_descriptor sleepless;
#endif
    };

    struct waited; // the handler of all waits

    SOCKETIO_DECL void shutdown() override;
    SOCKETIO_DECL void notify_fork(asio::execution_context::fork_event event) override;
    // Called with the mutex held.
    void insert_entry(entry& of, clock::time_point deadline);
    void wait(clock::time_point earliest);
    bool wait_sleepless(clock::time_point moment);
    void stop_waiting();
    void on_waited(std::uint64_t round);

    std::mutex mutex_; // guards the members below
    entry::moments moments_;
    std::optional<waiting> waiting_;
    clock::time_point waits_until_ = clock::never(); // never(): it does not wait
    std::uint64_t round_ = 0;                        // identifies the wait: handlers of earlier ones are ignored
    bool gone_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/suspend_watch.ipp>
#endif
