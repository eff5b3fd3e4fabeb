// A client is destroyed at each step, on each thread, and its callbacks do what they like; a background_context runs
// each of them.
#include <socketio/compat/sio.hpp>

#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/loop_server.hpp"
#include "support/peer.hpp"
#include "support/sio_client.hpp"

#include <asio/post.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ends_tests {

using sio::message;

struct client_of_loop {
    support::loop_thread server;
    support::shared_diary heard;
    std::unique_ptr<sio::client> client = std::make_unique<sio::client>();

    client_of_loop() { support::make_quick(*client); }
    void connect()
    {
        support::follow(*client, heard);
        client->connect(server.url());
        REQUIRE(heard.hears("open /"));
    }
};

TEST_CASE("a client that was never used, or never connected, ends at once")
{
    {
        sio::client const unused;
    }
    sio::client idle;
    idle.socket("/x")->emit("waits for ever");
    idle.close();
    idle.sync_close();
    CHECK_FALSE(idle.opened());
}

TEST_CASE_FIXTURE(client_of_loop, "it is destroyed while it connects, and no callback follows")
{
    support::follow(*client, heard);
    client->connect(server.url());
    client.reset();
    std::string const before = heard.text();
    CHECK(before.find("close") == std::string::npos);
}

TEST_CASE_FIXTURE(client_of_loop, "it is destroyed while it waits for an attempt")
{
    asio::io_context unused;
    support::silent_port const nobody{unused};
    support::follow(*client, heard);
    client->set_reconnect_delay(3'600'000);
    client->connect(nobody.url());
    CHECK(heard.hears("wait 0: 3600000"));
    client.reset();
    CHECK(heard.text() == "wait 0: 3600000");
}

TEST_CASE_FIXTURE(client_of_loop, "it is destroyed while it is open, with an acknowledgement pending")
{
    auto const held = std::make_shared<int>(0);
    connect();
    client->socket()->emit("silent", nullptr, [held](message::list const&) { ++*held; });
    client->socket()->on("item", [held](sio::event&) { ++*held; });
    client.reset();
    CHECK(heard.text() == "open | open /");
    CHECK(*held == 0);
    CHECK(held.use_count() == 1);
}

TEST_CASE_FIXTURE(client_of_loop, "it is destroyed after close() and at once")
{
    connect();
    client->close();
    client.reset();
    CHECK(heard.text().starts_with("open | open /"));
}

TEST_CASE_FIXTURE(client_of_loop, "sockets may outlive their client, and do nothing")
{
    connect();
    sio::socket::ptr const socket = client->socket();
    client.reset();
    socket->emit("note", std::string("x"), [](message::list const&) { FAIL_CHECK("answered"); });
    socket->on("note", sio::socket::event_listener([](sio::event&) {}));
    socket->off("note");
    socket->off_all();
    socket->off_error();
    socket->close();
    CHECK(socket->get_namespace() == "/");
    CHECK_FALSE(socket->native());
}

TEST_CASE_FIXTURE(client_of_loop, "a listener that holds its own socket does not keep it")
{
    auto const held = std::make_shared<int>(0);
    connect();
    sio::socket::ptr socket = client->socket();
    std::weak_ptr<sio::socket> const weak = socket;
    socket->on("never", [held, socket](sio::event&) {});
    socket->emit("silent", nullptr, [held, socket](message::list const&) {});
    socket.reset();
    client->sync_close();
    CHECK(weak.expired());
    CHECK(held.use_count() == 1);
}

