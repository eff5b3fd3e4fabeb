// The client of socket.io-client-cpp.
#pragma once

#include <socketio/compat/client_events.hpp>
#include <socketio/compat/socket_events.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace sio {

// A connection to one server, with all of its namespaces. It has a thread of its own, from the first connect() to
// sync_close() or the destructor, unless client_options names an io_context. All callbacks run there, one at a time.
// All members may be called from any thread, also inside callbacks.
class client {
public:
    enum close_reason { close_reason_normal, close_reason_drop };

    using con_listener = std::function<void()>;
    using close_listener = std::function<void(close_reason const& reason)>;
    using reconnect_listener = std::function<void(unsigned, unsigned)>;
    using socket_listener = std::function<void(std::string const& nsp)>;

    client() : client{client_options{}} {}
    client(client_options const& options) : state_{std::make_shared<detail::client_state>(options)} {}
    client(client const&) = delete;
    client& operator=(client const&) = delete;
    // Closes the connection. No callback begins any more. On another thread it waits for a callback that runs, for the
    // close and for the client's thread: do not hold a lock that a callback needs. In a callback it does not wait.
    ~client() { state_->end(); }

    // The connection is open. The namespaces join next.
    void set_open_listener(con_listener const& l) { state_->listen(&detail::client_listeners::open, l); }
    // There is no connection, and no further attempt: those of set_reconnect_attempts() have failed, or the URL or the
    // options cannot be used. A call of connect() begins again; it is allowed in there.
    void set_fail_listener(con_listener const& l) { state_->listen(&detail::client_listeners::fail, l); }
    // An attempt to reconnect begins.
    void set_reconnecting_listener(con_listener const& l)
    {
        state_->listen(&detail::client_listeners::reconnecting, l);
    }
    // The wait for an attempt begins: the number of attempts so far, and the wait in milliseconds.
    void set_reconnect_listener(reconnect_listener const& l)
    {
        state_->listen(&detail::client_listeners::reconnect, l);
    }
    // The connection has ended and stays so. close_reason_normal: by close() or sync_close(), or since the last
    // namespace has left. close_reason_drop: it was lost, with reconnection switched off.
    void set_close_listener(close_listener const& l)
    {
        std::function<void(bool)> adapted;
        if (l)
            adapted = [l](bool normal) { l(normal ? close_reason_normal : close_reason_drop); };
        state_->listen(&detail::client_listeners::close, std::move(adapted));
    }
    // A namespace has joined, also again after a loss. What waited for that has been sent.
    void set_socket_open_listener(socket_listener const& l)
    {
        state_->listen(&detail::client_listeners::socket_open, l);
    }
    // A namespace has ended: see socket.
    void set_socket_close_listener(socket_listener const& l)
    {
        state_->listen(&detail::client_listeners::socket_close, l);
    }
    void clear_con_listeners()
    {
        set_open_listener(nullptr);
        set_fail_listener(nullptr);
        set_reconnecting_listener(nullptr);
        set_reconnect_listener(nullptr);
        set_close_listener(nullptr);
    }
    void clear_socket_listeners()
    {
        set_socket_open_listener(nullptr);
        set_socket_close_listener(nullptr);
    }

    // "http://host:3000", or with https (see <socketio/tls.hpp>); ws and wss are the same. A path names the Socket.IO
    // server, "/socket.io/" without one. `auth` is an object_message. Returns at once; has no effect while a connection
    // is open or is being opened, nor during sync_close(). Throws std::invalid_argument for headers or an `auth` that
    // cannot be sent, std::system_error when the system has no thread.
    void connect(std::string const& uri) { connect(uri, {}, {}, nullptr); }
    void connect(std::string const& uri, message::ptr const& auth) { connect(uri, {}, {}, auth); }
    void connect(std::string const& uri, std::map<std::string, std::string> const& query)
    {
        connect(uri, query, {}, nullptr);
    }
    void connect(std::string const& uri, std::map<std::string, std::string> const& query, message::ptr const& auth)
    {
        connect(uri, query, {}, auth);
    }
    void connect(std::string const& uri, std::map<std::string, std::string> const& query,
                 std::map<std::string, std::string> const& http_extra_headers)
    {
        connect(uri, query, http_extra_headers, nullptr);
    }
    void connect(std::string const& uri, std::map<std::string, std::string> const& query,
                 std::map<std::string, std::string> const& http_extra_headers, message::ptr const& auth)
    {
        state_->connect({.uri = uri, .query = query, .headers = http_extra_headers, .auth = auth});
    }

    // 0: no reconnection, which also ends a wait; negative, and the default: no limit. After a first connection that
    // fails it is the same.
    void set_reconnect_attempts(int attempts)
    {
        state_->set_reconnect([&](detail::reconnect_settings& of) { of.attempts = attempts; });
    }
    // The wait before the first attempt, which doubles with each, and the longest wait: 5000 and 25000 by default.
    void set_reconnect_delay(unsigned millis)
    {
        state_->set_reconnect([&](detail::reconnect_settings& of) { of.set_delay(millis); });
    }
    void set_reconnect_delay_max(unsigned millis)
    {
        state_->set_reconnect([&](detail::reconnect_settings& of) { of.set_delay_max(millis); });
    }

    // What the handler in client_options::settings.log receives: all but details, nothing, everything. Without one, the
    // second silences the likely mistakes of the program that are told on standard error, from the next connect() on.
    void set_logs_default() { state_->set_logs(detail::log_choice::by_default); }
    void set_logs_quiet() { state_->set_logs(detail::log_choice::quiet); }
    void set_logs_verbose() { state_->set_logs(detail::log_choice::verbose); }

    // The socket of a namespace, "/" for the main one, which always joins. (The results of this and of get_sessionid()
    // are the caller's own; the original gives references that another thread may change.)
    // Throws std::invalid_argument for a name with a comma, or one that is not UTF-8.
    sio::socket::ptr const socket(std::string const& nsp = "") { return state_->socket_of(nsp); }

    // Leaves all namespaces and closes the connection, behind what was emitted. Does not wait.
    void close() { state_->close(); }
    // The same, and waits until it is closed, its listeners have returned and the thread has ended. In a callback it
    // does not wait. With an io_context of the program it runs that, too, as long as it waits.
    void sync_close() { state_->sync_close(); }

    // For the next connect(): "http://proxy:3128", or with socks5.
    void set_proxy_basic_auth(std::string const& uri, std::string const& username, std::string const& password)
    {
        state_->set_proxy({.url = uri, .username = username, .password = password});
    }

    bool opened() const { return state_->opened(); }
    // The id of the namespace that joined last; empty without a connection.
    std::string const get_sessionid() const { return state_->session_id(); }

private:
    std::shared_ptr<detail::client_state> state_;
};

} // namespace sio
