// The library's server as a subject of the benchmark, and the load that it and others are put under (see README.md).
#include "hosted.hpp"
#include "loads.hpp"

#include <socketio/server.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace bench {
namespace {

struct message {
    std::uint32_t id = 0;
    std::string_view text{};
    bool ok = false;
};
SOCKETIO_FIELDS(message, id, text, ok)

int serve(std::uint16_t port)
{
    allow_many_files();
    asio::io_context context{1};
    socketio::server io{context, port, {.address = "127.0.0.1"}};
    io.on("connection", [&io](socketio::server_socket socket) {
        socket.on("echo", [](message said, socketio::ack reply) { reply(said); });
        socket.on("join", [socket](socketio::ack reply) {
            socket.join("all");
            reply();
        });
        socket.on("cast", [&io](message said) { io.to("all").emit("news", said); });
    });
    std::printf("listening %u\n", unsigned{io.port()});
    std::fflush(stdout);
    context.run();
    return 0;
}

struct workload {
    char const* name;
    finding (*run)(hosted const&, std::size_t connections, std::uint64_t n);
    std::size_t connections;
    std::uint64_t n;
    char const* unit;
};

constexpr workload workloads[] = {
    {"hold", hold, 1000, 0, "connections"},
    {"hold", hold, 5000, 0, "connections"},
    {"echo", echo, 4, 400000, "events"},
    {"echo", echo, 100, 400000, "events"},
    {"broadcast", broadcast, 1000, 1000, "deliveries"},
};

struct subject {
    std::string name;
    std::vector<std::string> command;
};

double median(std::vector<finding>& of, double finding::* what)
{
    std::sort(of.begin(), of.end(), [what](finding const& a, finding const& b) { return a.*what < b.*what; });
    return of[of.size() / 2].*what;
}

void print_row(workload const& of, std::size_t connections, subject const& who, std::vector<finding>& found,
               std::vector<finding>& first)
{
    double const rate = median(found, &finding::per_s);
    double const cost = median(found, &finding::cpu_us);
    std::printf("| %s %zu | %s | %.0f %s/s | %.2f | %.2f us | %.2f | ", of.name, connections, who.name.c_str(), rate, of.unit,
                rate / median(first, &finding::per_s), cost, cost / median(first, &finding::cpu_us));
    if (double const kb = median(found, &finding::kb); kb > 0)
        std::printf("%.1f | %.2f", kb, kb / median(first, &finding::kb));
    else
        std::printf("|");
    std::printf(" | %.0f %% | %.0f %% |\n", 100 * median(found, &finding::server_busy), 100 * median(found, &finding::load_busy));
    std::fflush(stdout);
}

// Every run has a server process of its own; the subjects take turns.
void compare(std::vector<subject> const& subjects, std::size_t runs, std::uint64_t part, std::string_view only)
{
    std::printf("| workload | server | rate | ratio | server's CPU each | ratio | KB each | ratio | server busy | load busy |\n"
                "|---|---|---|---|---|---|---|---|---|---|\n");
    for (auto const& each : workloads) {
        if (!only.empty() && only != each.name)
            continue;
        auto const connections = std::max<std::size_t>(each.connections / part, 2);
        std::vector<std::vector<finding>> found(subjects.size());
        for (std::size_t run = 0; run != runs; ++run)
            for (std::size_t i = 0; i != subjects.size(); ++i) {
                hosted const server{subjects[i].command};
                found[i].push_back(each.run(server, connections, std::max<std::uint64_t>(each.n / part, 10)));
            }
        for (std::size_t i = 0; i != subjects.size(); ++i)
            print_row(each, connections, subjects[i], found[i], found[0]);
    }
}

int usage()
{
    std::fprintf(stderr, "usage: bench_server serve [port]\n"
                         "       bench_server compare <runs> <part> <workload, or all> [server.js]\n");
    return 2;
}

int run(int count, char** words)
{
    if (count >= 2 && std::strcmp(words[1], "serve") == 0)
        return serve(static_cast<std::uint16_t>(count > 2 ? std::atoi(words[2]) : 0));
    if (count < 5 || count > 6 || std::strcmp(words[1], "compare") != 0)
        return usage();
    std::vector<subject> subjects{{"ours", {"/proc/self/exe", "serve"}}};
    if (count > 5)
        subjects.push_back({"npm", {"node", words[5], "0"}});
    allow_many_files();
    stay_on(0);
    compare(subjects, std::max<std::size_t>(std::strtoul(words[2], nullptr, 10), 1),
            std::max<std::uint64_t>(std::strtoul(words[3], nullptr, 10), 1), std::strcmp(words[4], "all") == 0 ? "" : words[4]);
    return 0;
}

} // namespace
} // namespace bench

int main(int count, char** words)
{
    try {
        return bench::run(count, words);
    } catch (std::exception const& why) {
        std::fprintf(stderr, "%s\n", why.what());
        return 1;
    }
}
