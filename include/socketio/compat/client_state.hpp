// What a client does: its connection, its namespaces, its thread.
#pragma once

#include <socketio/compat/client_listeners.hpp>
#include <socketio/compat/connection_settings.hpp>
#include <socketio/compat/socket.hpp>
#include <socketio/core/scope.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::detail {

// From a connect() to the end of its connection, with all attempts in between. Guarded by the client's lock.
struct connection {
    std::uint64_t number = 0;
    std::shared_ptr<socketio::background_context> background{}; // the client's, if it runs there; destroyed last
    std::shared_ptr<socketio::detail::manager_link> link{};
    socketio::socket_options options{};
    bool open = false;
    bool closing = false; // by the program
    std::vector<std::shared_ptr<socket_state>> left{}; // with it

    socketio::manager manager() const { return socketio::manager{link}; }
    joining way() const { return {number, background, manager(), options}; }
};

// Any thread. As in socket_state, no lock is held while something else is called or destroyed.
class client_state final : public socket_observer, public std::enable_shared_from_this<client_state> {
public:
    explicit client_state(client_options options)
        : io_context_{options.io_context}, on_exception_{std::move(options.on_exception)},
          defaults_{std::move(options.settings)}
    {
        defaults_.log = filtered(std::move(defaults_.log), log_, callbacks_);
    }

    // The listener `which` of client_listeners.
    template <class Listener>
    void listen(Listener client_listeners::*which, Listener to)
    {
        std::lock_guard const lock{mutex_};
        std::swap(listeners_.*which, to);
    }
    void set_logs(log_choice choice) { log_->store(choice); }
    void set_proxy(socketio::proxy_options proxy)
    {
        std::lock_guard const lock{mutex_};
        std::swap(proxy_, proxy);
    }
    // Applies to the connection there is, too, from its next failure on.
    template <class Change>
    void set_reconnect(Change const& change)
    {
        std::shared_ptr<connection> to;
        reconnect_settings now;
        {
            std::lock_guard const lock{mutex_};
            change(reconnect_);
            now = reconnect_;
            to = current_;
        }
        if (!to)
            return;
        to->manager()
            .reconnectionAttempts(now.limit())
            .reconnectionDelay(std::chrono::milliseconds{now.delay})
            .reconnectionDelayMax(std::chrono::milliseconds{now.delay_max});
        to->link->set_reconnection(now.attempts != 0, later(to, &client_state::on_stopped));
    }

    // Has no effect while a connection is open or is being opened, nor during sync_close().
    void connect(connection_settings settings)
    {
        {
            std::lock_guard const lock{mutex_};
            if (is_ending() || phase_ == phase::opening || phase_ == phase::open)
                return;
            settings.reconnect = reconnect_;
            settings.proxy = proxy_;
        }
        socketio::options all = settings.over(defaults_);
        if (!all.log && log_->load() == log_choice::quiet)
            all.log = socketio::no_log;
        socketio::socket_options const of_namespaces = settings.of_namespaces(all);
        while (auto const made = make_connection(settings.uri, all, of_namespaces)) {
            listen_to(made);
            if (begin(made))
                break;
        }
    }

    socket::ptr socket_of(std::string const& nsp)
    {
        std::string const name = namespace_name(nsp);
        std::shared_ptr<connection> joins;
        std::shared_ptr<socket_state> made;
        socket::ptr result;
        {
            std::lock_guard const lock{mutex_};
            if (auto const found = sockets_.find(name); found != sockets_.end())
                return found->second.handle;
            made = std::make_shared<socket_state>(name, weak_from_this(), callbacks_, most_attachments());
            result = std::make_shared<sio::socket>(made);
            if (ended_)
                return result;
            sockets_[name] = {made, result};
            joins = current_;
            if (joins && phase_ == phase::idle) // the last namespace had left, and with it the connection
                phase_ = phase::opening;
        }
        if (joins)
            attach(*made, joins);
        return result;
    }

    bool opened() const
    {
        std::lock_guard const lock{mutex_};
        return phase_ == phase::open;
    }
    std::string session_id() const
    {
        std::lock_guard const lock{mutex_};
        return session_id_;
    }

