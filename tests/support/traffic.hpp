// Numbers to a server that sends them back ("echo event"): each once, and in order.
#pragma once

#include <socketio/client.hpp>

#include <utility>

namespace support {

class traffic {
public:
    explicit traffic(socketio::socket socket) : socket_{std::move(socket)}
    {
        socket_.on("echo event", [this](int number) {
            in_order_ = in_order_ && number == heard_;
            ++heard_;
        });
    }
    void send() { socket_.emit("echo event", sent_++); }
    bool all_back() const { return heard_ == sent_; }
    bool in_order() const { return in_order_; }
    int sent() const { return sent_; }

private:
    socketio::socket socket_;
    int sent_ = 0, heard_ = 0;
    bool in_order_ = true;
};

} // namespace support
