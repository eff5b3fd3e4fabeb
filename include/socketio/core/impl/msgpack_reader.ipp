// The forms of the MessagePack specification (msgpack/spec.md), and those of notepack.io 2.2.0. No announced size is
// believed before the bytes are there.
#pragma once

#include <socketio/core/iso_date.hpp>
#include <socketio/core/msgpack_reader.hpp>
#include <socketio/core/msgpack_writer.hpp>

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace socketio::detail {

class msgpack_input {
public:
    msgpack_input(std::span<char const> message, value_builder& to) noexcept
        : at_{message.data()}, end_{message.data() + message.size()}, to_{to}
    {
    }

    std::error_code read();

private:
    struct level {
        std::uint32_t left; // elements, or keys and values, that have not been read
        bool object;
    };

    std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    bool fail() noexcept { return invalid_ = true, false; }
    bool number(std::size_t width, std::uint64_t& into) noexcept;
    bool bytes(std::uint64_t size, std::span<char const>& into) noexcept;
    bool item();
    bool value(unsigned first);
    bool sized(unsigned first);
    bool scalar(unsigned first);
    bool integer(std::size_t width, bool is_signed);
    bool floating(std::size_t width);
    bool key();
    bool integer_key(unsigned first);
    bool text(std::uint64_t size, bool is_key);
    bool binary(std::uint64_t size);
    bool begin(std::uint64_t size, bool object);
    bool end_levels();
    bool extension(std::uint64_t size, bool fixed);
    bool javascript(std::span<char const> data, bool fixed);
    bool timestamp(std::span<char const> data);
    bool unknown(int type, std::span<char const> data);
    bool date(std::int64_t seconds, std::int64_t milliseconds);

    char const* at_;
    char const* end_;
    value_builder& to_;
    bool invalid_ = false;
    std::size_t depth_ = 0;
    std::array<level, max_json_depth + 1> levels_; // those up to depth_ are open
};

inline std::int64_t signed_of(std::uint64_t number, std::size_t width) noexcept
{
    std::uint64_t const sign = std::uint64_t{1} << (8 * width - 1);
    return static_cast<std::int64_t>((number ^ sign) - sign);
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::number(std::size_t width, std::uint64_t& into) noexcept
{
    if (left() < width)
        return fail();
    into = load_big_endian(at_, width);
    at_ += width;
    return true;
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::bytes(std::uint64_t size, std::span<char const>& into) noexcept
{
    if (left() < size)
        return fail();
    into = {at_, static_cast<std::size_t>(size)};
    at_ += into.size();
    return true;
}

SOCKETIO_MSGPACK_DECL std::error_code msgpack_input::read()
{
    bool good = item();
    while (good && depth_ != 0)
        good = item();
    if (good && at_ == end_)
        return {};
    return to_.error() && !invalid_ ? to_.error() : make_error_code(error::msgpack_invalid);
}

// One key, or one value or its beginning, and all ends behind it.
SOCKETIO_MSGPACK_DECL bool msgpack_input::item()
{
    if (at_ == end_)
        return fail();
    if (depth_ != 0) {
        level& around = levels_[depth_ - 1];
        bool const is_key = around.object && around.left % 2 == 0;
        --around.left;
        if (is_key)
            return key();
    }
    return value(static_cast<unsigned char>(*at_++)) && end_levels();
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::end_levels()
{
    for (; depth_ != 0 && levels_[depth_ - 1].left == 0; --depth_)
        if (!(levels_[depth_ - 1].object ? to_.end_object() : to_.end_array()))
            return false;
    return true;
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::value(unsigned first)
{
    if (first < 0x80)
        return to_.integer(static_cast<std::int64_t>(first));
    if (first < 0x90)
        return begin(first & 0xFu, true);
    if (first < 0xA0)
        return begin(first & 0xFu, false);
    if (first < 0xC0)
        return text(first & 0x1Fu, false);
    if (first >= 0xE0)
        return to_.integer(static_cast<std::int64_t>(first) - 0x100);
    return (first >= 0xC4 && first <= 0xC9) || first >= 0xD4 ? sized(first) : scalar(first);
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::scalar(unsigned first)
{
    switch (first) {
    case 0xC0: return to_.null();
    case 0xC2: return to_.boolean(false);
    case 0xC3: return to_.boolean(true);
    case 0xCA: return floating(4);
    case 0xCB: return floating(8);
    case 0xC1: return fail(); // never used
    default: return integer(std::size_t{1} << (first & 3u), first >= 0xD0); // CC to CF, D0 to D3
    }
}

// Bytes of the size behind it.
inline std::size_t width_of_size(unsigned first) noexcept
{
    if (first >= 0xDC) // containers
        return first % 2 == 0 ? 2 : 4;
    return std::size_t{1} << (first >= 0xD9 ? first - 0xD9 : (first - 0xC4) % 3); // texts; bin and ext
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::sized(unsigned first)
{
    if (first >= 0xD4 && first <= 0xD8)
        return extension(std::uint64_t{1} << (first - 0xD4), true);
    std::uint64_t size = 0;
    if (!number(width_of_size(first), size))
        return false;
    if (first <= 0xC6)
        return binary(size);
    if (first <= 0xC9)
        return extension(size, false);
    return first <= 0xDB ? text(size, false) : begin(size, first >= 0xDE);
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::integer(std::size_t width, bool is_signed)
{
    std::uint64_t got = 0;
    if (!number(width, got))
        return false;
    return is_signed ? to_.integer(signed_of(got, width)) : to_.unsigned_integer(got);
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::floating(std::size_t width)
{
    std::uint64_t bits = 0;
    if (!number(width, bits))
        return false;
    if (width == 4)
        return to_.number(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits))));
    return to_.number(std::bit_cast<double>(bits));
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::key()
{
    auto const first = static_cast<unsigned char>(*at_++);
    if (first >= 0xA0 && first < 0xC0)
        return text(first & 0x1Fu, true);
    if (first < 0xD9 || first > 0xDB)
        return integer_key(first);
    std::uint64_t size = 0;
    return number(std::size_t{1} << (first - 0xD9u), size) && text(size, true);
}

// As JavaScript's objects have them.
SOCKETIO_MSGPACK_DECL bool msgpack_input::integer_key(unsigned first)
{
    char digits[24];
    std::uint64_t got = first;
    std::size_t width = 1;
    if (first >= 0xCC && first <= 0xD3) {
        width = std::size_t{1} << (first & 3u);
        if (!number(width, got))
            return false;
    } else if (first >= 0x80 && first < 0xE0) {
        return fail();
    }
    char const* const end = first >= 0xD0
        ? std::to_chars(digits, digits + sizeof digits, signed_of(got, width)).ptr
        : std::to_chars(digits, digits + sizeof digits, got).ptr;
    auto const kept = to_.memory(static_cast<std::size_t>(end - digits));
    std::memcpy(kept.data(), digits, kept.size());
    return to_.key({kept.data(), kept.size()});
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::text(std::uint64_t size, bool is_key)
{
    std::span<char const> data;
    if (!bytes(size, data))
        return false;
    std::string_view const got{data.data(), data.size()};
    return is_key ? to_.key(got) : to_.string(got);
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::binary(std::uint64_t size)
{
    std::span<char const> data;
    return bytes(size, data) && to_.binary(as_bytes({data.data(), data.size()}));
}

// Each element needs a byte.
SOCKETIO_MSGPACK_DECL bool msgpack_input::begin(std::uint64_t size, bool object)
{
    std::uint64_t const items = object ? 2 * size : size;
    if (items > left())
        return fail();
    if (!(object ? to_.begin_object() : to_.begin_array()))
        return false;
    levels_[depth_++] = {static_cast<std::uint32_t>(items), object};
    return true;
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::extension(std::uint64_t size, bool fixed)
{
    std::span<char const> data;
    if (at_ == end_)
        return fail();
    auto const type = static_cast<signed char>(*at_++);
    if (!bytes(size, data))
        return false;
    if (type == 0)
        return javascript(data, fixed);
    return type == -1 ? timestamp(data) : unknown(type, data);
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::javascript(std::span<char const> data, bool fixed)
{
    if (fixed && data.size() == 1)
        return to_.undefined();
    if (fixed && data.size() == 8)
        return date(0, static_cast<std::int64_t>(load_big_endian(data.data(), 8)));
    return to_.binary(as_bytes({data.data(), data.size()}));
}

// The three forms of the specification.
SOCKETIO_MSGPACK_DECL bool msgpack_input::timestamp(std::span<char const> data)
{
    constexpr std::uint64_t nanoseconds = 1000000000;
    constexpr std::int64_t million = 1000000;
    char const* const at = data.data();
    if (data.size() == 4)
        return date(static_cast<std::int64_t>(load_big_endian(at, 4)), 0);
    std::uint64_t part = nanoseconds;
    std::int64_t seconds = 0;
    if (data.size() == 8) {
        std::uint64_t const both = load_big_endian(at, 8);
        part = both >> 34;
        seconds = static_cast<std::int64_t>(both & 0x3FFFFFFFFu);
    } else if (data.size() == 12) {
        part = load_big_endian(at, 4);
        seconds = static_cast<std::int64_t>(load_big_endian(at + 4, 8));
    }
    if (part >= nanoseconds)
        return unknown(-1, data);
    return date(seconds, static_cast<std::int64_t>(part) / million);
}

SOCKETIO_MSGPACK_DECL bool msgpack_input::unknown(int type, std::span<char const> data)
{
    return to_.begin_array() && to_.integer(type) && to_.binary(as_bytes({data.data(), data.size()})) &&
           to_.end_array();
}

// The sum of both, since 1970.
SOCKETIO_MSGPACK_DECL bool msgpack_input::date(std::int64_t seconds, std::int64_t milliseconds)
{
    constexpr std::int64_t most = latest_date / 1000;
    if (seconds > most || seconds < -most)
        return to_.null();
    std::array<char, iso_date_room> text;
    std::size_t const size = write_iso_date(text.data(), seconds * 1000 + milliseconds);
    if (size == 0)
        return to_.null();
    auto const kept = to_.memory(size);
    std::memcpy(kept.data(), text.data(), size);
    return to_.string({kept.data(), size});
}

SOCKETIO_MSGPACK_DECL std::error_code read_msgpack(std::span<char const> message, value_builder& to)
{
    if (message.size() > (std::numeric_limits<std::uint32_t>::max)() / 2)
        return error::json_too_large;
    return msgpack_input{message, to}.read();
}

} // namespace socketio::detail
