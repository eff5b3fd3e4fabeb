// npm's socket.io-client goes through the same scenario with npm's server and with this one: what it sees must be the same.
#include <socketio/server.hpp>

#include "scenario_fixture.hpp"
#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::chrono::seconds long_enough{120};

// How the two talk: scenario.js' settings, in JSON.
struct way {
    std::string_view transports;
    bool deflate = false;
};

support::process node(std::string const& script, std::string const& settings)
{
    return support::process{
        {support::places::chosen("SOCKETIO_NODE", "node"), support::places::peers() + '/' + script, settings},
        {{"NODE_PATH", support::places::node_modules()}}};
}

// scenario.js, a line at a time.
class playing {
public:
    playing(std::string const& ports, way const& by)
        : client_{node("scenario.js", R"({"ports":)" + ports + R"(,"transports":)" + std::string(by.transports) + "}")}
    {
    }

    bool done()
    {
        while (!ended_) {
            auto line = client_.try_line();
            if (!line)
                return false;
            ended_ = *line == "# the end" || line->starts_with("FAILED");
            lines.push_back(*std::move(line));
        }
        return true;
    }

    std::vector<std::string> lines;

private:
    support::process client_;
    bool ended_ = false;
};

// npm's server, and where it listens.
struct theirs {
    explicit theirs(way const& by) : server{node("scenario_server.js", by.deflate ? R"({"deflate":true})" : "{}")}
    {
        auto const told = socketio::value::from_json(server.read_line());
        REQUIRE(told.has_value());
        ports = (*told)["listening"].to_json();
    }

    support::process server;
    std::string ports;
};

void compare(way const& by)
{
    theirs const other{by};
    asio::io_context context;
    scenario::town town{context, by.deflate};
    playing with_theirs{other.ports, by};
    playing with_ours{town.ports(), by};
    auto const both_done = [&] {
        bool const one = with_theirs.done();
        return with_ours.done() && one;
    };
    CHECK(support::run_until(context, both_done, long_enough));
    auto const& expected = with_theirs.lines;
    auto const& seen = with_ours.lines;
    REQUIRE(expected.size() > 500);
    REQUIRE(expected.back() == "# the end");
    std::string chapter;
    for (std::size_t i = 0; i != std::min(seen.size(), expected.size()); ++i) {
        if (expected[i].starts_with("# "))
            chapter = expected[i];
        INFO(chapter, ", line ", i + 1);
        REQUIRE(seen[i] == expected[i]);
    }
    CHECK(seen.size() == expected.size());
    CHECK(town.misfits.empty());
}

} // namespace

TEST_CASE("npm's client sees what it sees of npm's server, over WebSocket")
{
    compare({R"(["websocket"])"});
}

TEST_CASE("npm's client sees what it sees of npm's server, over HTTP long-polling")
{
    compare({R"(["polling"])"});
}

TEST_CASE("npm's client sees what it sees of npm's server, upgraded from HTTP long-polling")
{
    compare({R"(["polling", "websocket"])"});
}

#if defined(SOCKETIO_WITH_ZLIB)
TEST_CASE("npm's client sees what it sees of npm's server, compressed")
{
    compare({R"(["websocket"])", true});
}
#endif
