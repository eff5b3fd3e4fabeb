// One connection of a client to a replay.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/byte_stream.hpp>
#include <socketio/testing/memory_connection.hpp>
#include <socketio/testing/wire_reader.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::detail {

class replayed_connection : public std::enable_shared_from_this<replayed_connection> {
public:
    using listener = std::function<void(std::shared_ptr<replayed_connection> const&, wire_message*)>; // null: the end

    replayed_connection(std::shared_ptr<byte_stream> over, listener tell)
        : over_{std::move(over)}, tell_{std::move(tell)}
    {}

    void read()
    {
        over_->async_read_some(asio::buffer(room_), [self = shared_from_this()](std::error_code ec, std::size_t count) {
            self->hear({self->room_.data(), count}, ec.operator bool());
        });
    }
    void send(std::string_view bytes)
    {
        unsent_ += bytes;
        if (sending_.empty())
            write();
    }
    // In order, when everything is written, or by a reset.
    void close(bool resets = false)
    {
        closes_ = true;
        resets_ = resets;
        if (sending_.empty())
            write();
    }
    void drop() noexcept
    {
        tell_ = nullptr;
        over_->close();
    }
    void upgrade() noexcept { reader_.upgrade(); }

    std::string key;                         // of the request for a WebSocket
    std::optional<std::uint64_t> exchange{}; // the recorded one that is played here
    std::string session{};                   // of Engine.IO, for a WebSocket

private:
    void hear(std::string_view bytes, bool last)
    {
        reader_.feed(bytes);
        std::error_code ec;
        while (tell_)
            if (auto message = reader_.next(ec))
                tell_(shared_from_this(), &*message);
            else
                break;
        last = last || ec;
        if (last && tell_)
            std::exchange(tell_, nullptr)(shared_from_this(), nullptr);
        if (last)
            over_->close();
        else
            read();
    }
    void write()
    {
        sending_ = std::exchange(unsent_, {});
        if (sending_.empty()) {
            if (closes_ && resets_)
                std::static_pointer_cast<memory_stream>(over_)->reset();
            else if (closes_)
                over_->close();
            return;
        }
        over_->async_write(asio::buffer(sending_), [self = shared_from_this()](std::error_code, std::size_t) {
            self->sending_.clear();
            self->write();
        });
    }

    std::shared_ptr<byte_stream> const over_;
    listener tell_;
    wire_reader reader_{true};
    std::array<char, 4096> room_{};
    std::string unsent_, sending_;
    bool closes_ = false, resets_ = false;
};

} // namespace socketio::detail
