// Makes a client a socket of a namespace: recovery, middleware, "connection".
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/server/client_admission.hpp>
#include <socketio/server/namespace_core.hpp>
#include <socketio/server/peer_core.hpp>
#include <socketio/server/server_socket_core.hpp>

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

SOCKETIO_DECL void create_socket(std::shared_ptr<namespace_core> const& to, std::shared_ptr<peer_core> const& client,
                                 value auth, std::optional<adapter_session> session);

// A pending search for a session. Destroying it without a call means that there is none. It holds the namespace weakly,
// since the adapter may store it.
class session_lookup {
public:
    session_lookup(std::shared_ptr<namespace_core> const& to, std::shared_ptr<peer_core> client, value auth)
        : to_{to}, name_{to->name()}, client_{std::move(client)}, auth_{std::make_shared<value>(std::move(auth))}
    {
    }
    session_lookup(session_lookup const&) = delete;
    session_lookup& operator=(session_lookup const&) = delete;
    ~session_lookup() { static_cast<void>(caught([this] { end(std::nullopt); })); }

    // Any thread; only the first answer counts.
    void end(std::optional<adapter_session> session)
    {
        if (ended_.exchange(true))
            return;
        auto const to = to_.lock();
        auto const found = shared_new<std::optional<adapter_session>>(std::move(session));
        auto step = [to, name = name_, client = client_, auth = auth_, found] {
            if (to)
                create_socket(to, client, std::move(*auth), std::move(*found));
            else if (client->is_open())
                client->connect_to_namespace(name, std::move(*auth));
        };
        bool const taken =
            client_->perform([client = client_, step = std::move(step)]() mutable { client->defer(std::move(step)); });
        if (taken || !to)
            return;
        if (*found)
            to->note_session();
        to->removed(); // it may have been made for that client
        if (*found)
            to->rooms().persist_session(std::move(**found));
    }

private:
    std::weak_ptr<namespace_core> const to_;
    std::string const name_;
    std::shared_ptr<peer_core> const client_;
    std::shared_ptr<value> const auth_;
    std::atomic<bool> ended_{false};
};

SOCKETIO_DECL void admit_client(std::shared_ptr<namespace_core> const& to, std::shared_ptr<peer_core> const& client,
                                value auth)
{
    value const& given = auth;
    auto const* const pid = given["pid"].if_string();
    auto const* const offset = given["offset"].if_string();
    if (!to->rooms().settings().recovery || !pid || !offset) {
        create_socket(to, client, std::move(auth), std::nullopt);
        return;
    }
    auto const asked = std::make_shared<session_lookup>(to, client, auth);
    to->rooms().restore_session(*pid, *offset,
        [asked](std::optional<adapter_session> session) { asked->end(std::move(session)); });
}

// Each listener has a step of its own, so that an exception does not skip the others.
inline void announce(std::shared_ptr<namespace_core> const& to, std::string_view event,
                     std::shared_ptr<server_socket_core> const& socket)
{
    auto const events = to->events();
    if (events->untouched())
        return;
    for (auto const& each : events->listeners_of(event))
        socket->client().defer([events, each, socket] {
            namespace_call call;
            call.socket = socket;
            events->call_one(each, call);
        });
}

inline void announce(std::shared_ptr<namespace_core> const& to, std::shared_ptr<server_socket_core> const& socket)
{
    if (!socket->connected())
        return;
    announce(to, "connect", socket);
    announce(to, "connection", socket);
    if (to->checks_names())
        socket->client().defer([socket] { socket->check_names(); });
}

inline void connect_socket(std::shared_ptr<namespace_core> const& to, std::shared_ptr<server_socket_core> const& socket)
{
    scope_fail connecting{[&] { announce(to, socket); }}; // listeners of rooms may throw
    socket->on_connect();
    connecting.done();
    announce(to, socket);
}

