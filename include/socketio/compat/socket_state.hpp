// One namespace of a client: its listeners, the events that wait for it, and the library's socket behind it.
#pragma once

#include <socketio/client.hpp>
#include <socketio/compat/callback_gate.hpp>
#include <socketio/compat/event.hpp>
#include <socketio/compat/message_convert.hpp>
#include <socketio/compat/waiting_events.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::detail {

// What a namespace tells its client.
class socket_observer {
public:
    socket_observer() = default;
    socket_observer(socket_observer const&) = delete;
    socket_observer& operator=(socket_observer const&) = delete;
    virtual ~socket_observer() = default;

    virtual void on_socket_open(std::string const& nsp, std::string const& id) = 0;
    // From now on socket() makes another one.
    virtual void on_socket_leave(socket_state const& which) = 0;
    // The same for one that has not left, and the last call about this one but for on_socket_close().
    virtual void on_socket_end(socket_state const& which) = 0;
    virtual void on_socket_close(std::string const& nsp) = 0;
};

// A connection of the client, by number, and how its namespaces join.
struct joining {
    std::uint64_t connection = 0;
    std::shared_ptr<void> context{}; // what it runs on, if that is the client's
    socketio::manager manager;
    socketio::socket_options options{};
};

// Any thread. No lock is held while the library or a callback is called, or while something of the user's is destroyed:
// what a lock guards is moved to an object that is older than the lock.
class socket_state : public std::enable_shared_from_this<socket_state> {
public:
    using event_listener = std::function<void(event&)>;
    using error_listener = std::function<void(message::ptr const&)>;
    using ack_listener = std::function<void(message::list const&)>;

    // `attachments`: how many an event may have.
    socket_state(std::string nsp, std::weak_ptr<socket_observer> observer, std::shared_ptr<callback_gate> callbacks,
                 std::size_t attachments)
        : nsp_{std::move(nsp)}, observer_{std::move(observer)}, callbacks_{std::move(callbacks)},
          attachments_{attachments}
    {
    }

    std::string const& nsp() const noexcept { return nsp_; }

    void on(std::string const& name, event_listener func)
    {
        std::lock_guard const lock{mutex_};
        if (!finished_)
            mine_.listeners[name].swap(func);
    }
    void off(std::string const& name)
    {
        event_listener removed;
        std::lock_guard const lock{mutex_};
        if (auto const found = mine_.listeners.find(name); found != mine_.listeners.end()) {
            removed.swap(found->second);
            mine_.listeners.erase(found);
        }
    }
    void off_all()
    {
        std::map<std::string, event_listener> removed;
        std::lock_guard const lock{mutex_};
        removed.swap(mine_.listeners);
    }
    void on_any(event_listener func)
    {
        std::lock_guard const lock{mutex_};
        if (!finished_)
            mine_.any.swap(func);
    }
    void on_error(error_listener func)
    {
        std::lock_guard const lock{mutex_};
        if (!finished_)
            mine_.error.swap(func);
    }

    void emit(std::string const& name, message::list const& arguments, ack_listener ack)
    {
        if (reached const to = joined_socket(); to.socket) {
            send(to.socket, name, arguments, std::move(ack));
            return;
        }
        waiting_event made = copy_event(name, arguments, attachments_);
        made.ack = std::move(ack);
        if (reached const to = keep(made); to.socket) // it has joined in the meantime
            send(to.socket, made.name, made.arguments, std::move(made.ack));
    }

    // Leaves the namespace. Only the end of one that had joined is told.
    void close()
    {
        if (!leave_later()) {
            finish(false);
            return;
        }
        if (auto const observer = observer_.lock())
            observer->on_socket_leave(*this);
        if (!disconnect())
            finish(true); // the connection has ended at the same time
    }
    // Returns false if there is no connection.
    bool disconnect()
    {
        reached left;
        {
            std::lock_guard const lock{mutex_};
            left = {mine_.context, mine_.socket};
        }
        if (!left.socket)
            return false;
        left.socket.disconnect();
        return true;
    }
    // From now on it takes no event, and the caller has to call disconnect(). Returns false if it had not joined.
    bool leave_later()
    {
        std::lock_guard const lock{mutex_};
        leaving_ = leaving_ || joined_;
        return leaving_;
    }
    bool is_leaving() const
    {
        std::lock_guard const lock{mutex_};
        return leaving_;
    }
    bool has_joined() const
    {
        std::lock_guard const lock{mutex_};
        return joined_;
    }

