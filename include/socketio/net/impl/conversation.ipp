// One write, one read. Coroutines are inline in either mode: their frames hold lambdas, which g++ warns about
// otherwise.
#pragma once

#include <socketio/net/conversation.hpp>

#include <cstddef>
#include <utility>

namespace socketio::detail {

inline task<std::error_code> send_all(stream& to, std::string_view bytes)
{
    std::error_code ec;
    auto const start = [&to, bytes](auto done) {
        to.async_write(asio::buffer(bytes.data(), bytes.size()), std::move(done));
    };
    operation sent{ec, start, keep_nothing{}};
    co_await sent;
    co_return ec;
}

inline task<std::error_code> receive_some(stream& from, byte_buffer& input)
{
    static constexpr std::size_t piece = 2048;
    std::error_code ec;
    char* const at = input.prepare(piece);
    auto const start = [&from, at](auto done) { from.async_read_some(asio::buffer(at, piece), std::move(done)); };
    auto const keep = [&input](std::size_t count) { input.commit(count); };
    operation received{ec, start, keep};
    co_await received;
    co_return ec;
}

} // namespace socketio::detail
