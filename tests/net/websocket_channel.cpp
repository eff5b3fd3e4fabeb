// Two channels on two streams in memory that are each other's peer.
#include <socketio/net/websocket_channel.hpp>

#include "routes/memory_stream.hpp"
#include "support/channel_diary.hpp"
#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::bytes;
using socketio::bytes_view;
using socketio::error;
using socketio::detail::engine;
using socketio::detail::role;
using socketio::detail::strand;
using socketio::detail::websocket_channel;
using support::channel_diary;
using support::closed;

namespace {

struct side {
    side(strand const& on, std::shared_ptr<socketio::byte_stream> over, role own,
        socketio::detail::engine_settings settings = {})
        : channel{std::make_shared<websocket_channel>(on, socketio::detail::stream{on, std::move(over)},
              engine{own, {.message_size = 1000000}, 7, std::move(settings)}, *owner,
              socketio::detail::connection_options{})}
    {
        owner->channel = channel;
        channel->start({});
        if (own == role::server)
            channel->session().open(socketio::clock::now());
        channel->settle();
    }

    std::shared_ptr<channel_diary> owner = std::make_shared<channel_diary>();
    std::shared_ptr<websocket_channel> channel;
};

// A client and its server. Both have been started, and nothing has been read.
class pair {
public:
    explicit pair(socketio::detail::engine_settings settings = {"abc", {}, 25000ms, 20000ms, 1000})
        : client{on, over_.first, role::client}, server{on, over_.second, role::server, std::move(settings)}
    {}
    ~pair()
    {
        // A read that waits in memory keeps its end.
        client.channel->abort();
        server.channel->abort();
        context.restart();
        context.poll();
        client.owner->channel = server.owner->channel = nullptr;
    }

    // Sends, and runs all that is ready.
    void run()
    {
        for (int i = 0; i < 20; ++i) {
            client.channel->settle();
            server.channel->settle();
            context.restart();
            context.poll();
        }
    }
    void send(std::string_view text)
    {
        client.channel->send_packet(text, {});
        client.channel->settle();
    }

    asio::io_context context;
    strand const on{socketio::detail::known_executor{asio::any_io_executor{context.get_executor()}}};

private:
    std::pair<std::shared_ptr<memory_stream>, std::shared_ptr<memory_stream>> over_ = memory_stream::pair(context);

public:
    side client, server;
};

} // namespace

TEST_CASE("the client learns that the channel is open, and messages go both ways in order")
{
    pair both;
    both.run();
    CHECK(both.client.owner->text == "open");
    both.client.owner->text.clear();
    both.server.owner->text.clear(); // the open packet has been handed over
    bytes const data(3);
    std::array const attachments{bytes_view{data}, bytes_view{data}.first(1)};
    both.client.channel->send_packet("one", attachments);
    both.client.channel->send_packet("two", {});
    both.run();
    CHECK(both.server.owner->text == "one | 3 bytes | 1 bytes | two");
    CHECK(both.client.owner->text == "drained");
    both.server.channel->send_packet("three", {});
    both.run();
    CHECK(both.client.owner->text == "drained | three");
    CHECK(both.client.channel->transport() == "websocket");
}

TEST_CASE("a message that is written in place is what another one is, whichever its size")
{
    for (std::size_t const size : {0u, 1u, 124u, 125u, 126u, 65534u, 65535u, 70000u}) {
        pair both{{"abc", {}, 25000ms, 20000ms, 0}};
        both.run();
        both.client.owner->text.clear();
        for (auto* const each : {&both.client, &both.server}) {
            auto const at = each->channel->begin_message();
            each->channel->output().append(std::string(size, 'x'));
            CHECK(each->channel->message_size(at) == size + 1);
            each->channel->end_message(at, {});
        }
        std::vector<std::size_t> sizes;
        both.client.owner->on_message =
            both.server.owner->on_message = [&](std::string_view got) { sizes.push_back(got.size()); };
        both.run();
        CHECK(sizes == std::vector<std::size_t>{size, size});
    }
}

TEST_CASE("a message that is abandoned leaves no trace")
{
    pair both;
    both.run();
    both.server.owner->text.clear();
    auto& channel = *both.client.channel;
    channel.send_packet("first", {});
    auto const before = channel.unsent();

    auto const abandoned = channel.begin_message();
    channel.output().append(std::string_view{"half a mess"});
    channel.abandon(abandoned);
    CHECK(channel.unsent() == before);

    both.run();
    CHECK(both.server.owner->text == "first");
    CHECK(channel.unsent() == 0);
    CHECK(channel.is_writable());
}

