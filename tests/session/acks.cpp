#include <socketio/session/acks.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace acks_tests {

using namespace socketio::detail;
using socketio::clock;
using namespace std::chrono_literals;

namespace {

constexpr auto start = clock::time_point{1h};

pending_ack waiting(std::uint64_t id, clock::time_point deadline = clock::never(), bool buffered = false)
{
    pending_ack result;
    result.id = id;
    result.deadline = deadline;
    result.buffered = buffered;
    result.event = "event " + std::to_string(id);
    result.handler = [](ack_result&) {};
    return result;
}

std::vector<std::uint64_t> ids(std::vector<pending_ack> const& of)
{
    std::vector<std::uint64_t> result;
    for (auto const& each : of)
        result.push_back(each.id);
    return result;
}

using numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("nothing waits at first, and nothing has a deadline")
{
    acks a;
    CHECK(a.size() == 0);
    CHECK(a.deadline() == clock::never());
    CHECK_FALSE(a.take(0));
    CHECK(a.take_all().empty());
    CHECK(a.take_sent().empty());
    CHECK(a.take_expired(start).empty());
    a.sent(3);
}

TEST_CASE("an ack is taken once, with all that belongs to it")
{
    acks a;
    a.add(waiting(7, start + 1s));
    CHECK(a.size() == 1);
    CHECK_FALSE(a.take(6));
    CHECK_FALSE(a.take(8));
    auto const taken = a.take(7);
    REQUIRE(taken);
    CHECK(taken->id == 7);
    CHECK(taken->event == "event 7");
    CHECK(taken->deadline == start + 1s);
    CHECK(taken->handler);
    CHECK(a.size() == 0);
    CHECK_FALSE(a.take(7));
    CHECK(a.take_all().empty());
    CHECK(a.take_expired(start + 1h).empty());
}

TEST_CASE("answers may come in any order")
{
    acks a;
    for (std::uint64_t id = 0; id < 50; ++id)
        a.add(waiting(id));
    for (std::uint64_t id = 50; id-- > 0;)
        if (id % 3 == 0)
            CHECK(a.take(id)->id == id);
    for (std::uint64_t id = 0; id < 50; ++id)
        CHECK(a.take(id).has_value() == (id % 3 != 0));
    CHECK(a.size() == 0);
}

TEST_CASE("ids that are added out of order are found")
{
    acks a;
    for (std::uint64_t const id : {10u, 4u, 18u, 7u, 0u})
        a.add(waiting(id));
    CHECK(a.take(10));
    a.add(waiting(5));
    a.add(waiting(10));
    CHECK(a.size() == 6);
    CHECK(ids(a.take_all()) == numbers{0, 4, 5, 7, 10, 18});
    a.add(waiting(18446744073709551615u));
    a.add(waiting(1));
    CHECK(a.take(18446744073709551615u));
    CHECK(a.take(1));
}

TEST_CASE("those whose time is up are taken, all of them and no others")
{
    acks a;
    a.add(waiting(1, start + 3s));
    a.add(waiting(2, start + 1s));
    a.add(waiting(3));
    a.add(waiting(4, start + 1s, true));
    CHECK(a.deadline() == start + 1s);
    CHECK(a.take_expired(start + 1s - 1ns).empty());
    CHECK(ids(a.take_expired(start + 1s)) == numbers{2, 4});
    CHECK(a.deadline() == start + 3s);
    CHECK(a.take_expired(start + 2s).empty());
    CHECK_FALSE(a.take(2));
    CHECK(ids(a.take_expired(start + 1h)) == numbers{1});
    CHECK(a.deadline() == clock::never());
    CHECK(a.take_expired(start + 1000h).empty());
    CHECK(a.take(3));
}

TEST_CASE("deadlines that ascend with the ids run out from the front, past those that were answered")
{
    acks a;
    for (std::uint64_t id = 0; id != 6; ++id)
        a.add(waiting(id, start + std::chrono::seconds{id}));
    CHECK(a.take(1));
    CHECK(a.take(3));
    CHECK(ids(a.take_expired(start + 2s)) == numbers{0, 2});
    CHECK(a.deadline() == start + 4s);
    CHECK(a.take_expired(start + 3s).empty());
    CHECK(a.take(4));
    CHECK(ids(a.take_expired(start + 1min)) == numbers{5});
    CHECK(a.deadline() == clock::never());
    CHECK(a.size() == 0);
}

TEST_CASE("one earlier deadline among ascending ones runs out in time")
{
    acks a;
    for (std::uint64_t id = 0; id != 4; ++id)
        a.add(waiting(id, start + 10s));
    a.add(waiting(4, start + 1s));
    a.add(waiting(5, start + 20s));
    CHECK(ids(a.take_expired(start + 1s)) == numbers{4});
    CHECK(ids(a.take_expired(start + 10s)) == numbers{0, 1, 2, 3});
    a.put_back(waiting(2), socketio::make_error_code(socketio::error::closed));
    CHECK(ids(a.take_expired(start)) == numbers{2});
    CHECK(a.deadline() == start + 20s);
}

TEST_CASE("without any that waits, the next deadline counts alone")
{
    acks a;
    a.add(waiting(1, start + 1s));
    CHECK(a.take(1));
    a.add(waiting(2, start + 5s));
    CHECK(a.deadline() == start + 5s);
}

TEST_CASE("the deadline is never later than the first that is left")
{
    acks a;
    a.add(waiting(1, start + 1s));
    a.add(waiting(2, start + 2s));
    CHECK(a.take(1));
    CHECK(a.deadline() <= start + 2s);
    CHECK(a.take_expired(start + 1s).empty());
    CHECK(a.deadline() == start + 2s);
    CHECK(a.take(2));
    CHECK(a.deadline() == clock::never());
}

TEST_CASE("those in the send buffer survive a disconnect until they are sent")
{
    acks a;
    a.add(waiting(1));
    a.add(waiting(2, clock::never(), true));
    a.add(waiting(3, clock::never(), true));
    CHECK(ids(a.take_sent()) == numbers{1});
    CHECK(a.size() == 2);
    a.sent(2);
    a.sent(99);
    CHECK(ids(a.take_sent()) == numbers{2});
    CHECK(a.take_sent().empty());
    CHECK(ids(a.take_all()) == numbers{3});
    CHECK(a.size() == 0);
}

TEST_CASE("what was not sent has no answer yet")
{
    acks a;
    a.add(waiting(0, clock::never(), true));
    a.add(waiting(1));
    CHECK_FALSE(a.take(0, true));
    CHECK(a.take(1, true));
    a.sent(0);
    CHECK(a.take(0, true));
    CHECK(a.size() == 0);
}

TEST_CASE("a handler that is taken is the one that was given, and dies when it is not called")
{
    acks a;
    auto held = std::make_shared<int>(0);
    for (std::uint64_t id = 0; id < 10; ++id) {
        pending_ack one = waiting(id);
        one.handler = [held](ack_result&) { ++*held; };
        a.add(std::move(one));
    }
    CHECK(held.use_count() == 11);
    a.take(5);
    CHECK(held.use_count() == 10);
    a.take_all();
    CHECK(held.use_count() == 1);
    CHECK(*held == 0);
}

TEST_CASE("what has run out takes memory for itself, and not for the others")
{
    acks all;
    for (std::uint64_t id = 0; id != 1000; ++id)
        all.add(waiting(id, id == 500 ? start : start + 1h));
    auto const due = all.take_expired(start);
    CHECK(ids(due) == numbers{500});
    CHECK(due.capacity() == 1);
    CHECK(all.size() == 999);
}

TEST_CASE("many in flight are answered fast in order, backwards and by turns")
{
    constexpr std::uint64_t count = 20000;
    acks a;
    for (std::uint64_t id = 0; id < count; ++id)
        a.add(waiting(id));
    for (std::uint64_t id = 0; id < count; ++id)
        REQUIRE(a.take(id));
    for (std::uint64_t id = count; id < 2 * count; ++id)
        a.add(waiting(id));
    for (std::uint64_t id = 2 * count; id-- > count;)
        REQUIRE(a.take(id));
    CHECK(a.size() == 0);
}

TEST_CASE("a hundred thousand operations in random order agree with a simple model")
{
    struct entry {
        clock::time_point deadline;
        bool buffered;
    };
    acks a;
    std::map<std::uint64_t, entry> model;
    std::mt19937_64 random{12345};
    auto now = start;
    std::uint64_t next_id = 0;
    std::uint64_t ended = 0;
    auto const agree = [&](std::vector<pending_ack> const& taken, auto which) {
        numbers expected;
        for (auto const& [id, each] : model)
            if (which(each))
                expected.push_back(id);
        REQUIRE(ids(taken) == expected);
        for (auto const id : expected)
            model.erase(id);
        ended += expected.size();
    };
    for (int i = 0; i < 100000; ++i) {
        now += 1ms;
        switch (random() % 100) {
        default: {
            bool const buffered = random() % 4 == 0;
            auto const deadline = random() % 2 ? clock::never() : now + std::chrono::milliseconds{random() % 500};
            a.add(waiting(next_id, deadline, buffered));
            model[next_id++] = {deadline, buffered};
            break;
        }
        case 0: agree(a.take_sent(), [](entry const& e) { return !e.buffered; }); break;
        case 1:
            if (random() % 20 == 0)
                agree(a.take_all(), [](entry const&) { return true; });
            break;
        case 2: case 3: case 4: case 5: case 6:
            agree(a.take_expired(now), [now](entry const& e) { return e.deadline <= now; });
            break;
        case 7: case 8: case 9: case 10: {
            auto const id = random() % (next_id + 1);
            a.sent(id);
            if (auto const found = model.find(id); found != model.end())
                found->second.buffered = false;
            break;
        }
        case 11: case 12: case 13: case 14: case 15: case 16: case 17: case 18: case 19: case 20: case 21: case 22: case 23:
        case 24: case 25: case 26: case 27: case 28: case 29: case 30: case 31: case 32: case 33: case 34: case 35: case 36: {
            auto const recent = std::min<std::uint64_t>(next_id, 200);
            auto const id = next_id - random() % (recent + 1);
            auto const taken = a.take(id);
            REQUIRE(taken.has_value() == (model.count(id) != 0));
            if (taken)
                REQUIRE(taken->id == id);
            ended += model.erase(id);
            break;
        }
        }
        REQUIRE(a.size() == model.size());
        clock::time_point first = clock::never();
        if (i % 100 == 0) {
            for (auto const& each : model)
                first = std::min(first, each.second.deadline);
            REQUIRE(a.deadline() <= first);
        }
    }
    agree(a.take_all(), [](entry const&) { return true; });
    CHECK(ended == next_id);
}

} // namespace acks_tests
