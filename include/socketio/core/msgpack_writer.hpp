// C++ data in, MessagePack out, each value in its shortest form and the way that npm's socket.io-msgpack-parser reads
// best: a double without a fraction as an integer, binary data as bin, never as ext.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/msgpack_decl.hpp>
#include <socketio/core/value_encoder.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace socketio::detail {

class msgpack_writer final : public value_encoder {
public:
    explicit msgpack_writer(byte_buffer& to) noexcept : to_{to} {}

    SOCKETIO_MSGPACK_DECL void null() override;
    SOCKETIO_MSGPACK_DECL void boolean(bool data) override;
    SOCKETIO_MSGPACK_DECL void integer(std::int64_t number) override;
    SOCKETIO_MSGPACK_DECL void unsigned_integer(std::uint64_t number) override;
    SOCKETIO_MSGPACK_DECL void number(double number) override;
    SOCKETIO_MSGPACK_DECL void string(std::string_view text) override; // invalid UTF-8 becomes U+FFFD
    SOCKETIO_MSGPACK_DECL void binary(bytes_view data) override;
    SOCKETIO_MSGPACK_DECL void key(std::string_view name) override;
    SOCKETIO_MSGPACK_DECL std::size_t begin_array() override;
    SOCKETIO_MSGPACK_DECL void end_array(std::size_t begun, std::size_t elements) override;
    SOCKETIO_MSGPACK_DECL std::size_t begin_object() override;
    SOCKETIO_MSGPACK_DECL void end_object(std::size_t begun, std::size_t members) override;

private:
    void append(unsigned first, std::uint64_t number, std::size_t width);
    void append_data(std::string_view data);
    void append_text(std::string_view text);
    void set_size(std::size_t begun, std::size_t size, unsigned short_form, unsigned long_form);

    byte_buffer& to_;
};

// The bytes of `number`, the highest first.
inline void store_big_endian(char* to, std::uint64_t number, std::size_t width) noexcept
{
    for (std::size_t i = width; i != 0; number >>= 8)
        to[--i] = static_cast<char>(static_cast<unsigned char>(number & 0xFFu));
}

inline std::uint64_t load_big_endian(char const* from, std::size_t width) noexcept
{
    std::uint64_t number = 0;
    for (std::size_t i = 0; i != width; ++i)
        number = number << 8 | static_cast<unsigned char>(from[i]);
    return number;
}

} // namespace socketio::detail

#if defined(SOCKETIO_MSGPACK_HEADER_ONLY)
#include <socketio/core/impl/msgpack_writer.ipp>
#endif
