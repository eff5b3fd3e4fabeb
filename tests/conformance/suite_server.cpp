// The server that the test suites of Socket.IO's and Engine.IO's protocols expect (see README.md):
//     suite_server socket.io|engine.io [<port>]
// serves until it is ended.
#include <socketio/server.hpp>

#include <socketio/server/engine_server.hpp>

#include <asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

using namespace std::chrono_literals;

namespace {

socketio::server_options settings()
{
    socketio::server_options made{.connectTimeout = 1000ms, .pingInterval = 300ms, .pingTimeout = 200ms, .maxHttpBufferSize = 1000000};
    made.cors.origin = {"*"};
    return made;
}

// Calls `say` with the arguments as arguments. The suite sends three at most.
template <class Say>
void spread(socketio::args const& from, Say const& say)
{
    switch (from.size()) {
    case 0: say(); return;
    case 1: say(from[0]); return;
    case 2: say(from[0], from[1]); return;
    default: say(from[0], from[1], from[2]); return;
    }
}

void welcome(socketio::server_socket socket)
{
    auto const& auth = socket.handshake().auth;
    socket.emit("auth", auth.is_null() ? socketio::value{socketio::object{}} : auth);
    socket.on("message", [socket](socketio::args const& all) {
        spread(all, [&](auto const&... each) { socket.emit("message-back", each...); });
    });
    socket.on("message-with-ack", [](socketio::args const& all, socketio::ack const& reply) {
        spread(all, [&](auto const&... each) { reply(each...); });
    });
}

void serve_socketio(std::uint16_t port)
{
    asio::io_context context;
    socketio::server io{context, port, settings()};
    io.on("connection", welcome);
    io.of("/custom").on("connection", welcome);
    std::cout << "listening on " << io.port() << std::endl;
    context.run();
}

// The public server speaks Socket.IO only: this stands on what is below it.
class echo final : public socketio::detail::engine_session_owner {
public:
    explicit echo(std::shared_ptr<socketio::detail::engine_session> session) noexcept : session_{std::move(session)} {}

    void on_readable() override { session_->receive(); }
    void on_text(std::span<char> message) override { session_->send_text({message.data(), message.size()}, true); }
    void on_binary(std::span<char> message) override
    {
        session_->send_binary(socketio::detail::as_bytes({message.data(), message.size()}), true);
    }
    void on_drained() override {}
    void on_closed(socketio::detail::disconnect_reason, std::error_code) override {}

private:
    std::shared_ptr<socketio::detail::engine_session> session_; // which lets go of this at its end
};

void serve_engineio(std::uint16_t port)
{
    asio::io_context context;
    auto chosen = settings();
    chosen.path = "/engine.io/";
    socketio::detail::engine_server::hooks told;
    told.session = [](std::shared_ptr<socketio::detail::engine_session> session) { session->attach(std::make_shared<echo>(session)); };
    told.connection_error = [](socketio::connection_failure const&) {};
    auto const server = socketio::detail::engine_server::make(
        context.get_executor(), std::make_shared<socketio::server_options const>(std::move(chosen)), std::move(told));
    server->listen(port);
    std::cout << "listening on " << server->port() << std::endl;
    context.run();
}

} // namespace

int main(int argc, char** argv)
{
    std::string_view const what = argc > 1 ? argv[1] : "";
    if (argc > 3 || (what != "socket.io" && what != "engine.io")) {
        std::cerr << "usage: suite_server socket.io|engine.io [<port>]\n";
        return EXIT_FAILURE;
    }
    auto const port = static_cast<std::uint16_t>(argc == 3 ? std::atoi(argv[2]) : 3000);
    if (what == "socket.io")
        serve_socketio(port);
    else
        serve_engineio(port);
}
