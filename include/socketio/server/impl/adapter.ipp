// Rooms behind a lock, and the packets and sessions that are stored for recovery.
#pragma once

#include <socketio/server/adapter.hpp>
#include <socketio/server/random_id.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace socketio {

SOCKETIO_DECL adapter::adapter(adapter_settings settings)
    : settings_{std::move(settings)},
      offset_prefix_{recovers() ? detail::random_id(settings_.time_and_chance).substr(0, 8) : std::string{}}
{
}

SOCKETIO_DECL adapter::~adapter() = default;

SOCKETIO_DECL bool adapter::enter(std::string_view id)
{
    std::lock_guard const lock{mutex_};
    if (rooms_.has(id))
        return false;
    rooms_.enter(id);
    return true;
}

SOCKETIO_DECL void adapter::show(std::string_view id, socket_pointer socket)
{
    std::lock_guard const lock{mutex_};
    members_.insert_or_assign(std::string{id}, socket);
    rooms_.show(id, std::move(socket));
}

SOCKETIO_DECL detail::room_changes adapter::exit(std::string_view id)
{
    detail::room_changes noted;
    socket_pointer last; // outlives the lock
    std::lock_guard const lock{mutex_};
    // Without memory the listeners of rooms miss changes, but the socket leaves its rooms all the same.
    room_set left;
    static_cast<void>(detail::caught([&] { left = listens_to_rooms() ? rooms_.rooms_of(id) : room_set{}; }));
    rooms_.exit(id);
    static_cast<void>(detail::caught([&] {
        for (auto const& room : left)
            note_leave(id, room, noted);
    }));
    if (auto const found = members_.find(id); found != members_.end()) {
        last = std::move(found->second);
        members_.erase(found);
    }
    return noted;
}

SOCKETIO_DECL void adapter::join(std::string_view id, std::span<std::string const> rooms)
{
    detail::room_changes noted;
    {
        std::lock_guard const lock{mutex_};
        for (auto const& each : rooms)
            note_join(id, each, noted);
    }
    detail::dispatch_changes(room_events_, noted);
}

SOCKETIO_DECL void adapter::leave(std::string_view id, std::string_view room)
{
    detail::room_changes noted;
    {
        std::lock_guard const lock{mutex_};
        if (rooms_.leave(id, room))
            note_leave(id, room, noted);
    }
    detail::dispatch_changes(room_events_, noted);
}

// Called with the mutex locked, like note_leave().
SOCKETIO_DECL void adapter::note_join(std::string_view id, std::string const& room, detail::room_changes& noted)
{
    bool const made = !rooms_.is_room(room);
    if (!rooms_.join(id, room) || !listens_to_rooms())
        return;
    if (made)
        noted.push_back({"create-room", room, {}});
    noted.push_back({"join-room", room, std::string{id}});
}

// Called after the socket has left.
SOCKETIO_DECL void adapter::note_leave(std::string_view id, std::string_view room, detail::room_changes& noted) const
{
    if (!listens_to_rooms())
        return;
    noted.push_back({"leave-room", std::string{room}, std::string{id}});
    if (!rooms_.is_room(room))
        noted.push_back({"delete-room", std::string{room}, {}});
}

SOCKETIO_DECL std::map<std::string, adapter::room_set> adapter::rooms() const
{
    std::lock_guard const lock{mutex_};
    return rooms_.all_rooms();
}

SOCKETIO_DECL std::map<std::string, adapter::room_set> adapter::sids() const
{
    std::lock_guard const lock{mutex_};
    return rooms_.all_ids();
}

SOCKETIO_DECL adapter::room_set adapter::rooms_of(std::string_view id) const
{
    std::lock_guard const lock{mutex_};
    return rooms_.rooms_of(id);
}

SOCKETIO_DECL adapter::socket_pointer adapter::find(std::string_view id) const
{
    std::lock_guard const lock{mutex_};
    auto const found = members_.find(id);
    return found == members_.end() ? nullptr : found->second;
}

SOCKETIO_DECL std::size_t adapter::size() const
{
    std::lock_guard const lock{mutex_};
    return members_.size();
}

SOCKETIO_DECL bool adapter::is_empty() const
{
    std::lock_guard const lock{mutex_};
    return rooms_.empty();
}

