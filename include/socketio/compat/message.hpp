// The messages of socket.io-client-cpp: one class for each type of JSON, and one for binary data.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sio {

// Data of one type. An accessor of another type gives an empty value, 0 or false, in every build. (The original
// stops a debug build there, and shares one object between all threads in the others.)
class message {
public:
    enum flag {
        flag_integer,
        flag_double,
        flag_string,
        flag_binary,
        flag_array,
        flag_object,
        flag_boolean,
        flag_null
    };
    using ptr = std::shared_ptr<message>;
    class list;

    message(message const&) = delete;
    message& operator=(message const&) = delete;
    virtual ~message() = default;

    flag get_flag() const { return flag_; }
    virtual bool get_bool() const { return false; }
    virtual std::int64_t get_int() const { return 0; }
    virtual double get_double() const { return 0; }
    virtual std::string const& get_string() const { return none<std::string>(); }
    virtual std::shared_ptr<std::string const> const& get_binary() const
    {
        return none<std::shared_ptr<std::string const>>();
    }
    virtual std::vector<ptr> const& get_vector() const { return none<std::vector<ptr>>(); }
    virtual std::vector<ptr>& get_vector()
    {
        other_type().elements.clear();
        return other_->elements;
    }
    virtual std::map<std::string, ptr> const& get_map() const { return none<std::map<std::string, ptr>>(); }
    virtual std::map<std::string, ptr>& get_map()
    {
        other_type().members.clear();
        return other_->members;
    }

protected:
    explicit message(flag type) : flag_{type} {}

private:
    // What the accessors of another type refer to.
    struct contents {
        std::vector<ptr> elements{};
        std::map<std::string, ptr> members{};
    };

    template <class T>
    static T const& none()
    {
        static T const empty{};
        return empty;
    }
    contents& other_type()
    {
        if (!other_)
            other_ = std::make_unique<contents>();
        return *other_;
    }

    flag flag_;
    std::unique_ptr<contents> other_{};
};

class null_message : public message {
public:
    static message::ptr create() { return ptr{new null_message}; }

protected:
    null_message() : message{flag_null} {}
};

class bool_message : public message {
public:
    static message::ptr create(bool v) { return ptr{new bool_message{v}}; }
    bool get_bool() const override { return v_; }

protected:
    explicit bool_message(bool v) : message{flag_boolean}, v_{v} {}

private:
    bool v_;
};

class int_message : public message {
public:
    static message::ptr create(std::int64_t v) { return ptr{new int_message{v}}; }
    std::int64_t get_int() const override { return v_; }
    double get_double() const override { return static_cast<double>(v_); }

protected:
    explicit int_message(std::int64_t v) : message{flag_integer}, v_{v} {}

private:
    std::int64_t v_;
};

class double_message : public message {
public:
    static message::ptr create(double v) { return ptr{new double_message{v}}; }
    double get_double() const override { return v_; }
    // Without the part behind the point; the nearest integer there is if it does not fit, 0 for NaN.
    std::int64_t get_int() const override
    {
        constexpr double limit = 9223372036854775808.0; // 2 to the 63rd
        if (v_ >= limit)
            return INT64_MAX;
        if (v_ < -limit)
            return INT64_MIN;
        return v_ == v_ ? static_cast<std::int64_t>(v_) : 0;
    }

private:
    explicit double_message(double v) : message{flag_double}, v_{v} {}

    double v_;
};

class string_message : public message {
public:
    static message::ptr create(std::string const& v) { return create(std::string{v}); }
    static message::ptr create(std::string&& v) { return ptr{new string_message{std::move(v)}}; }
    std::string const& get_string() const override { return v_; }

private:
    explicit string_message(std::string&& v) : message{flag_string}, v_{std::move(v)} {}

    std::string v_;
};

