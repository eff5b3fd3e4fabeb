// SOCKETIO_FIELDS(type, a, b, c): a user's struct as a JSON object with these members. Write it after the
// struct, in the struct's namespace. On reading, a missing member is a mismatch unless it is a std::optional.
// Members of other names are ignored.
#pragma once

#include <socketio/core/convert_base.hpp>
#include <socketio/core/convert_compound.hpp>
#include <socketio/core/json_text.hpp>

#include <optional>
#include <string_view>
#include <type_traits>

namespace socketio {
namespace detail {

// The name of a field. The compiler determines whether it is plain ASCII, as nearly all names are.
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
bool read_field(value_view object, std::string_view name, T& into, mismatch& reason)
{
    std::optional<value_view> const found = object.find(name);
    if (!found && !is_optional_v<T>) {
        refuse_missing(into, reason);
        return at_key(name, reason);
    }
    return read(found.value_or(value_view{}), into, reason) || at_key(name, reason);
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
    static bool read(value_view from, T& into, mismatch& reason)
    {
        if (!from.is_object())
            return detail::refuse(from, "object", reason);
        auto const one = [&](detail::field_name name, auto& member) {
            return detail::read_field(from, name.text, member, reason);
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
// The first members have a macro each, so that the compiler's notes about a mistake among them stay few.
#define SOCKETIO_FIELDS_1(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_2(__VA_ARGS__))
#define SOCKETIO_FIELDS_2(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_3(__VA_ARGS__))
#define SOCKETIO_FIELDS_3(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_4(__VA_ARGS__))
#define SOCKETIO_FIELDS_4(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_5(__VA_ARGS__))
#define SOCKETIO_FIELDS_5(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_6(__VA_ARGS__))
#define SOCKETIO_FIELDS_6(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_7(__VA_ARGS__))
#define SOCKETIO_FIELDS_7(name, ...) SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_FIELDS_8(__VA_ARGS__))
#define SOCKETIO_FIELDS_8(name, ...) \
    SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_READ_4(SOCKETIO_FIELDS_MORE(__VA_ARGS__)))
// The other members share one macro. It ends with its own name, which the preprocessor replaces only when it
// scans the result again.
// The scans suffice for 340 members. With more members, the undeclared name "SOCKETIO_TOO_MANY_FIELDS" remains.
#define SOCKETIO_FIELDS_MORE(name, ...) \
    SOCKETIO_FIELD(name) __VA_OPT__(&& SOCKETIO_TOO_MANY_FIELDS SOCKETIO_NO_ARGUMENTS (__VA_ARGS__))
#define SOCKETIO_TOO_MANY_FIELDS() SOCKETIO_FIELDS_MORE
#define SOCKETIO_NO_ARGUMENTS ()
#define SOCKETIO_READ_4(...) SOCKETIO_READ_3(SOCKETIO_READ_3(SOCKETIO_READ_3(SOCKETIO_READ_3(__VA_ARGS__))))
#define SOCKETIO_READ_3(...) SOCKETIO_READ_2(SOCKETIO_READ_2(SOCKETIO_READ_2(SOCKETIO_READ_2(__VA_ARGS__))))
#define SOCKETIO_READ_2(...) SOCKETIO_READ_1(SOCKETIO_READ_1(SOCKETIO_READ_1(SOCKETIO_READ_1(__VA_ARGS__))))
#define SOCKETIO_READ_1(...) SOCKETIO_READ_0(SOCKETIO_READ_0(SOCKETIO_READ_0(SOCKETIO_READ_0(__VA_ARGS__))))
#define SOCKETIO_READ_0(...) __VA_ARGS__
