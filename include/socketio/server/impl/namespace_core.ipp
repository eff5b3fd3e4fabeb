// Listeners and middleware of a namespace, its children, and its end.
#pragma once

#include <socketio/codec/packet.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/server/namespace_core.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL namespace_core::namespace_core(std::weak_ptr<namespace_owner> owner, std::string name,
    std::shared_ptr<adapter> rooms, sending_limits limits, sources const& time_and_chance)
    : owner_{std::move(owner)},
      name_{std::move(name)},
      adapter_{std::move(rooms)},
      limits_{limits},
      sources_{time_and_chance}
{
}

SOCKETIO_DECL namespace_core::~namespace_core()
{
    if (auto const parent = parent_.lock())
        parent->disown(child_number_);
}

SOCKETIO_DECL void namespace_core::disown(std::uint64_t child) noexcept
{
    std::lock_guard const lock{mutex_};
    children_.erase(child);
}

SOCKETIO_DECL void namespace_core::use(socket_middleware middleware)
{
    auto made = shared_new<socket_middleware const>(std::move(middleware));
    std::lock_guard const lock{mutex_};
    if (!closed_)
        middleware_.push_back(std::move(made));
}

SOCKETIO_DECL std::vector<std::weak_ptr<socket_middleware const>> namespace_core::middleware() const
{
    std::lock_guard const lock{mutex_};
    return {middleware_.begin(), middleware_.end()};
}

SOCKETIO_DECL std::vector<std::shared_ptr<namespace_core>> namespace_core::children() const
{
    std::vector<std::shared_ptr<namespace_core>> all;
    std::lock_guard const lock{mutex_};
    all.reserve(children_.size()); // so that no child is released with the lock held
    for (auto const& [number, each] : children_)
        if (auto child = each.lock())
            all.push_back(std::move(child));
    return all;
}

SOCKETIO_DECL void namespace_core::adopt(std::shared_ptr<namespace_core> const& child)
{
    child->events_.adopt(events());
    std::lock_guard const lock{mutex_};
    child->middleware_ = middleware_;
    children_.emplace(next_child_, child);
    child->parent_ = weak_from_this();
    child->child_number_ = next_child_++;
}

SOCKETIO_DECL void namespace_core::close()
{
    std::vector<std::shared_ptr<socket_middleware const>> middleware;
    adapter_->room_events().close();
    events_.close();
    std::lock_guard const lock{mutex_};
    closed_ = true;
    middleware.swap(middleware_);
}

SOCKETIO_DECL void namespace_core::report(event_error const& reason, bool handled)
{
    if (auto const owner = owner_.lock())
        owner->report(name_, reason, handled);
}

SOCKETIO_DECL void namespace_core::warn(std::string_view text) const
{
    if (auto const owner = owner_.lock())
        owner->warn(name_ + ' ' + std::string{text});
}

SOCKETIO_DECL void namespace_core::report_later(event_error reason)
{
    if (auto const where = executor())
        asio::post(where, [self = shared_from_this(), reason = std::move(reason)] { self->report(reason); });
}

SOCKETIO_DECL asio::any_io_executor namespace_core::executor() const
{
    auto const owner = owner_.lock();
    return owner && !owner->is_gone() ? owner->get_executor() : asio::any_io_executor{};
}

SOCKETIO_DECL void namespace_core::check_emit(std::string_view event, std::size_t attachments) const
{
    if (is_reserved_event(event))
        throw_misuse("emit: \"" + std::string{event} + "\" is a reserved event name");
    if (std::size_t const most = limits_.attachments; attachments > most)
        throw_misuse("emit: \"" + std::string{event} + "\" has " + std::to_string(attachments) + " binary values, " +
                     std::to_string(most) + " are allowed (sent_attachments)");
}

SOCKETIO_DECL void namespace_core::note_session()
{
    if (auto const& recovery = adapter_->settings().recovery)
        kept_until_.store(deadline_after(sources_.now(), recovery->maxDisconnectionDuration),
            std::memory_order_relaxed);
}

SOCKETIO_DECL void namespace_core::removed()
{
    if (!is_clients_ || !adapter_->is_empty())
        return;
    if (auto const owner = owner_.lock())
        owner->clean_up(*this);
}

// A socket that has entered keeps its namespace.
SOCKETIO_DECL bool namespace_core::has_gone() const
{
    auto const owner = is_clients_ ? owner_.lock() : nullptr;
    return owner && !owner->knows(*this);
}

} // namespace socketio::detail
