#include <socketio/net/http_client.hpp>

#include "net/http_far_end.hpp"
#include "support/faulty_stream.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace http_client_test { // its names are common ones, and files may be compiled together

using namespace std::chrono_literals;
using far_end::ok;
using socketio::error;

TEST_CASE_FIXTURE(far_end::fixture, "a GET is answered with status, headers and body, and the connection is kept")
{
    script = {{{ok("one", "X-A: b\r\n")}, {ok("two")}, {ok("")}}};
    auto const first = ask(get("/socket.io/?EIO=4"));
    CHECK_FALSE(first.error);
    CHECK(first.message == "");
    CHECK(first.answered);
    CHECK(first.status == 200);
    CHECK(first.reason == "OK");
    CHECK(first.find("x-a") == "b");
    CHECK(first.find("x-b") == "");
    CHECK(first.body == "one");
    CHECK(ask(get("/two")).body == "two");
    CHECK(ask(get("/three")).body == "");
    CHECK(lines() == "0 GET /socket.io/?EIO=4; 0 GET /two; 0 GET /three; ");
    CHECK(asked == "host:81;");
    CHECK(client->requests() == 3);
}

TEST_CASE_FIXTURE(far_end::fixture, "a POST carries its body with length and type, and names the host")
{
    script = {{{ok("ok")}, {ok("ok")}}};
    CHECK(ask(post("4hello")).body == "ok");
    CHECK(ask(post("")).body == "ok");
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].line() == "POST /");
    CHECK(seen[0].body == "4hello");
    CHECK(seen[0].head.find("Content-Length") == "6");
    CHECK(seen[0].head.find("Content-Type") == "text/plain;charset=UTF-8");
    CHECK(seen[0].head.find("Host") == "host:81");
    CHECK(seen[1].head.find("Content-Length") == "0");
}

TEST_CASE_FIXTURE(far_end::fixture, "the user's headers go along and win, and those about the connection are left out")
{
    script = {{{ok("")}}};
    settings->headers = {{"X-Own", "yes"},   {"accept", "text/plain"}, {"Connection", "close"},     {"Host", "named"},
                         {"Content-Length", "7"}, {"TE", "trailers"},  {"Transfer-Encoding", "x"}, {"Bad Name", "x"}};
    ask(get());
    REQUIRE(seen.size() == 1);
    auto const& head = seen[0].head;
    CHECK(head.find("X-Own") == "yes");
    CHECK(head.find("Accept") == "text/plain");
    CHECK(head.find("Host") == "named");
    CHECK(head.find("Connection") == "keep-alive");
    CHECK(head.count("Connection") == 1);
    CHECK(head.count("Content-Length") == 0);
    CHECK(head.count("TE") == 0);
    CHECK(head.count("Transfer-Encoding") == 0);
    CHECK(head.count("Bad Name") == 0);
}

TEST_CASE_FIXTURE(far_end::fixture, "a target that is none is an error before anything is sent")
{
    script = {{{ok("")}}};
    auto const& got = ask(get("/a b"));
    CHECK(got.error == error::bad_url);
    CHECK(got.message.find("/a b") != std::string::npos);
    CHECK(seen.empty());
}

TEST_CASE_FIXTURE(far_end::fixture, "a connection that the answer does not keep is made anew for the next request")
{
    std::string first;
    SUBCASE("Connection: close") { first = ok("one", "Connection: close\r\n"); }
    SUBCASE("HTTP/1.0") { first = "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\none"; }
    SUBCASE("HTTP/1.0 without a length") { first = "HTTP/1.0 200 OK\r\n\r\none"; }
    SUBCASE("without a length") { first = "HTTP/1.1 200 OK\r\n\r\none"; }
    SUBCASE("idle no longer than now") { first = ok("one", "Keep-Alive: timeout=0\r\n"); }
    SUBCASE("idle no longer than it takes to get there") { first = ok("one", "Keep-Alive: max=5, TimeOut=1\r\n"); }
    bool const until_end = first.find("ength") == std::string::npos;
    script = {{{first, until_end}}, {{ok("two")}}};
    CHECK(ask(get("/1")).body == "one");
    if (first.find("=1") == std::string::npos) // else it is kept until then
        CHECK(ends[0]->peer_ended != until_end);
    CHECK(ask(post("x", "/2")).body == "two");
    CHECK(lines() == "0 GET /1; 1 POST /2; ");
}

