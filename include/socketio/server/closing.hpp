// Begin and end of `close` with a completion token.
#pragma once

#include <socketio/net/completion.hpp>
#include <socketio/server/server_core.hpp>

#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>

namespace socketio::detail {

// Held by each final step. When all of them have released it, it calls the handler.
template <class Handler>
class close_operation {
public:
    close_operation(std::shared_ptr<server_core> of, completion<Handler>&& done)
        : of_{std::move(of)}, done_{std::move(done)}
    {}
    close_operation(close_operation const&) = delete;
    close_operation& operator=(close_operation const&) = delete;
    ~close_operation()
    {
        if (!of_->is_gone())
            asio::post(of_->get_executor(), [done = std::move(done_)]() mutable { done(std::error_code{}); });
    }

private:
    std::shared_ptr<server_core> of_;
    completion<Handler> done_;
};

class close_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit close_initiation(std::shared_ptr<server_core> of) noexcept : core_{std::move(of)} {}
    executor_type get_executor() const noexcept { return core_->get_executor(); }

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        using stored = std::decay_t<Handler>;
        if (!core_->is_gone())
            core_->close(std::make_shared<close_operation<stored>>(core_,
                completion<stored>{std::forward<Handler>(handler), core_->get_executor()}));
    }

private:
    std::shared_ptr<server_core> core_;
};

} // namespace socketio::detail
