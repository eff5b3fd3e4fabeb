// A client that asks the program for a stream, when there is no memory for some of that.
#include <socketio/client.hpp>

#include <doctest/doctest.h>

#include "memory/failing_memory.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <utility>

using namespace std::chrono_literals;

namespace {

using factory = decltype(socketio::network_options::stream_factory);

// One attempt; counts its ends.
struct attempt {
    asio::io_context context{1};
    int ends = 0;
    std::string last;
    socketio::socket socket;

    explicit attempt(factory streams) : socket{socketio::io(context, "http://host", settings(std::move(streams)))}
    {
        socket.on("connect_error", [this](socketio::connect_error const& e) {
            memory::spared const all_there_is;
            ++ends;
            last = e.message();
        });
    }
    static socketio::options settings(factory streams)
    {
        socketio::options made{.forceNew = true, .reconnection = false, .timeout = 100ms};
        made.network.stream_factory = std::move(streams);
        return made;
    }
    // True if the context ran out of work. The deadline only fails.
    bool run()
    {
        auto const limit = std::chrono::steady_clock::now() + 10s;
        while (!context.stopped() && std::chrono::steady_clock::now() < limit) {
            try {
                context.run_until(limit);
            } catch (std::bad_alloc const&) {
            }
        }
        return context.stopped();
    }
};

enum class throws { reading, writing };

class throwing_stream final : public socketio::byte_stream {
public:
    throwing_stream(asio::io_context& on, throws what) : context_{on}, what_{what} {}

    void async_read_some(asio::mutable_buffer, handler done) override
    {
        if (what_ == throws::reading)
            throw std::bad_alloc{};
        kept_ = std::move(done);
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        if (what_ == throws::writing)
            throw std::bad_alloc{};
        asio::post(context_, [done = std::make_shared<handler>(std::move(done)), size = from.size()] {
            (*done)({}, size);
        });
    }
    void shutdown_send() noexcept override {}
    void close() noexcept override { kept_ = {}; }

private:
    asio::io_context& context_;
    throws const what_;
    handler kept_;
};

} // namespace

TEST_CASE("whichever allocation fails while a stream is asked for, the attempt and its work end, and nothing leaks")
{
    bool happened = true;
    for (std::size_t nth = 0; happened; ++nth) { // first none fails: what is allocated once for all is then
        CAPTURE(nth);
        std::size_t const before = memory::live();
        {
            attempt one{[](socketio::stream_request const&, socketio::stream_answer const& answer) {
                answer(asio::error::access_denied, nullptr);
            }};
            {
                memory::failing const now{nth};
                CHECK(one.run());
                happened = nth == 0 || now.happened();
            }
            CHECK(one.ends >= 1); // another end is told if telling it has found no memory
        }
        if (nth != 0)
            CHECK(memory::live() == before);
    }
}

TEST_CASE("a stream of the program that throws ends the attempt with its error")
{
    for (throws const what : {throws::reading, throws::writing}) {
        CAPTURE(static_cast<int>(what));
        asio::io_context* context = nullptr;
        attempt one{[&](socketio::stream_request const&, socketio::stream_answer const& answer) {
            answer({}, std::make_shared<throwing_stream>(*context, what));
        }};
        context = &one.context;
        CHECK(one.run());
        CHECK(one.ends == 1);
        CHECK(one.last.find(make_error_code(std::errc::not_enough_memory).message()) != std::string::npos);
    }
}
