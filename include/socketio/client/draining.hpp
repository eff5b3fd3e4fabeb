// Initiates `async_drain`: the wait until no data is buffered.
#pragma once

#include <socketio/client/links.hpp>
#include <socketio/net/completion.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace socketio::detail {

class drain_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit drain_initiation(std::shared_ptr<socket_link> on) noexcept : link_{std::move(on)} {}
    executor_type get_executor() const noexcept { return link_->get_executor(); }

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        auto const executor = get_executor();
        if (!executor)
            return;
        auto const id = link_->new_drain_id();
        if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
            slot.assign([core = link_->weak_core(), id](asio::cancellation_type) {
                if (auto const alive = core.lock())
                    cancel_drain_of(*alive, id);
            });
        link_->wait_for_drain(id, completion<std::decay_t<Handler>>{std::forward<Handler>(handler), executor});
    }

private:
    std::shared_ptr<socket_link> link_;
};

} // namespace socketio::detail
