// A namespace of the server, or those that are made after one pattern.
#pragma once

#include <socketio/server/broadcast_operator.hpp>
#include <socketio/server/middleware.hpp>
#include <socketio/server/namespace_core.hpp>
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

// `io.sockets().adapter()`: copies of what was so when they were asked for, of this server alone. Any thread.
class adapter_view {
public:
    explicit adapter_view(std::shared_ptr<detail::namespace_core> of) noexcept : nsp_{std::move(of)} {}

    // All rooms and the ids of those who are in them; all ids and the rooms that they are in. Each has a room of its own.
    std::map<std::string, std::set<std::string, std::less<>>> rooms() const { return nsp_->rooms().rooms(); }
    std::map<std::string, std::set<std::string, std::less<>>> sids() const { return nsp_->rooms().sids(); }
    // "create-room" and "delete-room", (std::string_view room); "join-room" and "leave-room", (std::string_view room,
    // std::string_view id); a listener may take both parameters of any. Of this server's sockets alone; every socket is in
    // a room of its id. Called inside of what makes the change, on whatever thread that is, so on several at once; not for
    // sockets that go because the server is closed.
    template <class Listener>
    void on(std::string_view event, Listener listener) const
    {
        auto const of = detail::room_event_of(event);
        if (!of)
            detail::throw_misuse("an adapter has the events \"create-room\", \"join-room\", \"leave-room\" and \"delete-room\"");
        nsp_->rooms().room_events().add(*of, [listener = std::move(listener)](std::string_view room, std::string_view id) mutable {
            if constexpr (std::is_invocable_v<Listener&, std::string_view, std::string_view>)
                listener(room, id);
            else
                listener(room);
        });
    }

private:
    std::shared_ptr<detail::namespace_core> nsp_;
};

// `io.sockets().sockets()`: the connected sockets of a namespace. Any thread.
class socket_map {
public:
    explicit socket_map(std::shared_ptr<detail::namespace_core> of) noexcept : nsp_{std::move(of)} {}

    // Nothing, if there is none of that id; also before it is connected, and after "disconnecting".
    std::optional<server_socket> get(std::string_view id) const
    {
        auto found = nsp_->rooms().find(id);
        return found ? std::optional<server_socket>{std::move(found)} : std::nullopt;
    }
    // Whether there is one.
    bool has(std::string_view id) const { return nsp_->rooms().find(id) != nullptr; }
    // How many they are, and all of them, in no order.
    std::size_t size() const { return nsp_->rooms().size(); }
    std::vector<server_socket> all() const
    {
        std::vector<server_socket> made;
        for (auto& each : nsp_->rooms().select({}))
            made.emplace_back(std::move(each));
        return made;
    }

private:
    std::shared_ptr<detail::namespace_core> nsp_;
};

// A handle; copies are the same namespace, which lives as long as the server, or until cleanupEmptyChildNamespaces takes it.
// Any thread. One that of() returned for a pattern stands for all that are made by it: see server::of().
//
// Its verbs are those of emits, room_operators and socket_group, for all sockets that are connected to it: see
// broadcast_operator.
class server_namespace : public emits<server_namespace, broadcast_operator, broadcast_options>,
                         public room_operators<server_namespace, broadcast_operator>,
                         public socket_group<server_namespace, broadcast_operator> {
public:
    explicit server_namespace(std::shared_ptr<detail::namespace_core> core) noexcept : core_{std::move(core)} {}

    // With the slash: "/admin". Of a pattern "/_".
    std::string const& name() const noexcept { return core_->name(); }

    // "connection", or "connect", which comes first: (socketio::server_socket), on the strand of the client's connection,
    // so with several threads for several clients at once. Several listeners are called in the order in which they came.
    // Listeners are let go when the server is closed. Throws std::invalid_argument for any other event.
    template <class Listener>
        requires std::is_invocable_v<Listener&, server_socket>
    void on(std::string_view event, Listener listener) const
    {
        if (event != "connection" && event != "connect")
            detail::throw_misuse("a namespace has the events \"connection\" and \"connect\"");
        core_->on(event, [listener = std::move(listener)](std::shared_ptr<detail::server_socket_core> const& socket) mutable {
            listener(server_socket{socket});
        });
    }
    // All listeners of the event.
    void off(std::string_view event) const { core_->off(event); }

    // A middleware, (socketio::server_socket, socketio::next), that every client passes before it is connected, in the order
    // in which they were set. On the client's strand. It calls next(), or next({message, data}), which is the client's
    // "connect_error"; now or later, from any thread. One that lets next go, or throws, has refused.
    template <class Middleware>
        requires std::is_invocable_v<Middleware&, server_socket, next>
    void use(Middleware middleware) const
    {
        core_->use([middleware = std::move(middleware)](std::shared_ptr<detail::server_socket_core> const& socket,
                                                        detail::decide decide) mutable {
            middleware(server_socket{socket}, next{std::move(decide)});
        });
    }

    // This server's own, whatever adapter there is.
    socket_map sockets() const { return socket_map{core_}; }
    adapter_view adapter() const { return adapter_view{core_}; }

private:
    template <class, class, class>
    friend class emits;
    template <class, class>
    friend class room_operators;
    template <class, class>
    friend class socket_group;

    std::shared_ptr<detail::namespace_core> const& destination() const noexcept { return core_; }
    static broadcast_options conditions() noexcept { return {}; }
    broadcast_operator to_broadcast() const { return {core_, {}}; }

    std::shared_ptr<detail::namespace_core> core_;
};

} // namespace socketio
