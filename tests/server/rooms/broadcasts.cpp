// To whom a broadcast goes, and what comes back of it.
#include <socketio/server/broadcast_operator.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/bind_executor.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;
using socketio::ack;
using socketio::value;
using support::server_fixture;

namespace {

// Four clients that note the news, "a: text", by name.
struct crowd : server_fixture {
    socketio::socket a = guest(), b = guest(), c = guest(), d = guest();

    crowd()
    {
        note("a", a), note("b", b), note("c", c), note("d", d);
        socket_of(a).join({"odd", "all"});
        socket_of(b).join({"even", "all"});
        socket_of(c).join({"odd", "all"});
        socket_of(d).join({"even"});
    }
    void note(std::string const& name, socketio::socket client)
    {
        client.on("news", [this, name](std::string const& text) { heard.note(name + ": " + text); });
    }
    // Who has heard it, in order of names, once everybody has heard what was said before.
    std::string hearers_of(std::string const& text)
    {
        for (auto const& each : {a, b, c, d})
            REQUIRE(in_step(each));
        std::string names;
        for (auto const* const name : {"a", "b", "c", "d"})
            for (auto times = heard.count(std::string{name} + ": " + text); times > 0; --times)
                names += name;
        return names;
    }
    // An answer of each but those who are not named.
    void answer(std::string const& who)
    {
        for (auto [name, client] : {std::pair{'a', a}, {'b', b}, {'c', c}, {'d', d}})
            if (who.find(name) != std::string::npos)
                client.on("ask", [name = name](ack reply) { reply(std::string{name}, "not told"); });
    }
    // What a broadcast has come to.
    struct outcome {
        std::error_code error;
        std::vector<std::string> answers;
        int times = 0;
    };
    auto note_into(outcome& result)
    {
        return [&result](std::error_code ec, std::vector<value> answers) {
            ++result.times;
            result.error = ec;
            for (auto const& each : answers)
                result.answers.push_back(each.get<std::string>().value_or("?"));
            std::sort(result.answers.begin(), result.answers.end());
        };
    }
};

using text_list = std::vector<std::string>;

} // namespace

TEST_CASE_FIXTURE(crowd, "io.to and io.in reach a room, and several rooms reach each socket once")
{
    io.to("odd").emit("news", "1");
    io.in("even").emit("news", "2");
    io.to("odd").to("all").emit("news", "3");
    io.to({"odd", "even", "all"}).emit("news", "4");
    io.to("nobody").emit("news", "5");
    CHECK(hearers_of("1") == "ac");
    CHECK(hearers_of("2") == "bd");
    CHECK(hearers_of("3") == "abc");
    CHECK(hearers_of("4") == "abcd");
    CHECK(hearers_of("5").empty());
}

TEST_CASE_FIXTURE(crowd, "except leaves out who is in one of its rooms")
{
    io.except("odd").emit("news", "1");
    io.to("all").except("even").emit("news", "2");
    io.except({"odd", "even"}).emit("news", "3");
    io.except(a.id()).except(b.id()).emit("news", "4");
    io.except("nobody").emit("news", "5");
    CHECK(hearers_of("1") == "bd");
    CHECK(hearers_of("2") == "ac");
    CHECK(hearers_of("3").empty());
    CHECK(hearers_of("4") == "cd");
    CHECK(hearers_of("5") == "abcd");
}

TEST_CASE_FIXTURE(crowd, "what a socket broadcasts never comes to itself")
{
    auto const of_a = socket_of(a);
    of_a.broadcast().emit("news", "1");
    of_a.to("odd").emit("news", "2");
    of_a.in("all").except("even").emit("news", "3");
    of_a.except("even").emit("news", "4");
    of_a.to(a.id()).emit("news", "5");
    of_a.to(d.id()).emit("news", "6");
    of_a.broadcast().to("odd").to("even").emit("news", "7");
    CHECK(hearers_of("1") == "bcd");
    CHECK(hearers_of("2") == "c");
    CHECK(hearers_of("3") == "c");
    CHECK(hearers_of("4") == "c");
    CHECK(hearers_of("5").empty());
    CHECK(hearers_of("6") == "d");
    CHECK(hearers_of("7") == "bcd");
}

TEST_CASE_FIXTURE(crowd, "flags say how it is sent and change nothing of to whom")
{
    io.local().emit("news", "1");
    io.compress(false).to("odd").emit("news", "2");
    socket_of(a).local().emit("news", "3");
    socket_of(a).compress(false).broadcast().emit("news", "4");
    io.to("odd").send("5");
    CHECK(hearers_of("1") == "abcd");
    CHECK(hearers_of("2") == "ac");
    CHECK(hearers_of("3") == "bcd");
    CHECK(hearers_of("4") == "bcd");
    CHECK(hearers_of("5").empty()); // that was an event "message"
    io.volatile_().local().compress(true).timeout(1s).except("odd").emit("news", "6");
    CHECK(hearers_of("6") == "bd");
    socket_of(a).volatile_().to("odd").emit("news", "7");
    CHECK(hearers_of("7") == "c");
}

TEST_CASE_FIXTURE(crowd, "a broadcast operator is a value: what is said of a copy does not change it")
{
    auto const odd = io.to("odd");
    auto const without_a = odd.except(a.id());
    without_a.emit("news", "1");
    odd.emit("news", "2");
    odd.emit("news", "3");
    CHECK(hearers_of("1") == "c");
    CHECK(hearers_of("2") == "ac");
    CHECK(hearers_of("3") == "ac");
}