// The steps at which a callback destroys the client.
using hook = std::function<void(sio::client&, std::function<void()>)>;
std::vector<hook> hooks()
{
    return {
        [](sio::client& client, std::function<void()> act) { client.set_open_listener(act); },
        [](sio::client& client, std::function<void()> act) {
            client.set_socket_open_listener([act](std::string const&) { act(); });
        },
        [](sio::client& client, std::function<void()> act) {
            client.socket()->emit("echo", std::string("x"), [act](message::list const&) { act(); });
        },
        [](sio::client& client, std::function<void()> act) {
            client.socket()->on("item", [act](sio::event&) { act(); });
            client.socket()->emit("many", sio::int_message::create(3));
        },
        [](sio::client& client, std::function<void()> act) {
            client.set_reconnect_listener([act](unsigned, unsigned) { act(); });
            client.socket()->emit("terminate");
        },
        [](sio::client& client, std::function<void()> act) {
            client.set_reconnecting_listener(act);
            client.socket()->emit("terminate");
        },
        [](sio::client& client, std::function<void()> act) {
            client.set_close_listener([act](sio::client::close_reason const&) { act(); });
            client.set_open_listener([&client] { client.close(); });
        },
        [](sio::client& client, std::function<void()> act) {
            client.set_socket_close_listener([act](std::string const&) { act(); });
            client.socket("/custom")->emit("kick");
        },
        [](sio::client& client, std::function<void()> act) {
            client.socket("/admin")->on_error([act](message::ptr const&) { act(); });
        },
        [](sio::client& client, std::function<void()> act) {
            client.set_reconnect_attempts(0);
            client.set_close_listener([act](sio::client::close_reason const&) { act(); });
            client.socket()->emit("reset");
        },
    };
}

// Each destroys the client, or ends it, in a callback of that step.
void try_each(support::npm_server const& server, std::function<void(std::shared_ptr<sio::client>&)> const& end)
{
    for (hook const& each : hooks()) {
        auto client = std::make_shared<sio::client>();
        auto& alive = *client;
        support::make_quick(alive);
        std::promise<void> ended;
        auto const once = std::make_shared<std::atomic<bool>>(false);
        each(alive, [&, once] {
            if (once->exchange(true))
                return;
            end(client);
            ended.set_value();
        });
        alive.connect(server.url());
        REQUIRE(ended.get_future().wait_for(support::patience) == std::future_status::ready);
    }
}

TEST_CASE("a client is destroyed in each of its callbacks")
{
    support::npm_server const server;
    try_each(server, [](std::shared_ptr<sio::client>& client) { client.reset(); });
}

TEST_CASE("close and sync_close are called in each callback, and neither waits there")
{
    support::npm_server const server;
    try_each(server, [](std::shared_ptr<sio::client>& client) {
        client->sync_close();
        client->close();
        client->socket()->emit("late");
    });
}

TEST_CASE("another thread destroys the client while each of its callbacks runs, and waits for it")
{
    support::npm_server const server;
    std::vector<std::thread> others;
    std::atomic<int> ran{0};
    try_each(server, [&](std::shared_ptr<sio::client>& client) {
        std::promise<void> begun;
        others.emplace_back([taken = std::move(client), &begun]() mutable {
            begun.set_value();
            taken.reset();
        });
        begun.get_future().wait();
        ++ran;
    });
    for (std::thread& each : others)
        each.join();
    CHECK(ran == static_cast<int>(hooks().size()));
}

TEST_CASE("callbacks change the listeners that are being called")
{
    support::npm_server const server;
    support::shared_diary heard;
    sio::client client;
    sio::socket::ptr const socket = client.socket();
    socket->on("echo event", [&](sio::event&) {
        sio::socket::ptr const own = client.socket();
        own->off("echo event");
        own->off_all();
        own->on("echo event", [&](sio::event&) { heard.note("second"); });
        own->on_any([own = own.get()](sio::event&) { own->off_any(); });
        heard.note("first");
    });
    client.connect(server.url());
    socket->emit("echo event");
    CHECK(heard.hears("first"));
    socket->emit("echo event");
    CHECK(heard.hears("second"));
}

TEST_CASE("an exception of a callback goes to the program's handler, and the next callback follows")
{
    support::npm_server const server;
    support::shared_diary heard;
    sio::client_options options;
    options.on_exception = [&](std::exception_ptr thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (std::runtime_error const& e) {
            heard.note(std::string("thrown: ") + e.what());
        }
    };
    sio::client client{options};
    client.set_open_listener([] { throw std::runtime_error("open"); });
    client.set_socket_open_listener([](std::string const&) { throw std::runtime_error("socket"); });
    client.socket()->on("echo event", [](sio::event&) { throw std::runtime_error("event"); });
    client.connect(server.url());
    client.socket()->emit("echo", nullptr, [](message::list const&) { throw std::runtime_error("ack"); });
    client.socket()->emit("echo event");
    CHECK(heard.hears("thrown: event"));
    CHECK(heard.hears("thrown: ack"));
    CHECK(heard.has("thrown: open"));
    CHECK(heard.has("thrown: socket"));
    client.socket()->emit("echo", nullptr, [&](message::list const&) { heard.note("and on"); });
    CHECK(heard.hears("and on"));
}

