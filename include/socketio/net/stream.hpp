// The stream of bytes below a session: a socket (TCP or Unix-domain), a layer above one (TLS), or a stream of
// the user. One class for all, so that the classes above need no template parameter.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/byte_stream.hpp>

#include SOCKETIO_ASIO(generic/stream_protocol.hpp)

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace socketio::detail {

// The end of a read or a write. Erased, so that Asio's templates are instantiated once for each operation and
// not for each use. Its captures should fit the inline storage of unique_function.
using io_handler = byte_stream::handler;

class stream {
public:
    // Any stream socket of the operating system.
    using socket_type = asio::generic::stream_protocol::socket;

    explicit stream(strand const& on) : strand_{on}, socket_{on.get_inner_executor().any()} {}
    stream(strand const& on, socket_type&& connected) : strand_{on}, socket_{std::move(connected)} {}
    // `above` is called on the strand, and must call its handlers there.
    stream(strand const& on, std::shared_ptr<byte_stream> above) : stream{on} { above_ = std::move(above); }

    // For connecting and for options. Not open if there is a byte_stream.
    socket_type& socket() noexcept { return socket_; }

    // Handlers run on the strand.
    void async_read_some(asio::mutable_buffer into, io_handler handler);
    // Writes all of `from`, in as few system calls as the kernel permits.
    void async_write(asio::const_buffer from, io_handler handler);

    // Moves all further handlers to that strand. Call it while no operation is pending.
    void move_to(strand const& other);
    // The address of the peer, without its port; empty if it has none.
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
