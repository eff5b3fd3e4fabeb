// Time limits of a client in several namespaces. (tests/cost counts what very many of them cost.)
#include <socketio/server/peer_core.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;
using socketio::server_socket;

namespace {

// A client of "/" that may join others over the same connection.
struct hotel : support::server_fixture {
    std::vector<socketio::socket> guests;

    hotel()
    {
        static_cast<void>(io.of(name(0)));
        static_cast<void>(io.of(name(1)));
        guests.push_back(guest());
    }
    static std::string name(int i) { return "/rooms/" + std::to_string(i); }
    void note_end(std::string_view of, std::error_code ec) { heard.note(std::string{of} + ": " + (ec ? ec.message() : "answered")); }
    template <class Handle>
    void ask(Handle const& of, std::size_t which, std::chrono::milliseconds limit)
    {
        of.timeout(limit).emit("silence", [this, which, limit](std::error_code ec) {
            note_end(std::to_string(which) + ' ' + std::to_string(limit.count()), ec);
        });
    }
    // Three namespaces, and the handles whose events nobody answers: they end in the order of their limits.
    template <class HandleAt>
    void check_order(HandleAt handle_at)
    {
        guests.push_back(guests.front().io().socket(name(0)));
        guests.push_back(guests.front().io().socket(name(1)));
        REQUIRE(until([this] { return guests.back().connected(); }));
        ask(handle_at(0), 0, 60s);
        ask(handle_at(1), 1, 40ms);
        ask(handle_at(2), 2, 20ms);
        ask(handle_at(1), 1, 1ms);
        REQUIRE(until_heard("1 40: operation has timed out"));
        CHECK(heard.text() == "1 1: operation has timed out | 2 20: operation has timed out | 1 40: operation has timed out");
        ask(handle_at(2), 2, 1ms); // sooner than the one that is waited for
        CHECK(until_heard("2 1: operation has timed out"));
    }
};

} // namespace

TEST_CASE_FIXTURE(hotel, "a client's time limits of several namespaces come in their order, whichever was set first")
{
    check_order([this](std::size_t which) { return guests[which]; });
}

TEST_CASE_FIXTURE(hotel, "a server's time limits of several namespaces of a client come in their order, whichever was set first")
{
    auto const socket_at = [this](std::size_t which) { return socket_of(guests[which]); };
    check_order(socket_at);
    // Of a socket that leaves, nothing remains.
    ask(socket_at(2), 2, 50ms);
    guests[2].disconnect();
    REQUIRE(until_heard("2 50: socket has been disconnected"));
}
