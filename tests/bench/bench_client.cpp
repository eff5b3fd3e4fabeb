// The library as a subject of the benchmark: one workload, one line of JSON (see README.md).
#include "connections.hpp"
#include "measure.hpp"
#include "round_trips.hpp"
#include "streams.hpp"

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace bench {
namespace {

template <class Stream>
void stream(request const& asked, loop& on, socketio::socket& socket, measurement& result)
{
    result.ok = Stream{on, socket, asked.warm_up()}.run();
    result.start();
    result.ok = Stream{on, socket, asked.n}.run() && result.ok;
    result.stop();
}

template <class Question>
void round_trips(request const& asked, loop& on, socketio::socket& socket, measurement& result, Question const& question,
                 std::uint64_t window, std::uint64_t warm_up, std::vector<std::int64_t>* latencies = nullptr)
{
    if (latencies)
        latencies->reserve(asked.n);
    result.ok = asking<Question>{on, socket, question, warm_up}.run(window);
    result.start();
    result.ok = asking<Question>{on, socket, question, asked.n, latencies}.run(window) && result.ok;
    result.stop();
}

void idle_connections(request const& asked, loop& on, measurement& result)
{
    std::vector<socketio::socket> kept;
    kept.reserve(asked.n);
    long const before = rss_kb();
    result.start();
    result.ok = open_all(on, asked, asked.n, kept) == asked.n;
    result.stop();
    on.context().restart();
    on.context().poll();
    result.rss_growth_kb = rss_kb() - before;
    result.print(asked);
    std::_Exit(result.ok ? 0 : 1);
}

void connection_times(request const& asked, loop& on, measurement& result)
{
    for (int i = 0; i != 20; ++i)
        connect_once(on, asked);
    result.start();
    for (std::uint64_t i = 0; i != asked.n; ++i) {
        result.latencies.push_back(connect_once(on, asked));
        result.ok = result.ok && result.latencies.back() >= 0;
    }
    result.stop();
}

bool on_one_connection(request& asked, loop& on, measurement& result)
{
    auto socket = connect(on, asked);
    result.ok = static_cast<bool>(socket);
    if (!result.ok)
        return true;
    if (asked.name == "emit") {
        stream<emitting>(asked, on, socket, result);
    } else if (asked.name == "recv") {
        stream<receiving>(asked, on, socket, result);
    } else if (asked.name == "ack_seq") {
        round_trips(asked, on, socket, result, small_question{}, 1, asked.warm_up(), &result.latencies);
    } else if (asked.name == "ack_pipe") {
        asked.size = asked.size ? asked.size : 64;
        round_trips(asked, on, socket, result, small_question{}, asked.size, asked.warm_up());
    } else if (asked.name == "bin_echo") {
        round_trips(asked, on, socket, result, binary_question{asked.size}, 4, 8);
    } else {
        return false;
    }
    return true;
}

int run(int count, char** words)
{
    request asked;
    if (!read_request(count, words, asked)) {
        std::fprintf(stderr, "usage: bench_client <url> <workload>[:variant] <n> [size]\n");
        return 2;
    }
    loop on;
    measurement result;
    if (asked.name == "conn_idle") {
        idle_connections(asked, on, result);
    } else if (asked.name == "conn_lat") {
        connection_times(asked, on, result);
    } else if (!on_one_connection(asked, on, result)) {
        std::fprintf(stderr, "unknown workload \"%s\"\n", asked.name.c_str());
        return 2;
    }
    result.print(asked);
    return result.ok ? 0 : 1;
}

} // namespace
} // namespace bench

int main(int count, char** words)
{
    return bench::run(count, words);
}