// Asks the middleware about one client, one after the other. It holds them weakly, since a middleware may store its
// decision, and so this object.
class client_middleware_run : public std::enable_shared_from_this<client_middleware_run> {
public:
    // Without `asks`, for a restored session, no middleware is asked.
    client_middleware_run(std::shared_ptr<namespace_core> to, std::shared_ptr<server_socket_core> socket, bool asks)
        : to_{std::move(to)}, socket_{std::move(socket)}, middleware_{asks ? to_->middleware() : chain{}}
    {
    }

    void run()
    {
        peer_core& client = socket_->client();
        if (!client.is_open()) {
            socket_->abandon();
            return;
        }
        if (next_ == middleware_.size()) {
            connect_socket(to_, socket_);
            return;
        }
        auto const asked = middleware_[next_++].lock();
        if (!asked)
            return; // the server is closed, and is about to end the client
        auto const pending = std::make_shared<decision>(shared_from_this(), next_);
        scope_fail asking{[&] { decide(next_, connect_error{error::connect_refused, "the middleware failed"}); }};
        (*asked)(socket_, [pending](std::optional<connect_error> refused) { pending->make(std::move(refused)); });
        asking.done();
    }

private:
    using chain = std::vector<std::weak_ptr<socket_middleware const>>;

    // Destroying it without a decision refuses the client.
    class decision {
    public:
        decision(std::shared_ptr<client_middleware_run> of, std::size_t at) : of_{std::move(of)}, at_{at} {}
        decision(decision const&) = delete;
        decision& operator=(decision const&) = delete;
        ~decision()
        {
            if (!made_)
                static_cast<void>(caught([this] {
                    make(connect_error{error::connect_refused, "the middleware did not decide"});
                }));
        }

        void make(std::optional<connect_error> refused)
        {
            if (!made_.exchange(true))
                of_->decide(at_, std::move(refused));
        }

    private:
        std::shared_ptr<client_middleware_run> const of_;
        std::size_t const at_;
        std::atomic<bool> made_{false};
    };

    void decide(std::size_t at, std::optional<connect_error> refused)
    {
        socket_->client().perform([self = shared_from_this(), at, refused = std::move(refused)] {
            if (self->decided_ >= at)
                return;
            self->decided_ = at;
            self->socket_->client().defer([self, refused] {
                if (refused)
                    self->refuse(*refused);
                else
                    self->run();
            });
        });
    }

    void refuse(connect_error const& reason)
    {
        socket_->abandon();
        socket_->client().refuse(to_->name(), reason.message(), reason.data());
    }

    std::shared_ptr<namespace_core> const to_;
    std::shared_ptr<server_socket_core> const socket_;
    chain const middleware_;
    std::size_t next_ = 0;
    std::size_t decided_ = 0;
};

SOCKETIO_DECL void create_socket(std::shared_ptr<namespace_core> const& to, std::shared_ptr<peer_core> const& client,
                                 value auth, std::optional<adapter_session> session)
{
    std::string entered = session ? session->sid : std::string{};
    if (session && (!client->is_open() || !to->rooms().enter(entered))) {
        entered.clear(); // another socket has that id
        to->note_session();
        client->defer([to, unused = std::move(*session)] { to->rooms().persist_session(unused); });
        session.reset();
    }
    if (!client->is_open()) {
        to->removed();
        return;
    }
    bool const restored = session.has_value();
    scope_fail left{[&] {
        static_cast<void>(to->rooms().exit(entered));
        to->removed();
    }};
    auto const socket = std::make_shared<server_socket_core>(to, client, std::move(auth), std::move(session));
    if (!restored) {
        entered = socket->id();
        to->rooms().enter(entered);
    }
    if (to->has_gone()) {
        client->connect_to_namespace(to->name(), socket->handshake().auth);
        return;
    }
    client->connecting(socket);
    left.done();
    bool const asks = !restored || !to->rooms().settings().recovery->skipMiddlewares;
    client->defer([on = std::make_shared<client_middleware_run>(to, socket, asks)] { on->run(); });
}

} // namespace socketio::detail
