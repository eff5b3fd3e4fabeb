// MessagePack to values: nothing is seen that is not in the input, and what was read is the same again after it was
// written, in the shortest form.
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/msgpack.hpp>

#include <socketio/core/convert.hpp>
#include <socketio/core/value_view.hpp>

#include <string>
#include <vector>

using namespace fuzz;
using namespace socketio;
using namespace socketio::detail;

namespace {

constexpr std::size_t depth = 128;

struct counts {
    std::size_t nodes = 0;
    std::size_t deepest = 0;
    bool has_nan = false;
};

void look_at(value_view from, std::size_t level, counts& seen)
{
    ++seen.nodes;
    if ((from.is_array() || from.is_object()) && level + 1 > seen.deepest)
        seen.deepest = level + 1;
    if (from.is_string())
        require(check_utf8(from.as_string()) == verdict::whole);
    if (from.type() == value_type::number && from.as_double() != from.as_double())
        seen.has_nan = true;
    std::size_t count = 0;
    for (value_view const each : from.elements()) {
        look_at(each, level + 1, seen);
        ++count;
    }
    require(!from.is_array() || count == from.size());
    count = 0;
    for (auto const member : from.members()) {
        require(check_utf8(member.key) == verdict::whole && from.find(member.key).has_value());
        ++seen.nodes;
        look_at(member.value, level + 1, seen);
        ++count;
    }
    require(!from.is_object() || count == from.size());
}

std::error_code read(std::span<char const> message, value_builder& to, json_limits limits)
{
    to.start(limits);
    return read_msgpack(message, to);
}

std::string packed(value_view from)
{
    byte_buffer to;
    msgpack_writer into{to};
    write_in_form(into, [&](writer& one) { detail::write(one, from); });
    return std::string{to.view()};
}

void check_limits(std::string_view input, counts const& seen)
{
    std::vector<char> const message = copy_of(input);
    value_builder built;
    require(!read(message, built, {.depth = depth, .values = seen.nodes}));
    json_limits const one_less{.depth = depth, .values = seen.nodes - 1};
    require(seen.nodes == 1 || read(message, built, one_less) == error::json_too_large);
    require(seen.deepest == 0 || read(message, built, {.depth = seen.deepest - 1}) == error::json_too_deep);
}

} // namespace

FUZZ_TARGET(msgpack)
{
    std::vector<char> const message = copy_of(input);
    value_builder built;
    if (std::error_code const why = read(message, built, {.depth = depth})) {
        require(why == error::msgpack_invalid || why == error::json_too_deep);
        return;
    }
    value_view const root = built.root();
    counts seen;
    look_at(root, 0, seen);
    require(seen.nodes == built.size() && seen.deepest <= depth);
    check_limits(input, seen);

    std::string const once = packed(root);
    require(once == packed(root));
    value_builder again;
    require(!read(once, again, {.depth = depth}));
    require(packed(again.root()) == once);
    require(root.to_json() == again.root().to_json());
    require(seen.has_nan || root.to_value() == again.root().to_value());
}
