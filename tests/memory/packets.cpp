// A packet is queued whole or not at all, whatever allocation fails.
#include <socketio/net/polling_channel.hpp>
#include <socketio/session/engine.hpp>
#include <socketio/session/packet_queue.hpp>

#include <doctest/doctest.h>

#include "memory/failing_memory.hpp"
#include "support/channel_diary.hpp"
#include "support/engine_side.hpp"

#if defined(SOCKETIO_WITH_ZLIB)
#include <socketio/session/zlib_codec.hpp>
#endif

#include <asio/io_context.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace socketio;
using namespace socketio::detail;
using namespace std::string_view_literals;

namespace {

std::string const large(3000, 'x');

// A queue with so many packets in it already: different ones need memory for the next.
std::vector<std::string> drained(packet_queue& from)
{
    std::vector<std::string> all;
    from.drain([&](std::string_view text, std::span<bytes_view const> attachments, std::optional<std::uint64_t>, bool) {
        std::string line{text};
        for (bytes_view const each : attachments)
            line += '|' + std::string{as_text(each)};
        all.push_back(std::move(line));
        return true;
    });
    return all;
}

} // namespace

TEST_CASE("a packet that found no memory is not in the queue, and the others are whole")
{
    bytes_view const attachments[] = {as_bytes("first"sv), as_bytes(large)};
    for (std::size_t const before : {0u, 1u, 2u, 4u, 8u}) {
        auto const failures = memory::fail_each(
            [&] {
                auto made = std::make_unique<packet_queue>();
                for (std::size_t i = 0; i != before; ++i)
                    made->push("before", {}, std::nullopt);
                return made;
            },
            [&](auto& queue) { queue->push("text", attachments, 7); },
            [&](auto& queue, bool threw) {
                CHECK(queue->size() == before + (threw ? 0 : 1));
                CHECK(queue->byte_size() == before * 6 + (threw ? 0 : packet_queue::size_of("text", attachments)));
                queue->push("after", {}, std::nullopt);
                std::vector<std::string> expected(before, "before");
                if (!threw)
                    expected.push_back("text|first|" + large);
                expected.emplace_back("after");
                CHECK(drained(*queue) == expected);
            });
        CHECK(failures > 0);
    }
}

TEST_CASE("a packet whose attachments find no memory leaves no text behind")
{
    struct pair_of_sides {
        support::side client{role::client};
        support::side server{role::server, support::usual()};
    };
    auto const failures = memory::fail_each(
        [] {
            auto made = std::make_unique<pair_of_sides>();
            made->server.session.open(support::start);
            made->client.receive(made->server.take_output(), 100000);
            return made;
        },
        [](auto& both) {
            engine& session = both->client.session;
            session.send_whole([&] {
                session.send_text("51-[\"file\",{\"_placeholder\":true,\"num\":0}]");
                session.send_binary(as_bytes(large));
            });
        },
        [](auto& both, bool threw) {
            both->client.session.send_text("2[\"next\"]");
            auto const heard = both->server.receive(both->client.take_output(), 100000);
            CHECK(heard.size() == (threw ? 1 : 3));
            CHECK(heard.back() == "text 2[\"next\"]");
        });
    CHECK(failures > 0);
}

namespace {

// A session that nobody polls: what is sent stays.
struct polled_session {
    polled_session()
    {
        channel->open();
        opened = channel->unsent();
    }

    asio::io_context context;
    strand on{known_executor{asio::any_io_executor{context.get_executor()}}};
    deadline_timer time{on};
    std::shared_ptr<support::channel_diary> owner = std::make_shared<support::channel_diary>();
    std::shared_ptr<polling_channel> channel = std::make_shared<polling_channel>(
        on, time, support::usual(), *owner, socketio::detail::polling_options{});
    std::size_t opened = 0; // bytes of the open packet
};

} // namespace

TEST_CASE("over polling, too, there is all of a packet or nothing")
{
    std::string_view const text = "51-[\"file\",{\"_placeholder\":true,\"num\":0}]";
    auto const failures = memory::fail_each(
        [] { return std::make_unique<polled_session>(); },
        [text](auto& session) { session->channel->send_packet(text, std::array{socketio::bytes_view{as_bytes(large)}}); },
        [text](auto& session, bool threw) {
            if (threw)
                CHECK(session->channel->unsent() == session->opened);
            else
                CHECK(session->channel->unsent() > session->opened + text.size() + large.size());
        });
    CHECK(failures > 0);
}

#if defined(SOCKETIO_WITH_ZLIB)
TEST_CASE("what was compressed and taken back is not referred to by the messages behind it")
{
    websocket_limits const limits{.message_size = 100000, .fragments = 10};
    struct pair_of {
        explicit pair_of(websocket_limits limits) : client{role::client, limits, 1}, server{role::server, limits, 1}
        {
            deflate_options const options{.threshold = 0};
            client.compress_with(make_zlib_codec(role::client, {}, options), 0);
            server.compress_with(make_zlib_codec(role::server, {}, options), 0);
        }
        websocket_endpoint client;
        websocket_endpoint server;
    };
    // Of which nothing repeats, so that it takes memory compressed, too.
    std::string words;
    for (int i = 0; i != 3000; ++i)
        words += std::to_string(i * 7919);
    auto const failures = memory::fail_each(
        [&] { return std::make_unique<pair_of>(limits); },
        [&](auto& both) { both->client.send(opcode::text, words); },
        [&](auto& both, bool threw) {
            both->client.send(opcode::text, words);
            std::string sent{both->client.output().view()};
            std::span<char> input{sent};
            for (int messages = threw ? 1 : 2; messages != 0; --messages) {
                auto const event = both->server.next(input);
                REQUIRE(event.type == websocket_event::kind::text);
                CHECK(std::string_view{event.payload.data(), event.payload.size()} == words);
            }
            CHECK(input.empty());
        });
    CHECK(failures > 2);
}
#endif
