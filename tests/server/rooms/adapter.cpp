// An adapter of the program's own behind the interface: it writes down what it is asked, and does it.
#include <socketio/server/adapter.hpp>

#include "support/lossy_fixture.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::adapter;
using socketio::adapter_session;
using socketio::adapter_settings;
using socketio::broadcast_options;
using socketio::remote_socket;
using socketio::server_options;
using socketio::shared_packet;
using socketio::socket_details;
using socketio::value;
using support::note_text;

namespace {

std::string list(std::span<std::string const> names)
{
    std::string all;
    for (auto const& each : names)
        all += (all.empty() ? "" : ",") + each;
    return all;
}

std::string describe(broadcast_options const& to)
{
    return "[" + list(to.rooms) + "] but [" + list(to.except) + "]" + (to.local ? " local" : "") +
           (to.is_volatile ? " volatile" : "") + (to.compress ? "" : " uncompressed") + (to.timeout ? " timeout" : "");
}

// Does what the usual one does, and writes it down.
class writing_adapter final : public adapter {
public:
    writing_adapter(adapter_settings settings, support::diary& asked) : adapter{std::move(settings)}, asked_{asked} {}

    void join(std::string_view id, std::span<std::string const> rooms) override
    {
        if (rooms.size() != 1 || rooms.front() != id)
            asked_.note("join " + list(rooms));
        adapter::join(id, rooms);
    }
    void leave(std::string_view id, std::string_view room) override
    {
        asked_.note("leave " + std::string{room});
        adapter::leave(id, room);
    }
    void broadcast(shared_packet const& packet, broadcast_options const& to) override
    {
        asked_.note("broadcast " + std::string{packet->text.view()} + " to " + describe(to));
        adapter::broadcast(packet, to);
    }
    void broadcast_with_ack(shared_packet const& packet, std::uint64_t id, broadcast_options const& to,
                            std::function<void(std::size_t)> counted,
                            std::function<void(std::error_code, value)> answered) override
    {
        asked_.note("ask " + std::string{packet->text.view()} + " to " + describe(to));
        adapter::broadcast_with_ack(packet, id, to, std::move(counted), std::move(answered));
    }
    void forget_acks(std::uint64_t id) override
    {
        asked_.note("forget");
        adapter::forget_acks(id);
    }
    void fetch_sockets(broadcast_options const& which, std::function<void(std::vector<socket_details>)> fetched) override
    {
        asked_.note("fetch " + describe(which));
        adapter::fetch_sockets(which, std::move(fetched));
    }
    void add_sockets(broadcast_options const& which, std::vector<std::string> const& rooms) override
    {
        asked_.note("add " + describe(which) + ": " + list(rooms));
        adapter::add_sockets(which, rooms);
    }
    void remove_sockets(broadcast_options const& which, std::vector<std::string> const& rooms) override
    {
        asked_.note("remove " + describe(which) + ": " + list(rooms));
        adapter::remove_sockets(which, rooms);
    }
    void disconnect_sockets(broadcast_options const& which, bool close) override
    {
        asked_.note("disconnect " + describe(which) + (close ? " and close" : ""));
        adapter::disconnect_sockets(which, close);
    }
    void persist_session(adapter_session session) override
    {
        asked_.note("persist " + list(session.rooms) + ' ' + session.data.to_json());
        adapter::persist_session(std::move(session));
    }
    void restore_session(std::string const& pid, std::string const& offset,
                         std::function<void(std::optional<adapter_session>)> restored) override
    {
        asked_.note("restore");
        adapter::restore_session(pid, offset, std::move(restored));
    }

private:
    support::diary& asked_;
};

struct written {
    support::diary asked, made;

    server_options options()
    {
        return {.adapter = [this](adapter_settings const& settings) {
            made.note(settings.nsp);
            return std::make_shared<writing_adapter>(settings, asked);
        }};
    }
};

// A server with such adapters, and a client.
struct writing_fixture : written, support::two_clients {
    writing_fixture() : support::two_clients{options()} { asked.clear(); }
};

} // namespace

TEST_CASE_FIXTURE(writing_fixture, "each namespace has an adapter of its own, which the server makes with it")
{
    CHECK(made.text() == "/");
    io.of("/chat").emit("news");
    CHECK(made.text() == "/ | /chat");
    CHECK(asked.text() == "broadcast 2/chat,[\"news\"] to [] but []");
    auto const pattern = io.of(std::regex{"^/w"});
    auto const visitor = guest("/w1");
    CHECK(made.count("/w1") == 1);
    asked.clear();
    pattern.emit("news");
    CHECK(asked.text() == "broadcast 2/w1,[\"news\"] to [] but []");
}

