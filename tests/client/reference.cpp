// The same scenario, once with npm's socket.io-client and once with this library, each against a server that
// follows the same script: what the two tell their programs, and what the servers hear, must be the same.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/hex.hpp"
#include "support/peer.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using socketio::value;
using support::script;

namespace {

// As tests/peers/channel.js has them: bytes are {"hex": "..."}.
value from_plain(value const& plain)
{
    if (socketio::object const* members = plain.if_object(); members && members->size() == 1 && members->contains("hex")) {
        std::string const& digits = *(*members)["hex"].if_string();
        socketio::bytes data;
        for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
            data.push_back(static_cast<std::byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
        return data;
    }
    return plain;
}

value to_plain(value const& from)
{
    auto const* data = from.if_binary();
    if (!data)
        return from;
    return socketio::object{{"hex", support::to_hex(socketio::detail::as_text(*data))}};
}

std::string json(socketio::args const& arguments)
{
    socketio::array all;
    for (socketio::value_view const each : arguments)
        all.push_back(to_plain(each.to_value()));
    return value(std::move(all)).to_json();
}

// tests/peers/client.js tells what a scenario may say.
class player {
public:
    player(asio::io_context& context, std::string const& url, value const& scenario)
        : scenario_(scenario), manager_(context, url, settings(scenario["options"]))
    {
        auto const* names = scenario["namespaces"].if_array();
        socketio::array const root{"/"};
        for (value const& name : names ? *names : root)
            add(*name.if_string(), scenario["options"]);
        listen();
        run_all(scenario["start"]);
    }

    bool done() const { return done_; }
    std::string diary() const { return value(diary_).to_json(); }

private:
    static std::chrono::milliseconds duration(value const& of) { return std::chrono::milliseconds(of.get<int>().value_or(0)); }

    static socketio::options settings(value const& from)
    {
        socketio::options made{.autoConnect = false};
        made.reconnection = from["reconnection"].get<bool>().value_or(true);
        made.reconnectionDelay = duration(from["reconnectionDelay"]);
        made.reconnectionDelayMax = duration(from["reconnectionDelayMax"]);
        made.randomizationFactor = from["randomizationFactor"].get<double>().value_or(0.5);
        made.reconnectionAttempts = from["reconnectionAttempts"].get<std::uint64_t>().value_or(0);
        return made;
    }

    void add(std::string const& nsp, value const& from)
    {
        socketio::socket_options own;
        if (auto const* auth = from["auth"].if_object())
            own.auth = *auth;
        own.ackTimeout = duration(from["ackTimeout"]);
        own.retries = from["retries"].get<std::uint64_t>().value_or(0);
        auto socket = sockets_[nsp] = manager_.socket(nsp, own);
        socketio::socket& here = sockets_[nsp];
        socket.on("connect", [this, nsp, &here] { note(nsp + " connect " + here.id() + (here.recovered() ? " recovered" : "")); });
        socket.on("connect_error", [this, nsp, &here](socketio::connect_error const& why) {
            note(nsp + " connect_error" + (here.active() ? "" : ' ' + why.message() + ' ' + why.data().to_json()));
        });
        socket.on("disconnect", [this, nsp, &here](std::string_view reason) {
            note(nsp + " disconnect " + std::string(reason) + (here.active() ? "" : " for good"));
        });
        socket.onAnyOutgoing([this, nsp](std::string_view event) { note(nsp + " out " + std::string(event)); });
        socket.onAny([this, nsp](std::string_view event, socketio::args const& arguments) {
            note(nsp + " event " + std::string(event) + ' ' + json(arguments));
        });
        socket.on("question", [](socketio::ack const& reply) { reply("reply to", "question"); });
    }

    void listen()
    {
        for (char const* const event : {"open", "ping", "reconnect_failed"})
            manager_.on(event, [this, event] { note(event); });
        for (char const* const event : {"error", "reconnect_error"})
            manager_.on(event, [this, event](socketio::connect_error const&) { note(event); });
        for (char const* const event : {"reconnect_attempt", "reconnect"})
            manager_.on(event, [this, event](int n) { note(std::string(event) + ' ' + std::to_string(n)); });
        manager_.on("close", [this](std::string_view reason) { note("close " + std::string(reason)); });
    }

    void note(std::string const& line)
    {
        if (done_)
            return;
        diary_.push_back(line);
        run_all(scenario_["on"][line][seen_[line]++]);
        done_ = line == *scenario_["until"].if_string();
    }

    void run_all(value const& operations)
    {
        if (auto const* all = operations.if_array())
            for (value const& each : *all)
                run(*each.if_array());
    }

    void run(socketio::array const& operation)
    {
        std::string const& kind = *operation[0].if_string();
        if (kind == "close") {
            manager_.close();
            return;
        }
        std::string const& nsp = *operation[1].if_string();
        socketio::socket& socket = sockets_.at(nsp);
        std::vector<value> rest;
        for (std::size_t i = 2; i != operation.size(); ++i)
            rest.push_back(from_plain(operation[i]));
        if (kind == "connect")
            socket.connect();
        else if (kind == "disconnect")
            socket.disconnect();
        else if (kind == "emit")
            emit(socket, rest);
        else if (kind == "volatile")
            emit(socket.volatile_(), rest);
        else if (kind == "ask")
            ask(socket, nsp, rest);
        else
            FAIL("no such operation: " << kind);
    }

    template <class Through, class... More>
    static void emit_rest(Through&& through, std::string const& event, std::vector<value> const& all, std::size_t from, More&&... more)
    {
        switch (all.size() - from) {
        case 0: through.emit(event, std::forward<More>(more)...); return;
        case 1: through.emit(event, all[from], std::forward<More>(more)...); return;
        case 2: through.emit(event, all[from], all[from + 1], std::forward<More>(more)...); return;
        default: FAIL("too many arguments");
        }
    }
    template <class Through>
    static void emit(Through&& through, std::vector<value> const& all)
    {
        emit_rest(through, *all[0].if_string(), all, 1);
    }
    void ask(socketio::socket& socket, std::string const& nsp, std::vector<value> const& all)
    {
        std::string const event = *all[1].if_string();
        std::string const who = nsp + " ack " + event + ": ";
        if (auto const limit = duration(all[0]); limit.count() != 0)
            emit_rest(socket.timeout(limit), event, all, 2, [this, who](std::error_code ec, socketio::args const& answer) {
                note(who + (ec ? ec.message() : json(answer)));
            });
        else
            emit_rest(socket, event, all, 2, [this, who](socketio::args const& answer) { note(who + json(answer)); });
    }

    value const scenario_;
    socketio::manager manager_;
    std::map<std::string, socketio::socket> sockets_;
    std::map<std::string, std::size_t> seen_;
    socketio::array diary_;
    bool done_ = false;
};

// Both against servers of their own that follow these plans.
void compare(std::string const& plans, std::string const& scenario)
{
    INFO(scenario);
    auto const parsed = value::from_json(scenario);
    REQUIRE(parsed.has_value());

    support::raw_server theirs(plans);
    support::process reference({support::places::chosen("SOCKETIO_NODE", "node"), support::places::peers() + "/client.js", theirs.url(), scenario},
                               {{"NODE_PATH", support::places::node_modules()}});
    std::string const expected = reference.read_line();

    support::raw_server ours(plans);
    asio::io_context context;
    player played(context, ours.url(), *parsed);
    bool const done = support::run_until(context, [&] { return played.done(); });
    CHECK(done);
    CHECK(played.diary() == expected);
    // What was written last may still be on its way.
    static_cast<void>(support::run_until(
        context, [&] { return ours.log("message", "text") == theirs.log("message", "text"); }, std::chrono::seconds(3)));
    CHECK(ours.log("message", "text") == theirs.log("message", "text"));
    CHECK(ours.log("message", "binary") == theirs.log("message", "binary"));
}

constexpr char const* quick_settings = R"("reconnectionDelay":2,"reconnectionDelayMax":2,"randomizationFactor":0)";

} // namespace

TEST_CASE("as the reference: events, questions and answers of both sides, with binary data")
{
    compare(script()
                .open()
                .accept("S1")
                .text(R"(42["news",1,"two",{"three":[null,true,1.5]}])")
                .text(R"(4212["question",{"a":1}])")
                .expect("4312").text(R"(430["yes",2])") // the client's first question has the number 0
                .text(R"(452-["pictures",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])")
                .binary("01ff").binary("")
                .expect("42[\"last\"]").text(R"(42["end"])"),
            R"({"start":[["emit","/","early",1,"x"],["ask","/",0,"first",{"hex":"0a0b"}],["connect","/"]],
                "on":{"/ connect S1":[[["emit","/","from connect"],["volatile","/","light",[]],["ask","/",5000,"second",null]]],
                      "/ event pictures [{\"hex\":\"01ff\"},{\"hex\":\"\"}]":[[["emit","/","last"]]]},
                "until":"/ event end []"})");
}

