// The events that one side has received and sent, as expectations see them.
#pragma once

#include <socketio/client/socket.hpp>
#include <socketio/core/value.hpp>
#include <socketio/server/server.hpp>
#include <socketio/testing/decl.hpp>
#include <socketio/testing/happening.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

enum class noted : std::uint8_t { received, sent, connected, disconnected };

struct note {
    noted what;
    std::chrono::nanoseconds at; // virtual time since the world began
    std::string name;            // of the event, or the reason of a disconnect
    value arguments{};           // an array
    bool taken = false;          // an expectation has been satisfied by it
};

struct diary {
    std::string who; // "the client", "the server"
    std::function<std::chrono::nanoseconds()> now;
    std::vector<note> notes{};

    void add(noted what, std::string_view name, value arguments = array{})
    {
        notes.push_back({what, now(), std::string{name}, std::move(arguments)});
    }
};

// Listeners that write it; they hold it. They see what comes from now on.
SOCKETIO_TESTING_DECL void follow(std::shared_ptr<diary> const& to, socket const& of);
SOCKETIO_TESTING_DECL void follow(std::shared_ptr<diary> const& to, server_socket const& of);
// Of all sockets of the namespace, from their "connection" on.
SOCKETIO_TESTING_DECL void follow(std::shared_ptr<diary> const& to, server_namespace const& of);
// The events of a host on the wire.
SOCKETIO_TESTING_DECL void follow(diary& to, testing::happening const& what, std::string_view host, bool has_arrived);

} // namespace socketio::detail

namespace socketio::testing {

// One side whose events are noted: see world::watch(). A handle.
class watched {
public:
    explicit watched(std::shared_ptr<detail::diary> of) : diary_{std::move(of)} {}
    std::shared_ptr<detail::diary> const& diary() const noexcept { return diary_; }

private:
    std::shared_ptr<detail::diary> diary_;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/diary.ipp>
#endif
