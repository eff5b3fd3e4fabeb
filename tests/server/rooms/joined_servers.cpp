// Two servers whose adapters know each other: what one says reaches the other's clients, through the interface alone.
#include <socketio/server/adapter.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::adapter;
using socketio::adapter_settings;
using socketio::broadcast_options;
using socketio::remote_socket;
using socketio::server_options;
using socketio::server_socket;
using socketio::shared_packet;
using socketio::socket_details;
using socketio::value;
using support::note_text;

namespace {

class joined_adapter;

// What stands for a network between the servers: their adapters, by namespace.
using wires = std::map<std::string, std::vector<std::weak_ptr<joined_adapter>>>;

class joined_adapter final : public adapter {
public:
    static std::shared_ptr<adapter> make(adapter_settings const& settings, std::shared_ptr<wires> over)
    {
        auto made = std::make_shared<joined_adapter>(settings, over);
        (*over)[settings.nsp].push_back(made);
        return made;
    }
    joined_adapter(adapter_settings settings, std::shared_ptr<wires> over)
        : adapter{std::move(settings)}, over_{std::move(over)}
    {
    }

    void broadcast(shared_packet const& packet, broadcast_options const& to) override
    {
        each(to, [&](joined_adapter& one) { one.adapter::broadcast(packet, to); });
    }
    void broadcast_with_ack(shared_packet const& packet, std::uint64_t id, broadcast_options const& to,
                            std::function<void(std::size_t)> counted, std::function<void(std::error_code, value)> answered) override
    {
        std::size_t all = 0;
        each(to, [&](joined_adapter& one) {
            one.adapter::broadcast_with_ack(packet, id_for(one, id), to, [&](std::size_t some) { all += some; }, answered);
        });
        counted(all);
    }
    void forget_acks(std::uint64_t id) override
    {
        each({}, [&](joined_adapter& one) { one.adapter::forget_acks(id_for(one, id)); });
    }
    void fetch_sockets(broadcast_options const& which, std::function<void(std::vector<socket_details>)> fetched) override
    {
        std::vector<socket_details> all;
        each(which, [&](joined_adapter& one) {
            one.adapter::fetch_sockets(which, [&](std::vector<socket_details> some) {
                std::move(some.begin(), some.end(), std::back_inserter(all));
            });
        });
        fetched(std::move(all));
    }
    void add_sockets(broadcast_options const& which, std::vector<std::string> const& rooms) override
    {
        each(which, [&](joined_adapter& one) { one.adapter::add_sockets(which, rooms); });
    }
    void remove_sockets(broadcast_options const& which, std::vector<std::string> const& rooms) override
    {
        each(which, [&](joined_adapter& one) { one.adapter::remove_sockets(which, rooms); });
    }
    void disconnect_sockets(broadcast_options const& which, bool close) override
    {
        each(which, [&](joined_adapter& one) { one.adapter::disconnect_sockets(which, close); });
    }

private:
    template <class Action>
    void each(broadcast_options const& of, Action action)
    {
        auto const all = (*over_)[settings().nsp];
        for (auto const& weak : all)
            if (auto const one = weak.lock(); one && (!of.local || one.get() == this))
                action(*one);
    }
    // The other server counts its own questions from 0.
    std::uint64_t id_for(joined_adapter const& one, std::uint64_t id) const
    {
        return &one == this ? id : id + (std::uint64_t{1} << 52);
    }

    std::shared_ptr<wires> const over_;
};

struct wired {
    std::shared_ptr<wires> over = std::make_shared<wires>();

    server_options options() const
    {
        return support::on_loopback({.adapter = [over = over](adapter_settings const& settings) {
            return joined_adapter::make(settings, over);
        }});
    }
};

// a is at one server; b and c at the other, where a's does not know them.
struct joined_fixture : wired, support::server_fixture {
    socketio::server second{context, 0, options()};
    socketio::socket a, b, c;

    joined_fixture() : support::server_fixture{options()}
    {
        a = guest();
        b = at_second("b");
        c = at_second("c");
        for (auto [client, name] : {std::pair{a, "a"}, {b, "b"}, {c, "c"}}) {
            client.on("news", note_text(heard, name));
            client.on("ask", [name = std::string{name}](socketio::ack reply) { reply(name); });
        }
        socket_of(a).set_data("a");
        REQUIRE_THROWS(socket_of(b));
    }
    socketio::socket at_second(std::string const& name)
    {
        auto made = socketio::io(context, support::loopback_url(second.port()), support::quick({.forceNew = true}));
        REQUIRE(until([&] { return made.connected(); }));
        second.sockets().sockets().get(made.id())->set_data(name);
        return made;
    }
    server_socket there(socketio::socket const& client) { return *second.sockets().sockets().get(client.id()); }

