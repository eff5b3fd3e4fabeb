// The io_context is destroyed first, with everything pending, and the handles go after it.
#include <socketio/client.hpp>

#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"

#include <asio/strand.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

// A socket with something pending of every kind. What its callables hold is counted by `held`.
struct outlived {
    std::shared_ptr<int> held = std::make_shared<int>(0);
    std::optional<asio::io_context> context{std::in_place};
    std::optional<socketio::manager> manager;
    std::optional<socketio::socket> socket, other;
    int told = 0;

    void open(std::string const& url, socketio::options settings = {})
    {
        settings.close_timeout = 1h;
        settings.log = [held = held](socketio::log_level, std::string_view, std::string_view) { ++*held; };
        manager.emplace(*context, url, std::move(settings));
        socket = manager->socket("/");
        other = manager->socket("/other", {.auth = [held = held, own = *manager] {
            ++*held;
            return socketio::object{};
        }});
        listen();
    }

    // Each of these is a cycle: the socket owns the listener, the listener owns the socket.
    void listen()
    {
        auto const note = [held = held, own = *socket, of = *manager] { ++*held; };
        for (char const* const event : {"connect", "connect_error", "disconnect", "reconnect", "item"})
            socket->on(event, note);
        socket->onAny([note](std::string_view) { note(); });
        socket->on_error([note](socketio::event_error const&) { note(); });
        other->on("disconnect", note);
        for (char const* const event : {"open", "error", "packet", "close", "reconnect_attempt"})
            manager->on(event, note);
    }
    void emit()
    {
        auto const note = [this, held = held, own = *socket](std::error_code) { ++told; };
        socket->emit("silent", note);
        other->emit("silent", note);
        socket->emit("note", [held = held, own = *other] {});
    }

    template <class Predicate>
    bool until(Predicate predicate)
    {
        return support::run_until(*context, std::move(predicate));
    }

    // All of it may still be called, and does nothing.
    void use_after()
    {
        emit();
        socket->emit("large", std::string(100000, 'x'));
        socket->disconnect();
        socket->connect();
        manager->close();
        manager->open();
        listen();
        socket->once("item", [held = held, own = *socket] {}).off();
            auto late = manager->socket("/late", {.auth = [held = held, own = manager->socket("/later")] {
            return socketio::object{{"a", *held}};
        }});
        late.on("connect", [held = held, own = late] {});
        late.io().socket("/late").emit("note");
        CHECK_FALSE(socket->connected());
        CHECK_FALSE(socket->active());
        CHECK_FALSE(late.connected());
        CHECK(socket->id().empty());
        static_cast<void>(socket->get_executor());
        socket->off();
        socket->offAny();
    }

    // Nothing is left of what the callables held; nobody was told anything meanwhile.
    bool end()
    {
        int const before = told;
        context.reset();
        // The log handler is an option, which the manager has until it goes; of the rest nothing is left.
        CHECK(held.use_count() == 2);
        use_after();
        socket.reset();
        other.reset();
        manager.reset();
        CHECK(held.use_count() == 1);
        CHECK(told == before);
        return held.use_count() == 1 && told == before;
    }
};

} // namespace

TEST_CASE_FIXTURE(outlived, "the context goes before it has run")
{
    open("http://127.0.0.1:1");
    emit();
    CHECK(end());
}

TEST_CASE_FIXTURE(outlived, "the context goes while a name is being resolved")
{
    open("http://localhost:1");
    emit();
    context->run_one();
    CHECK(end());
}

TEST_CASE_FIXTURE(outlived, "the context goes while connecting")
{
    // Its queue is full, so that it answers nobody.
    asio::io_context elsewhere;
    asio::ip::tcp::acceptor full(elsewhere, {asio::ip::address_v4::loopback(), 0});
    full.listen(0);
    std::vector<asio::ip::tcp::socket> queue;
    for (int i = 0; i != 4; ++i) {
        queue.emplace_back(elsewhere).async_connect(full.local_endpoint(), [](std::error_code) {});
        elsewhere.poll();
    }
    open("http://127.0.0.1:" + std::to_string(full.local_endpoint().port()));
    emit();
    context->poll();
    CHECK(end());
}

TEST_CASE_FIXTURE(outlived, "the context goes in the handshake")
{
    support::loop_thread server({.until = support::serves::nothing});
    open(server.url());
    emit();
    CHECK(until([&] { return server.counts().accepted == 1; }));
    CHECK(end());
}

TEST_CASE_FIXTURE(outlived, "the context goes while the open packet is awaited")
{
    support::loop_thread server({.until = support::serves::upgrade});
    open(server.url());
    emit();
    CHECK(until([&] { return server.counts().upgraded == 1; }));
    context->poll();
    CHECK(end());
}

