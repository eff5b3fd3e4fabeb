// Reads a file of lines.
#pragma once

#include <socketio/core/convert.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/testing/failure.hpp>
#include <socketio/testing/recording.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace socketio::testing {

SOCKETIO_TESTING_DECL recording recording::read(std::string const& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file)
        detail::throw_failure("cannot read " + path);
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    return parse(text, path);
}

SOCKETIO_TESTING_DECL recording recording::parse(std::string_view text, std::string name)
{
    recording made;
    made.name_ = std::move(name);
    std::set<std::uint64_t> exchanges;
    std::size_t number = 0;
    while (!text.empty()) {
        auto const end = text.find('\n');
        auto const line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        auto const where = detail::joined({made.name_, ":", std::to_string(++number)});
        auto const read = value::from_json(line);
        auto const* const members = read ? read->if_object() : nullptr;
        if (members == nullptr)
            detail::throw_failure(where + ": the line is no object of JSON");
        if (number == 1) {
            auto const secrets = (*members)["secrets"].get<secret_names>();
            if ((*members)["recording"] != value{"socketio"} || !secrets)
                detail::throw_failure(where + ": this is no recording");
            if ((*members)["version"] != value{1})
                detail::throw_failure(where + ": a recording of another version");
            made.secrets_ = *secrets;
            continue;
        }
        if (auto const* const error = members->find("error"))
            detail::throw_failure(where + ": the recorder has given up: " + error->get<std::string>().value_or(""));
        auto taken = detail::from_json_line(*members, where);
        taken.number = number;
        if (taken.type == detail::recorded_line::kind::request ? !exchanges.insert(taken.exchange).second
                                                               : !exchanges.contains(taken.exchange))
            detail::throw_failure(where + ": \"exchange\" has no request, or two");
        if (!made.lines_.empty() && taken.at < made.lines_.back().at)
            detail::throw_failure(where + ": the time goes back");
        made.lines_.push_back(std::move(taken));
    }
    if (number == 0)
        detail::throw_failure(made.name_ + " is empty");
    return made;
}

} // namespace socketio::testing
