// A machine that was suspended, as its programs see it: CLOCK_BOOTTIME and the timers on it are ahead, and all other
// clocks have stood still. For this program alone. Knows Linux and nothing of the library.
#pragma once

#include <chrono>

#if defined(__linux__) && defined(__LP64__)
#define SOCKETIO_TESTS_SLEEP 1
#endif

namespace support {

// Returns at once, that much later. From any thread.
void sleep_machine(std::chrono::nanoseconds how_long);

// How often a timer on CLOCK_BOOTTIME has been set so far.
int sleepless_settings();

// As long as this lives, the system has no timers on CLOCK_BOOTTIME.
class no_sleepless_timers {
public:
    no_sleepless_timers();
    no_sleepless_timers(no_sleepless_timers const&) = delete;
    no_sleepless_timers& operator=(no_sleepless_timers const&) = delete;
    ~no_sleepless_timers();
};

} // namespace support
