// What keeps a session at its server, and what each transport is told: cookies, transportOptions, redirections,
// rememberUpgrade, Retry-After.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"
#include "support/polling_script.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stickiness_cases { // files may be compiled together

using namespace support;
using namespace std::chrono_literals;

namespace stickiness_test { // its names are common ones, and files may be compiled together

using request = polling_script::request;
using answer = std::optional<std::string>;

// A line of the head; "" without it.
std::string header(request const& of, std::string_view name)
{
    auto const at = of.head.find("\r\n" + std::string{name} + ": ");
    if (at == std::string::npos)
        return "";
    auto const begin = at + name.size() + 4;
    return of.head.substr(begin, of.head.find("\r\n", begin) - begin);
}

// A handshake that offers WebSocket, whose request is refused: then the polls go on.
answer offers_websocket(request const& asked)
{
    if (!asked.opens() || asked.upgrades())
        return std::nullopt;
    return polling_script::ok(R"(0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000})");
}

// Two cookies in each answer, as Amazon's load balancer sets them. (Which of two answers that cross is read last, and
// so whose cookies are kept, is the network's business.)
class balancer {
public:
    balancer()
    {
        server.add_headers([this](request const&) {
            auto const number = std::to_string(++issued_);
            return "Set-Cookie: AWSALB=" + number + "; Expires=Wed, 01 Jan 2070 00:00:00 GMT; Path=/\r\n" +
                   "Set-Cookie: AWSALBTG=t" + number + "; Path=/\r\n";
        });
    }
    int issued() const { return issued_; }

    polling_script server{offers_websocket};

private:
    std::atomic<int> issued_ = 0;
};

// The number that a request's cookies have, both of them; 0 if it has none, and less if they are of different answers.
int number_of(request const& asked)
{
    std::string const cookie = header(asked, "Cookie");
    if (cookie.empty())
        return 0;
    if (!cookie.starts_with("AWSALB="))
        return -1;
    int const number = std::stoi(cookie.substr(7));
    std::string const text = std::to_string(number);
    return cookie == "AWSALB=" + text + "; AWSALBTG=t" + text ? number : -1;
}

struct sticky_test : client_test {
    // Polls, posts, and a try to move.
    void converse(socketio::socket& socket, polling_script& server)
    {
        bool tried = false;
        int news = 0;
        socket.io().on("upgrade_error", [&](socketio::connect_error const&) { tried = true; });
        socket.on("news", [&] { ++news; });
        REQUIRE(until([&] { return socket.connected() && tried; }));
        for (int i = 1; i != 6; ++i) {
            socket.emit("told", i);
            server.say(R"(42["news"])");
            REQUIRE(until([&] { return news == i; }));
        }
    }
    static std::size_t count(polling_script& server, bool (request::*kind)() const)
    {
        auto const all = server.requests();
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [&](request const& each) { return (each.*kind)(); }));
    }
};

TEST_CASE_FIXTURE(sticky_test, "cookies that change with every answer go with the next request, and the one to move")
{
    balancer between;
    auto socket = socketio::io(context, between.server.url(), by_transports({"polling", "websocket"}));
    converse(socket, between.server);
    CHECK(count(between.server, &request::upgrades) == 1);
    auto const all = between.server.requests();
    std::set<int> numbers;
    for (std::size_t i = 1; i != all.size(); ++i) {
        CAPTURE(all[i].head);
        CHECK(number_of(all[i]) > 0);
        CHECK(number_of(all[i]) <= between.issued());
        numbers.insert(number_of(all[i]));
    }
    CHECK(number_of(all[0]) == 0);
    CHECK(numbers.size() >= 5);
}

