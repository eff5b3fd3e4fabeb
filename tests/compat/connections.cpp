// How the connection of a client comes and goes, against npm's server; a background_context runs each client.
#include <socketio/compat/sio.hpp>

#include <doctest/doctest.h>

#include "support/client.hpp"
#include "support/peer.hpp"
#include "support/sio_client.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace connections_tests {

struct without_server {
    asio::io_context unused;
    support::silent_port nobody{unused};
    support::shared_diary heard;
    sio::client client;

    without_server()
    {
        support::follow(client, heard);
        support::make_quick(client);
    }
};

struct with_server {
    support::npm_server server;
    support::shared_diary heard;
    sio::client client;

    with_server()
    {
        support::follow(client, heard);
        support::make_quick(client);
    }
    void connect()
    {
        client.connect(server.url());
        REQUIRE(heard.hears("open /"));
    }
};

TEST_CASE_FIXTURE(without_server, "without reconnection the first failure is the last")
{
    client.set_reconnect_attempts(0);
    client.connect(nobody.url());
    CHECK(heard.hears("fail"));
    CHECK_FALSE(client.opened());
    client.sync_close();
    CHECK(heard.text() == "fail");
}

TEST_CASE_FIXTURE(without_server, "as many attempts are made as were allowed, and told with their waits")
{
    client.set_reconnect_attempts(3);
    client.connect(nobody.url());
    CHECK(heard.hears("fail"));
    CHECK(heard.text() == "wait 0: 2 | reconnecting | wait 1: 4 | reconnecting | wait 2: 4 | reconnecting | fail");
}

TEST_CASE_FIXTURE(without_server, "without a limit it goes on until it is closed")
{
    client.connect(nobody.url());
    CHECK(heard.hears("reconnecting", 5));
    client.sync_close();
    CHECK_FALSE(heard.has("fail"));
    CHECK(heard.has("close: normal"));
}

TEST_CASE_FIXTURE(without_server, "a URL that cannot be used fails at once, whatever the attempts")
{
    for (char const* const url : {"", "nonsense://x", "http://", "http://host:99999"}) {
        heard.clear();
        client.connect(url);
        CHECK(heard.hears("fail"));
        CHECK(heard.text() == "fail");
    }
}

TEST_CASE_FIXTURE(without_server, "the fail listener may connect again")
{
    client.set_reconnect_attempts(0);
    int left = 3;
    client.set_fail_listener([&] {
        heard.note("fail");
        if (--left != 0)
            client.connect(nobody.url());
    });
    client.connect(nobody.url());
    CHECK(heard.hears("fail", 3));
}

TEST_CASE_FIXTURE(without_server, "closing during the wait, or before any connection, ends it")
{
    client.close();
    client.sync_close();
    client.set_reconnect_delay(3'600'000);
    client.connect(nobody.url());
    CHECK(heard.hears("wait 0: 3600000"));
    client.sync_close();
    CHECK(heard.has("close: normal"));
    CHECK_FALSE(heard.has("reconnecting"));
}

TEST_CASE("the delays have the defaults and the limits of the original")
{
    sio::detail::reconnect_settings settings;
    CHECK(settings.wait(0).count() == 5000);
    CHECK(settings.wait(1).count() == 10000);
    CHECK(settings.wait(1'000'000).count() == 25000);
    settings.set_delay(30000);
    CHECK(settings.delay_max == 30000);
    settings.set_delay_max(10);
    CHECK(settings.delay == 10);
    settings.set_delay(0);
    CHECK(settings.wait(7).count() == 0);
}

TEST_CASE_FIXTURE(with_server, "a lost connection is opened again, with all namespaces and their listeners")
{
    connect();
    client.socket()->on("echo event", [&](sio::event&) { heard.note("echo"); });
    client.socket("/custom");
    REQUIRE(heard.hears("open /custom"));
    for (char const* const way : {"terminate", "reset", "drop"}) {
        heard.clear();
        client.socket()->emit(way);
        REQUIRE(heard.hears("open /"));
        REQUIRE(heard.hears("open /custom"));
        CHECK(heard.text().starts_with("wait 0: 2 | reconnecting | open | "));
        client.socket()->emit("echo event");
        CHECK(heard.hears("echo"));
    }
    CHECK_FALSE(heard.has("close /"));
}

