// A QObject for the sake of other threads: whether it still exists, and a way to its thread.
#pragma once

#include <QMetaObject>
#include <QObject>

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/net/executor.hpp>
#include <socketio/net/listener_handle.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace socketio::detail {

// Shared by all that post to the object. Any thread, except for what the object's owner does anyway.
class qt_receiver {
public:
    // The object must exist during the call.
    static std::shared_ptr<qt_receiver> of(QObject* object)
    {
        auto const made = std::make_shared<qt_receiver>(object);
        made->watched_ = QObject::connect(object, &QObject::destroyed, [weak = std::weak_ptr{made}] {
            if (auto const alive = weak.lock())
                alive->end();
        });
        return made;
    }
    explicit qt_receiver(QObject* object) noexcept : object_{object} {}
    qt_receiver(qt_receiver const&) = delete;
    qt_receiver& operator=(qt_receiver const&) = delete;
    ~qt_receiver() { QObject::disconnect(watched_); }

    // Calls `work` later on the object's thread, inside of its event loop; never, if the object goes before.
    void post(std::function<void()> work)
    {
        std::lock_guard const lock{mutex_}; // so that the object stays during the call
        if (object_)
            QMetaObject::invokeMethod(object_, std::move(work), Qt::QueuedConnection);
    }

    // The listener ends with the object.
    void ends(listener_handle listener)
    {
        std::unique_lock lock{mutex_};
        listener_ = std::move(listener);
        if (object_)
            return;
        lock.unlock();
        listener_.off();
    }

    // Asio wants one. It has no thread and no services, unless somebody makes a timer or a socket on it.
    asio::execution_context& context() noexcept { return context_; }

private:
    void end()
    {
        {
            std::lock_guard const lock{mutex_};
            object_ = nullptr;
        }
        listener_.off();
    }

    std::mutex mutex_;
    QObject* object_;
    listener_handle listener_;
    QMetaObject::Connection watched_;
    asio::execution_context context_;
};

} // namespace socketio::detail

#include <socketio/core/foreign_macros_end.hpp>
