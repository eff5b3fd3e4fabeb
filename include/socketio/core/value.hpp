// Data that users build and keep: everything that Socket.IO can send, as one owning type. The literal syntax is
// socketio::object{{"id", 1}, {"tags", socketio::array{1, "two", nullptr}}}.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/value_type.hpp>
#include <socketio/core/writable.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

class value;
class array;
class object;
class value_view;
class args;

namespace detail {

template <class T, class... U>
inline constexpr bool is_one_of_v = (std::is_same_v<T, U> || ...);

// The types that the non-template constructors of a value accept.
template <class T>
inline constexpr bool is_kept_v = std::is_arithmetic_v<T> || std::is_array_v<T> ||
    is_one_of_v<T, value, array, object, value_view, args, bytes, bytes_view, std::string, std::string_view, char*,
                char const*, std::nullptr_t>;

// All other types that can be sent. `writable` is tested last: a type above would need a complete `value` for
// its answer.
template <class T>
concept kept_as_written = !is_kept_v<T> && writable<T>;

} // namespace detail

// An array whose only element is an array is array{value{array{1}}}: compilers disagree whether array{array{1}}
// is that or a copy of the inner one (CWG 2137).
class array {
public:
    // An element of a braced list: any type that converts to a value except std::vector<value>, whose elements
    // become the array's.
    class listed;

    array() noexcept;
    array(std::initializer_list<listed> elements);
    explicit array(std::vector<value> elements) noexcept;
    array(array const&);
    array(array&&) noexcept;
    array& operator=(array const&);
    array& operator=(array&&) noexcept;
    ~array();

    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }
    value* begin() noexcept;
    value* end() noexcept;
    value const* begin() const noexcept;
    value const* end() const noexcept;
    value& operator[](std::size_t index) noexcept;             // the element must be there
    value const& operator[](std::size_t index) const noexcept; // null past the end
    void push_back(value element);
    void reserve(std::size_t n);
    void clear() noexcept;

    friend bool operator==(array const& a, array const& b);

private:
    std::vector<value> elements_;
};

// Members in the order of insertion, as in JavaScript.
class object {
public:
    using member = std::pair<std::string, value>;

    object() noexcept;
    object(std::initializer_list<member> members); // of members with the same name the last counts
    object(object const&);
    object(object&&) noexcept;
    object& operator=(object const&);
    object& operator=(object&&) noexcept;
    ~object();

    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }
    member* begin() noexcept;
    member* end() noexcept;
    member const* begin() const noexcept;
    member const* end() const noexcept;

    value* find(std::string_view key) noexcept; // null when absent
    value const* find(std::string_view key) const noexcept;
    bool contains(std::string_view key) const noexcept { return find(key) != nullptr; }
    value& operator[](std::string_view key);                      // inserts a null when absent
    value const& operator[](std::string_view key) const noexcept; // null when absent
    bool erase(std::string_view key);

    // Appends a member without a search for the same name; `find` finds the last one.
    void append(std::string key, value data);
    void reserve(std::size_t n);
    void clear() noexcept;

    // The order of the members counts.
    friend bool operator==(object const& a, object const& b);

private:
    std::vector<member> members_;
};

class value : public detail::typed<value> {
    // The type in which a number is stored.
    template <class T>
    using stored = std::conditional_t<
        std::is_same_v<T, bool>, bool,
        std::conditional_t<std::is_floating_point_v<T>, double,
                           std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>>;

public:
    constexpr value() noexcept : null_{} {} // null
    value(std::nullptr_t) noexcept : value{} {}
    value(value const& other) : null_{} { copy(other); }
    value(value&& other) noexcept : null_{} { take(other); }
    value& operator=(value const& other);
    value& operator=(value&& other) noexcept;
    ~value() { reset(); }
    template <class T>
        requires std::is_arithmetic_v<T> && (!std::is_same_v<T, char>)
    value(T plain) noexcept : value{static_cast<stored<T>>(plain), known_type{}}
    {
    }
    template <std::same_as<char> T>
    value(T letter) : type_{value_type::string}, string_(1, letter)
    {
    }
    // A null pointer becomes null. (Assignment to an existing value would make g++ 12 warn in the user's code.)
    value(char const* text) : value{text ? value{std::string_view{text}} : value{}} {}
    value(std::string text) noexcept : type_{value_type::string}, string_{std::move(text)} {}
    value(std::string_view text) : type_{value_type::string}, string_{text} {}
    value(bytes data) noexcept : type_{value_type::binary}, binary_{std::move(data)} {}
    value(bytes_view data) : type_{value_type::binary}, binary_(data.begin(), data.end()) {}
    value(array elements) noexcept : type_{value_type::array}, array_(std::move(elements)) {}
    value(object members) noexcept : type_{value_type::object}, object_{std::move(members)} {}
    value(value_view from);  // a copy, as to_value() makes
    value(args const& from); // an array
    // All other types that can be sent: see to_value. Defined in <socketio/core/convert.hpp>.
    template <class T>
        requires detail::kept_as_written<T>
    value(T const& from);

    value_type type() const noexcept { return type_; }

