// Makes a client a socket of a namespace: recovery, middleware, "connection".
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/server/namespace_core.hpp>
#include <socketio/server/server_core.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL namespace_core::namespace_core(std::weak_ptr<server_core> server, std::string name,
    std::shared_ptr<adapter> rooms, sending_limits limits, sources const& time_and_chance)
    : server_{std::move(server)},
      name_{std::move(name)},
      adapter_{std::move(rooms)},
      limits_{limits},
      sources_{time_and_chance}
{
}

SOCKETIO_DECL namespace_core::~namespace_core()
{
    if (auto const parent = parent_.lock())
        parent->disown(child_number_);
}

SOCKETIO_DECL void namespace_core::disown(std::uint64_t child) noexcept
{
    std::lock_guard const lock{mutex_};
    children_.erase(child);
}

SOCKETIO_DECL void namespace_core::use(socket_middleware middleware)
{
    auto made = std::make_shared<socket_middleware const>(std::move(middleware));
    std::lock_guard const lock{mutex_};
    if (!closed_)
        middleware_.push_back(std::move(made));
}

SOCKETIO_DECL std::vector<std::weak_ptr<socket_middleware const>> namespace_core::middleware() const
{
    std::lock_guard const lock{mutex_};
    return {middleware_.begin(), middleware_.end()};
}

SOCKETIO_DECL std::vector<std::shared_ptr<namespace_core>> namespace_core::children() const
{
    std::vector<std::shared_ptr<namespace_core>> all;
    std::lock_guard const lock{mutex_};
    all.reserve(children_.size()); // so that no child is released with the lock held
    for (auto const& [number, each] : children_)
        if (auto child = each.lock())
            all.push_back(std::move(child));
    return all;
}

SOCKETIO_DECL void namespace_core::adopt(std::shared_ptr<namespace_core> const& child)
{
    child->events_.adopt(events());
    std::lock_guard const lock{mutex_};
    child->middleware_ = middleware_;
    children_.emplace(next_child_, child);
    child->parent_ = weak_from_this();
    child->child_number_ = next_child_++;
}

SOCKETIO_DECL void namespace_core::close()
{
    std::vector<std::shared_ptr<socket_middleware const>> middleware;
    adapter_->room_events().close();
    events_.close();
    std::lock_guard const lock{mutex_};
    closed_ = true;
    middleware.swap(middleware_);
}

SOCKETIO_DECL void namespace_core::report(event_error const& reason)
{
    if (auto const server = server_.lock())
        server->report(reason);
}

SOCKETIO_DECL void namespace_core::report_later(event_error reason)
{
    if (auto const server = server_.lock(); server && !server->is_gone())
        asio::post(server->get_executor(),
            [self = shared_from_this(), reason = std::move(reason)] { self->report(reason); });
}

// A pending search for a session. Destroying it without a call means that there is none. It holds the namespace weakly,
// since the adapter may store it.
class namespace_core::session_lookup {
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
        auto const found = std::make_shared<std::optional<adapter_session>>(std::move(session));
        auto step = [to, name = name_, client = client_, auth = auth_, found] {
            if (to)
                to->create(client, std::move(*auth), std::move(*found));
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

SOCKETIO_DECL void namespace_core::add(std::shared_ptr<peer_core> const& client, value auth)
{
    value const& given = auth;
    auto const* const pid = given["pid"].if_string();
    auto const* const offset = given["offset"].if_string();
    if (!adapter_->settings().recovery || !pid || !offset) {
        create(client, std::move(auth), std::nullopt);
        return;
    }
    auto const asked = std::make_shared<session_lookup>(shared_from_this(), client, auth);
    adapter_->restore_session(*pid, *offset,
        [asked](std::optional<adapter_session> session) { asked->end(std::move(session)); });
}

// Asks the middleware about one client, one after the other. It holds them weakly, since a middleware may store its
// decision, and so this object.
class namespace_core::middleware_run : public std::enable_shared_from_this<middleware_run> {
public:
    // Without `asks`, for a restored session, no middleware is asked.
    middleware_run(std::shared_ptr<namespace_core> to, std::shared_ptr<server_socket_core> socket, bool asks)
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
            to_->admit(socket_);
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
        decision(std::shared_ptr<middleware_run> of, std::size_t at) : of_{std::move(of)}, at_{at} {}
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
        std::shared_ptr<middleware_run> const of_;
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

SOCKETIO_DECL void namespace_core::create(std::shared_ptr<peer_core> const& client, value auth,
                                          std::optional<adapter_session> session)
{
    std::string entered = session ? session->sid : std::string{};
    if (session && (!client->is_open() || !adapter_->enter(entered))) {
        entered.clear(); // another socket has that id
        note_session();
        client->defer(
            [self = shared_from_this(), unused = std::move(*session)] { self->rooms().persist_session(unused); });
        session.reset();
    }
    if (!client->is_open()) {
        removed();
        return;
    }
    bool const restored = session.has_value();
    scope_fail left{[&] {
        static_cast<void>(adapter_->exit(entered));
        removed();
    }};
    auto const socket =
        std::make_shared<server_socket_core>(shared_from_this(), client, std::move(auth), std::move(session));
    if (!restored) {
        entered = socket->id();
        adapter_->enter(entered);
    }
    if (has_gone()) {
        client->connect_to_namespace(name_, socket->handshake().auth);
        return;
    }
    client->connecting(socket);
    left.done();
    bool const asks = !restored || !adapter_->settings().recovery->skipMiddlewares;
    client->defer([on = std::make_shared<middleware_run>(shared_from_this(), socket, asks)] { on->run(); });
}

SOCKETIO_DECL void namespace_core::admit(std::shared_ptr<server_socket_core> const& socket)
{
    scope_fail connecting{[&] { announce(socket); }}; // listeners of rooms may throw
    socket->on_connect();
    connecting.done();
    announce(socket);
}

SOCKETIO_DECL void namespace_core::announce(std::shared_ptr<server_socket_core> const& socket)
{
    if (!socket->connected())
        return;
    dispatch("connect", socket);
    dispatch("connection", socket);
}

// Each listener has a step of its own, so that an exception does not skip the others.
SOCKETIO_DECL void namespace_core::dispatch(std::string_view event, std::shared_ptr<server_socket_core> const& socket)
{
    if (events_.untouched())
        return;
    for (auto const& each : events_.listeners_of(event))
        socket->client().defer([self = shared_from_this(), each, socket] {
            namespace_call call{.socket = socket};
            self->events_.call_one(each, call);
        });
}

SOCKETIO_DECL void namespace_core::note_session()
{
    if (auto const& recovery = adapter_->settings().recovery)
        kept_until_.store(deadline_after(sources_.now(), recovery->maxDisconnectionDuration),
            std::memory_order_relaxed);
}

SOCKETIO_DECL void namespace_core::removed()
{
    if (!is_clients_ || !adapter_->is_empty())
        return;
    if (auto const server = server_.lock())
        server->clean_up(*this);
}

// The last socket has left, and the namespace was removed, while the next one was arriving. A socket that has entered
// keeps its namespace.
SOCKETIO_DECL bool namespace_core::has_gone() const
{
    auto const server = is_clients_ ? server_.lock() : nullptr;
    return server && !server->knows(*this);
}

} // namespace socketio::detail
