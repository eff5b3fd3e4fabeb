// What a client leaves behind in the memory of a server while it stays connected.
#include <socketio/server.hpp>
#include <socketio/websocket.hpp>

#include "support/heap.hpp"
#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace {
namespace server_memory {

constexpr std::size_t large = 900'000; // within maxHttpBufferSize

// A server, and a client that says what it likes and asks after each word whether it was heard.
struct house {
    asio::io_context context;
    socketio::server io{context, 0, {.address = "127.0.0.1"}};
    socketio::websocket peer{context, "ws://127.0.0.1:" + std::to_string(io.port()) + "/socket.io/?EIO=4&transport=websocket"};
    int heard = 0;
    int answers = 0;
    int asked = 0;

    house()
    {
        io.on("connection", [this](socketio::server_socket socket) {
            socket.on("large", [this](socketio::args const&) { ++heard; });
            socket.on("small", [](socketio::ack reply) { reply(); });
        });
        peer.on_open([this] { peer.send(std::string_view{"40"}); });
        peer.on_message([this](socketio::websocket_message const& message) {
            answers += message.text().starts_with("40{") || message.text().starts_with("43");
        });
    }
    bool connect()
    {
        return support::run_until(context, [this] { return answers == 1; });
    }
    bool small_talk()
    {
        peer.send(std::string_view{R"(420["small"])"});
        int const wanted = ++asked + 1;
        return support::run_until(context, [&] { return answers == wanted; });
    }
    // Until no more than that is held, compared with before; it takes a few words in either direction.
    bool falls_to(std::size_t bytes, std::size_t before)
    {
        for (int i = 0; i != 1000; ++i)
            if (!small_talk())
                return false;
            else if (support::heap::used.load() <= before + bytes)
                return true;
        return false;
    }
};

// As much as it can be: a value for each two bytes.
std::string many_values()
{
    std::string text = R"(42["large",[0)";
    while (text.size() < large)
        text += ",0";
    return text + "]]";
}

std::string ten_placeholders()
{
    std::string text = R"(4510-["large")";
    for (int i = 0; i != 10; ++i)
        text += R"(,{"_placeholder":true,"num":)" + std::to_string(i) + '}';
    return text + ']';
}

} // namespace server_memory
} // namespace

TEST_CASE("what a client's large events needed is given back to the server's other clients")
{
    server_memory::house house;
    REQUIRE(house.connect());
    REQUIRE(house.small_talk());
    std::size_t const before = support::heap::used.load();

    house.peer.send(std::string_view{server_memory::many_values()});
    REQUIRE(support::run_until(house.context, [&] { return house.heard == 1; }));
    CHECK(house.falls_to(1'000'000, before));

    house.peer.send(std::string_view{server_memory::ten_placeholders()});
    std::vector<std::byte> const attachment(server_memory::large);
    for (int i = 0; i != 10; ++i)
        house.peer.send(socketio::bytes_view{attachment});
    REQUIRE(support::run_until(house.context, [&] { return house.heard == 2; }));
    CHECK(house.falls_to(1'000'000, before + attachment.size()));
}
