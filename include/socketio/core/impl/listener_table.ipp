#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/listener_table.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/core/shared_new.hpp>

namespace socketio::detail {

SOCKETIO_DECL listener_table::id listener_table::add_named(std::string_view event, stored_listener callback, bool once)
{
    auto const made = make(std::move(callback), once, false); // destroyed outside the lock
    std::lock_guard const lock{mutex_};
    if (closed_)
        return 0;
    if (auto const found = named_.find(event); found != named_.end()) {
        add(*found->second, made);
        return made->number;
    }
    auto const to = shared_new<group>(std::string{event});
    add(*to, made);
    scope_fail naming{[&] { forget(made->number); }};
    note_new(to);
    named_.try_emplace(to->name, to);
    naming.done();
    return made->number;
}

SOCKETIO_DECL listener_table::id listener_table::add_any(stored_listener callback, bool in_front)
{
    auto const made = make(std::move(callback), false, in_front);
    std::lock_guard const lock{mutex_};
    if (closed_)
        return 0;
    add(any_, made);
    return made->number;
}

SOCKETIO_DECL void listener_table::off(id which)
{
    std::shared_ptr<entry> dropped;
    std::lock_guard const lock{mutex_};
    dropped = forget(which);
}

SOCKETIO_DECL void listener_table::off(std::string_view event)
{
    entries dropped;
    std::lock_guard const lock{mutex_};
    auto const found = named_.find(event);
    if (found == named_.end())
        return;
    dropped = empty(*found->second);
    named_.erase(found);
}

SOCKETIO_DECL void listener_table::off_any()
{
    entries dropped;
    std::lock_guard const lock{mutex_};
    dropped = empty(any_);
}

SOCKETIO_DECL void listener_table::off_named()
{
    entries dropped; // needs no memory: destructors call this
    std::lock_guard const lock{mutex_};
    for (auto const& each : named_) {
        auto last = empty(*each.second);
        dropped.merge(last);
    }
    named_.clear();
}

SOCKETIO_DECL void listener_table::off_all()
{
    off_named();
    off_any();
}

SOCKETIO_DECL void listener_table::close()
{
    {
        std::lock_guard const lock{mutex_};
        closed_ = true;
    }
    off_all();
}

SOCKETIO_DECL bool listener_table::is_closed() const
{
    std::lock_guard const lock{mutex_};
    return closed_;
}

SOCKETIO_DECL bool listener_table::has(std::string_view event) const
{
    std::lock_guard const lock{mutex_};
    auto const found = named_.find(event);
    return found != named_.end();
}

SOCKETIO_DECL bool listener_table::has_any() const
{
    std::lock_guard const lock{mutex_};
    return !any_.all.empty();
}

SOCKETIO_DECL bool listener_table::has_named() const
{
    std::lock_guard const lock{mutex_};
    return !named_.empty();
}

SOCKETIO_DECL std::vector<std::string> listener_table::event_names() const
{
    std::lock_guard const lock{mutex_};
    std::vector<std::string> names;
    names.reserve(named_.size());
    for (auto const& each : named_)
        names.push_back(each.first);
    return names;
}

SOCKETIO_DECL std::vector<listener_table::id> listener_table::ids(std::string_view event) const
{
    std::lock_guard const lock{mutex_};
    auto const found = named_.find(event);
    return found == named_.end() ? std::vector<id>{} : numbers_of(*found->second);
}

SOCKETIO_DECL std::vector<listener_table::id> listener_table::any_ids() const
{
    std::lock_guard const lock{mutex_};
    return numbers_of(any_);
}

SOCKETIO_DECL void listener_table::call_named_and_any(std::string_view event, emitted& call)
{
    auto const any = ready_any();
    auto const named = ready(event);
    call_all(any, call);
    call_all(named, call);
}

SOCKETIO_DECL void listener_table::call_any(emitted& call) { call_all(ready_any(), call); }

SOCKETIO_DECL void listener_table::call_named(std::string_view event, emitted& call) { call_all(ready(event), call); }

SOCKETIO_DECL std::vector<listener_table::reference> listener_table::listeners_of(std::string_view event) const
{
    std::lock_guard const lock{mutex_};
    auto const found = named_.find(event);
    if (found == named_.end())
        return {};
    std::vector<reference> all;
    all.reserve(found->second->all.size());
    for (auto const& each : found->second->all)
        all.push_back(each.second);
    return all;
}

SOCKETIO_DECL void listener_table::call_referred(reference const& which, emitted& call)
{
    if (auto const to = which.lock())
        call_entry(*to, call);
}

SOCKETIO_DECL void listener_table::call_from_anywhere(std::string_view event, emitted& call)
{
    if (untouched())
        return;
    for (auto const& each : listeners_of(event))
        call_referred(each, call);
}

SOCKETIO_DECL void listener_table::adopt_all(std::shared_ptr<listener_table> const& from)
{
    for (auto const& [event, each] : from->all_named())
        add_named(
            event,
            [source = std::weak_ptr{from}, which = each](emitted& call) {
                if (auto const alive = source.lock())
                    alive->call_referred(which, call);
            },
            false);
}

SOCKETIO_DECL std::vector<std::pair<std::string, listener_table::reference>> listener_table::all_named() const
{
    std::vector<std::pair<std::string, reference>> all;
    std::lock_guard const lock{mutex_};
    for (auto const& of_event : named_)
        for (auto const& each : of_event.second->all)
            all.emplace_back(of_event.second->name, each.second);
    return all;
}

SOCKETIO_DECL std::vector<listener_table::id> listener_table::numbers_of(group const& of)
{
    std::vector<id> numbers;
    for (auto const& each : of.all)
        numbers.push_back(each.second->number);
    return numbers;
}

SOCKETIO_DECL std::shared_ptr<listener_table::entry> listener_table::make(stored_listener&& callback, bool once,
                                                                          bool in_front)
{
    id const number = next_id_.fetch_add(1, std::memory_order_relaxed);
    auto const position = static_cast<std::int64_t>(number);
    return std::make_shared<entry>(std::move(callback), number, once, in_front ? -position : position);
}

SOCKETIO_DECL void listener_table::add(group& to, std::shared_ptr<entry> const& made)
{
    made->in = &to;
    auto const indexed = index_.emplace(made->number, made.get()).first;
    scope_fail adding{[&] { index_.erase(indexed); }};
    to.all.emplace(made->position, made);
    adding.done();
    changed(to);
    touched_.store(true, std::memory_order_release);
}

SOCKETIO_DECL void listener_table::note_new(std::shared_ptr<group> const& which)
{
    if (new_.size() > 2 * named_.size() + 16)
        std::erase_if(new_, [](auto const& each) { return each->all.empty(); });
    new_.push_back(which);
    new_count_.fetch_add(1, std::memory_order_release);
}

SOCKETIO_DECL std::shared_ptr<listener_table::entry> listener_table::forget(id which)
{
    auto const found = index_.find(which);
    if (found == index_.end())
        return nullptr;
    entry& last = *found->second;
    group& from = *last.in;
    auto dropped = std::move(from.all.extract(last.position).mapped());
    index_.erase(found);
    last.removed.store(true, std::memory_order_release);
    changed(from);
    if (!from.all.empty() || &from == &any_)
        return dropped;
    if (auto const named = named_.find(from.name); named != named_.end())
        named_.erase(named);
    return dropped;
}

SOCKETIO_DECL listener_table::entries listener_table::empty(group& which)
{
    for (auto const& each : which.all) {
        each.second->removed.store(true, std::memory_order_release);
        index_.erase(each.second->number);
    }
    changed(which);
    return std::exchange(which.all, {});
}

SOCKETIO_DECL listener_table::snapshot listener_table::ready_any()
{
    return made_ready([this] { return current_any(); });
}

SOCKETIO_DECL listener_table::snapshot listener_table::ready(std::string_view event)
{
    return made_ready([&] { return current(event); });
}

SOCKETIO_DECL listener_table::snapshot listener_table::current_any()
{
    if (any_version_ != any_.version.load(std::memory_order_acquire)) {
        std::lock_guard const lock{mutex_};
        any_seen_ = copy(any_);
        any_version_ = any_.version.load(std::memory_order_relaxed);
    }
    return any_seen_;
}

// Compares the version of the dispatched event only: changes to other events cost nothing here.
SOCKETIO_DECL listener_table::snapshot listener_table::current(std::string_view event)
{
    view const* const found = find_view(event);
    if (!found && new_count_.load(std::memory_order_acquire) == new_seen_)
        return nullptr;
    if (found && found->version == found->of->version.load(std::memory_order_acquire))
        return found->seen;
    return renewed(event);
}

// Most dispatches are of a few events: those are found without a hash.
SOCKETIO_DECL listener_table::view* listener_table::find_view(std::string_view event)
{
    if (event.empty())
        return look_up(event);
    std::size_t const index = (event.size() + static_cast<unsigned char>(event.back())) % recent_.size();
    if (named_view* const last = recent_[index]; last && last->first == event)
        return &last->second;
    return look_up(event, &recent_[index]);
}

SOCKETIO_DECL listener_table::view* listener_table::look_up(std::string_view event, named_view** note)
{
    auto const found = views_.find(event);
    if (found == views_.end())
        return nullptr;
    if (note)
        *note = &*found;
    return &found->second;
}

// Called with the lock held. Removes events without listeners, so that they cannot pile up.
SOCKETIO_DECL void listener_table::take_new()
{
    if (new_count_.load(std::memory_order_relaxed) == new_seen_)
        return;
    for (auto const& each : new_)
        if (!each->all.empty())
            views_.insert_or_assign(each->name, view{each});
    new_.clear();
    new_seen_ = new_count_.load(std::memory_order_relaxed);
    if (views_.size() > 2 * named_.size() + 16) {
        recent_ = {};
        std::erase_if(views_, [](auto const& each) { return each.second.of->all.empty(); });
    }
}

SOCKETIO_DECL listener_table::snapshot listener_table::copy(group const& from)
{
    if (from.all.empty())
        return nullptr;
    auto made = std::make_shared<std::vector<std::weak_ptr<entry>>>();
    made->reserve(from.all.size());
    for (auto const& each : from.all)
        made->push_back(each.second);
    return made;
}

SOCKETIO_DECL void listener_table::call_all(snapshot const& all, emitted& call)
{
    if (!all)
        return;
    for (auto const& each : *all)
        if (auto const found = each.lock())
            call_entry(*found, call);
}

SOCKETIO_DECL void listener_table::call_entry(entry& to, emitted& call)
{
    call.current_entry = &to;
    if (!to.once) {
        if (!to.removed.load(std::memory_order_acquire))
            to.callback(call);
        return;
    }
    if (!to.removed.exchange(true, std::memory_order_acq_rel)) {
        off(to.number);
        to.callback(call);
    }
}

// For handles: see listeners.hpp.
SOCKETIO_DECL void remove_listener(listener_table& from, std::uint64_t which) { from.off(which); }

SOCKETIO_DECL void remove_listeners(listener_table& from, std::string_view event) { from.off(event); }

SOCKETIO_DECL void remove_named_listeners(listener_table& from) { from.off_named(); }

SOCKETIO_DECL void remove_any_listeners(listener_table& from) { from.off_any(); }

SOCKETIO_DECL bool has_listeners(listener_table const& in, std::string_view event) { return in.has(event); }

SOCKETIO_DECL std::vector<std::uint64_t> listener_ids(listener_table const& in, std::string_view event)
{
    return in.ids(event);
}

SOCKETIO_DECL std::vector<std::uint64_t> any_listener_ids(listener_table const& in) { return in.any_ids(); }

} // namespace socketio::detail
