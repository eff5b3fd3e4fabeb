// A parser of the program's own that throws, at packets that are sent and at those that a peer has sent.
#include <socketio/client.hpp>
#include <socketio/msgpack.hpp>
#include <socketio/parser.hpp>
#include <socketio/server.hpp>

#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace own_parser_tests {

using namespace socketio;

namespace {

bool unwritable_disconnects = false;
bool unwritable_ids = false;

// MessagePack, which throws at packets with certain words in them.
class moody_parser final : public packet_parser {
public:
    std::string_view name() const noexcept override { return "moody"; }
    void encode(output& to, head const& of, write_data const* data) const override
    {
        std::size_t const start = to.size();
        inner_->encode(to, of, data);
        bool const leaves = of.type == packet_type::disconnect && unwritable_disconnects;
        if (leaves || to.view().substr(start).find("unwritable") != std::string_view::npos)
            throw std::runtime_error{"encode"};
    }
    void add_ack_id(output& to, std::string_view event, std::string_view nsp, std::uint64_t id) const override
    {
        if (unwritable_ids)
            throw std::runtime_error{"id"};
        inner_->add_ack_id(to, event, nsp, id);
    }
    std::error_code decode(std::span<char> message, value_builder& to, packet& out) const override
    {
        std::string_view const words{message.data(), message.size()};
        if (words.find("unreadable") != std::string_view::npos)
            throw std::runtime_error{"decode"};
        if (words.find("no number") != std::string_view::npos)
            throw 5;
        if (words.find("too much") != std::string_view::npos)
            throw std::bad_alloc{};
        return inner_->decode(message, to, out);
    }

private:
    std::shared_ptr<packet_parser const> const inner_ = msgpack_parser;
};

options with_msgpack()
{
    return {.reconnection = false, .parser = msgpack_parser};
}

options with_moody()
{
    return {.reconnection = false, .parser = std::make_shared<moody_parser>()};
}

// Every client gets back what it says.
struct moody_server : support::server_fixture {
    explicit moody_server(std::shared_ptr<packet_parser const> by = std::make_shared<moody_parser>())
        : support::server_fixture{{.parser = std::move(by)}}
    {
        io.on("connection", [this](server_socket arrived) {
            arrived.on("say", [arrived](std::string_view text) { arrived.emit("said", text); });
            arrived.on("disconnect", [this](std::string_view why) { heard.note(std::string{why}); });
        });
    }
};
struct plain_server : moody_server {
    plain_server() : moody_server{msgpack_parser} {}
};

} // namespace

TEST_CASE_FIXTURE(moody_server, "a packet at which the server's parser throws ends its connection, and no other")
{
    for (std::string const words : {"unreadable", "no number"}) {
        CAPTURE(words);
        heard.clear();
        auto good = guest("", with_msgpack());
        auto bad = guest("", with_msgpack());
        good.on("said", support::note_text(heard, "said"));
        bad.emit("say", words);
        REQUIRE(until([&] { return !bad.connected(); }));
        good.emit("say", "hello");
        REQUIRE(until_heard("said: hello"));
        CHECK(heard.count("forced close") == 1);
        CHECK(good.connected());
    }
}

TEST_CASE_FIXTURE(plain_server, "a packet at which the client's parser throws ends the connection as a parse error that says so")
{
    for (std::string const words : {"unreadable", "no number"}) {
        CAPTURE(words);
        auto client = guest("", with_moody());
        std::optional<disconnect_details> why;
        client.on("disconnect", [&](std::string_view reason, disconnect_details const& details) {
            CHECK(reason == "parse error");
            why = details;
        });
        io.emit("news", words);
        REQUIRE(until([&] { return why.has_value(); }));
        CHECK(why->code == error::packet_parser_failed);
        CHECK(why->description == "the parser has thrown an exception at a packet");
    }
}

TEST_CASE_FIXTURE(moody_server, "a CONNECT that the client's parser cannot write is a connect_error, and others join")
{
    auto options = with_moody();
    options.auth = object{{"token", "unwritable"}};
    auto refused = client("", std::move(options));
    std::optional<connect_error> why;
    refused.on("connect_error", [&](connect_error const& e) { why = e; });
    REQUIRE(until([&] { return why.has_value(); }));
    CHECK(why->code() == error::packet_parser_failed);
    CHECK(why->message() == "auth: the parser has thrown an exception at a packet");
    CHECK_FALSE(refused.active());
    CHECK(guest("", with_moody()).connected());
}

