// One session's polls and bodies, over requests that a test sends.
#include <socketio/net/polling_channel.hpp>

#include "support/channel_diary.hpp"
#include "support/http_fixture.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using socketio::bytes;
using socketio::bytes_view;
using socketio::error;
using socketio::detail::deadline_timer;
using socketio::detail::polling_channel;
using socketio::detail::strand;
using support::channel_diary;
using support::closed;
using support::get_request;
using support::post_request;

namespace {

struct session : support::http_port {
    session()
    {
        owner->channel = channel;
        house->does = [this](std::shared_ptr<support::http_fixture::exchange> asked) {
            if (asked->request().method == "GET")
                channel->take_poll(std::move(asked));
            else
                channel->take_data(std::move(asked));
            channel->settle();
        };
        channel->open();
    }
    ~session() { owner->channel = nullptr; }

    // A poll that has an answer.
    std::string poll()
    {
        auto caller = call();
        auto const body = caller.get("/").body;
        caller.leave();
        return body;
    }
    int post(std::string_view body, std::string_view headers = "")
    {
        auto caller = call();
        caller.send(post_request("/", body, headers));
        auto const status = caller.reply().status;
        caller.leave();
        return status;
    }
    // Begins a poll that waits.
    void wait(support::http_caller& caller)
    {
        auto const before = house->heard.size();
        caller.send(get_request("/"));
        CHECK(until([&] { return house->heard.size() > before; }));
    }

    strand const on{socketio::detail::known_executor{asio::any_io_executor{context.get_executor()}}};
    deadline_timer time{on};
    std::shared_ptr<channel_diary> owner = std::make_shared<channel_diary>();
    std::shared_ptr<polling_channel> channel = std::make_shared<polling_channel>(on, time,
        socketio::detail::engine_settings{"abc", {}, 25000ms, 20000ms, 1000000}, *owner,
        socketio::detail::polling_options{.compress = false, .close_timeout = 5000ms});
};

} // namespace

TEST_CASE("the first poll brings the open packet with what was sent since, a later one waits until there is something")
{
    session over;
    over.channel->send_packet("hello", {});
    CHECK(over.poll() ==
          "0{\"sid\":\"abc\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}"
          "\x1e"
          "4hello");
    CHECK(over.until([&] { return over.owner->text == "drained"; }));
    auto waiting = over.call();
    over.wait(waiting);
    CHECK(over.channel->is_writable());
    bytes const data{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    std::array const attachments{bytes_view{data}};
    over.channel->send_packet("later", attachments);
    CHECK_FALSE(over.channel->is_writable());
    over.channel->settle();
    CHECK(waiting.reply().body == "4later\x1e"
                                  "bAQIDBA==");
    CHECK(over.channel->unsent() == 0);
    CHECK(over.channel->transport() == "polling");
}

TEST_CASE("a message is written in place, or leaves no trace")
{
    session over;
    static_cast<void>(over.poll());
    auto const written = over.channel->begin_message();
    over.channel->output().append(std::string_view{"written"});
    CHECK(over.channel->message_size(written) == 8);
    over.channel->end_message(written, {});
    auto const before = over.channel->unsent();
    auto const abandoned = over.channel->begin_message();
    over.channel->output().append(std::string_view{"abandoned"});
    over.channel->abandon(abandoned);
    CHECK(over.channel->unsent() == before);
    CHECK(over.poll() == "4written");
}

TEST_CASE("the packets of a body come as messages, and the body is answered when they have been received")
{
    session over;
    CHECK(over.post("4one\x1e"
                    "bAQIDBA==\x1e"
                    "4two") == 200);
    CHECK(over.owner->text == "one | 4 bytes | two");
    CHECK(over.channel->status().bytes_received == 19);
}

TEST_CASE("a body that makes no sense is answered so, and ends the session with a parse error")
{
    session over;
    CHECK(over.post("4one\x1e"
                    "nonsense") == 400);
    CHECK(over.owner->text == "one | " + closed("parse error", error::engine_packet_invalid));
    CHECK(over.channel->deadline() == socketio::clock::never());
}

TEST_CASE("a body of raw bytes belongs to an older protocol")
{
    session over;
    CHECK(over.post("4one", "Content-Type: Application/Octet-Stream\r\n") == 400);
    CHECK(over.owner->text == closed("transport error", error::engine_packet_invalid));
}

TEST_CASE("a second poll beside one that waits ends the session, and both are answered")
{
    session over;
    static_cast<void>(over.poll());
    auto first = over.call(), second = over.call();
    over.wait(first);
    over.owner->text.clear();
    second.send(get_request("/"));
    CHECK(second.reply().status == 400);
    CHECK(first.reply().body == "1");
    CHECK(over.owner->text == closed("transport error", error::engine_unexpected));
}

TEST_CASE("what was sent before a close() is fetched by the next poll, and the close packet by the one behind it")
{
    session over;
    static_cast<void>(over.poll());
    over.channel->send_packet("last words", {});
    over.channel->close();
    over.channel->send_packet("too late", {});
    CHECK(over.channel->lingers());
    CHECK(over.channel->deadline() != socketio::clock::never());
    CHECK(over.poll() == "4last words");
    CHECK(over.channel->lingers());
    CHECK(over.poll() == "1");
    CHECK_FALSE(over.channel->lingers());
    CHECK(over.channel->unsent() == 0);
}

TEST_CASE("a close() ends a poll that waits, and nothing lingers")
{
    session over;
    static_cast<void>(over.poll());
    auto waiting = over.call();
    over.wait(waiting);
    over.channel->close();
    CHECK(waiting.reply().body == "1");
    CHECK_FALSE(over.channel->lingers());
    CHECK(over.channel->deadline() == socketio::clock::never());
}

TEST_CASE("a poll that lingers too long is not waited for")
{
    session over;
    over.channel->close();
    REQUIRE(over.channel->lingers());
    static_cast<void>(over.channel->tick(over.channel->deadline()));
    CHECK_FALSE(over.channel->lingers());
}

TEST_CASE("a close() inside a message lets no further message of the body through")
{
    session over;
    over.owner->on_message = [&](std::string_view) { over.channel->close(); };
    CHECK(over.post("4one\x1e"
                    "4two") == 200);
    CHECK(over.owner->text == "one");
}

TEST_CASE("a client that sends nothing more on the connection of its poll is answered before long")
{
    session over;
    static_cast<void>(over.poll());
    auto leaving = over.call();
    over.wait(leaving);
    auto const heartbeat = over.channel->deadline();
    leaving.say_no_more();
    CHECK(over.until([&] { return over.channel->deadline() < heartbeat; }));
    over.channel->send_packet("still here?", {});
    over.channel->settle();
    CHECK(leaving.reply().body == "4still here?");
}

TEST_CASE("the heartbeat goes to the poll that waits, and silence ends the session")
{
    session over;
    static_cast<void>(over.poll());
    auto waiting = over.call();
    over.wait(waiting);
    auto const ping = over.channel->deadline();
    CHECK(over.channel->tick(ping).type == socketio::detail::engine_event::kind::none);
    over.channel->settle();
    CHECK(waiting.reply().body == "2");
    auto const end = over.channel->tick(over.channel->deadline());
    CHECK(end.type == socketio::detail::engine_event::kind::closed);
    CHECK(to_string(end.reason) == "ping timeout");
}
