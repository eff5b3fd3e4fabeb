// The expectations that a test has of one side.
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
#include <vector>

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

// One of those of which something is expected.
struct expected_side {
    std::shared_ptr<detail::diary> diary;
    std::size_t from = 0; // the first note that counts
    bool satisfied = false;
};
using expected_sides = std::vector<expected_side>;

} // namespace socketio::detail

namespace socketio::testing {

// What is expected, not yet when. Each note of a side satisfies one expectation.
class awaited {
public:
    awaited(detail::world_loop& in, detail::expected_sides of, detail::noted what, std::string name,
        detail::expected_arguments arguments)
        : loop_{in}, sides_{std::move(of)}, what_{what}, name_{std::move(name)}, arguments_{std::move(arguments)}
    {}

    // Runs the world until it has happened, on each side if there are several, at most for so long in virtual time.
    // What has happened before counts, too.
    result within(std::chrono::nanoseconds time);
    result eventually() { return within(std::chrono::hours{24}); }
    // Has it happened by now? Runs what is ready; time stands still.
    result now() { return within(std::chrono::nanoseconds{0}); }

private:
    bool take(detail::expected_side& of) const;
    std::string described() const;
    std::string what_came_instead(detail::expected_side const& of) const;

    detail::world_loop& loop_;
    detail::expected_sides sides_;
    detail::noted what_;
    std::string name_;
    detail::expected_arguments arguments_;
};

// world.expect(side): continue with one of these.
class expectation {
public:
    expectation(detail::world_loop& in, detail::expected_sides of) : loop_{in}, sides_{std::move(of)} {}

    // Only what happens from here on counts.
    expectation& from_now_on()
    {
        for (auto& each : sides_)
            each.from = each.diary->notes.size();
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
        return {loop_, sides_, what, std::move(name), std::move(arguments)};
    }

    detail::world_loop& loop_;
    detail::expected_sides sides_;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/expectation.ipp>
#endif
