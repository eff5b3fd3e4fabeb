// What `socket.timeout(...)`, `socket.volatile_()` and `socket.compress(...)` return.
#pragma once

#include <socketio/client/emitting.hpp>

#include <chrono>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

namespace socketio {

// A socket with a condition on what is emitted through it. Unlike the reference's flags, which belong to
// whatever is emitted next, it may be kept and used again; it shares the socket as a copy of the
// handle does. Any thread may use its own copy.
class emit_operator {
public:
    explicit emit_operator(std::shared_ptr<detail::socket_link> on) noexcept : link_{std::move(on)} {}

    // See socket::timeout; not more than 0 milliseconds means no limit.
    emit_operator timeout(std::chrono::milliseconds limit) const
    {
        emit_operator made{*this};
        made.flags_.timeout = limit;
        return made;
    }
    emit_operator volatile_() const
    {
        emit_operator made{*this};
        made.flags_.is_volatile = true;
        return made;
    }
    // See socket::expires_after.
    emit_operator expires_after(std::chrono::milliseconds limit) const
    {
        emit_operator made{*this};
        made.flags_.expiry = limit;
        return made;
    }
    // See socket::compress.
    emit_operator compress(bool wanted) const
    {
        emit_operator made{*this};
        made.flags_.compress = wanted;
        return made;
    }

    // As the members of socket.
    template <class... Args>
    void emit(std::string_view event, Args&&... arguments) const
    {
        emit_event(event, std::forward<Args>(arguments)...);
    }
    template <class... Args>
    void emit_event(std::string_view event, Args&&... arguments) const
    {
        detail::emit_any(*link_, flags_, event, std::forward<Args>(arguments)...);
    }
    template <class... Args>
    void send(Args&&... arguments) const
    {
        emit_event("message", std::forward<Args>(arguments)...);
    }
    template <class... R, class... Args>
    auto emitWithAck(std::string_view event, Args&&... arguments_and_token) const
    {
        return detail::emit_with_ack<R...>(link_, flags_, event,
                                           std::forward_as_tuple(std::forward<Args>(arguments_and_token)...));
    }

private:
    std::shared_ptr<detail::socket_link> link_;
    detail::emit_flags flags_;
};

} // namespace socketio
