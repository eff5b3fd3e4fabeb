// Uses a byte_stream of the user on the strand; its handlers may be called on any thread.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/net/byte_stream.hpp>
#include <socketio/net/cross_thread_handler.hpp>

#include <memory>
#include <utility>

namespace socketio::detail {

class foreign_stream final : public byte_stream {
public:
    foreign_stream(strand const& on, std::shared_ptr<byte_stream> of)
        : of_{std::move(of)}, reading_{moved::make(on)}, writing_{moved::make(on)}
    {
    }

    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        reading_->await(std::move(done));
        scope_fail not_begun{[this] { reading_->forget(); }};
        of_->async_read_some(into, ending{reading_, asio_error(asio::error::operation_aborted), 0});
        not_begun.done();
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        writing_->await(std::move(done));
        scope_fail not_begun{[this] { writing_->forget(); }};
        of_->async_write(from, ending{writing_, asio_error(asio::error::operation_aborted), 0});
        not_begun.done();
    }
    void shutdown_send() noexcept override { of_->shutdown_send(); }
    void close() noexcept override { of_->close(); }

private:
    using moved = cross_thread_handler<std::error_code, std::size_t>;
    using ending = once_callback<std::error_code, std::size_t>;

    std::shared_ptr<byte_stream> of_;
    std::shared_ptr<moved> reading_;
    std::shared_ptr<moved> writing_;
};

} // namespace socketio::detail
