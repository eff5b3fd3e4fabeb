// Boost.JSON's value, object, array and string as arguments of events. To be included beside <socketio/client.hpp> or
// <socketio/server.hpp>; needs <boost/json.hpp> (Boost 1.75 or later), and its library or <boost/json/src.hpp>.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/convert_base.hpp>

#include <string_view>
#include <utility>

namespace socketio {
namespace detail {

inline void write_boost_json(json_writer& to, boost::json::value const& from);

// max_json_depth ends the recursion of these three: the writer throws there.
inline void write_boost_json(json_writer& to, boost::json::array const& from)
{
    to.begin_array();
    for (boost::json::value const& each : from)
        write_boost_json(to, each);
    to.end_array();
}

inline void write_boost_json(json_writer& to, boost::json::object const& from)
{
    to.begin_object();
    for (auto const& member : from) {
        to.key({member.key().data(), member.key().size()});
        write_boost_json(to, member.value());
    }
    to.end_object();
}

inline void write_boost_json(json_writer& to, boost::json::value const& from)
{
    using boost::json::kind;
    switch (from.kind()) {
    case kind::null: return to.null();
    case kind::bool_: return to.boolean(from.get_bool());
    case kind::int64: return to.integer(from.get_int64());
    case kind::uint64: return to.unsigned_integer(from.get_uint64());
    case kind::double_: return to.number(from.get_double());
    case kind::string: return to.string({from.get_string().data(), from.get_string().size()});
    case kind::array: return write_boost_json(to, from.get_array());
    case kind::object: return write_boost_json(to, from.get_object());
    }
    to.null();
}

inline boost::json::string_view to_boost_text(std::string_view from) noexcept { return {from.data(), from.size()}; }

// Reads into a null that has its storage already, so that a memory_resource of the user's is kept. The parser limits
// the nesting, and so the recursion.
inline void read_boost_json(value_view from, boost::json::value& into)
{
    switch (from.type()) {
    case value_type::null:
    case value_type::binary: into.emplace_null(); break;
    case value_type::boolean: into.emplace_bool() = from.as_bool(); break;
    case value_type::int64: into.emplace_int64() = from.node()->integer; break;
    case value_type::uint64: into.emplace_uint64() = from.node()->unsigned_integer; break;
    case value_type::number: into.emplace_double() = from.node()->number; break;
    case value_type::string: into.emplace_string().assign(to_boost_text(from.as_string())); break;
    case value_type::array: {
        boost::json::array& copy = into.emplace_array();
        copy.reserve(from.size());
        for (value_view const each : from.elements())
            read_boost_json(each, copy.emplace_back(nullptr));
        break;
    }
    case value_type::object: {
        boost::json::object& copy = into.emplace_object();
        copy.reserve(from.size());
        for (auto const member : from.members())
            read_boost_json(member.value, copy[to_boost_text(member.key)]);
        break;
    }
    }
}

} // namespace detail

// Boost.JSON has no binary data: it is read as null, as in JSON. A number that is not finite is written as null.
// Of members with the same name the last counts.
template <>
struct convert<boost::json::value> {
    static void write(json_writer& to, boost::json::value const& from) { detail::write_boost_json(to, from); }
    static bool read(value_view from, boost::json::value& into, mismatch&)
    {
        detail::read_boost_json(from, into);
        return true;
    }
};

template <>
struct convert<boost::json::object> {
    static void write(json_writer& to, boost::json::object const& from) { detail::write_boost_json(to, from); }
    static bool read(value_view from, boost::json::object& into, mismatch& reason)
    {
        if (!from.is_object())
            return detail::refuse(from, "object", reason);
        boost::json::value copy(into.storage());
        detail::read_boost_json(from, copy);
        into = std::move(copy.get_object());
        return true;
    }
};

template <>
struct convert<boost::json::array> {
    static void write(json_writer& to, boost::json::array const& from) { detail::write_boost_json(to, from); }
    static bool read(value_view from, boost::json::array& into, mismatch& reason)
    {
        if (!from.is_array())
            return detail::refuse(from, "array", reason);
        boost::json::value copy(into.storage());
        detail::read_boost_json(from, copy);
        into = std::move(copy.get_array());
        return true;
    }
};

template <>
struct convert<boost::json::string> {
    static void write(json_writer& to, boost::json::string const& from) { to.string({from.data(), from.size()}); }
    static bool read(value_view from, boost::json::string& into, mismatch& reason)
    {
        if (!from.is_string())
            return detail::refuse(from, "string", reason);
        into.assign(detail::to_boost_text(from.as_string()));
        return true;
    }
};

} // namespace socketio

#include <socketio/core/foreign_macros_end.hpp>
