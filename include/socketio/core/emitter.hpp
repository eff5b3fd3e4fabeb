// A table of listeners by event name. Any thread may add and remove listeners, and so may a listener while it
// runs. Events are dispatched on one strand, without a lock while the table is unchanged.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/core/text_hash.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

// The part of a listener that does not depend on its type: its id, and whether it is still registered.
struct listener_entry : std::enable_shared_from_this<listener_entry> {
    explicit listener_entry(std::uint64_t n) noexcept : number{n} {}
    std::uint64_t const number;
    std::atomic<bool> removed{false};
};

// The part of an emitter that the handles of its listeners know.
class listener_source {
public:
    // Removes that listener, if it is still there. Any thread.
    virtual void off(std::uint64_t which) = 0;

protected:
    ~listener_source() = default;
};

// `Call` is the argument of the listeners: the event with its arguments. It may have a member `current_entry`,
// which points to the listener's entry during the call.
template <class Call>
class emitter final : public listener_source {
    struct entry;

public:
    using listener = unique_function<void(Call&)>;
    using id = std::uint64_t;
    using reference = std::weak_ptr<entry>; // to one listener, which it does not keep

    id on(std::string_view event, listener callback, bool once = false)
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

    id on_any(listener callback, bool in_front = false)
    {
        auto const made = make(std::move(callback), false, in_front);
        std::lock_guard const lock{mutex_};
        if (closed_)
            return 0;
        add(any_, made);
        return made->number;
    }

    // Removes a listener. It is never called again, not even by a dispatch under way. It is destroyed outside the lock.
    void off(id which) override
    {
        std::shared_ptr<entry> dropped;
        std::lock_guard const lock{mutex_};
        dropped = forget(which);
    }
    void off(std::string_view event)
    {
        entries dropped;
        std::lock_guard const lock{mutex_};
        auto const found = named_.find(event);
        if (found == named_.end())
            return;
        dropped = empty(*found->second);
        named_.erase(found);
    }
    void off_any()
    {
        entries dropped;
        std::lock_guard const lock{mutex_};
        dropped = empty(any_);
    }
    // Removes all named listeners. The catch-all listeners stay, as with off() of the reference.
    void off_named()
    {
        entries dropped; // needs no memory: destructors call this
        std::lock_guard const lock{mutex_};
        for (auto const& each : named_) {
            auto last = empty(*each.second);
            dropped.merge(last);
        }
        named_.clear();
    }
    void off_all()
    {
        off_named();
        off_any();
    }
    // Removes all listeners. Listeners that are added later are destroyed at once, since no dispatch will follow.
    void close()
    {
        {
            std::lock_guard const lock{mutex_};
            closed_ = true;
        }
        off_all();
    }

    bool is_closed() const
    {
        std::lock_guard const lock{mutex_};
        return closed_;
    }
    bool has(std::string_view event) const
    {
        std::lock_guard const lock{mutex_};
        auto const found = named_.find(event);
        return found != named_.end();
    }
    bool has_any() const
    {
        std::lock_guard const lock{mutex_};
        return !any_.all.empty();
    }
    // The ids of an event's listeners in the order in which they are called.
    std::vector<id> ids(std::string_view event) const
    {
        std::lock_guard const lock{mutex_};
        auto const found = named_.find(event);
        return found == named_.end() ? std::vector<id>{} : numbers_of(*found->second);
    }
    std::vector<id> any_ids() const
    {
        std::lock_guard const lock{mutex_};
        return numbers_of(any_);
    }

    // No listener was ever added, so that a look-up can be skipped.
    bool untouched() const noexcept { return !touched_.load(std::memory_order_acquire); }

    // Calls the catch-all listeners, then those of `event`, in the order of registration. Call it on the strand
    // only. An exception of a listener ends the round and passes through.
    void dispatch(std::string_view event, Call& call)
    {
        auto const any = ready_any();
        auto const named = ready(event);
        call_all(any, call);
        call_all(named, call);
    }

