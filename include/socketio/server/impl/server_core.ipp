// Namespaces by name or by pattern, clients as they come, and the end of it all.
#pragma once

#include <socketio/codec/engine_packet.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/server/server_core.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace socketio::detail {

// A client waits for both with one timer. Reference clients whose timer gets more than that are lost at once.
inline void check_heartbeat(server_options const& settings)
{
    auto const most = longest_interval;
    if (settings.pingInterval.count() <= 0 || settings.pingTimeout.count() <= 0 || settings.pingInterval > most ||
        settings.pingTimeout > most - settings.pingInterval)
        throw_misuse("server: pingInterval and pingTimeout are at least 1 ms each, and together at most " +
                     std::to_string(most.count()) + " ms (24.8 days)");
}

SOCKETIO_DECL std::shared_ptr<server_core> server_core::make(asio::any_io_executor executor, server_options settings)
{
    check_heartbeat(settings);
    auto const made = std::make_shared<server_core>(std::move(executor), std::move(settings));
    made->watch_.add(made.get());
    static_cast<void>(made->of("/"));
    return made;
}

SOCKETIO_DECL server_core::server_core(asio::any_io_executor executor, server_options settings)
    : executor_{std::move(executor)}, settings_{std::make_shared<server_options const>(std::move(settings))},
      watch_{asio::use_service<context_watch>(asio::query(executor_, asio::execution::context))}
{
}

SOCKETIO_DECL server_core::~server_core()
{
    if (!is_gone())
        watch_.remove(this);
}

SOCKETIO_DECL void server_core::listen(std::uint16_t port)
{
    auto const made = engine_server::make(executor_, port, settings_);
    {
        std::lock_guard const lock{mutex_};
        if (closed_ || engine_)
            throw_misuse("server: it listens already, or is closed");
        engine_ = made;
    }
    start(*made);
}

SOCKETIO_DECL void server_core::start(engine_server& engine)
{
    engine_server::hooks told;
    told.session = [weak = weak_from_this()](std::shared_ptr<engine_channel> channel) {
        if (auto const self = weak.lock())
            self->add(std::move(channel));
        else
            channel->close(close_reason::forced_close, error::stopped);
    };
    told.connection_error = [weak = weak_from_this()](connection_failure const& why) {
        auto const self = weak.lock();
        if (!self)
            return;
        self->refused_.fetch_add(1, std::memory_order_relaxed);
        std::unique_lock lock{self->mutex_};
        auto const listeners = self->connection_error_;
        lock.unlock();
        for (auto const& each : listeners)
            (*each)(why);
    };
    told.headers = [weak = weak_from_this()](string_pairs& headers, http_request const& request, bool initial) {
        if (auto const self = weak.lock())
            self->tell_headers(headers, request, initial);
    };
    told.request = [weak = weak_from_this()](std::shared_ptr<http_exchange> exchange) {
        if (auto const self = weak.lock())
            self->serve(std::move(exchange));
    };
    engine.start(std::move(told));
}

// "initial_headers" comes before "headers", as in the reference.
SOCKETIO_DECL void server_core::tell_headers(string_pairs& headers, http_request const& request, bool initial)
{
    std::unique_lock lock{mutex_};
    auto const listeners = headers_;
    lock.unlock();
    for (bool const round : {true, false}) {
        for (auto const& each : listeners)
            if (each->initial_only == round && (initial || !round))
                each->heard(headers, request);
    }
}

SOCKETIO_DECL void server_core::serve(std::shared_ptr<http_exchange> exchange)
{
    std::unique_lock lock{mutex_};
    auto const handler = request_;
    lock.unlock();
    http_request const& request = exchange->request();
    if (handler)
        (*handler)(request, http_responder{exchange});
    else
        exchange->answer({404, {{"Content-Type", "text/plain; charset=utf-8"}}, "There is nothing here.\n"});
}

SOCKETIO_DECL void server_core::on_request(request_handler handler)
{
    auto made = handler ? std::make_shared<request_handler const>(std::move(handler)) : nullptr;
    std::lock_guard const lock{mutex_};
    if (!closed_)
        request_.swap(made);
}

