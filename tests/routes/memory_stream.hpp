// Two streams in memory that are each other's peer, and a Socket.IO server on one of them. Handlers run on an executor
// of their own: never where the calls come from.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/byte_stream.hpp>
#include <socketio/session/engine.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>

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

// Accepts the main namespace, and answers every event that wants it with "hello".
class memory_server : public std::enable_shared_from_this<memory_server> {
public:
    explicit memory_server(std::shared_ptr<socketio::byte_stream> on) : stream_{std::move(on)} {}

    void read()
    {
        stream_->async_read_some(asio::buffer(room_), [self = shared_from_this()](std::error_code ec, std::size_t count) {
            if (ec) {
                self->stream_->close();
                return;
            }
            self->input_.append(self->room_.data(), count);
            self->on_input();
            self->write();
        });
    }

private:
    void on_input()
    {
        std::size_t consumed = 0;
        std::string key;
        if (!upgraded_) {
            if (head_.read(input_, consumed) != socketio::detail::http_progress::complete || check_upgrade_request(head_.head(), key))
                return;
            input_.erase(0, consumed);
            socketio::detail::write_upgrade_response(engine_.output(), key);
            engine_.open(socketio::clock::now());
            upgraded_ = true;
        }
        std::span<char> rest{input_.data(), input_.size()};
        for (;;) {
            auto const event = engine_.next(rest, socketio::clock::now());
            if (event.type == socketio::detail::engine_event::kind::none)
                break;
            if (event.type == socketio::detail::engine_event::kind::text)
                answer(std::string{event.payload.data(), event.payload.size()});
        }
        input_.erase(0, input_.size() - rest.size());
    }
    void answer(std::string const& packet)
    {
        if (packet.starts_with("0"))
            engine_.send_text(R"(0{"sid":"S1"})");
        else if (packet.starts_with("2") && packet.find('[') != 1)
            engine_.send_text("3" + packet.substr(1, packet.find('[') - 1) + R"(["hello"])");
    }
    void write()
    {
        engine_.complete_output();
        sent_.assign(engine_.output().view());
        engine_.output().clear();
        stream_->async_write(asio::buffer(sent_), [self = shared_from_this()](std::error_code, std::size_t) { self->read(); });
    }

    std::shared_ptr<socketio::byte_stream> stream_;
    socketio::detail::http_head_reader head_{socketio::detail::role::client};
    socketio::detail::engine engine_{socketio::detail::role::server, {}, 1, settings()};
    std::array<char, 4096> room_{};
    std::string input_, sent_;
    bool upgraded_ = false;

    static socketio::detail::engine_settings settings()
    {
        socketio::detail::engine_settings made;
        made.sid = "memory";
        return made;
    }
};
