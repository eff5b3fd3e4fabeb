// Servers as processes of their own, and what they cost. Linux only.
#pragma once

#include "measure.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

// Where there are two processors or more, each side gets one of its own.
inline void stay_on(long processor)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(processor), &one);
    if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
        sched_setaffinity(0, sizeof one, &one);
}

// One that says "listening <port>" when it can be called; it ends with this object.
class hosted {
public:
    explicit hosted(std::vector<std::string> const& command)
    {
        int ends[2];
        if (pipe(ends) != 0)
            throw std::runtime_error{"no pipe"};
        child_ = fork();
        if (child_ == 0) {
            dup2(ends[1], 1);
            close(ends[0]);
            close(ends[1]);
            become(command);
        }
        close(ends[1]);
        std::FILE* const said = fdopen(ends[0], "r");
        unsigned port = 0;
        bool const listens = std::fscanf(said, "listening %u", &port) == 1;
        std::fclose(said);
        if (!listens) {
            stop();
            throw std::runtime_error{"\"" + command[0] + "\" does not listen"};
        }
        port_ = static_cast<std::uint16_t>(port);
    }
    hosted(hosted const&) = delete;
    hosted& operator=(hosted const&) = delete;
    ~hosted() { stop(); }

    std::uint16_t port() const noexcept { return port_; }

    // Of all its threads, in user and in system mode.
    double cpu_s() const
    {
        clockid_t its{};
        timespec used{};
        if (clock_getcpuclockid(child_, &its) != 0 || clock_gettime(its, &used) != 0)
            return 0;
        return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
    }
    long rss_kb() const
    {
        std::string const file = "/proc/" + std::to_string(child_) + "/statm";
        return read_proc(file.c_str(), "%*d %ld") * (sysconf(_SC_PAGESIZE) / 1024);
    }

private:
    [[noreturn]] static void become(std::vector<std::string> const& command)
    {
        std::vector<char*> words;
        for (auto const& each : command)
            words.push_back(const_cast<char*>(each.c_str()));
        words.push_back(nullptr);
        stay_on(sysconf(_SC_NPROCESSORS_ONLN) - 1);
        execvp(words[0], words.data());
        _exit(127);
    }
    void stop()
    {
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }

    pid_t child_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace bench
