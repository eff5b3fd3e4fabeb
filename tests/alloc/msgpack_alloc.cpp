// Once a conversation has its stride, a client with the parser of MessagePack allocates nothing for another event.
// (server_alloc.cpp looks at the server.)
#include <socketio/client.hpp>
#include <socketio/msgpack.hpp>
#include <socketio/server.hpp>

#include "counting.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib> // posix_memalign
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr int batch = 100;
constexpr int few = 10000;
constexpr std::size_t constant = 10; // what may be left over, however many events there are
constexpr std::string_view text = "an event's text, longer than a short string";

// The server, on a thread of its own: what it allocates is not counted.
class other_side {
public:
    other_side()
    {
        io_.on("connection", [this](socketio::server_socket socket) {
            socket.on("more", [socket](int count) mutable {
                for (int i = 0; i != count; ++i)
                    socket.emit("item", i, text, std::vector<int>(20, i), socketio::bytes(100));
            });
            socket.on("item", [this, socket](int, std::string_view, bool, socketio::bytes const&) mutable {
                if (++items_ % batch == 0)
                    socket.emit("go");
            });
            socket.on("question", [](int number, socketio::ack reply) { reply(number); });
        });
    }
    ~other_side()
    {
        asio::post(context_, [this] { io_.close(); });
        thread_.join();
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    asio::io_context context_{1};
    socketio::server io_{context_, 0, {.address = "127.0.0.1", .parser = socketio::msgpack_parser}};
    std::uint16_t const port_ = io_.port();
    int items_ = 0;
    std::thread thread_{[this] { context_.run(); }};
};

class conversation {
public:
    conversation()
    {
        socket_.on("connect", [this] { context_.stop(); });
        socket_.on("item", [this](int number, std::string_view words, socketio::args const&) {
            sum_ += static_cast<std::size_t>(number) + words.size();
            ++received_;
            if (number == batch - 1 && next())
                socket_.emit("more", batch);
        });
        socket_.on("go", [this] {
            if (next())
                emit_batch();
        });
        run();
        check(socket_.connected(), "connected");
    }
    ~conversation()
    {
        socket_ = {};
        context_.restart();
        context_.run();
    }

    // Each returns how often this thread allocated for so many events.
    std::size_t receive(int events)
    {
        left_ = events / batch;
        received_ = 0;
        std::size_t const before = allocations;
        socket_.emit("more", batch);
        run();
        check(received_ == static_cast<std::size_t>(events), "all items were received", received_);
        return allocations - before;
    }
    std::size_t emit(int events)
    {
        left_ = events / batch;
        std::size_t const before = allocations;
        emit_batch();
        run();
        return allocations - before;
    }
    std::size_t ask(int events)
    {
        answers_ = 0;
        wanted_ = events;
        std::size_t const before = allocations;
        ask_batch();
        run();
        check(answers_ == events, "all questions were answered", static_cast<std::size_t>(answers_));
        return allocations - before;
    }

private:
    void run()
    {
        context_.restart();
        context_.run();
    }
    bool next()
    {
        if (--left_ == 0)
            context_.stop();
        return left_ > 0;
    }
    void emit_batch()
    {
        for (int i = 0; i != batch; ++i)
            socket_.emit("item", i, text, true, socketio::bytes_view{data_});
    }
    void ask_batch()
    {
        for (int i = 0; i != batch; ++i)
            socket_.emit("question", i, [this](int) {
                if (++answers_ == wanted_)
                    context_.stop();
                else if (answers_ % batch == 0)
                    ask_batch();
            });
    }

    other_side server_;
    asio::io_context context_{1};
    socketio::socket socket_{
        socketio::io(context_, server_.url(), {.reconnection = false, .parser = socketio::msgpack_parser})};
    std::vector<std::byte> const data_ = std::vector<std::byte>(100);
    int left_ = 0;
    int answers_ = 0;
    int wanted_ = 0;
    std::size_t received_ = 0;
    std::size_t sum_ = 0;
};

template <class Spend>
void steady(char const* what, Spend spend)
{
    spend(few);
    spend(few); // there are two buffers of each kind, which take turns
    std::size_t const once = spend(few);
    std::size_t const twice = spend(2 * few);
    std::printf("%s: %zu allocations for %d events, %zu for %d\n", what, once, few, twice, 2 * few);
    check(once <= constant, what, once);
    check(twice <= constant, what, twice);
}

} // namespace

// Asio takes the memory of its operations from here.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    ++allocations;
    void* got = nullptr;
    return posix_memalign(&got, alignment, size) == 0 ? got : nullptr;
}

int main()
{
    std::size_t const before = allocations;
    conversation both;
    check(allocations != before, "connecting allocates, so counting works");
    steady("received", [&](int events) { return both.receive(events); });
    steady("emitted by a listener", [&](int events) { return both.emit(events); });
    steady("asked and answered", [&](int events) { return both.ask(events); });
    return failed ? 1 : 0;
}
