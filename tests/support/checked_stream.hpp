// A stream that notes what is done to it against byte_stream's contract, and can be slow to write, or fail.
#pragma once

#include <socketio/net/byte_stream.hpp>

#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <memory>
#include <string>
#include <utility>

// In one thread. `below` is the stream that does the work.
class checked_stream final : public socketio::byte_stream {
public:
    struct notes {
        std::string offences;
        int ends = 0; // calls of shutdown_send
        bool closed = false;
        bool writing = false;
    };

    checked_stream(asio::io_context& on, std::shared_ptr<socketio::byte_stream> below, std::shared_ptr<notes> to)
        : on_{on}, below_{std::move(below)}, notes_{std::move(to)}
    {
    }

    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        require(!reading_, "a second read");
        require(!notes_->closed, "a read after close()");
        reading_ = true;
        below_->async_read_some(into, [this, done = std::move(done)](std::error_code ec, std::size_t count) mutable {
            reading_ = false;
            done(ec, count);
        });
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        require(!notes_->writing, "a second write");
        require(!notes_->closed, "a write after close()");
        require(notes_->ends == 0, "a write after shutdown_send()");
        notes_->writing = true;
        auto ended = [this, done = std::move(done)](std::error_code ec, std::size_t count) mutable {
            notes_->writing = false;
            done(ec, count);
        };
        if (fails)
            asio::post(on_, [ended = std::move(ended)]() mutable { ended(asio::error::broken_pipe, 0); });
        else if (holds)
            held_ = std::move(ended);
        else
            below_->async_write(from, std::move(ended));
    }
    void shutdown_send() noexcept override
    {
        require(!notes_->writing, "shutdown_send() while a write is pending");
        require(!notes_->closed, "shutdown_send() after close()");
        require(++notes_->ends == 1, "a second shutdown_send()");
        below_->shutdown_send();
    }
    void close() noexcept override
    {
        notes_->closed = true;
        if (held_)
            asio::post(on_, [held = std::exchange(held_, nullptr)]() mutable { held(asio::error::operation_aborted, 0); });
        below_->close();
    }

    bool holds = false; // writes do not end before close()
    bool fails = false; // writes end with an error

private:
    void require(bool right, char const* otherwise)
    {
        if (!right)
            (notes_->offences += otherwise) += "; ";
    }

    asio::io_context& on_;
    std::shared_ptr<socketio::byte_stream> const below_;
    std::shared_ptr<notes> const notes_;
    handler held_;
    bool reading_ = false;
};
