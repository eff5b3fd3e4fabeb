// What a test expects of one side.
#pragma once

#include <socketio/testing/decl.hpp>
#include <socketio/testing/diary.hpp>
#include <socketio/testing/failure.hpp>
#include <socketio/testing/matching.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace socketio::detail {

// The part of a world that expectations need.
class world_loop {
public:
    world_loop() = default;
    world_loop(world_loop const&) = delete;
    world_loop& operator=(world_loop const&) = delete;
    virtual ~world_loop() = default;
    // Runs until it is true. False if it does not become true in this virtual time.
    virtual bool runs_within(std::function<bool()> holds, std::chrono::nanoseconds time) = 0;
    // What a failure says behind its reason.
    virtual std::string circumstances() const = 0;
};

} // namespace socketio::detail

namespace socketio::testing {

// What is expected, not yet when. Each note of a side satisfies one expectation.
class awaited {
public:
    awaited(detail::world_loop& in, std::shared_ptr<detail::diary> of, std::size_t from, detail::noted what,
        std::string name, detail::expected_arguments arguments)
        : loop_{in},
          diary_{std::move(of)},
          from_{from},
          what_{what},
          name_{std::move(name)},
          arguments_{std::move(arguments)}
    {}

    // Runs the world until it has happened, at most for so long in virtual time. What has happened before counts, too.
    result within(std::chrono::nanoseconds time);
    result eventually() { return within(std::chrono::hours{24}); }
    // Has it happened by now? Runs what is ready; time stands still.
    result now() { return within(std::chrono::nanoseconds{0}); }

private:
    bool take();
    std::string described() const;
    std::string what_came_instead() const;

    detail::world_loop& loop_;
    std::shared_ptr<detail::diary> diary_;
    std::size_t from_; // the first note that counts
    detail::noted what_;
    std::string name_;
    detail::expected_arguments arguments_;
};

// world.expect(side): continue with one of these.
class expectation {
public:
    expectation(detail::world_loop& in, std::shared_ptr<detail::diary> of) : loop_{in}, diary_{std::move(of)} {}

    // Only what happens from here on counts.
    expectation& from_now_on()
    {
        from_ = diary_->notes.size();
        return *this;
    }

    // An event reaches its listeners. Without arguments: whatever they are. An argument is what can be sent, compared
    // as a value (the order of members does not count); testing::any; or a predicate, of a value or of what it converts
    // to:
    //
    //     world.expect(io).receives("reading", 21.5, testing::any, [](std::string_view unit) { return unit != "F"; })
    template <class... Args>
    awaited receives(std::string event, Args const&... arguments) const
    {
        return await(detail::noted::received, std::move(event), detail::make_expected(arguments...));
    }
    // The side sends an event.
    template <class... Args>
    awaited sends(std::string event, Args const&... arguments) const
    {
        return await(detail::noted::sent, std::move(event), detail::make_expected(arguments...));
    }
    // Sockets alone: "connect" and "disconnect" of a client, "connection" and "disconnect" of a server.
    awaited connects() const { return await(detail::noted::connected, {}, {}); }
    awaited disconnects() const { return await(detail::noted::disconnected, {}, {}); }
    awaited disconnected_with(std::string reason) const
    {
        return await(detail::noted::disconnected, std::move(reason), {});
    }
    // For so long, from now on, no event comes: none at all, or none with this name. The time passes.
    result no_events_for(std::chrono::nanoseconds time, std::string event = {}) const;

private:
    awaited await(detail::noted what, std::string name, detail::expected_arguments arguments) const
    {
        return {loop_, diary_, from_, what, std::move(name), std::move(arguments)};
    }

    detail::world_loop& loop_;
    std::shared_ptr<detail::diary> diary_;
    std::size_t from_ = 0;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/expectation.ipp>
#endif
