// Acknowledgements, both ways: answers, and why there is none.
#include <socketio/server/server_socket.hpp>

#include "support/raw_client.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/use_future.hpp>
#if defined(ASIO_HAS_CO_AWAIT)
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/use_awaitable.hpp>
#endif

#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::ack;
using socketio::error;
using socketio::server_socket;
using socketio::value;

namespace {

struct couple : support::two_clients {
    std::vector<ack> kept;

    // Notes "name: text" or "name: why not".
    auto note_answer(std::string name)
    {
        return [this, name = std::move(name)](std::error_code ec, std::optional<std::string> const& text) {
            heard.note(name + ": " + (ec ? ec.message() : text.value_or("nothing")));
        };
    }
    auto keep()
    {
        return [this](ack reply) { kept.push_back(std::move(reply)); };
    }
    bool until_kept(std::size_t count)
    {
        return until([this, count] { return kept.size() >= count; });
    }
    std::string line(std::string const& name, error why) { return name + ": " + make_error_code(why).message(); }
};

#if defined(ASIO_HAS_CO_AWAIT)
asio::awaitable<void> ask_twice(server_socket socket, std::string& heard)
{
    auto const first = co_await socket.emitWithAck("ask", 1, asio::use_awaitable);
    auto const second = co_await socket.timeout(10s).emitWithAck<int, std::string>("ask", 2, asio::use_awaitable);
    heard = first.to_json() + " " + std::to_string(std::get<0>(second)) + " " + std::get<1>(second);
}
#endif

} // namespace

TEST_CASE_FIXTURE(couple, "the client's answer comes to the server's handler, typed, with binary data")
{
    socketio::bytes const data{std::byte{7}, std::byte{8}};
    client.on("ask", [&](int a, ack reply) { reply(a + 1, "text", data, socketio::object{{"x", 1}}); });
    socket.emit("ask", 41, [&](int a, std::string const& text, socketio::bytes const& got, value const& rest) {
        heard.note(std::to_string(a) + text + (got == data ? " same " : " other ") + rest.to_json());
    });
    CHECK(until_heard(R"(42text same {"x":1})"));
}

TEST_CASE_FIXTURE(couple, "many questions are under way at once, and each gets its own answer, in whatever order")
{
    client.on("ask", [this](int, ack reply) { kept.push_back(std::move(reply)); });
    std::vector<int> answers(50, -1);
    for (int i = 0; i != 50; ++i)
        socket.emit("ask", i, [&answers, i](int answer) { answers[std::size_t(i)] = answer; });
    REQUIRE(until_kept(50));
    for (std::size_t i = 50; i-- != 0;)
        kept[i](int(i) * 2);
    REQUIRE(until([&] { return answers.front() != -1; }));
    for (int i = 0; i != 50; ++i)
        CHECK(answers[std::size_t(i)] == i * 2);
}

TEST_CASE_FIXTURE(couple, "an answer counts once, from either side")
{
    client.on("ask", [](ack reply) { reply("1"), reply("2"); });
    socket.on("ask", [](ack reply) { reply("3"), reply("4"); });
    socket.emit("ask", note_answer("server"));
    client.emit("ask", note_answer("client"));
    REQUIRE(until_heard("client: 3"));
    REQUIRE(in_step(client));
    CHECK(heard.count("server: 1") == 1);
    CHECK(heard.count_of("server") == 1);
    CHECK(heard.count_of("client") == 1);
}

TEST_CASE_FIXTURE(couple, "a handler with an error is told of the timeout, once, and a late answer is nobody's")
{
    client.on("ask", keep());
    socket.timeout(5ms).emit("ask", note_answer("answer"));
    REQUIRE(until_heard(line("answer", error::ack_timeout)));
    REQUIRE(until_kept(1));
    kept[0]("late");
    REQUIRE(in_step(client));
    CHECK(heard.count_of("answer") == 1);
}

TEST_CASE_FIXTURE(couple, "of several timeouts the earlier one ends first, whichever was asked first")
{
    client.on("ask", keep());
    socket.timeout(60ms).emit("ask", note_answer("long"));
    socket.timeout(5ms).emit("ask", note_answer("short"));
    socket.timeout(30s).emit("ask", note_answer("longest"));
    REQUIRE(until_heard(line("long", error::ack_timeout)));
    CHECK(heard.text() == line("short", error::ack_timeout) + " | " + line("long", error::ack_timeout));
}

