#include <socketio/net/http_client.hpp>

#include "net/http_far_end.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>

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
    CHECK(first.header("x-a") == "b");
    CHECK(first.body == "one");
    CHECK(ask(get("/two")).body == "two");
    CHECK(ask(get("/three")).body == "");
    CHECK(lines() == "0 GET /socket.io/?EIO=4; 0 GET /two; 0 GET /three; ");
    CHECK(asked == "host:81;");
    CHECK(client->requests() == 3);
}

TEST_CASE_FIXTURE(far_end::fixture, "a POST carries its body with length and type")
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
