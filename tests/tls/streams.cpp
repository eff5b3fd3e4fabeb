// The TLS stream over a socket, both roles of it the library's own.
#include <socketio/client.hpp>

#include "support/checked_stream.hpp"
#include "support/tls.hpp"
#include "support/tls_streams.hpp"

#include <asio/error.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

using socketio::detail::role;
using socketio::detail::stream;
using support::tls_end;

namespace {

// A stream of the user's own: passes at most `piece` bytes a read on, and `most` bytes in all.
class slow_stream final : public socketio::byte_stream {
public:
    slow_stream(stream below, std::size_t piece, std::size_t most) : below_(std::move(below)), piece_(piece), left_(most) {}
    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        below_.async_read_some(asio::buffer(into, std::min(piece_, left_)),
            [this, done = std::move(done)](std::error_code ec, std::size_t count) mutable {
                left_ -= count;
                done(left_ == 0 && count == 0 ? asio::error::eof : ec, count);
            });
    }
    void async_write(asio::const_buffer from, handler done) override { below_.async_write(from, std::move(done)); }
    void shutdown_send() noexcept override { below_.shutdown_send(); }
    void close() noexcept override { below_.close(); }

private:
    stream below_;
    std::size_t piece_;
    std::size_t left_;
};

struct stream_test : support::tls_test {
    support::certificate leaf = trusted.leaf();
    std::shared_ptr<socketio::detail::tls_provider> at_client = support::make_tls({.ca = trusted.root.pem()}, role::client);
    std::shared_ptr<socketio::detail::tls_provider> at_server =
        support::make_tls({.cert = trusted.chain(leaf), .key = leaf.key()}, role::server);
    std::shared_ptr<tls_end> client = std::make_shared<tls_end>(context);
    std::shared_ptr<tls_end> server = std::make_shared<tls_end>(context);
    asio::ip::tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};

    std::pair<stream, stream> connected()
    {
        stream ours = support::connected_stream(context, acceptor.local_endpoint().port());
        auto taken = acceptor.accept();
        taken.set_option(asio::ip::tcp::no_delay(true));
        auto const on = support::strand_on(context);
        return {std::move(ours),
            stream(on, stream::socket_type(on.get_inner_executor().any(), asio::ip::tcp::v4(), taken.release()))};
    }
    stream slowly(stream below, std::size_t piece, std::size_t most = std::size_t(-1))
    {
        return {support::strand_on(context), std::make_shared<slow_stream>(std::move(below), piece, most)};
    }
    // The client's end lies on a stream that is checked.
    std::shared_ptr<checked_stream> start_checked(std::shared_ptr<checked_stream::notes> const& notes)
    {
        auto [ours, theirs] = connected();
        auto const below = std::make_shared<slow_stream>(std::move(ours), std::size_t(-1), std::size_t(-1));
        auto const checked = std::make_shared<checked_stream>(context, below, notes);
        client->start(*at_client, {support::strand_on(context), checked}, role::client);
        server->start(*at_server, std::move(theirs), role::server);
        return checked;
    }
    void start(std::size_t piece = 0)
    {
        auto [ours, theirs] = connected();
        client->start(*at_client, piece ? slowly(std::move(ours), piece) : std::move(ours), role::client);
        server->start(*at_server, piece ? slowly(std::move(theirs), piece) : std::move(theirs), role::server);
    }
};

} // namespace

TEST_CASE_FIXTURE(stream_test, "a stream that gives one byte at a time is enough, and one may lie on another")
{
    start(1);
    std::string const text(3000, 'x');
    client->say(text);
    server->say("hello");
    CHECK(until([&] { return server->heard == text && client->heard == "hello"; }));
}

TEST_CASE_FIXTURE(stream_test, "megabytes go both ways at once through reads of any size")
{
    std::string text(3'000'000, ' ');
    for (std::size_t i = 0; i != text.size(); ++i)
        text[i] = static_cast<char>(i * 31 + i / 777);
    for (std::size_t const size : {std::size_t{100}, std::size_t{40000}}) {
        client = std::make_shared<tls_end>(context);
        server = std::make_shared<tls_end>(context);
        client->read_size = server->read_size = size;
        start();
        client->say(text);
        server->say(text);
        REQUIRE(until([&] { return server->heard.size() >= text.size() && client->heard.size() >= text.size(); }));
        CHECK(server->heard == text);
        CHECK(client->heard == text);
        client->close();
        server->close();
    }
}

