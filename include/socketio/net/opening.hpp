// An attempt to open a transport, while it is under way.
#pragma once

#include <string>

namespace socketio::detail {

// All members are for the strand.
class opening {
public:
    opening() = default;
    opening(opening const&) = delete;
    opening& operator=(opening const&) = delete;

    // Nothing is called back after this; pending operations end by themselves.
    virtual void abandon() noexcept = 0;
    // The current stage, for the message of a timeout: "connecting to 10.0.0.1 port 80".
    virtual std::string const& stage() const noexcept = 0;

protected:
    ~opening() = default;
};

} // namespace socketio::detail
