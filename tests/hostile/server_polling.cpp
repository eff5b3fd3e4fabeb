// Clients that misuse Engine.IO over long-polling: sessions that are not theirs, two of what there is one of, and
// payloads that are none. The refusals are the reference's, word for word.
#include "hostile_client_fixture.hpp"

#include <string>
#include <string_view>

using namespace hostile;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

struct answered {
    int status;
    std::string body;
};
answered refusal(int code, std::string_view message)
{
    return {400, refusal_body(code, message)};
}

void asked(std::string const& name, std::string_view request, answered const& expected)
{
    SUBCASE(name.c_str())
    {
        hostile_client_fixture house;
        auto caller = house.call();
        auto const reply = caller.ask(request);
        CHECK(reply.status == expected.status);
        CHECK(reply.body == expected.body);
        CHECK(reply.header("Content-Type") == "application/json");
        CHECK(caller.get("/").status == 404); // it goes on
        caller.leave();
        house.check();
    }
}

// A session whose client has connected to the namespace "/", and what becomes of it.
void ends(std::string const& name, std::string_view payload, int status, std::string const& reason)
{
    SUBCASE(name.c_str())
    {
        hostile_client_fixture house;
        poll_caller caller{house};
        CHECK(caller.say("40").body == "ok");
        CHECK(caller.poll().body.starts_with("40{\"sid\""));
        CHECK(caller.say(payload).status == status);
        CHECK(house.until_heard("disconnect: " + reason));
        if (reason == "forced close")
            CHECK(caller.poll().body == "1"); // it was the server's decision, and is still told
        CHECK(caller.poll().body == refusal_body(1, "Session ID unknown"));
        CHECK(caller.say("4").body == refusal_body(1, "Session ID unknown"));
        caller.line().leave();
        CHECK(house.heard.count_of("event after") == 0);
        house.check();
    }
}

std::string target(std::string_view query)
{
    return "/socket.io/?" + std::string{query};
}

} // namespace

TEST_CASE("polling: requests that get no session")
{
    asked("a transport that nobody knows", get_request(target("EIO=4&transport=carrier-pigeon")),
        refusal(0, "Transport unknown"));
    asked("no transport", get_request(target("EIO=4")), refusal(0, "Transport unknown"));
    asked("an empty one", get_request(target("EIO=4&transport=")), refusal(0, "Transport unknown"));
    asked("one that every object has", get_request(target("EIO=4&transport=__proto__")), refusal(0, "Transport unknown"));
    asked("webtransport", get_request(target("EIO=4&transport=webtransport")), refusal(0, "Transport unknown"));
    asked("two, of which the last counts", get_request(target("EIO=4&transport=polling&transport=x")),
        refusal(0, "Transport unknown"));
    asked("WebSocket without an upgrade", get_request(websocket_target), refusal(3, "Bad request"));
    asked("an older protocol", get_request(target("EIO=3&transport=polling")), refusal(5, "Unsupported protocol version"));
    asked("no protocol", get_request(target("transport=polling")), refusal(5, "Unsupported protocol version"));
    asked("a protocol of the future", get_request(target("EIO=5&transport=polling")),
        refusal(5, "Unsupported protocol version"));
    asked("a body before there is a session", post_request(polling_target, "40"), refusal(2, "Bad handshake method"));
    asked("a method that nobody knows", "BREW " + get_request(polling_target).substr(4), refusal(2, "Bad handshake method"));
}

TEST_CASE("polling: sessions that are not there")
{
    auto const unknown = refusal(1, "Session ID unknown");
    asked("a made-up one", get_request(with_sid(polling_target, "x")), unknown);
    asked("a body for it", post_request(with_sid(polling_target, "x"), "40"), unknown);
    asked("one that every object has", get_request(with_sid(polling_target, "__proto__")), unknown);
    asked("another", get_request(with_sid(polling_target, "constructor")), unknown);
    asked("NULs", get_request(with_sid(polling_target, "%00%00")), unknown);
    asked("a long one", get_request(with_sid(polling_target, std::string(10000, 'x'))), unknown);
    asked("no characters", get_request(with_sid(polling_target, "%ff%fe")), unknown);
}

