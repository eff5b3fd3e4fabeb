// The definitions behind json.hpp: RapidJSON's reader between a stream over the message and the tape.
//
// RapidJSON reads structure, strings and escapes. This library does three things first, at points of RapidJSON's
// stream concept: lone surrogates (a pass over texts with a backslash), numbers (when white space before them is
// skipped) and the plain beginning of strings.
#pragma once

#include <socketio/core/json.hpp>
#include <socketio/core/json_number.hpp>
#include <socketio/core/json_text.hpp>
#include <socketio/core/json_writer.hpp>
#include <socketio/core/number_bits.hpp>
#include <socketio/core/value.hpp>

#if !__has_include(<rapidjson/reader.h>)
#error "socketio needs RapidJSON: install rapidjson-dev (Debian) or rapidjson (vcpkg), or give its folder by -I"
#endif
#include <rapidjson/reader.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace socketio::detail {

// A text as RapidJSON's in-situ stream. It reports '\0' at the end of the text, which needs no terminator.
struct json_stream {
    using Ch = char;

    char* at;
    char* end;
    char* to;            // the output position of the current string
    json_node* number;   // the number that was read ahead

    char Peek() const noexcept { return at != end ? *at : '\0'; }
    char Take() noexcept { return *at++; } // RapidJSON calls it only behind a Peek that was not '\0'
    std::size_t Tell() const noexcept { return 0; } // positions of errors are not reported

    // Called behind the opening quote. The plain beginning of the string stays in place.
    char* PutBegin() noexcept
    {
        char* const begin = at;
        at += skip_plain<plain_bytes::any>(at, end) - at;
        to = at;
        return begin;
    }
    void Put(char c) noexcept { *to++ = c; }
    std::size_t PutEnd(char* begin) const noexcept { return static_cast<std::size_t>(to - begin); }
    void Flush() const noexcept {}
};

// Skips white space and reads the number behind it, if there is one.
SOCKETIO_NOINLINE SOCKETIO_DECL void skip_space_and_number(json_stream& stream) noexcept
{
    char* at = stream.at;
    char* const end = stream.end;
    auto const is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (at != end && is_space(*at))
        ++at;
    stream.at = at;
    if (at == end || !(is_digit(*at) || *at == '-'))
        return;
    char const* const stop = read_number(at, end, *stream.number);
    if (stop && (stop == end || is_space(*stop) || *stop == ',' || *stop == ']' || *stop == '}')) {
        stream.at += stop - at - 1;
        *stream.at = '0';
    } else {
        *at = '\x01';
    }
}

// RapidJSON finds this overload in place of its own. It reads a number behind the white space. RapidJSON then
// sees a 0 at the number's last character, or an invalid character if the number is malformed.
inline void SkipWhitespace(json_stream& stream) noexcept
{
    if (stream.at == stream.end)
        return;
    // Most tokens have neither white space nor a number between them.
    char const next = *stream.at;
    if (next != '"' && next != ',' && static_cast<unsigned char>(next) <= '9')
        skip_space_and_number(stream);
}

// RapidJSON's stack, in place: two words for each open container. The depth is limited.
struct json_stack {
    static constexpr std::size_t size = 2 * sizeof(RAPIDJSON_NAMESPACE::SizeType) * (max_json_depth + 2);
    alignas(8) char room[size];

    void* Malloc(std::size_t) noexcept { return room; }
    void* Realloc(void*, std::size_t, std::size_t) noexcept { return room; }
    static void Free(void*) noexcept {}
};

// Receives RapidJSON's events and writes the tape.
class tape_builder {
public:
    using SizeType = RAPIDJSON_NAMESPACE::SizeType;

    tape_builder(std::vector<json_node>& tape, json_limits limits, bool placeholders) noexcept
        : tape_{tape}, values_{std::max<std::size_t>(limits.values, 1)}, next_{tape.data()},
          end_{tape.data() + std::min(tape.size(), values_)},
          limit_{std::min<std::size_t>(limits.depth, max_json_depth)}, placeholders_{placeholders}
    {
    }

