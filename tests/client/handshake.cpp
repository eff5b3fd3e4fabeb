// What is said when a connection is made: auth for each namespace, query, headers and path for the server.
#include <socketio/client.hpp>

#include "support/ask.hpp"
#include "support/client.hpp"
#include "support/peer.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using support::client_test;

namespace {

using auth_answer = socketio::provided<socketio::object>::answer;

socketio::object token(std::string text)
{
    return {{"token", std::move(text)}};
}

} // namespace

TEST_CASE_FIXTURE(client_test, "a refused auth is a connect_error with the server's words and data, and no new attempt")
{
    support::npm_server server;
    auto socket = socketio::io(context, server.url() + "/admin", support::quick({.auth = token("wrong")}));
    heard.follow(socket);
    heard.follow(socket.io());
    std::optional<socketio::connect_error> why;
    bool active = true;
    socket.on("connect_error", [&](socketio::connect_error const& refused) {
        why = refused;
        active = socket.active();
    });
    CHECK(idle());
    CHECK(heard.text() == "open | close: forced close | connect_error: not authorized");
    REQUIRE(why.has_value());
    CHECK(why->message() == "not authorized");
    CHECK(why->data() == socketio::value{socketio::object{{"code", 42}}});
    CHECK(why->code() == socketio::error::connect_refused);
    CHECK(why->http_status() == 0);
    CHECK_FALSE(active);
    CHECK(server.count("engine open") == 1);
    CHECK(server.count("connection") == 0);
}

TEST_CASE_FIXTURE(client_test, "a socket that was refused connects when it is told to and then admitted")
{
    support::npm_server server;
    int asked = 0;
    auto const right_at_last = [&] { return token(++asked == 1 ? "wrong" : "abc"); };
    auto socket = socketio::io(context, server.url() + "/admin", {.auth = right_at_last});
    heard.follow(socket);
    socket.on("connect_error", [&] { socket.connect(); });
    REQUIRE(until_connected(socket));
    REQUIRE(until_heard("connect"));
    CHECK(heard.text() == "connect_error: not authorized | connect");
    CHECK(asked == 2);
}

TEST_CASE_FIXTURE(client_test, "auth may be a value, a function, or a function that answers later from another thread")
{
    support::npm_server server;
    std::thread thread;
    std::function<void(auth_answer)> const later = [&](auth_answer answer) {
        thread = std::thread([answer = std::move(answer)] { answer(token("abc")); });
    };
    std::vector<socketio::provided<socketio::object>> const ways{
        token("abc"), std::function<socketio::object()>([] { return token("abc"); }), later};
    for (auto const& way : ways) {
        auto socket = socketio::io(context, server.url() + "/admin", {.auth = way});
        CHECK(until_connected(socket));
    }
    thread.join();
    CHECK(server.log("connection", "auth") == R"([{"token":"abc"},{"token":"abc"},{"token":"abc"}])");
}

TEST_CASE_FIXTURE(client_test, "auth is asked for anew at every connection, for each namespace its own")
{
    support::npm_server server;
    socketio::manager manager{context, server.url(), support::quick()};
    int asked = 0;
    auto root = manager.socket("/", {.auth = [&] { return socketio::object{{"n", ++asked}}; }});
    auto custom = manager.socket("/custom", {.auth = socketio::object{{"fixed", true}}});
    heard.follow(root);
    REQUIRE(until([&] { return root.connected() && custom.connected(); }));
    root.emit("drop");
    REQUIRE(until_heard("reconnect: 1"));
    REQUIRE(until_connected(custom));
    CHECK(asked == 2);
    CHECK(server.ask(R"({"do":"log","what":"connection","where":{"nsp":"/"},"pick":"auth"})") == R"([{"n":1},{"n":2}])");
    CHECK(server.ask(R"({"do":"log","what":"connection","where":{"nsp":"/custom"},"pick":"auth"})") ==
          R"([{"fixed":true},{"fixed":true}])");
}