    // Calls the catch-all listeners only.
    void dispatch_any(Call& call) { call_all(ready_any(), call); }

    // Calls the listeners of an event of this library. Catch-all listeners do not receive it.
    void dispatch_reserved(std::string_view event, Call& call) { call_all(ready(event), call); }

    // For events that several threads dispatch at once: the listeners of now, to be called one by one. Takes the lock.
    std::vector<reference> listeners_of(std::string_view event) const
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
    // Calls one of them, unless it was removed since.
    void call_one(reference const& which, Call& call)
    {
        if (auto const to = which.lock())
            call_entry(*to, call);
    }
    // Calls all of them.
    void dispatch_from_anywhere(std::string_view event, Call& call)
    {
        if (untouched())
            return;
        for (auto const& each : listeners_of(event))
            call_one(each, call);
    }

    // Adds the listeners that `from` has now. They stay listeners of `from`: one that is removed there is not called
    // here.
    void adopt(std::shared_ptr<emitter> const& from)
    {
        for (auto const& [event, each] : from->all_named())
            on(event, [source = std::weak_ptr{from}, which = each](Call& call) {
                if (auto const alive = source.lock())
                    alive->call_one(which, call);
            });
    }

private:
    using entries = std::map<std::int64_t, std::shared_ptr<entry>>; // in the order in which they are called

    // The listeners of one event, or the catch-all listeners. A group without listeners is removed from the
    // named groups.
    struct group {
        explicit group(std::string event = {}) : name{std::move(event)} {}
        std::string const name;
        entries all{};                         // guarded by mutex_
        std::atomic<std::uint64_t> version{0}; // number of changes to the group
    };
    struct entry : listener_entry {
        entry(listener l, id n, bool o, std::int64_t at)
            : listener_entry{n}, callback{std::move(l)}, once{o}, position{at}
        {
        }
        listener callback;
        bool const once;
        std::int64_t const position;
        group* in = nullptr; // null once it was removed
    };
    // A snapshot keeps no listener alive: a removed listener is destroyed at once together with its captures.
    // These may hold the last reference to the owner of this emitter.
    using snapshot = std::shared_ptr<std::vector<std::weak_ptr<entry>> const>; // null: no listeners

    // A group as it was at its last dispatch.
    struct view {
        std::shared_ptr<group> of;
        std::uint64_t version = 0; // 0: never seen
        snapshot seen{};
    };

    std::vector<std::pair<std::string, reference>> all_named() const
    {
        std::vector<std::pair<std::string, reference>> all;
        std::lock_guard const lock{mutex_};
        for (auto const& of_event : named_)
            for (auto const& each : of_event.second->all)
                all.emplace_back(of_event.second->name, each.second);
        return all;
    }
    using named_view = typename text_map<view>::value_type;

    static std::vector<id> numbers_of(group const& of)
    {
        std::vector<id> numbers;
        for (auto const& each : of.all)
            numbers.push_back(each.second->number);
        return numbers;
    }

    std::shared_ptr<entry> make(listener&& callback, bool once, bool in_front)
    {
        id const number = next_id_.fetch_add(1, std::memory_order_relaxed);
        auto const position = static_cast<std::int64_t>(number);
        return std::make_shared<entry>(std::move(callback), number, once, in_front ? -position : position);
    }

    // Called with the lock held, like every function that changes the table.
    void add(group& to, std::shared_ptr<entry> const& made)
    {
        made->in = &to;
        auto const indexed = index_.emplace(made->number, made.get()).first;
        scope_fail adding{[&] { index_.erase(indexed); }};
        to.all.emplace(made->position, made);
        adding.done();
        changed(to);
        touched_.store(true, std::memory_order_release);
    }

    void note_new(std::shared_ptr<group> const& which)
    {
        if (new_.size() > 2 * named_.size() + 16)
            std::erase_if(new_, [](auto const& each) { return each->all.empty(); });
        new_.push_back(which);
        new_count_.fetch_add(1, std::memory_order_release);
    }

