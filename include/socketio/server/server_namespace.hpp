// A namespace of the server, or the namespaces made from a pattern.
#pragma once

#include <socketio/net/listens.hpp>
#include <socketio/server/middleware.hpp>
#include <socketio/server/namespace_core.hpp>
#include <socketio/server/namespace_verbs.hpp>
#include <socketio/server/server_socket.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

// `io.sockets().adapter()`: the rooms of this server alone, as copies of the moment of the call. Any thread.
//
// Its events, for `on`, `once` and `off` (see listens): "create-room" and "delete-room", (std::string_view room);
// "join-room" and "leave-room", (std::string_view room, std::string_view id); a listener may take both parameters of
// any. Of this server's sockets alone; every socket is in a room of its id. Listeners are called inside of the call
// that makes the change, on that thread, so on several at once; not for sockets that go because the server is closed.
// Those of a server that was closed are removed.
class adapter_view : public listens<adapter_view> {
public:
    explicit adapter_view(std::shared_ptr<detail::namespace_core> of) noexcept : nsp_{std::move(of)} {}

    // All rooms and the ids of their members; all ids and the rooms of each. Each socket has a room of its own.
    std::map<std::string, std::set<std::string, std::less<>>> rooms() const { return nsp_->rooms().rooms(); }
    std::map<std::string, std::set<std::string, std::less<>>> sids() const { return nsp_->rooms().sids(); }

private:
    template <class>
    friend class listens;

    std::shared_ptr<detail::room_emitter> events() const { return {nsp_, &nsp_->rooms().room_events()}; }
    template <class Listener>
    listener_handle add_listener(std::string_view event, Listener listener, bool once) const
    {
        constexpr bool takes_id = std::is_invocable_v<Listener&, std::string_view, std::string_view>;
        static_assert(takes_id || std::is_invocable_v<Listener&, std::string_view>,
            "a listener of an adapter takes (std::string_view room), or (std::string_view room, std::string_view id)");
        if (!detail::is_room_event(event))
            detail::throw_misuse(
                "an adapter has the events \"create-room\", \"join-room\", \"leave-room\" and \"delete-room\"");
        return detail::listen_to(events(), event, once,
            [listener = std::move(listener)](detail::room_call& call) mutable {
                if constexpr (takes_id)
                    listener(call.room, call.id);
                else
                    listener(call.room);
            });
    }

    std::shared_ptr<detail::namespace_core> nsp_;
};

// `io.sockets().sockets()`: the connected sockets of a namespace. Any thread.
class socket_map {
public:
    explicit socket_map(std::shared_ptr<detail::namespace_core> of) noexcept : nsp_{std::move(of)} {}

    // std::nullopt if there is no socket with that id, also before it is connected, and after "disconnecting".
    std::optional<server_socket> get(std::string_view id) const
    {
        auto const found = nsp_->rooms().find(id);
        return found ? std::optional<server_socket>{detail::socket_of(found)} : std::nullopt;
    }
    // True if there is one.
    bool has(std::string_view id) const { return nsp_->rooms().find(id) != nullptr; }
    // Their number; and all of them, in no particular order.
    std::size_t size() const { return nsp_->rooms().size(); }
    std::vector<server_socket> all() const
    {
        std::vector<server_socket> made;
        for (auto const& each : nsp_->rooms().select({}))
            made.emplace_back(detail::socket_of(each));
        return made;
    }

private:
    std::shared_ptr<detail::namespace_core> nsp_;
};

// A handle; copies are the same namespace, which lives as long as the server, or until cleanupEmptyChildNamespaces
// takes it. Any thread. One that of() returned for a pattern stands for all that are made by it: see server::of().
//
// Its verbs are those of emits, room_operators and socket_group, for all sockets that are connected to it: see
// broadcast_operator.
//
// Its events, for `on`, `once` and `off` (see listens): "connection", or "connect", which comes first:
// (socketio::server_socket), on the strand of the client's connection, so with several threads for several clients at
// once. Listeners of a server that was closed are removed. A pattern's listeners are called for all namespaces that
// were made by it after they were added; a listener that is removed from the pattern is not called for these either.
class server_namespace : public namespace_verbs<server_namespace> {
public:
    explicit server_namespace(std::shared_ptr<detail::namespace_core> core) noexcept : core_{std::move(core)} {}

    // With the slash: "/admin". For a pattern "/_".
    std::string const& name() const noexcept { return core_->name(); }

    // A middleware, (socketio::server_socket, socketio::next), that every client passes before it is connected,
    // in the order of registration. On the client's strand. It calls next(), or next({message, data}), which
    // becomes the client's "connect_error"; now or later, from any thread. If it throws, or destroys `next`
    // without a call, the client is refused.
    template <class Middleware>
        requires std::is_invocable_v<Middleware&, server_socket, next>
    void use(Middleware middleware) const
    {
        core_->use([middleware = std::move(middleware)](std::shared_ptr<detail::server_socket_core> const& socket,
                                                        detail::decide decide) mutable {
            middleware(server_socket{socket}, next{std::move(decide)});
        });
    }

    // The sockets of this server, with every adapter.
    socket_map sockets() const { return socket_map{core_}; }
    adapter_view adapter() const { return adapter_view{core_}; }

private:
    template <class>
    friend class namespace_verbs;
    template <class>
    friend class listens;

    std::shared_ptr<detail::namespace_core> const& own_namespace() const noexcept { return core_; }
    template <class Listener>
    listener_handle add_listener(std::string_view event, Listener listener, bool once) const
    {
        static_assert(std::is_invocable_v<Listener&, server_socket>,
            "a listener of \"connection\" takes a socketio::server_socket");
        if (event != "connection" && event != "connect")
            detail::throw_misuse("a namespace has the events \"connection\" and \"connect\"");
        return detail::listen_to(own_namespace()->events(), event, once,
            [listener = std::move(listener)](
                detail::namespace_call& call) mutable { listener(server_socket{call.socket}); });
    }

    std::shared_ptr<detail::namespace_core> core_;
};

} // namespace socketio
