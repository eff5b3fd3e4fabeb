// A server that is somebody else's program, run by a test on a port of this machine: started once it listens,
// killed with all it started, and started again. Its folder has its configuration and its log.
#pragma once

#include "process.hpp"
#include "temporary_folder.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

// The path of an installed program; those of servers are often not in everybody's PATH.
inline std::string installed(std::string const& program, std::string const& package)
{
    char const* const path = std::getenv("PATH");
    std::istringstream folders(std::string(path != nullptr ? path : "") + ":/usr/sbin:/usr/lib/squid");
    for (std::string folder; std::getline(folders, folder, ':');) {
        std::string const candidate = folder + "/" + program;
        if (::access(candidate.c_str(), X_OK) == 0)
            return candidate;
    }
    throw std::runtime_error(
        program + " is not installed, and its tests cannot pass: apt-get install " + package + " (tests/run does that)");
}

// A port where nobody is. From below those that the system gives to sockets without a port of their own, so that
// nobody comes there before the server, or while it is down.
inline std::uint16_t free_port()
{
    static std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution<unsigned> any{10000, 32000};
    for (;;) {
        auto const port = static_cast<std::uint16_t>(any(random));
        file_descriptor const probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_ANY);
        if (::bind(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
            return port;
    }
}

// Asked of the system and not of the server: what is in its log is the tests' own.
inline bool is_listening(std::uint16_t port)
{
    std::ifstream table("/proc/net/tcp");
    std::string line;
    std::getline(table, line);
    while (std::getline(table, line)) {
        std::istringstream fields(line);
        std::string number, local, remote, state;
        fields >> number >> local >> remote >> state;
        std::size_t const colon = local.find(':');
        if (state == "0A" && colon != std::string::npos && std::stoul(local.substr(colon + 1), nullptr, 16) == port)
            return true;
    }
    return false;
}

// Runs a command that ends; gives what it wrote.
inline std::string run(std::vector<std::string> const& command)
{
    std::vector<std::string> all{"sh", "-c", R"("$@" 2>&1; echo "status $?")", "sh"};
    all.insert(all.end(), command.begin(), command.end());
    process shell(all);
    std::string text;
    for (;;) {
        std::string const line = shell.read_line();
        if (line == "status 0")
            return text;
        if (line.starts_with("status "))
            throw std::runtime_error(command.front() + " failed with " + line + ":\n" + text);
        text += line + '\n';
    }
}

class daemon {
public:
    daemon(daemon const&) = delete;
    daemon& operator=(daemon const&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    temporary_folder const& folder() const noexcept { return folder_; }

    void start();
    // All of it: what the program has started may die a moment after it.
    void stop() noexcept;
    // SIGSTOP: the system still takes connections for it, and nobody answers.
    void signal(int number) const { running_->signal(number); }

    // What it has said, since the first start.
    std::string log() const { return folder_.read(log_name_); }
    int mentions(std::string_view words) const
    {
        std::string const text = log();
        int count = 0;
        for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + words.size()))
            ++count;
        return count;
    }

protected:
    explicit daemon(std::uint16_t port = free_port()) : port_(port) {}
    ~daemon() { stop(); }

    void set_command(std::vector<std::string> command) { command_ = std::move(command); }
    // A file of the folder that the program writes by itself.
    void set_log(std::string name) { log_name_ = std::move(name); }

private:
    static void look_again_soon() noexcept { ::poll(nullptr, 0, 2); }
    bool has_ended() const
    {
        siginfo_t about{};
        return ::waitid(P_PID, static_cast<id_t>(running_->id()), &about, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               about.si_pid != 0;
    }

    temporary_folder folder_; // outlives the program
    std::uint16_t port_;
    std::string log_name_ = "output";
    std::vector<std::string> command_;
    std::optional<process> running_;
};

inline void daemon::start()
{
    std::vector<std::string> all{"sh", "-c", R"(output=$0; exec "$@" >>"$output" 2>&1)", folder_.path("output")};
    all.insert(all.end(), command_.begin(), command_.end());
    running_.emplace(all);
    steady::time_point const deadline = steady::now() + patience;
    while (!is_listening(port_)) {
        if (has_ended() || steady::now() >= deadline) {
            stop();
            throw std::runtime_error(command_.front() + " did not start:\n" + folder_.read("output") + log());
        }
        look_again_soon();
    }
}

inline void daemon::stop() noexcept
{
    if (!running_)
        return;
    running_.reset();
    steady::time_point const deadline = steady::now() + patience;
    while (is_listening(port_) && steady::now() < deadline)
        look_again_soon();
}

} // namespace support