TEST_CASE_FIXTURE(far_end::fixture, "HTTP/1.0 with keep-alive is kept")
{
    script = {{{"HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: Keep-Alive\r\n\r\none"}, {ok("two")}}};
    ask(get("/1"));
    CHECK(ask(get("/2")).body == "two");
    CHECK(lines() == "0 GET /1; 0 GET /2; ");
}

TEST_CASE_FIXTURE(far_end::fixture, "a connection is not used in the last second before the server gives it up")
{
    script = {{{ok("one", "Keep-Alive: timeout=5\r\n")}, {ok("two", "Keep-Alive: timeout=5\r\n")}}, {{ok("three")}}};
    ask(get("/1"));
    time.time->turn_to(time.time->now() + 3900ms);
    ask(get("/2"));
    time.time->turn_to(time.time->now() + 4s);
    CHECK(ask(get("/3")).body == "three");
    CHECK(lines() == "0 GET /1; 0 GET /2; 1 GET /3; ");
}

TEST_CASE_FIXTURE(far_end::fixture, "an idle connection that the server closes is noticed before the next request")
{
    script = {{{ok("one"), true}}, {{ok("two")}}};
    ask(get("/1"));
    CHECK(ask(post("x", "/2")).body == "two");
    CHECK(lines() == "0 GET /1; 1 POST /2; ");
    CHECK(client->requests() == 2);
}

TEST_CASE_FIXTURE(far_end::fixture, "an end that comes with the request, in the same turn, is noticed before that is written")
{
    script = {{{ok("one")}, {}}, {{ok("two")}}};
    ask(get("/1"));
    ends[0]->close();
    CHECK(ask(post("x", "/2")).body == "two");
    CHECK(lines() == "0 GET /1; 1 POST /2; ");
}

TEST_CASE_FIXTURE(far_end::fixture, "a GET that meets the end of a kept connection is repeated once")
{
    script = {{{ok("one")}, {"", true}}, {{ok("two")}}};
    ask(get("/1"));
    CHECK(ask(get("/2")).body == "two");
    CHECK(lines() == "0 GET /1; 0 GET /2; 1 GET /2; ");
    CHECK(client->requests() == 3);
}

TEST_CASE_FIXTURE(far_end::fixture, "a GET whose kept connection is reset is repeated only if it could not be written")
{
    using support::fault;
    auto const plan = std::make_shared<support::fault_plan>(support::fault_plan{time.context});
    auto const whole = settings->network.stream_factory;
    settings->network.stream_factory = [plan, whole](auto const& to, auto const& give) {
        whole(to, [plan, give](std::error_code ec, std::shared_ptr<socketio::byte_stream> made) {
            give(ec, std::make_shared<support::faulty_stream>(plan, std::move(made), 1));
        });
    };
    script = {{{ok("one")}, {ok("lost")}}, {{ok("two")}}};
    SUBCASE("its answer may be lost")
    {
        plan->nth = 3; // a write and a read for the first request, and a read while the connection rests
        plan->how = fault::fails_after;
        ask(get("/1"));
        auto const& got = ask(get("/2"));
        CHECK(got.error == asio::error::connection_reset);
        CHECK_FALSE(got.answered);
        CHECK(lines() == "0 GET /1; 0 GET /2; ");
    }
    SUBCASE("the server has not seen it")
    {
        plan->nth = 4;
        plan->how = fault::fails;
        ask(get("/1"));
        CHECK(ask(get("/2")).body == "two");
        CHECK(lines() == "0 GET /1; 1 GET /2; ");
    }
}

TEST_CASE_FIXTURE(far_end::fixture, "each GET may be repeated once")
{
    script = {{{ok("one")}, {"", true}}, {{ok("two")}, {"", true}}, {{ok("three")}}};
    ask(get("/1"));
    ask(get("/2"));
    CHECK(ask(get("/3")).body == "three");
    CHECK(lines() == "0 GET /1; 0 GET /2; 1 GET /2; 1 GET /3; 2 GET /3; ");
}

TEST_CASE_FIXTURE(far_end::fixture, "an idle connection whose peer says no more is closed at once")
{
    script = {{{ok("one")}}};
    ask(get("/1"));
    ends[0]->end_sending();
    time.settle();
    CHECK(ends[0]->peer_ended);
}

