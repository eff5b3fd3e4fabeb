// The part of Asio that asynchronous operations for any completion token need.
#pragma once

#include <socketio/net/executor.hpp>

#include SOCKETIO_ASIO(associated_cancellation_slot.hpp)
#include SOCKETIO_ASIO(associated_executor.hpp)
#include SOCKETIO_ASIO(async_result.hpp)
#include SOCKETIO_ASIO(cancellation_type.hpp)
#include SOCKETIO_ASIO(dispatch.hpp)
#include SOCKETIO_ASIO(error.hpp)
#include SOCKETIO_ASIO(executor_work_guard.hpp)

#include <system_error>
#include <utility>

namespace socketio::detail {

// What an asynchronous operation ends with: an error, and results.
template <class... R>
using completion_signature = void(asio_error_code, R...);

// A pending completion handler with its executor, which counts as work until the call. Call it on the strand,
// and not inside the initiating function.
template <class Handler, class... R>
class completion {
    using executor_type = asio::associated_executor_t<Handler, asio::any_io_executor>;

public:
    template <class H>
    completion(H&& handler, asio::any_io_executor const& otherwise)
        : work_{asio::get_associated_executor(handler, otherwise)}, handler_(std::forward<H>(handler))
    {
    }

    void operator()(std::error_code ec, R... results)
    {
        auto const executor = work_.get_executor();
        asio::dispatch(executor, [handler = std::move(handler_), ec, ... values = std::move(results)]() mutable {
            // Only here, where the operation can be cancelled, too: slots are not thread-safe.
            if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
                slot.clear();
            std::move(handler)(to_asio(ec), std::move(values)...);
        });
        work_.reset();
    }

private:
    asio::executor_work_guard<executor_type> work_;
    Handler handler_;
};

} // namespace socketio::detail
