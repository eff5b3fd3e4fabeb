// What tests of <socketio/compat/sio.hpp> share: a diary that the client's thread writes and the test's waits for, and
// listeners that write there.
#pragma once

#include <socketio/compat/sio.hpp>

#include "patience.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace support {

class shared_diary {
public:
    void note(std::string line)
    {
        std::lock_guard const lock{mutex_};
        lines_.push_back(std::move(line));
        changed_.notify_all();
    }
    bool has(std::string_view line) const
    {
        std::lock_guard const lock{mutex_};
        return number_of(line) != 0;
    }
    // Waits until the line is there, `times` times.
    bool hears(std::string_view line, std::ptrdiff_t times = 1) const
    {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, patience, [&] { return number_of(line) >= times; });
    }
    std::ptrdiff_t count(std::string_view line) const
    {
        std::lock_guard const lock{mutex_};
        return number_of(line);
    }
    std::string text() const
    {
        std::lock_guard const lock{mutex_};
        std::string all;
        for (std::string const& line : lines_)
            (all += all.empty() ? "" : " | ") += line;
        return all;
    }
    void clear()
    {
        std::lock_guard const lock{mutex_};
        lines_.clear();
    }

private:
    std::ptrdiff_t number_of(std::string_view line) const { return std::count(lines_.begin(), lines_.end(), line); }

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<std::string> lines_;
};

// Attempts follow each other with next to no delay.
inline void make_quick(sio::client& client)
{
    client.set_reconnect_delay(2);
    client.set_reconnect_delay_max(4);
}

inline void follow(sio::client& client, shared_diary& heard)
{
    client.set_open_listener([&heard] { heard.note("open"); });
    client.set_fail_listener([&heard] { heard.note("fail"); });
    client.set_reconnecting_listener([&heard] { heard.note("reconnecting"); });
    client.set_reconnect_listener([&heard](unsigned made, unsigned delay) {
        heard.note("wait " + std::to_string(made) + ": " + std::to_string(delay));
    });
    client.set_close_listener([&heard](sio::client::close_reason const& why) {
        heard.note(why == sio::client::close_reason_normal ? "close: normal" : "close: drop");
    });
    client.set_socket_open_listener([&heard](std::string const& nsp) { heard.note("open " + nsp); });
    client.set_socket_close_listener([&heard](std::string const& nsp) { heard.note("close " + nsp); });
}

} // namespace support