TEST_CASE_FIXTURE(sticky_test, "with withCredentials off no cookie is sent, and with it on they outlive the session")
{
    for (bool const wanted : {false, true}) {
        CAPTURE(wanted);
        balancer between;
        auto settings = by_transports({"polling", "websocket"});
        settings.withCredentials = wanted;
        auto socket = socketio::io(context, between.server.url(), settings);
        converse(socket, between.server);
        auto const is_first = [](request const& each) { return each.opens() && !each.upgrades(); };
        between.server.say("1"); // the session ends, and another begins
        auto const sessions = [&] {
            auto const all = between.server.requests();
            return std::count_if(all.begin(), all.end(), is_first);
        };
        REQUIRE(until([&] { return sessions() == 2 && socket.connected(); }));
        auto const all = between.server.requests();
        for (std::size_t i = 1; i != all.size(); ++i)
            CHECK(header(all[i], "Cookie").empty() != wanted);
    }
}

TEST_CASE_FIXTURE(sticky_test, "transportOptions' headers and query go with the requests of their transport alone")
{
    polling_script server{offers_websocket};
    auto settings = by_transports({"polling", "websocket"});
    settings.query = socketio::string_pairs{{"both", "1"}, {"shared", "of the options"}};
    settings.extraHeaders = socketio::string_pairs{{"X-Both", "yes"}};
    settings.transportOptions["polling"] = {.extraHeaders = {{"X-Polls", "yes"}},
        .query = {{"polls", "2"}, {"shared", "3"}}};
    settings.transportOptions["websocket"] = {.extraHeaders = {{"X-Frames", "yes"}}, .query = {{"frames", "4"}}};
    auto socket = socketio::io(context, server.url(), settings);
    converse(socket, server);
    CHECK(count(server, &request::polls) > 4);
    CHECK(count(server, &request::posts) > 0);
    CHECK(count(server, &request::upgrades) == 1);
    auto const has = [](request const& in, std::string_view part) { return in.target.find(part) != std::string::npos; };
    for (request const& each : server.requests()) {
        CAPTURE(each.head);
        CHECK(header(each, "X-Both") == "yes");
        CHECK(header(each, "X-Polls") == (each.upgrades() ? "" : "yes"));
        CHECK(header(each, "X-Frames") == (each.upgrades() ? "yes" : ""));
        CHECK(has(each, "both=1"));
        CHECK(has(each, "polls=2") != each.upgrades());
        CHECK(has(each, "frames=4") == each.upgrades());
        CHECK(has(each, "shared=of%20the%20options"));
        CHECK_FALSE(has(each, "shared=3"));
    }
}

TEST_CASE_FIXTURE(sticky_test, "with rememberUpgrade a manager whose session has moved begins with WebSocket")
{
    for (bool const remembers : {false, true}) {
        CAPTURE(remembers);
        npm_server peer;
        auto settings = by_transports({"polling", "websocket"});
        settings.rememberUpgrade = remembers;
        settings.forceNew = true;
        auto socket = socketio::io(context, peer.url(), settings);
        auto const moved = [&] { return socket.connected() && socket.io().snapshot().transport == "websocket"; };
        REQUIRE(until(moved));
        peer.ask(R"({"do":"lose","how":"close"})"); // which is no silence of the WebSocket's
        REQUIRE(until([&] { return socket.io().snapshot().connections == 2 && moved(); }));
        REQUIRE(round_trip(socket));
        std::string_view const second = remembers ? "websocket" : "polling";
        CHECK(peer.log("engine open", "transport") == R"(["polling",")" + std::string{second} + R"("])");
    }
}

