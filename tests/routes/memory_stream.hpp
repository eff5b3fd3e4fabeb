// A Socket.IO server on a stream in memory.
#pragma once

#include <socketio/session/engine.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include "support/memory_stream.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <utility>

using support::memory_stream;

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
