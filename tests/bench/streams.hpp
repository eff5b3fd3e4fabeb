// W1 and W2: many events one way, and a count at the end.
#pragma once

#include "peer.hpp"

#include <asio/post.hpp>

#include <algorithm>
#include <cstdint>

namespace bench {

// Emits in bursts, as a handler of a program would, and lets the loop do its work in between.
class emitting {
public:
    emitting(loop& on, socketio::socket& socket, std::uint64_t n) : loop_{on}, socket_{socket}, n_{n} {}

    bool run()
    {
        asio::post(socket_.get_executor(), [this] { burst(); });
        loop_.run();
        return counted_ == n_;
    }

private:
    static constexpr std::uint64_t burst_size = 1000;

    void burst()
    {
        for (std::uint64_t const end = std::min(n_, sent_ + burst_size); sent_ != end; ++sent_)
            socket_.emit("msg", nth_message(sent_));
        if (sent_ != n_) {
            asio::post(socket_.get_executor(), [this] { burst(); });
            return;
        }
        socket_.emit("count", [this](std::uint64_t counted) {
            counted_ = counted;
            loop_.done();
        });
    }

    loop& loop_;
    socketio::socket& socket_;
    std::uint64_t n_;
    std::uint64_t sent_ = 0;
    std::uint64_t counted_ = 0;
};

// Asks for n events and reads every field of each.
class receiving {
public:
    receiving(loop& on, socketio::socket& socket, std::uint64_t n) : loop_{on}, socket_{socket}, n_{n} {}

    bool run()
    {
        socketio::scoped_listener const listener = socket_.on("msg", [this](message const& received) { take(received); });
        socket_.emit("blast", n_, [] {});
        loop_.run();
        return got_ == n_ && text_ == n_ * greeting.size() && oks_ == n_ && ids_ == expected_ids();
    }

private:
    void take(message const& received)
    {
        ids_ += received.id;
        text_ += received.text.size();
        oks_ += received.ok ? 1 : 0;
        if (++got_ == n_)
            loop_.done();
    }
    std::uint64_t expected_ids() const
    {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i != n_; ++i)
            sum += nth_message(i).id;
        return sum;
    }

    loop& loop_;
    socketio::socket& socket_;
    std::uint64_t n_;
    std::uint64_t got_ = 0;
    std::uint64_t ids_ = 0;
    std::uint64_t text_ = 0;
    std::uint64_t oks_ = 0;
};

} // namespace bench