TEST_CASE("a listener that destroys the client is the last one, also of those for all events")
{
    support::npm_server const server;
    auto client = std::make_unique<sio::client>();
    std::atomic<int> any{0};
    std::promise<void> ended;
    client->socket()->on("echo event", [&](sio::event&) {
        client.reset();
        ended.set_value();
    });
    client->socket()->on_any([&](sio::event&) { ++any; });
    client->connect(server.url());
    client->socket()->emit("echo event");
    REQUIRE(ended.get_future().wait_for(support::patience) == std::future_status::ready);
    CHECK(any == 0);
}

// A program that lets exceptions through its own run().
struct throwing_client {
    support::npm_server server;
    asio::io_context context;
    support::shared_diary heard;
    sio::client client{sio::client_options{.io_context = &context}};

    throwing_client() { support::make_quick(client); }
    // Runs until the line is there; says how many exceptions came out meanwhile.
    int run_until(std::string const& line)
    {
        int thrown = 0;
        while (!heard.has(line)) {
            bool idle = false;
            try {
                idle = context.run_one_for(support::patience) == 0;
            } catch (std::runtime_error const&) {
                ++thrown;
            }
            REQUIRE_FALSE(idle);
        }
        return thrown;
    }
};

TEST_CASE_FIXTURE(throwing_client, "an error listener that throws leaves no dead namespace")
{
    client.connect(server.url());
    client.socket("/admin")->on_error([&](message::ptr const&) {
        heard.note("refused");
        throw std::runtime_error("error");
    });
    run_until("refused");
    heard.clear();
    client.socket("/admin")->on_error([&](message::ptr const&) { heard.note("refused again"); });
    run_until("refused again");
    CHECK(heard.text() == "refused again");
}

TEST_CASE_FIXTURE(throwing_client, "an exception out of sync_close leaves a client that closes and connects")
{
    support::follow(client, heard);
    client.set_socket_close_listener([&](std::string const& nsp) {
        heard.note("close " + nsp);
        throw std::runtime_error("close");
    });
    client.socket("/custom");
    client.connect(server.url());
    run_until("open /custom");
    CHECK_THROWS_AS(client.sync_close(), std::runtime_error);
    CHECK(run_until("close: normal") == 1);
    CHECK(heard.has("close /"));
    CHECK(heard.has("close /custom"));
    heard.clear();
    client.connect(server.url());
    CHECK(run_until("open /") == 0);
}

TEST_CASE("threads connect and emit while others close and wait")
{
    support::loop_thread server;
    sio::client client;
    support::make_quick(client);
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i != 2; ++i)
        threads.emplace_back([&] {
            while (!done) {
                client.connect(server.url());
                client.set_reconnect_attempts(-1);
                client.socket()->emit("note", std::string("x"), [](message::list const&) {});
                std::this_thread::yield();
            }
        });
    for (int round = 0; round != 300; ++round)
        client.sync_close();
    done = true;
    for (std::thread& each : threads)
        each.join();
    client.sync_close();
    support::shared_diary heard;
    support::follow(client, heard);
    client.connect(server.url());
    CHECK(heard.hears("open /"));
}

TEST_CASE("many threads use one client while it connects, loses and closes")
{
    support::npm_server const server;
    sio::client client;
    support::make_quick(client);
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i != 3; ++i)
        threads.emplace_back([&, i] {
            while (!done) {
                sio::socket::ptr const socket = client.socket(i == 0 ? "/" : "/dynamic-" + std::to_string(i));
                socket->on("item", [](sio::event&) {});
                socket->emit("echo", std::string("x"), [](message::list const&) {});
                client.set_open_listener([] {});
                static_cast<void>(client.opened());
                static_cast<void>(client.get_sessionid());
                if (i == 1)
                    socket->close();
                std::this_thread::yield();
            }
        });
    support::shared_diary heard;
    client.set_socket_open_listener([&](std::string const& nsp) { heard.note(nsp); });
    for (int round = 1; round != 6; ++round) {
        client.connect(server.url());
        CHECK(heard.hears("/", round));
        round % 2 ? client.close() : client.sync_close();
    }
    done = true;
    for (std::thread& each : threads)
        each.join();
}

} // namespace ends_tests
