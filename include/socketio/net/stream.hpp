// The stream of bytes below a session: a socket (TCP or Unix-domain), or whatever was laid over one (TLS), or a
// stream of the user's own. One class for all, so that nobody above needs a template parameter.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/byte_stream.hpp>

#include <asio/generic/stream_protocol.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace socketio::detail {

// How reading and writing end. Erased, so that Asio's templates are instantiated once for each
// operation and not for each of its uses; what it captures should fit unique_function's inline room.
using io_handler = byte_stream::handler;

class stream {
public:
    // Any stream socket of the operating system's.
    using socket_type = asio::generic::stream_protocol::socket;

    explicit stream(strand const& on) : strand_{on}, socket_{on.get_inner_executor().any()} {}
    stream(strand const& on, socket_type&& connected) : strand_{on}, socket_{std::move(connected)} {}
    // Calls of `above` come on the strand, and its handlers must be called there.
    stream(strand const& on, std::shared_ptr<byte_stream> above) : stream{on} { above_ = std::move(above); }

    // For connecting and for options; not open where there is a byte_stream.
    socket_type& socket() noexcept { return socket_; }

    // Handlers run on the strand.
    void async_read_some(asio::mutable_buffer into, io_handler handler);
    // All of `from`, in as few system calls as the kernel allows.
    void async_write(asio::const_buffer from, io_handler handler);

    // While nothing is pending: from now on everything happens on that strand.
    void move_to(strand const& other);
    // Of the other side, without its port; empty where there is none.
    std::string peer_address() const;

    void shutdown_send() noexcept;
    // Pending operations complete with operation_aborted.
    void close() noexcept;

private:
    strand strand_;
    socket_type socket_;
    std::shared_ptr<byte_stream> above_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/stream.ipp>
#endif