TEST_CASE_FIXTURE(with_server, "a lost connection without reconnection is told as a drop")
{
    client.set_reconnect_attempts(0);
    connect();
    client.socket()->emit("terminate");
    CHECK(heard.hears("close: drop"));
    CHECK(heard.text() == "open | open / | close: drop");
    CHECK_FALSE(client.opened());
    heard.clear();
    client.connect(server.url());
    CHECK(heard.hears("open /"));
}

TEST_CASE_FIXTURE(with_server, "attempts may be forbidden while it is connected")
{
    connect();
    client.set_reconnect_attempts(0);
    client.socket()->emit("reset");
    CHECK(heard.hears("close: drop"));
}

TEST_CASE_FIXTURE(with_server, "a server that goes and comes back finds the client there")
{
    connect();
    heard.clear();
    server.ask(R"({"do":"restart","after":50})");
    CHECK(heard.hears("open /"));
    CHECK_FALSE(heard.has("fail"));
}

TEST_CASE_FIXTURE(with_server, "a server that stays away costs as many attempts as are allowed")
{
    client.set_reconnect_attempts(2);
    connect();
    heard.clear();
    server.command(R"({"do":"close"})");
    CHECK(heard.hears("fail"));
    CHECK(heard.text() == "wait 0: 2 | reconnecting | wait 1: 4 | reconnecting | fail");
}

TEST_CASE_FIXTURE(with_server, "a server's disconnect ends the namespace, and the others stay")
{
    connect();
    client.socket("/custom");
    REQUIRE(heard.hears("open /custom"));
    sio::socket::ptr const kicked = client.socket("/custom");
    kicked->emit("kick");
    CHECK(heard.hears("close /custom"));
    CHECK(client.opened());
    kicked->emit("echo");
    CHECK(client.socket("/custom") != kicked);
    CHECK(heard.hears("open /custom", 2));
}

TEST_CASE_FIXTURE(with_server, "the end of the last namespace is the end of the connection, until there is another one")
{
    connect();
    for (char const* const way : {"kick", "kick hard"}) {
        heard.clear();
        client.socket()->emit(way);
        CHECK(heard.hears("close: normal"));
        CHECK(heard.hears("close /"));
        CHECK_FALSE(heard.has("reconnecting"));
        static_cast<void>(client.socket());
        CHECK(heard.hears("open /"));
        CHECK(client.opened());
    }
    heard.clear();
    client.socket()->close();
    CHECK(heard.hears("close: normal"));
    client.connect(server.url());
    CHECK(heard.hears("open /"));
}

TEST_CASE_FIXTURE(with_server, "connect has no effect while there is a connection")
{
    connect();
    client.connect("http://127.0.0.1:1");
    client.socket()->emit("echo", nullptr, [&](sio::message::list const&) { heard.note("here"); });
    CHECK(heard.hears("here"));
    CHECK_FALSE(heard.has("fail"));
}

TEST_CASE_FIXTURE(with_server, "it closes and connects again, with fresh sockets for those that were open")
{
    for (int round = 0; round != 3; ++round) {
        heard.clear();
        connect();
        sio::socket::ptr const socket = client.socket();
        socket->on("echo event", [&](sio::event&) { heard.note("echo"); });
        socket->emit("echo event");
        CHECK(heard.hears("echo"));
        if (round == 1)
            client.close();
        else
            client.sync_close();
        CHECK_FALSE(client.opened());
        CHECK(client.socket() != socket);
    }
    CHECK(heard.hears("close: normal"));
}

TEST_CASE_FIXTURE(with_server, "what was emitted before the close is sent")
{
    connect();
    for (int i = 0; i != 100; ++i)
        client.socket()->emit("item", sio::int_message::create(i));
    client.sync_close();
    CHECK(server.ask(R"({"do":"count","what":"disconnect"})") == "1");
    CHECK(server.ask(R"({"do":"count","what":"event"})") == "100");
    CHECK(server.log("disconnect", "reason") == R"(["client namespace disconnect"])");
}

TEST_CASE_FIXTURE(with_server, "two threads close it, and both find it closed")
{
    connect();
    std::thread other{[&] {
        client.sync_close();
        CHECK_FALSE(client.opened());
    }};
    client.sync_close();
    other.join();
    CHECK(heard.has("close: normal"));
}

TEST_CASE_FIXTURE(with_server, "a callback cannot connect while another thread waits for the end")
{
    connect();
    client.set_close_listener([&](sio::client::close_reason const&) {
        client.connect(server.url());
        heard.note("tried");
    });
    client.sync_close();
    CHECK(heard.has("tried"));
    CHECK_FALSE(client.opened());
}

