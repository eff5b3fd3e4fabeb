// From the handles to the state on its strand.
#pragma once

#include <socketio/client/links.hpp>
#include <socketio/client/manager_core.hpp>
#include <socketio/core/shared_new.hpp>

namespace socketio::detail {

SOCKETIO_DECL manager_link::manager_link(std::shared_ptr<manager_core> core) noexcept : core_{std::move(core)} {}

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
    auto link = shared_new<socket_link>(shared_from_this(), core);
    links_[name] = link;
    core_->adopt(core);
    return link;
}

// An existing namespace is returned unchanged, as in the reference.
SOCKETIO_DECL std::shared_ptr<socket_link> manager_link::socket(std::string_view nsp, socket_options settings)
{
    std::string const name = namespace_name(nsp);
    std::shared_ptr<socket_link> link;
    {
        std::lock_guard const lock{mutex_};
        link = links_[name].lock();
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
        std::lock_guard const lock{mutex_};
        there = links_[name].lock();
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

SOCKETIO_DECL reconnect_rules& manager_link::rules() const noexcept { return core_->rules(); }

// Not the flag of close(): in the reference that flag stays when reconnection is permitted again, and the client
// does not reconnect until the next open().
SOCKETIO_DECL void manager_link::reconnection(bool allowed)
{
    rules().change([&](reconnect_values& values) { values.reconnection = allowed; });
    if (!allowed)
        core_->perform([core = core_.get()] { core->stop_waiting(); });
}

SOCKETIO_DECL void manager_link::reconnect_now()
{
    core_->perform([core = core_.get()] { core->reconnect_now(); });
}

SOCKETIO_DECL std::shared_ptr<event_emitter> manager_link::events() const { return {core_, &core_->events()}; }

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
    core_->stop_listening();
    manager_->core().release(core_);
}

SOCKETIO_DECL void socket_link::connect()
{
    manager_->core().perform([core = core_] { core->connect(); });
}

SOCKETIO_DECL void socket_link::disconnect()
{
    manager_->core().perform([core = core_] { core->disconnect(); });
}

SOCKETIO_DECL void socket_link::emit_event(std::string_view event, std::optional<pending_ack>&& waiting,
                                           encode_event_ref encode,
                                           buffer_policy const& rule)
{
    core_->emit_event(event, std::move(waiting), encode, rule);
}

SOCKETIO_DECL void socket_link::check_emit(std::string_view event, std::size_t attachments) const
{
    core_->check_event(event);
    core_->check_attachments(event, attachments);
}

SOCKETIO_DECL void socket_link::send(packet_queue const& packet, pending_ack waiting, buffer_policy const& rule)
{
    packet.peek([&](std::string_view text, std::span<bytes_view const> attachments) {
        core_->send_encoded(text, attachments, std::move(waiting), rule);
    });
}

} // namespace socketio::detail
