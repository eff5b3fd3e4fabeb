// A test of a device's software: the server that it talks to is in the same process, on a port that is free, and fails where
// the test says so. Nothing is waited for by the clock, and every run is like the others. Needs no server but its own.
#include <socketio/socketio.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <string>

using namespace std::chrono_literals;

// What is tested: five measurements, each of them sent until it has arrived.
void send_measurements(socketio::socket& device, int& acknowledged)
{
    for (int n = 1; n <= 5; ++n)
        device.emit("measurement", n, [&](std::error_code ec) { acknowledged += ec ? 0 : 1; });
}

class unreliable_server {
public:
    explicit unreliable_server(asio::io_context& context) : context_{context} { serve(0); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(io_->port()); }
    void stop() { io_.reset(); }

    int attempts = 0, lost_answers = 0, restarts = 0;
    std::map<std::string, int> measurements{}; // by what tells repetitions

private:
    void serve(std::uint16_t port)
    {
        auto const second_attempt = [this](socketio::http_request const&) { return ++attempts != 1; };
        io_.emplace(context_, port, socketio::server_options{.address = "127.0.0.1", .allowRequest = second_attempt});
        io_->on("connection", [this](socketio::server_socket socket) {
            socket.on("measurement", [this](int n, std::string id, socketio::ack reply) { receive(n, id, reply); });
        });
    }
    void receive(int n, std::string const& id, socketio::ack const& reply)
    {
        bool const is_new = measurements.emplace(id, n).second;
        if (is_new && n == 2)
            ++lost_answers;
        else if (is_new && n == 4)
            io_->close([this, port = io_->port()](std::error_code) { serve(port), ++restarts; });
        else
            reply();
    }

    asio::io_context& context_;
    std::optional<socketio::server> io_;
};

int main()
{
    asio::io_context context;
    unreliable_server server{context};
    auto device = socketio::io(context, server.url(),
                               {.ackTimeout = 200ms, .retries = 10, .deduplication_id = true, .reconnectionDelay = 1ms});
    int acknowledged = 0;
    send_measurements(device, acknowledged);

    while (acknowledged != 5 && context.run_one_for(10s) != 0)
        continue;
    std::cout << server.measurements.size() << " measurements in " << server.attempts << " connections, "
              << server.lost_answers << " answer lost, " << server.restarts << " restart\n";
    device.disconnect();
    server.stop();
    context.run();
    return server.measurements.size() == 5 && acknowledged == 5 && server.attempts == 3 && server.restarts == 1 ? 0 : 1;
}
