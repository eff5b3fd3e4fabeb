// JSON for Modern C++ as arguments of events: nlohmann::json, ordered_json, and any other basic_json whose texts are
// std::string. To be included beside <socketio/client.hpp> or <socketio/server.hpp>; needs <nlohmann/json.hpp>.
#pragma once

#include <nlohmann/json.hpp>

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/bytes.hpp>
#include <socketio/core/convert_base.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {
namespace detail {

// max_json_depth ends the recursion: the writer throws there.
template <class Json>
void write_nlohmann(json_writer& to, Json const& from)
{
    using kind = nlohmann::detail::value_t;
    switch (from.type()) {
    case kind::null:
    case kind::discarded: return to.null();
    case kind::boolean: return to.boolean(*from.template get_ptr<typename Json::boolean_t const*>());
    case kind::number_integer: return to.integer(*from.template get_ptr<typename Json::number_integer_t const*>());
    case kind::number_unsigned:
        return to.unsigned_integer(*from.template get_ptr<typename Json::number_unsigned_t const*>());
    case kind::number_float:
        return to.number(static_cast<double>(*from.template get_ptr<typename Json::number_float_t const*>()));
    case kind::string: return to.string(*from.template get_ptr<std::string const*>());
    case kind::binary: {
        auto const& data = *from.template get_ptr<typename Json::binary_t const*>();
        return to.binary({reinterpret_cast<std::byte const*>(data.data()), data.size()});
    }
    case kind::array:
        to.begin_array();
        for (Json const& each : from)
            write_nlohmann(to, each);
        return to.end_array();
    case kind::object:
        to.begin_object();
        for (auto const& [key, data] : from.items()) {
            to.key(key);
            write_nlohmann(to, data);
        }
        return to.end_object();
    }
    to.null();
}

template <class Json>
Json to_nlohmann_binary(bytes_view from)
{
    auto const* const data = reinterpret_cast<unsigned char const*>(from.data());
    typename Json::binary_t::container_type copy;
    if (!from.empty())
        copy.assign(data, data + from.size());
    return Json::binary(std::move(copy));
}

template <class Json>
Json to_nlohmann(value_view from);

// An ordered_json searches all of its members for each new one: a long object of a peer would take for ever.
template <class Object, class Json>
concept keeps_order = requires(Object& members, std::string key, Json data) {
    members.push_back({std::move(key), std::move(data)});
};

template <class Json>
Json to_nlohmann_object(value_view from)
{
    Json copy = Json::object();
    auto& members = *copy.template get_ptr<typename Json::object_t*>();
    if constexpr (keeps_order<typename Json::object_t, Json>) {
        std::map<std::string_view, std::size_t> positions;
        for (auto const member : from.members()) {
            auto const [at, is_new] = positions.try_emplace(member.key, members.size());
            if (is_new)
                members.push_back({std::string{member.key}, to_nlohmann<Json>(member.value)});
            else
                (members.begin() + static_cast<std::ptrdiff_t>(at->second))->second = to_nlohmann<Json>(member.value);
        }
    } else {
        for (auto const member : from.members())
            members[std::string{member.key}] = to_nlohmann<Json>(member.value);
    }
    return copy;
}

// The parser limits the nesting, and so the recursion.
template <class Json>
Json to_nlohmann(value_view from)
{
    switch (from.type()) {
    case value_type::null: return nullptr;
    case value_type::boolean: return Json(from.as_bool());
    case value_type::int64: return Json(static_cast<typename Json::number_integer_t>(from.node()->integer));
    case value_type::uint64: return Json(static_cast<typename Json::number_unsigned_t>(from.node()->unsigned_integer));
    case value_type::number: return Json(static_cast<typename Json::number_float_t>(from.node()->number));
    case value_type::string: return Json(std::string{from.as_string()});
    case value_type::binary: return to_nlohmann_binary<Json>(from.as_binary());
    case value_type::array: {
        Json copy = Json::array();
        for (value_view const each : from.elements())
            copy.push_back(to_nlohmann<Json>(each));
        return copy;
    }
    case value_type::object: return to_nlohmann_object<Json>(from);
    }
    return nullptr;
}

} // namespace detail

// Binary data is a json::binary on this side; a subtype of it is not sent. A number that is not finite becomes null.
// Of members with the same name the last counts.
template <template <class, class, class...> class Object, template <class, class...> class Array, class Boolean,
          class Integer, class Unsigned, class Float, template <class> class Allocator,
          template <class, class = void> class Serializer, class Binary>
struct convert<nlohmann::basic_json<Object, Array, std::string, Boolean, Integer, Unsigned, Float, Allocator,
                                    Serializer, Binary>> {
    using json = nlohmann::basic_json<Object, Array, std::string, Boolean, Integer, Unsigned, Float, Allocator,
                                      Serializer, Binary>;

    static void write(json_writer& to, json const& from) { detail::write_nlohmann(to, from); }
    static bool read(value_view from, json& into, mismatch&)
    {
        into = detail::to_nlohmann<json>(from);
        return true;
    }
};

} // namespace socketio

#include <socketio/core/foreign_macros_end.hpp>
