// The seam between the library and TLS: <socketio/tls.hpp> registers a maker here.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/core/function.hpp>
#include <socketio/core/role.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/net/tls_options.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <system_error>

namespace socketio::detail {

// The result of tls_options, made once: the certificates, and the session of the last connection. A client's is
// used on one strand at a time.
class tls_provider {
public:
    // Takes the TLS stream above the given one. On an error, `message` says more than the error code.
    using handler = unique_function<void(std::error_code, std::string message, stream)>;

    tls_provider() = default;
    tls_provider(tls_provider const&) = delete;
    tls_provider& operator=(tls_provider const&) = delete;
    virtual ~tls_provider() = default;

    // Makes the handshake over a connected stream. A client passes the host of the URL, a name or an address.
    // Ends exactly once, on the strand, and not inside this call. Close the returned stream to cancel.
    virtual std::shared_ptr<byte_stream> async_handshake(strand const& on, stream below, role own, std::string host,
                                                         handler done) = 0;
};

// Returns null with an error and a message if the options cannot be used, for example if a file is missing.
using tls_maker = std::shared_ptr<tls_provider> (*)(tls_options const& from, role own, std::error_code& ec,
                                                    std::string& message);

// Null if the program was built without TLS. Written before main(), read when a connection is made.
inline std::atomic<tls_maker> registered_tls{nullptr};

// For a server, on all its strands. Null for a server without TLS. Throws std::system_error.
SOCKETIO_DECL std::shared_ptr<tls_provider> make_server_tls(tls_options const& wanted);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/tls_provider.ipp>
#endif