TEST_CASE_FIXTURE(stream_test, "shutdown_send says goodbye and goes on reading")
{
    start();
    client->say("last words");
    REQUIRE(until([&] { return server->heard == "last words"; }));
    client->shutdown();
    REQUIRE(until([&] { return server->ended.has_value(); }));
    CHECK(server->ended == asio::error::eof);
    server->say("answer");
    CHECK(until([&] { return client->heard == "answer"; }));
    server->shutdown();
    CHECK(until([&] { return client->ended == asio::error::eof; }));
}

TEST_CASE_FIXTURE(stream_test, "the stream below is told once that no more will come, when the goodbye has been written")
{
    auto const notes = std::make_shared<checked_stream::notes>();
    auto const below = start_checked(notes);
    client->say("last words");
    REQUIRE(until([&] { return server->heard == "last words" && !notes->writing; }));
    SUBCASE("and nothing is written to it later")
    {
        client->shutdown();
        client->shutdown();
        server->say(std::string(100000, 'x'));
        REQUIRE(until([&] { return client->heard.size() == 100000; }));
        server->shutdown();
        REQUIRE(until([&] { return client->ended.has_value(); }));
        CHECK(notes->ends == 1);
    }
    SUBCASE("and not before, nor after its end")
    {
        below->holds = true;
        client->shutdown();
        CHECK(notes->writing);
        client->close();
        REQUIRE(until([&] { return client->ended.has_value() && !notes->writing; }));
        CHECK(notes->ends == 0);
    }
    SUBCASE("and not at all when it cannot be written")
    {
        below->fails = true;
        client->shutdown();
        REQUIRE(until([&] { return !notes->writing; }));
        client->close();
        REQUIRE(until([&] { return client->ended.has_value(); }));
        CHECK(notes->ends == 0);
    }
    client->close();
    CHECK(notes->offences == "");
}

TEST_CASE_FIXTURE(stream_test, "a stream that is cut, in a record or between two, is at its end")
{
    for (std::size_t const most : {std::size_t{5000}, std::size_t{5001}, std::size_t{5010}}) {
        client = std::make_shared<tls_end>(context);
        server = std::make_shared<tls_end>(context);
        auto [ours, theirs] = connected();
        client->start(*at_client, slowly(std::move(ours), 100, most), role::client);
        server->start(*at_server, std::move(theirs), role::server);
        server->say(std::string(20000, 'x'));
        REQUIRE(until([&] { return client->ended.has_value(); }));
        CHECK(client->open);
        CHECK(client->ended == asio::error::eof);
    }
}

TEST_CASE_FIXTURE(stream_test, "close ends what is pending with operation_aborted")
{
    start();
    REQUIRE(until([&] { return client->open && server->open; }));
    client->close();
    REQUIRE(until([&] { return client->ended.has_value(); }));
    CHECK(client->ended == asio::error::operation_aborted);
    CHECK(until([&] { return server->ended.has_value(); }));
}

TEST_CASE_FIXTURE(stream_test, "a context that goes away takes streams with pending operations along")
{
    auto own = std::make_unique<asio::io_context>();
    std::weak_ptr<tls_end> first, second;
    {
        auto const a = std::make_shared<tls_end>(*own);
        auto const b = std::make_shared<tls_end>(*own);
        asio::ip::tcp::acceptor port{*own, {asio::ip::address_v4::loopback(), 0}};
        auto ours = support::connected_stream(*own, port.local_endpoint().port());
        auto const on = support::strand_on(*own);
        stream theirs{on, stream::socket_type(on.get_inner_executor().any(), asio::ip::tcp::v4(), port.accept().release())};
        a->start(*at_client, std::move(ours), role::client);
        b->start(*at_server, std::move(theirs), role::server);
        REQUIRE(support::run_until(*own, [&] { return a->open && b->open; }));
        a->say(std::string(20'000'000, 'x')); // more than is taken at once
        first = a;
        second = b;
    }
    CHECK_FALSE(first.expired());
    own.reset();
    CHECK(first.expired());
    CHECK(second.expired());
}
