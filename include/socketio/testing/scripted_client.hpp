// A client that says what a test wants, right or wrong, for tests of a server.
#pragma once

#include <socketio/testing/decl.hpp>
#include <socketio/testing/script_player.hpp>
#include <socketio/testing/world.hpp>
#include <socketio/wire/url.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::testing {

// What a client does on its connection, step by step. Behind the last step it is silent, and goes on reading. Pings are
// answered unless it says otherwise; its frames are masked.
class client_script : public detail::script_steps<client_script> {
public:
    using header_list = std::vector<std::pair<std::string, std::string>>;

    // A request, and the wait for its answer. 0: with any status.
    SOCKETIO_TESTING_DECL client_script& request(std::string method, std::string target, std::string body = {},
        header_list headers = {});
    SOCKETIO_TESTING_DECL client_script& expect_answer(int status = 0, std::string body = {});
    // Asks for a WebSocket, and waits until the server has switched.
    SOCKETIO_TESTING_DECL client_script& upgrade(std::string target = "/socket.io/?EIO=4&transport=websocket",
        header_list headers = {});
    SOCKETIO_TESTING_DECL client_script& expect_open();
    // CONNECT to this namespace, which is that of the steps behind it.
    SOCKETIO_TESTING_DECL client_script& connect(std::string nsp = "/", value auth = {});
    // Waits for the answer to it.
    SOCKETIO_TESTING_DECL client_script& expect_connected();
    SOCKETIO_TESTING_DECL client_script& expect_refused();
    // From here on pings are answered, or not.
    SOCKETIO_TESTING_DECL client_script& answer_pings(bool answers);
    client_script& pong() { return text("3"); }
    client_script& expect_ping() { return expect_text("2"); }

private:
    friend class scripted_client;

    std::shared_ptr<std::string> host_ = std::make_shared<std::string>();
};

// Connects when the world runs next, and plays its script:
//
//     socketio::testing::scripted_client client{world, "http://server"};
//     client.script().upgrade().expect_open().connect().expect_connected().masks(false).emit("x").expect_end();
//     world.run_until([&] { return client.done(); });
//
// It ends before its world does.
class scripted_client {
public:
    explicit scripted_client(world& in, std::string_view url = "http://server", std::string host = "client");
    scripted_client(scripted_client const&) = delete;
    scripted_client& operator=(scripted_client const&) = delete;
    ~scripted_client();

    client_script& script() noexcept { return state_->script; }
    // Whether the script has been played to its end. Throws testing::failure if a step was not met.
    bool done() const;
    // Which step was not met, and what came in its place. Empty: none.
    std::string failure() const;

private:
    struct state {
        client_script script{};
        detail::url to{};
        std::string name{};
        network_options network{};
        std::shared_ptr<detail::script_player> player{};
    };
    static void begin(asio::io_context& on, std::shared_ptr<state> const& of);

    world& world_;
    std::shared_ptr<state> const state_;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/scripted_client.ipp>
#endif