TEST_CASE_FIXTURE(moody_server, "a DISCONNECT that a parser cannot write ends the connection, which says it, too")
{
    bool server_leaves = false;
    SUBCASE("the client's") {}
    SUBCASE("the server's") { server_leaves = true; }
    auto leaving = guest("", with_moody());
    auto const there = socket_of(leaving);
    unwritable_disconnects = true;
    if (server_leaves)
        there.disconnect();
    else
        leaving.disconnect();
    CHECK(until([&] { return !leaving.connected() && !there.connected(); }));
    unwritable_disconnects = false;
    CHECK(guest("", with_moody()).connected());
}

TEST_CASE_FIXTURE(moody_server, "an event of the retries to which the parser can give no id ends with an error, and the next one leaves")
{
    auto options = with_moody();
    options.retries = 3;
    options.ackTimeout = std::chrono::seconds{10};
    auto client = guest("", std::move(options));
    socket_of(client).on("tell", [](std::string_view, ack reply) { reply(); });
    unwritable_ids = true;
    std::error_code why;
    client.emit("tell", "first", [&](std::error_code ec) { why = ec; });
    CHECK(until([&] { return static_cast<bool>(why); }));
    unwritable_ids = false;
    CHECK(why == error::packet_parser_failed);
    CHECK(client.connected());
    bool answered = false;
    client.emit("tell", "second", [&](std::error_code ec) { answered = !ec; });
    CHECK(until([&] { return answered; }));
}

TEST_CASE_FIXTURE(moody_server, "a refusal that the server's parser cannot write ends that connection alone")
{
    io.use([](server_socket socket, next go_on) {
        if (socket.handshake().auth["token"].is_string())
            go_on({"unwritable", {}});
        else
            go_on();
    });
    auto options = with_msgpack();
    options.auth = object{{"token", "x"}};
    auto bad = client("", std::move(options));
    std::string reason;
    bad.io().on("close", [&](std::string_view why) { reason = why; });
    REQUIRE(until([&] { return !reason.empty(); }));
    CHECK(guest("", with_msgpack()).connected());
}

TEST_CASE_FIXTURE(moody_server, "a parser without memory for a packet ends that connection alone")
{
    auto good = guest("", with_msgpack());
    auto bad = guest("", with_msgpack());
    good.on("said", support::note_text(heard, "said"));
    bad.emit("say", "too much");
    REQUIRE(until([&] { return !bad.connected(); }));
    good.emit("say", "hello");
    REQUIRE(until_heard("said: hello"));
}

TEST_CASE_FIXTURE(moody_server, "what a parser throws at an event leaves the emit, which sends nothing and loses nothing")
{
    auto client = guest("", with_moody());
    client.on("said", support::note_text(heard, "said"));
    auto const server_side = socket_of(client);
    client.emit("say", "first");
    CHECK_THROWS_AS(client.emit("say", "unwritable"), std::runtime_error);
    CHECK_THROWS_AS(client.emit("say", "unwritable", [] { FAIL("answered"); }), std::runtime_error);
    CHECK_THROWS_AS(server_side.emit("said", "unwritable"), std::runtime_error);
    CHECK_THROWS_AS(server_side.emit("said", "unwritable", [] { FAIL("answered"); }), std::runtime_error);
    CHECK_THROWS_AS(io.emit("said", "unwritable"), std::runtime_error);
    client.emit("say", "last");
    REQUIRE(until_heard("said: last"));
    CHECK(heard.text() == "said: first | said: last");
    CHECK(client.snapshot().pending_acks == 0);
}

TEST_CASE_FIXTURE(moody_server, "what waits for a connection stays when a parser throws at another event")
{
    auto how = with_moody();
    how.autoConnect = false;
    auto client = this->client("", how);
    client.on("said", support::note_text(heard, "said"));
    client.emit("say", "first");
    CHECK_THROWS_AS(client.emit("say", "unwritable"), std::runtime_error);
    client.emit("say", "last");
    client.connect();
    REQUIRE(until_heard("said: last"));
    CHECK(heard.text() == "said: first | said: last");
}

TEST_CASE_FIXTURE(moody_server, "an answer at which a parser throws can be given again")
{
    auto client = guest("", with_moody());
    client.on("question", [](ack reply) {
        CHECK_THROWS_AS(reply("unwritable"), std::runtime_error);
        reply("answer");
        reply("too late");
    });
    socket_of(client).emit("question", [this](std::string_view text) { heard.note("got " + std::string{text}); });
    REQUIRE(until_heard("got answer"));
    CHECK(in_step(client));
    CHECK(heard.text() == "got answer");
}

} // namespace own_parser_tests