TEST_CASE("as the reference: a loss, what waits meanwhile, and what is told of it")
{
    compare(support::plans(script().open().accept("S1").expect("421").terminate(),
                           script().open().accept("S2").expect("42[\"end please\"]").text(R"(42["end"])")),
            std::string(R"({"options":{)") + quick_settings + R"(},"start":[["connect","/"]],
                "on":{"/ connect S1":[[["ask","/",0,"lost",1],["ask","/",60000,"lost too",2]]],
                      "/ disconnect transport close":[[["emit","/","kept",1],["ask","/",60000,"kept too",2]]],
                      "/ connect S2":[[["emit","/","end please"]]]},
                "until":"/ event end []"})");
}

TEST_CASE("as the reference: no server, attempts, and giving up")
{
    compare(R"({"plans":[{"refuse":{"status":500}}]})",
            std::string(R"({"options":{"reconnectionAttempts":2,)") + quick_settings + R"(},"start":[["connect","/"]],"until":"reconnect_error",
                "on":{"reconnect_error":[[]]}})");
    compare(R"({"plans":[{"refuse":{"status":500}}]})",
            std::string(R"({"options":{"reconnectionAttempts":2,)") + quick_settings + R"(},"start":[["connect","/"]],"until":"reconnect_failed"})");
}

