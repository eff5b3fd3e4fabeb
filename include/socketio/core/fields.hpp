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

// One field each, up to 32. The extra expansion is for preprocessors that pass __VA_ARGS__ on as one.
#define SOCKETIO_EXPAND(x) x
#define SOCKETIO_FIELD(name) socketio_visit(::socketio::detail::field_name{#name}, socketio_self.name)
#define SOCKETIO_FIELDS_1(a) SOCKETIO_FIELD(a)
#define SOCKETIO_FIELDS_2(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_1(__VA_ARGS__))
#define SOCKETIO_FIELDS_3(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_2(__VA_ARGS__))
#define SOCKETIO_FIELDS_4(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_3(__VA_ARGS__))
#define SOCKETIO_FIELDS_5(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_4(__VA_ARGS__))
#define SOCKETIO_FIELDS_6(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_5(__VA_ARGS__))
#define SOCKETIO_FIELDS_7(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_6(__VA_ARGS__))
#define SOCKETIO_FIELDS_8(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_7(__VA_ARGS__))
#define SOCKETIO_FIELDS_9(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_8(__VA_ARGS__))
#define SOCKETIO_FIELDS_10(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_9(__VA_ARGS__))
#define SOCKETIO_FIELDS_11(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_10(__VA_ARGS__))
#define SOCKETIO_FIELDS_12(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_11(__VA_ARGS__))
#define SOCKETIO_FIELDS_13(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_12(__VA_ARGS__))
#define SOCKETIO_FIELDS_14(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_13(__VA_ARGS__))
#define SOCKETIO_FIELDS_15(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_14(__VA_ARGS__))
#define SOCKETIO_FIELDS_16(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_15(__VA_ARGS__))
#define SOCKETIO_FIELDS_17(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_16(__VA_ARGS__))
#define SOCKETIO_FIELDS_18(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_17(__VA_ARGS__))
#define SOCKETIO_FIELDS_19(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_18(__VA_ARGS__))
#define SOCKETIO_FIELDS_20(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_19(__VA_ARGS__))
#define SOCKETIO_FIELDS_21(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_20(__VA_ARGS__))
#define SOCKETIO_FIELDS_22(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_21(__VA_ARGS__))
#define SOCKETIO_FIELDS_23(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_22(__VA_ARGS__))
#define SOCKETIO_FIELDS_24(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_23(__VA_ARGS__))
#define SOCKETIO_FIELDS_25(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_24(__VA_ARGS__))
#define SOCKETIO_FIELDS_26(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_25(__VA_ARGS__))
#define SOCKETIO_FIELDS_27(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_26(__VA_ARGS__))
#define SOCKETIO_FIELDS_28(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_27(__VA_ARGS__))
#define SOCKETIO_FIELDS_29(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_28(__VA_ARGS__))
#define SOCKETIO_FIELDS_30(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_29(__VA_ARGS__))
#define SOCKETIO_FIELDS_31(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_30(__VA_ARGS__))
#define SOCKETIO_FIELDS_32(a, ...) SOCKETIO_FIELD(a) && SOCKETIO_EXPAND(SOCKETIO_FIELDS_31(__VA_ARGS__))
#define SOCKETIO_FIELDS_PICK(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, \
    a17, a18, a19, a20, a21, a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, name, ...) name

#define SOCKETIO_FIELDS(type, ...) \
    template <class Self, class Visit> \
        requires std::is_same_v<std::remove_const_t<Self>, type> \
    constexpr bool socketio_fields(Self& socketio_self, Visit& socketio_visit) \
    { \
        return SOCKETIO_FIELDS_ALL(__VA_ARGS__); \
    }
#define SOCKETIO_FIELDS_ALL(...) \
    SOCKETIO_EXPAND(SOCKETIO_FIELDS_PICK(__VA_ARGS__, SOCKETIO_FIELDS_32, SOCKETIO_FIELDS_31, \
    SOCKETIO_FIELDS_30, SOCKETIO_FIELDS_29, SOCKETIO_FIELDS_28, SOCKETIO_FIELDS_27, SOCKETIO_FIELDS_26, \
    SOCKETIO_FIELDS_25, SOCKETIO_FIELDS_24, SOCKETIO_FIELDS_23, SOCKETIO_FIELDS_22, SOCKETIO_FIELDS_21, \
    SOCKETIO_FIELDS_20, SOCKETIO_FIELDS_19, SOCKETIO_FIELDS_18, SOCKETIO_FIELDS_17, SOCKETIO_FIELDS_16, \
    SOCKETIO_FIELDS_15, SOCKETIO_FIELDS_14, SOCKETIO_FIELDS_13, SOCKETIO_FIELDS_12, SOCKETIO_FIELDS_11, \
    SOCKETIO_FIELDS_10, SOCKETIO_FIELDS_9, SOCKETIO_FIELDS_8, SOCKETIO_FIELDS_7, SOCKETIO_FIELDS_6, \
    SOCKETIO_FIELDS_5, SOCKETIO_FIELDS_4, SOCKETIO_FIELDS_3, SOCKETIO_FIELDS_2, SOCKETIO_FIELDS_1, \
    0)(__VA_ARGS__))
