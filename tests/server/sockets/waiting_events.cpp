// Events that wait for a middleware which decides later: how much of a client's may.
#include <socketio/server/middleware.hpp>

#include "farewell.hpp"
#include "support/http_caller.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using socketio::args;
using socketio::next;
using socketio::server_socket;

namespace {

constexpr std::size_t usual_limit = 1 << 20;
constexpr std::size_t event_size = 10000;
constexpr std::size_t fitting = usual_limit / event_size / 2; // with what they cost besides

// A server whose middleware of packets keeps its decisions, if it is not told otherwise by the event's name.
struct waiting_room : farewell {
    std::vector<next> waiting;
    std::size_t heard_events = 0;

    explicit waiting_room(std::size_t limit = usual_limit) : farewell{{.waiting_limit = limit}}
    {
        for (auto const* const nsp : {"/", "/other"})
            io.of(nsp).on("connection", [this](server_socket socket) {
                socket.use([this](std::string_view event, args const&, next go_on) {
                    if (event == "pass")
                        go_on();
                    else if (event == "refuse")
                        go_on({"refused", {}});
                    else if (event == "wait")
                        waiting.push_back(go_on);
                });
                socket.on("wait", [this] { ++heard_events; });
                socket.on("pass", [this] { ++heard_events; });
            });
    }
    std::size_t cut_off() const { return io.snapshot().cut_off; }
    bool until_waiting(std::size_t count)
    {
        return until([this, count] { return waiting.size() >= count; });
    }
    bool until_heard_events(std::size_t count)
    {
        return until([this, count] { return heard_events >= count; });
    }
};

struct small_room : waiting_room {
    small_room() : waiting_room{1000} {}
};

std::string make_event(std::string const& name, std::string const& nsp = "")
{
    return "42" + nsp + "[\"" + name + "\",\"" + std::string(event_size, 'x') + "\"]";
}

} // namespace

TEST_CASE_FIXTURE(waiting_room, "events below the limit wait, and what was decided, either way, does not count any more")
{
    auto const guest = welcome_raw();
    for (std::size_t round = 1; round <= 6; ++round) {
        for (std::size_t i = 0; i != fitting; ++i)
            guest->say(make_event("wait"));
        REQUIRE(until_waiting(fitting * round)); // copies of what was decided are kept on
        for (std::size_t i = fitting * (round - 1); i != waiting.size(); ++i) {
            if (round % 2 == 0)
                waiting[i]({"refused", {}});
            else
                waiting[i]();
        }
    }
    REQUIRE(until([this] { return heard.count("/ error: refused") == 3 * std::ptrdiff_t{fitting}; }));
    CHECK(heard_events == 3 * fitting);
    for (std::size_t i = 0; i != fitting; ++i)
        guest->say(make_event("wait"));
    REQUIRE(until_waiting(fitting * 7));
    waiting.clear(); // without a decision
    for (std::size_t i = 0; i != fitting; ++i)
        guest->say(make_event("wait"));
    REQUIRE(until_waiting(fitting));
    CHECK(cut_off() == 0);
    CHECK_FALSE(guest->closed());
}

TEST_CASE_FIXTURE(waiting_room, "a client whose waiting events are over the limit is cut off, and others are not")
{
    auto const guest = welcome_raw();
    auto const patient = welcome_raw();
    patient->say(make_event("wait"));
    REQUIRE(until_waiting(1));
    for (std::size_t i = 0; i != 4 * fitting; ++i)
        guest->say(make_event("wait"));
    REQUIRE(guest->until_closed());
    CHECK(waiting.size() > fitting);
    CHECK(waiting.size() <= 2 + usual_limit / event_size);
    REQUIRE(until([this] { return heard.count_of("/other disconnect:") == 1; }));
    CHECK(heard.text() == end_in_both("forced close"));
    CHECK(cut_off() == 1);
    for (auto const& each : waiting)
        each();
    REQUIRE(until_heard_events(1));
    patient->say(make_event("pass"));
    REQUIRE(until_heard_events(2));
    CHECK(heard_events == 2);
}

TEST_CASE_FIXTURE(waiting_room, "a client that polls is cut off as well")
{
    support::http_caller line{context, io.port()};
    std::string const target = "/socket.io/?EIO=4&transport=polling";
    std::string const opened = line.get(target).body;
    std::string const at = target + "&sid=" + opened.substr(opened.find("sid\":\"") + 6, 20);
    REQUIRE(line.post(at, "40").body == "ok");
    std::string ten = make_event("wait");
    for (int i = 1; i != 10; ++i)
        ten += '\x1e' + make_event("wait");
    for (std::size_t i = 0; i < fitting; i += 10)
        REQUIRE(line.post(at, ten).body == "ok");
    CHECK(cut_off() == 0);
    for (std::size_t i = 0; i < 2 * fitting; i += 10)
        static_cast<void>(line.post(at, ten));
    CHECK(until_heard("/ disconnect: forced close"));
    CHECK(cut_off() == 1);
    CHECK(waiting.size() <= 1 + usual_limit / event_size);
}

TEST_CASE_FIXTURE(waiting_room, "events of all namespaces of a client count together")
{
    auto const guest = welcome_raw();
    for (std::size_t i = 0; i != fitting; ++i)
        guest->say(make_event("wait", "/other,"));
    REQUIRE(until_waiting(fitting));
    CHECK(cut_off() == 0);
    for (std::size_t i = 0; i != 2 * fitting; ++i)
        guest->say(make_event("wait"));
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("forced close"));
    CHECK(cut_off() == 1);
}

TEST_CASE_FIXTURE(waiting_room, "what counts is what an event costs here, not what it was over the wire")
{
    auto const guest = welcome_raw();
    std::string zeros = "42[\"wait\"";
    for (std::size_t i = 0; i != usual_limit / 32; ++i)
        zeros += ",0";
    zeros += ']';
    guest->say(zeros);
    REQUIRE(until_waiting(1));
    CHECK(cut_off() == 0);
    guest->say(zeros);
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("forced close"));
    CHECK(cut_off() == 1);
}

TEST_CASE_FIXTURE(small_room, "an event over the limit may pass, be refused or be swallowed, but not wait")
{
    auto const guest = welcome_raw();
    for (auto const* const name : {"pass", "swallow", "refuse", "pass"})
        guest->say(make_event(name));
    REQUIRE(until_heard_events(2));
    CHECK(heard.text() == "/ error: refused");
    CHECK(cut_off() == 0);
    heard.clear();
    guest->say(make_event("wait"));
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("forced close"));
    CHECK(cut_off() == 1);
}
