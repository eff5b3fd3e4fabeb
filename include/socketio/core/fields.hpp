// SOCKETIO_FIELDS(type, a, b, c): a struct of the user's as a JSON object with these members.
// Written after the struct, in the struct's namespace. On reading, a missing member is a mismatch
// unless it is a std::optional, and members of other names are ignored.
#pragma once

#include <socketio/core/convert_base.hpp>
#include <socketio/core/convert_compound.hpp>
#include <socketio/core/json_text.hpp>

#include <optional>
#include <string_view>
#include <type_traits>

namespace socketio {
namespace detail {

// The name of a field. Whether it is plain, as nearly all are, is found out while compiling.
struct field_name {
    std::string_view text;
    bool plain;

    consteval explicit field_name(std::string_view name) : text{name}, plain{!name.empty()}
    {
        for (char const c : name)
            plain = plain && is_plain<plain_bytes::ascii>(c);
    }
};

struct field_probe {
    template <class T>
    bool operator()(field_name, T&) const;
};

template <class T>
concept has_fields = std::is_class_v<T> && requires(T& object, field_probe& probe) { socketio_fields(object, probe); };

template <class T>
bool read_field(value_view object, std::string_view name, T& into, mismatch& why)
{
    std::optional<value_view> const found = object.find(name);
    if (!found && !is_optional_v<T>) {
        refuse_missing(into, why);
        return at_key(name, why);
    }
    return read(found.value_or(value_view{}), into, why) || at_key(name, why);
}

} // namespace detail

template <class T>
    requires detail::has_fields<T>
struct convert<T> {
    static void write(json_writer& to, T const& from)
    {
        auto const one = [&to](detail::field_name name, auto const& member) {
            if (name.plain)
                to.key(detail::plain_name{name.text});
            else
                to.key(name.text);
            detail::write(to, member);
            return true;
        };
        to.begin_object();
        socketio_fields(from, one);
        to.end_object();
    }
    static bool read(value_view from, T& into, mismatch& why)
    {
        if (!from.is_object())
            return detail::refuse(from, "object", why);
        auto const one = [&](detail::field_name name, auto& member) {
            return detail::read_field(from, name.text, member, why);
        };
        return socketio_fields(into, one);
    }
};

} // namespace socketio

#define SOCKETIO_FIELDS(type, ...) \
    template <class Self, class Visit> \
        requires std::is_same_v<std::remove_const_t<Self>, type> \
    constexpr bool socketio_fields([[maybe_unused]] Self& socketio_self, [[maybe_unused]] Visit& socketio_visit) \
    { \
        return true __VA_OPT__(&& SOCKETIO_FIELDS_1(__VA_ARGS__)); \
    }
#define SOCKETIO_FIELD(name) socketio_visit(::socketio::detail::field_name{#name}, socketio_self.name)
// The first members have a macro each: the compiler's notes about a mistake among them stay few.
#define SOCKETIO_FIELDS_1(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_2(__VA_ARGS__))
#define SOCKETIO_FIELDS_2(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_3(__VA_ARGS__))
#define SOCKETIO_FIELDS_3(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_4(__VA_ARGS__))
#define SOCKETIO_FIELDS_4(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_5(__VA_ARGS__))
#define SOCKETIO_FIELDS_5(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_6(__VA_ARGS__))
#define SOCKETIO_FIELDS_6(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_7(__VA_ARGS__))
#define SOCKETIO_FIELDS_7(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_8(__VA_ARGS__))
#define SOCKETIO_FIELDS_8(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_READ_4(SOCKETIO_FIELDS_MORE(__VA_ARGS__)))
// The others share one, which ends with its own name, not to be replaced before the preprocessor reads its result again. It
// does that 340 times; where there are more members, "SOCKETIO_TOO_MANY_FIELDS" is left over and undeclared.
#define SOCKETIO_FIELDS_MORE(name, ...) \
    SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_TOO_MANY_FIELDS SOCKETIO_NO_ARGUMENTS (__VA_ARGS__))
#define SOCKETIO_TOO_MANY_FIELDS() SOCKETIO_FIELDS_MORE
#define SOCKETIO_NO_ARGUMENTS ()
#define SOCKETIO_READ_4(...) SOCKETIO_READ_3(SOCKETIO_READ_3(SOCKETIO_READ_3(SOCKETIO_READ_3(__VA_ARGS__))))
#define SOCKETIO_READ_3(...) SOCKETIO_READ_2(SOCKETIO_READ_2(SOCKETIO_READ_2(SOCKETIO_READ_2(__VA_ARGS__))))
#define SOCKETIO_READ_2(...) SOCKETIO_READ_1(SOCKETIO_READ_1(SOCKETIO_READ_1(SOCKETIO_READ_1(__VA_ARGS__))))
#define SOCKETIO_READ_1(...) SOCKETIO_READ_0(SOCKETIO_READ_0(SOCKETIO_READ_0(SOCKETIO_READ_0(__VA_ARGS__))))
#define SOCKETIO_READ_0(...) __VA_ARGS__
