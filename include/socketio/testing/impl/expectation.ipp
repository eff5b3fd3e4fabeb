// When an expectation holds, and what a failure says.
#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/testing/expectation.hpp>
#include <socketio/testing/span_text.hpp>

namespace socketio::testing {

// So many of the notes that do not match are named.
inline constexpr std::size_t most_named = 5;

SOCKETIO_TESTING_DECL bool awaited::take()
{
    for (std::size_t i = from_; i < diary_->notes.size(); ++i) {
        auto& each = diary_->notes[i];
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

SOCKETIO_TESTING_DECL std::string awaited::what_came_instead() const
{
    std::string text;
    std::size_t count = 0;
    for (std::size_t i = diary_->notes.size(); i > from_ && count != most_named; --i) {
        auto const& each = diary_->notes[i - 1];
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
    bool taken = false;
    if (loop_.runs_within([&] { return (taken = taken || take()); }, time))
        return {};
    auto const limit = time.count() == 0 ? std::string{"now"} : "within " + detail::span_text(time);
    return result::failed(detail::joined(
        {diary_->who, " does not ", described(), " ", limit, "\n", what_came_instead(), loop_.circumstances()}));
}

SOCKETIO_TESTING_DECL result expectation::no_events_for(std::chrono::nanoseconds time, std::string event) const
{
    auto const from = diary_->notes.size();
    std::size_t found = 0;
    auto const comes = [&] {
        for (found = from; found < diary_->notes.size(); ++found)
            if (auto const& each = diary_->notes[found];
                each.what == detail::noted::received && (event.empty() || each.name == event))
                return true;
        return false;
    };
    if (!loop_.runs_within(comes, time))
        return {};
    auto const& came = diary_->notes[found];
    auto const shown = detail::describe_arguments(came.arguments, default_secret_names());
    return result::failed(
        detail::joined({diary_->who, " receives ", value{came.name}.to_json(), shown.empty() ? "" : " ", shown, " at ",
            detail::seconds_text(came.at), ", where ", event.empty() ? "no event" : value{event}.to_json(),
            " was expected for ", detail::span_text(time), "\n", loop_.circumstances()}));
}

} // namespace socketio::testing
