// Once a conversation has its stride, the client allocates nothing for another event: neither for one
// that a listener emits, nor for one that is received, nor for one that another thread hands over.
#include <socketio/client.hpp>

#include "counting.hpp"
#include "support/loop_server.hpp"

#include <asio/io_context.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib> // posix_memalign
#include <string_view>

namespace {

constexpr int batch = 100;
constexpr int few = 10000;
constexpr std::size_t constant = 10; // what may be left over, however many events there are
constexpr std::string_view text = "an event's text, longer than a short string";

// Answers "more" with a batch of items, and a batch of items with "go".
bool converse(support::loop_session& session, socketio::packet const& received, int& items)
{
    std::string_view const event = received.payload[std::size_t{0}].as_string();
    if (event == "more")
        for (int i = 0; i != batch; ++i)
            session.emit("/", "item", i, text, true);
    else if (event == "question")
        session.answer(received, received.payload[1]);
    else if (++items % batch == 0)
        session.emit("/", "go");
    return true;
}

class conversation {
public:
    conversation()
    {
        socket_.on("connect", [this] { context_.stop(); });
        socket_.on("item", [this](int number, std::string_view words, bool) {
            sum_ += static_cast<std::size_t>(number) + words.size();
            ++received_;
            if (number == batch - 1 && next())
                socket_.emit("more");
        });
        socket_.on("go", [this] {
            if (next())
                emit_batch();
        });
        run();
        check(socket_.connected(), "connected", 0);
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
        socket_.emit("more");
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
    // Not on the strand: nothing runs meanwhile, so that the number of wake-ups does not vary.
    std::size_t hand_over(int events)
    {
        std::size_t spent = 0;
        for (left_ = 1; events != 0; events -= 10 * batch) {
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
        for (int i = 0; i != batch; ++i)
            socket_.emit("item", i, text, true);
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

    int items_ = 0; // the server's
    support::loop_thread server_{{.on_packet = [this](support::loop_session& session, socketio::packet const& received) {
        return converse(session, received, items_);
    }}};
    asio::io_context context_{1};
    socketio::socket socket_{socketio::io(context_, server_.url(), {.reconnection = false})};
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

    // A wake-up of the context costs something, of which there is one for each thousand events.
    both.hand_over(few);
    std::size_t const handed = both.hand_over(few);
    std::printf("handed over by another thread: %zu allocations for %d events\n", handed, few);
    check(handed <= 10 * few / 1000, "handed over by another thread", handed);
    return failed ? 1 : 0;
}
