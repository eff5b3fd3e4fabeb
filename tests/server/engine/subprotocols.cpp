// Subprotocols of WebSocket, that clients offer and the server chooses from.
#include <socketio/server/engine_gate.hpp>

#include "support/engine_requests.hpp"
#include "support/http_caller.hpp"
#include "support/npm_client.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using socketio::http_request;
using support::http_caller;
using support::upgrade_headers;
using support::websocket_target;

namespace {
namespace subprotocols {

using offers = std::vector<std::string>;

struct house : support::server_fixture {
    explicit house(socketio::server_options options = {}) : server_fixture{std::move(options)}
    {
        io.on("connection", [this](socketio::server_socket socket) {
            heard.note("connected by " + std::string{socket.conn().transport()});
            socket.conn().on("upgrade", [this](std::string_view) { heard.note("upgraded"); });
        });
    }
    // The status, and the subprotocol that was chosen.
    std::string answer_to(std::string_view headers, std::string_view target = websocket_target)
    {
        http_caller caller{context, io.port()};
        auto const reply = caller.get(target, std::string{upgrade_headers} + std::string{headers});
        return std::to_string(reply.status) + " " + reply.header("Sec-WebSocket-Protocol");
    }
};

} // namespace subprotocols
} // namespace

TEST_CASE_FIXTURE(subprotocols::house, "npm's client that offers subprotocols is let in, over WebSocket and when it upgrades")
{
    support::npm_client direct{url(), R"({"options":{"protocols":["one","two"]},"start":[["connect","/"]],"until":"open"})"};
    CHECK(until_heard("connected by websocket"));
    support::npm_client upgrading{
        url(), R"({"options":{"protocols":["one","two"],"transports":["polling","websocket"]},"start":[["connect","/"]],"until":"open"})"};
    CHECK(until_heard("connected by polling"));
    CHECK(until_heard("upgraded"));
}

TEST_CASE("npm's client that is given none of its subprotocols is not let in, as by the reference")
{
    subprotocols::house house{{.handleProtocols = [](subprotocols::offers const&, http_request const&) { return ""; }}};
    support::npm_client npm{house.url(),
        R"({"options":{"protocols":["one"],"reconnection":false},"start":[["connect","/"]],"until":"error"})"};
    REQUIRE(house.until([&] { return npm.diary().has_value(); }));
    CHECK(house.heard.text().empty());
}

TEST_CASE_FIXTURE(subprotocols::house, "the first subprotocol that is offered is chosen, as by the reference")
{
    CHECK(answer_to("Sec-WebSocket-Protocol: two, one\r\n") == "101 two");
    CHECK(answer_to("Sec-WebSocket-Protocol: \t two ,one\r\n") == "101 two");
    CHECK(answer_to("Sec-WebSocket-Protocol: three\r\nsec-websocket-protocol: two, one\r\n") == "101 three");
    CHECK(answer_to("") == "101 ");
    auto const sid = support::sid_in(http_caller{context, io.port()}.get(support::polling_target).body);
    CHECK(answer_to("Sec-WebSocket-Protocol: two, one\r\n", support::with_sid(websocket_target, sid)) == "101 two");
}

TEST_CASE_FIXTURE(subprotocols::house, "an offer that is none is refused, as by the reference")
{
    for (char const* const offer : {"", " ", "one,", ",one", "one,,two", "one two", "one, one", "o\"ne", "one;two", "one/1"}) {
        CAPTURE(offer);
        CHECK(answer_to("Sec-WebSocket-Protocol: " + std::string{offer} + "\r\n") == "400 ");
    }
    CHECK(answer_to("Sec-WebSocket-Protocol: one\r\nSec-WebSocket-Protocol: one\r\n") == "400 ");
    CHECK(io.engine().clientsCount() == 0);
}

TEST_CASE("the program may choose another subprotocol, or none")
{
    std::vector<subprotocols::offers> asked;
    subprotocols::house house{{.handleProtocols = [&](subprotocols::offers const& offered, http_request const& request) {
        asked.push_back(offered);
        return std::string{request.query().ends_with("&want=two") ? "two" : request.query().ends_with("&want=none") ? "" : "other"};
    }}};
    auto const with = [](std::string_view want) { return std::string{websocket_target} + "&want=" + std::string{want}; };
    CHECK(house.answer_to("Sec-WebSocket-Protocol: one, two\r\n", with("two")) == "101 two");
    CHECK(house.answer_to("Sec-WebSocket-Protocol: one, two\r\n", with("none")) == "101 ");
    CHECK(house.answer_to("Sec-WebSocket-Protocol: one, two\r\n", with("other")) == "101 "); // it was not offered
    CHECK(asked == std::vector(3, subprotocols::offers{"one", "two"}));
    CHECK(house.answer_to("", with("two")) == "101 ");
    CHECK(asked.size() == 3);
}

TEST_CASE("a choice that throws leaves through the context, and the client is told")
{
    subprotocols::house house{{.handleProtocols = [](subprotocols::offers const&, http_request const&) -> std::string {
        throw std::runtime_error("thrown");
    }}};
    http_caller caller{house.context, house.io.port()};
    caller.send(support::get_request(websocket_target, std::string{upgrade_headers} + "Sec-WebSocket-Protocol: one\r\n"));
    CHECK(support::exceptions_until(house.context, [&] { return !caller.received().empty(); }) == 1);
    CHECK(caller.reply().status == 500);
    CHECK(house.io.engine().clientsCount() == 0);
}

TEST_CASE_FIXTURE(subprotocols::house, "our client is let in with the subprotocols that it offers")
{
    CHECK(guest("", {.protocols = {"two", "one"}}).connected());
}
