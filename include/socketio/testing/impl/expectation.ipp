// When an expectation holds, and what a failure says.
#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/testing/expectation.hpp>
#include <socketio/testing/span_text.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace socketio::testing {

// So many of the notes that do not match are named.
inline constexpr std::size_t most_named = 5;

SOCKETIO_TESTING_DECL bool awaited::take(detail::expected_side& of) const
{
    for (std::size_t i = of.from; i < of.diary->notes.size(); ++i) {
        auto& each = of.diary->notes[i];
        if (each.taken || each.what != what_ || (!name_.empty() && each.name != name_))
            continue;
        if (!detail::mismatch(arguments_, each.arguments).empty())
            continue;
        each.taken = true;
        return true;
    }
    return false;
}

SOCKETIO_TESTING_DECL std::string awaited::described() const
{
    auto const event = detail::joined({value{name_}.to_json(), detail::describe_expected(arguments_)});
    switch (what_) {
    case detail::noted::received: return "receive " + event;
    case detail::noted::sent: return "send " + event;
    case detail::noted::connected: return "connect";
    case detail::noted::disconnected: break;
    }
    return name_.empty() ? "disconnect" : detail::joined({"disconnect with \"", name_, "\""});
}

SOCKETIO_TESTING_DECL std::string awaited::what_came_instead(detail::expected_side const& of) const
{
    std::string text;
    std::size_t count = 0;
    for (std::size_t i = of.diary->notes.size(); i > of.from && count != most_named; --i) {
        auto const& each = of.diary->notes[i - 1];
        if (each.what != what_)
            continue;
        ++count;
        auto const complaint = each.name == name_ || name_.empty() ? detail::mismatch(arguments_, each.arguments) : "";
        auto const shown = detail::describe_arguments(each.arguments, default_secret_names());
        text = detail::joined({"  ", detail::seconds_text(each.at), "  ", value{each.name}.to_json(),
            shown.empty() ? "" : " ", shown, complaint.empty() ? "" : ": ", complaint,
            each.taken ? " (satisfies another expectation)" : "", "\n", text});
    }
    return count == 0 ? "nothing of this kind has happened\n" : "what happened instead:\n" + text;
}

SOCKETIO_TESTING_DECL result awaited::within(std::chrono::nanoseconds time)
{
    auto const is_satisfied = [this](detail::expected_side& each) {
        each.satisfied = each.satisfied || take(each);
        return each.satisfied;
    };
    if (loop_.runs_within([&] { return std::all_of(sides_.begin(), sides_.end(), is_satisfied); }, time))
        return {};
    auto const& first = *std::find_if(sides_.begin(), sides_.end(), [](auto const& each) { return !each.satisfied; });
    auto const limit = time.count() == 0 ? std::string{"now"} : "within " + detail::span_text(time);
    return result::failed(detail::joined({first.diary->who, " does not ", described(), " ", limit, "\n",
        what_came_instead(first), loop_.circumstances()}));
}

// The first event that has come, of any side.
inline std::optional<std::pair<std::string, detail::note>> find_event(detail::expected_sides const& among,
    std::string_view event)
{
    for (auto const& side : among)
        for (std::size_t i = side.from; i < side.diary->notes.size(); ++i)
            if (auto const& each = side.diary->notes[i];
                each.what == detail::noted::received && (event.empty() || each.name == event))
                return std::pair{side.diary->who, each};
    return std::nullopt;
}

SOCKETIO_TESTING_DECL result expectation::no_events_for(std::chrono::nanoseconds time, std::string event) const
{
    auto sides = sides_;
    for (auto& each : sides)
        each.from = each.diary->notes.size();
    if (!loop_.runs_within([&] { return find_event(sides, event).has_value(); }, time))
        return {};
    auto const [who, came] = *find_event(sides, event);
    auto const shown = detail::describe_arguments(came.arguments, default_secret_names());
    return result::failed(detail::joined({who, " receives ", value{came.name}.to_json(), shown.empty() ? "" : " ",
        shown, " at ", detail::seconds_text(came.at), ", where ", event.empty() ? "no event" : value{event}.to_json(),
        " was expected for ", detail::span_text(time), "\n", loop_.circumstances()}));
}

} // namespace socketio::testing
