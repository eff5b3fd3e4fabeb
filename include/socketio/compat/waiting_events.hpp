// The events of a namespace that has not joined yet, in order.
#pragma once

#include <socketio/client.hpp>
#include <socketio/compat/message_convert.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace sio::detail {

// Copied, so that the program may change its messages after the call.
struct waiting_event {
    std::string name{};
    socketio::array arguments{};
    std::function<void(message::list const&)> ack{};
};

// What an emit would throw later, on another thread, is thrown here: std::invalid_argument for a reserved name, too
// many attachments or data nested too deeply.
inline waiting_event copy_event(std::string const& name, message::list const& arguments, std::size_t most_attachments)
{
    if (socketio::detail::is_reserved_event(name))
        socketio::detail::throw_misuse('"' + name + "\" is a reserved event name");
    waiting_event made{.name = name};
    made.arguments.reserve(arguments.size());
    socketio::detail::byte_buffer text;
    std::vector<socketio::bytes_view> attachments;
    for (message::ptr const& each : arguments) {
        socketio::writer to{text, &attachments};
        socketio::convert<message::ptr>::write(to, each);
        made.arguments.push_back(socketio::to_value(each));
        text.clear();
    }
    if (attachments.size() > most_attachments)
        socketio::detail::throw_misuse('"' + name + "\" has more than " + std::to_string(most_attachments) +
                                       " attachments: see limits.attachments");
    return made;
}

} // namespace sio::detail
