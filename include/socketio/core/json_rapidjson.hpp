// RapidJSON's values as arguments of events. To use it, include <rapidjson/document.h> yourself: this library
// does not, because RapidJSON 1.1.0's document.h does not compile everywhere.
#pragma once

#include <socketio/core/convert_base.hpp>

#include <rapidjson/fwd.h>

namespace socketio {
namespace detail {

// Passes the events of a RapidJSON value on to a writer of this library.
struct rapidjson_events {
    using SizeType = RAPIDJSON_NAMESPACE::SizeType;

    bool Null() { return to.null(), true; }
    bool Bool(bool data) { return to.boolean(data), true; }
    bool Int(int number) { return to.integer(number), true; }
    bool Uint(unsigned number) { return to.unsigned_integer(number), true; }
    bool Int64(std::int64_t number) { return to.integer(number), true; }
    bool Uint64(std::uint64_t number) { return to.unsigned_integer(number), true; }
    bool Double(double number) { return to.number(number), true; }
    bool RawNumber(char const* text, SizeType size, bool) { return to.raw({text, size}), true; }
    bool String(char const* text, SizeType size, bool) { return to.string({text, size}), true; }
    bool StartObject() { return to.begin_object(), true; }
    bool Key(char const* text, SizeType size, bool) { return to.key({text, size}), true; }
    bool EndObject(SizeType) { return to.end_object(), true; }
    bool StartArray() { return to.begin_array(), true; }
    bool EndArray(SizeType) { return to.end_array(), true; }

    json_writer& to;
};

// The opposite direction. RapidJSON has no binary data: it becomes null.
template <class Handler>
bool tell_rapidjson(value_view from, Handler& handler)
{
    using size_type = RAPIDJSON_NAMESPACE::SizeType;
    json_node const& node = *from.node();
    switch (node.type) {
    case value_type::null:
    case value_type::binary: return handler.Null();
    case value_type::boolean: return handler.Bool(node.boolean);
    case value_type::int64: return handler.Int64(node.integer);
    case value_type::uint64: return handler.Uint64(node.unsigned_integer);
    case value_type::number: return handler.Double(node.number);
    case value_type::string: return handler.String(node.text, static_cast<size_type>(node.size), true);
    case value_type::array:
        if (!handler.StartArray())
            return false;
        for (value_view const each : from.elements())
            if (!tell_rapidjson(each, handler))
                return false;
        return handler.EndArray(static_cast<size_type>(node.size));
    case value_type::object:
        if (!handler.StartObject())
            return false;
        for (auto const member : from.members()) {
            if (!handler.Key(member.key.data(), static_cast<size_type>(member.key.size()), true) ||
                !tell_rapidjson(member.value, handler))
                return false;
        }
        return handler.EndObject(static_cast<size_type>(node.size));
    }
    return false;
}

} // namespace detail

template <class Allocator>
struct convert<RAPIDJSON_NAMESPACE::GenericValue<RAPIDJSON_NAMESPACE::UTF8<char>, Allocator>> {
    using source = RAPIDJSON_NAMESPACE::GenericValue<RAPIDJSON_NAMESPACE::UTF8<char>, Allocator>;

    static void write(json_writer& to, source const& from)
    {
        detail::rapidjson_events events{to};
        from.Accept(events);
    }
};

// Reading makes a deep copy.
template <class Allocator, class StackAllocator>
struct convert<RAPIDJSON_NAMESPACE::GenericDocument<RAPIDJSON_NAMESPACE::UTF8<char>, Allocator, StackAllocator>> {
    using document = RAPIDJSON_NAMESPACE::GenericDocument<RAPIDJSON_NAMESPACE::UTF8<char>, Allocator, StackAllocator>;

    static void write(json_writer& to, document const& from)
    {
        detail::rapidjson_events events{to};
        from.Accept(events);
    }
    static bool read(value_view from, document& into, mismatch&)
    {
        auto const teller = [from](auto& handler) { return detail::tell_rapidjson(from, handler); };
        into.Populate(teller);
        return true;
    }
};

} // namespace socketio