TEST_CASE("polling: a session that is carried otherwise")
{
    hostile_client_fixture house;
    ws_caller other{house};
    auto const sid = sid_in(other.next());
    auto caller = house.call();
    CHECK(caller.get(with_sid(polling_target, sid)).body == refusal_body(3, "Bad request"));
    CHECK(caller.post(with_sid(polling_target, sid), "40").body == refusal_body(3, "Bad request"));
    CHECK(caller.get(with_sid(websocket_target, sid)).body == refusal_body(3, "Bad request"));
    CHECK(caller.get(with_sid(target("EIO=3&transport=polling"), poll_caller{house}.sid())).body ==
          refusal_body(3, "Bad request"));
    other.text("40");
    CHECK(other.next().starts_with("40{\"sid\"")); // it is none the worse
    other.line().leave();
    caller.leave();
    CHECK(house.serves());
    CHECK(house.heard.count("refused 3") == 4);
}

TEST_CASE("polling: a second poll ends the session")
{
    hostile_client_fixture house;
    poll_caller caller{house};
    CHECK(caller.say("40").body == "ok");
    CHECK(caller.poll().body.starts_with("40{\"sid\""));
    caller.line().send(get_request(caller.target()));
    REQUIRE(house.in_turn());
    auto second = house.call();
    CHECK(second.get(caller.target()).status == 400);
    CHECK(caller.line().reply().body == "1");
    CHECK(house.until_heard("disconnect: transport error"));
    CHECK(second.get(caller.target()).body == refusal_body(1, "Session ID unknown"));
    caller.line().leave();
    second.leave();
    house.check();
}

TEST_CASE("polling: bodies that come at once are heard whole, one after the other")
{
    hostile_client_fixture house;
    poll_caller caller{house};
    CHECK(caller.say("40").body == "ok");
    auto second = house.call();
    std::string const a = post_request(caller.target(), R"(42["a",1])"), b = post_request(caller.target(), R"(42["b",2])");
    for (std::size_t i = 0; i != a.size(); ++i) {
        caller.line().send(a.substr(i, 1));
        second.send(b.substr(i, 1));
        REQUIRE(house.in_turn());
    }
    CHECK(caller.line().reply().body == "ok");
    CHECK(second.reply().body == "ok");
    CHECK(house.heard.text() == "event a | event b");
    caller.line().leave();
    second.leave();
    CHECK(house.serves());
}

