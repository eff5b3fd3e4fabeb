// The executor of listeners and handlers: an executor of Asio, or the queue of any other event loop.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/net/executor.hpp>

#include SOCKETIO_ASIO(bind_executor.hpp)
#include SOCKETIO_ASIO(post.hpp)

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace socketio {

// Made of an Asio executor, or of a function that takes a std::function<void()> and runs it later, elsewhere.
// With Qt: `[](std::function<void()> work) { QMetaObject::invokeMethod(qApp, std::move(work),
// Qt::QueuedConnection); }`.
// The event loop must live as long as the sockets that use it. An executor with several threads runs listeners
// concurrently; a strand of it runs them one at a time.
class callback_executor {
public:
    callback_executor() = default; // empty: no executor
    template <class Where>
        requires(!std::same_as<std::remove_cvref_t<Where>, callback_executor> &&
                 (std::invocable<std::decay_t<Where>&, std::function<void()>> ||
                  std::convertible_to<std::decay_t<Where>, asio::any_io_executor>))
    callback_executor(Where&& where)
    {
        if constexpr (std::invocable<std::decay_t<Where>&, std::function<void()>>)
            post_ = std::forward<Where>(where);
        else
            post_ = [on = asio::any_io_executor(std::forward<Where>(where))](std::function<void()> work) {
                asio::post(on, std::move(work));
            };
    }

    explicit operator bool() const noexcept { return post_ != nullptr; }
    void post(std::function<void()> work) const { post_(std::move(work)); }

private:
    std::function<void(std::function<void()>)> post_;
};

} // namespace socketio
