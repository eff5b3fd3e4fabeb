// Connections that the program has accepted itself: all of it happens in memory, without a port.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include "support/client.hpp"
#include "support/memory_stream.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using support::memory_stream;

// The client's end of a stream in memory, for HTTP by hand.
class raw_end {
public:
    explicit raw_end(std::shared_ptr<memory_stream> of) : stream_{std::move(of)} { read(); }
    ~raw_end() { stream_->close(); }

    void send(std::string_view text)
    {
        auto const kept = std::make_shared<std::string>(text);
        stream_->async_write(asio::buffer(*kept), [kept](std::error_code, std::size_t) {});
    }
    std::string const& received() const { return *received_; }
    std::size_t answers() const
    {
        std::size_t count = 0;
        for (auto at = received_->find("HTTP/1.1 "); at != std::string::npos; at = received_->find("HTTP/1.1 ", at + 1))
            ++count;
        return count;
    }
    // The body of the last answer.
    std::string body() const { return received_->substr(received_->rfind("\r\n\r\n") + 4); }
    bool ended() const { return *ended_; }

private:
    void read() { read_on(stream_, received_, ended_, std::make_shared<std::array<char, 512>>()); }
    static void read_on(std::shared_ptr<memory_stream> from, std::shared_ptr<std::string> into, std::shared_ptr<bool> ended,
                        std::shared_ptr<std::array<char, 512>> room)
    {
        auto* const stream = from.get();
        stream->async_read_some(asio::buffer(*room), [=](std::error_code ec, std::size_t count) {
            into->append(room->data(), count);
            if (ec)
                *ended = true;
            else
                read_on(from, into, ended, room);
        });
    }

    std::shared_ptr<memory_stream> stream_;
    std::shared_ptr<std::string> received_ = std::make_shared<std::string>();
    std::shared_ptr<bool> ended_ = std::make_shared<bool>(false);
};

struct portless_fixture {
    explicit portless_fixture(socketio::server_options options = {}) : io{context, std::move(options)} {}

    // A stream whose other end the server serves.
    std::shared_ptr<memory_stream> connect(std::string_view received = {}, socketio::stream_peer peer = {})
    {
        auto const ends = memory_stream::pair(context);
        taken = io.accept(ends.second, received, std::move(peer));
        return ends.first;
    }
    socketio::socket client(socketio::options options = {})
    {
        options.forceNew = true;
        options.network.stream_factory = [this](socketio::stream_request const&, socketio::stream_answer answer) {
            answer({}, connect());
        };
        return socketio::io(context, "http://server", support::quick(std::move(options)));
    }
    template <class Predicate>
    bool until(Predicate predicate)
    {
        return support::run_until(context, std::move(predicate));
    }

    support::diary heard;
    asio::io_context context;
    socketio::server io;
    bool taken = false;
};

std::string const open_request = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: server\r\n\r\n";

std::string sid_in(std::string const& opened)
{
    auto const at = opened.find(R"("sid":")") + 7;
    return opened.substr(at, opened.find('"', at) - at);
}
std::string data_request(std::string const& sid, std::string_view body)
{
    return "POST /socket.io/?EIO=4&transport=polling&sid=" + sid + " HTTP/1.1\r\nHost: server\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}
std::string poll_request(std::string const& sid)
{
    return "GET /socket.io/?EIO=4&transport=polling&sid=" + sid + " HTTP/1.1\r\nHost: server\r\n\r\n";
}

} // namespace

TEST_CASE_FIXTURE(portless_fixture, "a client and a server of one context talk over streams in memory, without a port")
{
    io.on("connection", [this](socketio::server_socket socket) {
        socket.on("add", [](int a, int b, socketio::ack reply) { reply(a + b); });
        socket.on("disconnect", [this](std::string_view reason) { heard.note("server: " + std::string{reason}); });
        socket.emit("hello", "client");
    });
    auto socket = client();
    heard.follow(socket);
    socket.on("hello", [&](std::string to) {
        heard.note("hello " + to);
        socket.emit("add", 2, 3, [&](int sum) {
            heard.note(std::to_string(sum));
            socket.disconnect();
        });
    });
    CHECK(until([&] { return heard.count_of("server:") != 0; }));
    CHECK(heard.text() == "connect | hello client | 5 | disconnect: io client disconnect | server: client namespace disconnect");
    CHECK(io.port() == 0);
}

TEST_CASE_FIXTURE(portless_fixture, "a client whose stream was cut comes back over another one")
{
    std::shared_ptr<memory_stream> last;
    socketio::options options;
    options.forceNew = true;
    options.network.stream_factory = [&](socketio::stream_request const&, socketio::stream_answer answer) {
        answer({}, last = connect());
    };
    auto socket = socketio::io(context, "http://server", support::quick(options));
    heard.follow(socket);
    CHECK(until([&] { return heard.count("connect") == 1; }));
    last->close();
    CHECK(until([&] { return heard.count("connect") == 2; }));
    CHECK(io.engine().clientsCount() == 1);
    socket.disconnect();
}

TEST_CASE_FIXTURE(portless_fixture, "a client polls over a stream in memory")
{
    io.on("connection", [this](socketio::server_socket socket) {
        socket.on("add", [](int a, int b, socketio::ack reply) { reply(a + b); });
        socket.on("disconnect", [this](std::string_view reason) { heard.note(std::string{reason}); });
    });
    raw_end by_hand{connect()};
    CHECK(taken);
    by_hand.send(open_request);
    REQUIRE(until([&] { return by_hand.answers() == 1 && !by_hand.body().empty(); }));
    auto const sid = sid_in(by_hand.body());
    by_hand.send(data_request(sid, "40\x1e" R"(421["add",2,3])"));
    REQUIRE(until([&] { return by_hand.answers() == 2; }));
    CHECK(by_hand.body() == "ok");
    std::string polled;
    while (polled.find("431[5]") == std::string::npos) {
        auto const before = by_hand.answers();
        by_hand.send(poll_request(sid));
        REQUIRE(until([&] { return by_hand.answers() == before + 1 && !by_hand.body().empty(); }));
        polled += by_hand.body();
    }
    CHECK(polled.find(R"(40{"sid":)") != std::string::npos);
    by_hand.send(data_request(sid, "41"));
    CHECK(until([&] { return heard.text() == "client namespace disconnect"; }));
}

