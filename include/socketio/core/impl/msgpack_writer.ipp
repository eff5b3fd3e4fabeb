// The forms of the MessagePack specification (msgpack/spec.md).
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/msgpack_writer.hpp>
#include <socketio/core/number_bits.hpp>
#include <socketio/core/utf8.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace socketio::detail {

// One byte, and a number of that many bytes.
SOCKETIO_MSGPACK_DECL void msgpack_writer::append(unsigned first, std::uint64_t number, std::size_t width)
{
    char* const at = to_.prepare(1 + width);
    *at = static_cast<char>(static_cast<unsigned char>(first));
    store_big_endian(at + 1, number, width);
    to_.commit(1 + width);
}

SOCKETIO_MSGPACK_DECL void msgpack_writer::null() { append(0xC0, 0, 0); }

SOCKETIO_MSGPACK_DECL void msgpack_writer::boolean(bool data) { append(data ? 0xC3 : 0xC2, 0, 0); }

SOCKETIO_MSGPACK_DECL void msgpack_writer::unsigned_integer(std::uint64_t number)
{
    if (number < 0x80)
        append(static_cast<unsigned>(number), 0, 0);
    else if (number <= 0xFF)
        append(0xCC, number, 1);
    else if (number <= 0xFFFF)
        append(0xCD, number, 2);
    else if (number <= 0xFFFFFFFF)
        append(0xCE, number, 4);
    else
        append(0xCF, number, 8);
}

SOCKETIO_MSGPACK_DECL void msgpack_writer::integer(std::int64_t number)
{
    auto const bits = static_cast<std::uint64_t>(number);
    if (number >= 0)
        unsigned_integer(bits);
    else if (number >= -32)
        append(static_cast<unsigned>(bits & 0xFFu), 0, 0);
    else if (number >= -0x80)
        append(0xD0, bits, 1);
    else if (number >= -0x8000)
        append(0xD1, bits, 2);
    else if (number >= -0x80000000LL)
        append(0xD2, bits, 4);
    else
        append(0xD3, bits, 8);
}

// To JavaScript 1.0 and 1 are the same, and so are 0 and -0.
SOCKETIO_MSGPACK_DECL void msgpack_writer::number(double number)
{
    constexpr double most = 9007199254740992.0; // 2^53
    if (is_finite(number) && number > -most && number < most && number == std::floor(number))
        integer(static_cast<std::int64_t>(number));
    else
        append(0xCB, bits_of(number), 8);
}

// Large data makes room for what comes behind it, too: to double the buffer would cost a copy.
SOCKETIO_MSGPACK_DECL void msgpack_writer::append_data(std::string_view data)
{
    constexpr std::size_t large = 4096;
    constexpr std::size_t behind = 512;
    if (data.size() >= large)
        to_.prepare(data.size() + behind);
    to_.append(data);
}

SOCKETIO_MSGPACK_DECL void msgpack_writer::append_text(std::string_view text)
{
    std::size_t const size = text.size();
    if (size < 32)
        append(0xA0 | static_cast<unsigned>(size), 0, 0);
    else if (size <= 0xFF)
        append(0xD9, size, 1);
    else if (size <= 0xFFFF)
        append(0xDA, size, 2);
    else if (size <= 0xFFFFFFFF)
        append(0xDB, size, 4);
    else
        throw_misuse("socketio::writer: a text of 4 GiB and more");
    append_data(text);
}

SOCKETIO_MSGPACK_DECL void msgpack_writer::string(std::string_view text)
{
    if (is_utf8(text))
        append_text(text);
    else
        append_text(to_well_formed(text));
}

SOCKETIO_MSGPACK_DECL void msgpack_writer::key(std::string_view name) { string(name); }

SOCKETIO_MSGPACK_DECL void msgpack_writer::binary(bytes_view data)
{
    std::size_t const size = data.size();
    if (size <= 0xFF)
        append(0xC4, size, 1);
    else if (size <= 0xFFFF)
        append(0xC5, size, 2);
    else if (size <= 0xFFFFFFFF)
        append(0xC6, size, 4);
    else
        throw_misuse("socketio::writer: binary data of 4 GiB and more");
    append_data(as_text(data));
}

SOCKETIO_MSGPACK_DECL std::size_t msgpack_writer::begin_array()
{
    std::size_t const begun = to_.size();
    append(0x90, 0, 0);
    return begun;
}

SOCKETIO_MSGPACK_DECL std::size_t msgpack_writer::begin_object() { return begin_array(); }

SOCKETIO_MSGPACK_DECL void msgpack_writer::end_array(std::size_t begun, std::size_t elements)
{
    set_size(begun, elements, 0x90, 0xDC);
}

SOCKETIO_MSGPACK_DECL void msgpack_writer::end_object(std::size_t begun, std::size_t members)
{
    set_size(begun, members, 0x80, 0xDE);
}

// The size is known only now. What has more than 15 elements moves, once for each level.
SOCKETIO_MSGPACK_DECL void msgpack_writer::set_size(std::size_t begun, std::size_t size, unsigned short_form,
                                                    unsigned long_form)
{
    if (size < 16) {
        to_.data()[begun] = static_cast<char>(static_cast<unsigned char>(short_form | size));
        return;
    }
    std::size_t const width = size <= 0xFFFF ? 2 : 4;
    std::size_t const behind = to_.size() - begun - 1;
    to_.prepare(width);
    char* const at = to_.data() + begun;
    std::memmove(at + 1 + width, at + 1, behind);
    *at = static_cast<char>(static_cast<unsigned char>(width == 2 ? long_form : long_form + 1));
    store_big_endian(at + 1, size, width);
    to_.commit(width);
}

} // namespace socketio::detail
