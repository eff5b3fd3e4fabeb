// What clients cost that ask for large files and do not read them.
#include <socketio/server.hpp>
#include <socketio/static_files.hpp>

#include "support/heap.hpp"
#include "support/run_until.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

namespace {
namespace server_files {

constexpr std::size_t file_size = 60u << 20;
constexpr std::size_t readers = 40;
constexpr std::size_t bound = 160 * 1024; // a piece, its ciphertext where there is TLS, and small things

} // namespace server_files
} // namespace

TEST_CASE("clients that do not read a large file cost a piece of it each, and may read it later")
{
    support::temporary_folder const folder;
    std::filesystem::resize_file(folder.write("large.bin", ""), server_files::file_size); // takes no room on the disk
    asio::io_context context;
    socketio::server io{context, 0, {.address = "127.0.0.1"}};
    io.on_request(socketio::serve_files(folder.name()));
    context.poll();

    std::vector<asio::ip::tcp::socket> deaf;
    for (std::size_t i = 0; i != server_files::readers; ++i) {
        deaf.emplace_back(context);
        deaf.back().connect({asio::ip::address_v4::loopback(), io.port()});
    }
    REQUIRE(support::run_until(context, [&] { return io.snapshot().connections == server_files::readers && context.poll() == 0; }));
    support::heap::mark const before;
    std::string_view const request = "GET /large.bin HTTP/1.1\r\nHost:a\r\n\r\n";
    for (auto& each : deaf)
        asio::write(each, asio::buffer(request));
    auto const stuck = [&] {
        bool const all = std::all_of(deaf.begin(), deaf.end(), [](auto const& each) { return each.available() > 100000; });
        return all && context.poll() == 0;
    };
    REQUIRE(support::run_until(context, stuck));
    CHECK(before.peak() < server_files::readers * server_files::bound);

    std::size_t received = 0;
    std::vector<char> room(1 << 20);
    auto read = [&](auto& again, auto& from) -> void {
        from.async_read_some(asio::buffer(room), [&](std::error_code ec, std::size_t count) {
            received += count;
            if (!ec)
                again(again, from);
        });
    };
    read(read, deaf.back());
    CHECK(support::run_until(context, [&] { return received > server_files::file_size; }));
    CHECK(before.peak() < server_files::readers * server_files::bound + 2 * room.size());
    for (auto& each : deaf)
        each.close();
    CHECK(support::run_until(context, [&] { return io.snapshot().connections == 0; }));
    io.close();
    CHECK(support::run_out(context));
}
