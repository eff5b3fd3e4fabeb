// Once a conversation has its stride, the server allocates next to nothing for another event: how much, is said here.
#include <socketio/client.hpp>
#include <socketio/msgpack.hpp>
#include <socketio/server.hpp>

#include "counting_asio.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr int batch = 100;
constexpr std::string_view text = "an event's text, longer than a short string";

using parser = std::shared_ptr<socketio::packet_parser const>;

// The clients, on a thread of their own: what they allocate is not counted.
class audience {
public:
    audience(std::uint16_t port, socketio::options how)
        : url_{"http://127.0.0.1:" + std::to_string(port)}, options_{std::move(how)}
    {
    }
    audience(audience const&) = delete;
    audience& operator=(audience const&) = delete;
    ~audience()
    {
        asio::post(context_, [this] {
            for (auto& each : sockets_)
                each.disconnect();
            sockets_.clear();
            work_.reset();
        });
        thread_.join();
    }

    void join(int count)
    {
        asio::post(context_, [this, count] {
            for (int i = 0; i != count; ++i)
                sockets_.push_back(socketio::io(context_, url_, options_));
            if (sockets_.size() == 1)
                talk(sockets_.front());
        });
    }

private:
    // The first one does what the server says: "ask" for so many echoes, and so many of them together.
    void talk(socketio::socket& first)
    {
        first.on("ask", [this](int count, int together) {
            left_ = count;
            batch_ = together;
            ask(sockets_.front());
        });
        first.on("question", [](int number, std::string_view words, socketio::ack reply) { reply(number, words); });
    }
    void ask(socketio::socket& first)
    {
        for (int i = 0; i != batch_; ++i)
            first.emit("echo", i, text, [this](int number, std::string_view) {
                if (number == batch_ - 1 && (left_ -= batch_) > 0)
                    ask(sockets_.front());
            });
    }

    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    std::string const url_;
    socketio::options const options_;
    std::vector<socketio::socket> sockets_;
    int batch_ = 0;
    int left_ = 0;
    std::thread thread_{[this] { context_.run(); }};
};

class house {
public:
    explicit house(parser const& how) : io_{context_, 0, {.address = "127.0.0.1", .parser = how}}
    {
        io_.on("connection", [this](socketio::server_socket socket) {
            members_.push_back(socket);
            socket.join("all");
            socket.on("echo", [this](int number, std::string_view words, socketio::ack reply) {
                reply(number, words);
                if (++heard_ == wanted_)
                    context_.stop();
            });
        });
    }
    ~house()
    {
        members_.clear();
        io_.close();
        context_.restart();
        context_.run();
    }

    std::uint16_t port() const { return io_.port(); }
    void await_members(std::size_t count)
    {
        context_.restart();
        while (members_.size() != count)
            context_.run_one();
        context_.poll();
    }

    // Each returns how often this thread allocated for so many events.
    std::size_t echo(int events, int together = batch)
    {
        heard_ = 0;
        wanted_ = events;
        std::size_t const before = allocations;
        members_.front().emit("ask", events, together);
        run();
        check(heard_ == events, "all was echoed", static_cast<std::size_t>(heard_));
        return allocations - before;
    }
    std::size_t ask(int events, int together = batch)
    {
        batch_ = together;
        wanted_ = events;
        heard_ = 0;
        std::size_t const before = allocations;
        ask_batch();
        run();
        return allocations - before;
    }
    std::size_t broadcast(int events)
    {
        std::size_t const before = allocations;
        for (int i = 0; i != events; ++i) {
            io_.to("all").emit("news", i, text);
            context_.restart();
            context_.poll();
        }
        return allocations - before;
    }
    // Outside its strand, as from another thread.
    std::size_t hand_over(int events)
    {
        std::size_t handed = 0;
        for (int i = 0; i != events; i += batch) {
            std::size_t const before = allocations;
            for (int j = 0; j != batch; ++j)
                members_.front().emit("news", j, text);
            handed += allocations - before;
            context_.restart();
            context_.poll();
        }
        return handed;
    }

private:
    void run()
    {
        context_.restart();
        context_.run();
    }
    void ask_batch()
    {
        for (int i = 0; i != batch_; ++i)
            members_.front().emit("question", i, text, [this](int, std::string_view) {
                if (++heard_ == wanted_)
                    context_.stop();
                else if (heard_ % batch_ == 0)
                    ask_batch();
            });
    }

