// The members of rooms. Pure bookkeeping: it knows no sockets, no packets and no threads.
#pragma once

#include <socketio/core/text_hash.hpp>

#include <socketio/core/scope.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

using name_set = std::set<std::string, std::less<>>;

// `Member` is the object of an id. Each selected member is copied.
template <class Member>
class rooms {
public:
    // From now on `id` may join rooms. It is selected only after show().
    void enter(std::string_view id)
    {
        if (!members_.contains(id))
            members_.emplace(std::string{id}, std::make_unique<membership>());
    }
    void show(std::string_view id, Member member)
    {
        if (membership* const entry = find(id)) {
            entry->member = std::move(member);
            entry->shown = true;
        }
    }
    bool has(std::string_view id) const noexcept { return members_.contains(id); }
    bool empty() const noexcept { return members_.empty(); }

    // False if `id` has not entered, or is in the room already.
    bool join(std::string_view id, std::string_view room)
    {
        membership* const entry = find(id);
        if (!entry || entry->rooms.contains(room))
            return false;
        auto found = rooms_.find(room);
        if (found == rooms_.end())
            found = rooms_.emplace(std::string{room}, std::vector<membership*>{}).first;
        // Both or neither: a room without members is removed.
        scope_fail undo{[&] {
            if (found->second.empty())
                rooms_.erase(found);
        }};
        make_room(found->second);
        entry->rooms.emplace(std::string{room}, found->second.size());
        found->second.push_back(entry);
        undo.done();
        return true;
    }
    bool leave(std::string_view id, std::string_view room)
    {
        membership* const entry = find(id);
        if (!entry)
            return false;
        auto const position = entry->rooms.find(room);
        if (position == entry->rooms.end())
            return false;
        take_out(room, position->second);
        entry->rooms.erase(position);
        return true;
    }
    // Removes `id` from all rooms.
    void exit(std::string_view id)
    {
        auto const found = members_.find(id);
        if (found == members_.end())
            return;
        for (auto const& [room, position] : found->second->rooms)
            take_out(room, position);
        members_.erase(found);
    }

    name_set rooms_of(std::string_view id) const
    {
        name_set names;
        if (membership const* const entry = find(id))
            for (auto const& each : entry->rooms)
                names.insert(each.first);
        return names;
    }
    std::map<std::string, name_set> all_rooms() const
    {
        std::map<std::string, name_set> all;
        for (auto const& [id, entry] : members_)
            for (auto const& each : entry->rooms)
                all[each.first].insert(id);
        return all;
    }
    std::map<std::string, name_set> all_ids() const
    {
        std::map<std::string, name_set> all;
        for (auto const& member : members_)
            all.emplace(member.first, rooms_of(member.first));
        return all;
    }
    bool is_room(std::string_view room) const noexcept { return rooms_.contains(room); }
    std::size_t room_count() const noexcept { return rooms_.size(); }

    // Visits all shown members of the rooms `in` (of all, if that is empty) except those in a room of `except`,
    // once each.
    template <class Visit>
    void select(std::span<std::string const> in, std::span<std::string const> except, Visit visit)
    {
        ++selection_;
        for (auto const& room : except)
            for (membership* const each : in_room(room))
                each->seen = selection_;
        if (in.empty()) {
            for (auto const& member : members_)
                visit_once(*member.second, visit);
            return;
        }
        for (auto const& room : in)
            for (membership* const each : in_room(room))
                visit_once(*each, visit);
    }

private:
    struct membership {
        Member member{};
        bool shown = false;
        std::uint64_t seen = 0; // the number of the last selection that visited it
        std::map<std::string, std::size_t, std::less<>> rooms{}; // with the position in each
    };
    membership* find(std::string_view id) const
    {
        auto const found = members_.find(id);
        return found == members_.end() ? nullptr : found->second.get();
    }
    std::span<membership* const> in_room(std::string_view room) const
    {
        auto const found = rooms_.find(room);
        return found == rooms_.end() ? std::span<membership* const>{} : std::span<membership* const>{found->second};
    }
    template <class Visit>
    void visit_once(membership& to, Visit& visit)
    {
        if (!to.shown || to.seen == selection_)
            return;
        to.seen = selection_;
        visit(to.member);
    }
    // The last member moves to the empty position. A room without members is removed.
    void take_out(std::string_view room, std::size_t position)
    {
        auto const found = rooms_.find(room);
        auto& all = found->second;
        membership* const last = all.back();
        all.pop_back();
        if (position != all.size()) {
            all[position] = last;
            last->rooms.find(room)->second = position;
        }
        if (all.empty())
            rooms_.erase(found);
    }

    text_map<std::unique_ptr<membership>> members_;
    text_map<std::vector<membership*>> rooms_;
    std::uint64_t selection_ = 0;
};

} // namespace socketio::detail
