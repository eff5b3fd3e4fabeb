// Clients that misuse the way from long-polling to WebSocket: what is no probe leaves the session where it is.
#include "hostile_client_fixture.hpp"

#include <string>
#include <string_view>

using namespace hostile;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

// A session over polling that has connected to "/".
struct upgradable : hostile_client_fixture {
    explicit upgradable(socketio::server_options options = {}) : hostile_client_fixture{std::move(options)}
    {
        caller.say("40");
        if (!caller.poll().body.starts_with("40{\"sid\""))
            throw std::runtime_error("not connected");
    }
    std::string way_up() const { return with_sid(websocket_target, caller.sid()); }
    // It still polls.
    void check_polling()
    {
        CHECK(caller.say("42[\"heard\"]").body == "ok");
        CHECK(heard.has("event heard"));
        io.except(honest.id()).emit("news");
        CHECK(caller.poll().body == "42[\"news\"]");
        caller.say("1");
        caller.line().leave();
        check();
    }

    poll_caller caller{*this};
};

void no_probe(std::string const& name, std::string_view bytes, std::string const& heard)
{
    SUBCASE(name.c_str())
    {
        upgradable house;
        ws_caller up{house, house.way_up()};
        REQUIRE(up.answer().status == 101);
        up.send(std::string{bytes} + masked_text("5") + masked_text("42[\"after\"]"));
        CHECK(up.rest() == heard);
        up.line().leave();
        CHECK(house.heard.count("event after") == 0);
        house.check_polling();
    }
}

} // namespace

TEST_CASE("upgrade: what is no probe")
{
    no_probe("a ping", masked_text("2"), "close 1005 | end");
    no_probe("a ping of another kind", masked_text("2probes"), "close 1005 | end");
    no_probe("a message", masked_text("42[\"after\"]"), "close 1005 | end");
    no_probe("bytes", masked_frame(0x82, "x"), "close 1005 | end");
    no_probe("a pong", masked_text("3probe"), "close 1005 | end");
    no_probe("nothing", masked_text(""), "close 1005 | end");
    no_probe("an unknown packet", masked_text("9"), "close 1005 | end");
    no_probe("a message behind the probe", masked_text("2probe") + masked_text("42[\"after\"]"), "3probe | close 1005 | end");
    no_probe("a close", masked_frame(0x88, "\x03\xE8"), "close 1000 | end");
    no_probe("a frame that is not masked", "\x81\x00"sv, "close 1002 | end");
    no_probe("a frame over the limit", "\x82\xFF\0\0\0\0\0\x0F\x42\x41"sv, "close 1009 | end");
    no_probe("another request", get_request("/"), "close 1002 | end");
}

TEST_CASE("upgrade: probing twice, or not at all, is no offence")
{
    for (std::string_view const probes : {"", "2probe", "2probe 2probe"}) {
        upgradable house;
        ws_caller up{house, house.way_up()};
        for (std::size_t at = 0; at < probes.size(); at += 7) {
            up.text("2probe");
            CHECK(up.next() == "3probe");
        }
        up.text("5");
        up.text("42[\"heard\"]");
        CHECK(house.until_heard("event heard"));
        CHECK(house.caller.poll().body == refusal_body(3, "Bad request"));
        CHECK(house.caller.say("42[\"after\"]").body == refusal_body(3, "Bad request"));
        up.line().leave();
        house.caller.line().leave();
        CHECK(house.until_heard("disconnect: transport close"));
        CHECK(house.heard.count("event after") == 0);
        house.check();
    }
}

TEST_CASE("upgrade: all of it at once, with more behind it")
{
    upgradable house;
    house.caller.line().send(get_request(house.caller.target()));
    REQUIRE(house.in_turn());
    auto line = house.call();
    line.send(
        get_request(house.way_up(), upgrade_headers) + masked_text("2probe") + masked_text("5") + masked_text("42[\"heard\"]"));
    CHECK(house.until_heard("event heard"));
    CHECK(house.caller.line().reply().body == "6"); // the poll that was under way
    house.caller.line().leave();
    line.leave();
    CHECK(house.until_heard("disconnect: transport close"));
    house.check();
}