SOCKETIO_DECL std::uint16_t server_core::port() const
{
    std::lock_guard const lock{mutex_};
    return engine_ ? engine_->port() : std::uint16_t{0};
}

SOCKETIO_DECL std::size_t server_core::clients_count() const
{
    std::lock_guard const lock{mutex_};
    return engine_ ? engine_->clients_count() : 0;
}

SOCKETIO_DECL void server_core::add(std::shared_ptr<engine_channel> channel)
{
    auto const client = client_core::make(shared_from_this(), std::move(channel));
    std::unique_lock lock{mutex_};
    clients_.emplace(client.get(), client);
    ++past_.sessions_opened;
    bool const late = closed_;
    lock.unlock();
    if (late)
        client->perform([client] { client->shut_down(nullptr); });
}

inline void add_up(server_snapshot& to, client_snapshot const& one) noexcept
{
    to.sockets += one.sockets;
    to.packets_received += one.packets_received;
    to.packets_sent += one.packets_sent;
    to.dropped_events += one.dropped_events;
    to.unsent_bytes += one.unsent_bytes;
    to.most_unsent_bytes = std::max(to.most_unsent_bytes, one.unsent_bytes);
}

SOCKETIO_DECL void server_core::forget(client_core const& client)
{
    std::shared_ptr<client_core> last;
    std::lock_guard const lock{mutex_};
    if (auto const found = clients_.find(&client); found != clients_.end()) {
        last = std::move(found->second);
        auto counted = last->snapshot();
        counted.sockets = 0;
        add_up(past_, counted);
        clients_.erase(found);
    }
}

SOCKETIO_DECL server_snapshot server_core::snapshot() const
{
    std::lock_guard const lock{mutex_};
    server_snapshot result = past_;
    for (auto const& each : clients_)
        add_up(result, each.second->snapshot());
    result.refused = refused_.load(std::memory_order_relaxed);
    result.cut_off = cut_off_.load(std::memory_order_relaxed);
    if (engine_) {
        result.sessions = engine_->clients_count();
        result.connections = engine_->connections();
    }
    return result;
}

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::make_namespace(std::string name)
{
    adapter_settings settings{name, settings_->connectionStateRecovery};
    auto rooms = settings_->adapter ? settings_->adapter(settings) : nullptr;
    if (!rooms)
        rooms = std::make_shared<adapter>(settings);
    return std::make_shared<namespace_core>(weak_from_this(), std::move(name), std::move(rooms),
                                            sending_limits{settings_->largest_message, settings_->sent_attachments});
}

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::known(std::string_view name) const
{
    std::lock_guard const lock{mutex_};
    auto const found = namespaces_.find(name);
    return found == namespaces_.end() ? nullptr : found->second;
}

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::of(std::string_view name)
{
    std::string const full = name.starts_with('/') ? std::string{name} : '/' + std::string{name};
    if (auto found = known(full))
        return found;
    auto made = make_namespace(full);
    if (auto const parent = parent_of(full))
        parent->adopt(made);
    std::vector<std::shared_ptr<namespace_listener const>> told;
    bool late = false;
    {
        std::lock_guard const lock{mutex_};
        auto const [at, fresh] = namespaces_.emplace(full, made);
        if (!fresh)
            return at->second;
        if (full != "/")
            told = new_namespace_;
        late = closed_;
    }
    if (late)
        made->close();
    for (auto const& each : told)
        (*each)(made);
    return made;
}