SOCKETIO_DECL std::vector<adapter::socket_pointer> adapter::select(broadcast_options const& which)
{
    std::vector<socket_pointer> selected;
    std::lock_guard const lock{mutex_};
    rooms_.select(which.rooms, which.except, [&](socket_pointer const& each) { selected.push_back(each); });
    return selected;
}

SOCKETIO_DECL void adapter::broadcast(shared_packet const& packet, broadcast_options const& to)
{
    if (!recovers()) {
        send(packet, to);
        return;
    }
    std::lock_guard const lock{order_};
    send(to.is_volatile ? packet : keep(packet, to), to);
}

SOCKETIO_DECL void adapter::send(shared_packet const& packet, broadcast_options const& to)
{
    for (auto const& each : select(to))
        each->send(packet, {to.is_volatile, to.compress});
}

// NOLINTBEGIN(performance-unnecessary-value-param): an adapter of the program's may keep its callbacks
SOCKETIO_DECL void adapter::broadcast_with_ack(shared_packet const& packet, std::uint64_t id,
    broadcast_options const& to, std::function<void(std::size_t)> counted,
    std::function<void(std::error_code, value)> answered)
{
    auto const asked = detail::with_ack_id(settings_.parser.get(), *packet, settings_.nsp, id);
    auto const all = select(to);
    counted(all.size());
    for (auto const& each : all)
        each->ask(asked, id, {to.is_volatile, to.compress}, answered);
}
// NOLINTEND(performance-unnecessary-value-param)

SOCKETIO_DECL void adapter::forget_acks(std::uint64_t id)
{
    for (auto const& each : select({}))
        each->forget_ack(id);
}

// NOLINTBEGIN(performance-unnecessary-value-param): an adapter of the program's may keep its callbacks
SOCKETIO_DECL void adapter::fetch_sockets(broadcast_options const& which,
                                          std::function<void(std::vector<socket_details>)> fetched)
{
    std::vector<socket_details> all;
    for (auto const& each : select(which))
        all.push_back({each->id(), each->handshake(), rooms_of(each->id()), each->data()});
    fetched(std::move(all));
}
// NOLINTEND(performance-unnecessary-value-param)

SOCKETIO_DECL void adapter::add_sockets(broadcast_options const& which, std::vector<std::string> const& rooms)
{
    for (auto const& each : select(which))
        join(each->id(), rooms);
}

SOCKETIO_DECL void adapter::remove_sockets(broadcast_options const& which, std::vector<std::string> const& rooms)
{
    for (auto const& each : select(which))
        for (auto const& room : rooms)
            leave(each->id(), room);
}

SOCKETIO_DECL void adapter::disconnect_sockets(broadcast_options const& which, bool close)
{
    for (auto const& each : select(which))
        each->disconnect(close);
}

namespace detail {

// The bytes that a list of names uses on the heap.
inline std::size_t memory_of(std::vector<std::string> const& names) noexcept
{
    constexpr std::size_t piece = 2 * sizeof(void*);
    std::size_t all = names.capacity() == 0 ? 0 : piece + names.capacity() * sizeof(std::string);
    for (auto const& each : names)
        if (each.capacity() > std::string{}.capacity())
            all += piece + each.capacity() + 1;
    return all;
}

} // namespace detail

// The offset, a number of this adapter alone, is appended as the last argument that the clients receive.
SOCKETIO_DECL shared_packet adapter::keep(shared_packet const& packet, broadcast_options const& to)
{
    auto const now = settings_.time_and_chance.now();
    forget_old(now);
    auto kept = detail::with_argument(settings_.parser.get(), *packet, settings_.nsp,
                                      offset_prefix_ + std::to_string(first_kept_ + packets_.size()));
    kept_packet entry{kept, to.rooms, to.except, now, sizeof(kept_packet) + kept->memory()};
    entry.memory += detail::memory_of(entry.rooms) + detail::memory_of(entry.except);
    packets_.push_back(std::move(entry));
    kept_bytes_ += packets_.back().memory;
    return kept;
}