TEST_CASE_FIXTURE(far_end::fixture, "a GET is repeated once only, and not at all over a new connection or behind a byte of its answer")
{
    SUBCASE("the next one ends, too")
    {
        script = {{{ok("one")}, {"", true}}, {{"", true}}};
        ask(get("/1"));
        auto const& got = ask(get("/2"));
        CHECK(got.error == error::closed);
        CHECK(got.message == "the server closed the connection without answering the GET request");
        CHECK_FALSE(got.answered);
        CHECK(got.status == 0);
        CHECK(seen.size() == 3);
    }
    SUBCASE("a new connection")
    {
        script = {{{"", true}}, {{ok("two")}}};
        CHECK(ask(get()).error == error::closed);
        CHECK(seen.size() == 1);
    }
    SUBCASE("a byte")
    {
        script = {{{ok("one")}, {"H", true}}, {{ok("two")}}};
        ask(get("/1"));
        auto const& got = ask(get("/2"));
        CHECK(got.error == error::closed);
        CHECK(got.answered);
        CHECK(got.message == "the server closed the connection in the middle of the answer to the GET request");
        CHECK(seen.size() == 2);
    }
}

TEST_CASE_FIXTURE(far_end::fixture, "a POST that meets the end of a kept connection is an error, and the next request is not")
{
    script = {{{ok("one")}, {"", true}}, {{ok("two")}}};
    ask(get("/1"));
    auto const& got = ask(post("x", "/2"));
    CHECK(got.error == error::closed);
    CHECK_FALSE(got.answered);
    CHECK(seen.size() == 2);
    CHECK(ask(post("x", "/3")).body == "two");
    CHECK(lines() == "0 GET /1; 0 POST /2; 1 POST /3; ");
}

TEST_CASE_FIXTURE(far_end::fixture, "a connection that says something unasked is not used again")
{
    SUBCASE("behind the answer")
    {
        script = {{{ok("one") + "H"}}, {{ok("two")}}};
        CHECK(ask(get("/1")).body == "one");
    }
    SUBCASE("a second answer")
    {
        script = {{{ok("one") + ok("evil")}}, {{ok("two")}}};
        CHECK(ask(get("/1")).body == "one");
    }
    SUBCASE("while it is idle")
    {
        script = {{{ok("one")}}, {{ok("two")}}};
        ask(get("/1"));
        ends[0]->say(ok("evil"));
        time.settle();
    }
    SUBCASE("in the turn of the request")
    {
        script = {{{ok("one")}}, {{ok("two")}}};
        ask(get("/1"));
        ends[0]->say(ok("evil"));
    }
    CHECK(ask(get("/2")).body == "two");
    CHECK(ends[0]->peer_ended);
    CHECK(lines() == "0 GET /1; 1 GET /2; ");
}

TEST_CASE_FIXTURE(far_end::fixture, "the next request may begin where the last one is answered")
{
    script = {{{ok("one")}, {ok("two")}}};
    client = std::make_shared<far_end::detail::http_client>(on, settings);
    std::string bodies;
    client->request(get("/1"), [&](far_end::detail::http_client_answer&& first) {
        bodies = first.body;
        CHECK_FALSE(client->is_busy());
        client->request(get("/2"), [&](far_end::detail::http_client_answer&& second) { bodies += second.body; });
        CHECK(client->is_busy());
    });
    time.settle();
    CHECK(bodies == "onetwo");
    CHECK(ends.size() == 1);
}

TEST_CASE_FIXTURE(far_end::fixture, "an error of connecting is told, and the next request connects again")
{
    auto const got = ask(get());
    CHECK(got.error == std::errc::host_unreachable);
    CHECK(got.message.find("stream_factory") != std::string::npos);
    CHECK_FALSE(got.answered);
    script = {{{ok("one")}}};
    CHECK(ask(get()).body == "one");
}

TEST_CASE_FIXTURE(far_end::fixture, "https without TLS in the program says so")
{
    settings->to.secure = true;
    script = {{}};
    auto const& got = ask(get());
    CHECK(got.error == error::tls_not_available);
    CHECK(got.message == make_error_code(error::tls_not_available).message());
}

