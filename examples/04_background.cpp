// A console program without an event loop: a background_context runs the client on a thread of its own,
// and main() asks and waits for the answers.
// Runs against examples/peer/echo_server: 04_background http://localhost:3000
#include <socketio/socketio.hpp>

#include <chrono>
#include <exception>
#include <future>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

// A question that waits for its answer: on any thread but the one that brings it.
std::string ask(socketio::socket& socket, std::string question)
{
    auto const answer = std::make_shared<std::promise<std::string>>();
    auto ready = answer->get_future();
    socket.emit("question", question, [answer](std::error_code ec, std::string text) {
        answer->set_value(ec ? ec.message() : text);
    });
    return ready.wait_for(std::chrono::seconds{10}) == std::future_status::ready ? ready.get() : "no answer";
}

int main(int argc, char** argv)
{
    // What listeners refer to comes first, so that it goes after the thread that calls them.
    int notes = 0;
    bool noticed = false;

    socketio::background_context background{[&](std::exception_ptr thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (std::exception const& e) {
            std::cout << "a listener failed: " << e.what() << '\n';
            noticed = true;
        }
    }};

    // It runs already: first the listeners, then the connection.
    auto socket = socketio::io(background, argc > 1 ? argv[1] : "http://localhost:3000", {.autoConnect = false});
    socket.on("connect_error", [](socketio::connect_error const& e) { std::cerr << e.message() << '\n'; });
    socket.on("note", [&](std::string text) {
        ++notes;
        if (text.empty())
            throw std::invalid_argument{"an empty note"};
    });
    socket.connect();

    std::string const first = ask(socket, "is anybody there?");
    std::cout << "the server says: " << first << '\n';
    socket.emit("note", "");
    socket.emit("note", "the listener above has thrown, and this one comes all the same");
    std::string const last = ask(socket, "is that all?");
    std::cout << "the server says: " << last << '\n';

    socket.disconnect();
    background.join(); // returns when the connection is closed and all is sent; no listener runs any more
    std::cout << notes << " notes\n";
    return first == "is anybody there?" && last == "is that all?" && noticed && notes == 2 ? 0 : 1;
}