TEST_CASE_FIXTURE(writing_fixture, "rooms and moves are the adapter's business, of one socket and of many")
{
    socket.join({"a", "b"});
    socket.leave("a");
    io.in({"b", "c"}).except("d").socketsJoin({"e", "f"});
    io.local().socketsLeave("e");
    CHECK(asked.text() == "join a,b | leave a | add [b,c] but [d]: e,f | join e,f | remove [] but [] local: e | leave e");
    CHECK(io.sockets().adapter().sids()[client.id()] == adapter::room_set{"b", "f", client.id()});
    asked.clear();
    io.to(client.id()).disconnectSockets(true);
    REQUIRE(until([this] { return client.disconnected(); }));
    CHECK(asked.text() == "disconnect [" + socket.id() + "] but [] and close");
    CHECK(io.sockets().adapter().sids().empty());
}

TEST_CASE_FIXTURE(writing_fixture, "what is emitted to several goes through the adapter with all that was said of it")
{
    client.on("news", note_text(heard, "client"));
    socket.emit("news", "0");
    io.emit("news", "1");
    REQUIRE(in_step(client)); // the volatile one would not wait
    io.to({"a", socket.id()}).except("b").volatile_().compress(false).emit("news", "2");
    socket.broadcast().local().emit("news", "3");
    REQUIRE(until_heard("client: 2"));
    CHECK(asked.text() == R"(broadcast 2["news","1"] to [] but [] | )" // but not what was for one
                          R"(broadcast 2["news","2"] to [a,)" + socket.id() + R"(] but [b] volatile uncompressed | )"
                          R"(broadcast 2["news","3"] to [] but [)" + socket.id() + "] local");
    CHECK(heard.text() == "client: 0 | client: 1 | client: 2");
}

TEST_CASE_FIXTURE(writing_fixture, "questions to several are the adapter's, and so is to forget them when time is up")
{
    auto const note = [this](std::error_code ec, std::vector<value> const& answers) {
        heard.note((ec ? ec.message() : "all") + ' ' + std::to_string(answers.size()));
    };
    client.on("ask", [](socketio::ack reply) { reply(1); });
    io.timeout(10s).emit("ask", note);
    REQUIRE(until_heard("all 1"));
    io.timeout(5ms).emit("silence", note);
    REQUIRE(until_heard(make_error_code(socketio::error::ack_timeout).message() + " 0"));
    CHECK(asked.text() == R"(ask 2["ask"] to [] but [] timeout | ask 2["silence"] to [] but [] timeout | forget)");
}

TEST_CASE_FIXTURE(writing_fixture, "fetchSockets asks the adapter, and what it tells is what is found")
{
    std::optional<std::vector<remote_socket>> found;
    io.in(socket.id()).local().fetchSockets([&](std::error_code, std::vector<remote_socket> all) { found = std::move(all); });
    REQUIRE(until([&] { return found.has_value(); }));
    REQUIRE(found->size() == 1);
    CHECK(found->front().id() == socket.id());
    CHECK(asked.text() == "fetch [" + socket.id() + "] but [] local");
}

TEST_CASE("with recovery the adapter keeps the sessions and what was missed")
{
    written notes;
    auto options = notes.options();
    options.connectionStateRecovery.emplace();
    support::lossy_fixture house{std::move(options)};
    auto client = house.traveller();
    house.socket_of(client).join("room");
    house.socket_of(client).set_data("data");
    notes.asked.clear();
    auto const id = client.id();
    house.lose(client);
    house.io.emit("news", "1");
    house.come_back(client);
    CHECK(house.heard.text() == "recovered | news: 1 | connect");
    CHECK(client.id() == id);
    auto rooms = std::vector<std::string>{"room", id};
    std::sort(rooms.begin(), rooms.end());
    CHECK(notes.asked.text() == "persist " + list(rooms) + R"( "data" | broadcast 2["news","1"] to [] but [] | restore | join )" +
                                    list(rooms));
}

TEST_CASE("a factory that makes none leaves it at the usual adapter")
{
    support::server_fixture house{server_options{.adapter = [](adapter_settings const&) { return nullptr; }}};
    auto const client = house.guest();
    house.socket_of(client).join("room");
    CHECK(house.io.sockets().adapter().rooms().contains("room"));
}
