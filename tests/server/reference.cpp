// npm's socket.io-client and this library's go through the same scenario with npm's server and with this one: what they
// see must be the same.
#include <socketio/server.hpp>

#include "puppets.hpp"
#include "scenario_fixture.hpp"
#include "support/peer.hpp"
#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::chrono::seconds long_enough{120};

// How the two talk: scenario.js' settings, in JSON.
struct way {
    std::string_view transports;
    bool deflate = false;
    bool msgpack = false;

    std::string_view words() const
    {
        return msgpack ? R"("msgpack":true)" : deflate ? R"("deflate":true)" : R"("msgpack":false)";
    }
};

support::process node(std::string const& script, std::string const& settings)
{
    return support::process{
        {support::places::chosen("SOCKETIO_NODE", "node"), support::places::peers() + '/' + script, settings},
        {{"NODE_PATH", support::places::node_modules()}}};
}

enum class player { npm, ours };

// scenario.js, a line at a time, with npm's client or with this library's.
class playing {
public:
    playing(asio::io_context& context, player who, std::string const& ports, way const& by)
        : script_{node("scenario.js", R"({"ports":)" + ports + R"(,"transports":)" + std::string(by.transports) + ',' +
                                          std::string(by.words()) + R"(,"puppet":)" +
                                          (who == player::ours ? "true}" : "false}"))},
          puppets_{context, script_}
    {
    }

    bool done()
    {
        while (!ended_) {
            auto line = script_.try_line();
            if (!line)
                return false;
            take(*std::move(line));
        }
        return true;
    }
    std::size_t lines() const
    {
        return std::accumulate(chapters_.begin(), chapters_.end(), std::size_t{0},
            [](std::size_t sum, auto const& each) { return sum + each.second.size(); });
    }
    // What was seen, by title.
    std::map<std::string, std::vector<std::string>> const& chapters() const { return chapters_; }

private:
    void take(std::string line)
    {
        if (line.starts_with("> "))
            return puppets_.obey(std::string_view{line}.substr(2));
        INFO(line);
        CHECK_FALSE(line.starts_with("FAILED"));
        ended_ = line == "# the end" || line.starts_with("FAILED");
        if (line.starts_with("# "))
            title_ = std::move(line);
        else
            chapters_[title_].push_back(std::move(line));
    }

    support::process script_;
    scenario::puppets puppets_;
    std::string title_;
    std::map<std::string, std::vector<std::string>> chapters_;
    bool ended_ = false;
};

// npm's server, and where it listens.
struct theirs {
    explicit theirs(way const& by) : server{node("scenario_server.js", '{' + std::string(by.words()) + '}')}
    {
        auto const told = socketio::value::from_json(server.read_line());
        REQUIRE(told.has_value());
        ports = (*told)["listening"].to_json();
    }

    support::process server;
    std::string ports;
};

void check_chapters(playing const& seen, playing const& expected)
{
    for (auto const& chapter : seen.chapters()) {
        auto const& lines = chapter.second;
        auto const found = expected.chapters().find(chapter.first);
        INFO(chapter.first, ", its end: ", lines.back());
        REQUIRE(found != expected.chapters().end());
        for (std::size_t i = 0; i != std::min(lines.size(), found->second.size()); ++i) {
            INFO("line ", i + 1);
            REQUIRE(lines[i] == found->second[i]);
        }
        CHECK(lines.size() == found->second.size());
    }
}

void compare(way const& by)
{
    theirs const other{by};
    theirs const another{by};
    asio::io_context context;
    scenario::town town{context, by.deflate, by.msgpack};
    scenario::town second{context, by.deflate, by.msgpack};
    playing expected{context, player::npm, other.ports, by};
    playing their_client{context, player::npm, town.ports(), by};
    playing our_client{context, player::ours, another.ports, by};
    playing both_ours{context, player::ours, second.ports(), by};
    auto const all_done = [&] {
        bool done = true;
        for (auto* const each : {&expected, &their_client, &our_client, &both_ours})
            done = each->done() && done;
        return done;
    };
    CHECK(support::run_until(context, all_done, long_enough));
    REQUIRE(expected.lines() > (by.msgpack ? 450 : 500)); // without the chapters that write JSON themselves
    {
        INFO("npm's client with this server");
        check_chapters(their_client, expected);
        CHECK(their_client.lines() == expected.lines());
    }
    for (playing const* const each : {&our_client, &both_ours}) {
        std::string_view const with = each == &our_client ? "npm's server" : "this server";
        INFO("this client with ", with);
        check_chapters(*each, expected);
        CHECK(each->lines() > 400);
    }
    CHECK(town.misfits.empty());
    CHECK(second.misfits.empty());
}

} // namespace

TEST_CASE("either client sees of either server what npm's sees of npm's, over WebSocket")
{
    compare({R"(["websocket"])"});
}

TEST_CASE("either client sees of either server what npm's sees of npm's, over HTTP long-polling")
{
    compare({R"(["polling"])"});
}

TEST_CASE("either client sees of either server what npm's sees of npm's, upgraded from HTTP long-polling")
{
    compare({R"(["polling", "websocket"])"});
}

TEST_CASE("either client sees of either server what npm's sees of npm's, in MessagePack over WebSocket")
{
    compare({.transports = R"(["websocket"])", .msgpack = true});
}

TEST_CASE("either client sees of either server what npm's sees of npm's, in MessagePack over HTTP long-polling")
{
    compare({.transports = R"(["polling"])", .msgpack = true});
}

TEST_CASE("either client sees of either server what npm's sees of npm's, in MessagePack upgraded from long-polling")
{
    compare({.transports = R"(["polling", "websocket"])", .msgpack = true});
}

#if defined(SOCKETIO_WITH_ZLIB)
TEST_CASE("either client sees of either server what npm's sees of npm's, compressed")
{
    compare({R"(["websocket"])", true});
}
#endif
