// Clients that say again and again what may be said once, or do not read what is said to them.
#include "hostile_client_fixture.hpp"

#include <functional>
#include <list>
#include <regex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace hostile;

TEST_CASE("Socket.IO: a flood of CONNECTs to namespaces that are not there")
{
    hostile_client_fixture house;
    ws_caller caller{house};
    for (int i = 0; i != 5000; ++i)
        caller.text("40/" + std::to_string(i) + ",");
    caller.text("40");
    CHECK(caller.next().starts_with("0{"));
    for (int i = 0; i != 5000; ++i)
        REQUIRE(caller.next() == "44/" + std::to_string(i) + R"(,{"message":"Invalid namespace"})");
    CHECK(caller.next().starts_with("40{"));
    caller.line().leave();
    house.check(2u << 20);
}

TEST_CASE("Socket.IO: the same, and no answer is read")
{
    hostile_client_fixture house{{.send_limit = 200000}};
    std::string const name(1000, 'n');
    silent_caller caller{house, websocket_target};
    std::error_code const how = caller.flood(repeated_to(masked_text("40/" + name + ","), 65536), 64u << 20);
    CHECK(how); // it was cut off
    CHECK(house.io.snapshot().cut_off == 1);
    house.check();
}

TEST_CASE("Socket.IO: a flood of CONNECTs to namespaces that are made for it ends at the limit")
{
    hostile_client_fixture house{{.namespaces = 10}};
    house.io.of(std::regex{"^/room-"}).on("connection", [&](socketio::server_socket socket) {
        socket.on("disconnect", [&] { house.heard.note("left"); });
    });
    ws_caller caller{house};
    for (int i = 0; i != 11; ++i)
        caller.text("40/room-" + std::to_string(i) + ",");
    CHECK(caller.next().starts_with("0{"));
    for (int i = 0; i != 10; ++i)
        CHECK(caller.next().starts_with("40/room-"));
    CHECK(caller.rest() == "close 1005 | end");
    CHECK(house.until_heard("left", 10));
    caller.line().leave();
    house.check();
}

TEST_CASE("Socket.IO: CONNECTs that nobody decides about count, too")
{
    hostile_client_fixture house{{.namespaces = 10}};
    std::vector<socketio::next> waiting;
    house.io.of("/slow").use([&](socketio::server_socket, socketio::next next) { waiting.push_back(std::move(next)); });
    std::vector<std::function<void(bool)>> asked;
    house.io.of([&](std::string_view, socketio::value const&, std::function<void(bool)> answer) {
        asked.push_back(std::move(answer));
    });
    ws_caller caller{house};
    caller.text("40/slow,");
    for (int i = 0; i != 10; ++i)
        caller.text("40/" + std::to_string(i) + ",");
    CHECK(caller.next().starts_with("0{"));
    CHECK(caller.rest() == "close 1005 | end");
    caller.line().leave();
    CHECK(house.until([&] { return house.io.snapshot().sessions == 1; }));
    CHECK(asked.size() <= 9);
    for (auto& each : asked)
        each(true);
    for (auto& each : waiting)
        each();
    house.check();
}

TEST_CASE("Socket.IO: a client that comes and goes in one namespace leaves nothing behind")
{
    hostile_client_fixture house;
    ws_caller caller{house};
    CHECK(caller.next().starts_with("0{"));
    for (int i = 0; i != 2000; ++i) {
        caller.text("40");
        REQUIRE(caller.next().starts_with("40{"));
        caller.text("41");
    }
    CHECK(house.until_heard("disconnect: client namespace disconnect", 2000));
    caller.line().leave();
    house.heard.clear();
    house.check(2u << 20);
}

TEST_CASE("Socket.IO: questions of which no answer is read end at the limit")
{
    hostile_client_fixture house{{.send_limit = 200000}};
    silent_caller caller{house, websocket_target};
    caller.send(masked_text("40"));
    std::string const question = masked_text("420[\"echo\",\"" + std::string(1000, 'x') + "\"]");
    std::error_code const how = caller.flood(repeated_to(question, 65536), 64u << 20);
    CHECK(how);
    CHECK(house.until_heard("disconnect: transport error"));
    CHECK(house.io.snapshot().cut_off == 1);
    house.heard.clear();
    house.check(4u << 20); // the diary of the events that came
}

TEST_CASE("WebSocket: pings of which no answer is read cost nothing")
{
    hostile_client_fixture house;
    silent_caller deaf{house, websocket_target};
    // Once its answers are stuck the server still reads, and will answer the newest.
    CHECK_FALSE(deaf.flood(repeated_to(masked_frame(0x89, std::string(125, 'p')), 65536), 32u << 20));
    deaf.leave();
    house.check();
}

TEST_CASE("WebSocket: who does not read what is said is cut off at the limit")
{
    hostile_client_fixture house{{.send_limit = 100000}};
    silent_caller deaf{house, websocket_target};
    deaf.send(masked_text("40"));
    REQUIRE(house.until([&] { return house.io.sockets().sockets().size() == 2; }));
    std::string const news(50000, 'x');
    for (int i = 0; i != 1000 && house.heard.text().empty(); ++i) {
        house.io.except(house.honest.id()).emit("news", news);
        REQUIRE(house.in_turn());
    }
    CHECK(house.until_heard("disconnect: transport error"));
    CHECK(house.io.snapshot().cut_off == 1);
    house.check();
}

TEST_CASE("polling: a flood of sessions that nobody means ends at the limit of connections")
{
    hostile_client_fixture house{{.connections = 20}};
    auto caller = house.call();
    int admitted = 0;
    for (int i = 0; i != 100; ++i) {
        auto const reply = caller.get(polling_target);
        CHECK((reply.status == 200 || reply.status == 503));
        admitted += reply.status == 200;
        if (reply.status == 503)
            CHECK(reply.header("Retry-After") != "");
    }
    CHECK(admitted == 19);
    CHECK(house.io.engine().clientsCount() == 20);
    CHECK(house.serves());
    CHECK(house.admits()); // over WebSocket each has a connection of its own, and these are counted
}

TEST_CASE("WebSocket: connections that are closed and do not end count until they have")
{
    hostile_client_fixture house{{.connections = 5}};
    std::list<ws_caller> staying;
    for (int i = 0; i != 4; ++i) {
        staying.emplace_back(house);
        staying.back().text("2"); // ends the session, and the close is not answered
    }
    REQUIRE(house.until([&] { return house.io.snapshot().sessions == 1; }));
    CHECK(house.io.snapshot().connections == 5);
    auto one_more = house.call();
    CHECK(one_more.until_ended());
    for (auto& each : staying)
        CHECK(each.rest().ends_with("close 1005 | end")); // it is answered now
    house.check();
}
