// A table of listeners by event name. Any thread may add and remove listeners, and so may a listener while it
// runs. Events are dispatched on one strand, without a lock while the table is unchanged.
#pragma once

#include <socketio/core/listeners.hpp>
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

// The class behind every emitter, whatever its listeners are called with: the code is there once.
class listener_table {
    struct entry;

public:
    using id = std::uint64_t;
    using reference = std::weak_ptr<entry>; // to one listener, which it does not keep

    listener_table() = default;
    listener_table(listener_table const&) = delete;
    listener_table& operator=(listener_table const&) = delete;

    // Removes a listener. It is never called again, not even by a dispatch under way. It is destroyed outside the lock.
    void off(id which);
    void off(std::string_view event);
    void off_any();
    // Removes all named listeners. The catch-all listeners stay, as with off() of the reference.
    void off_named();
    void off_all();
    // Removes all listeners. Listeners that are added later are destroyed at once, since no dispatch will follow.
    void close();

    bool is_closed() const;
    bool has(std::string_view event) const;
    bool has_any() const;
    bool has_named() const;
    // The names of all events that have listeners.
    std::vector<std::string> event_names() const;
    // The ids of an event's listeners in the order in which they are called.
    std::vector<id> ids(std::string_view event) const;
    std::vector<id> any_ids() const;

    // No listener was ever added, so that a look-up can be skipped.
    bool untouched() const noexcept { return !touched_.load(std::memory_order_acquire); }

    // For events that several threads dispatch at once: the listeners of now, to be called one by one. Takes the lock.
    std::vector<reference> listeners_of(std::string_view event) const;

protected:
    ~listener_table() = default;

    id add_named(std::string_view event, stored_listener callback, bool once);
    id add_any(stored_listener callback, bool in_front);

    // Calls the catch-all listeners, then those of `event`, in the order of registration. Call it on the strand
    // only. An exception of a listener ends the round and passes through.
    void call_named_and_any(std::string_view event, emitted& call);
    // Calls the catch-all listeners only.
    void call_any(emitted& call);
    // Calls the listeners of an event of this library. Catch-all listeners do not receive it.
    void call_named(std::string_view event, emitted& call);
    // Calls one of listeners_of(), unless it was removed since.
    void call_referred(reference const& which, emitted& call);
    // Calls all of them.
    void call_from_anywhere(std::string_view event, emitted& call);

    // Adds the listeners that `from`, of the same class, has now. They stay listeners of `from`: one that is removed
    // there is not called here.
    void adopt_all(std::shared_ptr<listener_table> const& from);

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
        entry(stored_listener l, id n, bool o, std::int64_t at)
            : listener_entry{n}, callback{std::move(l)}, once{o}, position{at}
        {
        }
        stored_listener callback;
        bool const once;
        std::int64_t const position;
        group* in = nullptr; // null once it was removed
    };
    // A snapshot keeps no listener alive: a removed listener is destroyed at once together with its captures.
    // These may hold the last reference to the owner of this table.
    using snapshot = std::shared_ptr<std::vector<std::weak_ptr<entry>> const>; // null: no listeners

    // A group as it was at its last dispatch.
    struct view {
        std::shared_ptr<group> of;
        std::uint64_t version = 0; // 0: never seen
        snapshot seen{};
    };
    using named_view = typename text_map<view>::value_type;

    std::vector<std::pair<std::string, reference>> all_named() const;
    static std::vector<id> numbers_of(group const& of);
    std::shared_ptr<entry> make(stored_listener&& callback, bool once, bool in_front);

    // Called with the lock held, like every function that changes the table.
    void add(group& to, std::shared_ptr<entry> const& made);
    void note_new(std::shared_ptr<group> const& which);
    static void changed(group& which) { which.version.fetch_add(1, std::memory_order_release); }
    // Return the removed entries, so that the listeners are destroyed outside the lock.
    std::shared_ptr<entry> forget(id which);
    entries empty(group& which);

    snapshot ready_any();
    snapshot ready(std::string_view event);
    snapshot current_any();
    snapshot current(std::string_view event);
    // The table has changed since. (Defined here: g++ warns about the attribute on a function defined elsewhere.)
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
    view* find_view(std::string_view event);
    view* look_up(std::string_view event, named_view** note = nullptr);
    void take_new();
    static snapshot copy(group const& from);
    void call_all(snapshot const& all, emitted& call);
    void call_entry(entry& to, emitted& call);

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

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/listener_table.ipp>
#endif
