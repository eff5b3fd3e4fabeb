// Servers, clients and the network between them in one thread, in virtual time.
#pragma once

#include <socketio/client.hpp>
#include <socketio/core/function_ref.hpp>
#include <socketio/server.hpp>
#include <socketio/testing/decl.hpp>
#include <socketio/testing/diary.hpp>
#include <socketio/testing/expectation.hpp>
#include <socketio/testing/failure.hpp>
#include <socketio/testing/links.hpp>
#include <socketio/testing/memory_network.hpp>
#include <socketio/testing/span_text.hpp>
#include <socketio/testing/timer.hpp>
#include <socketio/testing/transcript.hpp>
#include <socketio/testing/virtual_time.hpp>

#include <any>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio::testing {

// The seed in the environment variable SOCKETIO_TEST_SEED, or this one. For a test that runs with other seeds at will.
SOCKETIO_TESTING_DECL std::uint64_t seed_from_environment(std::uint64_t otherwise = 1);

// A world in which nothing happens by itself: one io_context, a clock that moves only when nothing is ready to run,
// random numbers of a seed, and a network in memory. Two worlds with the same seed, in which the same is done, are
// equal byte for byte.
//
//     socketio::testing::world world;
//     auto& io = world.server();                                    // reachable as http://server
//     auto socket = world.client("http://server");
//     world.run_until([&] { return socket.connected(); });
//
// Everything in it has to run on its context, in the thread that calls its functions. Asio's own timers and sockets are
// not virtual: a program under test uses socketio::testing::timer, or see wait_for_real_io().
class world final : private detail::world_loop {
public:
    explicit world(std::uint64_t seed = 1);
    world(world const&) = delete;
    world& operator=(world const&) = delete;
    SOCKETIO_TESTING_DECL ~world() override;

    asio::io_context& context() noexcept { return context_; }
    std::uint64_t seed() const noexcept { return seed_; }

    // ---- Servers and clients

    // The server with this name, made at the first call: "server" is reachable as http://server, "other:8080" as
    // http://other:8080. Throws std::invalid_argument for settings at a later call.
    socketio::server& server(std::string_view name = "server");
    socketio::server& server(std::string_view name, server_options settings);
    // Ends it as a process that is killed: its connections are reset, and connects are refused.
    void kill(std::string_view name);
    // Kills it, and makes a new one, without listeners, in the same object.
    socketio::server& restart(std::string_view name = "server", server_options settings = {});
    // Makes another server reachable by this name: a socketio::server that the test has made, a websocket_server,
    // whatever has `accept`. It has to live as long as the world, or until unserve().
    template <class Server>
    void serve(std::string_view name, Server& other)
    {
        network_->listen(with_port(name), [&other](std::shared_ptr<byte_stream> connected, std::string const& address) {
            return other.accept(std::move(connected), {}, {.address = address});
        });
    }
    void unserve(std::string_view name);

    // Settings with which a client's connections go through this world. The host is the name of the machine that the
    // client is on, for links() and the transcript.
    socketio::options options(std::string_view host = "client", socketio::options settings = {});
    socketio::options options(socketio::options settings) { return options("client", std::move(settings)); }
    // The same for others: websocket_options::network, for example.
    network_options network(std::string_view host = "client");
    // A socket with a connection of its own: socketio::io(context(), url, options(host, settings)).
    socketio::socket client(std::string_view url = "http://server", socketio::options settings = {},
        std::string_view host = "client");

    // ---- The network

    // The links between two hosts, in either order; an empty name means all of them. Those to come, too.
    testing::links links(std::string_view one = {}, std::string_view other = {});
    // TCP gives up a connection behind a partition after so long: 15 minutes, as Linux does.
    void give_up_after(std::chrono::nanoseconds time) { wire_->give_up = time; }
    // Calls `act` when a line leaves, before it arrives, if `matches` says so. Once.
    void when(std::function<bool(happening const&)> matches, std::function<void()> act);
    // The same for the first event with this name.
    void when(std::string event, std::function<void()> act);
    // Connects, reads and writes so far, and a call before the n-th.
    std::uint64_t operations() const noexcept { return wire_->operations; }
    void at_operation(std::uint64_t n, std::function<void()> act);
    // Lets the n-th operation fail: see fail_each().
    void fail_operation(std::uint64_t n, detail::operation_fault how = detail::operation_fault::fails);

    // ---- Time

    // Virtual time since the world began.
    std::chrono::nanoseconds now() const noexcept { return wire_->time->now() - virtual_time::start; }
    // The time of day from now on, as if somebody had set the clock.
    void set_wall_clock(std::chrono::system_clock::time_point now) { wire_->time->set_wall(now); }
    // Calls `act` so long after the world began, or from now on: when time passes.
    void at(std::chrono::nanoseconds since_begin, std::function<void()> act);
    void after(std::chrono::nanoseconds wait, std::function<void()> act);

