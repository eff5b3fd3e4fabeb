// Streams of the user's own are used as their contract says, however a connection ends.
#include "memory_stream.hpp"
#include "routes.hpp"
#include "support/checked_stream.hpp"

#include <socketio/websocket.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct contract_test : support::refusal_test {
    std::shared_ptr<checked_stream::notes> notes = std::make_shared<checked_stream::notes>();
    std::shared_ptr<memory_stream> far;
    std::weak_ptr<checked_stream> near;

    socketio::network_options network()
    {
        socketio::network_options made;
        made.stream_factory = [this](socketio::stream_request const&, socketio::stream_answer answer) {
            auto const [here, there] = memory_stream::pair(context);
            far = there;
            std::make_shared<memory_server>(there)->read();
            auto const checked = std::make_shared<checked_stream>(context, here, notes);
            near = checked;
            answer({}, checked);
        };
        return made;
    }
    socketio::websocket open(std::chrono::milliseconds close_timeout = 20ms)
    {
        socketio::websocket made{context, "ws://h", {.network = network(), .close_timeout = close_timeout}};
        made.on_close([this](socketio::websocket_close const&) { ended = true; });
        REQUIRE(until([&] { return made.is_open(); }));
        return made;
    }
    // Everything has come to its end, and nothing was done that must not be.
    void check_end(int ends)
    {
        far.reset();
        CHECK(until([&] { return notes->closed; }));
        CHECK(idle());
        CHECK(near.expired());
        CHECK(notes->ends == ends);
        CHECK(notes->offences == "");
    }

    bool ended = false;
};

} // namespace

TEST_CASE_FIXTURE(contract_test, "a connection that is closed says once that no more will come")
{
    auto socket = socketio::io(context, "http://h", {.network = network()});
    bool answered = false;
    socket.emit("x", [&](std::string const&) { answered = true; });
    REQUIRE(until([&] { return answered; }));
    socket.disconnect();
    check_end(1);
}

TEST_CASE_FIXTURE(contract_test, "a WebSocket whose peer says goodbye says once that no more will come")
{
    auto socket = std::optional{open(5s)};
    socket->close();
    REQUIRE(until([&] { return !notes->writing; }));
    std::string_view const goodbye{"\x88\x02\x03\xe8", 4};
    far->async_write(asio::buffer(goodbye.data(), goodbye.size()), [](std::error_code, std::size_t) {});
    REQUIRE(until([&] { return ended; }));
    check_end(1);
}

TEST_CASE_FIXTURE(contract_test, "a peer that does not read is left while a write is pending, and is told nothing more")
{
    auto socket = std::optional{open()};
    near.lock()->holds = true;
    socket->send(std::string_view{"never taken"});
    REQUIRE(until([&] { return notes->writing; }));
    SUBCASE("by the closing handshake's time") { socket->close(); }
    SUBCASE("by the last handle") { socket.reset(); }
    SUBCASE("by an offence of the peer's")
    {
        std::string_view const offence{"\xff\xff\xff\xff", 4};
        far->async_write(asio::buffer(offence.data(), offence.size()), [](std::error_code, std::size_t) {});
    }
    check_end(0);
}

TEST_CASE_FIXTURE(contract_test, "a client that is stopped while a write is pending tells its stream nothing more")
{
    auto socket = std::optional{socketio::io(context, "http://h", {.network = network()})};
    REQUIRE(until([&] { return socket->connected(); }));
    near.lock()->holds = true;
    socket->emit("never taken");
    REQUIRE(until([&] { return notes->writing; }));
    SUBCASE("by the server, which leaves") { far->close(); }
    SUBCASE("by its last handle") {}
    socket.reset();
    check_end(0);
}

TEST_CASE_FIXTURE(contract_test, "a stream that cannot write is closed, and told nothing more")
{
    auto socket = std::optional{open()};
    near.lock()->fails = true;
    socket->send(std::string_view{"lost"});
    SUBCASE("while the connection is open") { REQUIRE(until([&] { return ended; })); }
    SUBCASE("while it is being closed") { socket->close(); }
    SUBCASE("when nobody holds it any more") { socket.reset(); }
    check_end(0);
}
