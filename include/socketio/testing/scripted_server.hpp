// A server that says what a test wants, right or wrong, for tests of a client.
#pragma once

#include <socketio/testing/decl.hpp>
#include <socketio/testing/script_player.hpp>
#include <socketio/testing/world.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::testing {

// The settings in an open packet.
struct scripted_open {
    std::string sid{}; // empty: one of its own
    std::vector<std::string> upgrades{};
    std::chrono::milliseconds pingInterval{25000};
    std::chrono::milliseconds pingTimeout{20000};
    std::uint64_t maxPayload = 1'000'000;
};

// What a server does on one connection, step by step. Behind the last step it is silent, and goes on reading.
class server_script : public detail::script_steps<server_script> {
public:
    using header_list = std::vector<std::pair<std::string, std::string>>;

    // Waits for a request for a WebSocket, and switches to it.
    SOCKETIO_TESTING_DECL server_script& upgrade(header_list headers = {});
    // Waits for a request, whose target begins so. For raw() or answer() behind it.
    SOCKETIO_TESTING_DECL server_script& expect_request(std::string method = {}, std::string target = {});
    // Answers the request that was expected, or waits for one and answers that.
    SOCKETIO_TESTING_DECL server_script& answer(int status, header_list headers = {}, std::string body = {});
    // The open packet of Engine.IO.
    SOCKETIO_TESTING_DECL server_script& open(scripted_open settings = {});
    // Waits for CONNECT to this namespace, which is that of the steps behind it.
    SOCKETIO_TESTING_DECL server_script& expect_connect(std::string nsp = "/");
    // Admits the client to the namespace, or refuses it.
    SOCKETIO_TESTING_DECL server_script& reply_connect(std::string sid = {});
    SOCKETIO_TESTING_DECL server_script& refuse_connect(std::string message, value data = {});
    // A ping of Engine.IO. There are no others.
    server_script& ping() { return text("2"); }
    server_script& expect_pong() { return expect_text("3"); }

private:
    bool request_expected_ = false;
};

// Listens as a host of the world, and plays its script on every connection:
//
//     socketio::testing::scripted_server server{world, "server"};
//     server.script().upgrade().open().expect_connect().reply_connect().expect("reading", 21.5).reset();
//     auto socket = world.client("http://server");
//     socket.emit("reading", 21.5);
//     world.run_until([&] { return server.done(); });
//
// It ends before its world does.
class scripted_server {
public:
    explicit scripted_server(world& in, std::string name = "server");
    scripted_server(scripted_server const&) = delete;
    scripted_server& operator=(scripted_server const&) = delete;
    ~scripted_server();

    // The script of the n-th connection and those behind it, up to the next one that has its own. A connection plays
    // the steps that are there when it is accepted.
    server_script& script(std::uint64_t connection = 1) { return scripts_[connection]; }
    // Whether each script has been played to its end. Throws testing::failure if a step was not met.
    bool done() const;
    // Which step was not met first, and what came in its place. Empty: none.
    std::string failure() const;
    std::uint64_t connections() const noexcept { return players_.size(); }

    // For the world.
    bool accept(std::shared_ptr<byte_stream> connected, std::string_view received, stream_peer const& peer);

private:
    struct playing {
        std::uint64_t script; // its key
        std::shared_ptr<detail::script_player> player;
    };

    world& world_;
    std::string const name_;
    std::map<std::uint64_t, server_script> scripts_;
    std::vector<playing> players_;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/scripted_server.ipp>
#endif