TEST_CASE_FIXTURE(crowd, "binary data and nested values are broadcast as they are")
{
    socketio::bytes const data{std::byte{1}, std::byte{0}, std::byte{255}};
    int right = 0;
    for (auto client : {a, b, c, d})
        client.on("data", [&](socketio::bytes const& got, value const& nested) {
            right += got == data && nested["deep"][1].get<int>() == 2;
        });
    io.emit("data", data, socketio::object{{"deep", socketio::array{1, 2}}});
    CHECK(until([&] { return right == 4; }));
}

TEST_CASE_FIXTURE(crowd, "a reserved name, or too many binary values, is told to the caller and not sent")
{
    CHECK_THROWS_AS(io.emit("connect"), std::invalid_argument);
    CHECK_THROWS_AS(io.to("odd").emit("disconnect"), std::invalid_argument);
    CHECK_THROWS_AS(socket_of(a).broadcast().emit("disconnecting"), std::invalid_argument);
    CHECK_THROWS_AS(io.emit("news", std::vector<socketio::bytes>(1001)), std::invalid_argument);
    io.emit("news", "1");
    CHECK(hearers_of("1") == "abcd");
}

TEST_CASE_FIXTURE(crowd, "a broadcast with a handler ends when all have answered, with the first argument of each")
{
    outcome all, odd;
    answer("abcd");
    io.timeout(10s).emit("ask", note_into(all));
    io.to("odd").emit("ask", note_into(odd));
    REQUIRE(until([&] { return all.times + odd.times == 2; }));
    CHECK_FALSE(all.error);
    CHECK(all.answers == text_list{"a", "b", "c", "d"});
    CHECK_FALSE(odd.error);
    CHECK(odd.answers == text_list{"a", "c"});
}

TEST_CASE_FIXTURE(crowd, "a broadcast to nobody ends at once and without answers")
{
    outcome result;
    io.to("nobody").timeout(10s).emit("ask", note_into(result));
    CHECK(result.times == 0); // but never inside the call
    REQUIRE(until([&] { return result.times == 1; }));
    CHECK_FALSE(result.error);
    CHECK(result.answers.empty());
}

TEST_CASE_FIXTURE(crowd, "when time is up the answers that came are told with an error, and late ones are nobody's")
{
    outcome result;
    ack late;
    answer("bd");
    a.on("ask", [&](ack reply) { late = reply; });
    io.timeout(20ms).emit("ask", note_into(result));
    REQUIRE(until([&] { return result.times == 1; }));
    CHECK(result.error == socketio::error::ack_timeout);
    CHECK(result.answers == text_list{"b", "d"});
    late("late");
    REQUIRE(in_step(a));
    CHECK(result.times == 1);
    CHECK(a.connected());
}

TEST_CASE_FIXTURE(crowd, "who goes before an answer ends the waiting for it, with an error if all others have answered")
{
    outcome result;
    answer("bcd");
    bool asked = false;
    a.on("ask", [&](ack) { asked = true; });
    io.emit("ask", note_into(result));
    REQUIRE(until([&] { return asked; }));
    CHECK(result.times == 0);
    a.disconnect();
    REQUIRE(until([&] { return result.times == 1; }));
    CHECK(result.error == socketio::error::disconnected);
    CHECK(result.answers == text_list{"b", "c", "d"});
}

TEST_CASE_FIXTURE(crowd, "emitWithAck of a broadcast takes completion tokens")
{
    answer("abcd");
    std::future<std::vector<value>> answers = io.to("even").timeout(10s).emitWithAck("ask", asio::use_future);
    REQUIRE(until([&] { return answers.wait_for(0s) == std::future_status::ready; }));
    CHECK(answers.get().size() == 2);
    outcome result;
    socket_of(a).broadcast().emitWithAck("ask", note_into(result));
    REQUIRE(until([&] { return result.times == 1; }));
    CHECK(result.answers == text_list{"b", "c", "d"});
    io.emitWithAck("ask", note_into(result));
    REQUIRE(until([&] { return result.times == 2; }));
}

TEST_CASE_FIXTURE(crowd, "a broadcast's handler runs on the executor that is bound to it")
{
    answer("a");
    asio::io_context other;
    outcome result;
    io.to(a.id()).emitWithAck("ask", asio::bind_executor(other.get_executor(), note_into(result)));
    REQUIRE(support::run_until(other, [&] {
        context.poll();
        return result.times == 1;
    }));
    CHECK(result.answers == text_list{"a"});
}

TEST_CASE_FIXTURE(crowd, "the answers of a broadcast may be empty, and still count")
{
    int answered = -1;
    for (auto client : {a, b, c, d})
        client.on("ask", [](ack reply) { reply(); });
    io.emit("ask", [&](std::error_code ec, std::vector<value> answers) { answered = ec ? -2 : int(answers.size()); });
    REQUIRE(until([&] { return answered != -1; }));
    CHECK(answered == 4);
}

TEST_CASE_FIXTURE(crowd, "a volatile broadcast skips who has something unsent before it")
{
    // In one turn: what was emitted before is still unsent.
    socket_of(a).on("go", [this] {
        socket_of(a).emit("news", "before");
        io.volatile_().emit("news", "volatile");
    });
    a.emit("go");
    REQUIRE(until([this] { return heard.has("b: volatile"); }));
    CHECK(hearers_of("before") == "a");
    CHECK(hearers_of("volatile") == "bcd");
}
