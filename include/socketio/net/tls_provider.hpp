// The seam between the library and TLS: whoever includes <socketio/tls.hpp> puts a maker here.
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

// What is made of tls_options, once: certificates read, the session of the last connection kept.
// A client's is used on one strand at a time.
class tls_provider {
public:
    // The stream is TLS over what was given; where there is an error, `words` says more than its message.
    using handler = unique_function<void(std::error_code, std::string words, stream)>;

    tls_provider() = default;
    tls_provider(tls_provider const&) = delete;
    tls_provider& operator=(tls_provider const&) = delete;
    virtual ~tls_provider() = default;

    // The handshake over a connected stream; of a client with the host of the URL, a name or an address. Ends
    // exactly once, on the strand, and not inside this call; returns what closes `below` to call it off.
    virtual std::shared_ptr<byte_stream> async_handshake(strand const& on, stream below, role own, std::string host,
                                                         handler done) = 0;
};

// Null and an error, with words, where the options cannot be used: a file that is not there, say.
using tls_maker = std::shared_ptr<tls_provider> (*)(tls_options const& from, role own, std::error_code& ec, std::string& words);

// Null where the program was built without TLS. Written before main(), read when a connection is made.
inline std::atomic<tls_maker> registered_tls{nullptr};

// For a server, on all its strands: null where it is to be one without TLS. Throws std::system_error.
SOCKETIO_DECL std::shared_ptr<tls_provider> make_server_tls(tls_options const& wanted);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/tls_provider.ipp>
#endif