    void changed(group& which)
    {
        which.version.fetch_add(1, std::memory_order_release);
    }

    // Returns the removed entry, so that the listener is destroyed outside the lock.
    std::shared_ptr<entry> forget(id which)
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
    entries empty(group& which)
    {
        for (auto const& each : which.all) {
            each.second->removed.store(true, std::memory_order_release);
            index_.erase(each.second->number);
        }
        changed(which);
        return std::exchange(which.all, {});
    }

    snapshot ready_any() { return made_ready([this] { return current_any(); }); }
    snapshot ready(std::string_view event) { return made_ready([&] { return current(event); }); }

    snapshot current_any()
    {
        if (any_version_ != any_.version.load(std::memory_order_acquire)) {
            std::lock_guard const lock{mutex_};
            any_seen_ = copy(any_);
            any_version_ = any_.version.load(std::memory_order_relaxed);
        }
        return any_seen_;
    }

    // Compares the version of the dispatched event only: changes to other events cost nothing here.
    snapshot current(std::string_view event)
    {
        view const* const found = find_view(event);
        if (!found && new_count_.load(std::memory_order_acquire) == new_seen_)
            return nullptr;
        if (found && found->version == found->of->version.load(std::memory_order_acquire))
            return found->seen;
        return renewed(event);
    }
    // The table has changed since.
    SOCKETIO_NOINLINE snapshot renewed(std::string_view event)
    {
        std::lock_guard const lock{mutex_};
        take_new();
        view* const found = find_view(event);
        if (!found)
            return nullptr;
        group const& of = *found->of;
        if (of.all.empty()) {
            recent_ = {};
            views_.erase(views_.find(event));
            return nullptr;
        }
        found->seen = copy(of);
        found->version = of.version.load(std::memory_order_relaxed);
        return found->seen;
    }

    // Most dispatches are of a few events: those are found without a hash.
    view* find_view(std::string_view event)
    {
        if (event.empty())
            return look_up(event);
        std::size_t const index = (event.size() + static_cast<unsigned char>(event.back())) % recent_.size();
        if (named_view* const last = recent_[index]; last && last->first == event)
            return &last->second;
        return look_up(event, &recent_[index]);
    }
    view* look_up(std::string_view event, named_view** note = nullptr)
    {
        auto const found = views_.find(event);
        if (found == views_.end())
            return nullptr;
        if (note)
            *note = &*found;
        return &found->second;
    }

    // Called with the lock held. Removes events without listeners, so that they cannot pile up.
    void take_new()
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

    static snapshot copy(group const& from)
    {
        if (from.all.empty())
            return nullptr;
        auto made = std::make_shared<std::vector<std::weak_ptr<entry>>>();
        made->reserve(from.all.size());
        for (auto const& each : from.all)
            made->push_back(each.second);
        return made;
    }

    void call_all(snapshot const& all, Call& call)
    {
        if (!all)
            return;
        for (auto const& each : *all)
            if (auto const found = each.lock())
                call_entry(*found, call);
    }

    void call_entry(entry& to, Call& call)
    {
        if constexpr (requires { call.current_entry = &to; })
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

    mutable std::mutex mutex_; // guards the members below
    group any_;
    text_map<std::shared_ptr<group>> named_;
    std::map<id, entry*> index_;
    bool closed_ = false;
    std::atomic<id> next_id_{1};
    std::vector<std::shared_ptr<group>> new_; // groups that the strand has not seen yet; some may be empty again
    std::atomic<std::uint64_t> new_count_{0}; // number of groups ever added
    std::atomic<bool> touched_{false};

    // Used by the dispatching strand only.
    text_map<view> views_; // of all events except those in new_
    std::array<named_view*, 8> recent_{}; // entries of views_, by length and last character
    std::uint64_t new_seen_ = 0;
    snapshot any_seen_;
    std::uint64_t any_version_ = 0;
};

} // namespace socketio::detail