TEST_CASE("polling: methods that a session has no use for")
{
    hostile_client_fixture house;
    poll_caller caller{house};
    for (std::string_view const method : {"PUT", "DELETE", "HEAD", "OPTIONS", "BREW"}) {
        caller.line().send(std::string{method} + " " + caller.target() + " HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK_MESSAGE(caller.line().reply(method == "HEAD").status == 405, method);
    }
    CHECK(caller.say("40").body == "ok");
    CHECK(caller.poll().body.starts_with("40{\"sid\""));
    caller.say("1");
    caller.line().leave();
    house.check();
}

TEST_CASE("polling: payloads that are none")
{
    ends("nothing", "", 400, "parse error");
    ends("only a separator", "\x1e", 400, "parse error");
    ends("an unknown packet", "9", 400, "parse error");
    ends("an unknown packet behind a message", payload_of({"42[\"before\"]", "x", "42[\"after\"]"}), 400, "parse error");
    ends("two separators", payload_of({"42[\"before\"]", "", "42[\"after\"]"}), 400, "parse error");
    ends("no UTF-8", "42[\"\xff\"]", 400, "parse error");
    ends("no UTF-8 behind a message", payload_of({"42[\"after\"]", "42[\"\xc0\x80\"]"}), 400, "parse error");
    ends("no base64", "b!!!!", 400, "parse error");
    ends("base64 that is cut off", "bAAA", 400, "parse error");
    ends("Engine.IO 3's payload", "2:40", 200, "transport error");
    ends("a ping, which is the server's to send", payload_of({"2", "42[\"after\"]"}), 200, "transport error");
    ends("a goodbye, and more behind it", payload_of({"1", "42[\"after\"]"}), 200, "transport close");
    ends("bytes that no event announces", payload_of({"bAAAA", "42[\"after\"]"}), 200, "forced close");
    ends("a Socket.IO packet that is none", payload_of({"49", "42[\"after\"]"}), 200, "forced close");
}

TEST_CASE("polling: what says that it is bytes is no payload")
{
    hostile_client_fixture house;
    poll_caller caller{house};
    CHECK(caller.say("40").body == "ok");
    CHECK(caller.line().post(caller.target(), "42[\"after\"]", "Content-Type: application/octet-stream\r\n").status == 400);
    CHECK(house.until_heard("disconnect: transport error"));
    CHECK(house.heard.text() == "disconnect: transport error");
    caller.line().leave();
    house.check();
}

TEST_CASE("polling: packets that say nothing are passed over")
{
    hostile_client_fixture house;
    poll_caller caller{house};
    CHECK(caller.say(payload_of({"40", "3", "5", "6", "0", "3probe", "42[\"heard\"]"})).body == "ok");
    CHECK(house.heard.text() == "event heard");
    CHECK(caller.poll().body.starts_with("40{\"sid\""));
    caller.say("1");
    caller.line().leave();
    house.check();
}

TEST_CASE("polling: a body over the limit is refused, and the session is none the worse")
{
    hostile_client_fixture house{{.maxHttpBufferSize = 1000}};
    poll_caller caller{house};
    CHECK(caller.say("40").body == "ok");
    auto other = house.call();
    CHECK(other.post(caller.target(), "42[\"" + std::string(1000, 'x') + "\"]").status == 413);
    CHECK(other.until_ended());
    CHECK(caller.say("42[\"heard\"]").body == "ok");
    CHECK(house.heard.text() == "event heard");
    CHECK(caller.poll().body.starts_with("40{\"sid\""));
    caller.say("1");
    caller.line().leave();
    house.check();
}

TEST_CASE("polling: a body that never ends has its time, and the session is none the worse")
{
    hostile_client_fixture house{{.http = {.request_timeout = 100ms}}};
    poll_caller caller{house};
    CHECK(caller.say("40").body == "ok");
    CHECK(caller.poll().body.starts_with("40{\"sid\""));
    std::string const head = "POST " + caller.target() + " HTTP/1.1\r\nHost: a\r\n";
    for (std::string_view const begun :
        {"Content-Length: 20\r\n\r\n42[\"after\"]", "Transfer-Encoding: chunked\r\n\r\nb\r\n42[\"after\"]\r\n"}) {
        auto slow = house.call();
        slow.send(head + std::string{begun});
        CHECK(slow.reply().status == 408);
        CHECK(slow.until_ended());
    }
    auto dripping = house.call();
    dripping.send(head + "Transfer-Encoding: chunked\r\n\r\n");
    while (!dripping.ended() && dripping.received().empty()) {
        dripping.send("1\r\nx\r\n");
        REQUIRE(house.in_turn());
    }
    int const status = dripping.reply().status;
    CHECK((status == 408 || status == 413)); // whichever limit a quick machine reaches first
    CHECK(caller.say("42[\"heard\"]").body == "ok");
    CHECK(house.heard.text() == "event heard");
    caller.say("1");
    caller.line().leave();
    dripping.leave();
    house.check(3u << 20);
}

TEST_CASE("polling: a body in chunks of one byte is heard, and costs little more than itself")
{
    hostile_client_fixture house;
    poll_caller caller{house};
    CHECK(caller.say("40").body == "ok");
    caller.line().send("POST " + caller.target() + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "c\r\n42[\"heard\",\"\r\n");
    std::string const crumbs = repeated_to("1\r\nx\r\n", 6000);
    for (int i = 0; i != 999; ++i) {
        caller.line().send(crumbs);
        REQUIRE(house.in_turn());
    }
    caller.line().send("2\r\n\"]\r\n0\r\n\r\n");
    CHECK(caller.line().reply().body == "ok");
    CHECK(house.heard.text() == "event heard");
    CHECK(caller.poll().body.starts_with("40{\"sid\""));
    caller.say("1");
    caller.line().leave();
    house.check(4u << 20);
}

TEST_CASE("polling: a body of the limit that is all packets costs little more than itself")
{
    hostile_client_fixture house;
    poll_caller caller{house};
    CHECK(caller.say("40").body == "ok");
    CHECK(caller.say(repeated_to("6\x1e", 999990) + "6").body == "ok");
    CHECK(caller.say(repeated_to("42[]\x1e", 999990) + "6").body == "ok"); // no event is without a name
    CHECK(house.until_heard("disconnect: forced close"));
    caller.poll(); // the session waits for it
    caller.line().leave();
    house.check(6u << 20);
}

TEST_CASE("polling: a poll that is left behind ends its session")
{
    hostile_client_fixture house{{.close_timeout = 50ms}};
    poll_caller caller{house};
    CHECK(caller.say("40").body == "ok");
    CHECK(caller.poll().body.starts_with("40{\"sid\""));
    caller.line().send(get_request(caller.target()));
    REQUIRE(house.in_turn());
    caller.line().leave();
    CHECK(house.until_heard("disconnect: transport error"));
    house.check();
}

TEST_CASE("polling: who never polls, and who never answers a ping, is given up")
{
    hostile_client_fixture house{{.pingInterval = 50ms, .pingTimeout = 500ms}};
    poll_caller silent{house}, deaf{house};
    CHECK(silent.say("40").body == "ok");
    CHECK(deaf.say("40").body == "ok");
    CHECK(deaf.poll().body.starts_with("40{\"sid\""));
    CHECK(deaf.poll().body == "2");
    CHECK(house.until_heard("disconnect: ping timeout", 2));
    CHECK(deaf.poll().status == 400);
    silent.line().leave();
    deaf.line().leave();
    house.check();
}

TEST_CASE("polling: who never connects to a namespace is given up")
{
    hostile_client_fixture house{{.connectTimeout = 50ms}};
    poll_caller caller{house};
    CHECK(caller.poll().body == "1");
    CHECK(caller.poll().body == refusal_body(1, "Session ID unknown"));
    caller.line().leave();
    house.check();
}

TEST_CASE("polling: what nobody fetches is kept up to a limit")
{
    hostile_client_fixture house{{.send_limit = 100000}};
    poll_caller caller{house};
    CHECK(caller.say("40").body == "ok");
    for (int i = 0; i != 100; ++i)
        house.io.except(house.honest.id()).emit("news", std::string(2000, 'x'));
    CHECK(house.until_heard("disconnect: transport error"));
    CHECK(caller.poll().body == refusal_body(1, "Session ID unknown"));
    CHECK(house.io.snapshot().cut_off == 1);
    caller.line().leave();
    house.check();
}

TEST_CASE("polling: a session keeps nothing of what it was told")
{
    hostile_client_fixture house;
    poll_caller caller{house};
    CHECK(caller.say("40").body == "ok");
    CHECK(caller.poll().body.starts_with("40{\"sid\""));
    auto const before = support::heap::used.load();
    CHECK(caller.say("451-[\"heard\",{\"_placeholder\":true,\"num\":0}]\x1e" "b" + std::string(900'000, 'A')).body == "ok");
    CHECK(house.until_heard("event heard"));
    CHECK(caller.say("42[\"heard\"]").body == "ok");
    CHECK(support::heap::used.load() <= before + 300'000); // what the connection and the caller keep
    caller.say("1");
    caller.line().leave();
    house.check(8u << 20);
}
