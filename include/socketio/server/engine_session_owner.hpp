// The side of a server's session that reads its messages.
#pragma once

#include <socketio/net/engine_channel.hpp>

#include <memory>
#include <system_error>

namespace socketio::detail {

// All calls come on the session's strand. The session holds its owner until on_closed().
class engine_session_owner : public engine_channel_owner {
public:
    std::shared_ptr<void> pin() override { return nullptr; }
    // Another transport carries it from now on.
    virtual void on_upgraded() {}
    // Exactly once, and the last call: how the session ended, whichever side ended it.
    virtual void on_closed(disconnect_reason reason, std::error_code why) = 0;
    // Instead of it when the context is destroyed: owner and session drop what they hold of each other. No strand is left;
    // it may come twice.
    virtual void context_gone() noexcept {}

protected:
    ~engine_session_owner() = default;
};

} // namespace socketio::detail