TEST_CASE_FIXTURE(portless_fixture, "bytes that were read already count as the beginning of the stream")
{
    for (std::size_t cut = 0; cut <= open_request.size(); cut += 7) {
        CAPTURE(cut);
        raw_end by_hand{connect(open_request.substr(0, cut))};
        by_hand.send(open_request.substr(cut));
        REQUIRE(until([&] { return by_hand.answers() == 1 && !by_hand.body().empty(); }));
        CHECK(by_hand.body().starts_with("0{"));
    }
}

TEST_CASE_FIXTURE(portless_fixture, "all of a request may have been read already, and the next one, too")
{
    io.on_request([](socketio::http_request const& request) { return socketio::http_response{200, {}, request.target}; });
    raw_end by_hand{connect("GET /first HTTP/1.1\r\nHost: server\r\n\r\nGET /second HTTP/1.1\r\nHost: server\r\n\r\n")};
    REQUIRE(until([&] { return by_hand.answers() == 2; }));
    CHECK(by_hand.received().find("/first") < by_hand.received().find("/second"));
    CHECK(by_hand.body() == "/second");
}

TEST_CASE_FIXTURE(portless_fixture, "a request to upgrade may have been read already")
{
    raw_end by_hand{connect("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: server\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")};
    REQUIRE(until([&] { return by_hand.received().find("\"sid\"") != std::string::npos; }));
    CHECK(by_hand.received().starts_with("HTTP/1.1 101 "));
}

TEST_CASE_FIXTURE(portless_fixture, "a request says what the program knows about the stream")
{
    io.on_request([this](socketio::http_request const& request) {
        heard.note(request.address + (request.secure ? " secure" : " plain"));
        return socketio::http_response{};
    });
    raw_end known{connect({}, {"192.0.2.7", true})};
    known.send("GET /page HTTP/1.1\r\nHost: server\r\n\r\n");
    CHECK(until([&] { return known.answers() == 1; }));
    raw_end unknown{connect()};
    unknown.send("GET /page HTTP/1.1\r\nHost: server\r\n\r\n");
    CHECK(until([&] { return unknown.answers() == 1; }));
    CHECK(heard.text() == "192.0.2.7 secure |  plain");
}

TEST_CASE("a server with a port takes streams beside it")
{
    portless_fixture house{{.address = "127.0.0.1"}};
    raw_end before{house.connect()};
    house.io.listen(0);
    CHECK(house.io.port() != 0);
    raw_end after{house.connect()};
    for (auto* each : {&before, &after}) {
        each->send(open_request);
        CHECK(house.until([&] { return each->answers() == 1; }));
    }
}

TEST_CASE_FIXTURE(portless_fixture, "a closed server closes the streams that it serves, and takes no more")
{
    auto socket = client({.reconnection = false});
    heard.follow(socket);
    raw_end idle{connect()};
    CHECK(until([&] { return socket.connected(); }));
    io.close();
    CHECK(until([&] { return heard.has("disconnect: io server disconnect") || heard.has("disconnect: transport close"); }));
    CHECK(until([&] { return idle.ended(); }));
    raw_end late{connect()};
    CHECK_FALSE(taken);
    CHECK(until([&] { return late.ended(); }));
    CHECK(support::run_out(context));
}

TEST_CASE("streams count as connections, and one too many is closed")
{
    portless_fixture house{{.connections = 2}};
    std::optional<raw_end> first{house.connect()};
    raw_end second{house.connect()};
    CHECK(house.taken);
    raw_end third{house.connect()};
    CHECK_FALSE(house.taken);
    CHECK(house.until([&] { return third.ended(); }));
    CHECK(house.io.snapshot().connections == 2);
    first.reset();
    CHECK(house.until([&] { return house.io.snapshot().connections == 1; }));
    raw_end fourth{house.connect()};
    CHECK(house.taken);
}

TEST_CASE_FIXTURE(portless_fixture, "a stream that is none is refused")
{
    CHECK_THROWS_AS(io.accept(nullptr), std::invalid_argument);
}

TEST_CASE_FIXTURE(portless_fixture, "streams are handed over from any thread")
{
    std::vector<std::unique_ptr<raw_end>> ends;
    auto const one = memory_stream::pair(context);
    auto const two = memory_stream::pair(context);
    std::thread other{[this, stream = one.second] { io.accept(stream); }};
    io.accept(two.second);
    other.join();
    for (auto const& each : {one.first, two.first}) {
        ends.push_back(std::make_unique<raw_end>(each));
        ends.back()->send(open_request);
    }
    CHECK(until([&] { return ends[0]->answers() == 1 && ends[1]->answers() == 1; }));
}

TEST_CASE("a stream is released with the context")
{
    std::weak_ptr<memory_stream> seen;
    std::shared_ptr<memory_stream> ours;
    {
        asio::io_context streams;
        {
            portless_fixture house;
            auto const ends = memory_stream::pair(streams);
            ours = ends.first;
            seen = ends.second;
            house.io.accept(ends.second);
            house.context.poll();
        }
        streams.poll();
        ours.reset();
    }
    CHECK(seen.expired());
}
