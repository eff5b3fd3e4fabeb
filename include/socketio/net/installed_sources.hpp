// The clock and the random numbers of an execution context: the system's, unless others are installed.
#pragma once

#include <socketio/core/sources.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/strand.hpp>

#include SOCKETIO_ASIO(execution_context.hpp)
#include SOCKETIO_ASIO(executor_work_guard.hpp)
#include SOCKETIO_ASIO(query.hpp)

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace socketio {

// Objects of the library that are made on this context from now on use these sources; null leaves the system's.
// Call it once per context, before the context has other objects of the library. The sources are released with
// the context, or with the last handle that outlives it. Deadlines count as work of the context, like timers.
void install_sources(asio::execution_context& on, std::shared_ptr<time_source> time,
                     std::shared_ptr<random_source> random);

namespace detail {

class sourced_wait;

class installed_sources final : public asio::execution_context::service {
public:
    using key_type = installed_sources;
    inline static asio::execution_context::id id;

    explicit installed_sources(asio::execution_context& context) : asio::execution_context::service{context} {}

    // Null if no sources are installed.
    static installed_sources* of(asio::execution_context& context);

    sources const& get() const noexcept { return sources_; }
    void set(sources next) noexcept { sources_ = std::move(next); }

    void add(sourced_wait* wait);
    void remove(sourced_wait* wait) noexcept;

private:
    SOCKETIO_DECL void shutdown() override;

    sources sources_;
    std::mutex mutex_; // guards the members below
    std::set<sourced_wait*> waits_;
};

// The deadline of one deadline_timer at a time_source. On the strand, except for fire().
class sourced_wait : public std::enable_shared_from_this<sourced_wait> {
public:
    // Null if the strand's context has no time_source.
    static std::shared_ptr<sourced_wait> make(strand const& on);
    sourced_wait(strand const& on, installed_sources& of);

    time_source& time() const noexcept { return *of_.get().time(); }
    // Calls `due` on the strand, once, unless cancel() comes first. Cancels the wait before.
    void begin(clock::time_point deadline, unique_function<void()> due);
    // A call that is already posted is still made. As with Asio's timers, `due` is destroyed later, not inside
    // this function.
    void cancel() noexcept;
    // Ends all waits; no other call may follow.
    void end() noexcept;
    // Destroys `due` at once: the context is being destroyed.
    void drop() noexcept;

private:
    void leave_source() noexcept;
    std::shared_ptr<unique_function<void()>> take_due() noexcept;
    void fire(std::uint64_t round) noexcept;

    strand const strand_;
    installed_sources& of_;
    std::optional<std::uint64_t> number_; // the number of the wait at the source
    std::mutex mutex_;                    // guards the members below
    std::uint64_t round_ = 0;             // identifies the wait: callbacks of earlier ones are ignored
    std::shared_ptr<unique_function<void()>> due_;
    std::optional<asio::executor_work_guard<asio::any_io_executor>> work_;
};

sources sources_of(asio::execution_context& context);
inline sources sources_of(asio::any_io_executor const& executor)
{
    return sources_of(asio::query(executor, asio::execution::context));
}
inline sources sources_of(strand const& on) { return sources_of(on.get_inner_executor().any()); }

} // namespace detail
} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/installed_sources.ipp>
#endif