TEST_CASE_FIXTURE(far_end::fixture, "the stage tells what is waited for")
{
    script = {{{}}};
    settings->network.stream_factory = [](socketio::stream_request const&, socketio::stream_answer const& give) {
        static socketio::stream_answer kept; // never answers
        kept = give;
    };
    begin(get());
    time.settle();
    CHECK(client->stage() == "waiting for the stream of stream_factory");
    client->abandon();
    time.settle();
    far_end::fixture other;
    other.script = {{{}}};
    other.begin(post("x"));
    other.time.settle();
    CHECK(other.client->stage() == "waiting for the answer to the POST request");
    CHECK_FALSE(other.answer);
}

TEST_CASE_FIXTURE(far_end::fixture, "bytes and times are counted")
{
    script = {{{ok("one")}, {ok("two")}}, {{ok("three", "Connection: close\r\n")}}};
    ask(get());
    CHECK(client->bytes_received() == ok("one").size());
    std::uint64_t const sent = client->bytes_sent();
    CHECK(sent > 50);
    ask(get());
    CHECK(client->bytes_received() == 2 * ok("one").size());
    CHECK(client->bytes_sent() == 2 * sent);
    ends[0]->close();
    ask(get());
    CHECK(client->bytes_sent() == 3 * sent); // another connection
    CHECK(client->requests() == 3);
}

TEST_CASE_FIXTURE(far_end::fixture, "the time from the request to its answer is measured")
{
    script = {{{}}};
    begin(get());
    time.settle();
    time.time->turn_to(time.time->now() + 7s);
    ends[0]->say(ok("late"));
    time.settle();
    REQUIRE(answer);
    CHECK(client->timings().answering == 7s);
}

TEST_CASE_FIXTURE(far_end::fixture, "an abandoned client never answers, wherever it is, and leaves no work")
{
    int steps = 0;
    SUBCASE("at once") {}
    SUBCASE("while its stream is made") { steps = 1; }
    SUBCASE("while it writes") { steps = 3; }
    SUBCASE("while it reads") { steps = 5; }
    SUBCASE("in a body") { steps = 8; }
    script = {{{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"}}};
    begin(get());
    for (int i = 0; i != steps && time.context.poll_one() != 0; ++i) {}
    client->abandon();
    client->abandon();
    client->request(get(), [](far_end::detail::http_client_answer&&) { FAIL("never"); });
    std::weak_ptr<far_end::detail::http_client> const watched = std::exchange(client, nullptr);
    if (!ends.empty())
        ends[0]->close();
    time.context.restart();
    time.context.run(); // returns
    CHECK_FALSE(answer);
    CHECK(watched.expired());
}

TEST_CASE_FIXTURE(far_end::fixture, "an idle client keeps its context at work until it is destroyed, or told to close")
{
    script = {{{ok("one")}}, {{ok("two")}}};
    ask(get());
    bool destroyed = false;
    SUBCASE("destroyed")
    {
        client.reset();
        destroyed = true;
    }
    SUBCASE("told") { client->close_idle(); }
    time.context.restart();
    time.context.run(); // returns
    CHECK(ends[0]->peer_ended);
    if (!destroyed)
        CHECK(ask(get()).body == "two");
}

TEST_CASE_FIXTURE(far_end::fixture, "a pending request is not closed as an idle one")
{
    script = {{{}}};
    begin(get());
    time.settle();
    client->close_idle();
    time.settle();
    CHECK_FALSE(ends[0]->peer_ended);
    ends[0]->say(ok("one"));
    time.settle();
    REQUIRE(answer);
    CHECK(answer->body == "one");
}

TEST_CASE("the end of the context releases a client that is under way")
{
    std::weak_ptr<far_end::detail::http_client> watched;
    bool called = false;
    auto run = std::make_unique<far_end::fixture>();
    run->script = {{{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"}}};
    int steps = 0;
    SUBCASE("at once") {}
    SUBCASE("while its stream is made") { steps = 1; }
    SUBCASE("in a body") { steps = 100; }
    {
        auto const client = std::make_shared<far_end::detail::http_client>(run->on, run->settings);
        client->request(run->get(), [&](far_end::detail::http_client_answer&&) { called = true; });
        watched = client;
    }
    for (int i = 0; i != steps && run->time.context.poll_one() != 0; ++i) {}
    CHECK_FALSE(watched.expired());
    run->ends.clear();
    run.reset();
    CHECK(watched.expired());
    CHECK_FALSE(called);
}

} // namespace http_client_test
