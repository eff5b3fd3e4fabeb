// From the handles to the state on its strand.
#pragma once

#include <socketio/client/links.hpp>
#include <socketio/client/manager_core.hpp>
#include <socketio/client/socket_core.hpp>
#include <socketio/core/caught.hpp>

#include <map>
#include <mutex>

namespace socketio::detail {

struct manager_link::known_sockets {
    std::recursive_mutex mutex; // destructors inside the lock may ask for another socket
    std::map<std::string, std::weak_ptr<socket_link>, std::less<>> links;
};

SOCKETIO_DECL manager_link::manager_link(std::shared_ptr<manager_core> core)
    : core_{std::move(core)}, sockets_{std::make_unique<known_sockets>()}
{
}

SOCKETIO_DECL manager_link::~manager_link() { core_->stop(); }

SOCKETIO_DECL std::shared_ptr<manager_link> manager_link::make(asio::any_io_executor executor, std::string_view url,
                                                               options settings)
{
    bool const now = settings.autoConnect;
    auto made = std::make_shared<manager_link>(manager_core::make(std::move(executor), url, std::move(settings)));
    if (now)
        made->open();
    return made;
}

inline std::string namespace_name(std::string_view nsp)
{
    std::string name{nsp.starts_with('/') ? "" : "/"};
    name += nsp;
    if (name.find(',') != std::string::npos || !is_utf8(name))
        throw_misuse("\"" + to_well_formed(name) + "\" cannot be the name of a namespace");
    return name;
}

// With the mutex held.
SOCKETIO_DECL std::shared_ptr<socket_link> manager_link::make_socket(std::string const& name, socket_options settings)
{
    auto core = std::make_shared<socket_core>(core_, name, std::move(settings));
    auto link = std::make_shared<socket_link>(shared_from_this(), core);
    sockets_->links[name] = link;
    core_->adopt(core);
    return link;
}

// An existing namespace is returned unchanged, as in the reference.
SOCKETIO_DECL std::shared_ptr<socket_link> manager_link::socket(std::string_view nsp, socket_options settings)
{
    std::string const name = namespace_name(nsp);
    std::shared_ptr<socket_link> link;
    {
        std::lock_guard const lock{sockets_->mutex};
        link = sockets_->links[name].lock();
        if (!link)
            link = make_socket(name, std::move(settings));
    }
    if (core_->settings().autoConnect)
        link->connect();
    return link;
}

SOCKETIO_DECL std::shared_ptr<socket_link> manager_link::new_socket(std::string_view nsp,
                                                                    socket_options const& settings)
{
    std::string const name = namespace_name(nsp);
    std::shared_ptr<socket_link> link;
    std::shared_ptr<socket_link> there; // destroyed outside the lock
    {
        std::lock_guard const lock{sockets_->mutex};
        there = sockets_->links[name].lock();
        if (there)
            return nullptr;
        link = make_socket(name, settings);
    }
    if (core_->settings().autoConnect)
        link->connect();
    return link;
}

SOCKETIO_DECL void manager_link::open()
{
    core_->perform([core = core_.get()] { core->open(); });
}

SOCKETIO_DECL void manager_link::close()
{
    core_->perform([core = core_.get()] { core->close(); });
}

SOCKETIO_DECL reconnect_values manager_link::rules() const { return core_->rules().read(); }

// Not the flag of close(): in the reference that flag stays when reconnection is permitted again, and the client
// does not reconnect until the next open().
SOCKETIO_DECL void manager_link::set_reconnection(bool allowed, unique_function<void()> ended)
{
    core_->rules().change([&](reconnect_values& values) { values.reconnection = allowed; });
    if (allowed)
        return;
    core_->perform([core = core_.get(), ended = std::move(ended)]() mutable {
        if (core->stop_waiting() && ended)
            core->defer(std::move(ended));
    });
}

SOCKETIO_DECL void manager_link::set_attempts(std::uint64_t value)
{
    core_->rules().change([&](reconnect_values& values) { values.attempts = value; });
}

SOCKETIO_DECL void manager_link::set_delay(std::chrono::milliseconds value)
{
    core_->rules().change([&](reconnect_values& values) { values.wait.delay = value; });
}

SOCKETIO_DECL void manager_link::set_delay_max(std::chrono::milliseconds value)
{
    core_->rules().change([&](reconnect_values& values) { values.wait.delay_max = value; });
}

SOCKETIO_DECL void manager_link::set_randomization(double value)
{
    core_->rules().change([&](reconnect_values& values) { values.wait.randomization = value; });
}

SOCKETIO_DECL void manager_link::set_timeout(std::chrono::milliseconds value)
{
    core_->rules().change([&](reconnect_values& values) { values.timeout = value; });
}

SOCKETIO_DECL void manager_link::reconnect_now()
{
    core_->perform([core = core_.get()] { core->reconnect_now(); });
}

SOCKETIO_DECL void manager_link::defer(unique_function<void()> work)
{
    core_->perform([core = core_.get(), work = std::move(work)]() mutable { core->defer(std::move(work)); });
}

SOCKETIO_DECL std::shared_ptr<listener_table> manager_link::events() const { return {core_, &core_->events()}; }

SOCKETIO_DECL void manager_link::check_event(std::string_view name) const { core_->check_event(name); }

SOCKETIO_DECL connection_snapshot manager_link::snapshot() const { return core_->snapshot(); }

SOCKETIO_DECL callback_executor const& manager_link::callbacks() const noexcept
{
    return core_->settings().callback_executor;
}

SOCKETIO_DECL asio::any_io_executor manager_link::get_executor() const { return core_->get_executor(); }

SOCKETIO_DECL socket_link::socket_link(std::shared_ptr<manager_link> manager,
                                       std::shared_ptr<socket_core> core) noexcept
    : manager_{std::move(manager)}, core_{std::move(core)}
{
}

// From here on no handler is called any more, not even one that waits on another executor. The other work can
// wait for the strand.
SOCKETIO_DECL socket_link::~socket_link()
{
    if (asked_.load(std::memory_order_relaxed) && !core_->has_begun() && core_->events().has_named())
        static_cast<void>(caught([this] { manager_->core().warn_of_dropped(core_->nsp()); }));
    core_->stop_listening();
    manager_->core().release(core_);
}

SOCKETIO_DECL void socket_link::connect()
{
    asked_.store(true, std::memory_order_relaxed);
    manager_->core().perform([core = core_] { core->connect(); });
}

SOCKETIO_DECL void socket_link::disconnect()
{
    manager_->core().perform([core = core_] { core->disconnect(); });
}

SOCKETIO_DECL std::string socket_link::id() const { return core_->id(); }

SOCKETIO_DECL std::string const& socket_link::nsp() const noexcept { return core_->nsp(); }

SOCKETIO_DECL bool socket_link::connected() const noexcept { return core_->connected(); }

SOCKETIO_DECL bool socket_link::recovered() const noexcept { return core_->recovered(); }

SOCKETIO_DECL bool socket_link::active() const noexcept { return core_->active(); }

SOCKETIO_DECL recovery_state socket_link::recovery() const { return core_->recovery(); }

SOCKETIO_DECL socket_snapshot socket_link::snapshot() const { return core_->snapshot(); }

SOCKETIO_DECL std::vector<buffered_event> socket_link::buffered_events() const { return core_->buffered_events(); }

SOCKETIO_DECL void socket_link::clear_send_buffer() const { core_->clear_send_buffer(); }

SOCKETIO_DECL std::size_t socket_link::buffered_amount() const { return core_->buffered_amount(); }

SOCKETIO_DECL void socket_link::set_error_hook(std::function<void(event_error const&)> hook) const
{
    core_->set_error_hook(std::move(hook));
}

SOCKETIO_DECL std::shared_ptr<listener_table> socket_link::outgoing() const { return {core_, &core_->outgoing()}; }

SOCKETIO_DECL std::shared_ptr<listener_table> socket_link::events() const { return {core_, &core_->events()}; }

SOCKETIO_DECL std::uint64_t socket_link::new_drain_id() const noexcept { return core_->new_drain_id(); }

SOCKETIO_DECL void socket_link::wait_for_drain(std::uint64_t id, unique_function<void(std::error_code)> done) const
{
    core_->wait_for_drain(id, std::move(done));
}

SOCKETIO_DECL void cancel_drain_of(socket_core& to, std::uint64_t id) { to.cancel_drain(id); }

} // namespace socketio::detail