    // A pointer to the content if it is exactly of that type, otherwise null. `get` converts.
    bool const* if_bool() const noexcept { return is(value_type::boolean) ? &boolean_ : nullptr; }
    std::int64_t const* if_int64() const noexcept { return is(value_type::int64) ? &int64_ : nullptr; }
    std::uint64_t const* if_uint64() const noexcept { return is(value_type::uint64) ? &uint64_ : nullptr; }
    double const* if_double() const noexcept { return is(value_type::number) ? &number_ : nullptr; }
    std::string const* if_string() const noexcept { return is(value_type::string) ? &string_ : nullptr; }
    bytes const* if_binary() const noexcept { return is(value_type::binary) ? &binary_ : nullptr; }
    array const* if_array() const noexcept { return is(value_type::array) ? &array_ : nullptr; }
    object const* if_object() const noexcept { return is(value_type::object) ? &object_ : nullptr; }
    std::string* if_string() noexcept { return is(value_type::string) ? &string_ : nullptr; }
    bytes* if_binary() noexcept { return is(value_type::binary) ? &binary_ : nullptr; }
    array* if_array() noexcept { return is(value_type::array) ? &array_ : nullptr; }
    object* if_object() noexcept { return is(value_type::object) ? &object_ : nullptr; }

    // std::nullopt when it does not fit. Defined in <socketio/core/convert.hpp>. Views of text or binary data
    // point into this value.
    template <class T>
    std::optional<T> get() const;

    // A missing element or member gives null, and so does a value that is neither array nor object.
    value const& operator[](std::size_t index) const noexcept;
    value const& operator[](std::string_view key) const noexcept;
    // A null becomes an object with that member. Any other type, or an index past the end, is misuse and throws
    // std::invalid_argument.
    value& operator[](std::size_t index);
    value& operator[](std::string_view key);

    // Binary data becomes null. Nesting deeper than max_json_depth throws std::invalid_argument.
    std::string to_json() const;
    static std::optional<value> from_json(std::string_view text);

    // Numbers compare by their mathematical value: 1, 1u and 1.0 are equal.
    friend bool operator==(value const& a, value const& b);

private:
    struct known_type {};
    value(bool plain, known_type) noexcept : type_{value_type::boolean}, boolean_{plain} {}
    value(std::int64_t plain, known_type) noexcept : type_{value_type::int64}, int64_{plain} {}
    value(std::uint64_t plain, known_type) noexcept : type_{value_type::uint64}, uint64_{plain} {}
    value(double plain, known_type) noexcept : type_{value_type::number}, number_{plain} {}

    // Both need a null and leave it if they throw. `take` leaves the other one its type.
    void copy(value const& other);
    // Defined here, since g++ warns of the attribute elsewhere. Inlined, g++ 12 warns of it in the user's code.
    SOCKETIO_NOINLINE void take(value& other) noexcept
    {
        switch (other.type_) {
        case value_type::string: std::construct_at(&string_, std::move(other.string_)); break;
        case value_type::binary: std::construct_at(&binary_, std::move(other.binary_)); break;
        case value_type::array: std::construct_at(&array_, std::move(other.array_)); break;
        case value_type::object: std::construct_at(&object_, std::move(other.object_)); break;
        default: return copy(other); // has nothing to move
        }
        type_ = other.type_;
    }
    void reset() noexcept; // makes it null

    // A std::variant of them would be a thousand small functions in each program that is compiled with the library.
    value_type type_ = value_type::null;
    union {
        std::nullptr_t null_;
        bool boolean_;
        std::int64_t int64_;
        std::uint64_t uint64_;
        double number_;
        std::string string_;
        bytes binary_;
        array array_;
        object object_;
    };
};

class array::listed {
public:
    listed() = default; // null
    template <class T>
        requires(!std::is_same_v<std::remove_cvref_t<T>, listed> &&
                 !std::is_same_v<std::remove_cvref_t<T>, std::vector<value>> && std::is_convertible_v<T, value>)
    listed(T&& from) : value_(std::forward<T>(from))
    {
    }

private:
    friend array;
    value value_;
};

// Defined here, because the special members need a complete value.
inline array::array() noexcept = default;
inline array::array(array const&) = default;
inline array::array(array&&) noexcept = default;
inline array& array::operator=(array const&) = default;
inline array& array::operator=(array&&) noexcept = default;
inline array::~array() = default;
inline array::array(std::initializer_list<listed> elements)
{
    elements_.reserve(elements.size());
    for (listed const& each : elements)
        elements_.push_back(each.value_);
}
inline array::array(std::vector<value> elements) noexcept : elements_(std::move(elements)) {}
inline std::size_t array::size() const noexcept { return elements_.size(); }
inline value* array::begin() noexcept { return elements_.data(); }
inline value* array::end() noexcept { return elements_.data() + elements_.size(); }
inline value const* array::begin() const noexcept { return elements_.data(); }
inline value const* array::end() const noexcept { return elements_.data() + elements_.size(); }
inline value& array::operator[](std::size_t index) noexcept { return elements_[index]; }
inline void array::push_back(value element) { elements_.push_back(std::move(element)); }
inline void array::reserve(std::size_t n) { elements_.reserve(n); }
inline void array::clear() noexcept { elements_.clear(); }

inline object::object() noexcept = default;
inline object::object(object const&) = default;
inline object::object(object&&) noexcept = default;
inline object& object::operator=(object const&) = default;
inline object& object::operator=(object&&) noexcept = default;
inline object::~object() = default;
inline std::size_t object::size() const noexcept { return members_.size(); }
inline object::member* object::begin() noexcept { return members_.data(); }
inline object::member* object::end() noexcept { return members_.data() + members_.size(); }
inline object::member const* object::begin() const noexcept { return members_.data(); }
inline object::member const* object::end() const noexcept { return members_.data() + members_.size(); }
inline void object::append(std::string key, value data) { members_.emplace_back(std::move(key), std::move(data)); }
inline void object::reserve(std::size_t n) { members_.reserve(n); }
inline void object::clear() noexcept { members_.clear(); }

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/value.ipp>
#include <socketio/core/json.hpp>
#endif
