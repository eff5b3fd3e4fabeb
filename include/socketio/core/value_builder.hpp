// The values that listeners see, built from the pieces that a parser reads. Their number and depth are bounded, as the
// peer chooses the data.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/json.hpp>
#include <socketio/core/tape.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio {

// Takes one value, in the order in which it is read. Each call returns false if it cannot be taken, and error() says
// why: json_too_deep or json_too_large by a limit, packet_invalid_payload if it does not fit the calls before. From
// then on all calls return false.
class value_builder {
public:
    value_builder() = default;
    value_builder(value_builder const&) = delete;
    value_builder& operator=(value_builder const&) = delete;

    bool null() { return add(value_type::null) != nullptr; }
    bool boolean(bool data)
    {
        auto* const node = add(value_type::boolean);
        return node && (node->boolean = data, true);
    }
    bool integer(std::int64_t number)
    {
        auto* const node = add(value_type::int64);
        return node && (node->integer = number, true);
    }
    bool unsigned_integer(std::uint64_t number)
    {
        constexpr auto most = static_cast<std::uint64_t>((std::numeric_limits<std::int64_t>::max)());
        auto* const node = add(number <= most ? value_type::int64 : value_type::uint64);
        return node && (node->unsigned_integer = number, true);
    }
    bool number(double number)
    {
        auto* const node = add(value_type::number);
        return node && (node->number = number, true);
    }
    // Texts and binary data are not copied: they lie in the message, or in memory(). What is not UTF-8 in a text or a
    // key becomes U+FFFD, in a copy.
    bool string(std::string_view text);
    bool binary(bytes_view data);
    bool begin_array() { return begin(value_type::array); }
    bool end_array() { return end(value_type::array); }
    bool begin_object() { return begin(value_type::object); }
    bool key(std::string_view name); // before each member
    bool end_object() { return end(value_type::object); }

    // Memory for texts and binary data that are not in the message as they are; valid as long as the value.
    std::span<char> memory(std::size_t size);

    std::error_code error() const noexcept { return error_; }
    // Null unless exactly one value was taken, with all its ends.
    value_view root() const noexcept
    {
        return whole() ? value_view{tape_.data()} : value_view{};
    }
    bool whole() const noexcept { return used_ != 0 && open_ == none && !error_; }

    // For the library. Begins with another value.
    void start(detail::json_limits limits) noexcept;
    // JavaScript's undefined: a null that is_undefined().
    bool undefined();
    static bool is_undefined(value_view what) noexcept { return what.is_null() && what.node()->size != 0; }
    std::size_t size() const noexcept { return used_; }
    // Releases the memory if there is more than `keep` bytes of it.
    void shrink(std::size_t keep) noexcept;

private:
    static constexpr std::uint32_t none = (std::numeric_limits<std::uint32_t>::max)();

    std::string_view well_formed(std::string_view text);
    detail::json_node* add(value_type type);
    detail::json_node* add_sized(value_type type, std::size_t size);
    bool begin(value_type type);
    bool end(value_type type);
    bool has_room();
    bool fail(socketio::error why);

    std::vector<detail::json_node> tape_; // its size is the room there is
    std::size_t used_ = 0;
    std::uint32_t open_ = none; // the innermost open container; its `end` is the one around it until it ends
    std::size_t depth_ = 0;
    detail::json_limits limits_;
    std::error_code error_;
    std::vector<detail::byte_buffer> pieces_; // of memory(), none of which ever moves
    std::size_t piece_ = 0;                   // the one in use
};

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/value_builder.ipp>
#endif
