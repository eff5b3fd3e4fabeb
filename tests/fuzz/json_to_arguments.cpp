// JSON to values and to arguments of every kind: what is accepted is what another reader accepts, and what
// was read is the same again after it was written.
#include "fuzz.hpp"
#include "json_reference.hpp"

#include <socketio/core/json.hpp>
#include <socketio/core/json_writer.hpp>
#include <socketio/core/value.hpp>
#include <socketio/core/value_view.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace json_targets {

struct point {
    std::int16_t x = 0;
    double y = 0;
    std::optional<std::string> name;
    bool operator==(point const&) const = default;
};
SOCKETIO_FIELDS(point, x, y, name)

struct shape {
    std::vector<point> points;
    std::map<std::string, std::uint8_t> tags;
    std::variant<bool, std::int64_t, std::string> kind;
    std::optional<std::array<float, 2>> size;
    bool operator==(shape const&) const = default;
};
SOCKETIO_FIELDS(shape, points, tags, kind, size)

} // namespace json_targets

namespace json_to_arguments_tests {

using namespace fuzz;
using namespace socketio;
using namespace socketio::detail;

namespace {

// Written with infinity kept, as for data that stays on this side: then nothing is lost.
template <class T>
std::string text_of(T const& data, std::vector<bytes_view>* attachments = nullptr)
{
    byte_buffer text;
    json_writer writer{text, attachments};
    writer.keep_infinity();
    detail::write(writer, data);
    return std::string{text.view()};
}

// Into T: either the words say why not, or it is the same after writing and reading once more.
template <class T>
std::optional<T> check_as(value_view from)
{
    T first{};
    mismatch why;
    if (!detail::read(from, first, why)) {
        require(!why.expected.empty() && !why.actual.empty());
        require(!from.get<T>());
        return std::nullopt;
    }
    std::vector<char> text = copy_of(text_of(first));
    json_document document;
    require(!document.parse(text));
    T second{};
    require(detail::read(document.root(), second, why));
    require(text_of(first) == text_of(second));
    return first;
}

// Exactly the integers that fit, also those that came as doubles.
template <class T>
void check_integer(value_view from, long double number)
{
    T got{};
    mismatch why;
    bool const fits = from.is_number() && std::floor(number) == number &&
                      number >= static_cast<long double>((std::numeric_limits<T>::min)()) &&
                      number <= static_cast<long double>((std::numeric_limits<T>::max)());
    require(detail::read(from, got, why) == fits);
    require(!fits || static_cast<long double>(got) == number);
}

void check_integers(value_view from)
{
    json_node const& node = *from.node();
    long double const number = node.type == value_type::int64 ? static_cast<long double>(node.integer)
        : node.type == value_type::uint64                     ? static_cast<long double>(node.unsigned_integer)
                                                              : static_cast<long double>(from.as_double());
    check_integer<std::int8_t>(from, number);
    check_integer<std::uint8_t>(from, number);
    check_integer<std::int16_t>(from, number);
    check_integer<std::uint16_t>(from, number);
    check_integer<std::int32_t>(from, number);
    check_integer<std::uint32_t>(from, number);
    check_integer<std::int64_t>(from, number);
    check_integer<std::uint64_t>(from, number);
}

void check_types(value_view from)
{
    check_integers(from);
    require(check_as<bool>(from).has_value() == from.is_bool());
    require(check_as<double>(from).has_value() == from.is_number());
    check_as<float>(from);
    require(check_as<std::string>(from).has_value() == from.is_string());
    require(check_as<array>(from).has_value() == from.is_array());
    require(check_as<object>(from).has_value() == from.is_object());
    require(check_as<std::optional<bool>>(from).has_value() == (from.is_bool() || from.is_null()));
    require(!check_as<bytes>(from)); // JSON alone has none
    check_as<std::vector<std::int32_t>>(from);
    check_as<std::vector<std::optional<std::string>>>(from);
    check_as<std::map<std::string, std::vector<double>>>(from);
    check_as<std::tuple<std::string, std::optional<int>>>(from);
    check_as<std::pair<bool, double>>(from);
    check_as<std::array<std::uint16_t, 3>>(from);
    check_as<json_targets::point>(from);
    check_as<json_targets::shape>(from);
}

void check_views(value_view from, std::span<char const> text)
{
    if (from.is_string())
        require(lies_in(from.as_string(), text) && check_utf8(from.as_string()) == verdict::whole);
    std::size_t count = 0;
    for (value_view const each : from.elements()) {
        require(from[count++].node() == each.node());
        check_views(each, text);
    }
    require(!from.is_array() || count == from.size());
    count = 0;
    for (auto const member : from.members()) {
        require(lies_in(member.key, text) && from.find(member.key).has_value());
        check_views(member.value, text);
        ++count;
    }
    require(!from.is_object() || count == from.size());
}

// The same data, down to the sign of a zero.
void check_same(value_view got, value const& expected)
{
    std::string const text = text_of(expected);
    require(text_of(got) == text && text_of(got.to_value()) == text);
    require(got.to_value() == expected);
    if (check_utf8(text) == verdict::whole)
        require(got.to_json() == expected.to_json());
}

} // namespace

FUZZ_TARGET(json_to_arguments)
{
    if (check_utf8(input) != verdict::whole) // seen to before, by whoever reads messages
        return;
    bool too_deep = false;
    std::optional<value> const expected = json_reference::read(input, too_deep);

    std::vector<char> text = copy_of(input);
    json_document document;
    std::error_code const ec = document.parse(text);
    require(!ec == expected.has_value());
    if (ec) {
        require(ec == (too_deep ? error::json_too_deep : error::json_invalid));
        require(document.root().is_null());
        return;
    }
    value_view const root = document.root();
    check_views(root, text);
    check_same(root, *expected);
    check_types(root);
    for (value_view const each : root.elements())
        check_types(each);

    // As an event's argument, placeholders and all, it may be refused, but only for these.
    std::vector<char> once_more = copy_of(input);
    json_document other;
    if (std::error_code const why = other.parse(once_more, {}, true))
        require(why == error::packet_illegal_attachments);
    else if (std::error_code const missing = other.attach({}))
        require(missing == error::packet_illegal_attachments && other.root().is_null());
    else
        check_same(other.root(), *expected);
}

} // namespace json_to_arguments_tests
