// Initiates `fetchSockets`: the adapter selects the sockets, which become `Found`.
#pragma once

#include <socketio/net/completion.hpp>
#include <socketio/server/adapter.hpp>
#include <socketio/server/emitting.hpp>
#include <socketio/server/namespace_core.hpp>

#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio::detail {

template <class Found>
class fetch_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit fetch_initiation(std::shared_ptr<namespace_core> from) : nsp_{std::move(from)}, where_{nsp_->executor()}
    {}
    executor_type get_executor() const noexcept { return where_; }

    template <class Handler>
    void operator()(Handler&& handler, broadcast_options const& which) const
    {
        if (!where_)
            return;
        using done_type = completion<std::decay_t<Handler>, std::vector<Found>>;
        auto const done = std::make_shared<done_type>(std::forward<Handler>(handler), where_);
        nsp_->rooms().fetch_sockets(which, [nsp = nsp_, where = where_, done](std::vector<socket_details> found) {
            std::vector<Found> all;
            for (auto& each : found)
                all.emplace_back(nsp, std::move(each));
            asio::post(where, [done, all = std::move(all)]() mutable { (*done)(std::error_code{}, std::move(all)); });
        });
    }

private:
    std::shared_ptr<namespace_core> nsp_;
    asio::any_io_executor where_;
};

} // namespace socketio::detail
