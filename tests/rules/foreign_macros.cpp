// Compiled, never run: Qt and windows.h define these words before our headers are read.
// The library must build among them and leave them as they were.

// Qt and windows.h have read the standard library by then, without these macros.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <concepts>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <functional>
#include <future>
#include <iosfwd>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <ranges>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#define emit
#define signals public
#define slots
#define foreach(variable, container) for (variable : container)
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define ERROR 4711
#define small char
#define near
#define far

#include <socketio/socketio.hpp>

#if !defined(emit) || !defined(signals) || !defined(slots) || !defined(foreach)
#error "a macro of Qt got lost"
#endif
#if !defined(min) || !defined(max) || !defined(ERROR) || !defined(small) || !defined(near) || !defined(far)
#error "a macro of windows.h got lost"
#endif

static_assert(min(1, 2) == 1 && max(1, 2) == 2 && ERROR == 4711, "a macro has another meaning now");
static_assert(sizeof(small) == 1);

// The words still work as their owners mean them, and emit_event is emit under its other name.
class window {
signals:
    void clicked(socketio::socket& to)
    {
        emit to.emit_event("clicked", 1);
        foreach (int n, numbers_)
            to.emit_event("number", n);
    }
public slots:
    int sum() const { return 0; }

private:
    std::vector<int> numbers_;
};

int main()
{
    return window{}.sum();
}
