// The result of `socket.timeout(...)`, `socket.volatile_()` and `socket.compress(...)`.
#pragma once

#include <socketio/client/emitting.hpp>
#include <socketio/net/emits.hpp>

#include <memory>
#include <utility>

namespace socketio {

// A socket with conditions for its emits: see emits. It can be stored and used again, unlike the reference's
// flags, which apply to the next emit only. It shares the socket, as a copy of the handle does. Any thread may
// use its own copy.
class emit_operator : public emits<emit_operator, emit_operator, detail::emit_flags> {
public:
    explicit emit_operator(std::shared_ptr<detail::socket_link> on, detail::emit_flags conditions = {}) noexcept
        : link_{std::move(on)}, conditions_{conditions}
    {}

private:
    template <class, class, class>
    friend class emits;

    std::shared_ptr<detail::socket_link> const& destination() const noexcept { return link_; }
    detail::emit_flags const& conditions() const noexcept { return conditions_; }

    std::shared_ptr<detail::socket_link> link_;
    detail::emit_flags conditions_;
};

} // namespace socketio