// Of a name that a pattern matches; whom a function would let in, only a client's request can tell.
SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::parent_of(std::string_view name) const
{
    std::unique_lock lock{mutex_};
    auto const all = families_;
    lock.unlock();
    for (auto const& each : all) {
        if (each.by_name && (*each.by_name)(name))
            return each.parent;
    }
    return nullptr;
}

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::of_pattern(name_matcher pattern)
{
    auto const shared = std::make_shared<name_matcher const>(std::move(pattern));
    return of_family([shared](std::string_view name, value const&, std::function<void(bool)> answer) { answer((*shared)(name)); }, shared);
}

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::of(namespace_matcher matcher)
{
    return of_family(std::move(matcher), nullptr);
}

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::of_family(namespace_matcher matcher, std::shared_ptr<name_matcher const> by_name)
{
    auto parent = make_namespace("/_");
    parent->become_parent();
    std::unique_lock lock{mutex_};
    if (!closed_) {
        families_.push_back({std::make_shared<namespace_matcher const>(std::move(matcher)), parent, std::move(by_name)});
        return parent;
    }
    lock.unlock();
    parent->close();
    return parent;
}

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::child(std::string const& name, namespace_core& parent,
                                                                 std::vector<std::shared_ptr<namespace_listener const>>& to_tell)
{
    auto made = make_namespace(name);
    parent.adopt(made);
    std::lock_guard const lock{mutex_};
    auto const [at, fresh] = namespaces_.emplace(name, made);
    if (fresh)
        to_tell = new_namespace_;
    return at->second;
}

// Asks one pattern after the other whether a namespace is to be made. It holds none of them, which may keep what they have
// to answer, and so this.
class server_core::search : public std::enable_shared_from_this<search> {
public:
    search(std::shared_ptr<server_core> in, std::string name, value auth, std::shared_ptr<client_core> client)
        : in_{std::move(in)}, name_{std::move(name)}, auth_{std::move(auth)}, client_{std::move(client)}
    {
        std::lock_guard const lock{in_->mutex_};
        for (auto const& each : in_->families_)
            families_.push_back({each.matcher, each.parent});
    }

    void run()
    {
        if (next_ == families_.size()) {
            refuse();
            return;
        }
        std::size_t const at = ++next_;
        auto const asked = families_[at - 1].matcher.lock();
        if (!asked)
            return; // the server is closed, and the client about to hear of it
        unless_done asking{[&] { decide(at, false); }};
        (*asked)(name_, auth_, [self = shared_from_this(), at](bool wanted) { self->decide(at, wanted); });
        asking.done();
    }

private:
    struct candidate {
        std::weak_ptr<namespace_matcher const> matcher;
        std::shared_ptr<namespace_core> parent;
    };

    void decide(std::size_t at, bool wanted)
    {
        client_->perform([self = shared_from_this(), at, wanted] {
            if (self->decided_ >= at)
                return;
            self->decided_ = at;
            self->client_->defer([self, at, wanted] {
                if (wanted)
                    self->found(at);
                else
                    self->run();
            });
        });
    }

    void found(std::size_t at)
    {
        if (!client_->is_open())
            return;
        std::vector<std::shared_ptr<namespace_listener const>> to_tell;
        auto to = in_->known(name_);
        unless_done making{[&] { refuse(); }}; // it may get no adapter
        if (!to)
            to = in_->child(name_, *families_[at - 1].parent, to_tell);
        making.done();
        for (auto const& each : to_tell)
            client_->defer([each, to] { (*each)(to); });
        client_->defer([self = shared_from_this(), to] { self->enter(*to); });
    }

    void refuse() { client_->refuse(name_, "Invalid namespace", {}); }

    void enter(namespace_core& to)
    {
        if (client_->is_open())
            to.add(client_, std::move(auth_));
        else
            to.removed(); // it may have been made for nobody
    }

    std::shared_ptr<server_core> const in_;
    std::string const name_;
    value auth_;
    std::shared_ptr<client_core> const client_;
    std::vector<candidate> families_;
    std::size_t next_ = 0;
    std::size_t decided_ = 0;
};

SOCKETIO_DECL void server_core::find(std::string const& name, value auth, std::shared_ptr<client_core> const& client)
{
    if (auto const found = known(name)) {
        found->add(client, std::move(auth));
        return;
    }
    auto const looking = std::make_shared<search>(shared_from_this(), name, std::move(auth), client);
    client->defer([looking] { looking->run(); });
}

