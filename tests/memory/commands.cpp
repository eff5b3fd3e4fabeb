// What other threads have asked of a client, when there is no memory for the first of it.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include <doctest/doctest.h>

#include "memory/failing_memory.hpp"

#include <asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <new>
#include <optional>
#include <string>

namespace {

struct crowd {
    asio::io_context context{1};
    socketio::server io{context, 0, {.address = "127.0.0.1"}};
    socketio::socket client = socketio::io(context, "http://127.0.0.1:" + std::to_string(io.port()), {.forceNew = true});
    std::optional<socketio::server_socket> socket;

    crowd()
    {
        io.on("connection", [this](socketio::server_socket each) { socket = each; });
        run_until([this] { return client.connected() && socket; });
    }
    void run_until(std::function<bool()> const& condition)
    {
        while (!condition())
            context.run_one();
    }
};

} // namespace

TEST_CASE("commands behind one that found no memory go with the context")
{
    std::string const large(100000, 'x');
    bool happened = true;
    for (std::size_t nth = 0; happened; ++nth) { // first none fails: what is allocated once for all is then
        std::size_t const before = memory::live();
        {
            crowd all;
            for (int i = 0; i != 3; ++i)
                all.socket->emit("event", large);
            memory::failing const now{nth};
            try {
                all.context.poll();
            } catch (std::bad_alloc const&) {
            }
            happened = nth == 0 || now.happened();
        }
        CAPTURE(nth);
        if (nth != 0)
            CHECK(memory::live() == before);
    }
}
