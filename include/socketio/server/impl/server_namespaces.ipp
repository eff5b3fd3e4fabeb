// Namespaces by name or by pattern, and their removal.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/server/client_admission.hpp>
#include <socketio/server/server_core.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::make_namespace(std::string name)
{
    adapter_settings settings{name, settings_->connectionStateRecovery, sources_, settings_->parser};
    auto rooms = settings_->adapter ? settings_->adapter(settings) : nullptr;
    if (!rooms)
        rooms = shared_new<adapter>(settings);
    return std::make_shared<namespace_core>(weak_from_this(), std::move(name), std::move(rooms),
        sending_limits{settings_->largest_message, settings_->sent_attachments}, sources_);
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
    bool late = false;
    {
        std::lock_guard const lock{mutex_};
        auto const [at, fresh] = namespaces_.emplace(full, made);
        if (!fresh)
            return at->second;
        late = closed_;
    }
    if (late)
        made->close();
    if (root_) {
        namespace_call call;
        call.made = made;
        root_->events()->dispatch_from_anywhere("new_namespace", call);
    }
    return made;
}

// Only patterns are asked: a function needs a client's request.
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
    auto const shared = shared_new<name_matcher const>(std::move(pattern));
    auto const ask = [shared](std::string_view name, value const&, std::function<void(bool)> const& answer) {
        answer((*shared)(name));
    };
    return of_family(ask, shared);
}

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::of(namespace_matcher matcher)
{
    return of_family(std::move(matcher), nullptr);
}

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::of_family(namespace_matcher matcher,
                                                                     std::shared_ptr<name_matcher const> by_name)
{
    auto parent = make_namespace("/_");
    parent->become_parent();
    std::unique_lock lock{mutex_};
    if (!closed_) {
        families_.push_back(
            {shared_new<namespace_matcher const>(std::move(matcher)), parent, std::move(by_name)});
        return parent;
    }
    lock.unlock();
    parent->close();
    return parent;
}

SOCKETIO_DECL std::shared_ptr<namespace_core> server_core::child(std::string const& name, namespace_core& parent,
                                                                 std::vector<namespace_emitter::reference>& to_call)
{
    if (!has_room_for_child())
        return nullptr;
    auto made = make_namespace(name);
    made->become_clients();
    parent.adopt(made);
    std::lock_guard const lock{mutex_};
    to_call = root_->events()->listeners_of("new_namespace"); // first, since it may throw
    auto const [at, fresh] = namespaces_.emplace(name, made);
    if (fresh)
        ++children_;
    else
        to_call.clear();
    return at->second;
}

// Clients that ask at the same moment may exceed the limit by one each.
SOCKETIO_DECL bool server_core::has_room_for_child()
{
    std::vector<std::shared_ptr<namespace_core>> last; // destroyed after the lock, with their listeners
    std::lock_guard const lock{mutex_};
    sweep(last);
    return children_ < settings_->child_namespaces;
}

// Asks one pattern after the other whether to make a namespace. It holds them weakly, since a matcher may store its
// answer, and so this object.
class server_core::search : public std::enable_shared_from_this<search> {
public:
    search(std::shared_ptr<server_core> in, std::string name, value auth, std::shared_ptr<peer_core> client)
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
            return; // the server is closed, and is about to end the client
        scope_fail asking{[&] { decide(at, false); }};
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
        std::vector<namespace_emitter::reference> to_call;
        auto to = in_->known(name_);
        scope_fail entering{[&] { // making the adapter may throw
            if (to)
                to->removed();
            refuse();
        }};
        if (!to)
            to = in_->child(name_, *families_[at - 1].parent, to_call);
        for (auto const& each : to_call)
            client_->defer([root = in_->root(), each, to] {
                namespace_call call;
                call.made = to;
                root->events()->call_one(each, call);
            });
        if (to)
            client_->defer([self = shared_from_this(), to] { self->enter(to); });
        entering.done();
        if (!to)
            client_->refuse(name_, "Too many namespaces", {});
    }

    void refuse() { client_->refuse(name_, "Invalid namespace", {}); }

    void enter(std::shared_ptr<namespace_core> const& to)
    {
        scope_fail adding{[&] { to->removed(); }}; // it may have been made for this client alone
        if (!client_->is_open())
            return;
        admit_client(to, client_, std::move(auth_));
        adding.done();
    }

    std::shared_ptr<server_core> const in_;
    std::string const name_;
    value auth_;
    std::shared_ptr<peer_core> const client_;
    std::vector<candidate> families_;
    std::size_t next_ = 0;
    std::size_t decided_ = 0;
};

SOCKETIO_DECL void server_core::find(std::string const& name, value auth, std::shared_ptr<peer_core> const& client)
{
    if (auto const found = known(name)) {
        admit_client(found, client, std::move(auth));
        return;
    }
    auto const looking = std::make_shared<search>(shared_from_this(), name, std::move(auth), client);
    client->defer([looking] { looking->run(); });
}

// A namespace with a stored session stays while that may be restored.
SOCKETIO_DECL void server_core::clean_up(namespace_core& empty)
{
    if (!settings_->cleanupEmptyChildNamespaces)
        return;
    std::vector<std::shared_ptr<namespace_core>> last;
    std::lock_guard const lock{mutex_};
    auto const found = namespaces_.find(empty.name());
    if (found != namespaces_.end() && found->second.get() == &empty && !empty.is_listed()) {
        deserted_.emplace(empty.kept_until(), found->second);
        empty.set_listed(true);
    }
    sweep(last);
}

// Called with the lock. Each is checked at its time, since a client may have come back.
SOCKETIO_DECL void server_core::sweep(std::vector<std::shared_ptr<namespace_core>>& last)
{
    auto const now = sources_.now();
    while (!deserted_.empty() && deserted_.begin()->first <= now) {
        auto& each = *last.emplace_back(std::move(deserted_.begin()->second));
        deserted_.erase(deserted_.begin());
        each.set_listed(false);
        auto const found = namespaces_.find(each.name());
        if (found == namespaces_.end() || found->second.get() != &each || !each.rooms().is_empty())
            continue;
        if (each.kept_until() > now) {
            deserted_.emplace(each.kept_until(), found->second);
            each.set_listed(true);
            continue;
        }
        namespaces_.erase(found);
        --children_;
    }
}

SOCKETIO_DECL bool server_core::knows(namespace_core const& made) const
{
    std::lock_guard const lock{mutex_};
    auto const found = namespaces_.find(made.name());
    return found != namespaces_.end() && found->second.get() == &made;
}

} // namespace socketio::detail
