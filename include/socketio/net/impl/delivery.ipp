#pragma once

#include <socketio/core/shared_new.hpp>
#include <socketio/net/delivery.hpp>
#include <socketio/session/event_emitter.hpp>
#include <socketio/session/owned_events.hpp>

#include <optional>
#include <string>
#include <vector>

namespace socketio::detail {

// The context of calls that read their arguments outside of the socket's strand.
class remote_context final : public call_context {
public:
    explicit remote_context(std::shared_ptr<call_context> of) noexcept : of_{std::move(of)} {}
    void report(event_error reported) override
    {
        if (of_)
            of_->report_from_anywhere(std::move(reported));
    }
    ack make_ack(std::uint64_t) override { return {}; }

private:
    std::shared_ptr<call_context> of_;
};

// A call with copies of all its data, to be made later.
class posted_call {
public:
    explicit posted_call(event_call& from)
        : context_{from.context.hold()}, event_{from.event},
          payload_{from.raw ? owned_event{*from.raw} : owned_event{from.args}}, reply_{from.the_ack()}
    {
        if (from.refused)
            refused_ = *from.refused;
        if (from.details)
            details_ = *from.details;
        if (from.raw) {
            nsp_ = from.raw->nsp;
            raw_ = *from.raw;
        }
    }

    void make(stored_listener& callback)
    {
        value_view const payload = payload_.payload();
        event_call call{context_, event_};
        call.reply = reply_;
        call.refused = refused_ ? &*refused_ : nullptr;
        call.details = details_ ? &*details_ : nullptr;
        if (raw_) {
            raw_->nsp = nsp_;
            raw_->payload = payload;
            call.raw = &*raw_;
        } else {
            call.args = args{payload};
        }
        callback(call);
    }

private:
    remote_context context_;
    std::string event_;
    owned_event payload_;
    ack reply_;
    std::optional<connect_error> refused_;
    std::optional<disconnect_details> details_;
    std::optional<packet> raw_;
    std::string nsp_;
};

// A listener with its own way of being called.
struct delivered_listener {
    delivery how;
    stored_listener callback;
    std::weak_ptr<listener_table> on;
    bool once = false;
    bool taken = false; // for once: its only call has begun

    // Returns false if the owner is gone. Otherwise `pinned` keeps it alive.
    bool pin_owner(std::shared_ptr<void const>& pinned) const
    {
        if (how.owned)
            pinned = how.owner.lock();
        return !how.owned || pinned;
    }
    void take_off(std::uint64_t number) const
    {
        if (auto const from = on.lock())
            from->off(number);
    }
};

inline void call_posted(std::weak_ptr<listener_entry> const& entry, std::weak_ptr<delivered_listener> const& listener,
                        posted_call& call)
{
    auto const still_on = entry.lock();
    auto const to = listener.lock();
    if (!still_on || !to || still_on->removed.load(std::memory_order_acquire))
        return;
    std::shared_ptr<void const> owner;
    bool const received = to->pin_owner(owner);
    if (to->once || !received)
        to->take_off(still_on->number);
    if (received)
        call.make(to->callback);
}

inline void deliver_event(std::shared_ptr<delivered_listener> const& to, event_call& call)
{
    std::shared_ptr<void const> owner;
    if (!to->pin_owner(owner)) {
        to->take_off(call.current_entry->number);
        return;
    }
    if (!to->how.where) {
        to->callback(call);
        return;
    }
    if (to->once && std::exchange(to->taken, true))
        return;
    to->how.where.post([entry = call.current_entry->weak_from_this(), listener = std::weak_ptr{to},
                        posted = std::make_shared<posted_call>(call)] { call_posted(entry, listener, *posted); });
}

// A listener whose call is posted stays registered until the call, even with `once`, so that it can still be removed.
SOCKETIO_DECL std::uint64_t listen_delivered(std::shared_ptr<listener_table> const& to, std::string_view const* event,
                                             delivery how, stored_listener callback, bool once, bool in_front)
{
    if (!how.plain()) {
        bool const is_posted{how.where};
        auto const state = shared_new<delivered_listener>(delivered_listener{
            .how = std::move(how), .callback = std::move(callback), .on = to, .once = once && is_posted});
        callback = [state](emitted& call) { deliver_event(state, static_cast<event_call&>(call)); };
        once = once && !is_posted;
    }
    auto& table = static_cast<event_emitter&>(*to);
    return event ? table.on(*event, std::move(callback), once) : table.on_any(std::move(callback), in_front);
}

SOCKETIO_DECL ack_handler deliver_ack(delivery how, ack_handler handler)
{
    if (how.plain())
        return handler;
    struct waiting {
        delivery how;
        ack_handler handler;
        std::string event{};
        std::error_code error{};

        void call(call_context& context, args const& arguments)
        {
            auto const owner = how.owner.lock();
            if (how.owned && !owner)
                return;
            ack_result result{context, event, error, arguments};
            handler(result);
        }
    };
    auto const state = std::make_shared<waiting>(waiting{.how = std::move(how), .handler = std::move(handler)});
    return [state](ack_result& result) {
        state->event = result.event;
        state->error = result.error;
        if (!state->how.where) {
            state->call(result.context, result.args);
            return;
        }
        state->how.where.post([state, context = std::make_shared<remote_context>(result.context.hold()),
                               answer = std::make_shared<owned_event>(result.args)] {
            state->call(*context, args{answer->payload()});
        });
    };
}

} // namespace socketio::detail
