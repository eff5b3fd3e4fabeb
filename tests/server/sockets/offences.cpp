// Clients that break the rules of WebSocket, Engine.IO or Socket.IO: what each layer's offence ends with.
#include <socketio/server/server_socket.hpp>

#include "farewell.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

TEST_CASE_FIXTURE(farewell, "\"transport error\": the client breaks Engine.IO's or WebSocket's rules")
{
    auto const guest = welcome_raw();
    SUBCASE("with a ping of its own")
    {
        guest->say("2");
    }
    SUBCASE("with a message that is too large")
    {
        guest->say("4" + std::string(1000001, 'x'));
    }
    REQUIRE(until_all_is_over());
    CHECK(heard.text() == end_in_both("transport error"));
    CHECK(guest->until_closed());
}

TEST_CASE("\"parse error\": what the client says is no packet of Engine.IO")
{
    for (std::string const text : {"", "9", "x"}) {
        CAPTURE(text);
        farewell house;
        auto const guest = house.welcome_raw();
        guest->say(text);
        REQUIRE(house.until_all_is_over());
        CHECK(house.heard.text() == farewell::end_in_both("parse error"));
        CHECK(guest->until_closed());
    }
}

TEST_CASE("\"forced close\": what the client says is no packet of Socket.IO, and \"error\" tells both why")
{
    struct offence {
        std::string text, words;
    };
    std::vector<offence> const all{
        {"49", "unknown packet type"},
        {"42{}", "invalid payload"},
        {R"(42["x")", "invalid payload"},
        {R"(42["connect"])", "invalid payload"},
        {"40[]", "invalid payload"},
        {R"(450-["a"])", "illegal attachments"},
        {R"(4511-["a"])", "too many attachments"},
        {"binary", "got binary data when not reconstructing a packet"},
        {R"(451-["a",{"_placeholder":true,"num":0}])", "got plaintext data when reconstructing a packet"}};
    for (auto const& each : all) {
        CAPTURE(each.text);
        farewell house;
        auto const guest = house.welcome_raw();
        if (each.text == "binary")
            guest->say(socketio::bytes_view{socketio::bytes(3)});
        else
            guest->say(each.text);
        guest->say("42[\"next\"]"); // where it was not the end of it
        REQUIRE(house.until_all_is_over());
        CHECK(house.heard.text() == "/ error: " + each.words + " | /other error: " + each.words + " | " +
                                        farewell::end_in_both("forced close"));
        REQUIRE(guest->until_closed());
        CHECK(guest->close_code() == 1005);
    }
}

TEST_CASE("\"forced close\": what the client says comes in the wrong order, or is not for it to say")
{
    for (std::string const text : {"40", "40/other,", "44{}", R"(42/nowhere,["x"])", "41/nowhere", "43/nowhere,1[]"}) {
        CAPTURE(text);
        farewell house;
        auto const guest = house.welcome_raw();
        guest->say(text);
        REQUIRE(house.until_all_is_over());
        CHECK(house.heard.text() == farewell::end_in_both("forced close"));
        REQUIRE(guest->until_closed());
        CHECK(guest->close_code() == 1005);
    }
}
