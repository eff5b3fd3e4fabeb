// Between messages and the library's own data.
#pragma once

#include <socketio/client.hpp>
#include <socketio/compat/message.hpp>
#include <socketio/compat/message_list.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::detail {

// Makes messages of received data. It keeps the way down on the heap, since the server decides how deep that is.
class message_reader {
public:
    message::ptr read(socketio::value_view from)
    {
        message::ptr whole = begin(from);
        while (!open_.empty())
            next();
        return whole;
    }

private:
    // An array or object whose rest is still to be read.
    struct open_message {
        message* into;
        bool is_array;
        socketio::args::iterator element;
        socketio::args::iterator last_element;
        socketio::detail::member_range::iterator member;
        socketio::detail::member_range::iterator last_member;
    };

    message::ptr begin(socketio::value_view from)
    {
        switch (from.type()) {
        case socketio::value_type::null: break;
        case socketio::value_type::boolean: return bool_message::create(from.as_bool());
        case socketio::value_type::int64: return int_message::create(from.get<std::int64_t>().value_or(0));
        case socketio::value_type::uint64: return unsigned_message(from);
        case socketio::value_type::number: return double_message::create(from.as_double());
        case socketio::value_type::string: return string_message::create(std::string{from.as_string()});
        case socketio::value_type::binary:
            return binary_message::create(
                std::make_shared<std::string const>(socketio::detail::as_text(from.as_binary())));
        case socketio::value_type::array: return begin_array(from);
        case socketio::value_type::object: return begin_object(from);
        }
        return null_message::create();
    }
    // Over 64 bits with a sign it is a double, as in JavaScript.
    static message::ptr unsigned_message(socketio::value_view from)
    {
        auto const number = from.get<std::int64_t>();
        return number ? int_message::create(*number) : double_message::create(from.as_double());
    }
    message::ptr begin_array(socketio::value_view from)
    {
        message::ptr made = array_message::create();
        made->get_vector().reserve(from.size());
        socketio::args const all = from.elements();
        open_.push_back({made.get(), true, all.begin(), all.end(), {}, {}});
        return made;
    }
    message::ptr begin_object(socketio::value_view from)
    {
        message::ptr made = object_message::create();
        auto const all = from.members();
        open_.push_back({made.get(), false, {}, {}, all.begin(), all.end()});
        return made;
    }
    void next()
    {
        open_message& top = open_.back();
        message& into = *top.into; // begin() may move `top`
        if (top.is_array && top.element != top.last_element)
            into.get_vector().push_back(begin(*top.element++));
        else if (!top.is_array && top.member != top.last_member)
            next_member(into, *top.member++);
        else
            open_.pop_back();
    }
    void next_member(message& into, socketio::detail::member const& from)
    {
        into.get_map()[std::string{from.key}] = begin(from.value);
    }

    std::vector<open_message> open_;
};

} // namespace sio::detail

// So a listener of the library's own socket may take a message::ptr, too. A null pointer is written as null. Data
// nested deeper than max_json_depth, a message inside itself for example, throws std::invalid_argument: that bounds
// the recursion.
template <>
struct socketio::convert<std::shared_ptr<sio::message>> {
    static void write(writer& to, sio::message::ptr const& from)
    {
        if (!from)
            return to.null();
        sio::message const& data = *from;
        switch (data.get_flag()) {
        case sio::message::flag_integer: return to.integer(data.get_int());
        case sio::message::flag_double: return to.number(data.get_double());
        case sio::message::flag_string: return to.string(data.get_string());
        case sio::message::flag_binary: return write_binary(to, data);
        case sio::message::flag_array: return write_array(to, data);
        case sio::message::flag_object: return write_object(to, data);
        case sio::message::flag_boolean: return to.boolean(data.get_bool());
        case sio::message::flag_null: return to.null();
        }
        to.null();
    }
    static bool read(value_view from, sio::message::ptr& into, mismatch&)
    {
        into = sio::detail::message_reader{}.read(from);
        return true;
    }

private:
    static void write_binary(writer& to, sio::message const& from)
    {
        auto const& data = from.get_binary();
        to.binary(detail::as_bytes(data ? std::string_view{*data} : std::string_view{""}));
    }
    static void write_array(writer& to, sio::message const& from)
    {
        to.begin_array();
        for (auto const& each : from.get_vector())
            write(to, each);
        to.end_array();
    }
    static void write_object(writer& to, sio::message const& from)
    {
        to.begin_object();
        for (auto const& [key, each] : from.get_map()) {
            to.key(key);
            write(to, each);
        }
        to.end_object();
    }
};

namespace sio::detail {

inline message::list list_of(socketio::args const& arguments)
{
    message::list made;
    message_reader reader;
    for (socketio::value_view const each : arguments)
        made.push(reader.read(each));
    return made;
}

} // namespace sio::detail