TEST_CASE_FIXTURE(outlived, "the context goes while the answer to CONNECT is awaited")
{
    support::loop_thread server({.until = support::serves::open});
    open(server.url());
    emit();
    bool opened = false;
    manager->once("open", [&] { opened = true; });
    CHECK(until([&] { return opened; }));
    CHECK(end());
}

TEST_CASE_FIXTURE(outlived, "the context goes while both sockets are connected")
{
    support::loop_thread server;
    open(server.url());
    emit();
    CHECK(until([&] { return socket->connected() && other->connected(); }));
    emit();
    CHECK(end());
}

TEST_CASE_FIXTURE(outlived, "the context goes while a large message is being written")
{
    support::loop_thread server({.deaf_when_connected = true});
    open(server.url());
    CHECK(until([&] { return socket->connected(); }));
    socket->emit("large", std::string(32 * 1024 * 1024, 'x'));
    emit();
    context->poll();
    CHECK(end());
}

TEST_CASE_FIXTURE(outlived, "the context goes while the next attempt is awaited")
{
    support::loop_thread server;
    open(server.url(), {.reconnectionDelay = 1h, .reconnectionDelayMax = 1h});
    emit();
    bool closed = false;
    manager->on("close", [&] { closed = true; });
    CHECK(until([&] { return socket->connected(); }));
    socket->emit("drop");
    CHECK(until([&] { return closed; }));
    emit();
    CHECK(end());
}

TEST_CASE_FIXTURE(outlived, "the context goes while closing")
{
    support::loop_thread server({.deaf_when_connected = true});
    open(server.url());
    emit();
    CHECK(until([&] { return socket->connected(); }));
    manager->close();
    context->poll();
    CHECK(end());
}

TEST_CASE_FIXTURE(outlived, "the context goes after a listener has thrown, with the rest of the batch untold")
{
    support::loop_thread server;
    open(server.url());
    socket->on("item", [](int) { throw 1; });
    socket->emit("burst", 10);
    CHECK_THROWS_AS(until([] { return false; }), int);
    CHECK(end());
}

TEST_CASE("the context may go after any number of handlers")
{
    support::loop_thread server;
    int handlers = 0;
    bool complete = false;
    for (; !complete; ++handlers) {
        CAPTURE(handlers);
        REQUIRE(handlers < 200);
        outlived life;
        life.open(server.url(), support::quick());
        life.emit();
        life.socket->emit("burst", 10);
        life.socket->emit("answer", std::string(30000, 'x'), [&] { life.socket->emit("drop"); });
        life.socket->on("reconnect", [&] {
            complete = true;
            life.manager->close();
        });
        for (int i = 0; i != handlers; ++i)
            life.context->run_one_for(support::patience);
        REQUIRE(life.end());
    }
    CHECK(handlers > 15);
}

TEST_CASE("handles outlive their context although they were given a strand of it")
{
    support::loop_thread server;
    std::optional<asio::io_context> context{std::in_place};
    auto socket = socketio::io(asio::make_strand(*context), server.url());
    CHECK(support::run_until(*context, [&] { return socket.connected(); }));
    auto copy = socket;
    context.reset();
    copy.emit("note");
    socket = {};
}

TEST_CASE("an answer that is kept for longer than the context goes nowhere")
{
    support::loop_thread server;
    std::optional<asio::io_context> context{std::in_place};
    auto socket = socketio::io(*context, server.url());
    socketio::ack kept;
    socket.on("question", [&](socketio::ack reply) { kept = reply; });
    socket.emit("ask");
    CHECK(support::run_until(*context, [&] { return static_cast<bool>(kept); }));
    SUBCASE("with the socket")
    {
        context.reset();
        kept("too late");
    }
    SUBCASE("without it")
    {
        socket = {};
        CHECK(support::run_out(*context));
        kept("too late");
        context.reset();
        kept = {};
    }
}

TEST_CASE("several managers on one context may own each other's handles")
{
    support::loop_thread server;
    std::weak_ptr<int> watched;
    {
        std::optional<asio::io_context> context{std::in_place};
        std::vector<socketio::socket> sockets;
        for (int i = 0; i != 5; ++i)
            sockets.push_back(socketio::io(*context, server.url()));
        auto const held = std::make_shared<int>(0);
        watched = held;
        for (std::size_t i = 0; i != 5; ++i)
            sockets[i].on("connect", [held, next = sockets[(i + 1) % 5]] { ++*held; });
        CHECK(support::run_until(*context, [&] { return *held == 5; }));
        sockets.clear();
        context.reset();
    }
    CHECK(watched.expired());
}