TEST_CASE_FIXTURE(couple, "an answer that does not fit is an error of the handler, or of the error hook")
{
    client.on("ask", [](ack reply) { reply("text"); });
    socket.on_error([this](socketio::event_error const& why) { heard.note("hook " + why.event); });
    socket.emit("ask", [this](std::error_code ec, int) { heard.note("first " + ec.message()); });
    socket.emit("ask", [this](int) { heard.note("second"); });
    REQUIRE(until_heard("hook ask"));
    CHECK(heard.has("first " + make_error_code(error::type_mismatch).message()));
    CHECK_FALSE(heard.has("second"));
}

TEST_CASE_FIXTURE(couple, "a disconnect ends what waits for an answer, after \"disconnecting\" and before \"disconnect\"")
{
    client.on("ask", keep());
    socket.on("disconnecting", [this] { heard.note("disconnecting"); });
    socket.on("disconnect", [this] { heard.note("disconnect"); });
    socket.emit("ask", note_answer("first"));
    socket.emit("ask", [this](std::string const&) { heard.note("second"); });
    socket.emitWithAck<std::optional<std::string>>("ask", note_answer("third"));
    REQUIRE(until_kept(3));
    client.disconnect();
    REQUIRE(until([this] { return heard.has("disconnect") && heard.count_of("third") == 1; }));
    CHECK(heard.has(line("first", error::disconnected)));
    CHECK(heard.has(line("third", error::disconnected)));
    CHECK_FALSE(heard.has("second"));
    CHECK(heard.text().starts_with("disconnecting | first"));
    CHECK(heard.text().ends_with(" | disconnect"));
}

TEST_CASE_FIXTURE(couple, "every question to a lost client ends, though the handlers of others throw")
{
    std::optional<server_socket> lost;
    io.on("connection", [&](server_socket arrived) { lost = arrived; });
    support::raw_client guest{context, io.port()};
    REQUIRE(guest.enter());
    auto const ask = [&](std::string const& name) {
        lost->emit("ask", [this, name](std::error_code ec) {
            heard.note(name + ": " + ec.message());
            throw std::runtime_error("thrown");
        });
    };
    // The last command that comes before the client is let go.
    lost->on("disconnect", [&] { std::thread{[&] { ask("late"); }}.join(); });
    for (auto const* const name : {"first", "second", "third"})
        ask(name);
    guest.leave();
    CHECK(support::exceptions_until(context, [&] { return heard.count_of("") == 4; }) == 4);
    for (auto const* const name : {"first", "second", "third", "late"})
        CHECK(heard.count(line(name, error::disconnected)) == 1);
    CHECK(until([this] { return io.engine().clientsCount() == 1; }));
}

TEST_CASE_FIXTURE(couple, "an answer does not overtake what was emitted before it, on whatever thread")
{
    client.on("first", support::note_event(heard, "first"));
    socket.on("ask", [this](ack reply) {
        std::thread{[this] { socket.emit("first"); }}.join();
        reply();
    });
    client.emit("ask", [this] { heard.note("answer"); });
    REQUIRE(until_heard("answer"));
    CHECK(heard.text() == "first | answer");
}

TEST_CASE_FIXTURE(support::server_fixture, "what a middleware asks ends at its limit, too, while the client waits")
{
    std::optional<socketio::next> waiting;
    io.use([&](server_socket arriving, socketio::next go_on) {
        waiting = go_on;
        arriving.timeout(1ms).emit("ask", [&](std::error_code ec) { (*waiting)({ec.message(), {}}); });
    });
    auto const visitor = client();
    heard.follow(visitor);
    CHECK(until_heard("connect_error: " + make_error_code(error::ack_timeout).message()));
}

TEST_CASE_FIXTURE(couple, "who asks a socket that has left is told so, at whatever time")
{
    socket.on("disconnect", [this] {
        socket.emit("ask", note_answer("inside"));
        heard.note("disconnect");
    });
    client.disconnect();
    REQUIRE(until_heard("disconnect"));
    REQUIRE(until_heard(line("inside", error::disconnected)));
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    socket.emit("ask", note_answer("after"));
    socket.timeout(10s).emit("ask", note_answer("with timeout"));
    socket.emitWithAck<std::optional<std::string>>("ask", note_answer("token"));
    CHECK(heard.count_of("after") == 0);
    for (auto const* const name : {"after", "with timeout", "token"})
        CHECK(until_heard(line(name, error::disconnected)));
    CHECK_NOTHROW(socket.emit("unheard"));
}

