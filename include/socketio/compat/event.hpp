// An event of the server, as its listeners see it.
#pragma once

#include <socketio/compat/message_list.hpp>

#include <string>
#include <utility>

namespace sio {

namespace detail {

class socket_state;

} // namespace detail

// Valid inside the listener.
class event {
public:
    std::string const& get_nsp() const { return nsp_; }
    std::string const& get_name() const { return name_; }
    // The first argument; a null pointer if there is none.
    message::ptr const& get_message() const { return messages_.at(0); }
    message::list const& get_messages() const { return messages_; }
    bool need_ack() const { return need_ack_; }
    // The answer, if the server asks for one. It is sent when the listeners have returned, empty if none is put.
    void put_ack_message(message::list const& ack_message)
    {
        if (need_ack_)
            ack_message_ = ack_message;
    }
    message::list const& get_ack_message() const { return ack_message_; }

private:
    friend class detail::socket_state;

    event(std::string const& nsp, std::string name, message::list messages, bool need_ack)
        : nsp_{nsp}, name_{std::move(name)}, messages_{std::move(messages)}, need_ack_{need_ack}
    {
    }

    std::string nsp_;
    std::string name_;
    message::list messages_;
    bool need_ack_;
    message::list ack_message_{};
};

} // namespace sio
