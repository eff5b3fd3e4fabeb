// A program run by a test: its stdin and stdout are ours, line by line; its stderr is the test's.
// It does not outlive the object, nor the thread that started it (Linux). Knows nothing of what is said.
#pragma once

#include "patience.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

[[noreturn]] inline void fail(char const* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

class file_descriptor {
public:
    file_descriptor() = default;
    explicit file_descriptor(int number) noexcept : number_(number) {}
    file_descriptor(file_descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }
    ~file_descriptor() { reset(); }

    int get() const noexcept { return number_; }

    void reset() noexcept
    {
        if (number_ >= 0)
            ::close(std::exchange(number_, -1));
    }

private:
    int number_ = -1;
};

// Two connected ends, neither inherited, neither in the place of stdin, stdout or stderr.
// Sockets, not pipes: writing to a dead program must be an error, not SIGPIPE.
inline std::pair<file_descriptor, file_descriptor> connected_pair()
{
    auto const above_standard = [](int& number) {
        if (number > STDERR_FILENO)
            return;
        int const moved = ::fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        ::close(std::exchange(number, moved));
    };
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        fail("socketpair");
    above_standard(ends[0]);
    above_standard(ends[1]);
    return {file_descriptor(ends[0]), file_descriptor(ends[1])};
}

class process {
public:
    using environment = std::vector<std::pair<std::string, std::string>>;

    // The program is looked up in PATH; `extra` is added to the environment.
    explicit process(std::vector<std::string> command, environment const& extra = {});
    process(process const&) = delete;
    process& operator=(process const&) = delete;
    ~process() { stop(); }

    pid_t id() const noexcept { return id_; }

    // Without the line's end. Throws std::runtime_error on deadline and when the program has ended.
    std::string read_line(steady::duration within = patience);

    // The next line if it has arrived whole; does not wait.
    std::optional<std::string> try_line();

    void write_line(std::string line);

    // SIGSTOP makes a peer that is there and says nothing, SIGCONT wakes it.
    void signal(int number) const noexcept { ::kill(-id_, number); }

    // Kills the program and all it started, and reaps it. The destructor does the same.
    void stop() noexcept;

private:
    [[noreturn]] void run_child(char* const* arguments, char* const* variables, int in, int out, int status,
        pid_t parent) const noexcept;
    std::optional<std::string> take_line();
    void read_some(steady::time_point deadline);

    pid_t id_ = -1;
    file_descriptor in_;
    file_descriptor out_;
    std::string received_;
    std::string name_;
};

namespace process_detail {

inline std::vector<char*> pointers(std::vector<std::string>& strings)
{
    std::vector<char*> result;
    for (std::string& string : strings)
        result.push_back(string.data());
    result.push_back(nullptr);
    return result;
}

inline std::vector<std::string> variables(process::environment const& extra)
{
    std::vector<std::string> result;
    for (auto const& [name, value] : extra)
        result.push_back(name + "=" + value);
    for (char** variable = environ; *variable != nullptr; ++variable) {
        std::string_view const line(*variable);
        bool replaced = false;
        for (auto const& [name, value] : extra)
            replaced = replaced || line.substr(0, line.find('=')) == name;
        if (!replaced)
            result.emplace_back(line);
    }
    return result;
}

inline int milliseconds_until(steady::time_point deadline)
{
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady::now()).count();
    return left < 0 ? 0 : static_cast<int>(left);
}

} // namespace process_detail

inline process::process(std::vector<std::string> command, environment const& extra)
    : name_(command.empty() ? std::string() : command.front())
{
    std::vector<std::string> variables = process_detail::variables(extra);
    std::vector<char*> const argument_pointers = process_detail::pointers(command);
    std::vector<char*> const variable_pointers = process_detail::pointers(variables);
    auto [our_in, their_in] = connected_pair();
    auto [our_out, their_out] = connected_pair();
    auto [our_status, their_status] = connected_pair();
    pid_t const parent = ::getpid();

    pid_t const child = ::fork();
    if (child < 0)
        fail("fork");
    if (child == 0)
        run_child(argument_pointers.data(), variable_pointers.data(), their_in.get(), their_out.get(),
            their_status.get(), parent);

    id_ = child;
    in_ = std::move(our_in);
    out_ = std::move(our_out);
    their_status.reset();
    // exec closes the status end; only a failure writes to it.
    int error = 0;
    ssize_t size = 0;
    do
        size = ::read(our_status.get(), &error, sizeof error);
    while (size < 0 && errno == EINTR);
    if (size == sizeof error) {
        stop();
        throw std::system_error(error, std::generic_category(), "cannot start " + name_);
    }
}

// Between fork and exec of a program that may have threads: system calls only.
inline void process::run_child(char* const* arguments, char* const* variables, int in, int out, int status,
    pid_t parent) const noexcept
{
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == parent && ::dup2(in, STDIN_FILENO) >= 0 && ::dup2(out, STDOUT_FILENO) >= 0)
        ::execvpe(arguments[0], arguments, variables);
    int const error = errno;
    [[maybe_unused]] ssize_t const written = ::write(status, &error, sizeof error);
    ::_exit(127);
}

inline std::optional<std::string> process::take_line()
{
    std::size_t const end = received_.find('\n');
    if (end == std::string::npos)
        return std::nullopt;
    std::string line = received_.substr(0, end);
    received_.erase(0, end + 1);
    return line;
}

inline void process::read_some(steady::time_point deadline)
{
    pollfd entry{out_.get(), POLLIN, 0};
    int const ready = ::poll(&entry, 1, process_detail::milliseconds_until(deadline));
    if (ready <= 0)
        return;
    char buffer[65536];
    ssize_t const size = ::recv(out_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (size > 0)
        received_.append(buffer, static_cast<std::size_t>(size));
    else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        in_.reset();
        throw std::runtime_error(name_ + " has ended");
    }
}

inline std::string process::read_line(steady::duration within)
{
    steady::time_point const deadline = steady::now() + within;
    for (;;) {
        if (auto line = take_line())
            return std::move(*line);
        if (steady::now() >= deadline)
            throw std::runtime_error("no line from " + name_ + " in time");
        read_some(deadline);
    }
}

inline std::optional<std::string> process::try_line()
{
    if (auto line = take_line())
        return line;
    read_some(steady::now());
    return take_line();
}

inline void process::write_line(std::string line)
{
    line += '\n';
    for (std::string_view rest = line; !rest.empty();) {
        ssize_t const size = ::send(in_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (size >= 0)
            rest.remove_prefix(static_cast<std::size_t>(size));
        else if (errno != EINTR)
            throw std::runtime_error(name_ + " does not read");
    }
}

inline void process::stop() noexcept
{
    if (id_ < 0)
        return;
    // The group id is the child's: not before the child, or this process, has made the group.
    ::setpgid(id_, id_);
    ::kill(-id_, SIGKILL);
    ::kill(id_, SIGKILL);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    in_.reset();
    out_.reset();
}

} // namespace support