SOCKETIO_DECL void adapter::forget_old(clock::time_point now)
{
    auto const& rules = *settings_.recovery;
    auto const is_old = [&](clock::time_point since) {
        return detail::deadline_after(since, rules.maxDisconnectionDuration) < now;
    };
    while (!packets_.empty() && (is_old(packets_.front().since) || kept_bytes_ > rules.kept_events)) {
        kept_bytes_ -= packets_.front().memory;
        packets_.pop_front();
        ++first_kept_;
    }
    while (!session_order_.empty() &&
           (is_old(session_order_.front().first) || session_order_.size() > rules.kept_sessions ||
               session_bytes_ > rules.kept_events)) {
        auto const found = sessions_.find(session_order_.front().second);
        if (found != sessions_.end() && found->second.since == session_order_.front().first)
            static_cast<void>(take_out(found));
        session_order_.pop_front();
    }
}

SOCKETIO_DECL void adapter::persist_session(adapter_session session)
{
    if (!recovers())
        return;
    std::lock_guard const lock{order_};
    auto const now = settings_.time_and_chance.now();
    forget_old(now);
    std::string const pid = session.pid;
    if (auto const before = sessions_.find(pid); before != sessions_.end())
        static_cast<void>(take_out(before));
    session_order_.emplace_back(now, pid);
    std::size_t const memory = detail::memory_of(session.rooms);
    sessions_.emplace(pid, kept_session{std::move(session), now, memory});
    session_bytes_ += memory;
}

SOCKETIO_DECL adapter_session adapter::take_out(kept_sessions::iterator which)
{
    session_bytes_ -= which->second.memory;
    adapter_session taken = std::move(which->second.session);
    sessions_.erase(which);
    return taken;
}

// NOLINTBEGIN(performance-unnecessary-value-param): an adapter of the program's may keep its callbacks
SOCKETIO_DECL void adapter::restore_session(std::string const& pid, std::string const& offset,
                                            std::function<void(std::optional<adapter_session>)> restored)
{
    restored(take_session(pid, offset));
}
// NOLINTEND(performance-unnecessary-value-param)

SOCKETIO_DECL std::optional<adapter_session> adapter::take_session(std::string const& pid, std::string const& offset)
{
    if (!recovers() || !offset.starts_with(offset_prefix_))
        return std::nullopt;
    std::uint64_t number = 0;
    char const* const end = offset.data() + offset.size();
    auto const read = std::from_chars(offset.data() + offset_prefix_.size(), end, number);
    std::lock_guard const lock{order_};
    forget_old(settings_.time_and_chance.now());
    auto const found = sessions_.find(pid);
    bool const known = read.ec == std::errc{} && read.ptr == end && number >= first_kept_ &&
                       number - first_kept_ < packets_.size();
    if (found == sessions_.end() || !known)
        return std::nullopt;
    adapter_session session = take_out(found);
    session.resume_from = number;
    return session;
}

// No packet is sent while the order is locked. So the rooms are sorted: each room of an event costs one search.
SOCKETIO_DECL bool adapter::show_again(adapter_session const& session, socket_pointer socket,
    std::vector<shared_packet>& missed)
{
    std::vector<std::string_view> rooms(session.rooms.begin(), session.rooms.end());
    std::sort(rooms.begin(), rooms.end());
    std::lock_guard const lock{order_};
    if (session.resume_from && *session.resume_from + 1 < first_kept_)
        return false;
    show(session.sid, std::move(socket));
    missed = session.resume_from ? missed_since(*session.resume_from, rooms) : session.missed;
    return true;
}

// `rooms` is sorted.
SOCKETIO_DECL std::vector<shared_packet> adapter::missed_since(std::uint64_t number,
    std::span<std::string_view const> rooms) const
{
    auto const in_any_of = [rooms](std::vector<std::string> const& these) {
        return std::any_of(these.begin(), these.end(), [rooms](std::string const& each) {
            return std::binary_search(rooms.begin(), rooms.end(), std::string_view{each});
        });
    };
    std::vector<shared_packet> missed;
    std::size_t const first = number < first_kept_ ? 0 : static_cast<std::size_t>(number - first_kept_) + 1;
    for (std::size_t i = first; i < packets_.size(); ++i) {
        kept_packet const& each = packets_[i];
        if ((each.rooms.empty() || in_any_of(each.rooms)) && !in_any_of(each.except))
            missed.push_back(each.packet);
    }
    return missed;
}

} // namespace socketio
