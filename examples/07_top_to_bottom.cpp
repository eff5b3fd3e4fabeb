// A conversation written from top to bottom, as a coroutine: it waits for events and answers where a
// listener would have to remember where it was. (Coroutines of Asio's: not with clang 14 and Asio 1.22.)
// Runs against examples/peer/echo_server: 07_top_to_bottom http://localhost:3000
#include <socketio/socketio.hpp>

#include <iostream>

#if defined(ASIO_HAS_CO_AWAIT)
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <tuple>

using namespace std::chrono_literals;

asio::awaitable<int> play(socketio::socket socket)
{
    auto moves = socket.stream<std::string, int>("move", {.limit = 16}); // keeps what comes while we do other things
    co_await socket.async_next("connect", 10s, asio::use_awaitable);

    std::string const name = co_await socket.emitWithAck<std::string>("join", "white", asio::use_awaitable);
    std::cout << "playing " << name << '\n';

    int total = 0;
    for (int i = 1; i <= 3; ++i)
        socket.emit("move", name, i);
    for (int i = 1; i <= 3; ++i) {
        std::tuple<std::string, int> const move = co_await moves.async_next(10s, asio::use_awaitable);
        total += std::get<1>(move);
    }
    std::cout << "moved by " << total << '\n';
    socket.disconnect();
    co_return total;
}

int main(int argc, char** argv)
{
    asio::io_context context;
    int total = 0;
    asio::co_spawn(context, play(socketio::io(context, argc > 1 ? argv[1] : "http://localhost:3000")),
                   [&](std::exception_ptr thrown, int result) {
                       if (thrown)
                           std::cerr << "the conversation failed\n"; // a std::system_error says why
                       total = result;
                   });
    context.run();
    return total == 6 ? 0 : 1;
}
#else
int main()
{
    std::cout << "this compiler and Asio have no asio::awaitable\n";
}
#endif