    // Who has heard it, when everybody has heard what was said before.
    std::string hearers(std::string const& text)
    {
        for (auto client : {a, b, c}) {
            bool back = false;
            client.emit("nobody hears", 1);
            auto const& server = client == a ? io : second;
            server.in(client.id()).timeout(10s).emit("ask", [&](std::error_code, std::vector<value> const&) { back = true; });
            REQUIRE(until([&] { return back; }));
        }
        std::string names;
        for (std::string const name : {"a", "b", "c"})
            for (auto times = heard.count(name + ": " + text); times > 0; --times)
                names += name;
        return names;
    }
    // What a question has come to: "ab", or what went wrong.
    std::string answers(socketio::broadcast_operator const& of)
    {
        std::optional<std::string> told;
        of.emit("ask", [&](std::error_code ec, std::vector<value> const& all) {
            std::string names;
            for (auto const& each : all)
                names += each.get<std::string>().value_or("?");
            std::sort(names.begin(), names.end());
            told = ec ? names + " " + ec.message() : names;
        });
        REQUIRE(until([&] { return told.has_value(); }));
        return *told;
    }
};

} // namespace

TEST_CASE_FIXTURE(joined_fixture, "a broadcast reaches the clients of both servers, once each, and a local one only its own")
{
    there(b).join("room");
    socket_of(a).join("room");
    io.emit("news", "1");
    second.emit("news", "2");
    io.local().emit("news", "3");
    io.to("room").emit("news", "4");
    io.to({"room", c.id()}).except(a.id()).emit("news", "5");
    socket_of(a).broadcast().emit("news", "6");
    there(b).to("room").emit("news", "7");
    CHECK(hearers("1") == "abc");
    CHECK(hearers("2") == "abc");
    CHECK(hearers("3") == "a");
    CHECK(hearers("4") == "ab");
    CHECK(hearers("5") == "bc");
    CHECK(hearers("6") == "bc");
    CHECK(hearers("7") == "a");
}

TEST_CASE_FIXTURE(joined_fixture, "a question to all is answered at both servers, beside questions of each server's own")
{
    std::optional<std::string> own;
    std::vector<socketio::ack> kept;
    b.on("later", [&](socketio::ack reply) { kept.push_back(reply); });
    there(b).emit("later", [&](std::string const& answer) { own = answer; });
    REQUIRE(until([&] { return kept.size() == 1; }));
    CHECK(answers(io.sockets().timeout(10s)) == "abc");
    CHECK(answers(second.except(c.id())) == "ab");
    CHECK(answers(io.local()) == "a");
    CHECK_FALSE(own);
    kept.front()("its own");
    REQUIRE(until([&] { return own.has_value(); }));
    CHECK(*own == "its own");
}

TEST_CASE_FIXTURE(joined_fixture, "a question that the other server's clients do not answer ends in time, or when they go")
{
    c.off("ask");
    CHECK(answers(io.timeout(20ms)) == "ab " + make_error_code(socketio::error::ack_timeout).message());
    c.on("ask", [this] { c.disconnect(); });
    CHECK(answers(io.timeout(10s)) == "ab " + make_error_code(socketio::error::disconnected).message());
}

TEST_CASE_FIXTURE(joined_fixture, "fetchSockets finds the other server's sockets, which can be spoken to, moved and put out")
{
    std::optional<std::vector<remote_socket>> found;
    auto const keep = [&](std::error_code, std::vector<remote_socket> all) { found = std::move(all); };
    io.local().fetchSockets(keep);
    REQUIRE(until([&] { return found.has_value(); }));
    CHECK(found->size() == 1);
    found.reset();
    io.except({a.id(), c.id()}).fetchSockets(keep);
    REQUIRE(until([&] { return found.has_value(); }));
    REQUIRE(found->size() == 1);
    auto const& remote = found->front();
    CHECK(remote.id() == b.id());
    CHECK(remote.data() == value{"b"});
    CHECK(remote.rooms() == adapter::room_set{b.id()});
    remote.emit("news", "hello");
    CHECK(hearers("hello") == "b");
    remote.join("room");
    CHECK(there(b).rooms().contains("room"));
    remote.leave("room");
    CHECK_FALSE(there(b).rooms().contains("room"));
    remote.disconnect(true);
    REQUIRE(until([this] { return b.disconnected(); }));
    CHECK((a.connected() && c.connected()));
}

TEST_CASE_FIXTURE(joined_fixture, "all are moved and put out from either server, and one that has gone is not missed")
{
    io.socketsJoin("room");
    CHECK(there(c).rooms().contains("room"));
    io.local().socketsLeave("room");
    CHECK_FALSE(socket_of(a).rooms().contains("room"));
    CHECK(answers(io.to("room")) == "bc");
    second.in(a.id()).disconnectSockets();
    REQUIRE(until([this] { return a.disconnected(); }));
    second = socketio::server{context, 0, support::on_loopback()};
    REQUIRE(until([this] { return b.disconnected() && c.disconnected(); }));
    a.connect();
    REQUIRE(until([this] { return a.connected(); }));
    CHECK(answers(io.local().local()) == "a");
    CHECK(answers(io.sockets().timeout(10s)) == "a");
}