TEST_CASE("as the reference: the server disconnects, and the client comes back when it is told to")
{
    compare(support::plans(script().open().accept("S1").text("41"), script().open().accept("S2").text(R"(42["end"])")),
            R"({"start":[["connect","/"]],"on":{"/ disconnect io server disconnect for good":[[["emit","/","kept"],["connect","/"]]]},
                "until":"/ event end []"})");
}

TEST_CASE("as the reference: the client disconnects")
{
    compare(script().open().accept("S1"),
            R"({"start":[["connect","/"]],"on":{"/ connect S1":[[["emit","/","bye"],["disconnect","/"]]]},
                "until":"/ disconnect io client disconnect for good"})");
}

TEST_CASE("as the reference: a refusal with message and data, and the second try with auth")
{
    compare(support::plans(script().open().expect("40").text(R"(44{"message":"no","data":{"code":7}})"),
                           script().open().accept("S2").text(R"(42["end"])")),
            R"({"options":{"auth":{"token":"t"}},"start":[["connect","/"]],
                "on":{"/ connect_error no {\"code\":7}":[[["connect","/"]]]},"until":"/ event end []"})");
}

TEST_CASE("as the reference: namespaces, of which one is left and one is refused")
{
    compare(script()
                .open()
                .expect("40/a").text(R"(40/a,{"sid":"A"})")
                .expect("40/b").text(R"(44/b,{"message":"Invalid namespace"})")
                .expect("40/c").text(R"(40/c,{"sid":"C"})")
                .text(R"(42/a,["hello"])").text(R"(42/b,["nobody"])").text(R"(42/c,["hello"])")
                .expect("41/a").text(R"(42/a,["too late"])").text(R"(42/c,["end"])"),
            R"({"namespaces":["/a","/b","/c"],"start":[["connect","/a"],["connect","/b"],["connect","/c"]],
                "on":{"/c event hello []":[[["emit","/c","x",1],["disconnect","/a"]]]},"until":"/c event end []"})");
}

TEST_CASE("as the reference: the retries queue, with timeouts and a loss")
{
    compare(support::plans(script().open().accept("S1").expect("421").text("431[1]").expect("422").terminate(),
                           script().open().accept("S2").expect("423").text("433[2]").expect("424").text(R"(42["end"])")),
            std::string(R"({"options":{"retries":2,"ackTimeout":60,)") + quick_settings + R"(},"start":[["connect","/"]],
                "on":{"/ connect S1":[[["ask","/",60,"first"],["emit","/","second",1],["volatile","/","light"],["ask","/",60,"third"]]]},
                "until":"/ event end []"})");
}

TEST_CASE("as the reference: recovery, with what was missed before \"connect\"")
{
    compare(support::plans(script().open().accept_json(R"({"sid":"S1","pid":"P1"})").text(R"(42["one","offset 1"])").text(R"(42["two",2])").terminate(),
                           script().open().expect("40").text(R"(42["missed","offset 2"])").text(R"(40{"sid":"S1","pid":"P1"})").terminate(),
                           script().open().accept_json(R"({"sid":"S3","pid":"P3"})").text(R"(42["end"])")),
            std::string(R"({"options":{"auth":{"mine":1},)") + quick_settings + R"(},"start":[["connect","/"]],"until":"/ event end []"})");
}

TEST_CASE("as the reference: the manager is closed")
{
    compare(script().open().accept("S1"),
            R"({"start":[["connect","/"]],"on":{"/ connect S1":[[["close"]]]},"until":"/ disconnect forced close"})");
}

TEST_CASE("as the reference: packets that break the protocol")
{
    constexpr char const* picture = R"(451-["b",{"_placeholder":true,"num":3}])";
    for (auto const& bad : {script().text("42[]"), script().text("49"), script().text(R"(42["connect"])"), script().text("9"),
                            script().text("43x"), script().text(picture).binary("00"), script().text(picture).text(R"(42["no"])"),
                            script().binary("00"), script().text("4511-[]"), script().close(1011), script().reset()})
        compare(support::plans(script().open().accept("S1").expect("42").repeat(1, bad), script().open().accept("S2").text(R"(42["end"])")),
                std::string(R"({"options":{)") + quick_settings + R"(},"start":[["connect","/"]],"on":{"/ connect S1":[[["emit","/","now"]]]},
                    "until":"/ event end []"})");
}
