// The transport of an attempt, the next one, and the way up to WebSocket.
#include <socketio/session/transport_choice.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace transport_choice_tests {

using namespace std::chrono_literals;
using namespace socketio::detail;
using kind = transport_kind;

namespace {

socketio::clock::time_point const start{1000h};
std::vector<std::string> const offered{"websocket"};

// The transports of one attempt in which each fails.
std::string attempt(transport_choice& choice, socketio::clock::time_point now = start)
{
    choice.begin(now);
    std::string names{to_string(choice.current())};
    while (choice.has_next()) {
        choice.next();
        names.append(" ").append(to_string(choice.current()));
    }
    return names;
}

} // namespace

TEST_CASE("the names of transports are the reference's")
{
    kind found{};
    CHECK(parse_transport("polling", found));
    CHECK(found == kind::polling);
    CHECK(parse_transport("websocket", found));
    CHECK(found == kind::websocket);
    for (char const* name : {"", "WebSocket", "webtransport", "pollin"})
        CHECK_FALSE(parse_transport(name, found));
}

TEST_CASE("an attempt tries the transports in their order, and the next attempt begins with the first again")
{
    transport_choice choice{{.allowed = {kind::websocket, kind::polling}}};
    CHECK(attempt(choice) == "websocket polling");
    CHECK(attempt(choice) == "websocket polling");
    transport_choice other{{.allowed = {kind::polling, kind::websocket}}};
    CHECK(attempt(other) == "polling websocket");
}

TEST_CASE("without tryAllTransports only the first is tried")
{
    transport_choice choice{{.allowed = {kind::polling, kind::websocket}, .try_all = false}};
    CHECK(attempt(choice) == "polling");
}

TEST_CASE("a session on polling moves up if the server offers it and the options allow it")
{
    transport_choice choice{{.allowed = {kind::polling, kind::websocket}}};
    choice.begin(start);
    CHECK(choice.may_upgrade(start, offered));
    CHECK_FALSE(choice.may_upgrade(start, std::vector<std::string>{"webtransport"}));
    CHECK_FALSE(choice.may_upgrade(start, {}));
    choice.next();
    CHECK_FALSE(choice.may_upgrade(start, offered)); // it is there
    transport_choice never{{.allowed = {kind::polling, kind::websocket}, .upgrade = false}};
    never.begin(start);
    CHECK_FALSE(never.may_upgrade(start, offered));
    transport_choice alone{{.allowed = {kind::polling}}};
    alone.begin(start);
    CHECK_FALSE(alone.may_upgrade(start, offered));
}

TEST_CASE("a session that fell back to polling may move up, too")
{
    transport_choice choice{{.allowed = {kind::websocket, kind::polling}}};
    choice.begin(start);
    choice.next();
    CHECK(choice.may_upgrade(start, offered));
}

TEST_CASE("rememberUpgrade begins with WebSocket if the connection before had it, and an error forgets it")
{
    transport_choice choice{{.allowed = {kind::polling, kind::websocket}, .remember = true}};
    CHECK(attempt(choice) == "polling websocket");
    choice.begin(start);
    choice.opened();
    choice.upgraded();
    CHECK(attempt(choice) == "websocket polling");
    choice.begin(start);
    choice.opened(); // over WebSocket at once
    CHECK(attempt(choice) == "websocket polling");
    choice.forget();
    CHECK(attempt(choice) == "polling websocket");
    transport_choice forgetful{{.allowed = {kind::polling, kind::websocket}}};
    forgetful.begin(start);
    forgetful.upgraded();
    CHECK(attempt(forgetful) == "polling websocket");
}

TEST_CASE("a WebSocket that is distrusted is left alone for ten minutes, or until it is trusted again")
{
    transport_choice choice{{.allowed = {kind::websocket, kind::polling}, .remember = true}};
    choice.begin(start);
    choice.opened();
    choice.distrust_websocket(start);
    CHECK(attempt(choice, start + 1s) == "polling");
    CHECK_FALSE(choice.may_upgrade(start + 1s, offered));
    CHECK(attempt(choice, start + 10min) == "websocket polling");
    choice.distrust_websocket(start);
    choice.trust_websocket();
    CHECK(attempt(choice, start + 1s) == "websocket polling");
}

TEST_CASE("the only transport is used even if it is distrusted")
{
    transport_choice choice{{.allowed = {kind::websocket}}};
    choice.distrust_websocket(start);
    CHECK(attempt(choice, start + 1s) == "websocket");
}

} // namespace transport_choice_tests