TEST_CASE_FIXTURE(sticky_test, "after a redirected handshake polls, posts and the WebSocket go to the new place")
{
    npm_server peer;
    polling_script old_place{[&](request const&) {
        return answer{polling_script::http("307 Temporary Redirect", "",
            "Location: " + peer.url() + "/socket.io/?EIO=4&transport=polling\r\n")};
    }};
    for (std::string const last : {"polling", "websocket"}) {
        CAPTURE(last);
        auto settings = by_transports({"polling"});
        if (last == "websocket")
            settings.transports.push_back(last);
        settings.forceNew = true;
        settings.follow_redirects = 1;
        settings.redirect_auth = last == "websocket";
        settings.auth = socketio::object{{"token", "t"}};
        auto socket = socketio::io(context, old_place.url(), settings);
        REQUIRE(until([&] { return socket.connected() && socket.io().snapshot().transport == last; }));
        for (int i = 0; i != 3; ++i)
            REQUIRE(round_trip(socket));
        socket.disconnect();
    }
    CHECK(old_place.requests().size() == 2);
    CHECK(peer.log("connection", "auth") == R"([{},{"token":"t"}])");
}

TEST_CASE_FIXTURE(sticky_test, "neither polls nor the WebSocket of a session that is sent elsewhere have its headers")
{
    polling_script elsewhere{offers_websocket};
    polling_script old_place{[&](request const&) {
        auto const place = elsewhere.url() + "/else/?EIO=4&transport=polling";
        return answer{polling_script::http("302 Found", "", "Location: " + place + "\r\n")};
    }};
    auto settings = by_transports({"polling", "websocket"}, {.follow_redirects = 1, .redirect_headers = {"X-Named"}});
    settings.extraHeaders = socketio::string_pairs{{"Authorization", "secret"}, {"X-Named", "yes"}};
    settings.transportOptions["websocket"] = {.extraHeaders = {{"X-Frames", "secret, too"}}};
    auto socket = socketio::io(context, old_place.url(), settings);
    converse(socket, elsewhere);
    CHECK(count(elsewhere, &request::upgrades) == 1);
    for (request const& each : elsewhere.requests()) {
        CAPTURE(each.head);
        CHECK(each.head.find("secret") == std::string::npos);
        CHECK(header(each, "X-Named") == "yes");
        CHECK(each.target.starts_with("/else/?"));
    }
}

TEST_CASE_FIXTURE(sticky_test, "Retry-After puts the next attempt off, as long as the option lets it")
{
    polling_script server{[](request const&) {
        return answer{polling_script::http("503 Service Unavailable", "busy", "Retry-After: 3600\r\n")};
    }};
    auto const asking = [&](std::string name, std::chrono::milliseconds most) {
        auto settings = by_transports({"polling"}, {.forceNew = true, .retry_after_max = most});
        settings.query = socketio::string_pairs{{"who", std::move(name)}};
        return socketio::io(context, server.url(), settings);
    };
    auto const attempts_of = [&](std::string const& name) {
        auto const all = server.requests();
        return std::count_if(all.begin(), all.end(),
            [&](request const& each) { return each.target.find("who=" + name) != std::string::npos; });
    };
    auto const patient = asking("patient", std::chrono::minutes{5});
    auto const brief = asking("brief", 30ms);
    auto const deaf = asking("deaf", 0ms);
    REQUIRE(until([&] {
        return attempts_of("deaf") >= 20 && attempts_of("brief") >= 2 && attempts_of("patient") == 1;
    }));
}

TEST_CASE_FIXTURE(sticky_test, "a request that a server without the session refuses is told with its status")
{
    polling_script server{[](request const& asked) {
        return asked.opens() ? answer{} :
               answer{polling_script::http("400 Bad Request", R"({"code":1,"message":"Session ID unknown"})")};
    }};
    std::optional<socketio::connect_error> why, by_manager;
    auto socket = socketio::io(context, server.url(), once_only(by_transports({"polling"})));
    socket.on("connect_error", [&](socketio::connect_error const& told) { why = told; });
    socket.io().on("error", [&](socketio::connect_error const& told) { by_manager = told; });
    REQUIRE(until([&] { return why && by_manager; }));
    CHECK(why->http_status() == 400);
    CHECK(by_manager->http_status() == 400);
    CHECK(why->message().find("sticky sessions") != std::string::npos);
}

} // namespace stickiness_test

} // namespace stickiness_cases
