// Adapters of the program's own: they answer when they like, and may fail.
#include <socketio/server/adapter.hpp>

#include "support/lossy_fixture.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using socketio::adapter_session;
using socketio::adapter_settings;
using socketio::server_socket;
using support::exceptions_until;
using support::note_text;

namespace {

// What the adapters of a server are told to do.
struct adapter_script {
    std::function<void(std::string const& nsp)> making;
    std::function<void()> persisting;
    std::function<void()> restoring;
    bool answers_later = false;
    std::vector<std::function<void()>> answers; // that are still to be given
    std::vector<std::shared_ptr<socketio::adapter>> all;
};

class scripted_adapter : public socketio::adapter {
public:
    using restored_function = std::function<void(std::optional<adapter_session>)>;

    scripted_adapter(adapter_settings settings, std::shared_ptr<adapter_script> by)
        : adapter{std::move(settings)}, script_{std::move(by)}
    {
    }

    void persist_session(adapter_session session) override
    {
        if (script_->persisting)
            script_->persisting();
        adapter::persist_session(std::move(session));
    }
    void restore_session(std::string const& pid, std::string const& offset, restored_function restored) override
    {
        if (script_->restoring)
            script_->restoring();
        if (script_->answers_later)
            script_->answers.push_back([this, pid, offset, restored] { adapter::restore_session(pid, offset, restored); });
        else
            adapter::restore_session(pid, offset, restored);
    }

private:
    std::shared_ptr<adapter_script> script_;
};

struct scripted_fixture : support::lossy_fixture {
    std::shared_ptr<adapter_script> script;

    explicit scripted_fixture(std::shared_ptr<adapter_script> by = std::make_shared<adapter_script>())
        : lossy_fixture{{}, {.cleanupEmptyChildNamespaces = true, .adapter = [by](adapter_settings const& settings) {
              if (by->making)
                  by->making(settings.nsp);
              return by->all.emplace_back(std::make_shared<scripted_adapter>(settings, by));
          }}},
          script{std::move(by)}
    {
    }
    ~scripted_fixture()
    {
        script->answers.clear();
        script->all.clear();
    }
    bool until_asked(std::size_t times)
    {
        return until([this, times] { return script->answers.size() >= times; });
    }
};

void throw_it()
{
    throw std::runtime_error("thrown");
}

} // namespace

TEST_CASE_FIXTURE(scripted_fixture, "an adapter that fails to keep a session keeps nobody from leaving")
{
    auto client = traveller();
    socket_of(client).emit("ask", [this](std::error_code) { heard.note("asked in vain"); });
    script->persisting = throw_it;
    proxy.reset();
    CHECK(exceptions_until(context, [&] { return heard.has("lost") && io.engine().clientsCount() == 0; }) == 1);
    CHECK(heard.has("asked in vain"));
    CHECK(io.sockets().adapter().sids().empty());
    CHECK(io.sockets().sockets().size() == 0);
    script->persisting = nullptr;
    client.connect();
    REQUIRE(until([&] { return client.connected(); }));
    CHECK_FALSE(client.recovered());
}

TEST_CASE_FIXTURE(scripted_fixture, "who is to be recovered by an adapter that fails comes back as a stranger")
{
    auto client = traveller();
    lose(client);
    script->restoring = throw_it;
    client.connect();
    CHECK(exceptions_until(context, [&] { return client.connected() && heard.has("new"); }) == 1);
    CHECK(heard.text() == "new | connect");
}

TEST_CASE_FIXTURE(scripted_fixture, "an adapter that lets the question for a session go without an answer has none")
{
    auto client = traveller();
    lose(client);
    script->answers_later = true;
    client.connect();
    REQUIRE(until_asked(1));
    script->answers.clear();
    CHECK(until([&] { return client.connected(); }));
    CHECK(heard.text() == "new | connect");
}

