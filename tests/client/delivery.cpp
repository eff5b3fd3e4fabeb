// Listeners and handlers on executors of their own, and for receivers that may go.
#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/peer.hpp"

#include <asio/bind_executor.hpp>
#include <asio/post.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

using namespace std::chrono_literals;
using support::client_test;

namespace {

// A program with a loop of its own, which the test's thread runs; the sockets live on another thread.
struct ui_test {
    support::diary heard;
    asio::io_context ui;
    asio::io_context context;
    std::thread::id const here = std::this_thread::get_id();

    void note(std::string line)
    {
        CHECK(std::this_thread::get_id() == here);
        heard.note(std::move(line));
    }
    bool until_heard(std::string_view line)
    {
        return support::run_until(ui, [&] { return heard.has(line); });
    }
    socketio::options on_ui(socketio::options from = {})
    {
        from.callback_executor = ui.get_executor();
        return from;
    }
};

// The loop of some toolkit: takes functions, and knows nothing of Asio.
class toolkit_loop {
public:
    void post(std::function<void()> work)
    {
        std::lock_guard const lock{mutex_};
        queue_.push_back(std::move(work));
    }
    bool run_one()
    {
        std::function<void()> next;
        {
            std::lock_guard const lock{mutex_};
            if (queue_.empty())
                return false;
            next = std::move(queue_.front());
            queue_.pop_front();
        }
        next();
        return true;
    }

private:
    std::mutex mutex_;
    std::deque<std::function<void()>> queue_;
};

} // namespace

TEST_CASE_FIXTURE(ui_test, "with a callback executor everything is called there, in order, with all that it was called with")
{
    support::npm_server server;
    support::client_group running(context, 1);
    auto socket = socketio::io(context, server.url(), on_ui({.autoConnect = false}));
    std::string hooked;
    socket.on("connect", [&] { note("connect"); });
    socket.onAny([&](std::string_view event, socketio::args const& all) { note("any " + std::string(event) + std::to_string(all.size())); });
    socket.on("text", [&](std::string_view text, socketio::bytes_view data, socketio::value_view rest) {
        note(std::string(text) + std::to_string(data.size()) + rest.to_json());
    });
    socket.on("question", [&](int number, socketio::ack reply) {
        note("question " + std::to_string(number));
        reply(number + 1);
    });
    socket.on_error([&](socketio::event_error const& why) { hooked = why.expected.substr(0, 7); });
    socket.on("wrong", [&](int) { FAIL("does not fit"); });
    socket.onAnyOutgoing([&](std::string_view event) { note("out " + std::string(event)); });
    socket.connect();
    REQUIRE(until_heard("connect"));
    socket.emit("say", "text", "words", socketio::bytes(3), socketio::object{{"k", 1}});
    socket.emit("say", "wrong", "text");
    socket.emit("ack me", 41);
    socket.on("answered", [&](int number) { note("answered " + std::to_string(number)); });
    REQUIRE(until_heard("answered 42"));
    CHECK(heard.text() == "connect | out say | out say | out ack me | any text3 | words3{\"k\":1} | any wrong1 | any question1 | "
                          "question 41 | any answered1 | answered 42");
    REQUIRE(support::run_until(ui, [&] { return hooked == "integer"; }));
    socket.emit("echo", "answer", [&](std::error_code ec, std::string text) { note((ec ? "error " : "") + text); });
    REQUIRE(until_heard("answer"));
    socket.emit("echo", "no number", [&](std::error_code ec, int) { note(ec == socketio::error::type_mismatch ? "mismatch" : "?"); });
    REQUIRE(until_heard("mismatch"));
}

TEST_CASE_FIXTURE(ui_test, "what the library's own events tell arrives there, too")
{
    support::npm_server server;
    support::client_group running(context, 1);
    auto socket = socketio::io(context, server.url() + "/unknown", on_ui({.reconnection = false}));
    socket.on("connect_error", [&](socketio::connect_error const& why) { note(why.message()); });
    REQUIRE(until_heard("Invalid namespace"));
    auto manager = socket.io();
    manager.on("packet", [&](socketio::packet const& received) {
        if (received.is_event())
            note("packet for " + std::string(received.nsp) + ' ' + received.payload.to_json());
    });
    manager.on("close", [&](std::string_view reason, socketio::disconnect_details const& details) {
        note("close " + std::string(reason) + (details.code ? " with a code" : ""));
    });
    auto custom = manager.socket("/custom");
    custom.on("disconnect", [&](std::string_view reason) { note("disconnect " + std::string(reason)); });
    custom.emit("say", "hello", 1);
    REQUIRE(until_heard(R"(packet for /custom ["hello",1])"));
    custom.emit("drop");
    REQUIRE(until_heard("close transport close with a code"));
    CHECK(heard.has("disconnect transport close"));
}

