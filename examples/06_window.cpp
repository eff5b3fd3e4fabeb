// A desktop program, whose window lives on the thread of the toolkit's loop: the connection runs on a thread
// of its own, and all listeners are called on the window's. With Qt, what posts is
// [](std::function<void()> work) { QMetaObject::invokeMethod(qApp, std::move(work), Qt::QueuedConnection); }
// Runs against examples/peer/echo_server: 06_window http://localhost:3000
#include <socketio/socketio.hpp>

#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <utility>

// The least that a toolkit's loop is.
struct toolkit {
    std::mutex mutex;
    std::queue<std::function<void()>> work;

    void post(std::function<void()> next)
    {
        std::lock_guard const lock{mutex};
        work.push(std::move(next));
    }
    std::function<void()> take()
    {
        std::lock_guard const lock{mutex};
        if (work.empty())
            return [] { std::this_thread::yield(); };
        auto next = std::move(work.front());
        work.pop();
        return next;
    }
};

struct window {
    std::string title;
};

int main(int argc, char** argv)
{
    toolkit loop;
    auto const shown = std::make_shared<window>();
    socketio::background_context background;
    auto socket = socketio::io(background, argc > 1 ? argv[1] : "http://localhost:3000",
                               {.callback_executor = [&loop](std::function<void()> work) { loop.post(std::move(work)); }});

    // On the window's thread, so that no lock is needed; and only as long as the window is there.
    socket.on("connect", [&] { socket.emit("title", "news from the server"); });
    socket.on("title", socketio::bind_owner(shown, [raw = shown.get()](std::string text) { raw->title = text; }));

    while (shown->title.empty())
        loop.take()();
    std::cout << shown->title << '\n';
    return shown->title == "news from the server" ? 0 : 1;
}
