// A program with threads of its own: the context runs in the background, any thread emits, and the
// answers are handed back to the thread that wants them.
// Runs against examples/peer/echo_server: 03_worker_threads http://localhost:3000
#include <socketio/socketio.hpp>

#include <future>
#include <iostream>
#include <thread>
#include <vector>

int main(int argc, char** argv)
{
    asio::io_context context;
    auto socket = socketio::io(context, argc > 1 ? argv[1] : "http://localhost:3000", {.autoConnect = false});
    socket.on("connect_error", [](socketio::connect_error const& e) { std::cerr << e.message() << '\n'; });
    socket.connect();
    std::thread background{[&] { context.run(); }};

    std::vector<std::thread> workers;
    std::vector<std::promise<int>> answers(4);
    for (int i = 0; i != 4; ++i)
        workers.emplace_back([&socket, &answer = answers[static_cast<std::size_t>(i)], i] {
            socket.emit("square", i * i, [&answer](std::error_code ec, int result) { answer.set_value(ec ? -1 : result); });
        });

    int sum = 0;
    for (auto& each : answers)
        sum += each.get_future().get();
    std::cout << "the sum of the answers is " << sum << '\n';

    for (auto& each : workers)
        each.join();
    socket.disconnect();
    background.join(); // run() returns when the connection is closed
    return sum == 14 ? 0 : 1;
}
