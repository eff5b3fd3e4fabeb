// Who listens to what. Listeners may be added and removed from any thread, and by a listener
// while it runs; events are dispatched on one strand, without a lock while nothing has changed.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/core/text_hash.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

// What can be known of a listener by whoever calls it later.
struct listener_entry : std::enable_shared_from_this<listener_entry> {
    explicit listener_entry(std::uint64_t n) noexcept : number{n} {}
    std::uint64_t const number;
    std::atomic<bool> removed{false};
};

// `Call` is what a listener is handed: the event with its arguments. It may have a member `heard_by`, which
// points to the listener's entry during the call.
template <class Call>
class emitter {
public:
    using listener = unique_function<void(Call&)>;
    using id = std::uint64_t;

    id on(std::string_view event, listener heard, bool once = false)
    {
        std::lock_guard const lock{mutex_};
        return add(named_[std::string{event}], std::move(heard), once, false);
    }

    id on_any(listener heard, bool in_front = false)
    {
        std::lock_guard const lock{mutex_};
        return add(any_, std::move(heard), false, in_front);
    }

    // A listener that was removed is not called any more, not even by a dispatch under way.
    void off(id which)
    {
        list const dropped = extract([which](entry const& e) { return e.number == which; });
    }
    void off(std::string_view event)
    {
        list dropped;
        {
            std::lock_guard const lock{mutex_};
            auto const found = named_.find(event);
            if (found == named_.end())
                return;
            dropped.swap(found->second);
            named_.erase(found);
            changed(dropped);
        }
    }
    void off_any()
    {
        list dropped;
        {
            std::lock_guard const lock{mutex_};
            dropped.swap(any_);
            changed(dropped);
        }
    }
    // All named listeners; the catch-all ones stay, as with the reference's off().
    void off_named()
    {
        names dropped;
        {
            std::lock_guard const lock{mutex_};
            dropped.swap(named_);
            for (auto const& [event, heard] : dropped)
                changed(heard);
        }
    }
    void off_all()
    {
        off_named();
        off_any();
    }
    // The same, and those that are added from now on are let go: nobody will dispatch any more.
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
        return found != named_.end() && !found->second.empty();
    }
    bool has_any() const
    {
        std::lock_guard const lock{mutex_};
        return !any_.empty();
    }
    // In the order in which they are called.
    std::vector<id> ids(std::string_view event) const
    {
        std::lock_guard const lock{mutex_};
        auto const found = named_.find(event);
        return found == named_.end() ? std::vector<id>{} : numbers_of(found->second);
    }
    std::vector<id> any_ids() const
    {
        std::lock_guard const lock{mutex_};
        return numbers_of(any_);
    }

    // Nobody has ever listened: there is nothing to look up.
    bool untouched() const noexcept { return version_.load(std::memory_order_acquire) == 0; }

    // Calls the catch-all listeners, then those of `event`, in the order of registration.
    // To be called on the strand only. What a listener throws ends the round and goes through.
    void dispatch(std::string_view event, Call& call)
    {
        auto const pinned = current();
        tell_all(pinned->any, call);
        dispatch_named(*pinned, event, call);
    }

    // For the catch-all listeners alone.
    void dispatch_any(Call& call)
    {
        auto const pinned = current();
        tell_all(pinned->any, call);
    }

    // For events of this library's own: catch-all listeners do not hear them.
    void dispatch_reserved(std::string_view event, Call& call)
    {
        auto const pinned = current();
        dispatch_named(*pinned, event, call);
    }

private:
    struct entry : listener_entry {
        entry(listener l, id n, bool o) : listener_entry{n}, heard{std::move(l)}, once{o} {}
        listener heard;
        bool once;
    };
    using list = std::vector<std::shared_ptr<entry>>;
    // What is dispatched keeps no listener alive: one that is taken off dies at once, and with it
    // what it holds, which may be the last hold on the owner of this emitter.
    using weak_list = std::vector<std::weak_ptr<entry>>;

    using names = text_map<list>;

    struct table {
        weak_list any;
        text_map<weak_list> named;
    };

    static std::vector<id> numbers_of(list const& from)
    {
        std::vector<id> numbers;
        for (auto const& each : from)
            numbers.push_back(each->number);
        return numbers;
    }

    id add(list& to, listener&& heard, bool once, bool in_front)
    {
        if (closed_)
            return 0;
        auto made = std::make_shared<entry>(std::move(heard), next_id_++, once);
        id const number = made->number;
        to.insert(in_front ? to.begin() : to.end(), std::move(made));
        version_.fetch_add(1, std::memory_order_release);
        return number;
    }

    void changed(list const& dropped)
    {
        for (auto const& each : dropped)
            each->removed.store(true, std::memory_order_release);
        version_.fetch_add(1, std::memory_order_release);
    }

    // What was taken out is returned, so that listeners die outside the lock.
    template <class Which>
    list extract(Which which)
    {
        list dropped;
        std::lock_guard const lock{mutex_};
        extract_from(any_, which, dropped);
        for (auto it = named_.begin(); it != named_.end();) {
            extract_from(it->second, which, dropped);
            it = it->second.empty() ? named_.erase(it) : std::next(it);
        }
        if (!dropped.empty())
            changed(dropped);
        return dropped;
    }

    template <class Which>
    static void extract_from(list& from, Which which, list& dropped)
    {
        for (auto it = from.begin(); it != from.end();) {
            if (which(**it)) {
                dropped.push_back(std::move(*it));
                it = from.erase(it);
            } else {
                ++it;
            }
        }
    }

    std::shared_ptr<table const> current()
    {
        auto const version = version_.load(std::memory_order_acquire);
        if (version != snapshot_version_ || !snapshot_) {
            std::lock_guard const lock{mutex_};
            auto made = std::make_shared<table>();
            made->any.assign(any_.begin(), any_.end());
            for (auto const& [event, heard] : named_)
                made->named.try_emplace(event, heard.begin(), heard.end());
            snapshot_ = std::move(made);
            snapshot_version_ = version_.load(std::memory_order_relaxed);
        }
        return snapshot_;
    }

    void dispatch_named(table const& from, std::string_view event, Call& call)
    {
        auto const found = from.named.find(event);
        if (found != from.named.end())
            tell_all(found->second, call);
    }

    void tell_all(weak_list const& all, Call& call)
    {
        for (auto const& each : all)
            if (auto const heard = each.lock())
                tell(*heard, call);
    }

    void tell(entry& to, Call& call)
    {
        if constexpr (requires { call.heard_by = &to; })
            call.heard_by = &to;
        if (!to.once) {
            if (!to.removed.load(std::memory_order_acquire))
                to.heard(call);
            return;
        }
        if (!to.removed.exchange(true, std::memory_order_acq_rel)) {
            off(to.number);
            to.heard(call);
        }
    }

    mutable std::mutex mutex_;
    list any_;
    names named_;
    id next_id_ = 1;
    bool closed_ = false;
    std::atomic<std::uint64_t> version_{0};

    // Touched by the dispatching strand alone.
    std::shared_ptr<table const> snapshot_;
    std::uint64_t snapshot_version_ = 0;
};

} // namespace socketio::detail
