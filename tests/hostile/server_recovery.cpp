// What those who may come back cost a server: memory for the events that they miss. (Of their return tests/cost tells.)
#include <socketio/server/adapter.hpp>

#include <socketio/server.hpp>

#include "support/heap.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace {
namespace server_recovery {

constexpr std::size_t limit = 1 << 20;

socketio::adapter_settings settings()
{
    return {"/", socketio::connection_state_recovery{.kept_events = limit}};
}

socketio::shared_packet event(std::string_view text, std::vector<socketio::bytes> attachments = {})
{
    std::vector<socketio::bytes_view> const views(attachments.begin(), attachments.end());
    return socketio::detail::share_packet(text, views);
}

std::size_t memory_for(socketio::shared_packet const& packet, socketio::broadcast_options const& to)
{
    socketio::adapter kept{settings()};
    kept.broadcast(packet, to);
    auto const before = support::heap::used.load();
    for (int i = 0; i != 40000; ++i)
        kept.broadcast(packet, to);
    return support::heap::used.load() - before;
}

std::vector<std::string> names(std::string const& prefix, int count)
{
    std::vector<std::string> made;
    for (int i = 0; i != count; ++i)
        made.push_back(prefix + std::to_string(i));
    return made;
}

std::size_t memory_of_sessions(int rooms)
{
    socketio::adapter kept{settings()};
    auto const before = support::heap::used.load();
    for (int i = 0; i != 1000; ++i)
        kept.persist_session({.sid = "id", .pid = "pid " + std::to_string(i), .rooms = names("a room with a longer name ", rooms), .data = {}});
    return support::heap::used.load() - before;
}

} // namespace server_recovery
} // namespace

TEST_CASE("what is kept for those who may come back takes no more memory than kept_events")
{
    using namespace server_recovery;
    std::size_t const allowed = limit + limit / 4;
    CHECK(memory_for(event(R"(2["x"])"), {}) < allowed);
    CHECK(memory_for(event(R"(2["x"])"), {.rooms = {"a socket's id of 20"}}) < allowed);
    CHECK(memory_for(event(R"(2["x"])"), {.rooms = names("a room with a longer name ", 10), .except = names("b", 3)}) < allowed);
    CHECK(memory_for(event(R"(52-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])", {{}, socketio::bytes(1)}), {}) <
          allowed);
    CHECK(memory_for(event(R"(51-["x",{"_placeholder":true,"num":0}])", {socketio::bytes(5000)}), {}) < allowed);
}

TEST_CASE("sessions that are kept take no more memory for their rooms than kept_events")
{
    using namespace server_recovery;
    std::size_t const without = memory_of_sessions(0);
    CHECK(memory_of_sessions(1000) < without + limit + limit / 4);
}