TEST_CASE("upgrade: one at a time, and one in all")
{
    upgradable house;
    ws_caller first{house, house.way_up()};
    CHECK(first.answer().status == 101);
    ws_caller second{house, house.way_up()};
    CHECK(second.answer().status == 101);
    CHECK(second.rest() == "close 1005 | end");
    first.text("2probe");
    CHECK(first.next() == "3probe");
    first.text("5");
    first.text("42[\"heard\"]");
    CHECK(house.until_heard("event heard"));
    ws_caller third{house, house.way_up()};
    third.text("2probe");
    third.text("42[\"after\"]");
    CHECK(third.rest() == "close 1005 | end");
    CHECK(house.heard.count("event after") == 0);
    first.text("42[\"heard\"]");
    CHECK(house.until_heard("event heard", 2));
    for (auto* const each : {&first, &second, &third})
        each->line().leave();
    house.caller.line().leave();
    house.check();
}

TEST_CASE("upgrade: one that is given up may be tried again")
{
    upgradable house;
    for (int i = 0; i != 10; ++i) {
        ws_caller up{house, house.way_up()};
        CHECK(up.answer().status == 101);
        if (i % 2 == 0)
            up.text("2probe");
        up.line().leave();
        REQUIRE(house.in_turn());
    }
    ws_caller up{house, house.way_up()};
    up.text("5");
    up.text("42[\"heard\"]");
    CHECK(house.until_heard("event heard"));
    up.line().leave();
    house.caller.line().leave();
    house.check();
}

TEST_CASE("upgrade: one that is never finished has its time")
{
    upgradable house{{.upgradeTimeout = 300ms, .close_timeout = 50ms}};
    ws_caller silent{house, house.way_up()};
    CHECK(silent.rest() == "close 1005 | end");
    ws_caller probing{house, house.way_up()};
    probing.text("2probe");
    CHECK(probing.rest() == "3probe | close 1005 | end");
    house.check_polling();
}

TEST_CASE("upgrade: probes of which no answer is read cost nothing")
{
    upgradable house{{.close_timeout = 50ms}};
    silent_caller deaf{house, house.way_up()};
    CHECK_FALSE(deaf.flood(repeated_to(masked_text("2probe"), 65536), 32u << 20));
    deaf.leave();
    house.check_polling();
}

TEST_CASE("upgrade: of a session that ends meanwhile nothing is left")
{
    upgradable house;
    ws_caller up{house, house.way_up()};
    up.text("2probe");
    CHECK(up.next() == "3probe");
    CHECK(house.caller.say("1").body == "ok");
    CHECK(house.until_heard("disconnect: transport close"));
    CHECK(up.rest() == "close 1005 | end");
    ws_caller late{house, house.way_up()};
    CHECK(late.answer().body == "Session ID unknown");
    for (auto* const each : {&up, &late})
        each->line().leave();
    house.caller.line().leave();
    house.check();
}

TEST_CASE("upgrade: a body that was under way is not the session's any more")
{
    upgradable house;
    auto slow = house.call();
    std::string const request = post_request(house.caller.target(), "42[\"after\"]");
    slow.send(std::string_view{request}.substr(0, request.size() - 3));
    REQUIRE(house.in_turn());
    ws_caller up{house, house.way_up()};
    up.text("5");
    up.text("42[\"heard\"]");
    CHECK(house.until_heard("event heard"));
    slow.send(std::string_view{request}.substr(request.size() - 3));
    CHECK(slow.reply().body == refusal_body(3, "Bad request"));
    CHECK(house.heard.count("event after") == 0);
    slow.leave();
    up.line().leave();
    house.caller.line().leave();
    house.check();
}

TEST_CASE("upgrade: where none is allowed")
{
    upgradable house{{.allowUpgrades = false}};
    ws_caller up{house, house.way_up()};
    CHECK(up.answer().status == 400);
    CHECK(up.answer().body == "Bad request");
    up.line().leave();
    house.check_polling();
}
