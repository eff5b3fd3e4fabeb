// A namespace of socket.io-client-cpp.
#pragma once

#include <socketio/compat/socket_state.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace sio {

// Made by client::socket(). Any thread, also inside callbacks. All callbacks run on the client's thread, one at a time.
// After its end (close(), a disconnect or a refusal by the server, or a server that does not answer CONNECT in time)
// nothing here has an effect any more, and client::socket() makes a new one. A lost connection is not the end.
class socket {
public:
    using event_listener_aux = std::function<void(std::string const& name, message::ptr const& message, bool need_ack,
                                                  message::list& ack_message)>;
    using event_listener = std::function<void(event& event)>;
    using error_listener = std::function<void(message::ptr const& message)>;
    using ptr = std::shared_ptr<socket>;

    explicit socket(std::shared_ptr<detail::socket_state> state) : state_{std::move(state)} {}
    socket(socket const&) = delete;
    socket& operator=(socket const&) = delete;

    // One listener for each event: a new one replaces the old one.
    void on(std::string const& event_name, event_listener const& func) { state_->on(event_name, func); }
    void on(std::string const& event_name, event_listener_aux const& func) { state_->on(event_name, adapted(func)); }
    void off(std::string const& event_name) { state_->off(event_name); }
    // For every event, after its own listener. A new one replaces the old one.
    void on_any(event_listener const& func) { state_->on_any(func); }
    void on_any(event_listener_aux const& func) { state_->on_any(adapted(func)); }
    void off_any() { state_->on_any(nullptr); }
    // Removes the listeners that have a name.
    void off_all() { state_->off_all(); }

    // For a refusal of the namespace: an object_message with "message" and, if the server gives it, "data".
    void on_error(error_listener const& l) { state_->on_error(l); }
    void off_error() { state_->on_error(nullptr); }

    // Each element of the list is an argument. What is emitted before the namespace has joined waits, copied. `ack` is
    // called with the answer; not if the connection is lost before. Throws std::invalid_argument for a reserved name
    // ("connect", "disconnect", ...), more attachments than limits.attachments, or data nested too deeply.
    void emit(std::string const& name, message::list const& msglist = nullptr,
              std::function<void(message::list const&)> const& ack = nullptr)
    {
        state_->emit(name, msglist, ack);
    }

    void close() { state_->close(); }
    std::string const& get_namespace() const { return state_->nsp(); }

    // This library's socket, for what the class does not have: emitWithAck, timeout, typed listeners, ... It is another
    // one after client::connect(), and without a connection there is none: it converts to false then. Destroy it before
    // the client.
    socketio::socket native() const { return state_->native(); }

private:
    static event_listener adapted(event_listener_aux const& func)
    {
        if (!func)
            return nullptr;
        return [func](event& from) {
            message::list answer = from.get_ack_message();
            func(from.get_name(), from.get_message(), from.need_ack(), answer);
            from.put_ack_message(answer);
        };
    }

    std::shared_ptr<detail::socket_state> state_;
};

} // namespace sio