    bool Null() { return add(value_type::null), !over_; }
    bool Bool(bool value) { return add(value_type::boolean).boolean = value, !over_; }
    bool Uint(unsigned) { return room() = number, !over_; } // the 0 that stands for a number
    bool Int(int) noexcept { return false; }
    bool Int64(std::int64_t) noexcept { return false; }
    bool Uint64(std::uint64_t) noexcept { return false; }
    bool Double(double) noexcept { return false; }
    bool RawNumber(char const*, SizeType, bool) noexcept { return false; }
    bool String(char const* text, SizeType size, bool)
    {
        json_node& node = add(value_type::string);
        node.size = static_cast<std::uint32_t>(size);
        node.text = text;
        return !over_;
    }
    bool Key(char const* text, SizeType size, bool) { return String(text, size, false); }
    bool StartArray() { return open(value_type::array); }
    bool EndArray(SizeType elements) { return close(elements), true; }
    bool StartObject() { return open(value_type::object); }
    bool EndObject(SizeType members)
    {
        json_node& node = close(members);
        return !placeholders_ || !is_placeholder(value_view{&node}) || collapse(node);
    }

    std::size_t size() const noexcept { return static_cast<std::size_t>(next_ - tape_.data()); }

    json_node number;
    error reason = error::json_invalid;

private:
    json_node& room()
    {
        if (next_ == end_)
            grow();
        return *next_++;
    }
    json_node& add(value_type type)
    {
        json_node& node = room();
        node = json_node{};
        node.type = type;
        return node;
    }
    void grow();
    bool open(value_type type);
    json_node& close(SizeType elements) noexcept;
    static bool is_placeholder(value_view object) noexcept;
    bool collapse(json_node& object);

    std::vector<json_node>& tape_;
    std::size_t values_;
    json_node* next_;
    json_node* end_;
    std::size_t limit_;
    bool placeholders_;
    bool over_ = false; // the message has more values than allowed
    std::size_t depth_ = 0;
    std::array<std::uint32_t, max_json_depth> open_; // positions on the tape
};

SOCKETIO_NOINLINE SOCKETIO_DECL void tape_builder::grow()
{
    std::size_t const used = size();
    if (used >= values_) {
        over_ = true; // this node is overwritten, and the parser stops
        reason = error::json_too_large;
        next_ = tape_.data();
        return;
    }
    tape_.resize(std::min(std::max<std::size_t>(2 * used, 16), values_));
    next_ = tape_.data() + used;
    end_ = tape_.data() + tape_.size();
}

SOCKETIO_DECL bool tape_builder::open(value_type type)
{
    if (depth_ >= limit_) {
        reason = error::json_too_deep;
        return false;
    }
    open_[depth_++] = static_cast<std::uint32_t>(size());
    add(type);
    return !over_;
}

SOCKETIO_DECL json_node& tape_builder::close(SizeType elements) noexcept
{
    std::uint32_t const where = open_[--depth_];
    json_node& node = tape_.data()[where];
    node.size = static_cast<std::uint32_t>(elements);
    node.end = static_cast<std::uint32_t>(size()) - where;
    return node;
}

SOCKETIO_DECL bool tape_builder::is_placeholder(value_view object) noexcept
{
    return object["_placeholder"].as_bool();
}

SOCKETIO_DECL bool tape_builder::collapse(json_node& object)
{
    value_view const num = value_view{&object}["num"];
    double const index = num.as_double();
    if (!num.is_number() || !is_finite(index) || index < 0 || index != std::floor(index)) {
        reason = error::packet_illegal_attachments;
        return false;
    }
    constexpr std::uint32_t most = (std::numeric_limits<std::uint32_t>::max)();
    next_ = &object + 1;
    object.type = value_type::binary;
    object.size = index < most ? static_cast<std::uint32_t>(index) : most;
    object.data = nullptr;
    return true;
}

