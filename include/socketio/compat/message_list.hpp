// The arguments of an event, or of an acknowledgement.
#pragma once

#include <socketio/compat/message.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace sio {

// Made of nothing (nullptr), a message, a text, binary data, or a vector of messages.
class message::list : public detail::message_items {
public:
    list() = default;
    list(std::nullptr_t) {}
    list(message::ptr const& msg) { push(msg); }
    list(std::string const& text) { push(text); }
    list(std::string&& text) { push(std::move(text)); }
    list(std::shared_ptr<std::string> const& binary) { push(binary); }
    list(std::shared_ptr<std::string const> const& binary) { push(binary); }
    template <class T>
        requires std::same_as<std::remove_cvref_t<T>, std::vector<message::ptr>>
    list(T&& content) : message_items{std::forward<T>(content)}
    {
    }

    // An array of the elements, behind the event's name if there is one.
    message::ptr to_array_message() const
    {
        message::ptr made = array_message::create();
        made->get_vector() = items_;
        return made;
    }
    message::ptr to_array_message(std::string const& event_name) const
    {
        message::ptr made = to_array_message();
        made->get_vector().insert(made->get_vector().begin(), string_message::create(event_name));
        return made;
    }
};

} // namespace sio