class binary_message : public message {
public:
    static message::ptr create(std::shared_ptr<std::string const> const& v) { return ptr{new binary_message{v}}; }
    std::shared_ptr<std::string const> const& get_binary() const override { return v_; }

private:
    explicit binary_message(std::shared_ptr<std::string const> const& v) : message{flag_binary}, v_{v} {}

    std::shared_ptr<std::string const> v_;
};

namespace detail {

// What array_message and message::list have in common. A null pointer is not added by `push`.
class message_items {
public:
    void push(message::ptr const& msg)
    {
        if (msg)
            items_.push_back(msg);
    }
    void push(std::string const& text) { items_.push_back(string_message::create(text)); }
    void push(std::string&& text) { items_.push_back(string_message::create(std::move(text))); }
    void push(std::shared_ptr<std::string> const& binary)
    {
        if (binary)
            items_.push_back(binary_message::create(binary));
    }
    void push(std::shared_ptr<std::string const> const& binary)
    {
        if (binary)
            items_.push_back(binary_message::create(binary));
    }

    // At the end if `pos` is behind it. A null pointer becomes null.
    void insert(std::size_t pos, message::ptr const& msg) { items_.insert(place(pos), msg); }
    void insert(std::size_t pos, std::string const& text) { insert(pos, string_message::create(text)); }
    void insert(std::size_t pos, std::string&& text) { insert(pos, string_message::create(std::move(text))); }
    void insert(std::size_t pos, std::shared_ptr<std::string> const& binary)
    {
        if (binary)
            insert(pos, binary_message::create(binary));
    }
    void insert(std::size_t pos, std::shared_ptr<std::string const> const& binary)
    {
        if (binary)
            insert(pos, binary_message::create(binary));
    }

    std::size_t size() const { return items_.size(); }
    // A null pointer past the end.
    message::ptr const& at(std::size_t i) const
    {
        static message::ptr const none{};
        return i < items_.size() ? items_[i] : none;
    }
    message::ptr const& operator[](std::size_t i) const { return at(i); }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }

protected:
    message_items() = default;
    explicit message_items(std::vector<message::ptr> items) : items_{std::move(items)} {}

    std::vector<message::ptr> items_;

private:
    std::vector<message::ptr>::iterator place(std::size_t pos)
    {
        return items_.begin() + static_cast<std::ptrdiff_t>(std::min(pos, items_.size()));
    }
};

} // namespace detail

class array_message : public message, public detail::message_items {
public:
    static message::ptr create() { return ptr{new array_message}; }
    std::vector<ptr>& get_vector() override { return items_; }
    std::vector<ptr> const& get_vector() const override { return items_; }

private:
    array_message() : message{flag_array} {}
};

class object_message : public message {
public:
    static message::ptr create() { return ptr{new object_message}; }

    void insert(std::string const& key, message::ptr const& msg) { members_[key] = msg; }
    void insert(std::string const& key, std::string const& text) { members_[key] = string_message::create(text); }
    void insert(std::string const& key, std::string&& text) { members_[key] = string_message::create(std::move(text)); }
    void insert(std::string const& key, std::shared_ptr<std::string> const& binary)
    {
        if (binary)
            members_[key] = binary_message::create(binary);
    }
    void insert(std::string const& key, std::shared_ptr<std::string const> const& binary)
    {
        if (binary)
            members_[key] = binary_message::create(binary);
    }

    bool has(std::string const& key) const { return members_.find(key) != members_.end(); }
    // A null pointer if there is no such member.
    message::ptr const& at(std::string const& key) const
    {
        static message::ptr const none{};
        auto const found = members_.find(key);
        return found == members_.end() ? none : found->second;
    }
    message::ptr const& operator[](std::string const& key) const { return at(key); }
    std::map<std::string, ptr>& get_map() override { return members_; }
    std::map<std::string, ptr> const& get_map() const override { return members_; }

private:
    object_message() : message{flag_object} {}

    std::map<std::string, ptr> members_;
};

} // namespace sio