    // Does not wait: see on_closed().
    void close()
    {
        std::shared_ptr<connection> closed;
        std::vector<std::shared_ptr<socket_state>> all;
        {
            std::lock_guard const lock{mutex_};
            closed = std::exchange(current_, nullptr);
            if (!closed)
                return;
            all = all_sockets();
            if (phase_ != phase::idle) {
                closed->closing = true;
                closing_.push_back(closed);
            }
            phase_ = phase::idle;
            session_id_.clear();
        }
        for (auto const& each : all)
            if (!each->leave_later())
                each->detach(closed->number);
        std::erase_if(all, [](auto const& each) { return !each->is_leaving(); });
        {
            std::lock_guard const lock{mutex_};
            closed->left = all;
        }
        for (auto const& each : all) {
            on_socket_leave(*each);
            each->disconnect();
        }
        closed->link->close();
        if (is_closed_by_program(*closed))
            closed->link->defer(later(closed, &client_state::close_later));
    }

    void sync_close()
    {
        std::shared_ptr<socketio::background_context> background;
        {
            std::lock_guard const lock{mutex_};
            ++waiting_;
            background = background_;
        }
        socketio::detail::scope_end const always{[this] { // a callback may throw
            std::lock_guard const lock{mutex_};
            --waiting_;
        }};
        close();
        if (background && !background->get_executor().running_in_this_thread())
            join(background);
        else if (io_context_ != nullptr)
            run_until_closed(*io_context_);
    }

    // The destructor of the client: no callback begins after it. On the client's own thread it does not wait.
    void end()
    {
        callbacks_->close();
        close();
        std::map<std::string, known_socket> sockets;
        std::vector<std::shared_ptr<socket_state>> leaving;
        client_listeners listeners;
        std::shared_ptr<socketio::background_context> background;
        {
            std::lock_guard const lock{mutex_};
            ended_ = true;
            sockets.swap(sockets_);
            leaving.swap(leaving_);
            std::swap(listeners, listeners_);
            background.swap(background_);
        }
        for (auto const& [name, each] : sockets)
            each.state->finish(false);
        for (auto const& each : leaving)
            each->finish(false);
        if (background)
            background->join();
    }

    void on_socket_open(std::string const& nsp, std::string const& id) override
    {
        {
            std::lock_guard const lock{mutex_};
            session_id_ = id;
        }
        tell(&client_listeners::socket_open, nsp);
    }
    void on_socket_leave(socket_state const& which) override
    {
        known_socket removed;
        std::lock_guard const lock{mutex_};
        auto const found = sockets_.find(which.nsp());
        if (found == sockets_.end() || found->second.state.get() != &which)
            return;
        removed = std::move(found->second);
        sockets_.erase(found);
        leaving_.push_back(removed.state); // the program may have no handle of it
    }
    void on_socket_end(socket_state const& which) override
    {
        on_socket_leave(which);
        std::shared_ptr<socket_state> removed;
        std::lock_guard const lock{mutex_};
        auto const is_it = [&which](auto const& each) { return each.get() == &which; };
        auto const found = std::find_if(leaving_.begin(), leaving_.end(), is_it);
        if (found == leaving_.end())
            return;
        removed = std::move(*found);
        leaving_.erase(found);
    }
    void on_socket_close(std::string const& nsp) override { tell(&client_listeners::socket_close, nsp); }

private:
    enum class phase { idle, opening, open };
    struct known_socket {
        std::shared_ptr<socket_state> state{};
        sio::socket::ptr handle{};
    };

    // With the lock held.
    bool is_ending() const noexcept { return ended_ || waiting_ != 0; }
    std::vector<std::shared_ptr<socket_state>> all_sockets() const
    {
        std::vector<std::shared_ptr<socket_state>> all;
        for (auto const& [name, each] : sockets_)
            all.push_back(each.state);
        return all;
    }

    std::size_t most_attachments() const noexcept
    {
        return defaults_.parser ? std::numeric_limits<std::size_t>::max() : defaults_.limits.attachments;
    }
    // Null at the end of the client.
    std::shared_ptr<connection> make_connection(std::string const& uri, socketio::options const& settings,
                                                socketio::socket_options const& of_namespaces)
    {
        auto const made = std::make_shared<connection>();
        asio::any_io_executor executor;
        if (io_context_ != nullptr) {
            executor = io_context_->get_executor();
        } else {
            std::lock_guard const lock{mutex_};
            if (is_ending())
                return nullptr;
            if (!background_)
                background_ = std::make_shared<socketio::background_context>(on_exception_);
            made->background = background_;
            executor = background_->get_executor();
        }
        made->link = socketio::detail::manager_link::make(std::move(executor), uri, settings);
        made->options = of_namespaces;
        return made;
    }
    void join(std::shared_ptr<socketio::background_context>& background)
    {
        background->join();
        std::lock_guard const lock{mutex_};
        if (background_ == background)
            background_ = nullptr; // `background` is the older one
    }
    // On the context's own thread it does not wait; nor for a context that was stopped.
    void run_until_closed(asio::io_context& context) const
    {
        if (context.get_executor().running_in_this_thread())
            return;
        while (is_closing() && !context.stopped())
            context.run_one_for(std::chrono::milliseconds{10}); // another thread may run it, too
    }
    bool is_closing() const
    {
        std::lock_guard const lock{mutex_};
        return !closing_.empty();
    }

