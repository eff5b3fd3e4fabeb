// What the server's benchmark does to a server: connections, echoes, broadcasts.
#pragma once

#include "raw_clients.hpp"
#include "hosted.hpp"
#include "measure.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

// What one run says of one server.
struct finding {
    double per_s = 0;      // connections, events, or deliveries
    double cpu_us = 0;     // of the server, for each of them
    double kb = 0;         // resident memory for each connection, where that is asked
    double server_busy = 0; // processor time by wall time
    double load_busy = 0;
};

inline constexpr std::string_view said = R"({"id":100000,"text":"hello world","ok":true})";

// From construction to finish() is measured.
class stopwatch {
public:
    explicit stopwatch(hosted const& server) : server_{server} {}

    finding finish(double things) const
    {
        double const wall = static_cast<double>(now_ns() - began_) / 1e9;
        double const cpu = server_.cpu_s() - cpu_;
        double const own = own_cpu_s() - own_;
        return {things / wall, cpu * 1e6 / things, 0, cpu / wall, own / wall};
    }

private:
    static double own_cpu_s()
    {
        timespec used{};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
    }

    hosted const& server_;
    double const cpu_ = server_.cpu_s();
    double const own_ = own_cpu_s();
    std::int64_t const began_ = now_ns();
};

// S1: so many connections, opened 64 at a time, and held.
inline finding hold(hosted const& server, std::size_t connections, std::uint64_t)
{
    raw_clients clients{server.port()};
    clients.open(20); // what the first one costs is not each one's
    long const before = server.rss_kb();
    stopwatch const watch{server};
    clients.open(connections);
    finding found = watch.finish(static_cast<double>(connections));
    found.kb = static_cast<double>(server.rss_kb() - before) / static_cast<double>(connections);
    return found;
}

// S2: n events, each answered; `window` questions of each connection are under way.
class echoes {
public:
    echoes(raw_clients& clients, std::size_t window) : clients_{clients}
    {
        for (std::size_t i = 10; i != 10 + window; ++i) // two digits
            questions_.push_back(client_frame("42" + std::to_string(i) + "[\"echo\"," + std::string{said} + "]"));
        answer_ = "[" + std::string{said} + "]";
    }

    void run(std::uint64_t n)
    {
        std::uint64_t asked = 0;
        std::uint64_t answered = 0;
        for (auto const& each : questions_)
            for (std::size_t i = 0; i != clients_.size() && asked != n; ++i, ++asked)
                clients_.send(clients_[i], each);
        clients_.run(
            [&](raw_clients::member& from, std::string_view packet) {
                ++answered;
                if (packet.size() != 3 + answer_.size() || packet.front() != '3' || packet.substr(3) != answer_)
                    throw std::runtime_error{"not an answer: " + std::string{packet}};
                if (asked == n)
                    return;
                ++asked;
                clients_.send(from, questions_[static_cast<std::size_t>((packet[1] - '1') * 10 + packet[2] - '0')]);
            },
            [&] { return answered == n; });
    }

private:
    raw_clients& clients_;
    std::vector<std::string> questions_;
    std::string answer_;
};

inline finding echo(hosted const& server, std::size_t connections, std::uint64_t n)
{
    raw_clients clients{server.port()};
    clients.open(connections);
    echoes all{clients, connections < 64 ? 64 / connections : 4};
    all.run(n / 10 + 1);
    stopwatch const watch{server};
    all.run(n);
    return watch.finish(static_cast<double>(n));
}

// S3: broadcasts to one room, which everybody is in; a few of them under way.
class broadcasts {
public:
    explicit broadcasts(raw_clients& clients) : clients_{clients}
    {
        std::size_t joined = 0;
        std::string const join = client_frame("420[\"join\"]");
        for (std::size_t i = 0; i != clients_.size(); ++i)
            clients_.send(clients_[i], join);
        clients_.run([&](raw_clients::member&, std::string_view packet) { joined += packet.starts_with("30["); },
                     [&] { return joined == clients_.size(); });
    }

    void run(std::uint64_t n)
    {
        static constexpr std::uint64_t window = 4;
        std::string const order = client_frame("42[\"cast\"," + std::string{said} + "]");
        std::string const news = "2[\"news\"," + std::string{said} + "]";
        std::uint64_t const all = n * clients_.size();
        std::uint64_t ordered = 0;
        std::uint64_t received = 0;
        clients_.run(
            [&](raw_clients::member&, std::string_view packet) {
                ++received;
                if (packet != news)
                    throw std::runtime_error{"not the news: " + std::string{packet}};
            },
            [&] {
                for (; ordered != n && ordered * clients_.size() < received + window * clients_.size(); ++ordered)
                    clients_.send(clients_[0], order);
                clients_.hand_over();
                return received == all;
            });
    }

private:
    raw_clients& clients_;
};

inline finding broadcast(hosted const& server, std::size_t connections, std::uint64_t n)
{
    raw_clients clients{server.port()};
    clients.open(connections);
    broadcasts all{clients};
    all.run(n / 10 + 1);
    stopwatch const watch{server};
    all.run(n);
    return watch.finish(static_cast<double>(n * connections));
}

} // namespace bench
