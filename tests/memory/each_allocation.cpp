#include "memory/each_allocation.hpp"

#include <doctest/doctest.h>

#include "memory/failing_memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>

#include <sys/wait.h>
#include <unistd.h>

namespace {

using maker = std::function<std::unique_ptr<memory::subject>()>;

// What became of everything when the n-th allocation failed; empty: all is well.
std::string outcome(maker const& make, std::size_t nth, bool& happened)
{
    std::size_t const before = memory::live();
    std::string words;
    {
        auto const held = make();
        {
            memory::failing const now{nth};
            held->hold();
            happened = now.happened();
        }
        words = held->examine();
        if (!held->end() && words.empty())
            words = "the context keeps its work";
    }
    if (words.empty() && memory::live() != before)
        words = "something leaks";
    return words;
}

// The same in a child process, whose end is told in words.
class child {
public:
    child(maker const& make, std::size_t nth) : nth_{nth}
    {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        std::fflush(nullptr);
        process_ = fork();
        REQUIRE(process_ >= 0);
        if (process_ == 0)
            run(make, nth, ends[1]);
        close(ends[1]);
        from_ = ends[0];
    }

    std::size_t nth() const noexcept { return nth_; }

    std::string wait(bool& happened) const
    {
        std::string words;
        char piece[256];
        for (ssize_t count = 0; (count = read(from_, piece, sizeof piece)) > 0;)
            words.append(piece, static_cast<std::size_t>(count));
        close(from_);
        int status = 0;
        REQUIRE(waitpid(process_, &status, 0) == process_);
        happened = words.empty() || words[0] == 'y';
        if (WIFSIGNALED(status))
            return "killed by signal " + std::to_string(WTERMSIG(status));
        if (WEXITSTATUS(status) != 0)
            return "ended with " + std::to_string(WEXITSTATUS(status));
        return words.substr(1);
    }

private:
    [[noreturn]] static void run(maker const& make, std::size_t nth, int to)
    {
        alarm(30);
        bool failed = false;
        std::string words = ' ' + outcome(make, nth, failed);
        words[0] = failed ? 'y' : 'n';
        static_cast<void>(!write(to, words.data(), words.size()));
        _exit(0);
    }

    std::size_t nth_;
    pid_t process_ = 0;
    int from_ = 0;
};

// The number of SOCKETIO_FAIL_EVERY, or 1.
std::size_t every()
{
    char const* const given = std::getenv("SOCKETIO_FAIL_EVERY");
    return std::max<std::size_t>(given ? std::strtoul(given, nullptr, 10) : 1, 1);
}

} // namespace

namespace memory {

void fail_each_allocation(maker const& make)
{
    constexpr std::size_t at_once = 2;
    bool happened = true;
    REQUIRE(outcome(make, 0, happened) == ""); // also what is allocated once for all
    if (char const* const only = std::getenv("SOCKETIO_FAIL_ONLY")) {
        MESSAGE(outcome(make, std::strtoul(only, nullptr, 10), happened));
        return;
    }
    std::map<std::string, std::size_t> outcomes;
    std::deque<child> running;
    happened = true;
    std::size_t const step = every();
    for (std::size_t nth = 1 + std::random_device{}() % step; happened || !running.empty();) {
        while (happened && running.size() < at_once) {
            running.emplace_back(make, nth);
            nth += step;
        }
        bool failed = false;
        std::string const words = running.front().wait(failed);
        if (failed) {
            ++outcomes[words];
            INFO("allocation ", running.front().nth());
            CHECK(words == "");
        }
        happened = happened && failed;
        running.pop_front();
    }
    for (auto const& [words, times] : outcomes)
        MESSAGE(times << " times: " << (words.empty() ? "all is well" : words));
}

} // namespace memory