TEST_CASE("a message has to fit in what the server takes, with its packet type; so has each attachment")
{
    pair both{{"abc", {}, 25000ms, 20000ms, 10}};
    bytes const ten(10), eleven(11);
    std::array const small{bytes_view{ten}, bytes_view{ten}};
    std::array const large{bytes_view{ten}, bytes_view{eleven}};
    CHECK(both.client.channel->fits(11, large)); // it does not know yet
    both.run();
    CHECK(both.client.channel->fits(10, small));
    CHECK_FALSE(both.client.channel->fits(11, {}));
    CHECK_FALSE(both.client.channel->fits(1, large));
}

TEST_CASE("after a close() inside a message nothing more of the batch comes, and what was sent still goes")
{
    pair both;
    both.run();
    both.client.owner->text.clear();
    both.server.owner->text.clear();
    both.server.owner->on_message = [&](std::string_view) {
        both.server.channel->send_packet("goodbye", {});
        both.server.channel->close();
    };
    both.client.channel->send_packet("one", {});
    both.client.channel->send_packet("two", {});
    both.client.channel->settle();
    both.run();
    CHECK(both.server.owner->text == "one");
    CHECK(both.client.owner->text == "drained | goodbye | " + closed("transport close", error::closed));
    both.server.channel->send_packet("late", {});
    CHECK(both.server.channel->unsent() == 0);
}

TEST_CASE("after an abort() nothing is sent, and its owner is not called any more")
{
    pair both;
    both.run();
    both.client.owner->text.clear();
    both.server.owner->text.clear();
    both.server.channel->send_packet("unsent", {});
    both.server.channel->abort();
    both.send("unheard");
    both.run();
    CHECK(both.server.owner->text.empty());
    CHECK(both.client.owner->text.find("unsent") == std::string::npos);
    CHECK(both.client.owner->text.find("closed: transport") != std::string::npos);
}

TEST_CASE("an exception out of a message loses none of those behind it")
{
    pair both;
    both.run();
    both.server.owner->text.clear();
    both.server.owner->on_message = [](std::string_view message) {
        if (message == "one")
            throw std::runtime_error{"thrown"};
    };
    both.send("one");
    both.client.channel->send_packet("two", {});
    both.client.channel->settle();
    CHECK_THROWS_AS(both.run(), std::runtime_error);
    both.server.owner->receive();
    both.run();
    CHECK(both.server.owner->text == "one | two");
}

TEST_CASE("the heartbeat's deadline is the channel's, and silence ends it")
{
    pair both{{"abc", {}, 300ms, 200ms, 1000}};
    CHECK(both.client.channel->deadline() == socketio::clock::never());
    both.run();
    auto const deadline = both.client.channel->deadline();
    CHECK(deadline == both.client.channel->status().deadline);
    CHECK_FALSE(both.client.channel->expired(deadline - 1ms));
    CHECK(both.client.channel->tick(deadline - 1ms).type == socketio::detail::engine_event::kind::none);
    CHECK(both.client.channel->expired(deadline));
    auto const end = both.client.channel->tick(deadline);
    CHECK(end.type == socketio::detail::engine_event::kind::closed);
    CHECK(to_string(end.reason) == "ping timeout");
}

TEST_CASE("answers are counted until the operating system has them")
{
    pair both;
    both.run();
    auto& channel = *both.server.channel;
    channel.send_packet("no answer", {});
    CHECK(channel.unread_answers() == 0);
    auto const before = channel.unsent();
    channel.send_answer("an answer", {});
    CHECK(channel.unread_answers() == channel.unsent() - before);
    both.run();
    CHECK(channel.unread_answers() == 0);
}

TEST_CASE("bytes are counted on both sides")
{
    pair both;
    both.run();
    both.send("counted");
    both.run();
    auto const client = both.client.channel->status();
    auto const server = both.server.channel->status();
    CHECK(client.bytes_sent == server.bytes_received);
    CHECK(client.bytes_received == server.bytes_sent);
    CHECK(client.bytes_sent != 0);
    CHECK_FALSE(client.compressed);
    CHECK_FALSE(client.round_trip.has_value());
}

TEST_CASE("a server that says HTTP behind its 101 does not speak this version of the protocol")
{
    asio::io_context context;
    strand const on{socketio::detail::known_executor{asio::any_io_executor{context.get_executor()}}};
    auto streams = memory_stream::pair(context);
    side client{on, std::move(streams.first), role::client};
    std::string_view const refusal = "HTTP/1.1 400 Bad Request\r\n\r\n";
    streams.second->async_write(asio::buffer(refusal.data(), refusal.size()), [](std::error_code, std::size_t) {});
    context.poll();
    CHECK(client.owner->text == closed("transport error", error::wrong_protocol));
    streams.second.reset();
    client.owner->channel = nullptr;
    CHECK(support::run_out(context));
}
