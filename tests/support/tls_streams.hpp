// A TLS stream of the library's without anything above it, for tests that say bytes.
#pragma once

#include <socketio/net/stream.hpp>
#include <socketio/net/tls_provider.hpp>

#include "run_until.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <string_view>
#include <utility>

namespace support {

using tls_strand = socketio::detail::strand;

inline tls_strand strand_on(asio::io_context& context)
{
    return tls_strand{socketio::detail::known_executor{asio::any_io_executor{context.get_executor()}}};
}

// Reads all the time, and says how it ended.
class tls_end : public std::enable_shared_from_this<tls_end> {
public:
    using role = socketio::detail::role;

    explicit tls_end(asio::io_context& context) : strand_(strand_on(context)), stream_(strand_) {}

    void start(socketio::detail::tls_provider& provider, socketio::detail::stream below, role own, std::string host = "localhost")
    {
        provider.async_handshake(strand_, std::move(below), own, std::move(host),
            [self = shared_from_this()](std::error_code ec, std::string why, socketio::detail::stream above) {
                self->words = std::move(why);
                self->stream_ = std::move(above);
                if (ec)
                    self->ended = ec;
                else
                    self->begin();
            });
    }
    void say(std::string text)
    {
        unsent_ += std::move(text);
        if (open && sending_.empty())
            write();
    }
    void shutdown() { stream_.shutdown_send(); }
    void close() { stream_.close(); }

    bool open = false;
    std::string heard;
    std::string words;
    std::optional<std::error_code> ended;
    std::size_t read_size = 5000;

private:
    void begin()
    {
        open = true;
        write();
        read();
    }
    void read()
    {
        stream_.async_read_some(asio::buffer(room_.data(), std::min(read_size, room_.size())),
            [self = shared_from_this()](std::error_code ec, std::size_t count) {
                self->heard.append(self->room_.data(), count);
                if (ec)
                    self->ended = ec;
                else
                    self->read();
            });
    }
    void write()
    {
        sending_ = std::exchange(unsent_, {});
        if (sending_.empty())
            return;
        stream_.async_write(asio::buffer(sending_), [self = shared_from_this()](std::error_code ec, std::size_t) {
            self->sending_.clear();
            if (!ec)
                self->write();
        });
    }

    tls_strand strand_;
    socketio::detail::stream stream_;
    std::array<char, 40000> room_{};
    std::string unsent_, sending_;
};

inline std::shared_ptr<socketio::detail::tls_provider> make_tls(socketio::tls_options const& options, socketio::detail::role own)
{
    std::error_code ec;
    std::string words;
    auto made = socketio::detail::registered_tls.load()(options, own, ec, words);
    if (!made)
        throw std::runtime_error(words);
    return made;
}

// Connected, blocking: for a port that listens already.
inline socketio::detail::stream connected_stream(asio::io_context& context, std::uint16_t port)
{
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), port});
    socket.set_option(asio::ip::tcp::no_delay(true));
    auto const native = socket.release();
    auto const on = strand_on(context);
    return {on, socketio::detail::stream::socket_type(on.get_inner_executor().any(), asio::ip::tcp::v4(), native)};
}

} // namespace support
