// Somebody else's program, as small as the flags of a package allow to see: headers, Asio and RapidJSON, threads, and
// OpenSSL where the package was made with it. What the whole library needs, the single headers show.
#include <socketio/core/value.hpp>
#include <socketio/net/background_context.hpp>

#if defined(SOCKETIO_WITH_TLS)
#include <openssl/ssl.h>
#endif

#if defined(LIBRARY_HAS_TLS) && !defined(SOCKETIO_WITH_TLS)
#error "the package does not say that its library has TLS"
#endif
#if defined(LIBRARY_IS_COMPILED) && defined(SOCKETIO_HEADER_ONLY)
#error "the package does not say that its library is compiled"
#endif

int main()
{
    socketio::background_context background;
    background.join();
    bool right = socketio::value::from_json("[1,2]").has_value();
#if defined(SOCKETIO_WITH_TLS)
    right = right && TLS_client_method() != nullptr;
#endif
    return right ? 0 : 1;
}
