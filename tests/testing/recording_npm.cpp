// Conversations with npm's server, replayed without it.
#include <socketio/testing.hpp>

#include "support/peer.hpp"
#include "support/run_until.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace recording_npm_tests {
namespace {

using socketio::testing::recorder;
using socketio::testing::recording;
using socketio::testing::replay;
using socketio::testing::world;

std::string recordings()
{
    return support::places::peers() + "/../testing/recordings/";
}

// One thing after the other, so that it is the same however quick the server is.
std::vector<std::string> talk(asio::io_context& context, std::string const& url, socketio::options settings,
    std::function<void(std::function<bool()>)> const& until)
{
    std::vector<std::string> seen;
    bool over = false;
    settings.reconnection = false;
    settings.auth = socketio::object{{"token", "geheim"}};
    auto socket = socketio::io(context, url, std::move(settings));
    socket.on("binary", [&](socketio::bytes first) { seen.push_back("binary " + std::to_string(first.size())); });
    socket.on("question", [&](std::string text, socketio::ack answer) {
        seen.push_back(text);
        answer(42, socketio::bytes(3));
    });
    socket.on("answered", [&](int number, socketio::bytes data) {
        seen.push_back("answered " + std::to_string(number) + " " + std::to_string(data.size()));
        socket.emit("kick");
    });
    socket.on("disconnect", [&](std::string_view why) {
        seen.emplace_back(why);
        over = true;
    });
    socket.emit("echo", "one", socketio::object{{"two", 2}}, [&](std::string text, socketio::value data) {
        seen.push_back(text + data.to_json());
        socket.emit("binary", [&](socketio::bytes made) {
            seen.push_back("answer " + std::to_string(made.size()));
            socket.emit("ack me", "how?");
        });
    });
    until([&] { return over; });
    return seen;
}

std::vector<std::string> const expected{R"(one{"two":2})", "binary 3", "answer 3", "how?", "answered 42 3",
    "io server disconnect"};

std::vector<std::string> replayed(recording const& from, std::vector<std::string> const& transports,
    std::uint64_t seed = 1)
{
    world here{seed};
    replay server{here, "server", from};
    auto seen = talk(here.context(), "http://server", here.options({.transports = transports}),
        [&](std::function<bool()> const& over) { here.run_until([&] { return server.failure() != "" || over(); }); });
    here.run();
    CHECK(server.failure() == "");
    here.run_until([&] { return server.done(); });
    return seen;
}

TEST_CASE("a client behaves to a replay as to npm's server")
{
    support::temporary_folder const folder;
    std::vector<std::vector<std::string>> const all{{"websocket"}, {"polling"}, {"polling", "websocket"}};
    for (auto const& transports : all) {
        support::npm_server server;
        asio::io_context context;
        recorder to{context, folder.path("talk.jsonl")};
        socketio::options settings{.transports = transports};
        settings.network = to.network();
        auto const seen = talk(context, server.url(), std::move(settings),
            [&](std::function<bool()> const& over) { REQUIRE(support::run_until(context, over)); });
        REQUIRE(support::run_out(context));
        to.stop();
        CHECK(to.failure() == "");
        CHECK(seen == expected);
        auto const file = folder.read("talk.jsonl");
        CAPTURE(file);
        if (std::getenv("SOCKETIO_WRITE_RECORDINGS") != nullptr && transports.back() == "websocket")
            std::ofstream{recordings() + (transports.size() == 1 ? "npm_websocket.jsonl" : "npm_upgrade.jsonl"),
                std::ios::binary}
                << file;
        CHECK(file.find("geheim") == std::string::npos);
        CHECK(replayed(recording::read(folder.path("talk.jsonl")), transports) == expected);
        CHECK(replayed(recording::parse(file), transports, 2) == expected);
    }
}

// Written by the test above, with SOCKETIO_WRITE_RECORDINGS in the environment.
TEST_CASE("a file that was recorded once is played without any server")
{
    CHECK(replayed(recording::read(recordings() + "npm_websocket.jsonl"), {"websocket"}) == expected);
    CHECK(replayed(recording::read(recordings() + "npm_upgrade.jsonl"), {"polling", "websocket"}) == expected);
}

TEST_CASE("what npm's server compresses is recorded as plain text")
{
    support::temporary_folder const folder;
    for (std::string_view const transport : {"websocket", "polling"}) {
        support::npm_server server{R"({"perMessageDeflate":{"threshold":0},"httpCompression":{"threshold":0}})"};
        asio::io_context context;
        recorder to{context, folder.path("large.jsonl")};
        socketio::options settings{.transports = {std::string{transport}}, .reconnection = false};
        settings.network = to.network();
        auto socket = socketio::io(context, server.url(), std::move(settings));
        std::string answer;
        socket.emit("echo", std::string(5000, 'x'), [&](std::string text) { answer = std::move(text); });
        REQUIRE(support::run_until(context, [&] { return !answer.empty(); }));
        CHECK(to.failure() == "");
        CHECK(folder.read("large.jsonl").find("430[\\\"xxxxxxxx") != std::string::npos);
    }
}

} // namespace
} // namespace recording_npm_tests