    // Runs what is ready, and what that leads to; time stands still. What the network carries with no latency belongs
    // to it.
    void run();
    // Lets so much time pass. Everything that is due in it happens, in its order.
    void advance(std::chrono::nanoseconds time);
    // The same, but returns as soon as nothing can happen any more. False if that was so.
    bool run_for(std::chrono::nanoseconds time);
    // Runs until this is true. Throws testing::failure when nothing more can happen, or after so much virtual time.
    template <class Predicate>
    void run_until(Predicate&& holds, std::chrono::nanoseconds within = std::chrono::hours{24})
    {
        if (!runs_until(std::ref(holds), wire_->in(within)))
            fail("what was waited for did not happen within " + detail::span_text(within));
    }
    // The same, and returns whether it came true.
    template <class Predicate>
    bool eventually(Predicate&& holds, std::chrono::nanoseconds within = std::chrono::hours{24})
    {
        return runs_until(std::ref(holds), wire_->in(within));
    }
    // Whether nothing can happen any more by itself.
    bool idle();

    // For tests with real peers, on real ports, in the same context: so long the world waits for them, in real time,
    // before virtual time moves. Zero: not at all. Runs are not repeatable then.
    void wait_for_real_io(std::chrono::milliseconds time) { real_wait_ = time; }

    // ---- What is expected

    // Notes what this side receives and sends from now on. The world does so by itself for its server() and client(),
    // and for others from their first expect() on. For a namespace keep what this returns: each call begins anew.
    watched watch(socketio::socket const& of, std::string_view called = "client");
    watched watch(server_socket const& of);
    watched watch(socketio::server& of); // all sockets of "/"
    watched watch(server_namespace const& of);
    // A host, as it speaks on the wire: its events, whatever the program makes of them.
    watched watch(std::string_view host);

    // The beginning of an expectation, which ends in a testing::result:
    //
    //     SOCKETIO_CHECK(world.expect(socket).receives("reading", 21.5).within(1min));
    template <class Side>
    expectation expect(Side&& whom)
    {
        return {*this, {{diary_of(whom)}}};
    }
    // Of each socket that is in a room of "/" now. Throws testing::failure if nobody is there.
    //
    //     SOCKETIO_CHECK(world.expect(io, "room").sends("news").within(1s));
    expectation expect(socketio::server& of, std::string_view room);
    // Of each of these sides: a container of sockets, server_sockets or watched.
    template <class Sides>
    expectation expect_each(Sides const& whom)
    {
        detail::expected_sides all;
        for (auto const& each : whom)
            all.push_back({diary_of(each)});
        return {*this, std::move(all)};
    }

    // ---- What happened

    testing::transcript& transcript() noexcept { return transcript_; }
    testing::transcript const& transcript() const noexcept { return transcript_; }
    // What a failure says behind its reason: the last lines, what has not arrived, and the seed.
    SOCKETIO_TESTING_DECL std::string circumstances() const override;
    [[noreturn]] void fail(std::string const& why) const;

private:
    struct action {
        std::function<bool(happening const&)> matches;
        std::function<void()> act;
    };

    struct listener_name {
        std::string name;
    };
    // Whose diary it is: a socket, by a listener of it, a server_socket, a host's name, or a pointer to a server.
    struct side {
        std::any key;
        std::shared_ptr<detail::diary> diary;

        bool is(socketio::server* of) const
        {
            auto* const* const known = std::any_cast<socketio::server*>(&key);
            return known != nullptr && *known == of;
        }
    };

    template <class Side>
    std::shared_ptr<detail::diary> diary_of(Side&& whom)
    {
        if constexpr (std::is_same_v<std::remove_cvref_t<Side>, watched>)
            return whom.diary();
        else
            return watch(whom).diary();
    }
    SOCKETIO_TESTING_DECL bool runs_within(std::function<bool()> holds, std::chrono::nanoseconds time) override;
    std::shared_ptr<detail::diary> make_diary(std::string who);
    static std::string with_port(std::string_view name);
    bool runs_until(std::function<bool()> holds, clock::time_point latest);
    bool run_one();
    bool wait_really();

    std::uint64_t const seed_;
    asio::io_context context_{1};
    std::shared_ptr<detail::memory_wire> const wire_;
    std::shared_ptr<detail::memory_network> const network_;
    testing::transcript transcript_;
    std::map<std::string, std::unique_ptr<socketio::server>, std::less<>> servers_;
    std::vector<side> sides_;
    std::vector<std::shared_ptr<action>> actions_;
    std::multimap<std::uint64_t, std::function<void()>> at_operation_;
    std::chrono::milliseconds real_wait_{0};
    std::uint64_t ran_ = 0; // handlers since time or the network moved
    std::uint64_t seen_operations_ = 0;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/world.ipp>
#endif
