// socketio::qt::executor: the thread of a QObject, for listeners, handlers and coroutines.
#pragma once

#include <QObject>

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/qt/receiver.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace socketio::qt {

// Calls functions on the thread of an object, in the order in which they come, inside of its event loop (Qt's queued
// calls); never inside of the call that posts. A function that is still waiting when the object goes is destroyed
// without being called, and so is one that comes later: then it may be destroyed on the thread that posts it. The
// object may move to another thread.
//
//     socketio::options settings{.callback_executor = socketio::qt::executor(this)};
//
// It is also an executor of Asio's, for asio::bind_executor and asio::co_spawn. Timers and sockets of Asio's are to be
// made on another one. Copies are cheap. Any thread; the object must exist while an executor is made from it.
class executor {
public:
    explicit executor(QObject* object) : to_{detail::qt_receiver::of(object)} {}

    // As options::callback_executor calls it.
    void operator()(std::function<void()> work) const { to_->post(std::move(work)); }

    // As Asio calls it.
    template <class Function>
    void execute(Function&& work) const
    {
        // Qt copies what it takes.
        to_->post([shared = std::make_shared<std::decay_t<Function>>(std::forward<Function>(work))]() mutable {
            auto const last = std::move(shared);
            std::move (*last)();
        });
    }
    asio::execution_context& query(asio::execution::context_t) const noexcept { return to_->context(); }
    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept
    {
        return asio::execution::blocking.never;
    }

    friend bool operator==(executor const& a, executor const& b) noexcept { return a.to_ == b.to_; }
    friend bool operator!=(executor const& a, executor const& b) noexcept { return !(a == b); }

    // For this library's own functions.
    std::shared_ptr<detail::qt_receiver> const& receiver() const noexcept { return to_; }

private:
    std::shared_ptr<detail::qt_receiver> to_;
};

} // namespace socketio::qt

#include <socketio/core/foreign_macros_end.hpp>
