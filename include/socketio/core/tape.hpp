// Parsed data as listeners see it: a flat run of nodes (the tape) and views of them.
// Knows neither JSON nor C++ types; <socketio/core/value_view.hpp> adds `get<T>()`.
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

// One piece of a received message, as cheap to copy as a pointer. It looks into the message and is
// valid as long as that is, in a listener until it returns: `to_value()` keeps it for longer.
class value_view {
public:
    value_view() noexcept = default; // null
    explicit value_view(detail::json_node const* node) noexcept : node_{node} {}

    value_type type() const noexcept { return node_->type; }
    bool is_null() const noexcept { return type() == value_type::null; }
    bool is_bool() const noexcept { return type() == value_type::boolean; }
    bool is_integer() const noexcept { return type() == value_type::int64 || type() == value_type::uint64; }
    bool is_number() const noexcept { return is_integer() || type() == value_type::number; }
    bool is_string() const noexcept { return type() == value_type::string; }
    bool is_binary() const noexcept { return type() == value_type::binary; }
    bool is_array() const noexcept { return type() == value_type::array; }
    bool is_object() const noexcept { return type() == value_type::object; }

    // Of another type than asked for: false, 0, empty.
    bool as_bool() const noexcept { return is_bool() && node_->boolean; }
    double as_double() const noexcept; // of any number
    std::string_view as_string() const noexcept
    {
        return is_string() ? std::string_view{node_->text, node_->size} : std::string_view{};
    }
    bytes_view as_binary() const noexcept
    {
        return is_binary() && node_->data ? bytes_view{node_->data, node_->size} : bytes_view{};
    }

    // Elements, members, or bytes of a string or of binary data.
    std::size_t size() const noexcept
    {
        return is_binary() ? as_binary().size() : (type() >= value_type::string ? node_->size : 0);
    }

    // Null where there is nothing. Of members with the same name the last counts, as in JSON.parse.
    value_view operator[](std::size_t index) const noexcept;
    value_view operator[](std::string_view key) const noexcept { return find(key).value_or(value_view{}); }
    std::optional<value_view> find(std::string_view key) const noexcept;

    args elements() const noexcept;                 // none unless this is an array
    detail::member_range members() const noexcept;  // none unless this is an object

    // Nothing when it does not fit, as `convert` says.
    template <class T>
    std::optional<T> get() const;

    value to_value() const;
    std::string to_json() const; // binary data becomes null

    detail::json_node const* node() const noexcept { return node_; }

private:
    detail::json_node const* node_ = &detail::null_node;
};

// The elements of an array, such as the arguments of an event. It owns nothing.
class args {
public:
    class iterator {
    public:
        using value_type = value_view;
        using reference = value_view;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        iterator() = default;
        explicit iterator(detail::json_node const* at) noexcept : at_{at} {}
        value_view operator*() const noexcept { return value_view{at_}; }
        iterator& operator++() noexcept
        {
            at_ = detail::next_node(at_);
            return *this;
        }
        iterator operator++(int) noexcept
        {
            iterator const before = *this;
            ++*this;
            return before;
        }
        bool operator==(iterator const&) const = default;

    private:
        detail::json_node const* at_ = nullptr;
    };

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

    // Null past the end. Walks over what is before: iterate over long lists.
    value_view operator[](std::size_t index) const noexcept
    {
        return index < size_ ? value_view{rest(index).first_} : value_view{};
    }

    template <class T>
    std::optional<T> get(std::size_t index) const;

    // What follows the first `n`.
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

// The members of an object, in the order they came; a name that came twice is there twice.
class member_range {
public:
    class iterator {
    public:
        using value_type = member;
        using reference = member;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;

        iterator() = default;
        explicit iterator(json_node const* at) noexcept : at_{at} {}
        member operator*() const noexcept { return {value_view{at_}.as_string(), value_view{at_ + 1}}; }
        iterator& operator++() noexcept
        {
            at_ = next_node(at_ + 1);
            return *this;
        }
        iterator operator++(int) noexcept
        {
            iterator const before = *this;
            ++*this;
            return before;
        }
        bool operator==(iterator const&) const = default;

    private:
        json_node const* at_ = nullptr;
    };

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
    if (index == 0) // the name of an event, most often
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