TEST_CASE_FIXTURE(ui_test, "one listener, or one handler, may name its own executor")
{
    support::npm_server server;
    support::client_group running(context, 1);
    auto socket = socketio::io(context, server.url());
    socket.on("item", asio::bind_executor(ui, [&](int number) { note("item " + std::to_string(number)); }));
    socket.onAny(socketio::deliver_on(ui.get_executor(), [&](std::string_view event) { note(std::string(event)); }));
    socket.once("item", asio::bind_executor(ui, [&](int number) { note("once " + std::to_string(number)); }));
    socket.emit("many", 2);
    socket.emit("echo", 7, asio::bind_executor(ui, [&](int number) { note("answer " + std::to_string(number)); }));
    REQUIRE(until_heard("answer 7"));
    CHECK(heard.text() == "item | item 0 | once 0 | item | item 1 | answer 7");
    CHECK(socket.listeners("item").size() == 1);
}

TEST_CASE("any loop that takes functions will do")
{
    support::npm_server server;
    toolkit_loop loop;
    asio::io_context context;
    support::client_group running(context, 1);
    auto const here = std::this_thread::get_id();
    std::optional<int> answer;
    auto socket = socketio::io(context, server.url(),
                               {.callback_executor = [&loop](std::function<void()> work) { loop.post(std::move(work)); }});
    socket.on("connect", [&] {
        CHECK(std::this_thread::get_id() == here);
        socket.emit("sum", 20, 22, [&](int sum) { answer = sum; });
    });
    auto const deadline = std::chrono::steady_clock::now() + support::patience;
    while (!answer && std::chrono::steady_clock::now() < deadline)
        if (!loop.run_one())
            std::this_thread::yield();
    CHECK(answer == 42);
}

TEST_CASE_FIXTURE(client_test, "on the strand's own context, too, a call is never made inside the one that causes it")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    socket.on("item", asio::bind_executor(context, [&](int number) { heard.note("bound " + std::to_string(number)); }));
    socket.on("item", [&](int number) { heard.note("plain " + std::to_string(number)); });
    socket.emit("many", 2);
    REQUIRE(until_heard("bound 1"));
    CHECK(heard.text().find("plain 0") < heard.text().find("bound 0"));
}

TEST_CASE_FIXTURE(client_test, "what waits to be called is not, once it was taken off or the last handle has gone")
{
    support::npm_server server;
    asio::io_context ui;
    auto socket = socketio::io(context, server.url());
    auto const deliver = [&](std::string name) {
        return asio::bind_executor(ui, [this, name](int) { heard.note(name); });
    };
    auto off = socket.on("item", deliver("off"));
    socket.once("item", deliver("once"));
    auto once_off = socket.once("item", deliver("once, off"));
    auto gone = socket.io().socket("/custom");
    gone.on("item", deliver("gone"));
    socket.emit("many", 2);
    gone.emit("many", 1);
    REQUIRE(round_trip(gone));
    REQUIRE(round_trip(socket));
    off.off();
    socket.off(once_off);
    gone = {};
    ui.run();
    CHECK(heard.text() == "once");
    CHECK_FALSE(socket.hasListeners("item"));
}

TEST_CASE_FIXTURE(client_test, "a receiver that has gone is not called: its listener takes itself off, its handler is let go")
{
    support::npm_server server;
    asio::io_context ui;
    auto socket = socketio::io(context, server.url());
    auto receiver = std::make_shared<support::diary>();
    socket.on("item", socketio::bind_owner(receiver, [raw = receiver.get()](int n) { raw->note(std::to_string(n)); }));
    socket.on("item", socketio::deliver_on(ui.get_executor(), socketio::bind_owner(receiver, [](int) { FAIL("gone"); })));
    socket.emit("many", 2);
    REQUIRE(until([&] { return receiver->has("1"); }));
    CHECK(receiver->text() == "0 | 1");
    socket.emit("echo", socketio::bind_owner(std::weak_ptr{receiver}, [](std::error_code) { FAIL("gone"); }));
    std::weak_ptr const watched{receiver};
    receiver.reset();
    CHECK(watched.expired());
    ui.run();
    socket.emit("many", 1);
    REQUIRE(round_trip(socket));
    CHECK_FALSE(socket.hasListeners("item"));
}

TEST_CASE_FIXTURE(client_test, "the receiver is kept as long as it is being called")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url());
    auto receiver = std::make_shared<int>(7);
    socket.on("item", socketio::bind_owner(receiver, [this, &receiver, raw = receiver.get()](int) {
        receiver.reset();
        heard.note(std::to_string(*raw));
    }));
    socket.emit("many", 1);
    REQUIRE(until_heard("7"));
}
