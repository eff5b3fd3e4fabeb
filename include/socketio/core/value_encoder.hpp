// The output of a writer in another form than JSON: MessagePack, or one of a program's own.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/value_type.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace socketio {

// Receives a value piece by piece, always in a sequence that is one whole value, nested at most max_json_depth deep,
// unless a user's function throws in between.
class value_encoder {
public:
    value_encoder() = default;
    value_encoder(value_encoder const&) = delete;
    value_encoder& operator=(value_encoder const&) = delete;
    virtual ~value_encoder() = default;

    virtual void null() = 0;
    virtual void boolean(bool data) = 0;
    virtual void integer(std::int64_t number) = 0;
    virtual void unsigned_integer(std::uint64_t number) = 0;
    virtual void number(double number) = 0; // may be infinite or not a number
    virtual void string(std::string_view text) = 0; // may be invalid UTF-8
    virtual void binary(bytes_view data) = 0;
    virtual void key(std::string_view name) = 0; // the same
    // The end gets the number that the beginning has returned, such as a position, and how many elements or members
    // there were.
    virtual std::size_t begin_array() = 0;
    virtual void end_array(std::size_t begun, std::size_t elements) = 0;
    virtual std::size_t begin_object() = 0;
    virtual void end_object(std::size_t begun, std::size_t members) = 0;
};

namespace detail {

// Checks what a writer passes on, and counts elements and members.
class encoder_steps {
public:
    explicit encoder_steps(value_encoder& to) noexcept : to_{to} {}
    encoder_steps(encoder_steps const&) = delete;
    encoder_steps& operator=(encoder_steps const&) = delete;

    // For the next value, which is no array and no object.
    value_encoder& value();
    void key(std::string_view name);
    void begin(bool object);
    void end(bool object);
    // Refuses what is not one whole value.
    void finish() const;

private:
    enum class next : std::uint8_t { element, key, member };
    struct level {
        std::size_t begun;
        std::uint32_t count;
        next expected;
    };

    [[noreturn]] static void refuse(char const* what);

    value_encoder& to_;
    std::size_t depth_ = 0;
    bool done_ = false;                        // the value at the top
    std::array<level, max_json_depth> levels_; // those up to depth_ are open
};

} // namespace detail
} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/value_encoder.ipp>
#endif
