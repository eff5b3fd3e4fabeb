// A program that has a loop of its own, here of a game: the client gets its turn once in every frame, on
// the same thread as everything else, so that listeners may touch the game's state without a lock.
// Runs against examples/peer/echo_server: 05_game_loop http://localhost:3000
#include <socketio/socketio.hpp>

#include <chrono>
#include <iostream>
#include <thread>

struct game {
    int x = 0, y = 0; // where the server has seen the player
    int steps = 0;
    int frame = 0;
    bool over = false;
};

// What the player does, every sixth frame.
void play(game& state, socketio::socket& socket)
{
    if (state.frame % 6 != 0 || state.steps == 5 || !socket.connected())
        return;
    ++state.steps;
    socket.emit("move", state.steps, 2 * state.steps);
}

int main(int argc, char** argv)
{
    using clock = std::chrono::steady_clock;
    constexpr auto frame_time = std::chrono::milliseconds{16};
    constexpr int last_frame = 1000;

    game state;
    asio::io_context context;
    auto socket = socketio::io(context, argc > 1 ? argv[1] : "http://localhost:3000");
    socket.on("connect_error", [](socketio::connect_error const& e) { std::cerr << e.message() << '\n'; });
    socket.on("move", [&](int x, int y) {
        state.x = x;
        state.y = y;
        std::cout << "frame " << state.frame << ": at " << x << ", " << y << '\n';
        if (x == 5)
            socket.disconnect();
    });
    socket.on("disconnect", [&] { state.over = true; });

    auto next = clock::now();
    while (!state.over && state.frame != last_frame) {
        context.restart(); // poll() does nothing any more once it was left without work, as between two games
        context.poll();    // calls what is due, listeners too, and returns at once
        play(state, socket);
        ++state.frame;
        std::this_thread::sleep_until(next += frame_time);
    }
    std::cout << (state.over ? "over" : "given up") << " after " << state.frame << " frames\n";
    return state.over && state.x == 5 && state.y == 10 ? 0 : 1;
}
