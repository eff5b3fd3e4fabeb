// Streams of which one operation goes wrong: it fails, before or after its work, or it ends late.
#pragma once

#include <socketio/net/byte_stream.hpp>
#include <socketio/net/network_options.hpp>

#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace support {

enum class fault : unsigned char {
    none,
    fails,       // nothing of it is done
    fails_after, // the bytes have been taken or written
    is_late      // it is done when the plan says so
};

class faulty_stream;

// Counts the operations (connect, read, write) of all streams of a test, in one thread, and says which goes wrong.
struct fault_plan {
    asio::io_context& context;
    fault how = fault::none;
    std::size_t nth = 0;
    std::size_t count = 0;
    std::string struck{}; // "write 3" of the third stream
    std::function<void()> on_struck{};
    std::function<void()> late{};
    std::function<void()> on_late{}; // something waits for release(); a read only when it has ended

    fault next(std::string_view operation, std::size_t stream)
    {
        if (++count != nth)
            return fault::none;
        struck = std::string{operation} + " " + std::to_string(stream);
        if (on_struck)
            on_struck();
        return how;
    }
    void hold(std::function<void()> act)
    {
        late = std::move(act);
        if (on_late)
            on_late();
    }
    // What is late happens now.
    void release()
    {
        if (auto const act = std::exchange(late, nullptr))
            act();
    }
};

class faulty_stream final : public socketio::byte_stream, public std::enable_shared_from_this<faulty_stream> {
public:
    faulty_stream(std::shared_ptr<fault_plan> plan, std::shared_ptr<socketio::byte_stream> below, std::size_t number)
        : plan_{std::move(plan)}, below_{std::move(below)}, number_{number}
    {
    }

    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        fault const how = plan_->next("read", number_);
        if (how == fault::fails)
            break_off(std::move(done));
        else
            below_->async_read_some(into, [self = shared_from_this(), how, done = std::move(done)](
                                              std::error_code ec, std::size_t count) mutable {
                if (how == fault::fails_after)
                    self->break_off(std::move(done), count);
                else if (how == fault::is_late && !self->closed_)
                    self->hold(std::move(done),
                        [of = self.get(), ec, count](handler held) { of->end(std::move(held), ec, count); });
                else
                    done(ec, count);
            });
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        fault const how = plan_->next("write", number_);
        if (how == fault::fails)
            break_off(std::move(done));
        else if (how == fault::is_late)
            hold(std::move(done), [this, from](handler held) { below_->async_write(from, std::move(held)); });
        else
            below_->async_write(from, [self = shared_from_this(), how, done = std::move(done)](
                                          std::error_code ec, std::size_t count) mutable {
                if (how == fault::fails_after)
                    self->break_off(std::move(done), count);
                else
                    done(ec, count);
            });
    }
    void shutdown_send() noexcept override { below_->shutdown_send(); }
    void close() noexcept override
    {
        closed_ = true;
        if (held_)
            end(std::exchange(held_, handler{}), asio::error::operation_aborted, 0);
        below_->close();
    }

private:
    void end(handler done, std::error_code ec, std::size_t count)
    {
        asio::post(plan_->context, [done = std::move(done), ec, count]() mutable { done(ec, count); });
    }
    void break_off(handler done, std::size_t written = 0)
    {
        end(std::move(done), closed_ ? asio::error::operation_aborted : asio::error::connection_reset, written);
        below_->close();
    }
    void hold(handler done, std::function<void(handler)> resume)
    {
        held_ = std::move(done);
        plan_->hold([weak = weak_from_this(), resume = std::move(resume)] {
            if (auto const self = weak.lock(); self && self->held_)
                resume(std::exchange(self->held_, handler{}));
        });
    }

    std::shared_ptr<fault_plan> const plan_;
    std::shared_ptr<socketio::byte_stream> const below_;
    std::size_t const number_;
    handler held_;
    bool closed_ = false;
};

// Makes faulty streams of those that `connect` makes.
inline auto faulty_factory(std::shared_ptr<fault_plan> plan,
    std::function<std::shared_ptr<socketio::byte_stream>()> connect)
{
    return [plan = std::move(plan), connect = std::move(connect), made = std::size_t{0}](
               socketio::stream_request const&, socketio::stream_answer answer) mutable {
        std::size_t const number = ++made;
        fault const how = plan->next("connect", number);
        auto const give = [plan, connect, number, answer] {
            answer({}, std::make_shared<faulty_stream>(plan, connect(), number));
        };
        if (how == fault::fails || how == fault::fails_after)
            answer(asio::error::connection_refused, nullptr);
        else if (how == fault::is_late)
            plan->hold(give);
        else
            give();
    };
}

} // namespace support