TEST_CASE_FIXTURE(with_server, "the program's own context runs the client, and it is alone with its callbacks")
{
    asio::io_context context;
    sio::client_options options;
    options.io_context = &context;
    {
        sio::client own{options};
        support::follow(own, heard);
        own.connect(server.url());
        CHECK_FALSE(heard.has("open"));
        CHECK(support::run_until(context, [&] { return heard.has("open /"); }));
        own.sync_close(); // nobody else runs it
        CHECK(heard.text() == "open | open / | close / | close: normal");
        own.connect(server.url());
        CHECK(support::run_until(context, [&] { return own.opened(); }));
    }
    CHECK(support::run_out(context));
}

TEST_CASE_FIXTURE(with_server, "logs go to the program's handler, as many as it wants")
{
    for (int choice = 0; choice != 3; ++choice) {
        int lines = 0;
        {
            sio::client_options options;
            options.settings.log = [&](socketio::log_level, std::string_view, std::string_view) { ++lines; };
            sio::client logged{options};
            choice == 0 ? logged.set_logs_quiet() : choice == 1 ? logged.set_logs_default() : logged.set_logs_verbose();
            logged.set_open_listener([&] { heard.note("logged"); });
            logged.connect(server.url());
            CHECK(heard.hears("logged", choice + 1));
            logged.sync_close();
        }
        CHECK((lines != 0) == (choice != 0));
    }
}

TEST_CASE_FIXTURE(without_server, "no attempts during the wait for one end it")
{
    client.set_reconnect_delay(3'600'000);
    client.connect(nobody.url());
    CHECK(heard.hears("wait 0: 3600000"));
    client.set_reconnect_attempts(0);
    CHECK(heard.hears("fail"));
    client.set_reconnect_attempts(0);
    client.sync_close();
    CHECK(heard.text() == "wait 0: 3600000 | fail");
}

TEST_CASE_FIXTURE(without_server, "no attempts, and then a close, end the wait for one once")
{
    client.set_reconnect_delay(3'600'000);
    for (bool const waits : {true, false}) {
        client.connect(nobody.url());
        REQUIRE(heard.hears("wait 0: 3600000"));
        client.set_reconnect_attempts(0);
        waits ? client.sync_close() : client.close();
        client.set_reconnect_attempts(-1);
        client.connect(nobody.url());
        REQUIRE(heard.hears("wait 0: 3600000", 2));
        client.sync_close();
        CHECK(heard.count("close: normal") + heard.count("fail") == 2);
        heard.clear();
    }
}

TEST_CASE_FIXTURE(without_server, "attempts that are forbidden and permitted at once leave a client that can connect")
{
    client.set_reconnect_delay(3'600'000);
    client.connect(nobody.url());
    REQUIRE(heard.hears("wait 0: 3600000"));
    client.set_reconnect_attempts(0);
    client.set_reconnect_attempts(5);
    CHECK(heard.hears("fail"));
    client.connect(nobody.url());
    CHECK(heard.hears("wait 0: 3600000", 2));
}

TEST_CASE("a wait is ended and closed on the program's own context, which ends by itself")
{
    asio::io_context context;
    support::silent_port const nobody{context};
    support::shared_diary heard;
    sio::client client{sio::client_options{.io_context = &context}};
    support::follow(client, heard);
    client.set_reconnect_delay(3'600'000);
    client.connect(nobody.url());
    while (!heard.has("wait 0: 3600000"))
        REQUIRE(context.run_one_for(support::patience) != 0);
    client.set_reconnect_attempts(0);
    client.sync_close();
    CHECK(heard.text() == "wait 0: 3600000 | close: normal");
}

TEST_CASE_FIXTURE(without_server, "a namespace that cannot be sent has no socket")
{
    CHECK_THROWS_AS(client.socket("/a,b"), std::invalid_argument);
    CHECK_THROWS_AS(client.socket("/\xff"), std::invalid_argument);
    CHECK(client.socket("") == client.socket("/"));
}

TEST_CASE_FIXTURE(without_server, "a proxy that is not there is a failure")
{
    client.set_reconnect_attempts(0);
    client.set_proxy_basic_auth(nobody.url(), "user", "password");
    client.connect("http://example.invalid");
    CHECK(heard.hears("fail"));
}

} // namespace connections_tests
