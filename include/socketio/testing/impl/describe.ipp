// Text of values, bounded in depth and length.
#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/testing/describe.hpp>

#include <algorithm>
#include <cstddef>

namespace socketio::detail {

inline constexpr unsigned described_depth = 16;
inline constexpr std::size_t described_size = 400;

SOCKETIO_TESTING_DECL bool is_secret(std::string_view name, testing::secret_names const& secrets)
{
    auto const lower = ascii_lower_case(name);
    return std::any_of(secrets.begin(), secrets.end(),
        [&lower](std::string const& part) { return lower.find(part) != std::string::npos; });
}

class value_describer {
public:
    explicit value_describer(testing::secret_names const& secrets) : secrets_{secrets} {}

    void add(value const& of, unsigned depth = 0)
    {
        if (depth > described_depth || text.size() > 4 * described_size) {
            text += "...";
        } else if (auto const* const elements = of.if_array()) {
            text += '[';
            add_elements(*elements, depth + 1);
            text += ']';
        } else if (auto const* const members = of.if_object()) {
            text += '{';
            add_members(*members, depth + 1);
            text += '}';
        } else if (auto const* const data = of.if_binary()) {
            text += "<" + std::to_string(data->size()) + (data->size() == 1 ? " byte>" : " bytes>");
        } else {
            text += of.to_json();
        }
    }
    void add_elements(array const& of, unsigned depth)
    {
        std::string_view before = "";
        for (auto const& each : of) {
            text += before;
            add(each, depth);
            before = ", ";
        }
    }

    // Without its middle, if it is too long.
    std::string taken() &&
    {
        if (text.size() <= described_size)
            return std::move(text);
        return text.substr(0, described_size / 2) + " ... " + text.substr(text.size() - described_size / 4);
    }

    std::string text;

private:
    void add_members(object const& of, unsigned depth)
    {
        std::string_view before = "";
        for (auto const& [name, data] : of) {
            text += before;
            text += value{name}.to_json() + ": ";
            if (is_secret(name, secrets_))
                text += "***";
            else
                add(data, depth);
            before = ", ";
        }
    }

    testing::secret_names const& secrets_;
};

SOCKETIO_TESTING_DECL std::string describe(value const& of, testing::secret_names const& secrets)
{
    value_describer made{secrets};
    made.add(of);
    return std::move(made).taken();
}

SOCKETIO_TESTING_DECL std::string describe_arguments(value const& of, testing::secret_names const& secrets)
{
    auto const* const elements = of.if_array();
    if (elements == nullptr)
        return describe(of, secrets);
    value_describer made{secrets};
    made.add_elements(*elements, 1);
    return std::move(made).taken();
}

SOCKETIO_TESTING_DECL std::string describe_target(std::string_view target, testing::secret_names const& secrets)
{
    auto at = target.find('?');
    if (at == std::string_view::npos)
        return std::string{target};
    std::string text{target.substr(0, ++at)};
    while (at <= target.size()) {
        auto const end = (std::min)(target.find('&', at), target.size());
        auto const pair = target.substr(at, end - at);
        auto const equals = pair.find('=');
        bool const secret = equals != std::string_view::npos && is_secret(pair.substr(0, equals), secrets);
        text += secret ? std::string{pair.substr(0, equals)} + "=***" : std::string{pair};
        text += end < target.size() ? "&" : "";
        at = end + 1;
    }
    return text;
}

} // namespace socketio::detail
