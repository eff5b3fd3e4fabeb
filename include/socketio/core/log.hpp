// What a client and a server tell about themselves: the option `log`, and where it is not set, a few warnings on
// standard error.
#pragma once

#include <socketio/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {

enum class log_level : std::uint8_t { debug, info, warning };

// Takes one line, without its end. `component` is "manager" or "socket" at a client, "engine" or "socket" at a server.
// The text is well-formed UTF-8 without control characters, of at most 1000 bytes, whatever the peer has sent.
using log_handler = std::function<void(log_level, std::string_view component, std::string_view text)>;

// As the option `log`: nothing is told, not even on standard error.
inline void no_log(log_level, std::string_view, std::string_view) noexcept {}

namespace detail {

// A text with parts of the peer's, as a log_handler receives it.
SOCKETIO_DECL std::string log_text(std::string_view text);

// The warnings of one client or server: each is told once, where the option `log` is not set. Any thread.
class warnings {
public:
    // Writes a line to standard error, unless one was written for that place, or most_places were.
    void tell(std::string_view component, std::string_view place, std::string_view text);
    // Notes the place. False: it was noted before, or most_places were.
    bool is_new(std::string_view place);

private:
    static constexpr std::size_t most_places = 16;

    std::mutex mutex_;
    std::vector<std::size_t> places_; // hash values
};

} // namespace detail
} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/log.ipp>
#endif