// The code unit of the escape at `at` if it is \uXXXX, otherwise 0.
SOCKETIO_DECL unsigned escaped_unit(char const* at, char const* end) noexcept
{
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return 0;
    unsigned unit = 0;
    for (char const c : {at[2], at[3], at[4], at[5]}) {
        auto const lower = static_cast<unsigned char>(c | 0x20);
        if (is_digit(c))
            unit = unit * 16 + static_cast<unsigned>(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            unit = unit * 16 + lower - 'a' + 10;
        else
            return 0;
    }
    return unit;
}

// JSON.stringify writes a lone surrogate as an escape, and JSON.parse accepts it. UTF-8 cannot express it: it
// becomes U+FFFD.
SOCKETIO_DECL void replace_lone_surrogates(char* at, char* end) noexcept
{
    while ((at = static_cast<char*>(std::memchr(at, '\\', static_cast<std::size_t>(end - at)))) != nullptr) {
        unsigned const unit = escaped_unit(at, end);
        if (unit < 0xD800 || unit > 0xDFFF) {
            at += end - at >= 2 ? 2 : 1;
            continue;
        }
        unsigned const second = unit < 0xDC00 ? escaped_unit(at + 6, end) : 0;
        if (second >= 0xDC00 && second <= 0xDFFF) {
            at += 12;
            continue;
        }
        std::memcpy(at + 2, "fffd", 4);
        at += 6;
    }
}

SOCKETIO_DECL std::error_code json_document::parse(std::span<char> text, json_limits limits, bool placeholders)
{
    used_ = 0;
    incomplete_ = placeholders;
    if (text.empty() || text.size() > (std::numeric_limits<std::uint32_t>::max)() / 2)
        return error::json_invalid;
    char* const end = text.data() + text.size();
    replace_lone_surrogates(text.data(), end);

    tape_builder builder{tape_, limits, placeholders};
    json_stream stream{text.data(), end, nullptr, &builder.number};
    json_stack stack;
    using utf8 = RAPIDJSON_NAMESPACE::UTF8<>;
    RAPIDJSON_NAMESPACE::GenericReader<utf8, utf8, json_stack> reader{&stack, json_stack::size};
    constexpr unsigned flags = RAPIDJSON_NAMESPACE::kParseInsituFlag | RAPIDJSON_NAMESPACE::kParseIterativeFlag;
    auto const result = reader.Parse<flags>(stream, builder);
    if (result.IsError() || stream.at != end)
        return builder.reason;
    used_ = builder.size();
    return {};
}

SOCKETIO_DECL std::error_code json_document::attach(std::span<bytes_view const> attachments,
                                                    std::uint64_t most) noexcept
{
    if (!incomplete_)
        return {};
    incomplete_ = false;
    std::uint64_t left = most;
    for (json_node& node : std::span{tape_}.first(used_)) {
        if (node.type != value_type::binary)
            continue;
        bool const there = node.size < attachments.size();
        bytes_view const data = there ? attachments[node.size] : bytes_view{};
        if (!there || data.size() > (std::numeric_limits<std::uint32_t>::max)()) {
            used_ = 0;
            return error::packet_illegal_attachments;
        }
        if (data.size() > left) {
            used_ = 0;
            return error::message_too_large;
        }
        left -= data.size();
        node.data = data.data();
        node.size = static_cast<std::uint32_t>(data.size());
    }
    return {};
}

SOCKETIO_DECL void json_document::shrink(std::size_t keep) noexcept
{
    if (memory() <= keep)
        return;
    tape_ = std::vector<json_node>{};
    used_ = 0;
}

} // namespace socketio::detail

namespace socketio {
namespace detail {

// Without attachments the text has no placeholders: an object may look like one.
SOCKETIO_DECL value read_written(byte_buffer& text, std::span<bytes_view const> attachments)
{
    json_document document;
    std::error_code const failed =
        document.parse({text.data(), text.size()}, {.depth = max_json_depth}, !attachments.empty());
    if (failed || document.attach(attachments))
        throw_misuse("socketio::convert: write() has not written one value");
    return document.root().to_value();
}

} // namespace detail

SOCKETIO_DECL std::optional<value> value::from_json(std::string_view text)
{
    std::string copy{text};
    detail::json_document document;
    if (document.parse(copy, {.depth = max_json_depth}))
        return std::nullopt;
    return document.root().to_value();
}

// JSON text in another form: the only way there that leads by a value.
SOCKETIO_NOINLINE SOCKETIO_DECL void json_writer::other_raw(std::string_view json)
{
    static_cast<void>(other("a member without a key"));
    auto const data = value::from_json(json);
    if (!data)
        refuse("raw text that is not JSON");
    detail::write_tree(*this, *data);
}

} // namespace socketio
