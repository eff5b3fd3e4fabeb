// What a program that has a server starts does not get the server's sockets.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

namespace {

struct open_sockets {
    std::size_t all = 0;
    std::size_t inherited = 0;
};

// This process's own.
open_sockets count_sockets()
{
    open_sockets counted;
    for (auto const& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
        int const number = std::stoi(entry.path().filename().string());
        struct stat about {};
        if (::fstat(number, &about) != 0 || !S_ISSOCK(about.st_mode))
            continue;
        ++counted.all;
        if ((::fcntl(number, F_GETFD) & FD_CLOEXEC) == 0)
            ++counted.inherited;
    }
    return counted;
}

} // namespace

TEST_CASE("children of the program inherit no socket")
{
    auto const before = count_sockets();
    asio::io_context context;
    socketio::server io{context, 0, {.address = "127.0.0.1"}};
    auto client = socketio::io(context, "http://127.0.0.1:" + std::to_string(io.port()), {.forceNew = true});
    REQUIRE(support::run_until(context, [&] { return client.connected(); }));
    auto const now = count_sockets();
    CHECK(now.all == before.all + 3); // one listens, one was accepted, one connected
    CHECK(now.inherited == before.inherited);
}
