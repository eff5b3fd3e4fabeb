// One that is to be recovered, when there is no memory for it.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include <doctest/doctest.h>

#include "memory/failing_memory.hpp"
#include "support/run_until.hpp"

#include <asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace {

// Has a session for everybody.
class generous_adapter : public socketio::adapter {
public:
    using adapter::adapter;
    void restore_session(std::string const& pid, std::string const&,
                         std::function<void(std::optional<socketio::adapter_session>)> restored) override
    {
        restored(socketio::adapter_session{.sid = "the id of a session, which is long", .pid = pid, .rooms = {"room"}, .data = {}});
    }
};

template <class Step>
void whatever_it_throws(Step step)
{
    try {
        step();
    } catch (std::bad_alloc const&) {
    }
}

// A client connects and leaves, or does not get in since the nth allocation fails. Returns false if there was none.
bool one_visit(socketio::server& io, asio::io_context& context, std::string const& nsp, socketio::object const& auth,
               std::size_t nth)
{
    auto client = socketio::io(context, "http://127.0.0.1:" + std::to_string(io.port()) + nsp,
                               {.auth = auth, .forceNew = true, .reconnection = false});
    bool over = false;
    client.on("connect", [&] { over = true; });
    client.on("connect_error", [&] { over = true; });
    client.on("disconnect", [&] { over = true; });
    bool happened = false;
    {
        memory::failing const now{nth};
        whatever_it_throws([&] { support::run_until(context, [&] { return over || now.happened(); }); });
        happened = now.happened();
    }
    client.disconnect();
    client = {};
    REQUIRE(support::run_until(context, [&] { return io.engine().clientsCount() == 0; }));
    return happened;
}

} // namespace

TEST_CASE("nobody stays in a namespace for whom there was no memory when it came back")
{
    bool happened = true;
    for (std::size_t nth = 1; happened; ++nth) {
        std::shared_ptr<socketio::adapter> rooms;
        asio::io_context context{1};
        socketio::server_options options{.address = "127.0.0.1", .connectionStateRecovery = {{}}};
        options.adapter = [&](socketio::adapter_settings const& settings) { return rooms = std::make_shared<generous_adapter>(settings); };
        socketio::server io{context, 0, options};
        socketio::object const session{{"pid", "a secret"}, {"offset", "the last one"}};
        happened = one_visit(io, context, "/", session, nth);
        CAPTURE(nth);
        CHECK(rooms->sids().empty());
    }
}

TEST_CASE("a pattern's namespace does not stay for one that did not get in, since there was no memory")
{
    bool happened = true;
    for (std::size_t nth = 1; happened; ++nth) {
        std::vector<std::weak_ptr<socketio::adapter>> all;
        all.reserve(100);
        asio::io_context context{1};
        socketio::server_options options{.address = "127.0.0.1"};
        options.adapter = [&](socketio::adapter_settings const& settings) {
            auto made = std::make_shared<socketio::adapter>(settings);
            all.push_back(made);
            return made;
        };
        socketio::server io{context, 0, options};
        io.of(std::regex{"^/w-"});
        auto const alive = [&] { return std::count_if(all.begin(), all.end(), [](auto const& each) { return !each.expired(); }); };
        auto const before = alive();
        happened = one_visit(io, context, "/w-a", {}, nth);
        CAPTURE(nth);
        CHECK(alive() == before);
    }
}
