// The members that a server has in common with its namespaces: the server's are those of "/".
#pragma once

#include <socketio/net/listens.hpp>
#include <socketio/server/broadcast_operator.hpp>
#include <socketio/server/namespace_core.hpp>

#include <memory>

namespace socketio {

// A base of both. `Self` must grant this class (as a friend) own_namespace(), its namespace, and listens<Self> what
// that asks for, except events().
template <class Self>
class namespace_verbs : public listens<Self>,
                        public emits<Self, broadcast_operator, broadcast_options>,
                        public room_operators<Self, broadcast_operator>,
                        public socket_group<Self, broadcast_operator> {
protected:
    namespace_verbs() = default;

private:
    template <class, class, class>
    friend class emits;
    template <class, class>
    friend class room_operators;
    template <class, class>
    friend class socket_group;
    template <class>
    friend class listens;

    std::shared_ptr<detail::namespace_core> const& destination() const noexcept
    {
        return static_cast<Self const&>(*this).own_namespace();
    }
    static broadcast_options conditions() noexcept { return {}; }
    broadcast_operator to_broadcast() const { return {destination(), {}}; }
    std::shared_ptr<detail::namespace_emitter> events() const { return destination()->events(); }
};

} // namespace socketio
