// The current stage of an attempt to connect, as text.
#pragma once

#include <string>
#include <utility>

namespace socketio::detail {

struct dial_stage {
    std::string name;  // in an error: "connect to 10.0.0.1 port 80"
    std::string progress; // in a timeout: "connecting to 10.0.0.1 port 80"

    void enter(std::string of_error, std::string of_timeout)
    {
        name = std::move(of_error);
        progress = std::move(of_timeout);
    }
};

} // namespace socketio::detail