TEST_CASE_FIXTURE(client_test, "an auth that is answered after its connection is gone, or twice, is dropped")
{
    support::raw_server server(support::plans(
        support::script().open().expect("5"), support::script().open().accept().expect("42")));
    std::vector<auth_answer> asked;
    std::function<void(auth_answer)> const keep = [&](auth_answer answer) { asked.push_back(std::move(answer)); };
    auto socket = socketio::io(context, server.url(), {.auth = keep});
    REQUIRE(until([&] { return asked.size() == 1; }));
    socket.disconnect();
    socket.connect();
    REQUIRE(until([&] { return asked.size() == 2; }));
    asked[0]({{"n", 1}});
    asked[1]({{"n", 2}});
    asked[1]({{"n", 3}});
    socket.emit("end");
    CHECK(support::await_entry(context, server, "message", "text", 2) == R"("42[\"end\"]")");
    CHECK(server.log("message", "text") == R"(["40{\"n\":2}","42[\"end\"]"])");
}

TEST_CASE_FIXTURE(client_test, "the path of the URL is the namespace, its query goes to the server")
{
    support::npm_server server;
    socketio::options settings;
    settings.query = {{"b", "mine"}, {"d", "&=\xe2\x82\xac"}};
    auto socket = socketio::io(context, server.url() + "/custom?a=1&b=%20%26&c=&a=2", settings);
    CHECK(socket.nsp() == "/custom");
    REQUIRE(until_connected(socket));
    REQUIRE(round_trip(socket));
    CHECK(server.log("connection", "nsp") == R"(["/custom"])");
    CHECK(server.log("connection", "url") ==
          R"(["/socket.io/?d=%26%3D%E2%82%AC&a=1&b=%20%26&c=&a=2&EIO=4&transport=websocket"])");
    CHECK(server.log("connection", "query") ==
          "[{\"d\":\"&=\xe2\x82\xac\",\"a\":\"2\",\"b\":\" &\",\"c\":\"\",\"EIO\":\"4\",\"transport\":\"websocket\"}]");
}

TEST_CASE_FIXTURE(client_test, "query and extraHeaders reach the server and are asked for anew before every attempt")
{
    support::npm_server server;
    int asked = 0;
    auto settings = support::quick();
    settings.query = [&] { return socketio::string_pairs{{"n", std::to_string(++asked)}, {"EIO", "3"}}; };
    std::thread thread;
    settings.extraHeaders = [&](socketio::provided<socketio::string_pairs>::answer answer) {
        if (thread.joinable())
            thread.join();
        thread = std::thread([answer = std::move(answer), n = asked] { answer({{"X-Number", std::to_string(n)}}); });
    };
    auto socket = socketio::io(context, server.url(), settings);
    heard.follow(socket);
    REQUIRE(until_connected(socket));
    socket.emit("drop");
    REQUIRE(until_heard("reconnect: 1"));
    thread.join();
    CHECK(server.log("connection", "query") ==
          R"([{"n":"1","EIO":"4","transport":"websocket"},{"n":"2","EIO":"4","transport":"websocket"}])");
    std::string const headers = server.log("connection", "headers");
    CHECK(headers.find(R"("x-number":"1")") != std::string::npos);
    CHECK(headers.find(R"("x-number":"2")") != std::string::npos);
    CHECK(headers.find(R"("host":"127.0.0.1:)" + std::to_string(server.port()) + '"') != std::string::npos);
}

TEST_CASE_FIXTURE(client_test, "the server may listen on another path, with a slash at its end or without")
{
    support::npm_server chat(R"({"path":"/deep/chat"})");
    for (char const* const path : {"/deep/chat", "deep/chat", "/deep/chat//"}) {
        auto socket = socketio::io(context, chat.url() + "/custom", {.path = path});
        CHECK(until_connected(socket));
    }
    support::npm_server bare(R"({"path":"/chat","addTrailingSlash":false})");
    auto socket = socketio::io(context, bare.url(), {.path = "/chat", .addTrailingSlash = false});
    CHECK(until_connected(socket));
    CHECK(bare.log("connection", "url") == R"(["/chat?EIO=4&transport=websocket"])");
}
