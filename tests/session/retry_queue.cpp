// The queue behind the option `retries`, without a connection.
#include <socketio/session/retry_queue.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace retry_queue_tests {

using namespace std::chrono_literals;
using socketio::detail::retried_emit;
using socketio::detail::retry_queue;

namespace {

constexpr socketio::clock::time_point now{};

retried_emit emit(std::uint64_t ticket)
{
    retried_emit made;
    made.waiting.id = ticket;
    made.packet.push("2[\"e" + std::to_string(ticket) + "\"]", {}, std::nullopt);
    return made;
}

std::string text_of(retried_emit const& of)
{
    std::string text;
    of.packet.peek([&](std::string_view packet, auto const&) { text = packet; });
    return text;
}

} // namespace

TEST_CASE("one is on its way at a time, in order, and an answer makes way for the next")
{
    retry_queue queue;
    CHECK(queue.empty());
    CHECK(queue.next() == nullptr);
    queue.push(emit(1));
    queue.push(emit(2));
    auto* const first = queue.next();
    REQUIRE(first != nullptr);
    CHECK(text_of(*first) == R"(2["e1"])");
    CHECK(text_of(*first) == R"(2["e1"])");
    CHECK(queue.next() == nullptr);
    CHECK_FALSE(queue.ended(2, true, 5, now).has_value()); // not the first: some try of long ago
    auto const over = queue.ended(1, true, 5, now);
    REQUIRE(over.has_value());
    CHECK(over->waiting.id == 1);
    CHECK(over->tries == 1);
    auto* const second = queue.next();
    REQUIRE(second != nullptr);
    CHECK(text_of(*second) == R"(2["e2"])");
    CHECK(queue.ended(2, true, 5, now).has_value());
    CHECK(queue.empty());
    CHECK_FALSE(queue.ended(2, true, 5, now).has_value());
}

TEST_CASE("what fails is tried once and `retries` times more")
{
    for (std::uint64_t const retries : {1u, 2u, 10u}) {
        CAPTURE(retries);
        retry_queue queue;
        queue.push(emit(7));
        std::uint64_t tries = 0;
        bool over = false;
        while (!over) {
            REQUIRE(queue.next() != nullptr);
            ++tries;
            over = queue.ended(7, false, retries, now).has_value();
            CHECK(queue.empty() == over);
        }
        CHECK(tries == retries + 1);
    }
}

TEST_CASE("any of them may be taken out, also the one on its way, and all at once")
{
    retry_queue queue;
    for (std::uint64_t ticket = 1; ticket != 5; ++ticket)
        queue.push(emit(ticket));
    REQUIRE(queue.next() != nullptr);
    CHECK(queue.remove(3).has_value());
    CHECK_FALSE(queue.remove(3).has_value());
    CHECK(queue.remove(1).has_value());
    CHECK_FALSE(queue.ended(1, true, 0, now).has_value());
    auto* const next = queue.next();
    REQUIRE(next != nullptr);
    CHECK(next->waiting.id == 2);
    CHECK(queue.size() == 2);
    CHECK(queue.take_all().size() == 2);
    CHECK(queue.empty());
}

TEST_CASE("what waits too long is given up, but not while it is on its way")
{
    retry_queue queue;
    CHECK(queue.deadline() == socketio::clock::never());
    for (std::uint64_t ticket = 1; ticket != 4; ++ticket) {
        retried_emit made = emit(ticket);
        made.expires = now + ticket * 1s;
        queue.push(std::move(made));
    }
    CHECK(queue.deadline() == now + 1s);
    REQUIRE(queue.next() != nullptr);
    CHECK_FALSE(queue.take_expired(now + 1s).has_value());
    CHECK(queue.deadline() == now + 2s);
    auto const second = queue.take_expired(now + 2s);
    REQUIRE(second.has_value());
    CHECK(second->waiting.id == 2);
    CHECK_FALSE(queue.take_expired(now + 2s).has_value());
    CHECK(queue.deadline() == now + 3s);
    auto const first = queue.ended(1, false, 100, now + 2s);
    REQUIRE(first.has_value());
    CHECK(first->waiting.id == 1);
    REQUIRE(queue.next() != nullptr);
    CHECK_FALSE(queue.ended(3, false, 100, now + 2s).has_value());
    CHECK(queue.deadline() == now + 3s);
    CHECK(queue.take_expired(now + 3s).has_value());
    CHECK(queue.empty());
}

TEST_CASE("bytes are counted, and the oldest that is not on its way makes room")
{
    retry_queue queue;
    CHECK_FALSE(queue.take_oldest_waiting().has_value());
    for (std::uint64_t ticket = 1; ticket != 4; ++ticket)
        queue.push(emit(ticket));
    std::size_t const one = emit(1).packet.byte_size();
    CHECK(queue.byte_size() == 3 * one);
    REQUIRE(queue.next() != nullptr);
    CHECK(queue.take_oldest_waiting()->waiting.id == 2);
    CHECK(queue.take_oldest_waiting()->waiting.id == 3);
    CHECK_FALSE(queue.take_oldest_waiting().has_value());
    CHECK(queue.byte_size() == one);
    CHECK(queue.take_all().size() == 1);
    CHECK(queue.byte_size() == 0);
}

} // namespace retry_queue_tests