SOCKETIO_DECL void server_core::clean_up(namespace_core const& empty)
{
    std::shared_ptr<namespace_core> last;
    std::lock_guard const lock{mutex_};
    if (!settings_->cleanupEmptyChildNamespaces)
        return;
    auto const found = namespaces_.find(empty.name());
    if (found == namespaces_.end() || found->second.get() != &empty || !empty.rooms().is_empty())
        return;
    last = std::move(found->second);
    namespaces_.erase(found);
}

SOCKETIO_DECL bool server_core::knows(namespace_core const& made) const
{
    std::lock_guard const lock{mutex_};
    auto const found = namespaces_.find(made.name());
    return found != namespaces_.end() && found->second.get() == &made;
}

SOCKETIO_DECL void server_core::on_new_namespace(namespace_listener listener)
{
    auto made = std::make_shared<namespace_listener const>(std::move(listener));
    std::lock_guard const lock{mutex_};
    if (!closed_)
        new_namespace_.push_back(std::move(made));
}

SOCKETIO_DECL void server_core::on_connection_error(failure_listener listener)
{
    auto made = std::make_shared<failure_listener const>(std::move(listener));
    std::lock_guard const lock{mutex_};
    if (!closed_)
        connection_error_.push_back(std::move(made));
}

SOCKETIO_DECL void server_core::on_headers(headers_listener listener, bool initial_only)
{
    auto made = std::make_shared<header_listener const>(header_listener{std::move(listener), initial_only});
    std::lock_guard const lock{mutex_};
    if (!closed_)
        headers_.push_back(std::move(made));
}

SOCKETIO_DECL void server_core::set_error_hook(error_hook hook)
{
    auto made = hook ? std::make_shared<error_hook const>(std::move(hook)) : nullptr;
    std::lock_guard const lock{mutex_};
    if (!closed_)
        error_hook_.swap(made);
}

SOCKETIO_DECL void server_core::report(event_error const& why)
{
    std::unique_lock lock{mutex_};
    auto const hook = error_hook_;
    lock.unlock();
    if (hook)
        (*hook)(why);
}

SOCKETIO_DECL void server_core::close(std::shared_ptr<void> kept)
{
    std::vector<std::shared_ptr<client_core>> clients;
    std::shared_ptr<engine_server> engine;
    {
        std::lock_guard const lock{mutex_};
        closed_ = true;
        engine = engine_;
        for (auto const& each : clients_)
            clients.push_back(each.second);
    }
    if (is_gone())
        return;
    for (auto const& each : clients)
        each->perform([each, kept] { each->shut_down(kept); });
    if (engine)
        engine->close([kept] {});
    drop_listeners();
}

// They may hold whatever they like, this server included.
SOCKETIO_DECL void server_core::drop_listeners()
{
    std::vector<std::shared_ptr<namespace_core>> all;
    std::vector<family> families;
    std::vector<std::shared_ptr<namespace_listener const>> new_namespace;
    std::vector<std::shared_ptr<failure_listener const>> connection_error;
    std::vector<std::shared_ptr<header_listener const>> headers;
    std::shared_ptr<error_hook const> hook;
    std::shared_ptr<request_handler const> request;
    {
        std::lock_guard const lock{mutex_};
        for (auto const& each : namespaces_)
            all.push_back(each.second);
        families.swap(families_);
        new_namespace.swap(new_namespace_);
        connection_error.swap(connection_error_);
        headers.swap(headers_);
        hook.swap(error_hook_);
        request.swap(request_);
    }
    for (auto const& each : families)
        all.push_back(each.parent);
    for (auto const& each : all)
        each->close();
}

// Nobody runs the context any more.
SOCKETIO_DECL void server_core::context_gone() noexcept
{
    auto const self = weak_from_this().lock();
    if (!self)
        return;
    gone_.store(true, std::memory_order_release);
    std::unordered_map<client_core const*, std::shared_ptr<client_core>> clients;
    std::shared_ptr<engine_server> engine;
    {
        std::lock_guard const lock{mutex_};
        closed_ = true;
        clients.swap(clients_);
        engine.swap(engine_);
    }
    for (auto const& each : clients)
        each.second->context_gone();
    drop_listeners();
}

} // namespace socketio::detail
