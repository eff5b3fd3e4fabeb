// A server and its clients in a context that four threads run, and what waits for them from outside.
#pragma once

#include "in_threads.hpp"
#include "server_fixture.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace support {

// A number that others wait for.
class counter {
public:
    void add(int n = 1)
    {
        std::lock_guard const lock{mutex_};
        count_ += n;
        changed_.notify_all();
    }
    int count() const
    {
        std::lock_guard const lock{mutex_};
        return count_;
    }
    bool until(int wanted)
    {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, patience, [&] { return count_ >= wanted; });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    int count_ = 0;
};

// The server is set up before its threads run, and its clients connect once they have their listeners.
struct threaded_server_fixture {
    asio::io_context context{4};
    std::optional<socketio::server> io;
    counter connected;
    counter gone;
    std::vector<socketio::socket> clients;
    std::unique_ptr<client_group> threads; // g++ takes an optional for one that may be uninitialised

    threaded_server_fixture() { io.emplace(context, std::uint16_t{0}, on_loopback()); }
    ~threaded_server_fixture()
    {
        clients.clear();
        io.reset();
        threads.reset();
    }
    void start(int count, std::function<void(socketio::socket, int)> const& set_up)
    {
        io->on("connection", [this](socketio::server_socket socket) {
            socket.on("disconnect", [this] { gone.add(); });
        });
        threads = std::make_unique<client_group>(context, 4);
        for (int i = 0; i != count; ++i) {
            auto made = socketio::io(context, loopback_url(io->port()),
                                     quick({.forceNew = true, .autoConnect = false}));
            made.on("connect", [this] { connected.add(); });
            set_up(made, i);
            clients.push_back(made);
            made.connect();
        }
        if (!connected.until(count))
            throw std::runtime_error("not all clients have connected");
    }
};

} // namespace support