    void attach(joining const& to)
    {
        connected made;
        made.context = to.context;
        made.socket = socketio::manager{to.manager}.socket(nsp_, to.options);
        made.handles = listen(made.socket, to.connection);
        reached joins;
        {
            std::lock_guard const lock{mutex_};
            if (!finished_ && !leaving_) {
                joins = {made.context, made.socket};
                made.take(mine_);
                connection_ = to.connection;
            }
        }
        made.end();
        if (joins.socket)
            joins.socket.connect();
    }
    // That connection is gone. The namespace joins the next one.
    void detach(std::uint64_t connection)
    {
        connected dropped;
        bool left = false;
        {
            std::lock_guard const lock{mutex_};
            if (connection_ != connection)
                return;
            joined_ = false;
            left = leaving_;
            dropped.take(mine_);
        }
        dropped.end();
        if (left)
            finish(true);
    }

    // The end. What listeners hold is let go: otherwise one that holds its own socket would keep it for ever.
    void finish(bool told)
    {
        contents removed;
        {
            std::lock_guard const lock{mutex_};
            if (finished_)
                return;
            finished_ = true;
            joined_ = false;
            std::swap(removed, mine_);
        }
        removed.end();
        auto const observer = observer_.lock();
        if (!observer)
            return;
        observer->on_socket_end(*this);
        if (told)
            observer->on_socket_close(nsp_);
    }

    socketio::socket native() const
    {
        std::lock_guard const lock{mutex_};
        return mine_.socket;
    }

private:
    // The library's socket, and the listeners there. No other thread may use these while their context is destroyed:
    // so who uses them holds that.
    struct connected {
        std::shared_ptr<void> context{}; // destroyed last
        socketio::socket socket{};
        std::vector<socketio::listener_handle> handles{};

        void take(connected& from) noexcept
        {
            context.swap(from.context);
            std::swap(socket, from.socket);
            handles.swap(from.handles);
        }
        void end() const
        {
            for (auto const& each : handles)
                each.off();
        }
    };
    // For one call.
    struct reached {
        std::shared_ptr<void> context{}; // destroyed last
        socketio::socket socket{};
    };
    struct contents : connected {
        std::map<std::string, event_listener> listeners{};
        event_listener any{};
        error_listener error{};
        std::deque<waiting_event> waiting{};
    };

    reached joined_socket() const
    {
        std::lock_guard const lock{mutex_};
        return joined_ && !leaving_ ? reached{mine_.context, mine_.socket} : reached{};
    }
    // Returns the socket if it has joined; otherwise the event waits, or is dropped if this is the end.
    reached keep(waiting_event& made)
    {
        std::lock_guard const lock{mutex_};
        if (joined_ && !leaving_)
            return {mine_.context, mine_.socket};
        if (!finished_ && !leaving_)
            mine_.waiting.push_back(std::move(made));
        return {};
    }
    // The next event that waits. Without one the namespace has joined: what is emitted now goes the direct way.
    std::optional<waiting_event> next_waiting()
    {
        std::lock_guard const lock{mutex_};
        if (mine_.waiting.empty()) {
            joined_ = !finished_;
            return std::nullopt;
        }
        std::optional<waiting_event> next{std::move(mine_.waiting.front())};
        mine_.waiting.pop_front();
        return next;
    }

    template <class List>
    void send(socketio::socket const& to, std::string const& name, List const& arguments, ack_listener ack) const
    {
        if (!ack) {
            to.emit_event(name, socketio::spread(arguments));
            return;
        }
        to.emit_event(name, socketio::spread(arguments),
                      [callbacks = callbacks_, ack = std::move(ack)](socketio::args const& answer) {
                          callbacks->run([&] { ack(list_of(answer)); });
                      });
    }

    std::vector<socketio::listener_handle> listen(socketio::socket const& to, std::uint64_t connection);
    void on_connect(std::uint64_t connection);
    // Without a listener there is no answer either, as in JavaScript.
    void on_event(std::string_view name, socketio::args const& from, socketio::ack const& reply);
    void on_disconnect(std::string_view reason);
    void on_connect_error(socketio::connect_error const& why);
    void tell_error(socketio::connect_error const& why);
    std::string const nsp_;
    std::weak_ptr<socket_observer> const observer_;
    std::shared_ptr<callback_gate> const callbacks_;
    std::size_t const attachments_;

    mutable std::mutex mutex_; // guards what follows
    contents mine_;
    std::uint64_t connection_ = 0;
    bool joined_ = false;
    bool leaving_ = false;
    bool finished_ = false;
};

} // namespace sio::detail