TEST_CASE_FIXTURE(couple, "a client that is asked at the very moment it is cut off is told of, too")
{
    client.on("ask", keep());
    socket.disconnect(true);
    socket.emit("ask", note_answer("same turn"));
    CHECK(until_heard(line("same turn", error::disconnected)));
    CHECK(kept.empty());
}

TEST_CASE_FIXTURE(couple, "emitWithAck completes a callback with the first argument of the answer")
{
    client.on("ask", [](int i, ack reply) { reply(i, "more"); });
    std::optional<value> got;
    socket.emitWithAck("ask", 5, [&](std::error_code ec, value answer) { got = ec ? value{ec.message()} : std::move(answer); });
    CHECK_FALSE(got);
    REQUIRE(until([&] { return got.has_value(); }));
    CHECK(got->get<int>() == 5);
}

TEST_CASE_FIXTURE(couple, "emitWithAck gives a future, whose error is an exception")
{
    client.on("ask", [](int i, ack reply) { reply(i); });
    client.on("silence", keep());
    std::future<int> answer = socket.emitWithAck<int>("ask", 6, asio::use_future);
    REQUIRE(until([&] { return answer.wait_for(0s) == std::future_status::ready; }));
    CHECK(answer.get() == 6);
    std::future<value> none = socket.timeout(5ms).emitWithAck("silence", asio::use_future);
    REQUIRE(until([&] { return none.wait_for(0s) == std::future_status::ready; }));
    try {
        static_cast<void>(none.get());
        FAIL("no exception");
    } catch (std::system_error const& why) {
        CHECK(why.code() == error::ack_timeout);
    }
}

#if defined(ASIO_HAS_CO_AWAIT)
TEST_CASE_FIXTURE(couple, "emitWithAck is awaited in coroutines")
{
    client.on("ask", [](int i, ack reply) { reply(i, "more"); });
    std::string text;
    asio::co_spawn(context, ask_twice(socket, text), asio::detached);
    CHECK(until([&] { return text == "1 2 more"; }));
}
#endif

TEST_CASE_FIXTURE(couple, "emitWithAck is cancelled by its slot, and the answer is nobody's")
{
    client.on("ask", keep());
    asio::cancellation_signal signal;
    socket.emitWithAck<std::optional<std::string>>("ask", asio::bind_cancellation_slot(signal.slot(), note_answer("answer")));
    REQUIRE(until_kept(1));
    signal.emit(asio::cancellation_type::all);
    REQUIRE(until_heard("answer: " + make_error_code(std::errc::operation_canceled).message()));
    kept[0]("late");
    REQUIRE(in_step(client));
    CHECK(heard.count_of("answer") == 1);
}

TEST_CASE_FIXTURE(couple, "handlers run where they are bound to")
{
    asio::io_context other;
    client.on("ask", [](ack reply) { reply("yes"); });
    socket.emit("ask", asio::bind_executor(other.get_executor(), note_answer("emit")));
    socket.emitWithAck<std::optional<std::string>>("ask", asio::bind_executor(other.get_executor(), note_answer("emitWithAck")));
    REQUIRE(in_step(client));
    CHECK(heard.text().empty());
    CHECK(support::run_until(other, [this] {
        context.poll();
        return heard.has("emit: yes") && heard.has("emitWithAck: yes");
    }));
}

TEST_CASE_FIXTURE(couple, "the server's answer may come later, and not at all when the socket has left")
{
    socket.on("ask", keep());
    client.emit("ask", note_answer("first"));
    client.emit("ask", note_answer("second"));
    REQUIRE(until_kept(2));
    kept[0]("now");
    REQUIRE(until_heard("first: now"));
    client.disconnect();
    REQUIRE(until_heard(line("second", error::disconnected)));
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    kept[1]("too late");
    CHECK(heard.count_of("second") == 1);
}

TEST_CASE_FIXTURE(couple, "an event without a question has an empty ack, and calling it does nothing")
{
    socket.on("tell", [this](std::string const& text, ack reply) {
        reply("nobody asked");
        heard.note(text + (reply ? " asked" : " told"));
    });
    client.emit("tell", "news");
    REQUIRE(until_heard("news told"));
    CHECK(in_step(client));
}