TEST_CASE_FIXTURE(scripted_fixture, "an adapter may answer later, twice and from another thread: a session is taken up once")
{
    auto client = traveller();
    auto const id = client.id();
    lose(client);
    io.emit("news", "1");
    script->answers_later = true;
    client.connect();
    REQUIRE(until_asked(1));
    std::thread{[&] {
        script->answers.front()();
        script->answers.front()();
    }}.join();
    REQUIRE(until([&] { return client.connected(); }));
    REQUIRE(in_step(client));
    CHECK(client.id() == id);
    CHECK(heard.text() == "recovered | news: 1 | connect");
}

TEST_CASE_FIXTURE(scripted_fixture, "a session that is found for a client which has left meanwhile is there for the next one")
{
    auto client = traveller();
    auto const id = client.id();
    client.on("connect_error", [this] { heard.note("lost again"); });
    lose(client);
    script->answers_later = true;
    client.connect();
    REQUIRE(until_asked(1));
    proxy.reset();
    REQUIRE(until([&] { return io.engine().clientsCount() == 0 && heard.has("lost again"); }));
    script->answers.front()();
    script->answers_later = false;
    come_back(client);
    CHECK(client.recovered());
    CHECK(client.id() == id);
}

TEST_CASE_FIXTURE(scripted_fixture, "a namespace that cannot be made, since it gets no adapter, is refused")
{
    io.of(std::regex{"^/w-"});
    script->making = [](std::string const& nsp) {
        if (nsp == "/w-a")
            throw_it();
    };
    auto const visitor = client("/w-a");
    heard.follow(visitor);
    CHECK(exceptions_until(context, [this] { return heard.has("connect_error: Invalid namespace"); }) == 1);
    CHECK_NOTHROW(guest("/w-b"));
}

TEST_CASE_FIXTURE(scripted_fixture, "a server that is closed while a namespace is made lets go of its listeners, too")
{
    auto const owned = std::make_shared<int>(1);
    io.of(std::regex{"^/w-"}).on("connection", [owned](server_socket) {});
    script->making = [this](std::string const&) { io.close([this](std::error_code) { heard.note("closed"); }); };
    auto const visitor = client("/w-a", {.reconnection = false});
    REQUIRE(until_heard("closed"));
    CHECK(owned.use_count() == 1);
}

TEST_CASE_FIXTURE(scripted_fixture, "who comes into a pattern's namespace just when its last socket leaves is in the one that is there")
{
    io.of(std::regex{"^/w-"}).on("connection", [this](server_socket socket) { watch(socket); });
    auto last = guest("/w-a"), returning = traveller("/w-a");
    lose(returning);
    script->answers_later = true;
    returning.connect();
    REQUIRE(until_asked(1));
    last.disconnect();
    REQUIRE(until([this] { return io.engine().clientsCount() == 1; }));
    script->answers_later = false;
    SUBCASE("a session was found")
    {
        script->answers.front()();
    }
    SUBCASE("there is none")
    {
        script->answers.clear();
    }
    SUBCASE("and there is one again")
    {
        last.connect();
        REQUIRE(until([&] { return last.connected(); }));
        script->answers.front()();
    }
    REQUIRE(until([&] { return returning.connected(); }));
    heard.clear();
    io.of("/w-a").emit("news", "1");
    CHECK(until_heard("news: 1"));
    CHECK(io.of("/w-a").sockets().has(returning.id()));
    CHECK(io.sockets().adapter().sids().empty());
}

TEST_CASE_FIXTURE(scripted_fixture, "a pattern's namespace goes when its only client leaves while its session is looked for")
{
    io.of(std::regex{"^/w-"});
    io.on("new_namespace", [this](socketio::server_namespace made) { heard.note("new " + made.name()); });
    script->answers_later = true;
    {
        socketio::object const session{{"pid", "a secret"}, {"offset", "the last one"}};
        auto const visitor = client("/w-a", {.auth = session, .reconnection = false});
        REQUIRE(until_asked(1));
    }
    REQUIRE(until([this] { return io.engine().clientsCount() == 0; }));
    SUBCASE("there is none") { script->answers.front()(); }
    SUBCASE("there is no answer") { script->answers.clear(); }
    guest("/w-a");
    CHECK(heard.count("new /w-a") == 2);
}
