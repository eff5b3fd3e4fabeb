// Who is let in to Engine.IO, and what those are told who are not: as npm's server tells them.
#include <socketio/server/engine_gate.hpp>

#include "support/beside_npm.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using socketio::server_options;
using support::beside_npm;
using support::get_request;
using support::http_caller;
using support::polling_target;
using support::post_request;
using support::upgrade_headers;
using support::websocket_target;
using support::with_sid;

namespace {
namespace gate {

std::string target(std::string_view query)
{
    return "/socket.io/?" + std::string{query};
}

} // namespace gate
} // namespace

TEST_CASE_FIXTURE(beside_npm, "requests without a session are answered as npm's server answers them")
{
    for (std::string const& request :
        {get_request(polling_target), get_request(gate::target("EIO=4&transport=polling&t=abc&x=1")),
            get_request(gate::target("transport=polling&EIO=4")), get_request(gate::target("EIO=3&transport=polling")),
            get_request(gate::target("transport=polling")), get_request(gate::target("EIO=4")), get_request("/socket.io/"),
            get_request(gate::target("EIO=4&transport=tcp")), get_request(gate::target("EIO=4&transport=webtransport")),
            get_request(gate::target("EIO=4&transport=__proto__")), get_request(gate::target("EIO=4&transport=Polling")),
            get_request(gate::target("EIO=4&transport=polling&transport=tcp")), get_request(websocket_target),
            get_request(gate::target("EIO=4&transport=%70olling")), get_request(gate::target("EIO=4&transport=polling&sid=")),
            get_request(with_sid(polling_target, "unknown")), get_request(with_sid(websocket_target, "unknown")),
            get_request(with_sid(polling_target, "__proto__")), post_request(with_sid(polling_target, "unknown"), "40"),
            post_request(polling_target, "40"), "PUT " + get_request(polling_target).substr(4)})
        CHECK_MESSAGE(ours_to(request) == theirs_to(request), request);
}

TEST_CASE_FIXTURE(beside_npm, "upgrades that are refused are told so as npm's server tells them")
{
    for (std::string_view const refused :
        {"EIO=4&transport=tcp", "EIO=4&transport=websocket&sid=unknown", "EIO=4&transport=polling&sid=unknown"})
        CHECK_MESSAGE(ours_to(get_request(gate::target(refused), upgrade_headers)) ==
                          theirs_to(get_request(gate::target(refused), upgrade_headers)),
            refused);
    CHECK(ours_to(get_request(websocket_target, upgrade_headers)) == theirs_to(get_request(websocket_target, upgrade_headers)));
    // npm's has upgraded by the time it sees these, and writes HTTP into the WebSocket.
    for (std::string_view const query : {"EIO=3&transport=websocket", "transport=websocket"})
        CHECK(ours_to(get_request(gate::target(query), upgrade_headers)) ==
              "400\nContent-Type: text/html\n\nUnsupported protocol version");
}

TEST_CASE_FIXTURE(beside_npm, "an upgrade in another protocol than its session's is refused as by npm's server")
{
    auto const play = [&](std::uint16_t port) {
        auto const sid = support::sid_in(http_caller{context, port}.get(polling_target).body);
        std::vector<std::string> all;
        for (std::string_view const query :
            {"EIO=3&transport=websocket", "EIO=5&transport=websocket", "transport=websocket", "EIO=4&transport=websocket"})
            all.push_back(essence(http_caller{context, port}.get(with_sid(gate::target(query), sid), upgrade_headers)));
        return all;
    };
    auto const ours = play(io.port());
    CHECK(ours == play(theirs.port()));
    CHECK(ours.front() == "400\nContent-Type: text/html\n\nBad request");
    CHECK(ours.back().starts_with("101\n"));
}

TEST_CASE("a request's protocol is that of its session, whatever its transport and whether it is an upgrade")
{
    using namespace socketio::detail;
    for (std::string const text : {"EIO=3&", "EIO=5&", "EIO=&", "EIO=4&EIO=3&", ""}) {
        CAPTURE(text);
        for (bool const upgrade : {false, true}) {
            auto const query = read_engine_query(text + (upgrade ? "transport=websocket" : "transport=polling") + "&sid=a");
            auto const reason = verify_request({}, {.method = "GET"}, query, upgrade, engine_known{});
            REQUIRE(reason);
            CHECK(reason->code == refusal_code::bad_request);
            CHECK(reason->context ==
                  socketio::string_pairs{{"name", "PROTOCOL_MISMATCH"}, {"protocol", "3"}, {"previousProtocol", "4"}});
        }
    }
    auto const fitting = read_engine_query("EIO=4&transport=websocket&sid=a");
    CHECK_FALSE(verify_request({}, {.method = "GET"}, fitting, true, engine_known{}));
}

