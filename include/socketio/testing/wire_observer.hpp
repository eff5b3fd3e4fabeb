// Who sees what happens on the connections of a world.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::detail {

struct wire_end {
    std::uint64_t connection; // 1, 2, ... in the order of the connects
    bool up;                  // the direction: from the one that has connected
};

class wire_observer {
public:
    wire_observer() = default;
    wire_observer(wire_observer const&) = delete;
    wire_observer& operator=(wire_observer const&) = delete;
    virtual ~wire_observer() = default;

    // A connect begins.
    virtual void on_connect(std::uint64_t connection, std::string_view from, std::string_view to) = 0;
    // It has failed: "connection refused".
    virtual void on_failed(std::uint64_t connection, std::string_view why) = 0;
    virtual void on_connected(std::uint64_t connection) = 0;
    // These bytes leave. What the observer does now happens before they arrive.
    virtual void on_written(wire_end from, std::string_view bytes) = 0;
    // So many bytes of the direction have arrived, all in all.
    virtual void on_arrived(wire_end from, std::uint64_t total) = 0;
    // Nothing more comes in this direction: "closed", "reset", "lost".
    virtual void on_ended(wire_end from, std::string_view how) = 0;
};

} // namespace socketio::detail
