// The lines, and who hears of them.
#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/testing/span_text.hpp>
#include <socketio/testing/transcript.hpp>

#include <algorithm>
#include <chrono>

namespace socketio::testing {

SOCKETIO_TESTING_DECL std::string transcript::text(level most) const
{
    std::string lines;
    for (auto const& each : arrived_)
        if (each.level <= most)
            lines += line(each);
    return lines;
}

SOCKETIO_TESTING_DECL std::string transcript::last(std::size_t lines, level most) const
{
    auto first = arrived_.end();
    while (first != arrived_.begin() && lines != 0)
        if ((--first)->level <= most)
            --lines;
    std::string text;
    for (; first != arrived_.end(); ++first)
        if (first->level <= most)
            text += line(*first);
    return text;
}

SOCKETIO_TESTING_DECL std::vector<happening> transcript::in_flight() const
{
    std::vector<happening> all;
    for (auto const& [number, each] : connections_)
        for (auto const* const way : {&each.up, &each.down})
            for (auto const& what : *way)
                all.push_back(what.what);
    return all;
}

// "    0.100000  client -> server  event 1 (sent 0.050000)"
SOCKETIO_TESTING_DECL std::string transcript::line(happening const& of)
{
    auto const time = detail::seconds_text(of.arrived);
    auto text = detail::joined({std::string(time.size() < 12 ? 12 - time.size() : 0, ' '), time, "  ", of.from,
        of.to.empty() ? "" : " -> ", of.to, of.from.empty() ? "" : "  ", of.meaning});
    if (of.sent != of.arrived)
        text += detail::joined({" (sent ", detail::seconds_text(of.sent), ")"});
    return text + '\n';
}

SOCKETIO_TESTING_DECL void transcript::note(std::string_view text)
{
    happening what;
    what.sent = what.arrived = now();
    what.sent_behind = arrived_.size();
    what.meaning = text;
    keep(std::move(what));
}

SOCKETIO_TESTING_DECL void transcript::on_connect(std::uint64_t connection, std::string_view from, std::string_view to)
{
    auto& made = connections_[connection];
    made.client = from;
    made.server = to.substr(0, to.rfind(':'));
    made.tap = std::make_unique<detail::wiretap>(secrets_, parser_, [this, connection](detail::wiretap::heard&& heard) {
        auto const found = connections_.find(connection);
        if (found == connections_.end())
            return;
        auto& of = found->second;
        heard.what.connection = connection;
        heard.what.from = heard.up ? of.client : of.server;
        heard.what.to = heard.up ? of.server : of.client;
        heard.what.sent = now();
        heard.what.sent_behind = arrived_.size();
        auto& way = heard.up ? of.up : of.down;
        way.push_back({heard.end, std::move(heard.what)});
        auto const copy = way.back().what; // a listener may end the connection
        for (std::size_t i = 0; i != sent_listeners_.size(); ++i)
            sent_listeners_[i](copy);
    });
    add(made, connection, true, level::events, detail::joined({"connects to ", to}));
}

SOCKETIO_TESTING_DECL void transcript::on_failed(std::uint64_t connection, std::string_view why)
{
    add(connections_[connection], connection, false, level::events, std::string{why});
    connections_.erase(connection);
}

SOCKETIO_TESTING_DECL void transcript::on_connected(std::uint64_t connection)
{
    add(connections_[connection], connection, false, level::frames, "is connected");
}

SOCKETIO_TESTING_DECL void transcript::on_written(detail::wire_end from, std::string_view bytes)
{
    auto const found = connections_.find(from.connection);
    if (found == connections_.end())
        return;
    add(found->second, from.connection, from.up, level::bytes,
        detail::joined({"writes ", std::to_string(bytes.size()), " bytes"}));
    found->second.tap->read(from.up, bytes);
}

SOCKETIO_TESTING_DECL void transcript::on_arrived(detail::wire_end from, std::uint64_t total)
{
    auto const found = connections_.find(from.connection);
    if (found == connections_.end())
        return;
    auto& of = found->second;
    auto& before = from.up ? of.arrived_up : of.arrived_down;
    add(of, from.connection, from.up, level::bytes,
        detail::joined({std::to_string(total - std::exchange(before, total)), " bytes arrive"}));
    auto& way = from.up ? of.up : of.down;
    while (!way.empty() && way.front().end <= total) {
        happening what = std::move(way.front().what);
        way.pop_front();
        what.arrived = now();
        keep(std::move(what));
    }
}

SOCKETIO_TESTING_DECL void transcript::on_ended(detail::wire_end from, std::string_view how)
{
    auto const found = connections_.find(from.connection);
    if (found == connections_.end())
        return;
    add(found->second, from.connection, from.up, level::events, detail::joined({"connection ", how}));
}

SOCKETIO_TESTING_DECL void transcript::add(tapped const& of, std::uint64_t connection, bool up, level how,
    std::string meaning)
{
    happening what;
    what.level = how;
    what.sent = what.arrived = now();
    what.sent_behind = arrived_.size();
    what.connection = connection;
    what.from = up ? of.client : of.server;
    what.to = up ? of.server : of.client;
    what.meaning = std::move(meaning);
    keep(std::move(what));
}

SOCKETIO_TESTING_DECL void transcript::keep(happening what)
{
    arrived_.push_back(std::move(what));
    if (arrived_listeners_.empty())
        return;
    auto const copy = arrived_.back();
    for (std::size_t i = 0; i != arrived_listeners_.size(); ++i)
        arrived_listeners_[i](copy);
}

} // namespace socketio::testing