    asio::io_context context_{1};
    socketio::server io_;
    std::vector<socketio::server_socket> members_;
    int batch_ = 0;
    int heard_ = 0;
    int wanted_ = 0;
};

template <class Spend>
double per_event(char const* what, int few, Spend spend)
{
    spend(few);
    spend(few);
    auto const once = static_cast<double>(spend(few));
    auto const twice = static_cast<double>(spend(2 * few));
    double const each = (twice - once) / few;
    std::printf("%s: %.0f allocations for %d events, %.0f for %d: %.3f each\n", what, once, few, twice, 2 * few, each);
    return each;
}

} // namespace

void converse(parser const& how)
{
    house server{how};
    audience clients{server.port(), {.forceNew = true, .reconnection = false, .parser = how}};
    clients.join(1);
    server.await_members(1);
    double const echoed = per_event("echoed", 10000, [&](int events) { return server.echo(events); });
    double const asked = per_event("asked and answered", 10000, [&](int events) { return server.ask(events); });
    double const handed = per_event("handed over", 1000, [&](int events) { return server.hand_over(events); });
    double const alone = per_event("broadcast to one", 1000, [&](int events) { return server.broadcast(events); });
    clients.join(99);
    server.await_members(100);
    double const shared =
        per_event("broadcast to a hundred", 100, [&](int events) { return server.broadcast(events); });
    check(echoed < 1.01, "an answer costs no more than the `ack` that gives it", static_cast<std::size_t>(echoed));
    check(asked < 0.01, "a question costs nothing", static_cast<std::size_t>(asked));
    check(handed < 0.2, "an event of another thread costs a wake-up for many", static_cast<std::size_t>(handed));
    check(alone < 12, "a broadcast to one", static_cast<std::size_t>(alone));
    // Each of them is woken up on a strand of its own, which is Asio's.
    check(shared < 100 * 4.5, "a broadcast to a hundred", static_cast<std::size_t>(shared));
}

// The same number of requests, and more events in each: what another event costs is the difference.
template <class Spend>
double per_polled_event(char const* what, Spend spend)
{
    constexpr int batches = 50;
    constexpr int more = 1000;
    auto const spent = [&](int together) {
        spend(together * batches, together);
        return static_cast<double>(spend(together * batches, together));
    };
    double const few_events = spent(batch);
    double const many_events = spent(batch + more);
    double const each = (many_events - few_events) / (batches * more);
    std::printf("%s by polling: %.0f allocations for %d batches of %d events, %.0f of %d: %.3f each\n", what,
        few_events, batches, batch, many_events, batch + more, each);
    return each;
}

void converse_by_polling(parser const& how)
{
    house server{how};
    audience clients{server.port(), {.forceNew = true, .transports = {"polling"}, .reconnection = false, .parser = how,
                                        .limits = {.packets_per_request = 0}}};
    clients.join(1);
    server.await_members(1);
    double const echoed = per_polled_event("echoed", [&](int events, int size) { return server.echo(events, size); });
    double const asked =
        per_polled_event("asked and answered", [&](int events, int size) { return server.ask(events, size); });
    check(echoed < 1.1, "an answer by polling costs no more than its `ack`", static_cast<std::size_t>(echoed));
    check(asked < 0.1, "a question by polling costs nothing", static_cast<std::size_t>(asked));
}

int main()
{
    converse(nullptr);
    converse_by_polling(nullptr);
    std::printf("with MessagePack\n");
    converse(socketio::msgpack_parser);
    converse_by_polling(socketio::msgpack_parser);
    return failed ? 1 : 0;
}
