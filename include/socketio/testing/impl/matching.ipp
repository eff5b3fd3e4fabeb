// The first difference of two values.
#pragma once

#include <socketio/testing/matching.hpp>

#include <algorithm>
#include <cstddef>

namespace socketio::detail {

SOCKETIO_TESTING_DECL std::string difference_at(std::string const& path, value const& expected, value const& actual);

inline std::string complain_at(std::string const& path, std::string_view expected, std::string_view actual)
{
    return joined({path, path.empty() ? "" : ": ", expected, " was expected, ", actual, " came"});
}

inline std::string array_difference(std::string const& path, array const& expected, array const& actual)
{
    std::size_t const both = (std::min)(expected.size(), actual.size());
    for (std::size_t i = 0; i != both; ++i) {
        auto found = difference_at(joined({path, "[", std::to_string(i), "]"}), expected[i], actual[i]);
        if (!found.empty())
            return found;
    }
    if (expected.size() == actual.size())
        return {};
    auto const elements = [](std::size_t count) {
        return std::to_string(count) + (count == 1 ? " element" : " elements");
    };
    return complain_at(path, elements(expected.size()), elements(actual.size()));
}

inline std::string object_difference(std::string const& path, object const& expected, object const& actual)
{
    auto const inner = [&path](std::string const& name) { return path + "." + name; };
    for (auto const& [name, wanted] : expected) {
        auto const* const found = actual.find(name);
        if (found == nullptr)
            return complain_at(inner(name), describe(wanted), "nothing");
        auto complaint = difference_at(inner(name), wanted, *found);
        if (!complaint.empty())
            return complaint;
    }
    for (auto const& [name, extra] : actual)
        if (!expected.contains(name))
            return complain_at(inner(name), "nothing", describe(extra));
    return {};
}

// The order of members does not count. The depth of values is bounded, see max_json_depth.
SOCKETIO_TESTING_DECL std::string difference_at(std::string const& path, value const& expected, value const& actual)
{
    if (expected.is_array() && actual.is_array())
        return array_difference(path, *expected.if_array(), *actual.if_array());
    if (expected.is_object() && actual.is_object())
        return object_difference(path, *expected.if_object(), *actual.if_object());
    return expected == actual ? std::string{} : complain_at(path, describe(expected), describe(actual));
}

SOCKETIO_TESTING_DECL std::string difference(value const& expected, value const& actual)
{
    return difference_at({}, expected, actual);
}

SOCKETIO_TESTING_DECL std::string mismatch(expected_arguments const& expected, value const& actual)
{
    auto const* const all = actual.if_array();
    std::size_t const count = all == nullptr ? 0 : all->size();
    if (!expected)
        return {};
    for (std::size_t i = 0; i != (std::min)(count, expected->size()); ++i)
        if (auto complaint = (*expected)[i].complaint((*all)[i]); !complaint.empty())
            return joined({"argument ", std::to_string(i + 1), ": ", complaint});
    if (count == expected->size())
        return {};
    auto const arguments = [](std::size_t n) { return std::to_string(n) + (n == 1 ? " argument" : " arguments"); };
    return complain_at({}, arguments(expected->size()), arguments(count));
}

SOCKETIO_TESTING_DECL std::string describe_expected(expected_arguments const& expected)
{
    std::string text;
    if (expected)
        for (auto const& each : *expected)
            text += (text.empty() ? " " : ", ") + each.described;
    return text;
}

} // namespace socketio::detail
