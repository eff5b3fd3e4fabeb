// MessagePack beside JSON, in turns and in one run: a client and a server of this library, each on a thread of its own
// (see README.md).
#include <socketio/client.hpp>
#include <socketio/msgpack.hpp>
#include <socketio/server.hpp>

#include "measure.hpp"
#include "peer.hpp"
#include "support/server_thread.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bench {
namespace {

using parser = std::shared_ptr<socketio::packet_parser const>;

// Answers what it is asked, with the types of the program on either side.
class echo_server {
public:
    explicit echo_server(parser const& by)
        : server_{{.address = "127.0.0.1", .maxHttpBufferSize = 16 * 1024 * 1024, .parser = by}}
    {
        server_.io().on("connection", [](socketio::server_socket socket) {
            socket.on("doubles", [](std::vector<double> const& data, socketio::ack reply) { reply(data); });
            socket.on("integers", [](std::vector<std::int64_t> const& data, socketio::ack reply) { reply(data); });
            socket.on("texts", [](std::vector<std::string> const& data, socketio::ack reply) { reply(data); });
            socket.on("binary", [](socketio::bytes_view data, socketio::ack reply) { reply(data); });
            socket.on("struct", [](message const& data, socketio::ack reply) { reply(data); });
        });
    }
    std::string url() const { return server_.url(); }

private:
    support::server_thread server_;
};

// One parser: its server, and a client that asks so many questions, 4 of them under way.
class pair_of_sides {
public:
    explicit pair_of_sides(parser const& by)
        : server_{by}, socket_{socketio::io(loop_.context(), server_.url(), {.reconnection = false, .parser = by})}
    {
        socket_.once("connect", [this] { loop_.done(); });
        loop_.run();
    }

    bool connected() const { return socket_.connected(); }
    // Seconds. `Answer` is the type that is read.
    template <class Answer, class Data>
    double ask(std::string const& event, Data const& data, int count)
    {
        std::int64_t const began = now_ns();
        left_ = under_way_ = count;
        for (int i = 0; i != 4; ++i)
            ask_one<Answer>(event, data);
        loop_.run();
        return static_cast<double>(now_ns() - began) / 1e9;
    }
    std::uint64_t sent() const { return socket_.io().snapshot().bytes_sent; }

private:
    template <class Answer, class Data>
    void ask_one(std::string const& event, Data const& data)
    {
        if (under_way_ == 0)
            return;
        --under_way_;
        socket_.emit(event, data, [this, &event, &data](Answer const& got) {
            touched_ += sizeof got;
            if (--left_ == 0)
                loop_.done();
            else
                ask_one<Answer>(event, data);
        });
    }

    echo_server server_;
    loop loop_;
    socketio::socket socket_;
    int left_ = 0;
    int under_way_ = 0;
    std::size_t touched_ = 0;
};

double median(std::vector<double> of)
{
    std::sort(of.begin(), of.end());
    return of[of.size() / 2];
}

constexpr int rounds = 7;

template <class Answer, class Data>
void compare(pair_of_sides& json, pair_of_sides& msgpack, std::string const& event, Data const& data, int count)
{
    std::array<pair_of_sides*, 2> const sides{&json, &msgpack};
    std::array<std::vector<double>, 2> rates;
    std::array<double, 2> bytes{};
    for (std::size_t which = 0; which != sides.size(); ++which) {
        std::uint64_t const before = sides[which]->sent();
        sides[which]->ask<Answer>(event, data, count);
        bytes[which] = static_cast<double>(sides[which]->sent() - before) / count;
    }
    for (int round = 0; round != rounds; ++round)
        for (std::size_t which = 0; which != sides.size(); ++which)
            rates[which].push_back(count / sides[which]->ask<Answer>(event, data, count));
    std::printf("%-9s %8.0f %8.0f bytes %10.0f %10.0f echoes/s %6.2f times as many\n", event.c_str(), bytes[0], bytes[1],
        median(rates[0]), median(rates[1]), median(rates[1]) / median(rates[0]));
    std::fflush(stdout);
}

int run(int part)
{
    pair_of_sides json{nullptr};
    pair_of_sides msgpack{socketio::msgpack_parser};
    if (!json.connected() || !msgpack.connected())
        return 1;
    std::vector<double> doubles;
    std::vector<std::int64_t> integers;
    std::vector<std::string> texts;
    for (int i = 0; i != 1000; ++i) {
        doubles.push_back(i * 0.377);
        integers.push_back(std::int64_t{i} * i);
        texts.push_back("text number " + std::to_string(i) + ", as a message may have it");
    }
    socketio::bytes const binary(1024 * 1024, std::byte{0x5A});
    std::printf("%-9s %8s %8s       %10s %10s\n", "", "JSON", "MsgPack", "JSON", "MsgPack");
    compare<message>(json, msgpack, "struct", nth_message(1), 20000 / part);
    compare<std::vector<double>>(json, msgpack, "doubles", doubles, 3000 / part);
    compare<std::vector<std::int64_t>>(json, msgpack, "integers", integers, 6000 / part);
    compare<std::vector<std::string>>(json, msgpack, "texts", texts, 2000 / part);
    compare<socketio::bytes_view>(json, msgpack, "binary", binary, 300 / part);
    return 0;
}

} // namespace
} // namespace bench

// bench_parsers [part]: a part of the messages, for a quick look.
int main(int count, char** words)
{
    return bench::run(count > 1 ? std::max(1, std::atoi(words[1])) : 1);
}
