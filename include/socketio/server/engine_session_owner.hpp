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
    // The session has moved to another transport.
    virtual void on_upgraded() {}
    // Exactly once, as the last call: the reason of the end, whichever side ended the session.
    virtual void on_closed(disconnect_reason reason, std::error_code ec) = 0;
    // Called instead of it when the context is destroyed: owner and session release each other. The strand no
    // longer runs. It may be called twice.
    virtual void context_gone() noexcept {}

protected:
    ~engine_session_owner() = default;
};

} // namespace socketio::detail
