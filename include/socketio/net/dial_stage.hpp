// How far an attempt to connect has come, in words.
#pragma once

#include <string>
#include <utility>

namespace socketio::detail {

struct dial_stage {
    std::string name;  // of an error: "connect to 10.0.0.1 port 80"
    std::string doing; // of a timeout: "connecting to 10.0.0.1 port 80"

    void enter(std::string of_error, std::string of_timeout)
    {
        name = std::move(of_error);
        doing = std::move(of_timeout);
    }
};

} // namespace socketio::detail
