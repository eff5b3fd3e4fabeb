// A client's conversation whose allocations are counted, with a server on another thread: what that allocates is not.
#pragma once

#include <socketio/client.hpp>

#include "counting_asio.hpp"

#include <asio/io_context.hpp>

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr int few = 10000;
constexpr std::size_t constant = 10; // what may be left over, however many events there are
constexpr std::string_view text = "an event's text, longer than a short string";

// A client's side. The other one answers "more" with so many items, the last item of a batch with "go", and "question".
class conversation {
public:
    conversation(std::string const& url, socketio::options how, bool with_binary = false)
        : socket_{socketio::io(context_, url, std::move(how))}, with_binary_{with_binary}
    {
        socket_.on("connect", [this] { context_.stop(); });
        socket_.on("item", [this](int number, std::string_view words, socketio::args const&) {
            sum_ += static_cast<std::size_t>(number) + words.size();
            ++received_;
            if (number == batch_ - 1 && next())
                socket_.emit("more", batch_);
        });
        socket_.on("go", [this] {
            if (next())
                emit_batch();
        });
        run();
        check(socket_.connected(), "connected");
    }
    conversation(conversation const&) = delete;
    conversation& operator=(conversation const&) = delete;
    ~conversation()
    {
        socket_ = {};
        context_.restart();
        context_.run();
    }

    // Events that are sent together from now on.
    void set_batch(int size) { batch_ = size; }
    // Each returns how often this thread allocated for so many events.
    std::size_t receive(int events)
    {
        left_ = events / batch_;
        received_ = 0;
        std::size_t const before = allocations;
        socket_.emit("more", batch_);
        run();
        check(received_ == static_cast<std::size_t>(events), "all items were received", received_);
        return allocations - before;
    }
    std::size_t emit(int events)
    {
        left_ = events / batch_;
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
    // Not on the strand: nothing runs meanwhile, so that the number of wake-ups does not vary.
    std::size_t hand_over(int events)
    {
        std::size_t spent = 0;
        for (left_ = 1; events != 0; events -= 10 * batch_) {
            std::size_t const before = allocations;
            for (int i = 0; i != 10; ++i)
                emit_batch();
            spent += allocations - before;
            left_ = 10;
            holding_ = true;
            run();
            holding_ = false;
        }
        return spent;
    }

private:
    void run()
    {
        context_.restart();
        context_.run();
    }
    // Whether another batch is due; the last one ends run().
    bool next()
    {
        if (--left_ == 0)
            context_.stop();
        return left_ > 0 && !holding_;
    }
    void emit_batch()
    {
        for (int i = 1; i <= batch_; ++i)
            if (with_binary_)
                socket_.emit("item", i, text, i == batch_, socketio::bytes_view{data_});
            else
                socket_.emit("item", i, text, i == batch_);
    }
    void ask_batch()
    {
        for (int i = 0; i != batch_; ++i)
            socket_.emit("question", i, [this](int) {
                if (++answers_ == wanted_)
                    context_.stop();
                else if (answers_ % batch_ == 0)
                    ask_batch();
            });
    }

    asio::io_context context_{1};
    socketio::socket socket_;
    bool const with_binary_;
    std::vector<std::byte> const data_ = std::vector<std::byte>(100);
    int batch_ = 100;
    int left_ = 0;
    bool holding_ = false;
    int answers_ = 0;
    int wanted_ = 0;
    std::size_t received_ = 0;
    std::size_t sum_ = 0;
};

// Nothing per event: what little there is must not grow with their number.
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

// All that a client does, in its stride.
inline void converse_steadily(conversation& both)
{
    steady("received", [&](int events) { return both.receive(events); });
    steady("emitted by a listener", [&](int events) { return both.emit(events); });
    steady("asked and answered", [&](int events) { return both.ask(events); });
}

} // namespace
