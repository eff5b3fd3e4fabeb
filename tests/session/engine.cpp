#include <socketio/session/engine.hpp>

#include <doctest/doctest.h>

#include "support/engine_side.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace engine_tests {

using namespace support;
using reason = disconnect_reason;

namespace {

// A client and a server, connected by nothing but the test.
struct pair_of {
    explicit pair_of(std::size_t bytes_at_a_time = 1u << 30) : step{bytes_at_a_time}
    {
        server.session.open(start);
        exchange();
        REQUIRE(heard_by_client == lines{"open"});
        heard_by_client.clear();
    }
    void exchange()
    {
        for (;;) {
            auto const up = client.take_output();
            auto const down = server.take_output();
            if (up.empty() && down.empty())
                return;
            for (auto& each : server.receive(up, step))
                heard_by_server.push_back(std::move(each));
            for (auto& each : client.receive(down, step))
                heard_by_client.push_back(std::move(each));
        }
    }
    void at(clock::time_point now) { client.now = server.now = now; }

    std::size_t step;
    side client{role::client};
    side server{role::server, usual()};
    lines heard_by_client;
    lines heard_by_server;
};

} // namespace

TEST_CASE("the reasons have the reference's words")
{
    CHECK(to_string(reason::transport_close) == "transport close");
    CHECK(to_string(reason::transport_error) == "transport error");
    CHECK(to_string(reason::ping_timeout) == "ping timeout");
    CHECK(to_string(reason::forced_close) == "forced close");
    CHECK(to_string(reason::parse_error) == "parse error");
}

TEST_CASE("the open packet opens the session, wherever it is cut")
{
    side server{role::server, usual()};
    CHECK_FALSE(server.session.is_open());
    server.session.open(start);
    CHECK(server.session.is_open());
    auto const hello = server.take_output();
    for (std::size_t cut = 0; cut != hello.size(); ++cut) {
        side client{role::client};
        CHECK_FALSE(client.session.is_open());
        CHECK(client.session.deadline() == clock::never());
        CHECK(client.receive(hello.substr(0, cut)) == lines{});
        CHECK(client.receive(hello.substr(cut)) == lines{"open"});
        CHECK(client.session.is_open());
        CHECK(client.take_output().empty());
        CHECK(client.session.settings().sid == "S1");
        CHECK(client.session.settings().ping_interval == 25s);
        CHECK(client.session.settings().ping_timeout == 20s);
        CHECK(client.session.settings().max_payload == 1000000);
        CHECK(client.session.deadline() == start + 45s);
    }
}

TEST_CASE("messages of all sizes pass both ways, whole or byte by byte")
{
    for (std::size_t const step : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 30}) {
        pair_of p{step};
        lines expected;
        for (std::size_t const size : {0u, 1u, 2u, 123u, 124u, 125u, 126u, 127u, 1000u, 65533u, 65534u, 65535u, 65536u, 70000u}) {
            auto const data = sample(size);
            for (side* each : {&p.client, &p.server}) {
                each->session.send_text(data);
                each->session.send_binary(as_bytes(data));
            }
            expected.push_back("text " + data);
            expected.push_back("binary " + data);
        }
        p.exchange();
        // doctest would print all of it.
        CHECK((p.heard_by_client == expected));
        CHECK((p.heard_by_server == expected));
    }
}

TEST_CASE("messages are the same wherever the stream is cut")
{
    pair_of p;
    p.server.session.send_text("first");
    p.server.session.send_binary(as_bytes("second"));
    p.server.session.send_text("");
    auto const bytes = p.server.take_output();
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        opened client;
        auto events = client.receive(bytes.substr(0, cut));
        for (auto& each : client.receive(bytes.substr(cut)))
            events.push_back(std::move(each));
        CHECK(events == lines{"text first", "binary second", "text "});
    }
}

TEST_CASE("a message may be built in place, or given up")
{
    pair_of p;
    for (std::size_t const size : {0u, 100u, 200u, 70000u}) {
        auto const data = sample(size);
        auto const at = p.client.session.begin_message();
        CHECK(p.client.session.message_size(at) == 1);
        p.client.session.output().append(data);
        CHECK(p.client.session.message_size(at) == size + 1);
        p.client.session.end_message(at);
        auto const other = p.client.session.begin_message();
        p.client.session.output().append("given up");
        p.client.session.abandon(other);
        p.exchange();
        CHECK((p.heard_by_server == lines{"text " + data}));
        p.heard_by_server.clear();
    }
}

TEST_CASE("the heartbeat keeps a silent connection open for hours")
{
    pair_of p{3};
    auto now = start;
    std::size_t ticks = 0;
    while (now < start + 10h) {
        now = std::min(p.client.session.deadline(), p.server.session.deadline());
        p.at(now);
        REQUIRE(p.server.tick() == "none");
        REQUIRE(p.client.tick() == "none");
        p.exchange();
        ++ticks;
    }
    CHECK(ticks == 1440);
    CHECK(p.heard_by_client == lines(1440, "ping"));
    CHECK(p.heard_by_server.empty());
    CHECK(p.client.session.is_open());
    CHECK(p.server.session.is_open());
}

TEST_CASE("a tick before its time does nothing")
{
    pair_of p;
    p.at(start + 25s - 1ns);
    CHECK(p.server.tick() == "none");
    CHECK(p.server.take_output().empty());
    p.at(start + 25s);
    CHECK(p.server.tick() == "none");
    CHECK_FALSE(p.server.take_output().empty());
    CHECK(p.server.tick() == "none");
    CHECK(p.server.take_output().empty());
}

TEST_CASE("a ping without a pong is a ping timeout for the server")
{
    pair_of p;
    p.at(start + 25s);
    CHECK(p.server.tick() == "none");
    p.server.take_output();
    p.client.session.send_text("still here");
    p.exchange();
    CHECK(p.heard_by_server == lines{"text still here"});
    p.at(start + 45s - 1ns);
    CHECK(p.server.tick() == "none");
    p.at(start + 45s);
    CHECK(p.server.tick() == closed(reason::ping_timeout, error::ping_timeout));
    CHECK(p.server.tick() == "none");
    p.exchange();
    CHECK(p.heard_by_client == lines{closed(reason::transport_close, error::closed, 1005)});
}

TEST_CASE("either side may close: what was written before still arrives")
{
    for (bool const client_closes : {true, false}) {
        pair_of p{1};
        auto& closer = client_closes ? p.client : p.server;
        auto& other = client_closes ? p.server : p.client;
        closer.session.send_text("last words");
        closer.session.close();
        CHECK(closer.session.is_closed());
        CHECK_FALSE(closer.session.finished());
        closer.session.send_text("too late");
        p.exchange();
        CHECK((client_closes ? p.heard_by_client : p.heard_by_server).empty());
        CHECK((client_closes ? p.heard_by_server : p.heard_by_client) ==
              lines{"text last words", closed(reason::transport_close, error::closed, 1005)});
        CHECK(closer.session.finished());
        CHECK(other.session.finished());
        says_nothing_more(closer);
        says_nothing_more(other);
    }
}

TEST_CASE("closes that cross end both sides without a word")
{
    pair_of p{1};
    p.client.session.close();
    p.server.session.send_text("nobody listens any more");
    p.server.session.close();
    p.exchange();
    CHECK(p.heard_by_client.empty());
    CHECK(p.heard_by_server.empty());
    CHECK(p.client.session.finished());
    CHECK(p.server.session.finished());
}

} // namespace engine_tests