TEST_CASE_FIXTURE(beside_npm, "requests of a session are answered as npm's server answers them")
{
    auto const play = [&](std::uint16_t port) {
        http_caller caller{context, port};
        auto const hello = caller.get(polling_target);
        std::string const own = with_sid(polling_target, support::sid_in(hello.body));
        std::vector<std::string> all{essence(hello)};
        for (std::string const& request :
            {post_request(own, "40"), get_request(with_sid(websocket_target, support::sid_in(hello.body))),
                get_request(with_sid(gate::target("EIO=3&transport=polling"), support::sid_in(hello.body))),
                post_request(own, "40/nowhere,"), post_request(own, "42[\"nobody hears\"]")})
            all.push_back(essence(caller.ask(request)));
        return all;
    };
    CHECK(play(io.port()) == play(theirs.port()));
}

TEST_CASE("the open packet says what the options say, as npm's does")
{
    beside_npm house{R"({"pingInterval":5000,"pingTimeout":3000,"maxHttpBufferSize":1234,"allowUpgrades":false})",
        {.pingInterval = std::chrono::seconds{5},
            .pingTimeout = std::chrono::seconds{3},
            .maxHttpBufferSize = 1234,
            .allowUpgrades = false}};
    std::string const ours = house.ours_to(get_request(polling_target));
    CHECK(ours == house.theirs_to(get_request(polling_target)));
    CHECK(ours.ends_with(R"(0{"sid":"SID","upgrades":[],"pingInterval":5000,"pingTimeout":3000,"maxPayload":1234})"));
}

TEST_CASE("a transport that is not offered is not known")
{
    beside_npm polling{R"({"transports":["polling"]})", {.transports = {"polling"}}};
    CHECK(polling.ours_to(get_request(polling_target)) == polling.theirs_to(get_request(polling_target)));
    // npm's does not listen to upgrades then, and hangs up.
    CHECK(
        polling.ours_to(get_request(websocket_target, upgrade_headers)) == "400\nContent-Type: text/html\n\nTransport unknown");

    beside_npm websocket{R"({"transports":["websocket"]})", {.transports = {"websocket"}}};
    for (auto const& request : {get_request(polling_target), get_request(websocket_target, upgrade_headers)})
        CHECK(websocket.ours_to(request) == websocket.theirs_to(request));
}

TEST_CASE("the path is the server's, with one slash at its end")
{
    for (std::string const path : {"/my/path", "/my/path/", "/my/path//"}) {
        support::server_fixture house{{.path = path}};
        http_caller caller{house.context, house.io.port()};
        CHECK(caller.get("/my/path/?EIO=4&transport=polling").status == 200);
        CHECK(caller.get("/my/path/below/?EIO=4&transport=polling").status == 200); // by its beginning, as npm's
        CHECK(caller.get("/my/path?EIO=4&transport=polling").status == 404);
        CHECK(caller.get("/my/pathology/?EIO=4&transport=polling").status == 404);
        CHECK(caller.get("/my/path/client.js").status == 404); // a file, not a request of the engine
        CHECK(caller.get("/my/path/").body == support::refusal_body(0, "Transport unknown"));
        CHECK(caller.get(polling_target).status == 404);
    }
    support::server_fixture root{{.path = "/"}};
    CHECK(http_caller{root.context, root.io.port()}.get("/?EIO=4&transport=polling").status == 200);
    CHECK(socketio::detail::normal_path("") == "/");
    CHECK(socketio::detail::normal_path("a") == "/a/");
}

TEST_CASE_FIXTURE(support::server_fixture, "\"connection_error\" tells who was not let in, and why")
{
    io.engine().on("connection_error", [&](socketio::connection_failure const& why) {
        std::string line = std::to_string(why.code) + " " + why.message + " " + why.request.method;
        for (auto const& [name, text] : why.context)
            line += " " + name + "=" + text;
        heard.note(std::move(line));
    });
    http_caller caller{context, io.port()};
    caller.get(gate::target("EIO=4&transport=tcp"));
    caller.get(with_sid(polling_target, "x"));
    caller.post(polling_target, "");
    caller.get(websocket_target);
    caller.get(gate::target("EIO=3&transport=polling"));
    auto const sid = support::sid_in(caller.get(polling_target).body);
    caller.get(with_sid(websocket_target, sid));
    caller.get(with_sid(gate::target("EIO=3&transport=polling"), sid));
    caller.get(gate::target("EIO=4&transport=websocket"), "Connection: Upgrade\r\nUpgrade: websocket\r\n");
    CHECK(heard.text() == "0 Transport unknown GET transport=tcp | 1 Session ID unknown GET sid=x | "
                          "2 Bad handshake method POST method=POST | 3 Bad request GET name=TRANSPORT_HANDSHAKE_ERROR | "
                          "5 Unsupported protocol version GET protocol=3 | "
                          "3 Bad request GET name=TRANSPORT_MISMATCH transport=websocket previousTransport=polling | "
                          "3 Bad request GET name=PROTOCOL_MISMATCH protocol=3 previousProtocol=4 | "
                          "3 Bad request GET name=TRANSPORT_HANDSHAKE_ERROR");
}
