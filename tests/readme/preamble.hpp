// What every snippet of the pages may take for granted.
#pragma once

#include <doctest/doctest.h>

#include <socketio/socketio.hpp>
#include <socketio/msgpack.hpp>
#include <socketio/static_files.hpp>
#include <socketio/testing.hpp>
#include <socketio/testing/doctest.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace readme {

inline asio::io_context context;
inline auto socket = socketio::io(context, "http://localhost:3000", {.autoConnect = false});
inline socketio::server io(context);
inline socketio::testing::world world;

class my_stream final : public socketio::byte_stream {
public:
    void async_read_some(asio::mutable_buffer, handler) override {}
    void async_write(asio::const_buffer, handler) override {}
    void shutdown_send() noexcept override {}
    void close() noexcept override {}
};

} // namespace readme
