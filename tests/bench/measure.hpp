// What a benchmark is asked for and what it tells: the command line, the clocks, one line of JSON.
// Knows nothing of the library.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

// bench_client <url> <workload>[:variant] <n> [size]
struct request {
    std::string url;
    std::string workload; // as it was given; the variant "polling" has a meaning, any other is a label in the result
    std::string name;
    std::uint64_t n = 0;
    std::uint64_t size = 0;

    bool by_polling() const noexcept { return workload.ends_with(":polling"); }
    // Messages before the clock starts, the same rule for every program that is compared.
    std::uint64_t warm_up() const noexcept { return std::min<std::uint64_t>(n / 10, 10000); }
};

inline bool read_request(int count, char** words, request& to)
{
    if (count < 4 || count > 5)
        return false;
    to.url = words[1];
    to.workload = words[2];
    to.name = to.workload.substr(0, to.workload.find(':'));
    to.n = std::strtoull(words[3], nullptr, 10);
    to.size = count > 4 ? std::strtoull(words[4], nullptr, 10) : 0;
    return to.n != 0;
}

inline std::int64_t now_ns()
{
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

// A number out of a file of /proc; 0 if it is not there.
inline long read_proc(char const* file, char const* format)
{
    long number = 0;
    if (std::FILE* const opened = std::fopen(file, "r")) {
        char line[256];
        while (std::fgets(line, sizeof line, opened))
            if (std::sscanf(line, format, &number) == 1)
                break;
        std::fclose(opened);
    }
    return number;
}

// The peak from /proc: getrusage would carry the launcher's size over.
inline long peak_rss_kb() { return read_proc("/proc/self/status", "VmHWM: %ld"); }
inline long rss_kb() { return read_proc("/proc/self/statm", "%*d %ld") * (sysconf(_SC_PAGESIZE) / 1024); }

// start() and stop() around the measured section, then print().
class measurement {
public:
    bool ok = true;
    std::vector<std::int64_t> latencies{}; // in ns, one for each operation; may stay empty
    long rss_growth_kb = -1;               // of connections that are kept

    void start()
    {
        cpu_ = cpu_now();
        began_ = now_ns();
    }
    void stop()
    {
        wall_ = static_cast<double>(now_ns() - began_) / 1e9;
        auto const now = cpu_now();
        cpu_ = {now.user - cpu_.user, now.system - cpu_.system};
    }

    void print(request const& of)
    {
        double const cpu = cpu_.user + cpu_.system;
        auto const n = static_cast<double>(of.n);
        std::printf("{\"workload\":\"%s\",\"n\":%llu,\"size\":%llu,\"wall_s\":%.6f,\"cpu_s\":%.6f,\"user_s\":%.6f,"
                    "\"sys_s\":%.6f,\"msgs_per_s\":%.1f,\"cpu_us_per_msg\":%.4f",
                    of.workload.c_str(), static_cast<unsigned long long>(of.n), static_cast<unsigned long long>(of.size),
                    wall_, cpu, cpu_.user, cpu_.system, n / wall_, cpu * 1e6 / n);
        print_latencies();
        if (of.size > 1024)
            std::printf(",\"mb_per_s\":%.1f", n * static_cast<double>(of.size) / 1e6 / wall_);
        if (rss_growth_kb >= 0)
            std::printf(",\"rss_delta_kb\":%ld,\"rss_per_conn_kb\":%.3f", rss_growth_kb, static_cast<double>(rss_growth_kb) / n);
        std::printf(",\"rss_kb\":%ld,\"ok\":%s}\n", peak_rss_kb(), ok ? "true" : "false");
        std::fflush(stdout);
    }

private:
    struct seconds {
        double user = 0;
        double system = 0;
    };

    static double in_seconds(timeval const& time)
    {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    }
    static seconds cpu_now()
    {
        rusage used{};
        getrusage(RUSAGE_SELF, &used);
        return {in_seconds(used.ru_utime), in_seconds(used.ru_stime)};
    }

    double quantile_us(std::size_t hundredths) const
    {
        return static_cast<double>(latencies[latencies.size() * hundredths / 100]) / 1e3;
    }
    void print_latencies()
    {
        if (latencies.empty()) {
            std::printf(",\"p50_us\":null,\"p99_us\":null");
            return;
        }
        std::sort(latencies.begin(), latencies.end());
        std::printf(",\"p50_us\":%.2f,\"p99_us\":%.2f", quantile_us(50), quantile_us(99));
    }

    seconds cpu_;
    std::int64_t began_ = 0;
    double wall_ = 0;
};

} // namespace bench
