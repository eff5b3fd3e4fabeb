// Two streams in memory that are each other's peer. Handlers run on an executor of their own: never where the calls
// come from.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/byte_stream.hpp>

#include <asio/io_context.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace support {

class memory_stream final : public socketio::byte_stream {
public:
    static std::pair<std::shared_ptr<memory_stream>, std::shared_ptr<memory_stream>> pair(asio::io_context& on)
    {
        auto const there = std::make_shared<way>();
        auto const back = std::make_shared<way>();
        return {std::make_shared<memory_stream>(on, there, back), std::make_shared<memory_stream>(on, back, there)};
    }

    // As a socket does.
    ~memory_stream() override { end(*out_, asio::error::eof); }

    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        std::lock_guard const lock{in_->mutex};
        in_->into = into;
        in_->reading = std::move(done);
        serve(*in_);
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        std::lock_guard const lock{out_->mutex};
        out_->bytes.append(static_cast<char const*>(from.data()), from.size());
        serve(*out_);
        finish(std::move(done), {}, from.size());
    }
    void shutdown_send() noexcept override { end(*out_, asio::error::eof); }
    void close() noexcept override
    {
        end(*in_, asio::error::operation_aborted);
        end(*out_, asio::error::eof);
    }

    struct way {
        std::mutex mutex;
        std::string bytes;
        std::error_code ended;
        asio::mutable_buffer into;
        handler reading;
    };
    memory_stream(asio::io_context& on, std::shared_ptr<way> in, std::shared_ptr<way> out)
        : on_{on}, in_{std::move(in)}, out_{std::move(out)}
    {
    }

private:
    void finish(handler done, std::error_code ec, std::size_t count)
    {
        asio::post(on_, [done = std::move(done), ec, count]() mutable { done(ec, count); });
    }
    void serve(way& of)
    {
        if (!of.reading || (of.bytes.empty() && !of.ended))
            return;
        std::size_t const count = std::min(of.bytes.size(), of.into.size());
        std::memcpy(of.into.data(), of.bytes.data(), count);
        of.bytes.erase(0, count);
        finish(std::exchange(of.reading, handler{}), count == 0 ? of.ended : std::error_code{}, count);
    }
    void end(way& of, std::error_code why)
    {
        std::lock_guard const lock{of.mutex};
        of.ended = why;
        if (why == asio::error::operation_aborted)
            of.bytes.clear();
        serve(of);
    }

    asio::io_context& on_;
    std::shared_ptr<way> in_;
    std::shared_ptr<way> out_;
};

} // namespace support