    // The first namespace opens it. (An open() behind that might cut short the wait for a second attempt.)
    // Returns false if a sync_close() has ended the context of this connection.
    bool begin(std::shared_ptr<connection> const& made);
    // The connection may end at the same time: then the namespace does not keep it.
    void attach(socket_state& which, std::shared_ptr<connection> const& to);
    bool is_current(std::shared_ptr<connection> const& which) const
    {
        std::lock_guard const lock{mutex_};
        return current_ == which;
    }
    void listen_to(std::shared_ptr<connection> const& made);
    void on_open(std::shared_ptr<connection> const& opened);
    // An attempt has failed. The manager has decided already whether there is another one.
    void on_error(std::shared_ptr<connection> const& failed, socketio::connect_error const& why);
    void on_close(std::shared_ptr<connection> const& lost, std::string_view reason);
    bool is_closed_by_program(connection const& which) const
    {
        std::lock_guard const lock{mutex_};
        return which.closing;
    }

    // Reconnection was switched off, and that has ended a wait: nothing else tells it.
    void on_stopped(std::shared_ptr<connection> const& stopped);
    // The last namespace has left, or was refused. A further socket() opens the connection again.
    void on_last_left(std::shared_ptr<connection> const& by);
    using step = void (client_state::*)(std::shared_ptr<connection> const&);
    // Calls a member, as long as there is a client that has this connection: what a context keeps must not keep the
    // context.
    std::function<void()> later(std::shared_ptr<connection> const& with, step member)
    {
        return [self = weak_from_this(), weak = std::weak_ptr{with}, member] {
            auto const client = self.lock();
            auto const to = weak.lock();
            if (client && to)
                ((*client).*member)(to);
        };
    }
    // Behind what the manager does now.
    void post(std::shared_ptr<connection> const& by, step member)
    {
        socketio::callback_executor{by->link->get_executor()}.post(later(by, member));
    }
    // The last events are written at the end of this turn, and the listener may well end the program.
    void close_later(std::shared_ptr<connection> const& closed) { post(closed, &client_state::on_closed); }
    // The end of a connection that the program has closed.
    void on_closed(std::shared_ptr<connection> const& closed);
    std::shared_ptr<socket_state> next_left(connection& of) const;
    // There will be no other attempt. Returns false if the client has another connection.
    bool drop(std::shared_ptr<connection> const& which);
    void tell_wait(std::uint64_t attempts, std::chrono::milliseconds asked);
    template <class... Parameters, class... Arguments>
    void tell(std::function<void(Parameters...)> client_listeners::*which, Arguments const&... arguments)
    {
        std::function<void(Parameters...)> listener;
        {
            std::lock_guard const lock{mutex_};
            listener = listeners_.*which;
        }
        if (listener)
            callbacks_->run([&] { listener(arguments...); });
    }

    asio::io_context* const io_context_;
    socketio::background_context::exception_handler const on_exception_;
    std::shared_ptr<std::atomic<log_choice>> const log_ = std::make_shared<std::atomic<log_choice>>();
    std::shared_ptr<callback_gate> const callbacks_ = std::make_shared<callback_gate>();
    socketio::options defaults_; // not changed after the constructor

    mutable std::mutex mutex_; // guards what follows
    client_listeners listeners_{};
    reconnect_settings reconnect_{};
    socketio::proxy_options proxy_{};
    std::shared_ptr<socketio::background_context> background_{};
    std::shared_ptr<connection> current_{};
    std::vector<std::shared_ptr<connection>> closing_{};
    std::map<std::string, known_socket> sockets_{};
    std::vector<std::shared_ptr<socket_state>> leaving_{}; // closed, and not at their end
    std::string session_id_{};
    std::uint64_t connections_ = 0;
    phase phase_ = phase::idle;
    int waiting_ = 0; // calls of sync_close()
    bool ended_ = false;
};

} // namespace sio::detail
