#include <socketio/client/send_buffer.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace socketio;
using namespace socketio::detail;
using namespace std::chrono_literals;

namespace {

struct recorder {
    void operator()(std::string_view text, std::optional<std::uint64_t> ack)
    {
        seen += std::string{text} + (ack ? '@' + std::to_string(*ack) : "") + ' ';
    }
    std::string seen;
};

bool push(send_buffer& to, std::string_view text, recorder& dropped, std::optional<std::uint64_t> ack = {}, buffer_policy const& policy = {})
{
    return to.push(text, {}, ack, policy, [&](std::string_view oldest, std::optional<std::uint64_t> id) { dropped(oldest, id); });
}

std::string drain(send_buffer& from, std::size_t most = 100)
{
    std::string all;
    from.drain([&](std::string_view text, std::span<bytes_view const>, std::optional<std::uint64_t>, bool) {
        if (most == 0)
            return false;
        --most;
        all += std::string{text} + ' ';
        return true;
    });
    return all;
}

} // namespace

TEST_SUITE("send buffer")
{
    TEST_CASE("packets leave in order, and those that are not taken stay")
    {
        send_buffer buffer{{}};
        recorder dropped;
        for (char const* each : {"a", "bb", "c"})
            REQUIRE(push(buffer, each, dropped));
        CHECK_FALSE(buffer.is_bounded());
        CHECK(buffer.size() == 3);
        CHECK(buffer.byte_size() == 4);
        CHECK(drain(buffer, 2) == "a bb ");
        CHECK(drain(buffer) == "c ");
        CHECK(buffer.empty());
        CHECK(dropped.seen.empty());
    }

    TEST_CASE("the oldest make room for a new packet")
    {
        send_buffer buffer{{.bytes = 4}};
        recorder dropped;
        CHECK(buffer.is_bounded());
        CHECK(buffer.most_unsent() == 4);
        push(buffer, "aa", dropped, 1);
        push(buffer, "b", dropped);
        CHECK(push(buffer, "ccc", dropped));
        CHECK(dropped.seen == "aa@1 ");
        CHECK(drain(buffer) == "b ccc ");
    }

    TEST_CASE("a packet that can never fit drops no other")
    {
        send_buffer buffer{{.bytes = 4}};
        recorder dropped;
        push(buffer, "aa", dropped);
        CHECK_FALSE(push(buffer, "ccccc", dropped));
        CHECK(dropped.seen.empty());
        CHECK(drain(buffer) == "aa ");
    }

    TEST_CASE("the newest is refused where the old ones stay")
    {
        for (when_full const full : {when_full::drop_newest, when_full::fail}) {
            send_buffer buffer{{.events = 1, .full = full}};
            recorder dropped;
            CHECK(push(buffer, "a", dropped));
            CHECK_FALSE(push(buffer, "b", dropped));
            CHECK(drain(buffer) == "a ");
        }
    }

    TEST_CASE("a packet that cannot be dropped for want of memory stays, and the new one is not there")
    {
        send_buffer buffer{{.events = 1}};
        recorder dropped;
        push(buffer, "a", dropped);
        auto const fail = [](std::string_view, std::optional<std::uint64_t>) { throw std::runtime_error{"no memory"}; };
        CHECK_THROWS_AS(buffer.push("b", {}, {}, {}, fail), std::runtime_error);
        CHECK(drain(buffer) == "a ");
    }

    TEST_CASE("packets expire, each at its own time")
    {
        auto const now = clock::time_point{1h};
        send_buffer buffer{{}};
        recorder gone;
        push(buffer, "late", gone, 7, {.expires = now + 2s});
        push(buffer, "early", gone, {}, {.expires = now + 1s});
        push(buffer, "never", gone);
        CHECK(buffer.deadline() == now + 1s);
        buffer.remove_expired(now + 1s, std::ref(gone));
        CHECK(gone.seen == "early ");
        buffer.remove_expired(now + 2s, std::ref(gone));
        CHECK(gone.seen == "early late@7 ");
        CHECK(buffer.deadline() == clock::never());
        CHECK(drain(buffer) == "never ");
    }

    TEST_CASE("a packet is removed by its acknowledgement, or with all others")
    {
        send_buffer buffer{{}};
        recorder gone;
        push(buffer, "a", gone, 1);
        push(buffer, "b", gone, 2);
        push(buffer, "c", gone);
        buffer.remove(1);
        buffer.remove_all(std::ref(gone));
        CHECK(gone.seen == "b@2 c ");
        CHECK(buffer.empty());
    }

    TEST_CASE("its events can be read, attachments included")
    {
        send_buffer buffer{{}};
        bytes const data(2, std::byte{9});
        bytes_view const view{data};
        buffer.push(R"(51-["picture",{"_placeholder":true,"num":0}])", {&view, 1}, {}, {}, recorder{});
        auto const events = buffer.events(nullptr);
        REQUIRE(events.size() == 1);
        CHECK(events[0].event == "picture");
        REQUIRE(events[0].arguments.size() == 1);
        bytes const* const sent = events[0].arguments[0].if_binary();
        REQUIRE(sent);
        CHECK(*sent == data);
    }
}
