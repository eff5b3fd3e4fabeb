// The C library's functions of time, defined once more: the linker takes these for all of this program.
#include "sleeping_machine.hpp"

#if defined(SOCKETIO_TESTS_SLEEP)
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <map>
#include <mutex>

namespace {

constexpr std::int64_t second = 1'000'000'000;

std::atomic<std::int64_t> slept{0}; // nanoseconds
std::atomic<int> settings{0};
std::atomic<bool> refused{false};

std::mutex mutex;
// What the timers on CLOCK_BOOTTIME are set for, as the program said it. The system's number may be another's by now.
std::map<int, itimerspec>& timers()
{
    static std::map<int, itimerspec> all;
    return all;
}

timespec moved(timespec of, std::int64_t by)
{
    std::int64_t const sum = of.tv_sec * second + of.tv_nsec + by;
    return {sum / second, sum % second};
}

int set_for_real(int fd, int flags, itimerspec to, itimerspec* before)
{
    if (to.it_value.tv_sec != 0 || to.it_value.tv_nsec != 0) {
        to.it_value = moved(to.it_value, -slept);
        if (to.it_value.tv_sec < 0 || (to.it_value.tv_sec == 0 && to.it_value.tv_nsec <= 0))
            to.it_value = {0, 1};
    }
    return static_cast<int>(::syscall(SYS_timerfd_settime, fd, flags, &to, before));
}

} // namespace

extern "C" {

int clock_gettime(clockid_t which, timespec* into) noexcept
{
    int const result = static_cast<int>(::syscall(SYS_clock_gettime, which, into));
    if (result == 0 && which == CLOCK_BOOTTIME)
        *into = moved(*into, slept);
    return result;
}

int timerfd_create(int which, int flags) noexcept
{
    if (which == CLOCK_BOOTTIME && refused) {
        errno = EMFILE;
        return -1;
    }
    std::lock_guard const lock{mutex};
    int const made = static_cast<int>(::syscall(SYS_timerfd_create, which, flags));
    if (which == CLOCK_BOOTTIME)
        timers()[made] = {};
    else
        timers().erase(made);
    return made;
}

int timerfd_settime(int fd, int flags, itimerspec const* to, itimerspec* before) noexcept
{
    std::lock_guard const lock{mutex};
    auto const found = timers().find(fd);
    if (found == timers().end())
        return static_cast<int>(::syscall(SYS_timerfd_settime, fd, flags, to, before));
    ++settings;
    found->second = *to;
    return set_for_real(fd, flags, *to, before);
}

} // extern "C"

void support::sleep_machine(std::chrono::nanoseconds how_long)
{
    std::lock_guard const lock{mutex};
    slept += how_long.count();
    for (auto const& [fd, to] : timers())
        static_cast<void>(set_for_real(fd, TFD_TIMER_ABSTIME, to, nullptr));
}

int support::sleepless_settings() { return settings; }
support::no_sleepless_timers::no_sleepless_timers() { refused = true; }
support::no_sleepless_timers::~no_sleepless_timers() { refused = false; }
#endif
