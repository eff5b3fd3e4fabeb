// Parsed data for listeners: an array of nodes (the tape) and views of them. Knows neither JSON nor C++ types;
// <socketio/core/value_view.hpp> adds `get<T>()`.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/json_node.hpp>
#include <socketio/core/value_type.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace socketio {

class value;
class args;

namespace detail {

class member_range;

} // namespace detail

// One piece of a received message, as cheap to copy as a pointer. It points into the message and is valid as
// long as the message: in a listener until it returns. `to_value()` makes a copy that lasts.
class value_view : public detail::typed<value_view> {
public:
    value_view() noexcept = default; // null
    explicit value_view(detail::json_node const* node) noexcept : node_{node} {}

    value_type type() const noexcept { return node_->type; }

    // A view of another type gives false, 0 or an empty text.
    bool as_bool() const noexcept { return is_bool() && node_->boolean; }
    double as_double() const noexcept; // for every number
    SOCKETIO_ALWAYS_INLINE std::string_view as_string() const noexcept
    {
        return is_string() ? std::string_view{node_->text, node_->size} : std::string_view{};
    }
    bytes_view as_binary() const noexcept
    {
        return is_binary() && node_->data ? bytes_view{node_->data, node_->size} : bytes_view{};
    }

    // The number of elements, of members, or of bytes of a string or of binary data.
    std::size_t size() const noexcept
    {
        return is_binary() ? as_binary().size() : (type() >= value_type::string ? node_->size : 0);
    }

    // A missing element or member gives null. Of members with the same name the last counts, as in JSON.parse.
    value_view operator[](std::size_t index) const noexcept;
    value_view operator[](std::string_view key) const noexcept { return find(key).value_or(value_view{}); }
    std::optional<value_view> find(std::string_view key) const noexcept;

    args elements() const noexcept;                 // empty unless this is an array
    detail::member_range members() const noexcept;  // empty unless this is an object

    // Converts to T with `convert<T>`; std::nullopt when it does not fit.
    template <class T>
    std::optional<T> get() const;

    value to_value() const;
    std::string to_json() const; // binary data becomes null

    detail::json_node const* node() const noexcept { return node_; }

private:
    detail::json_node const* node_ = &detail::null_node;
};

namespace detail {

// Iterates over the tape. `Step` reads a node and finds the next one.
template <class Step>
class tape_iterator {
public:
    using value_type = typename Step::item;
    using reference = value_type;
    using pointer = void;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::forward_iterator_tag;

    tape_iterator() = default;
    explicit tape_iterator(json_node const* at) noexcept : at_{at} {}
    value_type operator*() const noexcept { return Step::read(at_); }
    tape_iterator& operator++() noexcept
    {
        at_ = Step::next(at_);
        return *this;
    }
    tape_iterator operator++(int) noexcept
    {
        tape_iterator const before = *this;
        ++*this;
        return before;
    }
    bool operator==(tape_iterator const&) const = default;

private:
    json_node const* at_ = nullptr;
};

struct element_step {
    using item = value_view;
    static item read(json_node const* at) noexcept { return value_view{at}; }
    static json_node const* next(json_node const* at) noexcept { return next_node(at); }
};

} // namespace detail

// The elements of an array, such as the arguments of an event. It does not own them.
class args {
public:
    using iterator = detail::tape_iterator<detail::element_step>;

    args() = default;
    explicit args(value_view array) noexcept
    {
        if (!array.is_array())
            return;
        first_ = array.node() + 1;
        last_ = detail::next_node(array.node());
        size_ = array.size();
    }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    iterator begin() const noexcept { return iterator{first_}; }
    iterator end() const noexcept { return iterator{last_}; }

    // Null past the end. Walks over the elements before `index`: iterate over long lists.
    value_view operator[](std::size_t index) const noexcept
    {
        return index < size_ ? value_view{rest(index).first_} : value_view{};
    }

    template <class T>
    std::optional<T> get(std::size_t index) const;

    // The elements after the first `n`.
    args rest(std::size_t n) const noexcept
    {
        args left = *this;
        left.drop_front(n);
        return left;
    }
    void drop_front(std::size_t n) noexcept
    {
        for (; n != 0 && size_ != 0; --n, --size_)
            first_ = detail::next_node(first_);
    }

private:
    detail::json_node const* first_ = nullptr;
    detail::json_node const* last_ = nullptr;
    std::size_t size_ = 0;
};

namespace detail {

struct member {
    std::string_view key;
    socketio::value_view value;
};

struct member_step {
    using item = member;
    static item read(json_node const* at) noexcept { return {value_view{at}.as_string(), value_view{at + 1}}; }
    static json_node const* next(json_node const* at) noexcept { return next_node(at + 1); }
};

// The members of an object in the order of arrival. A name that occurs twice appears twice.
class member_range {
public:
    using iterator = tape_iterator<member_step>;

    member_range() = default;
    explicit member_range(json_node const* object) noexcept : first_{object + 1}, last_{next_node(object)} {}
    iterator begin() const noexcept { return iterator{first_}; }
    iterator end() const noexcept { return iterator{last_}; }

private:
    json_node const* first_ = nullptr;
    json_node const* last_ = nullptr;
};

} // namespace detail

inline value_view value_view::operator[](std::size_t index) const noexcept
{
    if (index == 0) // most often the name of an event
        return is_array() && node_->size != 0 ? value_view{node_ + 1} : value_view{};
    return elements()[index];
}
inline args value_view::elements() const noexcept { return args{*this}; }
inline detail::member_range value_view::members() const noexcept
{
    return is_object() ? detail::member_range{node_} : detail::member_range{};
}

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/tape.ipp>
#endif
